"""Reads a ConnectWise site: companies, then invoices, always in the order of their ids.

A first import and a later read are the same walk, the later one with `lastUpdated >= the mark`. The mark of the next walk
is the vendor's time of the answer that began this one, so a record that changes behind us is read next time.
What no call of ConnectWise can show here: an invoice that was deleted (lastUpdated lists what is, and there is no list of
what is gone); the callback `deleted` nudges, and a live comparison of the books (X4) finds it missing. Whether a payment
row moves its invoice's lastUpdated is undocumented: what we write we know from the answer, what others write is read when
an effect looks at the rows, or by that comparison.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import batched
from typing import Any

from crossfoot.adapters.connectwise.client import PAGE_SIZE, ConnectWiseClient, Page, conditions_of_ids
from crossfoot.adapters.connectwise.translate import to_customer, to_invoice
from crossfoot.core.model import Invoice, Kind, Record, Ref, System
from crossfoot.core.windows import OVERLAP
from crossfoot.ports import Window

INVOICES = "/finance/invoices"
COMPANIES = "/company/companies"
IDS_PER_CALL = 150

_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

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

    def __init__(self, client: ConnectWiseClient) -> None:
        self._client = client

    def fetch_changes(self, cursor: str) -> Window:
        """Read what changed since the cursor; "" starts a first import. Source: I1, I8.

        One page of each kind is one window: what does not fit follows.
        """
        position = read_cursor(cursor)
        records: list[Record] = []
        unreadable: list[Ref] = []
        while True:
            page = self._page(position)
            _read_into(records, unreadable, position.kind, page)
            position = replace(position, mark=position.mark or page.time)
            if len(page.records) >= PAGE_SIZE:
                position = replace(position, page_id=int(page.records[-1]["id"]))
                return Window(tuple(records), position.to_text(), more=True, unreadable=tuple(unreadable))
            if position.kind is Kind.INVOICE:
                done = Cursor(since=position.mark)
                return Window(tuple(records), done.to_text(), unreadable=tuple(unreadable))
            position = replace(position, kind=Kind.INVOICE, page_id=0)

    def fetch_invoices(self, ids: Sequence[str]) -> tuple[Invoice, ...]:
        """Read some invoices as they are now; missing ones are left out."""
        records: list[Record] = []
        for some in batched(ids, IDS_PER_CALL, strict=False):
            for page in self._client.pages(INVOICES, conditions_of_ids(some)):
                _read_into(records, [], Kind.INVOICE, page)
        return tuple(record for record in records if isinstance(record, Invoice))

    def _page(self, position: Cursor) -> Page:
        return self._client.page_after(_PATHS[position.kind], position.page_id, _since(position.since))


_PATHS = {Kind.CUSTOMER: COMPANIES, Kind.INVOICE: INVOICES}
_READERS: Mapping[Kind, Callable[[Mapping[str, Any], str], Record]] = {
    Kind.CUSTOMER: to_customer,
    Kind.INVOICE: to_invoice,
}


def _since(mark: str) -> str:
    if not mark:
        return ""
    earliest = datetime.fromisoformat(mark) - OVERLAP
    return f"lastUpdated >= [{earliest:%Y-%m-%dT%H:%M:%SZ}]"


def _read_into(records: list[Record], unreadable: list[Ref], kind: Kind, page: Page) -> None:
    for wire in page.records:
        try:
            records.append(_READERS[kind](wire, page.time))
        except _UNREADABLE:
            log.exception("connectwise %s %s cannot be read", kind, wire.get("id"))
            unreadable.append(Ref(System.CONNECTWISE, kind, str(wire.get("id"))))
