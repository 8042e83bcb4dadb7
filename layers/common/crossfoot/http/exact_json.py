"""JSON without a float: amounts come and go digit for digit (X5)."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

type Wire = bool | int | str | Decimal | list[Wire] | tuple[Wire, ...] | Mapping[str, Wire] | None


def read_json(raw: bytes | str) -> Any:
    """Parse JSON; numbers with a point become Decimal. Raises: ValueError, also for NaN and Infinity."""
    return json.loads(raw, parse_float=Decimal, parse_constant=_refuse_constant)


def write_json(value: Wire) -> str:
    """Write JSON whose decimals are numbers digit for digit: `Decimal("100.00")` is `100.00`."""
    match value:
        case Decimal():
            if not value.is_finite():
                raise ValueError("not a number that JSON knows")
            return format(value, "f")
        case Mapping():
            return "{" + ",".join(f"{json.dumps(str(key))}:{write_json(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(write_json(item) for item in value) + "]"
        case float():
            raise TypeError("money is never a float")
        case _:
            return json.dumps(value)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
