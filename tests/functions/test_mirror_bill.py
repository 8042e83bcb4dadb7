"""mirror_bill: the real handler and its sample batch of two partners, with the end of a sync between them (B3, B4, B7)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from types import ModuleType
from typing import Any

import pytest
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.dynamodb.attention import TableAttention
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.history import TableHistory
from crossfoot.adapters.dynamodb.outbox import TableOutbox
from crossfoot.adapters.dynamodb.payable_syncs import TablePayableSyncs
from crossfoot.adapters.dynamodb.payables_settings import TablePayablesSettings
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import PLATFORM, Kind, Ref, Standing, System, Version
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CostLine,
    CostLineKind,
    CreditPart,
    Payable,
    Vendor,
    VendorCredit,
    vendor_of,
)
from crossfoot.core.payables.syncs import PayableSync, SyncStage, SyncStarter
from crossfoot.messages import Message, MirrorBill
from crossfoot.ports import Outgoing

from tests.adapters.sandbox import Sandbox, running
from tests.functions.conftest import Aws, Load, connect_sandbox, in_time, query_sandbox, sample

ONE, TWO = "t_0a1b2c3d4e5f6071", "t_8192a3b4c5d6e7f8"
VERSION = Version("2026-11-21T20:00:00.000000Z", "2026-11-21T20:00:00.000000Z")
DAY = date(2026, 11, 20)
STARTED = datetime(2026, 11, 21, 21, tzinfo=UTC)
VENDOR = Vendor(Ref(PLATFORM, Kind.VENDOR, "ven_9"), VERSION, Standing.LIVE, "Norton Lumber")
BILL = Bill(
    Ref(PLATFORM, Kind.BILL, "bill_412"), VERSION, Standing.LIVE, "N-1", VENDOR.ref, VENDOR.name, DAY, None, "USD",
    103_55, 103_55, (CostLine("1", CostLineKind.ACCOUNT, "Timber", 103_55),),
)  # fmt: skip
CREDIT = VendorCredit(
    Ref(PLATFORM, Kind.VENDOR_CREDIT, "vc_1"), VERSION, Standing.LIVE, "C-1", VENDOR.ref, VENDOR.name, DAY, "USD",
    20_00, lines=(CostLine("1", CostLineKind.ACCOUNT, "Bent", 20_00),),
)  # fmt: skip
PAYMENT = BillPayment(
    Ref(PLATFORM, Kind.BILL_PAYMENT, "bp_77"), VERSION, Standing.LIVE, VENDOR.ref, VENDOR.name, DAY, "USD", 83_55,
    bills=(BillPart(BILL.ref, 103_55),), credits=(CreditPart(CREDIT.ref, 20_00),),
)  # fmt: skip
# What the sample batch names: a partner's bill, the end of that partner's sync, and another one's payment.
NAMED: dict[str, Payable] = {ONE: BILL, TWO: PAYMENT}
# As the sample names it; it waits for nothing else.
SYNC = PayableSync("20261121T210000.000000Z-5f1c", SyncStarter.PERSON, STARTED, STARTED, SyncStage.SENDING)


@pytest.fixture
def table(aws: Aws) -> Table:
    return Table(aws.environment["TABLE_NAME"])


@pytest.fixture(scope="module")
def quickbooks() -> Iterator[Sandbox]:
    with running("quickbooks") as sandbox:
        sandbox.switch(rate_limits=False)
        yield sandbox


@pytest.fixture
def handler(load: Load) -> ModuleType:
    return load("mirror_bill")


def tell(table: Table, tenant: str, *records: Payable, sync: str = "") -> None:
    """Put what the platform tells into a partner's book and outbox."""
    TableBook(table).save(tenant, list(records))
    TableOutbox(table).put(tenant, [Outgoing(each.ref, vendor_of(each), sync) for each in records])


def told(table: Table, tenant: str, ref: Ref) -> list[str]:
    """Read the codes of a record's decisions."""
    return [each.item.code for each in TableHistory(table, SystemClock()).load(tenant, ref)]


def test_b3_each_partners_record_is_decided_on_under_that_partner_and_waits_in_its_outbox(
    aws: Aws, load: Load, quickbooks: Sandbox, table: Table
) -> None:
    connect_sandbox(aws, quickbooks, ONE)
    for tenant, record in NAMED.items():
        tell(table, tenant, record)
    TablePayableSyncs(table).begin(ONE, SYNC)
    assert load("mirror_bill").handler(sample("mirror_bill"), in_time()) == {"batchItemFailures": []}
    for tenant, code in ((ONE, "preferences_missing"), (TWO, "accounting_not_connected")):
        ref = NAMED[tenant].ref
        assert told(table, tenant, ref) == [code]
        waiting = TableOutbox(table).load(tenant, ref)
        assert waiting is not None
        assert waiting.code == code
        assert [reason.code for reason in TableAttention(table).load(tenant, [ref])[ref].reasons] == [code]
    assert told(table, ONE, PAYMENT.ref) == []


def test_b7_a_sync_ends_when_all_that_it_sent_off_was_tried_and_not_before(table: Table, handler: ModuleType) -> None:
    syncs = TablePayableSyncs(table)
    syncs.begin(ONE, SYNC)
    tell(table, ONE, BILL, sync=SYNC.id)
    bill, close, _ = sample("mirror_bill")["Records"]
    assert handler.handler({"Records": [close]}, in_time()) == {
        "batchItemFailures": [{"itemIdentifier": close["messageId"]}]
    }
    body = MirrorBill(
        tenant=ONE, record_kind=Kind.BILL, record_id="bill_412", vendor="platform-ven_9", sync=SYNC.id
    ).to_json()
    assert handler.handler({"Records": [{**bill, "body": body}, close]}, in_time()) == {"batchItemFailures": []}
    ended = syncs.load(ONE, SYNC.id)
    assert ended is not None
    assert (ended.stage, ended.finished_at is not None) == (SyncStage.DONE, True)


def test_a_record_that_is_not_in_the_book_leaves_the_other_alone(table: Table, handler: ModuleType) -> None:
    tell(table, TWO, PAYMENT)
    TablePayableSyncs(table).begin(ONE, SYNC)
    first = sample("mirror_bill")["Records"][0]["messageId"]
    assert handler.handler(sample("mirror_bill"), in_time()) == {"batchItemFailures": [{"itemIdentifier": first}]}
    assert told(table, TWO, PAYMENT.ref) == ["accounting_not_connected"]


def test_what_cannot_be_finished_in_time_comes_back(table: Table, handler: ModuleType) -> None:
    for tenant, record in NAMED.items():
        tell(table, tenant, record)
    answer = handler.handler(sample("mirror_bill"), in_time(remaining_ms=100))
    assert len(answer["batchItemFailures"]) == len(sample("mirror_bill")["Records"])


# --- on the QuickBooks sandbox -----------------------------------------------------------------------------------------


def event(message: Message) -> dict[str, Any]:
    (first, *_) = sample("mirror_bill")["Records"]
    return {"Records": [{**first, "body": message.to_json()}]}


def test_b4_a_payment_with_a_credit_is_in_quickbooks_with_all_that_it_names_to_the_cent_and_once_only(
    aws: Aws, load: Load, quickbooks: Sandbox, table: Table
) -> None:
    connect_sandbox(aws, quickbooks, ONE)
    accounts = query_sandbox(quickbooks, "Account")
    of_type = {each["AccountType"]: each["Id"] for each in accounts}
    chosen = PayablesPreferences(
        next(each["Id"] for each in accounts if each["AccountType"] == "Expense"), of_type["Income"], of_type["Bank"]
    )
    TablePayablesSettings(table).save(ONE, chosen)
    records = (VENDOR, BILL, CREDIT, PAYMENT)
    tell(table, ONE, *records)
    step = load("mirror_bill")
    asked = MirrorBill(tenant=ONE, record_kind=Kind.BILL_PAYMENT, record_id=PAYMENT.ref.id)
    for again in ("", "r-2"):
        assert step.handler(event(replace(asked, again=again)), in_time()) == {"batchItemFailures": []}
    (bill,), (credit,), (payment,) = (
        query_sandbox(quickbooks, each) for each in ("Bill", "VendorCredit", "BillPayment")
    )
    (line,) = bill["Line"]
    assert line["AccountBasedExpenseLineDetail"]["AccountRef"]["value"] == chosen.expense_account_id
    assert (str(bill["TotalAmt"]), str(bill["Balance"]), str(credit["Balance"])) == ("103.55", "0", "0")
    assert (str(payment["TotalAmt"]), payment["VendorRef"]) == ("83.55", bill["VendorRef"])
    assert payment["CheckPayment"]["BankAccountRef"]["value"] == chosen.bank_account_id
    assert TableOutbox(table).load(ONE, PAYMENT.ref) is None
    assert [code for each in records for code in told(table, ONE, each.ref) if "refused" in code] == []


def test_x3_whoever_stops_answering_is_asked_again_later(aws: Aws, load: Load, table: Table) -> None:
    aws.connect(ONE, System.QUICKBOOKS, "9341")
    tell(table, ONE, VENDOR)
    TablePayablesSettings(table).save(ONE, PayablesPreferences("7", "8", "35"))
    asked = MirrorBill(tenant=ONE, record_kind=Kind.VENDOR, record_id=VENDOR.ref.id)
    assert len(load("mirror_bill").handler(event(asked), in_time())["batchItemFailures"]) == 1
    assert TableOutbox(table).load(ONE, VENDOR.ref) is not None
