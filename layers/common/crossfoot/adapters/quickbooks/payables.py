"""The vendors, bills, vendor credits and bill payments that we write into a QuickBooks company (B4)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from crossfoot.adapters.quickbooks.changes import quote
from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.company import PAGE_ROWS
from crossfoot.adapters.quickbooks.found_again import OwnRecords, to_note
from crossfoot.adapters.quickbooks.payable_wire import ENTITIES, is_live, read_entry, write_entry
from crossfoot.core.model import Kind
from crossfoot.core.payables.entries import (
    KIND_OF,
    Entry,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.latin import in_latin
from crossfoot.core.payables.standing import INACTIVE_SUFFIX
from crossfoot.errors import Conflict, OutcomeUnknown, Rejected
from crossfoot.http import Wire

_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_NOT_FOUND = "610"


class QuickBooksPayables:
    """Implements the port PayableEntries for one company. Writes are free of Intuit's meter; reads are not."""

    def __init__(self, client: QuickBooksClient, page_rows: int = PAGE_ROWS) -> None:
        self._client = client
        self._own = {kind: OwnRecords(client, entity, page_rows) for kind, entity in ENTITIES.items()}

    def create(self, entry: Entry, currency: str, note: str, request_id: str) -> Entry:
        """Make an entry. The answer is what stands; it is never read back."""
        body = write_entry(in_latin(entry), currency)
        noted = body if isinstance(entry, VendorEntry) else {**body, "PrivateNote": to_note(note)}
        return self._write(noted, entry, currency, request_id)

    def update(self, entry: Entry, currency: str, request_id: str) -> Entry:
        """Change an entry that stands. What it says beside what we write stays.

        Whatever is not sent is cleared (so say Intuit's pages), so the record is read before, in one metered call.
        """
        standing = self._read(KIND_OF[type(entry)], entry.id)
        _check_revision(entry, standing)
        return self._write(write_entry(in_latin(entry), currency, standing), entry, currency, request_id)

    def delete(self, entry: Entry, request_id: str) -> None:
        """Delete an entry; QuickBooks has vendors made inactive instead. One that is gone already is no error."""
        if isinstance(entry, VendorEntry):
            self._make_inactive(entry, request_id)
        else:
            self._own[KIND_OF[type(entry)]].delete(entry.id, entry.revision, request_id)

    def void(self, entry: PaymentEntry, request_id: str) -> None:
        """Void a payment; one that is void or gone already is no error."""
        body: dict[str, Wire] = {"Id": entry.id, "SyncToken": entry.revision, "sparse": True}
        try:
            self._client.write("/billpayment", body, request_id, operation="update", include="void")
        except Rejected as refusal:
            if refusal.code != _NOT_FOUND:
                raise
        except Conflict:
            found = self._read(Kind.BILL_PAYMENT, entry.id)
            if found is not None and is_live(Kind.BILL_PAYMENT, found, ""):
                raise

    def fetch(self, kind: Kind, id_: str, currency: str) -> Entry | None:
        """Read an entry as it is now; None when it is gone or void. An inactive vendor is there."""
        found = self._read(kind, id_)
        if found is None or not is_live(kind, found, currency):
            return None
        return read_entry(kind, found, currency)

    def find(self, kind: Kind, marker: str, since: datetime, currency: str) -> Entry | None:
        """Look for an entry by the marker that we left in it, among all that were made since.

        Returns: what stands there now; of a payment that is void by now an amount of nothing.
        """
        found = self._own[kind].find(marker, since)
        return read_entry(kind, found, currency) if found is not None else None

    def find_vendors(self, name: str) -> tuple[VendorEntry, ...]:
        """Find vendors by their name, also inactive ones, which QuickBooks has renamed."""
        latin = in_latin(VendorEntry("", name))
        assert isinstance(latin, VendorEntry)
        names = ", ".join(map(quote, (latin.name, latin.name + INACTIVE_SUFFIX)))
        return tuple(map(_vendor_entry, self._query_vendors(f"DisplayName IN ({names})")))

    def _make_inactive(self, vendor: VendorEntry, request_id: str) -> None:
        standing = self._read(Kind.VENDOR, vendor.id)
        if standing is None or standing.get("Active") is False:
            return
        _check_revision(vendor, standing)
        inactive = replace(_vendor_entry(standing), active=False)
        self._client.write("/vendor", write_entry(inactive, "", standing), request_id)

    def _read(self, kind: Kind, id_: str) -> Mapping[str, Any] | None:
        """Read a record as it is now, in one metered call; None when it is gone. An inactive vendor is there."""
        if kind is Kind.VENDOR:
            return next(iter(self._query_vendors(f"Id = {quote(id_)}")), None)
        return self._own[kind].fetch(id_)

    def _query_vendors(self, condition: str) -> list[Mapping[str, Any]]:
        statement = f"SELECT * FROM Vendor WHERE {condition} AND Active IN (true, false)"  # noqa: S608 - quoted
        return list((self._client.query(statement).body.get("QueryResponse") or {}).get("Vendor") or ())

    def _write(self, body: Mapping[str, Wire], entry: Entry, currency: str, request_id: str) -> Entry:
        """Write, and read what came back. It was carried out: what cannot be read leaves its outcome unknown."""
        kind = KIND_OF[type(entry)]
        answer = self._client.write(f"/{ENTITIES[kind].lower()}", body, request_id)
        try:
            return read_entry(kind, answer[ENTITIES[kind]], currency)
        except _UNREADABLE as error:
            raise OutcomeUnknown("QuickBooks answered a write in a form that we cannot read") from error


def _check_revision(entry: Entry, standing: Mapping[str, Any] | None) -> None:
    if standing is not None and str(standing.get("SyncToken")) != entry.revision:
        raise Conflict(f"{ENTITIES[KIND_OF[type(entry)]]} {entry.id} was changed in QuickBooks since it was read")


def _vendor_entry(wire: Mapping[str, Any]) -> VendorEntry:
    entry = read_entry(Kind.VENDOR, wire, "")
    assert isinstance(entry, VendorEntry)
    return entry
