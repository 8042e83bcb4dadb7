"""Records as clients send them, brought into the form that is stored; and JSON Patch."""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from local.sandbox.connectwise import timestamps
from local.sandbox.connectwise.errors import FieldFault, bad_request, invalid, missing_field, too_long
from local.sandbox.connectwise.schema import Field, Model

type Record = dict[str, Any]
type Resolve = Callable[[Field, Mapping[str, Any]], Record | None]
"""Find the record that a reference means. Returns: the whole reference, or None when there is none."""

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_MAX_INT = 2**31 - 1


class _WrongTypeError(ValueError):
    pass


def accept(body: Any, model: Model, resolve: Resolve) -> Record:
    """Take what may be written: unknown and computed fields are ignored, as the real server does.

    Raises: RefusedError, 400 InvalidObject, with every fault found.
    """
    if not isinstance(body, Mapping):
        raise invalid(model.resource, [FieldFault("InvalidObject", "A JSON object is expected.", "")])
    taken: Record = {}
    faults: list[FieldFault] = []
    for name, value in body.items():
        field = model.find(name)
        if field is None or name in model.computed:
            continue
        try:
            taken[name] = _value(field, value, resolve, faults)
        except _WrongTypeError:
            faults.append(FieldFault("InvalidField", f"The value of {name} is not a valid {field.type}.", name))
    if faults:
        raise invalid(model.resource, faults)
    return taken


def require(record: Mapping[str, Any], model: Model) -> None:
    """Refuse a record without the fields that must be there. Raises: RefusedError."""
    if missing := [missing_field(name) for name in model.required if record.get(name) in (None, "")]:
        raise invalid(model.resource, missing)


def _value(field: Field, value: Any, resolve: Resolve, faults: list[FieldFault]) -> Any:
    if value is None:
        return None
    if field.type == "ref":
        return _reference(field, value, resolve, faults)
    if field.type == "refs":
        return _members(value)
    taken = _SCALARS[field.type](field, value)
    if field.limit is not None and len(taken) > field.limit:
        faults.append(too_long(field.name, field.limit))
    return taken


def _reference(field: Field, value: Any, resolve: Resolve, faults: list[FieldFault]) -> Record | None:
    if not isinstance(value, Mapping):
        raise _WrongTypeError
    given = {name: part for name, part in value.items() if name in field.parts and part is not None}
    if "id" in given:
        given["id"] = _int(field, given["id"])
    if not given:
        return None
    found = resolve(field, given)
    if found is None:
        shown = given.get("id", given.get("identifier", given.get("name")))
        faults.append(FieldFault("NotFound", f"{field.reference} {shown} not found", f"{field.name}/id"))
    return found


def _members(value: Any) -> list[Record]:
    if not isinstance(value, list) or not all(isinstance(member, Mapping) for member in value):
        raise _WrongTypeError
    return [{name: part for name, part in member.items() if name != "_info"} for member in value]


def _int(_field: Field, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise _WrongTypeError
    if not re.fullmatch(r"[+-]?\d+", str(value)) or abs(int(value)) > _MAX_INT:
        raise _WrongTypeError
    return int(value)


def _number(_field: Field, value: Any) -> Decimal | int:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise _WrongTypeError
    if isinstance(value, int | Decimal):
        return value
    if not _NUMBER.fullmatch(value):
        raise _WrongTypeError
    return Decimal(value)


def _string(_field: Field, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _WrongTypeError
    return str(value)


def _bool(_field: Field, value: Any) -> bool:
    known = {"true": True, "false": False}
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in known:
        raise _WrongTypeError
    return known[value.lower()]


def _date(_field: Field, value: Any) -> str:
    moment = timestamps.parse(value)
    if moment is None:
        raise _WrongTypeError
    return timestamps.to_wire(moment)


def _enum(field: Field, value: Any) -> str:
    known = {name.lower(): name for name in field.values}
    if not isinstance(value, str) or value.lower() not in known:
        raise _WrongTypeError
    return known[value.lower()]


def _strings(_field: Field, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
        raise _WrongTypeError
    return value


def _ints(field: Field, value: Any) -> list[int]:
    if not isinstance(value, list):
        raise _WrongTypeError
    return [_int(field, member) for member in value]


_SCALARS: Mapping[str, Callable[[Field, Any], Any]] = {
    "int": _int,
    "number": _number,
    "string": _string,
    "bool": _bool,
    "date": _date,
    "enum": _enum,
    "strings": _strings,
    "ints": _ints,
    "any": lambda _field, value: value,
}


def patch_changes(record: Mapping[str, Any], operations: Any, model: Model) -> Record:
    """Turn a JSON Patch into the top-level fields that it changes, yet unchecked.

    A path into a reference, such as `company/identifier`, changes nothing and is no error: so does the real server.
    Raises: RefusedError, 400, for an unknown operation or path.
    """
    if not isinstance(operations, list) or not all(isinstance(operation, Mapping) for operation in operations):
        raise bad_request("The request body must be an array of patch operations.")
    changed: Record = {}
    for operation in operations:
        _apply(operation, record, changed, model)
    return changed


def _apply(operation: Mapping[str, Any], record: Mapping[str, Any], changed: Record, model: Model) -> None:
    verb, path = str(operation.get("op", "")).lower(), str(operation.get("path", ""))
    if verb not in ("add", "replace", "remove"):
        raise bad_request(f"'{verb}' is not a recognized patch operation.")
    name, *deeper = path.strip("/").split("/")
    if name == "_info":
        return
    field = model.find(name)
    if field is None:
        raise bad_request(f"The target location specified by path segment '{name}' was not found.")
    if field.type == "ref" and deeper:
        return
    value = None if verb == "remove" else operation.get("value")
    if not deeper:
        changed[name] = value
        return
    array = deepcopy(changed.get(name, record.get(name)) or [])
    _apply_in_array(array, verb, deeper, value)
    changed[name] = array


def _apply_in_array(array: list[Any], verb: str, path: list[str], value: Any) -> None:
    index = len(array) if path[0] == "-" else int(path[0]) if path[0].isdecimal() else -1
    last = len(array) if verb == "add" and len(path) == 1 else len(array) - 1
    if not 0 <= index <= last:
        raise bad_request(f"The target location specified by path segment '{path[0]}' was not found.")
    if len(path) == 1:
        _put_member(array, verb, index, value)
    elif isinstance(array[index], dict) and len(path) == 2:
        array[index][path[1]] = value


def _put_member(array: list[Any], verb: str, index: int, value: Any) -> None:
    if verb == "add":
        array.insert(index, value)
    elif verb == "remove":
        del array[index]
    else:
        array[index] = value
