"""A company that closed many ConnectWise invoices: of every kind that can be entered exactly, and some that cannot.

Labour, engineers' labour and work after hours have general ledger accounts of their own, and so have software, seats,
travel, agreements, down payments and tax. Nothing covers mileage, and nothing in QuickBooks stands for laptops: those are
two of the faults. Each fault is refused for a reason of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from crossfoot.core.model import Kind
from crossfoot.core.sync.settings import MappingKey, MappingKind, SyncPreferences, Target, TimeEntries

from local.sandbox.store import Record

FIRST_INVOICE, FIRST_NUMBER, FIRST_LINE, FIRST_ENTRY = 5_001, 70_001, 100_001, 9_000_001
CUSTOMERS, FIRST_CUSTOMER = 12, 501
STRANGER = FIRST_CUSTOMER + CUSTOMERS
# One bill in so many has a fault, and there is one of each fault at least.
FAULTY_EVERY = 20
TOLERANCE_MINOR = 5
DUE_DAYS, CLOSED_DAYS, NEWEST_DAYS = 30, 365, 5
NET_30, US_DOLLARS = {"id": 2, "name": "Net 30"}, {"id": 7, "currencyCode": "USD", "name": "US Dollars"}
CLOSED, CITY_TAX = {"id": 3, "name": "Closed", "isClosed": True}, {"id": 12, "name": "State and city"}
ROLES, WORK_TYPES = {"Technician": 1, "Engineer": 2}, {"Regular": 1, "After Hours": 2}
CATALOGUE, EXPENSES = {"SW-LIC": 1, "HW-LAPTOP": 2, "MS-SEAT": 3}, {"Travel": 1, "Mileage": 2}
LABOUR, SOFTWARE, SEATS, ROUNDING, TAX = "4000", "4200", "4220", "rounding", "2200"
# The accounts of ConnectWise, and what stands for each in QuickBooks: an item, and an account of the same name and id.
ITEMS: Mapping[str, tuple[str, str]] = {
    LABOUR: ("201", "Labour"), "4010": ("202", "Engineering"), "4020": ("203", "After hours"),
    "4100": ("204", "Agreements"), SOFTWARE: ("205", "Software"), SEATS: ("206", "Seats"), "4300": ("207", "Travel"),
    "2300": ("208", "Down payments"), TAX: ("209", "Sales tax"), ROUNDING: ("210", "Rounding"),
}  # fmt: skip
_WORK = {"Technician / Regular": LABOUR, "Engineer / Regular": "4010", "Technician / After Hours": "4020"}
_SOLD = {"product:SW-LIC": SOFTWARE, "product:MS-SEAT": SEATS} | {f"time:{w} / Company": a for w, a in _WORK.items()}


@dataclass(frozen=True, slots=True)
class ClosedBill:
    """An invoice or credit memo. Takes: `fault` is why it is refused in grouped mode, "" where it is not."""

    id: int
    number: str
    kind: Kind
    fault: str

    def refused_for(self, mode: TimeEntries) -> str:
        """Say why it is refused: where each line has an item, it is that which nothing stands for, and not the account."""
        return self.fault.replace("account_", "item_") if mode is TimeEntries.LINE_ITEM else self.fault


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
            "chargeToType": "Company", "timeStart": _midnight(self.issued_on), "notes": f"Ticket {self.place}",
            "workRole": {"id": ROLES[role], "name": role}, "workType": {"id": WORK_TYPES[kind], "name": kind},
            "actualHours": Decimal(hours), "invoiceHours": Decimal(hours), "hourlyRate": Decimal(rate), "hoursDeduct": 0,
            "taxableFlag": taxed, "status": "Billed",
        })  # fmt: skip

    def product(self, quantity: str, price: str, item: str = "SW-LIC", *, taxed: bool = True) -> None:
        """Bill a product."""
        self._add("ProductItem", {
            "catalogItem": {"id": CATALOGUE[item], "identifier": item}, "description": f"Delivery {self.place}",
            "quantity": Decimal(quantity), "price": Decimal(price), "cost": Decimal(1), "taxableFlag": taxed,
            "productClass": "NonInventory",
        })  # fmt: skip

    def expense(self, amount: str, kind: str = "Travel") -> None:
        """Bill an expense."""
        spent = {"type": {"id": EXPENSES[kind], "name": kind}, "date": _midnight(self.issued_on), "status": "Billed"}
        self._add("ExpenseEntry", {**spent, "amount": Decimal(amount), "invoiceAmount": Decimal(amount), "notes": kind})

    def records(self) -> Iterator[tuple[str, Record]]:
        """Write it as ConnectWise holds it; what it comes to follows from its lines there."""
        company = company_reference(self.customer)
        yield from self.lines
        yield "Invoice", {
            "id": self.id, "invoiceNumber": self.number, "status": CLOSED, "company": company, "billToCompany": company,
            "shipToCompany": company, "accountNumber": f"C{self.customer}", "applyToType": "All", "billingTerms": NET_30,
            "date": _midnight(self.issued_on), "dueDate": _midnight(self.issued_on + timedelta(days=DUE_DAYS)),
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


def _mixed(draft: Draft) -> None:
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
    _labour, _mixed, _taxed, _agreement, _credit_memo, _mixed, _down_payment, _rest_after_a_down_payment, _broken_hours,
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


# --- the company -------------------------------------------------------------------------------------------------------


class ClosedBooks:
    """So many bills, in ConnectWise and in no other book. Takes: `faulty` is false for a company without faults."""

    def __init__(self, bills: int, today: date, *, faulty: bool = True) -> None:
        self.today = today
        faults = max(len(FAULTS), bills // FAULTY_EVERY) if faulty else 0
        # Spread over the whole, so that each batch of writes has some of them.
        at = {(2 * number + 1) * bills // (2 * faults): number for number in range(faults)} if faults else {}
        assert len(at) == faults, "there are too few bills to spread the faults"
        made = [_made(place, today, at.get(place)) for place in range(bills)]
        self._drafts = [draft for draft, _ in made]
        self.bills = tuple(bill for _, bill in made)

    def in_connectwise(self) -> Iterator[tuple[str, Record]]:
        """Write what ConnectWise holds: the mapping of its general ledger, customers, lines and bills."""
        yield from (("GLAccount", row) for row in _gl_accounts())
        for number in range(FIRST_CUSTOMER, STRANGER + 1):
            yield "Company", {
                **company_reference(number), "status": {"id": 1, "name": "Active"}, "accountNumber": f"C{number}",
                "billingTerms": NET_30, "deletedFlag": False, "types": [{"id": 1, "name": "Customer"}],
            }  # fmt: skip
        for draft in self._drafts:
            yield from draft.records()

    def posted_otherwise(self) -> Iterator[tuple[str, Record]]:
        """Write what the ledger of ConnectWise says in place of what closing would post; to be loaded behind the bills."""
        for draft in self._drafts:
            if draft.posted is not None:
                yield "Posting", _posting(draft.id, FIRST_ENTRY + 2 * draft.place, draft.posted, Decimal("100.00"))

    def in_quickbooks(self) -> Iterator[tuple[str, Record]]:
        """Write what QuickBooks holds: customers, items with an account each, and invoices whose numbers are taken."""
        for account, (id_, name) in ITEMS.items():
            ref = {"value": id_, "name": f"{name} account"}
            yield "Account", {
                **_head(id_), "Name": ref["name"], "FullyQualifiedName": ref["name"], "AccountType": "Income",
                "AccountSubType": "ServiceFeeIncome", "Classification": "Revenue", "Active": True, "CurrentBalance": 0,
                "CurrentBalanceWithSubAccounts": 0,
            }  # fmt: skip
            yield "Item", {
                **_head(id_), "Name": name, "FullyQualifiedName": name, "Type": "Service", "Active": account != SEATS,
                "IncomeAccountRef": ref,
            }  # fmt: skip
        for number in range(FIRST_CUSTOMER, STRANGER + 1):
            name = company_reference(number)["name"]
            yield "Customer", {
                **_head(str(number)), "DisplayName": name, "FullyQualifiedName": name, "Active": True, "Balance": 0,
                "BalanceWithJobs": 0,
            }  # fmt: skip
        for draft in self._drafts:
            if draft.taken is not None:
                yield "Invoice", _entered_before(draft.id, draft.number, *draft.taken)

    def closed_until(self) -> date:
        """Say until when the books in QuickBooks are closed."""
        return self.today - timedelta(days=CLOSED_DAYS)


def preferences(mode: TimeEntries) -> SyncPreferences:
    """Give what the partner chose."""
    return SyncPreferences(
        time_entries=mode,
        tax_item_id=ITEMS[TAX][0],
        rounding_item_id=ITEMS[ROUNDING][0],
        rounding_tolerance_minor=TOLERANCE_MINOR,
    )


def mappings(net_30: str) -> dict[MappingKey, Target]:
    """Give what stands for what. Takes: the id of the terms in QuickBooks."""
    found = {MappingKey(MappingKind.ACCOUNT, account): Target(*item) for account, item in ITEMS.items()}
    found |= {MappingKey(MappingKind.ITEM, sold): Target(*ITEMS[account]) for sold, account in _SOLD.items()}
    for number in range(FIRST_CUSTOMER, STRANGER):
        name = str(company_reference(number)["name"])
        found[MappingKey(MappingKind.CUSTOMER, str(number))] = Target(str(number), name)
    return {**found, MappingKey(MappingKind.TERMS, "Net 30"): Target(net_30, "Net 30")}


def company_reference(number: int) -> Record:
    """Name a customer in ConnectWise; in QuickBooks it has the same name and id."""
    return {"id": number, "identifier": f"Customer{number}", "name": f"Customer {number}"}


def _made(place: int, today: date, fault: int | None) -> tuple[Draft, ClosedBill]:
    draft, code = Draft(place, today), "" if fault is None else list(FAULTS)[fault % len(FAULTS)]
    (FAULTS[code] if code else EXACT[place % len(EXACT)])(draft)
    kind = Kind.CREDIT_MEMO if draft.fields["type"] == "CreditMemo" else Kind.INVOICE
    return draft, ClosedBill(draft.id, draft.number, kind, code)


def _gl_accounts() -> Iterator[Record]:
    rows = (
        (20, "R", "Work Role", 2, "4010"), (21, "R", "Work Type", 2, "4020"), (22, "RP", "Product Type", 2, "4210"),
        (23, "RP", "Product Type", 3, SEATS), (4, "RE", "Expense Type", 1, "4300"),
    )  # fmt: skip
    types = {"Work Role": 8, "Work Type": 7, "Product Type": 15, "Expense Type": 13}
    for id_, gl_type, mapped, record, account in rows:
        mapped_type = {"id": types[mapped], "name": mapped}
        yield {
            "id": id_,
            "glType": gl_type,
            "mappedType": mapped_type,
            "mappedRecord": {"id": record},
            "segment1": account,
        }


def _posting(id_: int, first: int, earned: Decimal, owed: Decimal) -> Record:
    revenue = {"id": first, "type": "R", "amount": -earned, "description": "Work", "segment1": LABOUR}
    receivable = {
        "id": first + 1,
        "type": "AR",
        "amount": owed,
        "description": "Accounts Receivable",
        "segment1": "1100",
    }
    return {"id": id_, "recordId": first + 1, "entries": [revenue, receivable], "batch": None}


def _entered_before(id_: int, number: str, customer: int, amount: Decimal, day: date) -> Record:
    detail = {"ItemRef": {"value": ITEMS[LABOUR][0]}, "TaxCodeRef": {"value": "NON"}}
    line = {
        "Id": "1",
        "LineNum": 1,
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }
    return {
        **_head(str(id_)), "DocNumber": number, "TxnDate": day.isoformat(), "DueDate": day.isoformat(), "Line": [line],
        "CustomerRef": {"value": str(customer), "name": company_reference(customer)["name"]}, "LinkedTxn": [],
        "CurrencyRef": {"value": "USD"}, "TotalAmt": amount, "Balance": amount, "TxnTaxDetail": {"TotalTax": 0},
    }  # fmt: skip


def _head(id_: str) -> Record:
    stamps = {"CreateTime": "2026-01-05T09:30:00-08:00", "LastUpdatedTime": "2026-01-05T09:30:00-08:00"}
    return {"domain": "QBO", "sparse": False, "Id": id_, "SyncToken": "0", "MetaData": stamps}


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
