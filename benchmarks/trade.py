"""Years of an MSP's trade, the same in both systems: invoices with lines in each, every other one paid."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from local.demo.records import (
    connectwise_ids,
    connectwise_records,
    quickbooks_records,
)
from local.demo.seed import Books, Invoice, Line, make_books
from local.sandbox.store import Record

SEED, FIRST_NUMBER = 1, 50_001
DAYS, PAID_AFTER_DAYS = 700, 9
# The newest is older than the 30 days that CDC reaches back to, so that what is read later holds nothing of this.
NEWEST_DAYS_AGO = 40


def trade_books(invoices: int, today: date, *, paid_every: int = 2) -> Books:
    """Make the books. Takes: every so many-th invoice is paid, 0 for none."""
    newest = today - timedelta(days=NEWEST_DAYS_AGO)
    customers = make_books(SEED, newest).customers

    def invoice(place: int) -> Invoice:
        issued_on = newest - timedelta(days=(invoices - 1 - place) * DAYS // invoices)
        paid_on = issued_on + timedelta(days=PAID_AFTER_DAYS) if paid_every and place % paid_every == 0 else None
        customer = customers[place % len(customers)]
        return Invoice(str(FIRST_NUMBER + place), customer, issued_on, "Standard", _lines(place), paid_on)

    return Books(SEED, customers, tuple(map(invoice, range(invoices))))


def _lines(place: int) -> tuple[Line, ...]:
    rate = Decimal(9_000 + 37 * place % 9_000) / 100
    return (
        Line("Hours", f"Work on ticket {70_000 + place}", Decimal(1 + place % 8), rate),
        Line("Hardware", "Software licence", Decimal(1 + place % 5), Decimal("20.00")),
    )


def in_quickbooks(books: Books) -> Iterator[tuple[str, Record]]:
    """Write the books as QuickBooks Online holds them."""
    return quickbooks_records(books)


def in_connectwise(books: Books) -> Iterator[tuple[str, Record]]:
    """Write the books as ConnectWise holds them: the lines first, each a record of its own that names its invoice."""
    ids = connectwise_ids(books)
    for place, invoice in enumerate(books.invoices):
        hours, licence = invoice.lines
        shared = {"id": 1 + place, "billableOption": "Billable", "status": "Billed"}
        shared |= {"invoice": {"id": int(ids[invoice.number]), "identifier": invoice.number}}
        yield "TimeEntry", {
            **shared, "chargeToType": "Company", "timeStart": f"{invoice.issued_on}T16:00:00Z",
            "workRole": {"id": 1, "name": "Technician"}, "workType": {"id": 1, "name": "Regular"}, "notes": hours.text,
            "actualHours": hours.quantity, "invoiceHours": hours.quantity, "hoursDeduct": 0,
            "hourlyRate": hours.unit_price, "extendedInvoiceAmount": hours.amount,
        }  # fmt: skip
        yield "ProductItem", {
            **shared, "catalogItem": {"id": 1, "identifier": "SW-LIC", "name": licence.text}, "description": licence.text,
            "quantity": licence.quantity, "price": licence.unit_price, "extPrice": licence.amount,
            "cost": Decimal("12.50"), "taxableFlag": False, "productClass": "NonInventory",
        }  # fmt: skip
    yield from connectwise_records(books)
