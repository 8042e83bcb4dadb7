"""One invoice of many in the making: what differs between them follows from their places."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from local.sandbox.connectwise import taxes, timestamps
from local.sandbox.connectwise.call import reference_to
from local.sandbox.connectwise.lines import EXPENSES, KINDS, PRODUCTS, TIME, ZERO, LineKind, money
from local.sandbox.connectwise.records import Record, Records

KIND_CYCLE = (TIME, PRODUCTS, TIME, EXPENSES)
OPEN = {"id": 1, "name": "New", "isClosed": False}
CLOSED = {"id": 3, "name": "Closed", "isClosed": True}
# Charges on time and products, and none on expenses.
TAX_CODE = {"id": 12, "name": "State and city"}
OF_HUNDRED = ("closed", "credit_memos", "agreements", "taxed", "odd")
# Each has no divisor in common with a hundred: of any hundred places in a row so many are chosen, apart from each other.
_STRIDES = {"closed": 1, "type": 37, "taxed": 61, "odd": 71}


type Made = tuple[Record, list[tuple[LineKind, Record]]]
"""An invoice and its lines."""


@dataclass(frozen=True)
class Wish:
    """What to make: `lines` for each invoice; `days` over which dates are spread; and of every hundred invoices so many
    that are `closed`, that are `credit_memos` (they have no lines), that bill an agreement too (`agreements`), that are
    `taxed` (credit memos are not), and that have `odd` times and rates, which come to fractions of a cent.

    `age_s` spreads `lastUpdated` back over so many seconds; 0 gives every record the time of now.
    """

    companies: int = 50
    invoices: int = 100
    lines: int = 3
    closed: int = 80
    credit_memos: int = 0
    agreements: int = 0
    taxed: int = 0
    odd: int = 0
    days: int = 365
    age_s: int = 0


class TakesIds(Protocol):
    """Gives out ids of one kind."""

    def take(self) -> int: ...


class Bill:
    """One invoice. Takes: `place` counts from 0 and decides all that differs between invoices."""

    def __init__(
        self,
        records: Records,
        now: datetime,
        wish: Wish,
        ids: Mapping[LineKind, TakesIds],
        place: int,
        invoice_id: int,
        number: int,
    ) -> None:
        self.records, self.ids, self.wish, self.place, self.id, self.number = (
            records, ids, wish, place, invoice_id, number,
        )  # fmt: skip
        changed = now - timedelta(seconds=wish.age_s * (wish.invoices - place) // max(1, wish.invoices))
        day = now - timedelta(days=place % max(1, wish.days))
        moment = timestamps.to_wire(changed)
        self.day, self.due = timestamps.today(day), timestamps.today(day + timedelta(days=30))
        self.stamps = {"lastUpdated": moment, "updatedBy": "seed", "dateEntered": moment, "enteredBy": "seed"}

    def made(self, customer: Record) -> Made:
        reference = reference_to("Company", customer)
        lines = [] if self._is_credit_memo else self._lines(reference)
        parts: dict[str, Decimal] = {}
        for kind, line in lines:
            parts[kind.part] = parts.get(kind.part, ZERO) + kind.amount(line)
        if self._is_credit_memo:
            parts["productTotal"] = -Decimal(10 + self.place % 90) - Decimal("0.35")
        elif self._is_agreement:
            parts["agreementAmount"] = Decimal(500 + self.place % 500)
        if not parts:
            parts["serviceTotal"] = Decimal(100 + self.place % 900)
        return self._invoice(customer, reference, parts, lines), lines

    @property
    def _is_credit_memo(self) -> bool:
        return self._share("type") < self.wish.credit_memos

    @property
    def _is_agreement(self) -> bool:
        return 0 <= self._share("type") - self.wish.credit_memos < self.wish.agreements

    def _share(self, name: str) -> int:
        return self.place * _STRIDES[name] % 100

    def _lines(self, company: Record) -> list[tuple[LineKind, Record]]:
        bill = {"id": self.id, "identifier": str(self.number)}
        kinds = [KIND_CYCLE[place % len(KIND_CYCLE)] for place in range(self.wish.lines)]
        return [(kind, self._line(kind, place, company, bill)) for place, kind in enumerate(kinds)]

    def _invoice(
        self, customer: Record, reference: Record, parts: dict[str, Decimal], lines: list[tuple[LineKind, Record]]
    ) -> Record:
        subtotal = sum(parts.values(), ZERO)
        invoice = {
            "id": self.id,
            "invoiceNumber": str(self.number),
            "type": "CreditMemo" if self._is_credit_memo else "Agreement" if self._is_agreement else "Standard",
            "status": CLOSED if self._share("closed") < self.wish.closed else OPEN,
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
            **self._taxation(),
            **parts,
            "subtotal": subtotal,
            "payments": ZERO,
            "credits": ZERO,
            "_info": self.stamps,
        }
        tax = self._tax(invoice, lines)
        return {**invoice, "salesTax": tax, "total": subtotal + tax, "balance": subtotal + tax}

    def _taxation(self) -> Record:
        is_taxed = not self._is_credit_memo and self._share("taxed") < self.wish.taxed
        return {"taxableFlag": True, "taxCode": TAX_CODE} if is_taxed else {"taxableFlag": False}

    def _tax(self, invoice: Record, lines: list[tuple[LineKind, Record]]) -> Decimal:
        code = taxes.code_of(self.records, invoice)
        if code is None:
            return ZERO
        billed = {kind: [line for of, line in lines if of is kind] for kind in KINDS}
        return sum((tax for _, tax in taxes.on_lines(code, invoice, billed)), ZERO)

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
        is_odd = kind is TIME and self._share("odd") < self.wish.odd
        return {**shared, **_OWN_FIELDS[kind](number, self.day), **(_odd(number) if is_odd else {})}


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


def _odd(number: int) -> Record:
    """Twenty minutes more, at a rate that is finer than a cent."""
    hours, rate = Decimal(1 + number % 8) + Decimal("0.33"), Decimal("120.125")
    return {
        "actualHours": hours, "invoiceHours": hours, "hourlyRate": rate, "extendedInvoiceAmount": money(hours * rate),
    }  # fmt: skip


_OWN_FIELDS = {TIME: _time, PRODUCTS: _product, EXPENSES: _expense}
