"""A company that closed many ConnectWise invoices: of every kind that can be entered exactly, and some that cannot.

Labour, engineers' labour and work after hours have general ledger accounts of their own, and so have software, seats,
travel, agreements, down payments and tax. Nothing covers mileage, and nothing in QuickBooks stands for laptops: those are
two of the faults. Each fault is refused for a reason of its own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from crossfoot.core.model import Kind
from crossfoot.core.sync.settings import MappingKey, MappingKind, SyncPreferences, Target, TimeEntries

from benchmarks.drafts import CLOSED_DAYS, EXACT, FAULTS, FIRST_CUSTOMER, NET_30, STRANGER, Draft, company_reference
from local.sandbox.store import Record

FIRST_ENTRY = 9_000_001
# One bill in so many has a fault, and there is one of each fault at least.
FAULTY_EVERY = 20
TOLERANCE_MINOR = 5
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


class ClosedBooks:
    """So many bills, in ConnectWise and in no other book. Takes: without `faulty` all can be entered exactly."""

    def __init__(
        self, bills: int, today: date, *, kinds: Sequence[Callable[[Draft], None]] = EXACT, faulty: bool = True
    ) -> None:
        self.today = today
        faults = max(len(FAULTS), bills // FAULTY_EVERY) if faulty else 0
        # Spread over the whole, so that each batch of writes has some of them.
        at = {(2 * number + 1) * bills // (2 * faults): number for number in range(faults)} if faults else {}
        assert len(at) == faults, "there are too few bills to spread the faults"
        made = [_made(place, today, kinds, at.get(place)) for place in range(bills)]
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


def _made(
    place: int, today: date, kinds: Sequence[Callable[[Draft], None]], fault: int | None
) -> tuple[Draft, ClosedBill]:
    draft, code = Draft(place, today), "" if fault is None else list(FAULTS)[fault % len(FAULTS)]
    (FAULTS[code] if code else kinds[place % len(kinds)])(draft)
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
