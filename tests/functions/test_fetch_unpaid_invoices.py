"""fetch_unpaid_invoices: the real handler reads the unpaid invoices of the QuickBooks sandbox again."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from types import ModuleType

import boto3
import pytest
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.fetch_runs import TableFetchRuns
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.fetching import FetchKind, FetchRun
from crossfoot.core.model import Invoice, Kind, Ref, Standing, System, Version

from tests.adapters.sandbox import Sandbox, running
from tests.functions.conftest import APP_SECRET, Aws, in_time, sample

type Load = Callable[[str], ModuleType]

TENANT = "t_0a1b2c3d4e5f6071"
RUN = "20261121T200000.000000Z-0a1b2c3d"
GONE = Ref(System.QUICKBOOKS, Kind.INVOICE, "999999")


@pytest.fixture(scope="module")
def quickbooks() -> Iterator[Sandbox]:
    with running("quickbooks") as sandbox:
        yield sandbox


@pytest.fixture
def handler(aws: Aws, load: Load, quickbooks: Sandbox) -> ModuleType:
    ready = quickbooks.ready
    aws.environment |= {"QUICKBOOKS_API_URL": quickbooks.url, "QUICKBOOKS_OAUTH_URL": quickbooks.url}
    secret = APP_SECRET | {
        "quickbooks_client_id": ready["client_id"],
        "quickbooks_client_secret": ready["client_secret"],
    }
    arn = aws.environment["APP_SECRET_ARN"]
    boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=json.dumps(secret))
    tokens = {
        "access_token": ready["access_token"],
        "refresh_token": ready["refresh_token"],
        "access_expires_at": datetime(2999, 1, 1, tzinfo=UTC).isoformat(),
    }
    aws.connect(TENANT, System.QUICKBOOKS, ready["realm_id"], secrets=tokens)
    return load("fetch_unpaid_invoices")


def _table(aws: Aws) -> Table:
    return Table(aws.environment["TABLE_NAME"])


def _begin(aws: Aws) -> TableFetchRuns:
    """Begin the walk that the sample asks for, over one invoice that QuickBooks has no more."""
    invoice = Invoice(
        ref=GONE,
        version=Version("2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z"),
        standing=Standing.LIVE,
        number="1001",
        customer=None,
        customer_name="Contoso",
        issued_on=date(2026, 11, 1),
        due_on=None,
        currency="USD",
        total_minor=100,
        balance_minor=100,
    )
    TableBook(_table(aws)).save(TENANT, [invoice])
    runs = TableFetchRuns(_table(aws), SystemClock())
    now = SystemClock().now()
    runs.begin_walk(TENANT, FetchRun(RUN, System.QUICKBOOKS, FetchKind.UNPAID_INVOICES, now, now))
    return runs


def test_i7_the_sample_request_heals_what_is_unpaid_in_the_book(aws: Aws, handler: ModuleType) -> None:
    runs = _begin(aws)
    assert handler.handler(sample("fetch_unpaid_invoices"), in_time()) == {"batchItemFailures": []}
    stored = TableBook(_table(aws)).load(TENANT, GONE)
    assert stored is not None
    assert stored.standing is Standing.DELETED
    run = runs.load(TENANT, RUN)
    assert run is not None
    assert (run.progress.read, run.finished_at is not None) == ({"invoice": 1}, True)


def test_a_system_that_is_away_brings_the_request_back(aws: Aws, handler: ModuleType, quickbooks: Sandbox) -> None:
    runs = _begin(aws)
    quickbooks.fault("server_error", times=None)
    answer = handler.handler(sample("fetch_unpaid_invoices"), in_time())
    quickbooks.calm()
    assert len(answer["batchItemFailures"]) == 1
    run = runs.load(TENANT, RUN)
    assert run is not None
    assert run.finished_at is None


def test_a_request_of_a_run_that_is_unknown_is_done(aws: Aws, handler: ModuleType) -> None:
    assert handler.handler(sample("fetch_unpaid_invoices"), in_time()) == {"batchItemFailures": []}


def test_a_message_that_belongs_elsewhere_comes_back(aws: Aws, handler: ModuleType) -> None:
    assert len(handler.handler(sample("fetch_new_data"), in_time())["batchItemFailures"]) == 1
