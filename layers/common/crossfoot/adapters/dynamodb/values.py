"""Plain values to DynamoDB's attribute values and back. No float exists here (X5)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

type Plain = bool | int | str | bytes | list[Plain] | dict[str, Plain] | None
type Item = dict[str, Plain]


def to_attribute(value: Plain) -> AttributeValueTypeDef:
    """Encode one value. Raises: TypeError for anything that is not plain, floats above all."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case list():
            return {"L": [to_attribute(each) for each in value]}
        case dict():
            return {"M": to_attributes(value)}
        case _:
            raise TypeError(f"{type(value).__name__} cannot be stored")


def to_attributes(item: Mapping[str, Plain]) -> dict[str, AttributeValueTypeDef]:
    """Encode an item."""
    return {name: to_attribute(value) for name, value in item.items()}


def from_attribute(attribute: Mapping[str, Any]) -> Plain:
    """Decode one value."""
    ((tag, value),) = attribute.items()
    match tag:
        case "NULL":
            return None
        case "N":
            return int(value)
        case "B":
            return bytes(value)
        case "L":
            return [from_attribute(each) for each in value]
        case "M":
            return from_attributes(value)
        case "S" | "BOOL":
            plain: str | bool = value
            return plain
        case _:
            raise TypeError(f"no item of ours holds a {tag}")


def from_attributes(item: Mapping[str, Any]) -> Item:
    """Decode an item."""
    return {name: from_attribute(attribute) for name, attribute in item.items()}


def text(item: Mapping[str, Plain], name: str) -> str:
    """Read a text; "" when it was left out."""
    value = item.get(name, "")
    if not isinstance(value, str):
        raise TypeError(f"{name} is not a text")
    return value


def whole(item: Mapping[str, Plain], name: str) -> int:
    """Read a whole number; 0 when it was left out."""
    value = item.get(name, 0)
    if not isinstance(value, int):
        raise TypeError(f"{name} is not a whole number")
    return value


def rows(item: Mapping[str, Plain], name: str) -> list[Plain]:
    """Read a list; empty when it was left out."""
    value = item.get(name, [])
    if not isinstance(value, list):
        raise TypeError(f"{name} is not a list")
    return value


def texts(item: Mapping[str, Plain], name: str) -> dict[str, str]:
    """Read a map of texts; empty when it was left out."""
    value = item.get(name, {})
    if not isinstance(value, dict):
        raise TypeError(f"{name} is not a map")
    return {key: text(value, key) for key in value}


def digest_of(item: Item) -> str:
    """Name an item by what it says, so that a write can ask whether it still says the same."""
    plain: Any = item
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def without_blanks(item: Mapping[str, Plain]) -> Item:
    """Leave out what is blank, so that an item stays small: reading gives the blank back."""
    return {name: value for name, value in item.items() if value or (value == 0 and value is not False)}
