"""On the deployed template, IAM enforced: payables are told, wait, go out and come in by one sync (B1, B4, B5, B7)."""

import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.outbox import TableOutbox
from crossfoot.adapters.dynamodb.payable_syncs import TablePayableSyncs
from crossfoot.adapters.dynamodb.payables_settings import TablePayablesSettings
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.sqs import SqsQueue
from crossfoot.core.model import ACCOUNTING, Kind, Ref
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.records import Bill
from crossfoot.core.payables.syncs import PayableSync, SyncStage, SyncStarter, new_sync
from crossfoot.messages import SyncPayables

from local.demo.rest import Patience
from tests.e2e.partner import DAY, PATIENCE_S, Deployed, Partner
from tests.e2e.platform import Platform

OWED = {"vendor": "platform-ven_1", "currency": "USD", "issued_on": DAY.isoformat(), "status": "active"}
TOLD: dict[str, dict[str, Any]] = {
    "vendor.created": {"id": "ven_1", "name": "Norton Lumber"},
    "bill.created": {**OWED, "id": "bill_1", "number": "N-1", "amount": "103.55"},
    "vendor_credit.created": {**OWED, "id": "vc_1", "number": "C-1", "amount": "20.00"},
    "bill_payment.paid": {
        "id": "bp_1", "status": "paid", "vendor": "platform-ven_1", "currency": "USD", "paid_on": DAY.isoformat(),
        "bills": [{"bill": "platform-bill_1", "amount": "103.55"}],
        "credits": [{"credit": "platform-vc_1", "amount": "20.00"}],
        "amount": "83.55",
    },
}  # fmt: skip
VENDOR_BY_HAND = {"Id": "90", "SyncToken": "0", "DisplayName": "Hand Tools", "Active": True}
BILL_BY_HAND = {
    "Id": "701", "SyncToken": "0", "DocNumber": "H-1", "TxnDate": DAY.isoformat(), "Line": [], "LinkedTxn": [],
    "VendorRef": {"value": "90", "name": "Hand Tools"}, "CurrencyRef": {"value": "USD"},
    "TotalAmt": Decimal("45.10"), "Balance": Decimal("45.10"),
}  # fmt: skip


@pytest.fixture
def table(deployed: Deployed, owner: None) -> Table:
    """The product's table, with the rights of the stack's owner."""
    return Table(deployed.stack.outputs["TableName"])


def _choose(partner: Partner, table: Table) -> PayablesPreferences:
    """Choose accounts of the company's chart, and to sync by hand."""
    accounts = {each["AccountType"]: each["Id"] for each in partner.accountant.read_all("Account")}
    chosen = PayablesPreferences(accounts["Expense"], accounts["Income"], accounts["Bank"], auto_sync=False)
    TablePayablesSettings(table).save(partner.tenant, chosen)
    return chosen


def _tell(platform: Platform, partner: Partner) -> None:
    """Have the platform tell what the partner owes, and how it was paid."""
    now = SystemClock().now().isoformat()
    for kind, record in TOLD.items():
        data = {"partner": partner.tenant, "updated_at": now, **record}
        event = json.dumps({"type": kind, "timestamp": now, "data": data}).encode()
        assert platform.post(event, f"msg_{uuid4().hex}") == 200, kind


def _sync(deployed: Deployed, partner: Partner, table: Table) -> PayableSync:
    """Sync now, and wait for the end."""
    syncs = TablePayableSyncs(table)
    begun = syncs.begin(partner.tenant, new_sync(SyncStarter.PERSON, SystemClock().now(), "e2e"))
    queue = SqsQueue({"sync_payables": deployed.stack.outputs["PayableSyncsQueueUrl"]})
    queue.send([SyncPayables(tenant=partner.tenant, sync=begun.id)])
    seen = {"sync": begun}

    def is_over() -> bool:
        seen["sync"] = syncs.load(partner.tenant, begun.id) or begun
        return seen["sync"].finished_at is not None

    Patience(PATIENCE_S).wait_for("the sync", is_over, lambda: str(seen["sync"]))
    return seen["sync"]


def test_b4_b7_what_was_told_waits_for_a_sync_that_brings_it_out_and_the_companys_own_bill_in(
    deployed: Deployed, platform: Platform, two: tuple[Partner, Partner], table: Table
) -> None:
    partner, outbox = two[0], TableOutbox(table)
    chosen = _choose(partner, table)
    deployed.quickbooks.load(partner.realm["realm_id"], [("Vendor", VENDOR_BY_HAND), ("Bill", BILL_BY_HAND)])
    _tell(platform, partner)
    deployed.wait_for_rest("what was told")
    waiting = outbox.list_outgoing(partner.tenant, cursor="", limit=9).items
    assert [each.code for each in waiting] == ["sync_by_hand"] * len(TOLD)
    sync = _sync(deployed, partner, table)
    assert (sync.stage, sync.problem, sync.queued) == (SyncStage.DONE, "", len(TOLD))
    came_in = TableBook(table).load(partner.tenant, Ref(ACCOUNTING, Kind.BILL, "701"))
    assert isinstance(came_in, Bill)
    assert (came_in.total_minor, came_in.keeping.left_out) == (45_10, False)
    (payment,) = partner.accountant.read_all("BillPayment")
    assert (payment["TotalAmt"], payment["PayType"]) == (Decimal("83.55"), "Check")
    assert payment["CheckPayment"]["BankAccountRef"]["value"] == chosen.bank_account_id
    balances = {each["DocNumber"]: each["Balance"] for each in partner.accountant.read_all("Bill")}
    assert balances == {"N-1": 0, "H-1": Decimal("45.10")}
    assert outbox.list_outgoing(partner.tenant, cursor="", limit=9).items == ()
