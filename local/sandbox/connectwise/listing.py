"""Lists: conditions, order, fields, and both ways of paging with their Link headers."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from local.sandbox.connectwise import matching
from local.sandbox.connectwise.errors import bad_condition, bad_request, unknown_name
from local.sandbox.connectwise.records import value_at
from local.sandbox.connectwise.schema import Field, Model

type Record = dict[str, Any]

DEFAULT_PAGE_SIZE = 25
MAX_PAGE_SIZE = 1000


def filtered(records: Sequence[Record], model: Model, query: Mapping[str, str]) -> list[Record]:
    """Keep the records that all three kinds of conditions allow. Raises: RefusedError."""
    tests = []
    if text := query.get("conditions", "").strip():
        tests.append(matching.record_filter(text, model))
    if text := query.get("childConditions", "").strip():
        tests.append(matching.child_filter(text, model))
    if text := query.get("customFieldConditions", "").strip():
        tests.append(matching.custom_field_filter(text))
    return [record for record in records if all(test(record) for test in tests)]


def ordered(records: list[Record], model: Model, text: str) -> list[Record]:
    """Order by `name [asc|desc], …`; nothing comes first, and ties keep the order of ids. Raises: RefusedError."""
    if len(text) > 1000:
        raise bad_condition("orderBy is too long.")
    for part in reversed([part.strip() for part in text.split(",") if part.strip()]):
        name, _, direction = part.partition(" ")
        if direction.strip().lower() not in ("", "asc", "desc"):
            raise bad_condition(f"'{direction.strip()}' is not a recognized direction.")
        path, field = matching.resolve(model, name)
        if field.type == "ref":
            raise unknown_name(name)
        descending = direction.strip().lower() == "desc"
        records = sorted(records, key=lambda record: _sort_key(record, path, field), reverse=descending)
    return records


def _sort_key(record: Record, path: tuple[str, ...], field: Field) -> tuple[bool, Any]:
    value = matching.comparable(value_at(record, path), field)
    return (value is not None, 0 if value is None else value)


def is_forward_only(headers: Mapping[str, str]) -> bool:
    return headers.get("pagination-type", "").lower() == "forward-only"


def after_id(query: Mapping[str, str], headers: Mapping[str, str]) -> int:
    """The id that a forward-only page begins above; 0 for every other list. Raises: RefusedError."""
    return _whole(query, "pageId", 0) if is_forward_only(headers) else 0


def page(
    records: list[Record], query: Mapping[str, str], headers: Mapping[str, str], url: str
) -> tuple[list[Record], dict[str, str]]:
    """Cut out one page. Takes: records in order; `url` without its query. Returns: the page and its headers."""
    size = min(_whole(query, "pageSize", DEFAULT_PAGE_SIZE) or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
    if is_forward_only(headers):
        return _forward_page(records, query, size, url)
    number = _whole(query, "page", 1) or 1
    last = max(1, -(-len(records) // size))
    places = {"next": number + 1 if number < last else None, "prev": number - 1 if number > 1 else None}
    places |= {"first": 1 if number > 1 else None, "last": last if number < last else None}
    links = [_link(url, query, "page", place, rel) for rel, place in places.items() if place is not None]
    return records[(number - 1) * size : number * size], _link_header(links)


def _forward_page(
    records: list[Record], query: Mapping[str, str], size: int, url: str
) -> tuple[list[Record], dict[str, str]]:
    if query.get("orderBy"):
        raise bad_request("orderBy is not allowed with forward-only pagination.")
    after = _whole(query, "pageId", 0)
    cut = sorted((record for record in records if record["id"] > after), key=lambda record: record["id"])[:size]
    # The real server always names a next page, even after the last one.
    following = cut[-1]["id"] if cut else after
    return cut, _link_header([_link(url, query, "pageId", following, "next")])


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or len(text) > 9:
        raise bad_request(f"The value '{text}' is not valid for {name}.")
    return int(text)


def _link(url: str, query: Mapping[str, str], name: str, value: int, rel: str) -> str:
    """One link; the page comes last in it, where clients in the field look for it."""
    kept = [f"{quote(key)}={quote(given, safe='')}" for key, given in query.items() if key not in ("page", "pageId")]
    return f'<{url}?{"&".join([*kept, f"{name}={value}"])}>; rel="{rel}"'


def _link_header(links: Sequence[str]) -> dict[str, str]:
    return {"Link": ", ".join(links)} if links else {}


def projected(record: Record, model: Model, text: str, *, strict: bool) -> Record:
    """Keep only the `fields` named; `_info` goes unless it is named.

    Raises: RefusedError for an unknown name, if strict.
    """
    kept: Record = {}
    for name in (part.strip() for part in text.split(",")):
        if name:
            path = _shown_path(name, record, model, strict=strict)
            if path:
                _keep(record, kept, path)
    return kept


def _shown_path(name: str, record: Record, model: Model, *, strict: bool) -> tuple[str, ...]:
    parts = tuple(name.split("/"))
    known = model.find(parts[0]) is not None or parts[0] == "_info" or parts[0] in record
    if not known and strict:
        raise unknown_name(name)
    return parts if known else ()


def _keep(record: Any, kept: Record, path: tuple[str, ...]) -> None:
    name, *deeper = path
    if not isinstance(record, Mapping) or name not in record:
        return
    value = record[name]
    if not deeper:
        kept[name] = value
    elif isinstance(value, list):
        members = kept.setdefault(name, [{} for _ in value])
        for member, shown in zip(value, members, strict=True):
            _keep(member, shown, tuple(deeper))
    else:
        _keep(value, kept.setdefault(name, {}), tuple(deeper))
