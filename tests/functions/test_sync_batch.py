"""sync_batch: the real handler brings a closed ConnectWise invoice into QuickBooks and its batch, and back (S2, S3, S9)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from types import ModuleType
from typing import Any

import boto3
import pytest
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.dynamodb.connections import TableConnections
from crossfoot.adapters.dynamodb.preferences import TablePreferences
from crossfoot.adapters.dynamodb.sync_runs import TableSyncRuns
from crossfoot.adapters.dynamodb.sync_settings import TableSyncSettings
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.vault import KmsVault
from crossfoot.core.model import ACCOUNTING, PSA, Kind, Ref, System
from crossfoot.core.preferences import Preferences
from crossfoot.core.sync.runs import ItemState, RunItem, RunKind, SyncRun, new_sync_run
from crossfoot.core.sync.settings import MappingKey, MappingKind, SyncPreferences, Target, TimeEntries
from crossfoot.messages import Message, MirrorPayment, Nudge, StartSync, SyncBatch, read_message
from crossfoot.ports import Connection, ConnectionState

from tests.adapters.sandbox import Sandbox, exact, running
from tests.functions.conftest import APP_SECRET, Aws, Load, in_time, sample

TENANT = "t_0a1b2c3d4e5f6071"
BILL = Ref(PSA, Kind.INVOICE, "501")
TOTAL = Decimal("480.75")
CONTOSO = {"id": 19, "identifier": "contoso", "name": "Contoso"}
CLOSED: dict[str, Any] = {
    "id": 501, "invoiceNumber": "501", "type": "Miscellaneous",
    "status": {"id": 3, "name": "Closed", "isClosed": True},
    "company": CONTOSO, "billToCompany": CONTOSO,
    "date": "2026-11-03T00:00:00Z", "dueDate": "2026-11-03T00:00:00Z",
    "currency": {"id": 1, "name": "US Dollar", "currencyCode": "USD"},
    "subtotal": 480.75, "serviceTotal": 480.75, "total": 480.75, "salesTax": 0,
    "payments": 0, "credits": 0, "balance": 480.75,
}  # fmt: skip


@pytest.fixture(scope="module")
def quickbooks() -> Iterator[Sandbox]:
    with running("quickbooks") as sandbox:
        sandbox.load(sandbox.ready["realm_id"], [("Customer", {"Id": "58", "DisplayName": "Contoso", "Active": True})])
        # The tests look at it too, and are no part of what it allows in a second.
        sandbox.switch(rate_limits=False)
        yield sandbox


@pytest.fixture(scope="module")
def connectwise() -> Iterator[Sandbox]:
    with running("connectwise") as sandbox:
        sandbox.load(sandbox.ready["company_id"], [("Company", CONTOSO), ("Invoice", CLOSED)])
        yield sandbox


@pytest.fixture
def partner(aws: Aws, quickbooks: Sandbox, connectwise: Sandbox) -> Aws:
    """A partner that is connected to both sandboxes and has the tool on."""
    aws.environment |= {"QUICKBOOKS_API_URL": quickbooks.url, "QUICKBOOKS_OAUTH_URL": quickbooks.url}
    client = {f"quickbooks_{name}": quickbooks.ready[name] for name in ("client_id", "client_secret")}
    client["connectwise_client_id"] = connectwise.ready["client_id"]
    arn = aws.environment["APP_SECRET_ARN"]
    boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=json.dumps(APP_SECRET | client))
    expires = {"access_expires_at": datetime(2999, 1, 1, tzinfo=UTC).isoformat()}
    tokens = {name: quickbooks.ready[name] for name in ("access_token", "refresh_token")} | expires
    aws.connect(TENANT, System.QUICKBOOKS, quickbooks.ready["realm_id"], secrets=tokens)
    keys = {name: connectwise.ready[name] for name in ("public_key", "private_key")}
    details = {name: connectwise.ready[name] for name in ("site_url", "company_id")}
    connection = Connection(TENANT, PSA, ConnectionState.CONNECTED, "acme@one", "Acme", details=details)
    table, vault = Table(aws.environment["TABLE_NAME"]), KmsVault(aws.environment["TOKEN_KEY_ID"])
    TableConnections(table, vault, SystemClock()).connect(connection, keys)
    TablePreferences(table).save(TENANT, Preferences(sync_tool_enabled=True))
    settings = TableSyncSettings(table)
    settings.save_preferences(TENANT, SyncPreferences(time_entries=TimeEntries.GROUPED))
    settings.save_mappings(TENANT, {MappingKey(MappingKind.CUSTOMER, "19"): Target("58", "Contoso")})
    return aws


def event(*messages: Message) -> dict[str, Any]:
    (first, *_) = sample("sync_batch")["Records"]
    return {"Records": [{**first, "messageId": str(at), "body": each.to_json()} for at, each in enumerate(messages)]}


def read_books(load: Load) -> None:
    """Have both systems read into the book."""
    handler = load("fetch_new_data")
    for system in (ACCOUNTING, PSA):
        assert handler.handler(event(Nudge(tenant=TENANT, system=system)), in_time()) == {"batchItemFailures": []}


def work(aws: Aws, handler: ModuleType, message: Message) -> list[str]:
    """Have a message handled, and what it leaves in its two queues, as the template has it. Returns: the kind of each."""
    handled, todo = list[str](), [message]
    while todo:
        handled += [each.kind for each in todo]
        assert handler.handler(event(*todo), in_time()) == {"batchItemFailures": []}
        todo = receive(aws, "syncs", 1) or receive(aws, "sync_posts", 10)
    return handled


def receive(aws: Aws, work: str, most: int) -> list[Message]:
    """Take messages off a queue."""
    sqs, url = boto3.client("sqs"), aws.queues[work]
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most).get("Messages", [])
    for each in received:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return [read_message(each["Body"]) for each in received]


def entries(quickbooks: Sandbox) -> list[dict[str, Any]]:
    """Read what an accountant sees."""
    answer = quickbooks.http.get(
        f"/v3/company/{quickbooks.ready['realm_id']}/query",
        params={"query": "SELECT * FROM Invoice", "minorversion": "75"},
        headers={"Authorization": f"Bearer {quickbooks.ready['access_token']}", "Accept": "application/json"},
    )
    found: list[dict[str, Any]] = exact(answer.text)["QueryResponse"].get("Invoice", [])
    return found


def batch_of(connectwise: Sandbox) -> str:
    """Read the batch that the invoice is in, as a bookkeeper sees it."""
    ready = connectwise.ready
    keys = (f"{ready['company_id']}+{ready['public_key']}", ready["private_key"])
    answer = connectwise.http.get(
        "/v4_6_release/apis/3.0/finance/invoices/501", auth=keys, headers={"clientId": ready["client_id"]}
    )
    found: dict[str, Any] = answer.json().get("glBatch") or {}
    return str(found.get("name", ""))


def begin(aws: Aws, kind: RunKind) -> SyncRun:
    """Begin a run over the invoice, as the API does."""
    run = new_sync_run(kind, "partner", 1, SystemClock().now(), "5f1c")
    return TableSyncRuns(Table(aws.environment["TABLE_NAME"])).begin(TENANT, run, [RunItem(BILL, "501")])


def test_s1_s3_s9_a_schedule_brings_a_closed_invoice_into_quickbooks_and_its_batch_and_an_undo_out_of_both(
    partner: Aws, load: Load, quickbooks: Sandbox, connectwise: Sandbox
) -> None:
    read_books(load)
    handler, runs = load("sync_batch"), TableSyncRuns(Table(partner.environment["TABLE_NAME"]))
    handled = work(partner, handler, StartSync(tenant=TENANT, because="2026-11-22T11:30:00Z"))
    assert handled[:3] == ["start_sync", "sync_batch", "post_batch"]
    (entry,) = entries(quickbooks)
    assert (entry["DocNumber"], entry["TotalAmt"], entry["CustomerRef"]["value"]) == ("501", TOTAL, "58")
    batch = batch_of(connectwise)
    assert batch
    (run,) = runs.list_runs(TENANT, cursor="", limit=10).items
    (item,) = runs.load_items(TENANT, run.id)
    assert (item.state, item.accounting_id, item.batch) == (ItemState.DONE, entry["Id"], batch)
    assert run.finished_at is not None
    read_books(load)
    handler = load("sync_batch")
    handled = work(partner, handler, StartSync(tenant=TENANT, because="2026-11-22T12:30:00Z"))
    assert "sync_batch" not in handled, "nothing is offered any more"
    assert "check_synced" in handled, "what changed since it was synced is looked at"
    undo = begin(partner, RunKind.UNDO)
    work(partner, handler, SyncBatch(tenant=TENANT, run=undo.id))
    assert (entries(quickbooks), batch_of(connectwise)) == ([], "")
    assert [each.state for each in runs.load_items(TENANT, undo.id)] == [ItemState.DONE]
    assert {each["kind"] for each in partner.messages("nudges")} == {"nudge"}, "the book is read again at once"


def test_a_run_that_nobody_knows_and_what_belongs_on_another_queue_come_back(
    partner: Aws, load: Load, caplog: pytest.LogCaptureFixture
) -> None:
    handler = load("sync_batch")
    for wrong in (sample("sync_batch"), event(MirrorPayment(tenant=TENANT, payment_id="129"))):
        item = wrong["Records"][0]["messageId"]
        assert handler.handler(wrong, in_time()) == {"batchItemFailures": [{"itemIdentifier": item}]}
    assert "has no run" in caplog.text


def test_what_cannot_be_finished_in_time_comes_back(partner: Aws, load: Load, quickbooks: Sandbox) -> None:
    handler, run, before = load("sync_batch"), begin(partner, RunKind.SYNC), entries(quickbooks)
    answer = handler.handler(event(SyncBatch(tenant=TENANT, run=run.id)), in_time(remaining_ms=100))
    assert len(answer["batchItemFailures"]) == 1
    assert entries(quickbooks) == before
