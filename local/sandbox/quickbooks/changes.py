"""Change data capture: what changed since a time, for several entities at once, at most 1000 objects, no paging."""

from datetime import datetime, timedelta

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book, deleted_kind
from local.sandbox.quickbooks.kinds import Kind, kind_of_path
from local.sandbox.quickbooks.times import parse_instant, stamp
from local.sandbox.store import Record, Scan

LOOK_BACK = timedelta(days=30)


def changed_since(book: Book, entities: str, since_text: str) -> Record:
    """Answer a CDC call with its `CDCResponse` element: one QueryResponse per entity, empty for one without changes.

    Within an entity the living come by their last change, then the deleted. When the cap is reached the rest is left
    out, silently.
    Raises: Refusal 2020, 2070 or 500.
    """
    kinds = _kinds(entities)
    try:
        since = parse_instant(since_text)
    except ValueError:
        raise refusals.invalid_date(since_text) from None
    oldest = book.clock.now() - LOOK_BACK
    if since < oldest and book.switches.cdc_window == "refuse":
        raise refusals.business("changedSince must be within the last 30 days.")
    left = book.switches.cdc_cap
    answers: list[Record] = []
    for kind in kinds:
        live = _changed(book, kind.name, since, left)
        gone = _changed(book, deleted_kind(kind.name), max(since, oldest), left - len(live))
        found = [*live, *gone]
        left -= len(found)
        answers.append(_answer(kind, found, bool(gone)))
    return {"QueryResponse": answers}


def _kinds(entities: str) -> list[Kind]:
    names = [name.strip() for name in entities.split(",") if name.strip()]
    if not names:
        raise refusals.missing("entities")
    kinds: list[Kind] = []
    for name in names:
        kind = kind_of_path(name)
        if kind is None or not kind.cdc:
            raise refusals.unsupported(f"cdc on {name}")
        kinds.append(kind)
    return list(dict.fromkeys(kinds))


def _answer(kind: Kind, found: list[Record], with_deleted: bool) -> Record:
    if not found:
        return {}
    counted = {"totalCount": len(found)} if with_deleted else {}
    return {kind.name: found, "startPosition": 1, "maxResults": len(found), **counted}


def _changed(book: Book, place: str, since: datetime, most: int) -> list[Record]:
    return book.store.scan(book.realm, place, Scan(((">=", stamp(since)),), order="stamp, id"), most)
