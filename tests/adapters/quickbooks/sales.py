"""An entry of the Sync Invoices tool for tests, and a client that keeps what it is asked to write."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from crossfoot.adapters.quickbooks.client import Question, QuickBooksClient, Reply
from crossfoot.core.effects import marker_of
from crossfoot.core.sync.sales import Sale, SaleKind, SaleLine, SaleTax, TaxCalculation
from crossfoot.errors import CrossfootError

from tests.adapters.quickbooks.company import Company

KEY, OTHER_KEY = "0123456789abcdef" * 2, "fedcba9876543210" * 2
MARKER, OTHER_MARKER = marker_of(KEY), marker_of(OTHER_KEY)
NOTE = f"ConnectWise invoice 4711, synced by Crossfoot. {MARKER}"
DAY, DUE, SERVED = date(2026, 11, 3), date(2026, 11, 18), date(2026, 10, 30)

# A line of nine and a half hours, one of a product, and what was taken off.
HOURS = SaleLine(1_187_50, "1", "Project work", Decimal("9.5"), Decimal(125), served_on=SERVED)
SWITCH = SaleLine(2_49_99, "4", "Switch", Decimal(1), Decimal("249.99"))
REBATE = SaleLine(-37_49, "1", "Goodwill")


def sale_of(customer_id: str, *lines: SaleLine, tax: SaleTax | None = None, **about: Any) -> Sale:
    """Make an entry of some lines. What has no tax inside has it on top."""
    tax = tax or SaleTax()
    on_top = 0 if tax.calculation is TaxCalculation.INCLUSIVE else tax.tax_minor
    said: dict[str, Any] = {"kind": SaleKind.INVOICE, "number": "4711", "due_on": DUE, "currency": "USD"} | about
    total_minor = sum(line.amount_minor for line in lines) + on_top
    return Sale(customer_id=customer_id, issued_on=DAY, lines=lines, total_minor=total_minor, tax=tax, **said)


def elsewhere(calculation: TaxCalculation, tax_minor: int = 0) -> SaleTax:
    """The tax of an entry outside the United States."""
    return SaleTax(calculation, tax_minor=tax_minor)


def ids_of(company: Company, entity: str) -> dict[str, str]:
    """Give the ids of a list by their names."""
    return {each["Name"]: each["Id"] for each in company.query(entity)}


def only(company: Company, entity: str = "Invoice") -> dict[str, Any]:
    """Give the one record of an entity that there is."""
    (found,) = company.query(entity)
    return found


def details(wire: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what its lines say of what is sold."""
    return [line["SalesItemLineDetail"] for line in wire["Line"] if line["DetailType"] == "SalesItemLineDetail"]


class Answering(QuickBooksClient):
    """A client whose writes are kept, and answered with something."""

    def __init__(self, client: QuickBooksClient, answer: Mapping[str, Any]) -> None:
        self.__dict__ |= client.__dict__
        self.answer = answer
        self.sent: list[Mapping[str, Any]] = []

    def write(self, path: str, body: Any, request_id: str, **how: Any) -> Mapping[str, Any]:
        self.sent.append(body)
        return self.answer

    def write_batch(self, writes: Sequence[Question], request_id: str) -> list[Reply | CrossfootError]:
        self.sent.extend(writes)
        return [Reply(self.answer, "2026-11-03T10:00:00-08:00") for _ in writes]
