"""On the deployed template, IAM enforced: what is owed goes out, comes in by a sync, and is paid (B1, B3, B4, B7)."""

from decimal import Decimal
from typing import Any

import pytest
from crossfoot.adapters.clock import SystemClock

from local.demo.errors import DemoError
from local.demo.rest import Patience
from tests.e2e.partner import DAY, PATIENCE_S, Deployed, Partner
from tests.e2e.platform import Platform

ASKED = {"card_account_id": "", "home_currency": "USD", "direction": "two_way", "needs_approval": False}
# Entered days before anybody syncs, and so read once: what is new is read with the changes behind it once more.
HEAD = {"SyncToken": "0", "MetaData": dict.fromkeys(("CreateTime", "LastUpdatedTime"), f"{DAY}T09:30:00-08:00")}
VENDOR_BY_HAND = {**HEAD, "Id": "90", "DisplayName": "Hand Tools", "Active": True}
BILL_BY_HAND = {
    **HEAD, "Id": "701", "DocNumber": "H-1", "TxnDate": DAY.isoformat(), "Line": [], "LinkedTxn": [],
    "VendorRef": {"value": "90", "name": "Hand Tools"}, "CurrencyRef": {"value": "USD"},
    "TotalAmt": Decimal("45.10"), "Balance": Decimal("45.10"),
}  # fmt: skip
BY_HAND, TOLD = "quickbooks-701", "platform-bill_1"


@pytest.fixture(scope="module")
def partner(two: tuple[Partner, Partner], deployed: Deployed) -> Partner:
    """A partner that begins with payables, and whose bookkeeper has entered a bill."""
    partner = two[0]
    deployed.quickbooks.load(partner.realm["realm_id"], [("Vendor", VENDOR_BY_HAND), ("Bill", BILL_BY_HAND)])
    return partner


def _choose(partner: Partner, *, auto_sync: bool) -> dict[str, Any]:
    """Choose the first account of each use that QuickBooks offers."""
    accounts = {f"{use}_account_id": _offered(partner, use) for use in ("expense", "income", "bank")}
    chosen: dict[str, Any] = partner.api.put("/v1/payables/preferences", {**ASKED, **accounts, "auto_sync": auto_sync})
    return chosen


def _offered(partner: Partner, use: str) -> str:
    return str(partner.api.get("/v1/connections/quickbooks/accounts", use=use)["accounts"][0]["id"])


def _sync(partner: Partner) -> dict[str, Any]:
    """Press Sync Now, and wait for the end."""
    shown: dict[str, Any] = partner.api.post("/v1/syncs", {})

    def is_over() -> bool:
        shown.update(partner.api.get(f"/v1/syncs/{shown['id']}"))
        return shown["finished_at"] is not None

    Patience(PATIENCE_S).wait_for("the sync", is_over, lambda: str(shown))
    return shown


def _open(partner: Partner, bill: str) -> tuple[str, str, str]:
    """Say how a bill stands: its state, and what is open of it on the platform and in QuickBooks."""
    shown = partner.api.get(f"/v1/bills/{bill}")
    return shown["status"], shown["open"], shown["open_in_quickbooks"]


def test_b3_nothing_syncs_until_the_accounts_are_chosen_and_one_sentence_says_which(partner: Partner) -> None:
    shown = partner.api.get("/v1/payables/preferences")
    assert (shown["saved"], shown["ready"]) == (False, False)
    assert "the unallocated expense account, the unallocated income account and the bank account" in shown["missing"]
    with pytest.raises(DemoError, match="409") as refused:
        partner.api.post("/v1/syncs", {})
    assert shown["missing"] in refused.value.details


def test_b1_b7_what_was_told_waits_for_a_sync_that_brings_it_out_and_the_companys_own_bill_in(
    deployed: Deployed, partner: Partner, platform: Platform
) -> None:
    assert _choose(partner, auto_sync=False)["ready"]
    vendor = {"id": "ven_1", "name": "Norton Lumber", "updated_at": SystemClock().now().isoformat()}
    partner.api.post("/v1/vendors", vendor)
    platform.tell(partner, "bill.created", **_owed("bill_1", "N-1", "platform-ven_1", "103.55"))
    deployed.wait_for_rest("what was told")
    waiting = partner.api.get(f"/v1/bills/{TOLD}")
    assert (waiting["progress"], waiting["open_in_quickbooks"]) == ("waiting", None)
    assert "Sync Now" in waiting["reason"]["fix"]
    sync = _sync(partner)
    assert (sync["state"], sync["sent"], sync["failures"]) == ("done", 2, [])
    assert sync["read"] == {"vendor": 1, "bill": 1}
    assert _open(partner, TOLD) == ("open", "103.55", "103.55")
    assert _open(partner, BY_HAND) == ("open", "45.10", "45.10")
    balances = {each["DocNumber"]: each["Balance"] for each in partner.accountant.read_all("Bill")}
    assert balances == {"N-1": Decimal("103.55"), "H-1": Decimal("45.10")}


def test_b4_a_bill_that_came_in_is_paid_with_a_vendor_credit_and_both_books_tie(
    deployed: Deployed, partner: Partner
) -> None:
    chosen = _choose(partner, auto_sync=True)
    partner.api.post("/v1/vendor-credits", _owed("vc_1", "C-1", "quickbooks-90", "5.10"))
    payment = {
        "id": "bp_1", "status": "paid", "vendor": "quickbooks-90", "currency": "USD", "paid_on": DAY.isoformat(),
        "bills": [{"bill": BY_HAND, "amount": "45.10"}], "credits": [{"credit": "platform-vc_1", "amount": "5.10"}],
        "amount": "40.00", "updated_at": SystemClock().now().isoformat(),
    }  # fmt: skip
    partner.api.post("/v1/bill-payments", payment)
    deployed.wait_for_rest("the payment")
    (entered,) = partner.accountant.read_all("BillPayment")
    assert (entered["TotalAmt"], entered["PayType"]) == (40, "Check")
    assert entered["CheckPayment"]["BankAccountRef"]["value"] == chosen["bank_account_id"]
    assert _open(partner, BY_HAND) == ("paid", "0.00", "0.00")
    credit = partner.api.get("/v1/vendor-credits/platform-vc_1")
    assert (credit["status"], credit["remaining"], credit["remaining_in_quickbooks"]) == ("applied", "0.00", "0.00")
    assert [each["Balance"] for each in partner.accountant.read_all("VendorCredit")] == [0]
    assert "Entered the payment bp_1" in str(partner.api.explain("platform-bp_1", "bill_payment"))


def _owed(id_: str, number: str, vendor: str, amount: str) -> dict[str, Any]:
    return {
        "id": id_, "number": number, "vendor": vendor, "amount": amount, "currency": "USD", "status": "active",
        "issued_on": DAY.isoformat(), "updated_at": SystemClock().now().isoformat(),
    }  # fmt: skip
