"""Reads one feed of a QuickBooks company: one call when little changed, a few when much did.

Three stages, and the cursor says which is next:

    changes     one CDC call for every entity type of the feed since the mark. This is all that a normal day needs.
    pages       the first import, and whenever the changes are more than one CDC answer holds or older than its 30 days:
                queries by last-updated time, several pages in one batch (`pages.py`). A record that changes under our
                feet moves ahead of us, never behind.
    deletions   after such pages, CDC once more, for only CDC knows what was deleted (`deletions.py`).

The mark of the next changes read is the vendor's time of the answer that *began* the work (a first import sets it before
it reads anything), so whatever happened while pages were read is read again. What no call of QuickBooks can show: a
deletion more than 30 days old, and one that lies before 1000 or more newer changes of its own type, because CDC lists the
deleted last and has no second page. The window then names the kind in `unseen`, and a live comparison of the books (X4)
heals it, since the record itself is gone; a sync of payables looks its records up.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import batched
from typing import Any

from crossfoot.adapters.quickbooks.client import QuickBooksClient, Reply, ask_changes, ask_query, changes_in
from crossfoot.adapters.quickbooks.cursor import (
    NAME_LISTS,
    Cursor,
    Stage,
    format_mark,
    in_offset_form,
    parse_mark,
    read_cursor,
    shift,
)
from crossfoot.adapters.quickbooks.deletions import Look, after_look, only_deleted, plan_looks
from crossfoot.adapters.quickbooks.pages import Limits, Page, Row, Rows, WireRecords, plan_pages, take_pages
from crossfoot.adapters.quickbooks.translate import to_utc
from crossfoot.core.model import Kind, Record, Ref, System
from crossfoot.core.windows import OVERLAP
from crossfoot.errors import AnswerTooLarge, RateLimited, RemoteUnavailable
from crossfoot.ports import Clock, Found, Window

LIMITS = Limits()
CDC_REACH = timedelta(days=30)
# What our own clock says is used only where so much of an error does not matter.
CLOCK_ERROR = OVERLAP
CDC_SAFE_REACH = CDC_REACH - timedelta(days=1)
IDS_PER_QUERY = 500
_SMALLER = 4
_SMALLEST_PAGE = 4

_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_KINDS = {
    "Customer": Kind.CUSTOMER, "Invoice": Kind.INVOICE, "Payment": Kind.PAYMENT,
    "CreditMemo": Kind.CREDIT_MEMO, "Deposit": Kind.DEPOSIT,
    "BillPayment": Kind.BILL_PAYMENT, "VendorCredit": Kind.VENDOR_CREDIT, "Bill": Kind.BILL, "Vendor": Kind.VENDOR,
}  # fmt: skip

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Feed:
    """Entity types that are read together, in their order, and what makes records of them.

    Takes: `to_record` as translate.to_record.
    """

    entities: tuple[str, ...]
    to_record: Callable[[str, Row, str, str], Record]


class ChangeReader:
    """Reads the records of one feed."""

    def __init__(self, client: QuickBooksClient, clock: Clock, feed: Feed, home_currency: str, limits: Limits) -> None:
        self._client, self._clock, self._feed = client, clock, feed
        self._home_currency, self._limits = home_currency, limits

    def fetch_changes(self, cursor: str) -> Window:
        """Read what changed since the cursor; "" starts a first import. Source: I1, I8, C6."""
        if not cursor:
            return self._begin()
        position = read_cursor(cursor)
        match position.stage:
            case Stage.PAGES:
                return self._pages(position)
            case Stage.DELETIONS:
                return self._deletions(position)
            case Stage.CHANGES:
                return self._changes(position)

    def find[R: Record](self, kind: type[R], entity: str, ids: Sequence[str]) -> Found[R]:
        """Read some records as they are now, in as few calls as QuickBooks allows."""
        records: list[R] = []
        unreadable: list[Ref] = []
        for some in batched(ids, IDS_PER_QUERY, strict=False):
            listed = ",".join(quote(each) for each in some)
            reply = self._client.query(f"SELECT * FROM {entity} WHERE Id IN ({listed}) MAXRESULTS {IDS_PER_QUERY}")  # noqa: S608 ids are quoted
            read, odd = self._translate([(entity, wire) for wire in _rows(reply, entity)], reply)
            records.extend(record for record in read if isinstance(record, kind))
            unreadable.extend(odd)
        return Found(tuple(records), tuple(unreadable))

    def _begin(self) -> Window:
        """Set the mark of a first import before anything is read.

        A worker that dies behind its first page then leaves a mark, and what was deleted meanwhile is still seen to go.
        """
        mark = format_mark(self._clock.now() - CLOCK_ERROR)
        return Window((), Cursor(Stage.PAGES, mark, self._feed.entities[0]).to_text(), more=True)

    def _changes(self, position: Cursor) -> Window:
        since = shift(position.mark, -OVERLAP)
        catch_up = Cursor(Stage.PAGES, entity=self._feed.entities[0], since=since, deletions_since=since)
        if self._clock.now() - parse_mark(position.mark) > CDC_SAFE_REACH:
            return self._pages(catch_up)
        reply = self._client.changes(self._feed.entities, in_offset_form(since))
        found = self._changed(reply)
        if len(found) < self._limits.cdc_objects:
            return self._window(found, reply, Cursor(Stage.CHANGES, to_utc(reply.time)), more=False)
        return self._window(only_deleted(found), reply, replace(catch_up, mark=to_utc(reply.time)))

    def _pages(self, position: Cursor) -> Window:
        pages = plan_pages(position, self._limits)
        if len(pages) > 1:
            try:
                return self._take(
                    position, pages, self._client.batch([ask_query(page.to_statement()) for page in pages])
                )
            except RemoteUnavailable as error:
                # Also what takes the vendor too long, or is too large to take in: then it will be so every time.
                log.warning("quickbooks %s: page by page, because a batch failed: %s", position.entity, error)
        return self._single_page(replace(position, size=position.size or self._limits.page_rows))

    def _single_page(self, position: Cursor) -> Window:
        while True:
            page = plan_pages(position, self._limits)[0]
            try:
                return self._take(position, [page], [self._client.query(page.to_statement())])
            except AnswerTooLarge:
                if page.size <= _SMALLEST_PAGE:
                    raise
                position = replace(position, size=max(page.size // _SMALLER, _SMALLEST_PAGE))

    def _take(self, position: Cursor, pages: Sequence[Page], replies: Sequence[Reply | Exception]) -> Window:
        first = replies[0]
        if isinstance(first, Exception):
            raise first
        asked = [(page, _rows_or_error(page, reply)) for page, reply in zip(pages, replies, strict=True)]
        taken = take_pages(replace(position, mark=_earlier(position.mark, to_utc(first.time))), asked, self._limits)
        return self._window(taken.found, first, taken.following, unseen=taken.unseen)

    def _deletions(self, position: Cursor) -> Window:
        looks = plan_looks(position, format_mark(self._clock.now() - CDC_SAFE_REACH))
        unseen: list[str] = []
        gone: WireRecords = []
        for look, reply in self._look(looks):
            found = self._changed(reply)
            deletions, hidden = after_look(position, look, found, self._limits)
            position = replace(position, deletions=deletions)
            gone += only_deleted(found)
            unseen.extend(look.entities if hidden else ())
        if position.deletions:
            return self._window(gone, reply, position, unseen=unseen)
        # Not `more`: a burst younger than the overlap would overflow the very next answer too, and that without end.
        return self._window(gone, reply, Cursor(Stage.CHANGES, position.mark), more=False, unseen=unseen)

    def _look(self, looks: Sequence[Look]) -> Iterable[tuple[Look, Reply]]:
        if len(looks) <= self._limits.single_looks:
            return [(looks[0], self._look_at(looks[0]))]
        questions = [ask_changes(look.entities, in_offset_form(look.since)) for look in looks]
        return [
            (look, reply if isinstance(reply, Reply) else self._look_again(look, reply))
            for look, reply in zip(looks, self._client.batch(questions), strict=True)
        ]

    def _look_again(self, look: Look, error: Exception) -> Reply:
        if isinstance(error, RateLimited):
            raise error
        log.warning("quickbooks %s: alone, because it failed in a batch: %s", ", ".join(look.entities), error)
        return self._look_at(look)

    def _look_at(self, look: Look) -> Reply:
        return self._client.changes(look.entities, in_offset_form(look.since))

    def _window(
        self, found: WireRecords, reply: Reply, following: Cursor, *, more: bool = True, unseen: Sequence[str] = ()
    ) -> Window:
        records, unreadable = self._translate(found, reply)
        for entity in unseen:
            log.warning("quickbooks %s: some deletions cannot be read any more", entity)
        # Customers and vendors are in no comparison of the books, so asking for one would heal nothing.
        kinds = tuple(dict.fromkeys(_KINDS[entity] for entity in unseen if entity not in NAME_LISTS))
        return Window(records, following.to_text(), more, unreadable, kinds)

    def _changed(self, reply: Reply) -> WireRecords:
        """Give what changed, in the order of the feed and not of the answer's parts."""
        parts = [part for change in changes_in(reply.body) for part in change.get("QueryResponse") or ()]
        return [
            (entity, wire)
            for entity in self._feed.entities
            for part in parts
            for wire in _records(part.get(entity) or ())
        ]

    def _translate(self, found: WireRecords, reply: Reply) -> tuple[tuple[Record, ...], tuple[Ref, ...]]:
        records: list[Record] = []
        unreadable: list[Ref] = []
        for entity, wire in found:
            try:
                records.append(self._feed.to_record(entity, wire, reply.time, self._home_currency))
            except _UNREADABLE:
                log.exception("quickbooks %s %s cannot be read", entity, wire.get("Id"))
                unreadable.append(Ref(System.QUICKBOOKS, _KINDS[entity], str(wire.get("Id"))))
        return tuple(records), tuple(unreadable)


def _earlier(mark: str, time: str) -> str:
    """Keep a mark that was set, unless the vendor's clock is behind it."""
    return min(mark, time) if mark else time


def quote(value: str) -> str:
    """Write a text into a query statement."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _rows(reply: Reply, entity: str) -> Sequence[Mapping[str, Any]]:
    # An empty result has no list at all.
    return _records((reply.body.get("QueryResponse") or {}).get(entity) or ())


def _records(found: Sequence[Any]) -> Sequence[Mapping[str, Any]]:
    """Let what is no record keep its place, without anything in it: how many there are says whether more follow."""
    return [each if isinstance(each, Mapping) else {} for each in found]


def _rows_or_error(page: Page, reply: Reply | Exception) -> Rows | Exception:
    return _rows(reply, page.entity) if isinstance(reply, Reply) else reply
