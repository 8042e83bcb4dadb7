"""JSON without a float: amounts come and go digit for digit (X5)."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

type Wire = bool | int | str | Decimal | list[Wire] | tuple[Wire, ...] | Mapping[str, Wire] | None

# Where a text may hold half of a character: as an escape, or written out.
_HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_HALF_IN_BYTES = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")


def read_json(raw: bytes | str) -> Any:
    """Parse JSON; numbers with a point become Decimal, and half of a character the sign that says that one is missing.

    Raises: ValueError, also for NaN and Infinity.
    """
    value = json.loads(raw, parse_float=Decimal, parse_constant=_refuse_constant)
    found = _HALF_IN_BYTES.search(raw) if isinstance(raw, bytes) else _HALF.search(raw)
    return _whole(value) if found else value


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


def _whole(value: Any) -> Any:
    """Replace halves of characters: a text that was cut in the midst of an emoji has one, and no UTF-8 can hold it."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_whole(item) for item in value]
        case dict():
            return {_whole(key): _whole(item) for key, item in value.items()}
        case _:
            return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
