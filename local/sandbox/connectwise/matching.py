"""Conditions against records, with SQL's three-valued logic: a comparison with nothing is neither true nor false."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import product
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from local.sandbox.connectwise import timestamps
from local.sandbox.connectwise.conditions import Both, Comparison, Either, Literal, Node, Not, parse
from local.sandbox.connectwise.errors import bad_condition, invalid_enum, unknown_name, wrong_literal
from local.sandbox.connectwise.records import value_at
from local.sandbox.connectwise.schema import REFERENCES, Field, Model

type Record = Mapping[str, Any]
type Truth = bool | None
type Test = Callable[[Record], Truth]

LAST_UPDATED = Field("lastUpdated", "date")
_ORDERINGS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_LITERAL_OF = {"int": "numeric", "number": "numeric", "string": "string", "bool": "boolean", "date": "datetime"}


def record_filter(text: str, model: Model) -> Callable[[Record], bool]:
    """Compile `conditions`. Raises: RefusedError for a bad text, an unknown name or a literal of the wrong type."""
    test = _compile(parse(text), lambda name: resolve(model, name))
    return lambda record: test(record) is True


def child_filter(text: str, model: Model) -> Callable[[Record], bool]:
    """Compile `childConditions`: true where some member of each array named fits the whole expression."""
    node = parse(text)
    arrays = sorted({_array_of(name, model).name for name in _names(node)})
    test = _compile(node, lambda name: _resolve_child(name, model))

    def matches(record: Record) -> bool:
        members = [record.get(array) or [] for array in arrays]
        combinations = product(*members)
        return any(test(dict(zip(arrays, chosen, strict=True))) for chosen in combinations)

    return matches


def custom_field_filter(text: str) -> Callable[[Record], bool]:
    """Compile `customFieldConditions`: true where some custom field fits the whole expression."""
    fields = REFERENCES["CustomFieldValue"].fields
    test = _compile(parse(text), lambda name: _custom_path(name, fields))
    return lambda record: any(test(value) for value in record.get("customFields") or [])


def resolve(model: Model, name: str) -> tuple[tuple[str, ...], Field]:
    """Find what a name in a condition stands for. Names are read in any case. Raises: RefusedError."""
    if name.lower() == "lastupdated":
        return ("_info", "lastUpdated"), LAST_UPDATED
    fields: Mapping[str, Field] = model.fields
    path: list[str] = []
    found: Field | None = None
    for part in name.split("/"):
        found = _in_any_case(fields, part)
        if found is None or (found.type == "refs"):
            raise unknown_name(name)
        path.append(found.name)
        fields = found.parts
    assert found is not None
    return tuple(path), found


def comparable(value: Any, field: Field) -> Any:
    """Bring a stored value into the form that literals have; text is compared without regard to case."""
    if value is None:
        return None
    if field.type == "date":
        return timestamps.parse(value)
    if field.type in ("int", "number"):
        return value if isinstance(value, int | Decimal) else _as_type_of(Decimal(0), value)
    if isinstance(value, bool):
        return value
    return str(value).casefold()


def _in_any_case(fields: Mapping[str, Field], name: str) -> Field | None:
    exact = fields.get(name)
    return exact or next((field for key, field in fields.items() if key.lower() == name.lower()), None)


def _names(node: Node) -> list[str]:
    match node:
        case Comparison(name=name):
            return [name]
        case Not(inner=inner):
            return _names(inner)
        case Both(left=left, right=right) | Either(left=left, right=right):
            return _names(left) + _names(right)


def _array_of(name: str, model: Model) -> Field:
    array = _in_any_case(model.fields, name.split("/")[0])
    if array is None or array.type != "refs" or "/" not in name:
        raise unknown_name(name)
    return array


def _resolve_child(name: str, model: Model) -> tuple[tuple[str, ...], Field]:
    array = _array_of(name, model)
    found = _in_any_case(array.parts, name.split("/", 1)[1])
    if found is None:
        raise unknown_name(name)
    return (array.name, found.name), found


def _custom_path(name: str, fields: Mapping[str, Field]) -> tuple[tuple[str, ...], Field]:
    found = _in_any_case(fields, name)
    if found is None:
        raise unknown_name(name)
    return (found.name,), found


def _compile(node: Node, find: Callable[[str], tuple[tuple[str, ...], Field]]) -> Test:
    match node:
        case Comparison():
            return _comparison(node, *find(node.name))
        case Not(inner=inner):
            return _negate(_compile(inner, find))
        case Both(left=left, right=right):
            return _both(_compile(left, find), _compile(right, find))
        case Either(left=left, right=right):
            return _either(_compile(left, find), _compile(right, find))


def _negate(test: Test) -> Test:
    def negated(record: Record) -> Truth:
        truth = test(record)
        return None if truth is None else not truth

    return negated


def _both(left: Test, right: Test) -> Test:
    def both(record: Record) -> Truth:
        first = left(record)
        if first is False:
            return False
        second = right(record)
        return second if first or second is False else None

    return both


def _either(left: Test, right: Test) -> Test:
    def either(record: Record) -> Truth:
        first = left(record)
        if first:
            return True
        second = right(record)
        return True if second else (second if first is False else None)

    return either


def _comparison(node: Comparison, path: tuple[str, ...], field: Field) -> Test:
    for literal in node.literals:
        _check(node.operator, literal, field)
    values = [_literal_value(literal) for literal in node.literals]
    if node.operator == "in":
        among = frozenset(values)
        return lambda record: _among(_read(record, path, field, values[0]), among)
    if node.operator in ("contains", "like"):
        pattern = _pattern(str(node.literals[0].value), node.operator)
        return lambda record: _fits(_read(record, path, field, ""), pattern)
    if values[0] is None:
        return _null_test(node.operator, path)
    ordering = _ORDERINGS[node.operator]
    return lambda record: _ordered(ordering, _read(record, path, field, values[0]), values[0])


def _check(operator: str, literal: Literal, field: Field) -> None:
    if field.type == "ref":
        raise invalid_enum()
    if field.type == "enum":
        _check_enum(operator, literal, field)
        return
    expected = _LITERAL_OF.get(field.type)
    if operator in ("contains", "like") and (expected not in ("string", None) or literal.kind != "string"):
        raise wrong_literal("string", literal.kind if expected == "string" else str(expected))
    if literal.kind == "null":
        if operator not in ("=", "!="):
            raise bad_condition("A null value can only be compared with = or !=.")
    elif expected is not None and literal.kind != expected:
        raise wrong_literal(expected, literal.kind)


def _check_enum(operator: str, literal: Literal, field: Field) -> None:
    if literal.kind not in ("string", "null"):
        raise wrong_literal("string", literal.kind)
    known = {value.casefold() for value in field.values}
    if literal.kind == "null" or (operator in ("=", "!=", "in") and str(literal.value).casefold() not in known):
        raise invalid_enum()


def _literal_value(literal: Literal) -> Any:
    return literal.value.casefold() if isinstance(literal.value, str) else literal.value


def _read(record: Record, path: tuple[str, ...], field: Field, like: Any) -> Any:
    """Read the stored value; one of a custom field takes the type of the literal that it is compared with."""
    value = value_at(record, path)
    if field.type != "any" or value is None:
        return comparable(value, field)
    return _as_type_of(like, value)


def _as_type_of(like: Any, value: Any) -> Any:
    if isinstance(like, bool):
        return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())
    if isinstance(like, Decimal):
        return Decimal(str(value)) if re.fullmatch(r"-?\d+(\.\d+)?", str(value)) else None
    if isinstance(like, str):
        return str(value).casefold()
    return timestamps.parse(value)


def _ordered(ordering: Callable[[Any, Any], bool], value: Any, against: Any) -> Truth:
    return None if value is None else ordering(value, against)


def _null_test(operator: str, path: tuple[str, ...]) -> Test:
    wanted = operator == "="
    return lambda record: (value_at(record, path) is None) == wanted


def _among(value: Any, values: frozenset[Any]) -> Truth:
    return None if value is None else value in values


def _fits(value: Any, pattern: re.Pattern[str]) -> Truth:
    return None if value is None else pattern.search(str(value)) is not None


def _pattern(text: str, operator: str) -> re.Pattern[str]:
    if operator == "contains":
        return re.compile(re.escape(text.casefold()))
    parts = (".*" if part in "*%" else re.escape(part) for part in re.split(r"([*%])", text.casefold()) if part)
    return re.compile("^" + "".join(parts) + r"\Z", re.DOTALL)
