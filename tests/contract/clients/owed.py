"""Payables of every kind that our adapter writes into a company, for others to read there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from crossfoot.adapters.quickbooks.payables import QuickBooksPayables
from crossfoot.core.payables.entries import (
    BillEntry,
    CreditEntry,
    Entry,
    EntryLine,
    Part,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.records import PayMethod

from tests.adapters.quickbooks.company import Company

NOTE = "Bill of the platform. xf:0123456789abcdef"
DAY, DUE = date(2026, 11, 3), date(2026, 12, 3)


@dataclass(frozen=True)
class Owed:
    """What was entered, as it stands. Takes: `bank`, `card` and `costs` are the accounts that it names."""

    vendor: Entry
    bills: Sequence[Entry]
    credits: Sequence[Entry]
    payments: Sequence[Entry]
    bank: str
    card: str
    costs: str

    def ids(self) -> dict[str, list[str]]:
        """Give the ids by kind."""
        kinds = {"bills": self.bills, "credits": self.credits, "bill_payments": self.payments}
        return {"vendors": [self.vendor.id], **{kind: [each.id for each in entries] for kind, entries in kinds.items()}}


def enter_owed(company: Company) -> Owed:
    """Enter three bills and a credit of a vendor, and pay: by check with credit, by card, by credit alone, and void."""
    ids = {each["Name"]: each["Id"] for each in company.query("Account")}
    bank, card, costs = ids["Checking"], ids["Business Visa"], ids["Uncategorized Expense"]
    ours, keys = QuickBooksPayables(company.client()), iter(f"owed {number}" for number in range(20))

    def enter(entry: Entry) -> Entry:
        return ours.create(entry, "USD", NOTE, next(keys))

    def bill(number: str, *costs_minor: tuple[int, str]) -> Entry:
        lines = tuple(EntryLine(minor, costs, what) for minor, what in costs_minor)
        return enter(BillEntry("", vendor.id, number, DAY, DUE, lines))

    def pay(by: PayMethod, bills: Sequence[tuple[Entry, int]], used_minor: int = 0, number: str = "") -> Entry:
        parts = tuple(Part(entry.id, minor) for entry, minor in bills)
        used = (Part(credit.id, used_minor),) if used_minor else ()
        account_id = bank if by is PayMethod.CHECK else card
        return enter(PaymentEntry("", vendor.id, DAY, by, account_id, parts, used, number))

    vendor = enter(VendorEntry("", "O'Brien & Sons", "ap@obrien.example", "C-77"))
    bills = [bill("INV-1", (1_234_567_00, "Servers"), (89, "Screws")), bill("INV-2", (300_00, "Desks"))]
    third = bill("INV-3", (90_00, "Chairs"))
    assert isinstance(third, BillEntry)
    cheaper = replace(third, number="INV-3b", lines=(replace(third.lines[0], amount_minor=80_05),))
    bills.append(ours.update(cheaper, "USD", next(keys)))
    credit = enter(CreditEntry("", vendor.id, "CR-1", DAY, (EntryLine(100_00, costs, "A desk went back"),)))
    payments = [
        pay(PayMethod.CHECK, [(bills[0], 1_234_567_89), (bills[1], 100_00)], 50_00, number="5001"),
        pay(PayMethod.CREDIT_CARD, [(bills[1], 100_10)]),
        pay(PayMethod.CHECK, [(bills[2], 30_00)], 30_00),
        pay(PayMethod.CHECK, [(bills[2], 1_00)]),
    ]
    void = payments[-1]
    assert isinstance(void, PaymentEntry)
    ours.void(void, next(keys))
    return Owed(vendor, bills, [credit], payments, bank, card, costs)
