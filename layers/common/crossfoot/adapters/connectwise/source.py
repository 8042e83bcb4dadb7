"""Reads a ConnectWise site: companies, then invoices, always in the order of their ids.

A first import and a later read are the same walk, the later one with `lastUpdated >= the mark`. The mark of the next walk
is the vendor's time of the answer that began this one, so a record that changes behind us is read next time.
What lastUpdated cannot show: an invoice that was deleted. The callback `deleted` nudges, and the ids of all that is there
(`fetch_ids`) say what is gone, and what came back without a change. Whether a payment row moves its invoice's lastUpdated,
and a credit that of its memo, is undocumented: what we write we know from the answer, what others write is read when an
effect looks at the rows, or by a live comparison of the books (X4).
"""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from crossfoot.adapters.connectwise.client import ConnectWiseClient, Page, chunk_ids, conditions_of_ids
from crossfoot.adapters.connectwise.details import UNREADABLE, fetch_agreement_types, fetch_lines
from crossfoot.adapters.connectwise.translate import id_of, is_credit_memo, to_bill, to_customer
from crossfoot.core.model import Billed, CreditMemo, Customer, Invoice, Kind, Line, Record, Ref, System
from crossfoot.core.windows import OVERLAP
from crossfoot.ports import Found, Window

type Wire = Mapping[str, Any]

INVOICES = "/finance/invoices"
COMPANIES = "/company/companies"

# Lines take many calls where there are many, and a window has to end well within a worker's time on a slow site too.
WINDOW_S = 15.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next read goes on.

    Takes: `since` is the mark that this walk reads from, "" for everything; `mark` is where the next walk will begin;
    `page_id` is the last id that was read.
    """

    since: str = ""
    mark: str = ""
    kind: Kind = Kind.CUSTOMER
    page_id: int = 0

    def to_text(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self))


def read_cursor(text: str) -> Cursor:
    """Read a cursor back; "" begins a first import. Raises: ValueError, TypeError when it is none of ours."""
    values = json.loads(text or "{}")
    return Cursor(**{**values, "kind": Kind(values["kind"])}) if values else Cursor()


class ConnectWiseSource:
    """A ConnectWise site to read from. Implements the port Source."""

    system = System.CONNECTWISE

    def __init__(self, client: ConnectWiseClient, now: Callable[[], float] = time.monotonic) -> None:
        self._client, self._now = client, now

    def fetch_changes(self, cursor: str) -> Window:
        """Read what changed since the cursor; "" starts a first import. Source: I1, I8.

        One page of each kind is one window, less of it where its lines take long: what does not fit follows.
        """
        position, read, began = read_cursor(cursor), _Read(), self._now()
        while True:
            page = self._page(position)
            part = self._read_into(read, position.kind, page, lambda: self._now() - began > WINDOW_S)
            position = replace(position, mark=position.mark or page.time)
            if not page.is_last or len(part.records) < len(page.records):
                return read.window(replace(position, page_id=part.last_id), more=True)
            if position.kind is Kind.INVOICE:
                return read.window(Cursor(since=position.mark))
            position = replace(position, kind=Kind.INVOICE, page_id=0)

    def fetch_invoices(self, ids: Sequence[str]) -> Found[Invoice]:
        """Read some invoices as they are now, without their lines; credit memos are left out."""
        read = self._read_bills(ids)
        return Found(tuple(r for r in read.records if isinstance(r, Invoice)), tuple(read.unreadable))

    def fetch_credit_memos(self, ids: Sequence[str]) -> Found[CreditMemo]:
        """Read some credit memos as they are now, without their lines."""
        read = self._read_bills(ids)
        return Found(tuple(r for r in read.records if isinstance(r, CreditMemo)), tuple(read.unreadable))

    def fetch_records(self, kind: Kind, ids: Sequence[str]) -> Found[Customer | Invoice | CreditMemo]:
        """Read some records as they are now, with their lines.

        Takes: CUSTOMER, or INVOICE, which stands for credit memos too.
        """
        read = _Read()
        for some in chunk_ids(ids):
            for page in self._client.pages(_PATHS[kind], conditions_of_ids(some)):
                self._read_into(read, kind, page, lambda: False)
        records = tuple(r for r in read.records if isinstance(r, Customer | Invoice | CreditMemo))
        return Found(records, tuple(read.unreadable))

    def fetch_ids(self, kind: Kind) -> frozenset[str]:
        """Read the ids of what is there now (I5).

        Takes: CUSTOMER, or INVOICE, which stands for credit memos too.
        """
        pages = self._client.pages(_PATHS[kind], fields=_ID_FIELDS[kind])
        there = (wire for page in pages for wire in page.records if not wire.get("deletedFlag"))
        return frozenset(filter(None, map(id_of, there)))

    def open_pdf(self, invoice: Ref) -> AbstractContextManager[Iterator[bytes]]:
        """Open the printed invoice (or credit memo) as a stream."""
        return self._client.open(f"{INVOICES}/{int(invoice.id)}/pdf")

    def _read_bills(self, ids: Sequence[str]) -> "_Read":
        read = _Read()
        for some in chunk_ids(ids):
            for page in self._client.pages(INVOICES, conditions_of_ids(some)):
                self._read_bills_into(read, page, lines=None)
        return read

    def _page(self, position: Cursor) -> Page:
        return self._client.page_after(_PATHS[position.kind], position.page_id, _since(position.since))

    def _read_into(self, read: "_Read", kind: Kind, page: Page, is_late: Callable[[], bool]) -> Page:
        """Read a page, or what there is time for. Returns: the part that was read."""
        if kind is Kind.CUSTOMER:
            read.add(page, lambda wire: to_customer(wire, page.time), lambda _: Kind.CUSTOMER)
            return page
        lines, taken = fetch_lines(self._client, page.records, is_late)
        part = replace(page, records=page.records[:taken])
        self._read_bills_into(read, part, lines)
        return part

    def _read_bills_into(self, read: "_Read", page: Page, lines: Mapping[str, tuple[Line, ...]] | None) -> None:
        types = fetch_agreement_types(self._client, page.records)

        def to_record(wire: Wire) -> Billed:
            return replace(to_bill(wire, page.time, types), lines=(lines or {}).get(id_of(wire)))

        read.add(page, to_record, lambda wire: Kind.CREDIT_MEMO if is_credit_memo(wire) else Kind.INVOICE)


_PATHS = {Kind.CUSTOMER: COMPANIES, Kind.INVOICE: INVOICES}
_ID_FIELDS = {Kind.CUSTOMER: "id,deletedFlag", Kind.INVOICE: "id"}


def _since(mark: str) -> str:
    if not mark:
        return ""
    earliest = datetime.fromisoformat(mark) - OVERLAP
    return f"lastUpdated >= [{earliest:%Y-%m-%dT%H:%M:%SZ}]"


class _Read:
    """What was read so far: records, and what cannot be kept exactly."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.unreadable: list[Ref] = []

    def add(self, page: Page, to_record: Callable[[Wire], Record], kind_of: Callable[[Wire], Kind]) -> None:
        for wire in page.records:
            try:
                self.records.append(to_record(wire))
            except UNREADABLE:
                kind = kind_of(wire)
                log.exception("connectwise %s %s cannot be read", kind, wire.get("id"))
                self.unreadable.append(Ref(System.CONNECTWISE, kind, str(wire.get("id"))))

    def window(self, cursor: Cursor, *, more: bool = False) -> Window:
        return Window(tuple(self.records), cursor.to_text(), more=more, unreadable=tuple(self.unreadable))
