"""The bill of the demo: it comes in from QuickBooks, and is paid on the platform, in part with a vendor credit (B1, B4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from crossfoot.adapters.clock import SystemClock

from local.demo.api import Api
from local.demo.people import Accountant
from local.demo.records import BILL_ID, BILL_NUMBER, BILL_TOTAL, CHECKING, EXPENSES, INCOME, VENDOR_ID
from local.sandbox.store import Record

CREDIT = Decimal("150.00")
CREDIT_ID, PAYMENT_ID = "vc_1", "bp_1"
BILL, VENDOR = f"quickbooks-{BILL_ID}", f"quickbooks-{VENDOR_ID}"
# What is chosen beside the accounts.
PREFERENCES = {
    "card_account_id": "", "home_currency": "USD", "direction": "two_way", "auto_sync": True, "needs_approval": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paid:
    """How the bill ended.

    Takes: `sync`, `bill`, `credit` and `explained` (of the payment) as the API shows them; `entries` are the bill payments
    that QuickBooks has, and `balances` what is open there of each bill and each vendor credit.
    """

    sync: dict[str, Any]
    bill: dict[str, Any]
    credit: dict[str, Any]
    explained: dict[str, Any]
    entries: list[Record]
    balances: list[Decimal]


def wrong_books(paid: Paid) -> Iterator[str]:
    """Say in words what is not as it should be in either book."""
    if (paid.sync["state"], paid.sync["left_out"]) != ("done", 0):
        yield f"The sync of payables is {paid.sync['state']}, and left {paid.sync['left_out']} out. {paid.sync['problem']}"
    here = [Decimal(paid.bill["open"]), Decimal(paid.credit["remaining"])]
    if [here, paid.balances] != [[0, 0], [0, 0]]:
        shown = " and ".join(" / ".join(map(str, book)) for book in (here, paid.balances))
        yield f"Of bill {BILL_NUMBER} and its vendor credit {shown} are open on the platform and in QuickBooks, expected 0"
    amounts = [entry["TotalAmt"] for entry in paid.entries]
    if amounts != [BILL_TOTAL - CREDIT]:
        yield f"QuickBooks has payments of bills over {amounts}, expected one over {BILL_TOTAL - CREDIT}"


class Payables:
    """What the partner does with the bill, and how it came out."""

    def __init__(self, api: Api, accountant: Accountant, today: date) -> None:
        self._api, self._accountant, self._today = api, accountant, today
        self._sync = ""

    def begin(self) -> None:
        """Choose the accounts, and press Sync Now."""
        accounts = {"expense_account_id": EXPENSES, "income_account_id": INCOME, "bank_account_id": CHECKING}
        self._api.put("/v1/payables/preferences", {**accounts, **PREFERENCES})
        self._sync = str(self._api.post("/v1/syncs", {})["id"])

    def is_synced(self) -> bool:
        """Tell whether the sync is over."""
        return self._api.get(f"/v1/syncs/{self._sync}")["finished_at"] is not None

    def pay(self) -> None:
        """Tell of a vendor credit, and of a payment of the bill that uses it up."""
        said = {"vendor": VENDOR, "currency": "USD", "updated_at": SystemClock().now().isoformat()}
        credit = {"id": CREDIT_ID, "number": "CM-118", "issued_on": self._day(-3), "amount": str(CREDIT)}
        self._api.post("/v1/vendor-credits", {**said, **credit})
        parts = {
            "bills": [{"bill": BILL, "amount": str(BILL_TOTAL)}],
            "credits": [{"credit": f"platform-{CREDIT_ID}", "amount": str(CREDIT)}],
        }
        payment = {"id": PAYMENT_ID, "status": "paid", "paid_on": self._day(0), "amount": str(BILL_TOTAL - CREDIT)}
        self._api.post("/v1/bill-payments", {**said, **parts, **payment})

    def look(self) -> Paid:
        """Read how it stands in both books."""
        read = self._accountant.read_all
        return Paid(
            sync=self._api.get(f"/v1/syncs/{self._sync}"),
            bill=self._api.get(f"/v1/bills/{BILL}"),
            credit=self._api.get(f"/v1/vendor-credits/platform-{CREDIT_ID}"),
            explained=self._api.explain(f"platform-{PAYMENT_ID}", "bill_payment"),
            entries=read("BillPayment"),
            balances=[each["Balance"] for each in (*read("Bill"), *read("VendorCredit"))],
        )

    def _day(self, days: int) -> str:
        return (self._today + timedelta(days=days)).isoformat()
