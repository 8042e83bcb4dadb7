"""sweep: the real handler nudges whoever is due, has connections tended, and revives what was given up."""

from collections.abc import Callable
from types import ModuleType

import boto3
from crossfoot.adapters.dynamodb.payables_settings import TablePayablesSettings
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Kind, System
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.messages import (
    ArchiveOutside,
    CheckSynced,
    CrossfootRequest,
    FetchUnpaid,
    Message,
    MirrorBill,
    MirrorPayment,
    Nudge,
    RecordDeposit,
    SyncBatch,
    SyncPayables,
)

from tests.functions.conftest import Aws, in_time, sample

type Load = Callable[[str], ModuleType]


def test_the_schedule_nudges_and_tends_every_connection_that_was_never_read(aws: Aws, load: Load) -> None:
    aws.connect("t_00000001", System.QUICKBOOKS, "1")
    aws.connect("t_00000001", System.CONNECTWISE, "acme@one", site_url="https://psa.example")
    aws.connect("t_00000002", System.QUICKBOOKS, "2")
    assert load("sweep").handler(sample("sweep"), in_time()) == {
        "nudged": 3,
        "tended": 3,
        "synced": 0,
        "noticed": 2,
        "revived": 0,
    }
    everybody = [("t_00000001", "connectwise"), ("t_00000001", "quickbooks"), ("t_00000002", "quickbooks")]
    nudges, requests = aws.messages("nudges"), aws.messages("tending")
    tends = [each for each in requests if each["kind"] == "tend_connection"]
    for asked in (nudges, tends):
        assert sorted((each["tenant"], each["system"]) for each in asked) == everybody
    told = [each["tenant"] for each in requests if each["kind"] == "send_notice"]
    assert sorted(told) == ["t_00000001", "t_00000002"], "a connection that is new has turned"


def test_nobody_is_due_where_nobody_is_connected(aws: Aws, load: Load) -> None:
    assert load("sweep").handler(sample("sweep"), in_time()) == {
        "nudged": 0,
        "tended": 0,
        "synced": 0,
        "noticed": 0,
        "revived": 0,
    }
    assert aws.messages("nudges") == []


def test_b7_payables_that_were_never_synced_are_asked_for_on_a_queue_of_their_own(aws: Aws, load: Load) -> None:
    settings = TablePayablesSettings(Table(aws.environment["TABLE_NAME"]))
    settings.save("t_00000001", PayablesPreferences())
    settings.save("t_00000002", PayablesPreferences(auto_sync=False))
    assert load("sweep").handler(sample("sweep"), in_time())["synced"] == 1
    (asked,) = aws.messages("payable_syncs")
    assert (asked["kind"], asked["tenant"], asked["sync"]) == ("sync_payables", "t_00000001", "")


GIVEN_UP: dict[str, Message] = {
    "nudges": Nudge(tenant="t_00000001", system=System.QUICKBOOKS),
    "payments": MirrorPayment(tenant="t_00000001", payment_id="129"),
    "deposits": RecordDeposit(tenant="t_00000001", payout_id="po_1"),
    "crossfoot": CrossfootRequest(tenant="t_00000001"),
    "unpaid": FetchUnpaid(tenant="t_00000001", system=System.QUICKBOOKS, run="r-1"),
    "tending": ArchiveOutside(tenant="t_00000001", run="r-1"),
    "syncs": SyncBatch(tenant="t_00000001", run="r-1"),
    "sync_posts": CheckSynced(tenant="t_00000001", bill_id="501"),
    "bills": MirrorBill(tenant="t_00000001", record_kind=Kind.BILL, record_id="bill_1"),
    "payable_syncs": SyncPayables(tenant="t_00000001", sync="p-1"),
}


def test_x3_what_was_given_up_on_any_queue_is_queued_again_where_it_came_from(aws: Aws, load: Load) -> None:
    for work, message in GIVEN_UP.items():
        boto3.client("sqs").send_message(
            QueueUrl=aws.queues[f"{work}_dead"],
            MessageBody=message.to_json(),
            MessageGroupId="t_00000001:0",
            MessageDeduplicationId="1",
        )
    assert load("sweep").handler(sample("sweep"), in_time())["revived"] == len(GIVEN_UP)
    for work, message in GIVEN_UP.items():
        (again,) = aws.messages(work)
        assert (again["kind"], again["revivals"]) == (message.kind, 1)
        assert aws.messages(f"{work}_dead") == []


def test_x3_no_queue_is_left_out(aws: Aws) -> None:
    assert {f"{work}_dead" for work in GIVEN_UP} == {name for name in aws.queues if name.endswith("_dead")}
