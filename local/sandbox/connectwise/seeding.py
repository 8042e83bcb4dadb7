"""Fills a login company with many invoices and their lines at once, for whoever wants to try or measure a large book."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from decimal import Decimal
from itertools import batched
from typing import Any

from local.sandbox.connectwise import ledger, timestamps
from local.sandbox.connectwise.call import reference_to
from local.sandbox.connectwise.lines import EXPENSES, KINDS, PRODUCTS, TIME, ZERO, LineKind
from local.sandbox.connectwise.records import Record, Records
from local.sandbox.connectwise.site import LoginCompany, Site

KIND_CYCLE = (TIME, PRODUCTS, TIME, EXPENSES)
MOST = 200_000
BATCH, BLOCK = 500, 10_000
OPEN = {"id": 1, "name": "New", "isClosed": False}
CLOSED = {"id": 3, "name": "Closed", "isClosed": True}


type _Made = tuple[Record, list[tuple[LineKind, Record]]]
"""An invoice and its lines."""


@dataclass(frozen=True)
class Wish:
    """What to make: `lines` for each invoice; `closed` of every hundred invoices; `days` over which dates are spread.

    `age_s` spreads `lastUpdated` back over so many seconds; 0 gives every record the time of now.
    """

    companies: int = 50
    invoices: int = 100
    lines: int = 3
    closed: int = 80
    days: int = 365
    age_s: int = 0


def read_wish(asked: Mapping[str, Any]) -> Wish:
    """Raises: ValueError that names the field and what it takes."""
    known = {f.name for f in fields(Wish)}
    for name, value in asked.items():
        if name not in known or not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValueError(f"{name}: there are {', '.join(sorted(known))}, each a whole number from 0")
    wish = Wish(**asked)
    if wish.invoices * max(1, wish.lines) > MOST * 5 or wish.companies > MOST or wish.closed > 100:
        raise ValueError(f"at most {MOST} companies and invoices, five times as many lines, closed up to 100")
    if wish.invoices and not wish.companies:
        raise ValueError("companies: invoices need at least one")
    return wish


def seed(site: Site, company: LoginCompany, wish: Wish) -> dict[str, int]:
    """Make everything or nothing. Returns: how many records of each kind, and the first invoice's id."""
    records = company.records
    try:
        with site.store.transaction():
            customers = [_customer(site, records, number) for number in range(wish.companies)]
            first = records.next_id("Invoice", max(1, wish.invoices))
            numbers = records.next_id("invoiceNumber", max(1, wish.invoices))
            ids = {kind: _Ids(records, kind.model) for kind in KINDS}
            for places in batched(range(wish.invoices), BATCH, strict=False):
                bills = (_Bill(site, wish, ids, place, first + place, numbers + place) for place in places)
                _save(records, [bill.made(customers[bill.place % len(customers)]) for bill in bills])
    except BaseException:
        records.rolled_back()
        raise
    records.committed()
    made = {"companies": wish.companies, "invoices": wish.invoices, "lines": wish.invoices * wish.lines}
    return {**made, "first_invoice": first}


class _Ids:
    """Gives out ids from blocks, so that the store is asked once for many."""

    def __init__(self, records: Records, kind: str) -> None:
        self.records, self.kind = records, kind
        self._next = self._end = 0

    def take(self, count: int = 1) -> int:
        """Take adjoining ids. Returns: the first."""
        if self._next + count > self._end:
            self._next = self.records.next_id(self.kind, BLOCK)
            self._end = self._next + BLOCK
        first = self._next
        self._next += count
        return first


def _save(records: Records, made: list[_Made]) -> None:
    for kind in KINDS:
        records.put_many(kind.model, (line for _, lines in made for of, line in lines if of is kind))
    invoices = [invoice for invoice, _ in made]
    records.put_many("Invoice", invoices)
    closed = (invoice for invoice in invoices if invoice["status"] is CLOSED)
    take = _Ids(records, "GLEntry").take
    records.put_many(ledger.POSTING, [ledger.posted(records, invoice, take) for invoice in closed])


def _customer(site: Site, records: Records, number: int) -> Record:
    company_id = records.next_id("Company")
    moment = timestamps.to_wire(site.now)
    customer = {
        "id": company_id,
        "identifier": f"Seeded{company_id}",
        "name": f"Seeded customer {company_id}",
        "accountNumber": f"S{company_id}",
        "status": {"id": 1, "name": "Active"},
        "types": [{"id": 1 + number % 2, "name": ("Customer", "Prospect")[number % 2]}],
        "billingTerms": {"id": 2, "name": "Net 30"},
        "deletedFlag": False,
        "_info": {"lastUpdated": moment, "updatedBy": "seed", "dateEntered": moment, "enteredBy": "seed"},
    }
    records.put("Company", customer)
    return customer


class _Bill:
    """One invoice in the making. Takes: `place` counts from 0 and decides all that differs between invoices."""

    def __init__(
        self, site: Site, wish: Wish, ids: Mapping[LineKind, _Ids], place: int, invoice_id: int, number: int
    ) -> None:
        self.ids, self.wish, self.place, self.id, self.number = ids, wish, place, invoice_id, number
        changed = site.now - timedelta(seconds=wish.age_s * (wish.invoices - place) // max(1, wish.invoices))
        day = site.now - timedelta(days=place % max(1, wish.days))
        moment = timestamps.to_wire(changed)
        self.day, self.due = timestamps.today(day), timestamps.today(day + timedelta(days=30))
        self.stamps = {"lastUpdated": moment, "updatedBy": "seed", "dateEntered": moment, "enteredBy": "seed"}

    def made(self, customer: Record) -> _Made:
        reference = reference_to("Company", customer)
        bill = {"id": self.id, "identifier": str(self.number)}
        kinds = [KIND_CYCLE[place % len(KIND_CYCLE)] for place in range(self.wish.lines)]
        lines = [(kind, self._line(kind, place, reference, bill)) for place, kind in enumerate(kinds)]
        parts: dict[str, Decimal] = {}
        for kind, line in lines:
            parts[kind.part] = parts.get(kind.part, ZERO) + kind.amount(line)
        if not parts:
            parts["serviceTotal"] = Decimal(100 + self.place % 900)
        closed = self.place % 100 < self.wish.closed
        return self._invoice(customer, reference, parts, closed=closed), lines

    def _invoice(self, customer: Record, reference: Record, parts: dict[str, Decimal], *, closed: bool) -> Record:
        total = sum(parts.values(), ZERO)
        return {
            "id": self.id,
            "invoiceNumber": str(self.number),
            "type": "Standard",
            "status": CLOSED if closed else OPEN,
            "company": reference,
            "billToCompany": reference,
            "shipToCompany": reference,
            "accountNumber": customer["accountNumber"],
            "applyToType": "All",
            "billingTerms": customer["billingTerms"],
            "date": self.day,
            "dueDate": self.due,
            "locationId": 2,
            "departmentId": 10,
            "taxableFlag": False,
            **parts,
            "subtotal": total,
            "salesTax": ZERO,
            "total": total,
            "payments": ZERO,
            "credits": ZERO,
            "balance": total,
            "_info": self.stamps,
        }

    def _line(self, kind: LineKind, place: int, company: Record, invoice: Record) -> Record:
        number = self.place + place
        shared = {
            "id": self.ids[kind].take(),
            "company": company,
            "invoice": invoice,
            "billableOption": "Billable",
            "locationId": 2,
            "businessUnitId": 10,
            "_info": self.stamps,
        }
        return {**shared, **_OWN_FIELDS[kind](number, self.day)}


def _time(number: int, day: str) -> Record:
    hours, rate = Decimal(1 + number % 8), Decimal("120.00")
    return {
        "timeStart": day, "chargeToType": "Company", "workRole": {"id": 1, "name": "Technician"},
        "workType": {"id": 1, "name": "Regular"}, "actualHours": hours, "invoiceHours": hours, "hoursDeduct": 0,
        "hourlyRate": rate, "hourlyCost": "45.00", "extendedInvoiceAmount": hours * rate, "status": "Billed",
        "notes": f"Work {number}",
    }  # fmt: skip


def _product(number: int, _day: str) -> Record:
    quantity = Decimal(1 + number % 5)
    return {
        "catalogItem": {"id": 1, "identifier": "SW-LIC", "name": "Software licence"}, "description": "Software licence",
        "quantity": quantity, "price": Decimal("20.00"), "cost": Decimal("12.50"), "taxableFlag": True,
        "extPrice": quantity * Decimal("20.00"), "extCost": quantity * Decimal("12.50"), "productClass": "NonInventory",
    }  # fmt: skip


def _expense(number: int, day: str) -> Record:
    spent = Decimal(10 + number % 90) + Decimal("0.35")
    return {
        "type": {"id": 1, "name": "Travel"}, "date": day, "amount": spent, "invoiceAmount": spent, "status": "Billed",
        "notes": f"Trip {number}",
    }  # fmt: skip


_OWN_FIELDS = {TIME: _time, PRODUCTS: _product, EXPENSES: _expense}
