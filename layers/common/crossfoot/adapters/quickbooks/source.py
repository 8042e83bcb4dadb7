"""Reads a QuickBooks company: one call when little changed, pages when much did.

Three stages, and the cursor says which is next:

    changes     one CDC call for every entity type since the mark. This is all that a normal day needs.
    pages       the first import, and whenever the changes are more than one CDC answer holds or older than its 30 days:
                queries by last-updated time. A record that changes under our feet moves ahead of us, never behind.
    deletions   after such pages, one CDC call per entity type (or a few), for only CDC knows what was deleted.

The mark of the next changes read is the vendor's time of the answer that *began* the work, so whatever happened while
pages were read is read again. What no call of QuickBooks can show: a deletion more than 30 days old, and one that lies
before 1000 or more newer changes of its own type, because CDC lists the deleted last and has no second page. Both are
logged; a live comparison of the books (X4) finds them, since the record itself is gone.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import batched
from typing import Any

from crossfoot.adapters.quickbooks.client import QuickBooksClient, Reply
from crossfoot.adapters.quickbooks.cursor import ENTITIES, Cursor, Stage, format_mark, parse_mark, read_cursor, shift
from crossfoot.adapters.quickbooks.translate import (
    DEFAULT_CURRENCY,
    is_deleted,
    to_record,
    to_utc,
    updated_at_of,
)
from crossfoot.core.model import Invoice, Kind, Payment, Record, Ref, System
from crossfoot.core.windows import OVERLAP
from crossfoot.errors import Rejected
from crossfoot.ports import Clock, Window

PAGE_SIZE = 1000
CDC_CAP = 1000
CDC_REACH = timedelta(days=30)
# The only use of our own clock: far enough from the vendor's limit that its error does not matter.
CDC_SAFE_REACH = CDC_REACH - timedelta(days=1)
IDS_PER_QUERY = 500

_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_KINDS = {"Customer": Kind.CUSTOMER, "Invoice": Kind.INVOICE, "Payment": Kind.PAYMENT}

log = logging.getLogger(__name__)

type Found = list[tuple[str, Mapping[str, Any]]]


class QuickBooksSource:
    """A QuickBooks company to read from. Implements the port Source."""

    system = System.QUICKBOOKS

    def __init__(self, client: QuickBooksClient, clock: Clock, home_currency: str = DEFAULT_CURRENCY) -> None:
        self._client, self._clock, self._home_currency = client, clock, home_currency

    def fetch_changes(self, cursor: str) -> Window:
        """Read what changed since the cursor; "" starts a first import. Source: I1, I8, C6."""
        position = read_cursor(cursor)
        match position.stage:
            case Stage.PAGES:
                return self._page(position)
            case Stage.DELETIONS:
                return self._deletions(position)
            case Stage.CHANGES:
                return self._changes(position)

    def fetch_invoices(self, ids: Sequence[str]) -> tuple[Invoice, ...]:
        """Read some invoices as they are now; missing ones are left out."""
        return tuple(invoice for some in batched(ids, IDS_PER_QUERY, strict=False) for invoice in self._invoices(some))

    def fetch_payments(self, ids: Sequence[str]) -> tuple[Payment, ...]:
        """Read some payments as they are now; missing ones are left out.

        Raises: Rejected("unreadable") when one is there that cannot be kept exactly: it must not pass for missing.
        """
        return tuple(payment for some in batched(ids, IDS_PER_QUERY, strict=False) for payment in self._payments(some))

    def _payments(self, ids: Sequence[str]) -> Iterable[Payment]:
        listed = ",".join(quote(each) for each in ids)
        reply = self._client.query(f"SELECT * FROM Payment WHERE Id IN ({listed}) MAXRESULTS {PAGE_SIZE}")  # noqa: S608 ids are quoted
        records, unreadable = self._translate([("Payment", wire) for wire in _rows(reply, "Payment")], reply)
        if unreadable:
            raise Rejected("unreadable", f"payments {', '.join(ref.id for ref in unreadable)} cannot be kept exactly")
        return (record for record in records if isinstance(record, Payment))

    def _invoices(self, ids: Sequence[str]) -> Iterable[Invoice]:
        listed = ",".join(quote(each) for each in ids)
        reply = self._client.query(f"SELECT * FROM Invoice WHERE Id IN ({listed}) MAXRESULTS {PAGE_SIZE}")  # noqa: S608 ids are quoted
        records, _ = self._translate([("Invoice", wire) for wire in _rows(reply, "Invoice")], reply)
        return (record for record in records if isinstance(record, Invoice))

    def _changes(self, position: Cursor) -> Window:
        since = shift(position.mark, -OVERLAP)
        catch_up = Cursor(Stage.PAGES, since=since, deletions_since=since)
        if self._clock.now() - parse_mark(position.mark) > CDC_SAFE_REACH:
            return self._page(catch_up)
        reply = self._client.changes(ENTITIES, _offset_form(since))
        found = _changed(reply)
        if len(found) < CDC_CAP:
            return self._window(found, reply, Cursor(Stage.CHANGES, to_utc(reply.time)), more=False)
        return self._window(found, reply, replace(catch_up, mark=to_utc(reply.time)))

    def _page(self, position: Cursor) -> Window:
        reply = self._client.query(_page_statement(position))
        rows = _rows(reply, position.entity)
        position = replace(position, mark=position.mark or to_utc(reply.time))
        following = _after_page(position, rows) if len(rows) >= PAGE_SIZE else self._after_pages_of(position)
        return self._window([(position.entity, row) for row in rows], reply, following)

    def _after_pages_of(self, position: Cursor) -> Cursor:
        if position.next_entity:
            first_since = position.deletions_since
            return replace(position, entity=position.next_entity, since=first_since, start=1)
        if not position.deletions_since:
            return Cursor(Stage.CHANGES, position.mark)
        return replace(position, stage=Stage.DELETIONS, entity=ENTITIES[0], since=position.deletions_since, start=1)

    def _deletions(self, position: Cursor) -> Window:
        since = self._within_reach(position)
        reply = self._client.changes((position.entity,), _offset_form(since))
        found = _changed(reply)
        # The pages held what lives, and what changed since is after the mark: giving it again would only queue it again.
        gone = [(entity, wire) for entity, wire in found if is_deleted(wire)]
        if len(found) >= CDC_CAP:
            return self._window(gone, reply, replace(position, since=_past_the_cap(position.entity, found, since)))
        if position.next_entity:
            following = replace(position, entity=position.next_entity, since=position.deletions_since)
            return self._window(gone, reply, following)
        # Not `more`: a burst younger than the overlap would overflow the very next answer too, and that without end.
        return self._window(gone, reply, Cursor(Stage.CHANGES, position.mark), more=False)

    def _within_reach(self, position: Cursor) -> str:
        earliest = format_mark(self._clock.now() - CDC_SAFE_REACH)
        if position.since < earliest:
            log.warning(
                "quickbooks %s: deletions from %s to %s cannot be read", position.entity, position.since, earliest
            )
        return max(position.since, earliest)

    def _window(self, found: Found, reply: Reply, following: Cursor, *, more: bool = True) -> Window:
        records, unreadable = self._translate(found, reply)
        return Window(records, following.to_text(), more, unreadable)

    def _translate(self, found: Found, reply: Reply) -> tuple[tuple[Record, ...], tuple[Ref, ...]]:
        records: list[Record] = []
        unreadable: list[Ref] = []
        for entity, wire in found:
            try:
                records.append(to_record(entity, wire, reply.time, self._home_currency))
            except _UNREADABLE:
                log.exception("quickbooks %s %s cannot be read", entity, wire.get("Id"))
                unreadable.append(Ref(System.QUICKBOOKS, _KINDS[entity], str(wire.get("Id"))))
        return tuple(records), tuple(unreadable)


def quote(value: str) -> str:
    """Write a text into a query statement."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _page_statement(position: Cursor) -> str:
    conditions = [f"MetaData.LastUpdatedTime >= '{_offset_form(position.since)}'"] if position.since else []
    if position.entity == "Customer":
        conditions.append("Active IN (true, false)")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    paging = f"ORDERBY MetaData.LastUpdatedTime STARTPOSITION {position.start} MAXRESULTS {PAGE_SIZE}"
    return f"SELECT * FROM {position.entity}{where} {paging}"  # noqa: S608 every part is our own


def _after_page(position: Cursor, rows: Sequence[Mapping[str, Any]]) -> Cursor:
    """Go on from the last row's time, which is read again, so that a deletion between two pages shifts nothing past us.

    Only a whole page within one second has to be left by counting.
    """
    last = updated_at_of(rows[-1])
    if last > position.since:
        return replace(position, since=last, start=1)
    return replace(position, start=position.start + len(rows))


def _past_the_cap(entity: str, found: Found, since: str) -> str:
    """Give the time to go on from when an answer is full: that of its last object, and always a little further."""
    if not any(is_deleted(wire) for _, wire in found):
        log.warning("quickbooks %s: deletions since %s are hidden behind %d changes", entity, since, len(found))
    return max(updated_at_of(found[-1][1]), shift(since, timedelta(seconds=1)))


def _rows(reply: Reply, entity: str) -> Sequence[Mapping[str, Any]]:
    # An empty result has no list at all.
    return (reply.body.get("QueryResponse") or {}).get(entity) or ()


def _changed(reply: Reply) -> Found:
    parts = (part for change in reply.body["CDCResponse"] for part in change.get("QueryResponse") or ())
    return [(entity, wire) for part in parts for entity in ENTITIES for wire in part.get(entity) or ()]


def _offset_form(mark: str) -> str:
    """Write a mark in the form that QuickBooks documents."""
    return mark.replace("Z", "+00:00")
