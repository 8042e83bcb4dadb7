"""tend_connection: the real handler looks after a connection to the ConnectWise sandbox, and archives."""

import json
import logging
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import boto3
import pytest
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.dynamodb.attention import TableAttention
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.connections import TableConnections
from crossfoot.adapters.dynamodb.fetch_runs import TableFetchRuns
from crossfoot.adapters.dynamodb.filters import TableFilters
from crossfoot.adapters.dynamodb.notifications import TableNotifications
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.ses import SesMailbox
from crossfoot.adapters.vault import KmsVault
from crossfoot.core.attention import Parked, Reason
from crossfoot.core.decisions import waits
from crossfoot.core.fetching import FetchKind, FetchRun
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import Customer, Kind, Ref, Standing, System, TraitName, Version
from crossfoot.core.notifications import Notifications
from crossfoot.messages import ArchiveOutside, RetryParked, SendNotice
from crossfoot.ports import Connection, ConnectionState
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from tests.adapters.sandbox import Sandbox, running
from tests.functions.conftest import APP_SECRET, REGION, SENDER, Aws, in_time, sample

type Load = Callable[[str], ModuleType]

TENANT = "t_0a1b2c3d4e5f6071"
GONE = Ref(System.CONNECTWISE, Kind.CUSTOMER, "999999")


@pytest.fixture(scope="module")
def connectwise() -> Iterator[Sandbox]:
    with running("connectwise") as sandbox:
        yield sandbox


def _table(aws: Aws) -> Table:
    return Table(aws.environment["TABLE_NAME"])


def _connections(aws: Aws) -> TableConnections:
    return TableConnections(_table(aws), KmsVault(aws.environment["TOKEN_KEY_ID"]), SystemClock())


@pytest.fixture
def handler(aws: Aws, load: Load, connectwise: Sandbox) -> ModuleType:
    """The handler, for a partner whose book holds a company that ConnectWise has no more."""
    ready = connectwise.ready
    secret = {**APP_SECRET, "connectwise_client_id": ready["client_id"]}
    arn = aws.environment["APP_SECRET_ARN"]
    boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=json.dumps(secret))
    details = {"site_url": ready["site_url"], "company_id": ready["company_id"]}
    connection = Connection(TENANT, System.CONNECTWISE, ConnectionState.CONNECTED, "acme@one", "Acme", details=details)
    keys = {"public_key": ready["public_key"], "private_key": ready["private_key"], "callback_token": "token"}
    _connections(aws).connect(connection, keys)
    version = Version("2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z")
    TableBook(_table(aws)).save(TENANT, [Customer(GONE, version, Standing.LIVE, "Contoso")])
    return load("tend_connection")


def _history(aws: Aws) -> list[str]:
    return [event.what for event in _connections(aws).load_history(TENANT, System.CONNECTWISE)][1:]


def test_i5_i8_the_sample_request_finds_what_is_gone_and_mends_the_callbacks(aws: Aws, handler: ModuleType) -> None:
    assert handler.handler(sample("tend_connection"), in_time()) == {"batchItemFailures": []}
    stored = TableBook(_table(aws)).load(TENANT, GONE)
    assert stored is not None
    assert stored.standing is Standing.DELETED
    found, mended = _history(aws)
    assert found == "Found 1 deleted in ConnectWise: Contoso"
    assert "callbacks" in mended
    assert handler.handler(sample("tend_connection"), in_time()) == {"batchItemFailures": []}
    assert _history(aws) == [found, mended], "once is enough"


def _walk(aws: Aws, handler: ModuleType, kind: FetchKind) -> FetchRun | None:
    """Have the handler carry a run to its end."""
    now, runs = SystemClock().now(), TableFetchRuns(_table(aws), SystemClock())
    run = FetchRun(f"r-{kind}", System.CONNECTWISE, kind, now, now)
    runs.begin_walk(TENANT, run)
    event = sample("tend_connection")
    event["Records"][0]["body"] = ArchiveOutside(tenant=TENANT, run=run.id).to_json()
    assert handler.handler(event, in_time()) == {"batchItemFailures": []}
    return runs.load(TENANT, run.id)


def _leave_out_what_has_no_type(aws: Aws) -> None:
    filters = ImportFilters({TraitName.COMPANY_TYPE: frozenset({"1"})})
    TableFilters(_table(aws)).save(TENANT, filters)


def test_c5_a_request_to_archive_archives(aws: Aws, handler: ModuleType) -> None:
    _leave_out_what_has_no_type(aws)
    run = _walk(aws, handler, FetchKind.ARCHIVE_OUTSIDE)
    stored = TableBook(_table(aws)).load(TENANT, GONE)
    assert isinstance(stored, Customer)
    assert run is not None
    assert (stored.keeping.archived, stored.keeping.by_run) == (True, run.id)
    assert _history(aws)[-1] == "Archived what the import filters no longer let in: 1 customer"


def test_c5_a_request_to_bring_back_comes_to_its_end_and_picks_up_what_was_passed_over(
    aws: Aws, handler: ModuleType
) -> None:
    _leave_out_what_has_no_type(aws)
    _walk(aws, handler, FetchKind.ARCHIVE_OUTSIDE)
    run = _walk(aws, handler, FetchKind.RESTORE_OUTSIDE)
    stored = TableBook(_table(aws)).load(TENANT, GONE)
    assert isinstance(stored, Customer)
    assert not stored.keeping.archived
    assert run is not None
    assert run.finished_at is not None
    (asked,) = aws.messages("crossfoot")
    assert (asked["kind"], asked["every_payment"]) == ("crossfoot", True)


NEEDS_YOU = "Crossfoot: ConnectWise needs your attention"


def _tell(handler: ModuleType) -> dict[str, Any]:
    event = sample("tend_connection")
    event["Records"][0]["body"] = SendNotice(tenant=TENANT, about="connections").to_json()
    answer: dict[str, Any] = handler.handler(event, in_time())
    return answer


def _let_stop(aws: Aws) -> None:
    chosen = Notifications(connection_trouble=("trouble-canary@example.com",))
    TableNotifications(_table(aws), SystemClock()).save(TENANT, chosen)
    reason = "ConnectWise no longer accepts these keys."
    _connections(aws).need_attention(TENANT, System.CONNECTWISE, reason, "Enter new keys.")


def test_c7_trouble_is_told_by_mail_once_and_the_address_stands_in_no_log(
    aws: Aws, handler: ModuleType, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, "crossfoot")
    boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER)
    sent = get_backend("ses")[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    before = len(sent)
    _let_stop(aws)
    for _ in range(2):
        assert _tell(handler) == {"batchItemFailures": []}
    (mail,) = sent[before:]
    assert (mail.source, mail.subject) == (SENDER, NEEDS_YOU)
    assert mail.destinations["ToAddresses"] == ["trouble-canary@example.com"]
    out, err = capfd.readouterr()
    assert "canary@" not in out + err + caplog.text


def test_c7_a_mail_that_ses_refuses_comes_back_and_the_log_says_so_without_the_address(
    aws: Aws, handler: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    _let_stop(aws)
    mailbox = handler.get_ports().mailbox
    assert isinstance(mailbox, SesMailbox)
    mailbox._sender = "unverified-canary@example.com"
    assert len(_tell(handler)["batchItemFailures"]) == 1
    assert "SES refused a mail: MessageRejected" in caplog.text
    assert "canary@" not in caplog.text


def test_a_partner_that_is_not_connected_needs_nothing(aws: Aws, handler: ModuleType) -> None:
    event = sample("tend_connection")
    event["Records"][0]["body"] = event["Records"][0]["body"].replace(TENANT, "t_00000009")
    assert handler.handler(event, in_time()) == {"batchItemFailures": []}


def test_x3_a_request_to_retry_queues_what_is_parked_and_one_to_ignore_nothing(aws: Aws, handler: ModuleType) -> None:
    payment, payout = Ref(System.PLATFORM, Kind.PAYMENT, "pay_1"), Ref(System.PLATFORM, Kind.PAYOUT, "po_1")
    attention = TableAttention(_table(aws))
    for ref in (payment, payout):
        reason = Reason(waits(ref, "D2", "period_closed", "The books are closed.", "Open them."), SystemClock().now())
        attention.replace(TENANT, Parked(ref), Parked(ref, (reason,)))
    event = sample("tend_connection")
    for message in (RetryParked(tenant=TENANT, ignore=True), RetryParked(tenant=TENANT, again="one")):
        assert aws.messages("payments") == aws.messages("deposits") == []
        event["Records"][0]["body"] = message.to_json()
        assert handler.handler(event, in_time()) == {"batchItemFailures": []}
        (cause,) = attention.load_causes(TENANT)
        assert (cause.count, cause.ignored) == (0, 2)
    (paid,), (paid_out,) = aws.messages("payments"), aws.messages("deposits")
    assert (paid["payment_id"], paid["again"]) == ("pay_1", "one")
    assert (paid_out["payout_id"], paid_out["again"]) == ("po_1", "one")
