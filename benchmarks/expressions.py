"""DynamoDB's condition and update expressions, as much of them as the product writes: for the table of the benchmarks."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

type Attribute = Mapping[str, Any]
type Item = dict[str, Any]
type Test = Callable[[Item, Mapping[str, str], Mapping[str, Attribute]], bool]

_TOKEN = re.compile(r"\s*(AND\b|OR\b|attribute_exists|attribute_not_exists|<=|>=|[()=<>]|[#:]\w+)")
_SECTION = re.compile(r"\b(SET|ADD|REMOVE)\b")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def holds(request: Mapping[str, Any], item: Item) -> bool:
    """Tell whether a write's condition holds for an item, {} for one that is not there."""
    expression = request.get("ConditionExpression")
    names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
    return not expression or _read_condition(expression)(item, names, values)


def changed(request: Mapping[str, Any], item: Item) -> Item:
    """Give an item as an update leaves it. Raises: ValueError for an expression that the product does not write."""
    names, values, new = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {}), item
    _, *parts = _SECTION.split(request["UpdateExpression"])
    for section, body in zip(parts[::2], parts[1::2], strict=True):
        for clause in body.split(","):
            new = _with(new, section, clause.replace("=", " ").split(), names, values)
    return new


def _with(
    item: Item, section: str, words: list[str], names: Mapping[str, str], values: Mapping[str, Attribute]
) -> Item:
    match section, words:
        case "REMOVE", [name]:
            return {key: value for key, value in item.items() if key != names[name]}
        case "SET", [name, value]:
            return item | {names[name]: values[value]}
        case "ADD", [name, value]:
            before = int(item.get(names[name], {"N": "0"})["N"])
            return item | {names[name]: {"N": str(before + int(values[value]["N"]))}}
        case _:
            raise ValueError(f"{section} {' '.join(words)}: not known here")


@cache
def _read_condition(expression: str) -> Test:
    tokens = _TOKEN.findall(expression)
    if "".join(tokens) != expression.replace(" ", ""):
        raise ValueError(f"{expression}: not known here")
    test = _read_any(tokens)
    if tokens:
        raise ValueError(f"{expression}: more than a condition")
    return test


def _read_any(tokens: list[str]) -> Test:
    tests = [_read_all(tokens)]
    while tokens[:1] == ["OR"]:
        tokens.pop(0)
        tests.append(_read_all(tokens))
    return lambda item, names, values: any(test(item, names, values) for test in tests)


def _read_all(tokens: list[str]) -> Test:
    tests = [_read_one(tokens)]
    while tokens[:1] == ["AND"]:
        tokens.pop(0)
        tests.append(_read_one(tokens))
    return lambda item, names, values: all(test(item, names, values) for test in tests)


def _read_one(tokens: list[str]) -> Test:
    first = tokens.pop(0)
    if first == "(":
        test = _read_any(tokens)
        _drop(tokens, ")")
        return test
    if first.startswith("attribute"):
        _drop(tokens, "(")
        name, wanted = tokens.pop(0), first == "attribute_exists"
        _drop(tokens, ")")
        return lambda item, names, _: (names[name] in item) is wanted
    compare, value = _COMPARE[tokens.pop(0)], tokens.pop(0)
    return lambda item, names, values: (
        names[first] in item and compare(_plain(item[names[first]]), _plain(values[value]))
    )


def _drop(tokens: list[str], wanted: str) -> None:
    if tokens.pop(0) != wanted:
        raise ValueError(f"{wanted} is missing in a condition")


def _plain(attribute: Attribute) -> Any:
    ((tag, value),) = attribute.items()
    return int(value) if tag == "N" else value
