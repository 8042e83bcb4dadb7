"""What closed ConnectWise invoices look like: of every kind that can be entered exactly, and with every fault."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from local.sandbox.store import Record

FIRST_INVOICE, FIRST_NUMBER, FIRST_LINE = 5_001, 70_001, 100_001
CUSTOMERS, FIRST_CUSTOMER = 12, 501
# Who nobody said stands for whom in QuickBooks.
STRANGER = FIRST_CUSTOMER + CUSTOMERS
CENT = Decimal("0.01")
DUE_DAYS, CLOSED_DAYS, NEWEST_DAYS = 30, 365, 5
NET_30, US_DOLLARS = {"id": 2, "name": "Net 30"}, {"id": 7, "currencyCode": "USD", "name": "US Dollars"}
CLOSED, CITY_TAX = {"id": 3, "name": "Closed", "isClosed": True}, {"id": 12, "name": "State and city"}
ROLES, WORK_TYPES = {"Technician": 1, "Engineer": 2}, {"Regular": 1, "After Hours": 2}
CATALOGUE, EXPENSES = {"SW-LIC": 1, "HW-LAPTOP": 2, "MS-SEAT": 3}, {"Travel": 1, "Mileage": 2}


class Draft:
    """A bill in the making."""

    def __init__(self, place: int, today: date) -> None:
        self.place, self.id, self.today = place, FIRST_INVOICE + place, today
        self.number, self.customer = str(FIRST_NUMBER + place), FIRST_CUSTOMER + place % CUSTOMERS
        self.issued_on = today - timedelta(days=NEWEST_DAYS + place % 40)
        self.lines: list[tuple[str, Record]] = []
        self.fields: Record = {"type": "Standard"}
        # What the ledger says in place of what closing the bill would post.
        self.posted: Decimal | None = None
        # What QuickBooks has by this number already: for which customer, how much, and from when.
        self.taken: tuple[int, Decimal, date] | None = None

    def time(
        self, hours: str, rate: str, role: str = "Technician", kind: str = "Regular", *, taxed: bool = True
    ) -> None:
        """Bill work."""
        self._add("TimeEntry", {
            "chargeToType": "Company", "timeStart": midnight(self.issued_on), "notes": f"Ticket {self.place}",
            "workRole": {"id": ROLES[role], "name": role}, "workType": {"id": WORK_TYPES[kind], "name": kind},
            "actualHours": Decimal(hours), "invoiceHours": Decimal(hours), "hourlyRate": Decimal(rate), "hoursDeduct": 0,
            "extendedInvoiceAmount": _extended(hours, rate), "taxableFlag": taxed, "status": "Billed",
        })  # fmt: skip

    def product(self, quantity: str, price: str, item: str = "SW-LIC", *, taxed: bool = True) -> None:
        """Bill a product."""
        self._add("ProductItem", {
            "catalogItem": {"id": CATALOGUE[item], "identifier": item}, "description": f"Delivery {self.place}",
            "quantity": Decimal(quantity), "price": Decimal(price), "cost": Decimal(1), "taxableFlag": taxed,
            "extPrice": _extended(quantity, price), "productClass": "NonInventory",
        })  # fmt: skip

    def expense(self, amount: str, kind: str = "Travel") -> None:
        """Bill an expense."""
        spent = {"type": {"id": EXPENSES[kind], "name": kind}, "date": midnight(self.issued_on), "status": "Billed"}
        self._add("ExpenseEntry", {**spent, "amount": Decimal(amount), "invoiceAmount": Decimal(amount), "notes": kind})

    def records(self) -> Iterator[tuple[str, Record]]:
        """Write it as ConnectWise holds it; what it comes to follows from its lines there."""
        company = company_reference(self.customer)
        yield from self.lines
        yield "Invoice", {
            "id": self.id, "invoiceNumber": self.number, "status": CLOSED, "company": company, "billToCompany": company,
            "shipToCompany": company, "accountNumber": f"C{self.customer}", "applyToType": "All", "billingTerms": NET_30,
            "date": midnight(self.issued_on), "dueDate": midnight(self.issued_on + timedelta(days=DUE_DAYS)),
            "locationId": 2, "departmentId": 10, "taxableFlag": False, "currency": US_DOLLARS, **self.fields,
        }  # fmt: skip

    def _add(self, entity: str, line: Record) -> None:
        company = company_reference(self.customer)
        shared = {
            "company": company,
            "invoice": {"id": self.id, "identifier": self.number},
            "billableOption": "Billable",
        }
        place = {"id": FIRST_LINE + 20 * self.place + len(self.lines), "locationId": 2, "businessUnitId": 10}
        self.lines.append((entity, {**shared, **place, **line}))


# --- what can be entered exactly ---------------------------------------------------------------------------------------


def _labour(draft: Draft) -> None:
    draft.time("1.5", "120.00")
    draft.time("0.75", "160.00", "Engineer")


def mixed(draft: Draft) -> None:
    """Bill ten lines, of every kind, on five accounts."""
    for place in range(4):
        draft.time(str(Decimal(1 + place) / 4), "120.00")
    draft.time("2", "160.00", "Engineer")
    draft.time("1.25", "180.00", kind="After Hours")
    draft.product("3", "20.00")
    draft.product("1", "349.99")
    draft.expense("48.35")
    draft.expense("7.65")


def _taxed(draft: Draft) -> None:
    draft.time("1.5", "119.99")
    draft.time("0.5", "160.00", "Engineer", taxed=False)
    draft.product("7", "19.99")
    draft.fields |= {"taxableFlag": True, "taxCode": CITY_TAX}


def _agreement(draft: Draft) -> None:
    draft.time("0.5", "180.00", kind="After Hours")
    draft.fields |= {"type": "Agreement", "agreementAmount": Decimal(400 + draft.place % 90)}


def _credit_memo(draft: Draft) -> None:
    draft.product("-2", "20.00")
    draft.fields |= {"type": "CreditMemo"}


def _down_payment(draft: Draft) -> None:
    draft.fields |= {"type": "DownPayment", "subtotal": Decimal(250 + draft.place % 50)}


def _rest_after_a_down_payment(draft: Draft) -> None:
    draft.time("8", "120.00")
    draft.fields |= {"downpaymentApplied": Decimal("250.00")}


def _broken_hours(draft: Draft) -> None:
    for hours in ("0.33", "0.67", "1.17"):
        draft.time(hours, "127.77")


def _fixed_price(draft: Draft) -> None:
    draft.time("3", "120.00")
    draft.fields |= {"serviceTotal": Decimal("333.33"), "subtotal": Decimal("333.33"), "total": Decimal("333.33")}


def _off_by_a_rounding(draft: Draft) -> None:
    draft.time("1", "100.00")
    draft.posted = Decimal("99.98")


EXACT: tuple[Callable[[Draft], None], ...] = (
    _labour, mixed, _taxed, _agreement, _credit_memo, mixed, _down_payment, _rest_after_a_down_payment, _broken_hours,
    _fixed_price, _off_by_a_rounding,
)  # fmt: skip


# --- what cannot -------------------------------------------------------------------------------------------------------


def _without_mapping(draft: Draft) -> None:
    draft.expense("33.50", "Mileage")


def _customer_unmapped(draft: Draft) -> None:
    _labour(draft)
    draft.customer = STRANGER


def _other_currency(draft: Draft) -> None:
    draft.product("5", "20.00")
    draft.fields |= {"currency": {"id": 8, "currencyCode": "CAD", "name": "Canadian Dollars"}}


def _closed_period(draft: Draft) -> None:
    _labour(draft)
    draft.issued_on = draft.today - timedelta(days=CLOSED_DAYS + 30)


def _number_taken(draft: Draft) -> None:
    draft.product("5", "20.00")
    draft.taken = (FIRST_CUSTOMER + (draft.place + 1) % CUSTOMERS, Decimal("77.00"), draft.issued_on)


def _looks_entered(draft: Draft) -> None:
    draft.product("5", "20.00")
    draft.taken = (draft.customer, Decimal("100.00"), draft.issued_on - timedelta(days=3))


def _does_not_tie(draft: Draft) -> None:
    draft.product("5", "20.00")
    draft.posted = Decimal("99.00")


def _account_unmapped(draft: Draft) -> None:
    draft.product("1", "1100.00", "HW-LAPTOP")


def _item_inactive(draft: Draft) -> None:
    draft.product("4", "95.00", "MS-SEAT")


def _number_too_long(draft: Draft) -> None:
    _labour(draft)
    draft.number += "-HEAD-OFFICE-PHASE-3"


def _below_zero(draft: Draft) -> None:
    draft.product("-3", "20.00")


FAULTS: Mapping[str, Callable[[Draft], None]] = {
    "not_posted": _without_mapping, "customer_unmapped": _customer_unmapped, "other_currency": _other_currency,
    "period_closed": _closed_period, "number_taken": _number_taken, "looks_entered": _looks_entered,
    "posting_does_not_add_up": _does_not_tie, "account_unmapped": _account_unmapped, "account_inactive": _item_inactive,
    "number_too_long": _number_too_long, "negative_total": _below_zero,
}  # fmt: skip


def company_reference(number: int) -> Record:
    """Name a customer in ConnectWise; in QuickBooks it has the same name and id."""
    return {"id": number, "identifier": f"Customer{number}", "name": f"Customer {number}"}


def _extended(quantity: str, price: str) -> Decimal:
    return (Decimal(quantity) * Decimal(price)).quantize(CENT, ROUND_HALF_UP)


def midnight(day: date) -> str:
    """Write a day as ConnectWise does."""
    return f"{day.isoformat()}T00:00:00Z"
