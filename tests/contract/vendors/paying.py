"""What our worker does with the port PayableEntries, and what it sees there, by the names of a story."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from crossfoot.core.model import Kind
from crossfoot.core.payables.entries import (
    KIND_OF,
    BillEntry,
    CreditEntry,
    Entry,
    EntryLine,
    Part,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.records import PayMethod
from crossfoot.ports import PayableEntries

from tests.contract.vendors.both import Names, Shown
from tests.contract.vendors.writing import LONG_AGO
from tests.fakes.filing import TODAY

# An account's name, an amount and what it was for.
type Cost = tuple[str, int, str]
COST: Cost = ("costs", 10_000, "Paper")


class PayableWriting:
    """Our payables in one company. Takes: `accounts` are the ids of those that a story names."""

    def __init__(self, port: PayableEntries, names: Names, accounts: Mapping[str, str]) -> None:
        self._port, self._names, self._accounts = port, names, accounts
        self._standing: dict[str, Any] = {}
        self._requests = 0

    # --- what is made ---------------------------------------------------------------------------------------------

    def vendor(self, name: str, called: str, *, email: str = "", account_number: str = "", request: str = "") -> Shown:
        return self._create(name, VendorEntry("", called, email, account_number), request=request)

    def bill(
        self,
        name: str,
        vendor: str,
        number: str,
        costs: Sequence[Cost] = (COST,),
        *,
        on: date = TODAY,
        due_on: date | None = None,
        note: str = "",
        request: str = "",
    ) -> Shown:
        lines = tuple(map(self._line, costs))
        wanted = BillEntry("", self._names.id_of(vendor), number, on, due_on, lines)
        return self._create(name, wanted, note=note, request=request)

    def credit(
        self, name: str, vendor: str, number: str, costs: Sequence[Cost] = (COST,), *, on: date = TODAY, note: str = ""
    ) -> Shown:
        lines = tuple(map(self._line, costs))
        return self._create(name, CreditEntry("", self._names.id_of(vendor), number, on, lines), note=note)

    def pay(
        self,
        name: str,
        vendor: str,
        bills: Mapping[str, int],
        credited: Mapping[str, int] | None = None,
        *,
        by: PayMethod = PayMethod.CHECK,
        account: str = "",
        on: date = TODAY,
        number: str = "",
        note: str = "",
        request: str = "",
    ) -> Shown:
        """Pay bills, with credits. Takes: `account` where it is not the one that goes with `by`."""
        usual = "bank" if by is PayMethod.CHECK else "card"
        wanted = PaymentEntry(
            "",
            self._names.id_of(vendor),
            on,
            by,
            self._accounts[account or usual],
            self._parts(bills),
            self._parts(credited or {}),
            number,
        )
        return self._create(name, wanted, note=note, request=request)

    # --- what is changed ------------------------------------------------------------------------------------------

    def change(self, name: str, /, **said: Any) -> Shown:
        """Change what was seen last in what is said."""
        return self._shown(name, self._port.update(replace(self._standing[name], **said), "USD", self._next_request()))

    def change_costs(self, name: str, *costs: Cost) -> Shown:
        """Let a bill or credit have other lines; those at the places of old ones are these, changed."""
        before = self._standing[name].lines
        lines = tuple(map(self._line, costs))
        known = (replace(line, line_id=old.line_id) for line, old in zip(lines, before, strict=False))
        return self.change(name, lines=(*known, *lines[len(before) :]))

    def change_parts(self, name: str, bills: Mapping[str, int], credited: Mapping[str, int] | None = None) -> Shown:
        """Let a payment settle other bills with other credits."""
        return self.change(name, bills=self._parts(bills), credits=self._parts(credited or {}))

    def change_way(self, name: str, by: PayMethod) -> Shown:
        """Let a payment be paid in another way, from the account that goes with it."""
        return self.change(name, method=by, account_id=self._accounts["bank" if by is PayMethod.CHECK else "card"])

    def delete(self, name: str) -> None:
        self._port.delete(self._standing[name], self._next_request())

    def void(self, name: str) -> None:
        self._port.void(self._standing[name], self._next_request())

    # --- what is seen ---------------------------------------------------------------------------------------------

    def fetch(self, name: str) -> Shown | None:
        kind = KIND_OF[type(self._standing[name])]
        found = self._port.fetch(kind, self._names.id_of(name), "USD")
        return self._shown(name, found) if found else None

    def find(self, kind: Kind, marker: str) -> tuple[str, int] | None:
        """Look for an entry by its marker: its name, and what it comes to."""
        found = self._port.find(kind, marker, LONG_AGO, "USD")
        if found is None:
            return None
        assert not isinstance(found, VendorEntry)
        minor = found.amount_minor if isinstance(found, PaymentEntry) else found.total_minor
        return self._names.name_of_id(found.id, kind), minor

    def find_vendors(self, called: str) -> list[tuple[str, str, bool]]:
        """Find vendors by name: what the story calls them, what they are called, and whether they are active."""
        found = self._port.find_vendors(called)
        return sorted((self._names.name_of_id(each.id, Kind.VENDOR), each.name, each.active) for each in found)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _create(self, name: str, wanted: Entry, *, note: str = "", request: str = "") -> Shown:
        made = self._port.create(wanted, "USD", note, request or self._next_request())
        self._names.give(KIND_OF[type(made)], name, made.id)
        return self._shown(name, made)

    def _line(self, cost: Cost) -> EntryLine:
        account, minor, description = cost
        return EntryLine(minor, self._accounts[account], description)

    def _parts(self, minors: Mapping[str, int]) -> tuple[Part, ...]:
        return tuple(Part(self._names.id_of(name), minor) for name, minor in minors.items())

    def _shown(self, name: str, entry: Entry) -> Shown:
        self._standing[name] = entry
        shown: Shown = {"name": self._names.name_of_id(entry.id, KIND_OF[type(entry)]), "revision": entry.revision}
        match entry:
            case VendorEntry():
                said = {"called": entry.name, "email": entry.email, "account_number": entry.account_number}
                return {**shown, **said, "active": entry.active}
            case BillEntry():
                return {**shown, **self._head(entry), "due_on": entry.due_on, "lines": self._lines(entry)}
            case CreditEntry():
                return {**shown, **self._head(entry), "lines": self._lines(entry)}
            case PaymentEntry():
                parts = {
                    key: {self._names.name_of_id(part.id, kind): part.amount_minor for part in each}
                    for key, kind, each in (
                        ("bills", Kind.BILL, entry.bills),
                        ("credits", Kind.VENDOR_CREDIT, entry.credits),
                    )
                }
                paid = {"by": entry.method, "from": self._account(entry.account_id), "minor": entry.amount_minor}
                vendor = self._names.name_of_id(entry.vendor_id, Kind.VENDOR)
                return {**shown, **parts, **paid, "vendor": vendor, "on": entry.paid_on, "number": entry.number}

    def _head(self, entry: BillEntry | CreditEntry) -> Shown:
        vendor = self._names.name_of_id(entry.vendor_id, Kind.VENDOR)
        return {"vendor": vendor, "number": entry.number, "on": entry.issued_on, "total_minor": entry.total_minor}

    def _lines(self, entry: BillEntry | CreditEntry) -> list[tuple[str, str, int, str]]:
        return [
            (each.line_id, self._account(each.account_id), each.amount_minor, each.description) for each in entry.lines
        ]

    def _account(self, id_: str) -> str:
        return next((name for name, each in self._accounts.items() if each == id_), "")

    def _next_request(self) -> str:
        self._requests += 1
        return f"payable request {self._requests}"
