"""fetch_new_data: the real handler reads the QuickBooks sandbox into our table, and queues what follows."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import boto3
import pytest
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.preferences import TablePreferences
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Customer, Kind, Ref, Standing, System, Version
from crossfoot.core.preferences import Preferences
from crossfoot.messages import FollowCustomers

from tests.adapters.dynamodb.records import make_invoice
from tests.adapters.sandbox import Sandbox, running
from tests.functions.conftest import APP_SECRET, Aws, in_time, sample

type Load = Callable[[str], ModuleType]

TENANT = "t_0a1b2c3d4e5f6071"


@pytest.fixture(scope="module")
def quickbooks() -> Iterator[Sandbox]:
    with running("quickbooks") as sandbox:
        yield sandbox


@pytest.fixture
def handler(aws: Aws, load: Load, quickbooks: Sandbox) -> ModuleType:
    ready = quickbooks.ready
    aws.environment |= {"QUICKBOOKS_API_URL": quickbooks.url, "QUICKBOOKS_OAUTH_URL": quickbooks.url}
    secret = {
        **APP_SECRET,
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
    return load("fetch_new_data")


def book_of(aws: Aws, kind: Kind) -> list[Any]:
    """Read the partner's book."""
    book = TableBook(Table(aws.environment["TABLE_NAME"]))
    return list(book.list_records(TENANT, kind, first=None, last=None, system=None, cursor="", limit=200).records)


def make_payment(quickbooks: Sandbox) -> None:
    """Enter an invoice and its payment in QuickBooks, as an accountant does."""
    realm, token = quickbooks.ready["realm_id"], quickbooks.ready["access_token"]

    def post(entity: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = quickbooks.http.post(
            f"/v3/company/{realm}/{entity.lower()}",
            json=body,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        )
        assert answer.is_success, answer.text
        made: dict[str, Any] = answer.json()[entity]
        return made

    customer = post("Customer", {"DisplayName": "Blue Harbor Dental"})
    line = {
        "Amount": 125,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
    }
    owner = {"CustomerRef": {"value": customer["Id"]}}
    invoice = post("Invoice", {**owner, "DocNumber": "9001", "Line": [line]})
    linked = {"Amount": 125, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    post("Payment", {**owner, "TotalAmt": 125, "Line": [linked]})


def test_the_sample_nudge_fills_the_book_and_asks_for_each_payment(
    aws: Aws, handler: ModuleType, quickbooks: Sandbox
) -> None:
    TablePreferences(Table(aws.environment["TABLE_NAME"])).save(TENANT, Preferences(external_payments_enabled=True))
    make_payment(quickbooks)
    assert handler.handler(sample("fetch_new_data"), in_time()) == {"batchItemFailures": []}
    assert "9001" in [invoice.number for invoice in book_of(aws, Kind.INVOICE)]
    payments = {payment.ref.id for payment in book_of(aws, Kind.PAYMENT)}
    assert payments
    assert {each["payment_id"] for each in aws.messages("payments")} == payments


def test_i9_the_invoices_of_a_renamed_customer_follow_by_a_message_of_their_own(aws: Aws, handler: ModuleType) -> None:
    book = TableBook(Table(aws.environment["TABLE_NAME"]))
    customer = Customer(
        Ref(System.QUICKBOOKS, Kind.CUSTOMER, "58"), Version("2026-11-03", "2026-11-03"), Standing.LIVE, "New"
    )
    book.save(TENANT, [customer, make_invoice(customer_name="Old", at=Version("2026-11-02", "2026-11-02"))])
    follow = FollowCustomers(tenant=TENANT, system=System.QUICKBOOKS, customers=("58",), because="test")
    event = sample("fetch_new_data")
    event["Records"][0]["body"] = follow.to_json()
    assert handler.handler(event, in_time()) == {"batchItemFailures": []}
    assert [invoice.customer_name for invoice in book_of(aws, Kind.INVOICE)] == ["New"]


def test_a_nudge_of_a_partner_that_is_not_connected_is_done(aws: Aws, handler: ModuleType) -> None:
    event = sample("fetch_new_data")
    event["Records"][0]["body"] = event["Records"][0]["body"].replace(TENANT, "t_00000009")
    assert handler.handler(event, in_time()) == {"batchItemFailures": []}


def test_a_system_that_is_away_brings_the_nudge_back(aws: Aws, handler: ModuleType, quickbooks: Sandbox) -> None:
    quickbooks.fault("server_error", times=None)
    answer = handler.handler(sample("fetch_new_data"), in_time())
    quickbooks.calm()
    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == [
        sample("fetch_new_data")["Records"][0]["messageId"]
    ]
    assert book_of(aws, Kind.INVOICE) == []
