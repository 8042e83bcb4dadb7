"""The demo's own audit: what both systems hold in the end against what should be there, by none of Crossfoot's code."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from local.demo.seed import Books, Invoice
from local.demo.stories import Story
from local.sandbox.store import Record

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Held:
    """What was read from both systems."""

    invoices: Sequence[Record]
    payments: Sequence[Record]
    connectwise_invoices: Sequence[Record]
    connectwise_rows: Sequence[Record]


@dataclass(frozen=True, slots=True)
class Paid:
    """What an invoice has to show as paid: the amount, and the date of the newest payment."""

    amount: Decimal = ZERO
    newest: date | None = None

    def plus(self, amount: Decimal, day: date) -> "Paid":
        return Paid(self.amount + amount, max(self.newest or day, day))


def audit(books: Books, stories: Iterable[Story], day: date, held: Held) -> list[str]:
    """Find everything that is not as it should be; nothing, when all is well."""
    due = paid_by_number(books, stories, day)
    return [*_audit_quickbooks(books, due, held), *_audit_connectwise(books, due, held)]


def paid_by_number(books: Books, stories: Iterable[Story], day: date) -> dict[str, Paid]:
    """Work out what has to be paid on every invoice, by its number."""
    due = {invoice.number: Paid() for invoice in books.invoices}
    for invoice in books.paid:
        assert invoice.paid_on is not None
        due[invoice.number] = due[invoice.number].plus(invoice.total, invoice.paid_on)
    for story in stories:
        for invoice, amount in story.last:
            due[invoice.number] = due[invoice.number].plus(amount, day)
    return due


def _audit_quickbooks(books: Books, due: dict[str, Paid], held: Held) -> Iterator[str]:
    paid_by_id: dict[str, Decimal] = defaultdict(Decimal)
    for payment in held.payments:
        for line in payment["Line"]:
            paid_by_id[line["LinkedTxn"][0]["TxnId"]] += line["Amount"]
    found = {invoice["DocNumber"]: invoice for invoice in held.invoices}
    yield from _strays("QuickBooks", found.keys(), {invoice.number for invoice in books.invoices}, len(held.invoices))
    for invoice in books.invoices:
        if copy := found.get(invoice.number):
            paid = due[invoice.number].amount
            where = f"QuickBooks invoice {invoice.number}"
            yield from _differs(where, "total", copy["TotalAmt"], invoice.total)
            yield from _differs(where, "open", copy["Balance"], invoice.total - paid)
            yield from _differs(where, "paid by its payments", paid_by_id[copy["Id"]], paid)


def _audit_connectwise(books: Books, due: dict[str, Paid], held: Held) -> Iterator[str]:
    rows: dict[int, list[Record]] = defaultdict(list)
    for row in held.connectwise_rows:
        rows[int(row["invoice"]["id"])].append(row)
    present = [invoice for invoice in books.invoices if invoice.in_connectwise]
    found = {invoice["invoiceNumber"]: invoice for invoice in held.connectwise_invoices}
    yield from _strays("ConnectWise", found.keys(), {i.number for i in present}, len(held.connectwise_invoices))
    for invoice in present:
        if copy := found.get(invoice.number):
            yield from _audit_copy(invoice, copy, due[invoice.number], rows.pop(copy["id"], []))
    for invoice_id, left in rows.items():
        yield f"ConnectWise shows {len(left)} payments on an invoice that should not be there ({invoice_id})"


def _audit_copy(invoice: Invoice, copy: Record, paid: Paid, rows: list[Record]) -> Iterator[str]:
    where = f"ConnectWise invoice {invoice.number}"
    yield from _differs(where, "total", copy["total"], invoice.total)
    yield from _differs(where, "open", copy["balance"], invoice.total - paid.amount)
    yield from _differs(where, "payment rows", len(rows), 1 if paid.amount else 0)
    yield from _differs(where, "paid by its rows", sum((row["amount"] for row in rows), ZERO), paid.amount)
    if len(rows) == 1 and paid.newest:
        yield from _differs(where, "date of its payment", rows[0]["paymentDate"][:10], paid.newest.isoformat())


def _strays(system: str, found: Iterable[str], meant: set[str], count: int) -> Iterator[str]:
    yield from (f"{system} lacks invoice {number}" for number in sorted(meant.difference(found)))
    yield from (f"{system} has an invoice {number} that nobody made" for number in sorted(set(found) - meant))
    if count > len(meant):
        yield f"{system} holds {count} invoices, {len(meant)} were made"


def _differs(where: str, what: str, is_now: object, should_be: object) -> Iterator[str]:
    if is_now != should_be:
        yield f"{where}: {what} is {is_now}, should be {should_be}"
