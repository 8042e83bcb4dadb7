"""The invoices and credit memos that we write into a QuickBooks company for ConnectWise bills (S)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from crossfoot.adapters.quickbooks.catalogue import fetch_catalogue
from crossfoot.adapters.quickbooks.client import WRITE_BATCH_MORE_S, QuickBooksClient, Reply, ask_create
from crossfoot.adapters.quickbooks.company import PAGE_ROWS
from crossfoot.adapters.quickbooks.found_again import OwnRecords, to_note
from crossfoot.adapters.quickbooks.items import create_item
from crossfoot.adapters.quickbooks.journals import QuickBooksJournals
from crossfoot.adapters.quickbooks.sale_wire import ENTITIES, read_sale, write_sale
from crossfoot.core.sync.catalogue import Catalogue, Item
from crossfoot.core.sync.correcting import Journal
from crossfoot.core.sync.sales import Sale, SaleKind
from crossfoot.errors import CrossfootError, OutcomeUnknown
from crossfoot.http import Wire
from crossfoot.ports import Entered

# An entry of more lines is waited for as long as thirty of few.
MANY_LINES = 250
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class QuickBooksSales:
    """Implements the port Sales for one company. A single write is free of Intuit's meter; batches and reads are not."""

    def __init__(self, client: QuickBooksClient, page_rows: int = PAGE_ROWS) -> None:
        self._client, self._page_rows = client, page_rows
        self._entries = {kind: OwnRecords(client, entity, page_rows) for kind, entity in ENTITIES.items()}
        self._journals = QuickBooksJournals(client, page_rows)

    def fetch_catalogue(self) -> Catalogue:
        """Read what the company offers."""
        return fetch_catalogue(self._client, self._page_rows)

    def create_sale(self, sale: Sale, note: str, request_id: str) -> Entered:
        """Make an entry. The answer is what stands; it is never read back."""
        path = f"/{ENTITIES[sale.kind].lower()}"
        more_time_s = WRITE_BATCH_MORE_S if len(sale.lines) > MANY_LINES else 0.0
        return _entered(sale, self._client.write(path, _wire_of(sale, note), request_id, more_time_s=more_time_s))

    def create_sales(self, sales: Sequence[tuple[Sale, str]], request_id: str) -> list[Entered | Exception]:
        """Make several entries in one metered call, each by itself."""
        writes = [ask_create(ENTITIES[sale.kind], _wire_of(sale, note)) for sale, note in sales]
        outcomes = self._client.write_batch(writes, request_id)
        return [_outcome(sale, outcome) for (sale, _), outcome in zip(sales, outcomes, strict=True)]

    def delete_sale(self, kind: SaleKind, id_: str, revision: str, request_id: str) -> None:
        """Delete an entry; one that is gone already is no error."""
        self._entries[kind].delete(id_, revision, request_id)

    def fetch_sale(self, kind: SaleKind, id_: str, currency: str) -> Entered | None:
        """Read an entry as it is now; None when it is gone."""
        found = self._entries[kind].fetch(id_)
        return _shown(kind, found, currency) if found is not None else None

    def fetch_sales(self, kind: SaleKind, ids: Sequence[str], currency: str) -> dict[str, Entered]:
        """Read several entries as they are now; those that are gone are left out."""
        shown = (_shown(kind, found, currency) for found in self._entries[kind].fetch_many(ids))
        return {each.standing.id: each for each in shown}

    def find_sale(self, kind: SaleKind, marker: str, since: datetime, currency: str) -> Entered | None:
        """Look for an entry by the marker that we left in it, among all that were made since."""
        found = self._entries[kind].find(marker, since)
        return _shown(kind, found, currency) if found is not None else None

    def find_sales(
        self, kind: SaleKind, markers: Collection[str], since: datetime, currency: str
    ) -> dict[str, Entered]:
        """Look for several entries by their markers in one walk through all that were made since."""
        found = self._entries[kind].find_many(markers, since)
        return {marker: _shown(kind, each, currency) for marker, each in found.items()}

    def create_item(self, name: str, account_id: str) -> Item:
        """Make an item for services."""
        return create_item(self._client, name, account_id)

    def create_journal(self, journal: Journal, note: str, request_id: str) -> str:
        """Make a journal entry."""
        return self._journals.create(journal, note, request_id)

    def find_journal(self, marker: str, since: datetime) -> str | None:
        """Look for a journal entry by the marker that we left in it."""
        return self._journals.find(marker, since)


def _wire_of(sale: Sale, note: str) -> dict[str, Wire]:
    return {**write_sale(sale), "PrivateNote": to_note(note)}


def _outcome(sale: Sale, outcome: Reply | CrossfootError) -> Entered | Exception:
    if isinstance(outcome, Exception):
        return outcome
    try:
        return _entered(sale, outcome.body)
    except OutcomeUnknown as error:
        return error


def _entered(sale: Sale, answer: Mapping[str, Any]) -> Entered:
    """Read what came back of a write. It was carried out: what cannot be read leaves its outcome unknown."""
    try:
        return _shown(sale.kind, answer[ENTITIES[sale.kind]], sale.currency)
    except _UNREADABLE as error:
        raise OutcomeUnknown("QuickBooks answered a write in a form that we cannot read") from error


def _shown(kind: SaleKind, wire: Mapping[str, Any], currency: str) -> Entered:
    # What QuickBooks answers to a request that it remembers is what stood then: it was seen no later than it changed.
    return read_sale(kind, wire, str(wire["MetaData"]["LastUpdatedTime"]), currency)
