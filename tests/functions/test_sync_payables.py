"""sync_payables: the real handler brings what a partner owes into the book, and sends off what waits (B1, B3, B7)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.outbox import TableOutbox
from crossfoot.adapters.dynamodb.payable_syncs import TablePayableSyncs
from crossfoot.adapters.dynamodb.payables_settings import TablePayablesSettings
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Ref
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.records import Bill
from crossfoot.core.payables.syncs import PayableSync, SyncStage, SyncStarter
from crossfoot.messages import BILL_LANES, SyncPayables
from crossfoot.ports import Outgoing

from tests.adapters.sandbox import Sandbox, running
from tests.functions.conftest import Aws, Load, connect_sandbox, in_time, sample

TENANT = "t_0a1b2c3d4e5f6071"
STARTED = datetime(2026, 11, 21, 21, tzinfo=UTC)
# As the sample names it.
SYNC = PayableSync("20261121T210000.000000Z-5f1c", SyncStarter.PERSON, STARTED, STARTED)


@pytest.fixture
def table(aws: Aws) -> Table:
    return Table(aws.environment["TABLE_NAME"])


@pytest.fixture
def syncs(table: Table) -> TablePayableSyncs:
    made = TablePayableSyncs(table)
    made.begin(TENANT, SYNC)
    return made


def now(syncs: TablePayableSyncs) -> PayableSync:
    sync = syncs.load(TENANT, SYNC.id)
    assert sync is not None
    return sync


def test_b3_a_sync_ends_and_says_what_has_to_be_chosen_first(load: Load, syncs: TablePayableSyncs, aws: Aws) -> None:
    assert load("sync_payables").handler(sample("sync_payables"), in_time()) == {"batchItemFailures": []}
    assert now(syncs).finished_at is not None
    assert now(syncs).problem
    assert now(syncs).fix
    assert aws.messages("payable_syncs") == aws.messages("bills") == []


def test_what_cannot_be_finished_in_time_comes_back(load: Load, syncs: TablePayableSyncs) -> None:
    answer = load("sync_payables").handler(sample("sync_payables"), in_time(remaining_ms=100))
    assert len(answer["batchItemFailures"]) == 1
    assert now(syncs) == SYNC


def test_a_sync_that_nobody_began_comes_back_and_ends_where_a_person_looks(load: Load) -> None:
    assert len(load("sync_payables").handler(sample("sync_payables"), in_time())["batchItemFailures"]) == 1


# --- on the QuickBooks sandbox -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quickbooks() -> Iterator[Sandbox]:
    with running("quickbooks") as sandbox:
        sandbox.switch(rate_limits=False)
        yield sandbox


def enter_bill(quickbooks: Sandbox) -> Ref:
    """Enter a bill of a new vendor by hand."""

    def post(entity: str, body: dict[str, Any]) -> dict[str, Any]:
        url = f"/v3/company/{quickbooks.ready['realm_id']}/{entity.lower()}?minorversion=75"
        token = {"Authorization": f"Bearer {quickbooks.ready['access_token']}", "Accept": "application/json"}
        answer = quickbooks.http.post(url, json=body, headers=token)
        assert answer.is_success, answer.text
        made: dict[str, Any] = answer.json()[entity]
        return made

    spent = post("Account", {"Name": "Hosting", "AccountType": "Expense"})
    vendor = post("Vendor", {"DisplayName": "Norton Lumber"})
    detail = {"AccountRef": {"value": spent["Id"]}}
    line = {"Amount": 103.55, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}
    bill = post("Bill", {"VendorRef": {"value": vendor["Id"]}, "DocNumber": "N-1", "Line": [line]})
    return Ref(ACCOUNTING, Kind.BILL, bill["Id"])


def test_b7_what_is_unpaid_comes_in_and_what_waits_is_sent_off_with_the_end_behind_it_in_each_lane(
    aws: Aws, load: Load, quickbooks: Sandbox, table: Table, syncs: TablePayableSyncs
) -> None:
    connect_sandbox(aws, quickbooks, TENANT)
    bill, waiting = enter_bill(quickbooks), Ref(PLATFORM, Kind.BILL, "bill_1")
    TablePayablesSettings(table).save(TENANT, PayablesPreferences("7", "8", "35"))
    TableOutbox(table).put(TENANT, [Outgoing(waiting, Ref(PLATFORM, Kind.VENDOR, "ven_1"))])
    step = load("sync_payables")
    for _ in range(2):
        assert step.handler(sample("sync_payables"), in_time()) == {"batchItemFailures": []}
    stored = TableBook(table).load(TENANT, bill)
    assert isinstance(stored, Bill)
    assert (stored.number, stored.total_minor, stored.keeping.left_out) == ("N-1", 103_55, False)
    assert (now(syncs).stage, now(syncs).read["bill"], now(syncs).problem) == (SyncStage.SENDING, 1, "")
    sent = aws.messages("bills")
    mirrored = [each for each in sent if each["kind"] == "mirror_bill"]
    assert {(each["record_id"], each["sync"]) for each in mirrored} == {("bill_1", SYNC.id)}
    closing = [each for each in sent if each["kind"] == "close_sync"]
    assert {each["group"] for each in closing} == {f"{TENANT}:{lane}" for lane in range(BILL_LANES)}


def test_b7_one_that_is_due_begins_by_itself_and_one_that_is_not_does_not(aws: Aws, load: Load, table: Table) -> None:
    (record,) = sample("sync_payables")["Records"]
    due = {"Records": [{**record, "body": SyncPayables(tenant=TENANT, because="sweep").to_json()}]}
    step, syncs = load("sync_payables"), TablePayableSyncs(table)
    assert step.handler(due, in_time()) == {"batchItemFailures": []}
    assert syncs.load_newest(TENANT) is None, "auto-sync is nobody's until it was chosen"
    TablePayablesSettings(table).save(TENANT, PayablesPreferences())
    assert step.handler(due, in_time()) == {"batchItemFailures": []}
    assert syncs.load_newest(TENANT) is None, "nor while accounts are to be chosen"
    chosen = PayablesPreferences(expense_account_id="7", income_account_id="79", bank_account_id="35")
    TablePayablesSettings(table).save(TENANT, chosen)
    for _ in range(2):
        assert step.handler(due, in_time()) == {"batchItemFailures": []}
    (sync,) = syncs.list_syncs(TENANT, cursor="", limit=9).items
    assert sync.starter is SyncStarter.AUTO_SYNC
    assert sync.finished_at is not None
