"""api, against the ConnectWise sandbox and S3: the real handler shows the book, and what it asks the system live."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
import pytest
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import PSA, DepositLine, Kind, Line, LineKind, Ref

from tests.adapters.connectwise.site import Msp
from tests.adapters.sandbox import Sandbox, running
from tests.fakes.api import event
from tests.fakes.records import credit_memo, customer, deposit, invoice, payment, ref_of
from tests.functions.conftest import APP_SECRET, Aws

type Load = Callable[[str], ModuleType]
type Call = Callable[..., tuple[int, Any]]

ONE, TWO = "t_00000001", "t_00000002"
CONTEXT = SimpleNamespace(aws_request_id="r-1")
FILTERS = "/v1/connections/connectwise/filters"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running("connectwise") as running_sandbox:
        yield running_sandbox


@pytest.fixture
def msp(sandbox: Sandbox) -> Msp:
    return Msp(sandbox)


@pytest.fixture
def book(aws: Aws) -> TableBook:
    return TableBook(Table(aws.environment["TABLE_NAME"]))


@pytest.fixture
def call(aws: Aws, load: Load, msp: Msp) -> Call:
    """Call the handler, as partner ONE unless it says otherwise."""
    secret = {**APP_SECRET, "connectwise_client_id": msp.ready["client_id"]}
    boto3.client("secretsmanager").put_secret_value(
        SecretId=aws.environment["APP_SECRET_ARN"], SecretString=json.dumps(secret)
    )
    handler = load("api")

    def send(method: str, path: str, *, tenant: str = ONE, **how: Any) -> tuple[int, Any]:
        answer = handler.handler(event(method, path, tenant=tenant, **how), CONTEXT)
        return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None

    return send


def connect(call: Call, msp: Msp) -> Any:
    keys = {name: msp.ready[name] for name in ("company_id", "public_key", "private_key")}
    status, body = call("POST", "/v1/connections/connectwise", body={**keys, "site_url": msp.sandbox.url})
    assert status == 201, body
    return body


def download(url: str) -> bytes:
    """Fetch what a link leads to, from the S3 of this process."""
    bucket = urlsplit(url).netloc.partition(".")[0]
    body: bytes = boto3.client("s3").get_object(Bucket=bucket, Key=unquote(urlsplit(url).path[1:]))["Body"].read()
    return body


def test_the_whole_book_is_shown_from_the_table(call: Call, book: TableBook) -> None:
    line = Line("1", LineKind.ITEM, "Dock", 10_000)
    book.save(
        ONE,
        [
            customer("q1", "Contoso"),
            invoice("q7", "7", lines=(line,)),
            credit_memo("q50", "CM", 500, remaining_minor=200, lines=(line,)),
            payment("q77", {"q7": 4_000}, credited={"q50": 300}, deposit=ref_of(Kind.DEPOSIT, "q200")),
            deposit("q200", 4_000, DepositLine(ref_of(Kind.PAYMENT, "q77"), 0)),
        ],
    )
    for path, name in (
        ("/v1/customers?search=con", "customers"),
        ("/v1/invoices?number=7", "invoices"),
        ("/v1/invoices?customer=quickbooks-q1", "invoices"),
        ("/v1/payments?customer=quickbooks-q1", "payments"),
        ("/v1/credit-memos?sort=date", "credit_memos"),
        ("/v1/deposits", "deposits"),
    ):
        address, _, asked = path.partition("?")
        query = dict([asked.split("=")]) if asked else None
        status, body = call("GET", address, query=query)
        assert (status, len(body[name])) == (200, 1), (path, body)
        assert call("GET", address, query=query, tenant=TWO)[1][name] == []
    shown = call("GET", "/v1/invoices/quickbooks-q7")[1]
    assert [each["description"] for each in shown["copies"][0]["lines"]] == ["Dock"]
    assert [each["credit_memo"] for each in shown["credits"]] == ["quickbooks-q50"]
    assert [each["payment"] for each in call("GET", "/v1/credit-memos/quickbooks-q50")[1]["applied"]] == [
        "quickbooks-q77"
    ]
    assert [each["amount"] for each in call("GET", "/v1/deposits/quickbooks-q200")[1]["lines"]] == ["40.00"]
    assert call("POST", "/v1/invoices/quickbooks-q7/archive", body={})[1]["status"] == "archived"
    assert call("GET", "/v1/invoices")[1]["invoices"] == []


@pytest.mark.parametrize("megabytes", [0, 12])
def test_i1_a_pdf_larger_than_an_answer_may_be_is_downloaded_by_its_link(
    call: Call, book: TableBook, msp: Msp, megabytes: int
) -> None:
    connect(call, msp)
    ref = msp.invoice(msp.customer("Contoso"), "INV-7", 100)
    book.save(ONE, [msp.read_invoice(ref)])
    msp.sandbox.control("switches", {"pdf_mb": megabytes})
    try:
        status, body = call("POST", f"/v1/invoices/{ref}/pdf", body={})
    finally:
        msp.sandbox.control("switches", {"pdf_mb": 0})
    assert status == 200, body
    assert len(json.dumps(body)) < 3_000
    content = download(body["url"])
    assert content.startswith(b"%PDF-")
    assert len(content) >= megabytes * 1_000_000
    assert call("POST", f"/v1/invoices/{ref}/pdf", body={}, tenant=TWO)[0] == 404


def test_i1_a_pdf_that_is_not_there_says_so(call: Call, book: TableBook, msp: Msp) -> None:
    connect(call, msp)
    ref = Ref(PSA, Kind.INVOICE, "987654")
    status, body = call("POST", f"/v1/invoices/{ref}/pdf", body={})
    assert (status, body["code"]) == (404, "not_found"), "it is not in the book"
    book.save(ONE, [replace(invoice("c1", "1"), ref=ref)])
    status, body = call("POST", f"/v1/invoices/{ref}/pdf", body={})
    assert (status, bool(body["fix"])) == (422, True), body


def test_c3_the_rights_of_the_security_role_are_named(call: Call, msp: Msp) -> None:
    assert connect(call, msp)["missing_rights"] == []
    found = call("GET", "/v1/connections/connectwise/permissions")[1]
    assert (found["missing"], {right["state"] for right in found["rights"]}) == (0, {"granted"})
    status, again = call("POST", "/v1/connections/connectwise/permissions", body={})
    assert (status, again["rights"]) == (200, found["rights"])
    assert again["tested_at"] > found["tested_at"]


def test_c4_filters_are_chosen_from_what_connectwise_has_and_begin_a_full_read(aws: Aws, call: Call, msp: Msp) -> None:
    connect(call, msp)
    status, choices = call("GET", f"{FILTERS}/choices")
    assert (status, choices.pop("unreadable")) == (200, [])
    assert choices["invoice_type"]
    value = choices["invoice_type"][0]["value"]
    body = {**{name: [] for name in choices}, "invoice_type": [value], "from": "2026-01-01", "to": None}
    status, saved = call("PUT", FILTERS, body=body)
    assert status == 200, saved
    assert call("GET", FILTERS)[1] == body
    assert call("GET", f"/v1/fetches/{saved['fetch']['id']}")[1]["what"] == "resync"
    assert call("GET", "/v1/fetches")[1]["fetches"][0]["id"] == saved["fetch"]["id"]
    assert call("GET", f"{FILTERS}/outside")[1]["counted"]["fetch"] == saved["fetch"]["id"]
    for what in ("archive", "restore"):
        status, begun = call("POST", f"{FILTERS}/outside/{what}", body={})
        assert (status, begun["what"]) == (202, f"{what}_outside")
        assert call("GET", f"{FILTERS}/outside")[1]["counted"]["fetch"] == begun["id"]
    assert [each["kind"] for each in aws.messages("tending")] == ["retry_parked", *["archive_outside"] * 2]
    wrong = call("PUT", FILTERS, body={**body, "invoice_type": ["No such type"]})
    assert (wrong[0], wrong[1]["errors"][0]["field"]) == (400, "invoice_type")


def test_i7_a_fetch_is_started_once_an_hour(aws: Aws, call: Call, msp: Msp) -> None:
    connect(call, msp)
    for what, queue, waiting in (
        ("new_data", "nudges", ["connected", "asked"]),
        ("unpaid_invoices", "unpaid", ["asked"]),
    ):
        status, body = call("POST", "/v1/fetches", body={"what": what})
        assert (status, [each["system"] for each in body["fetches"]]) == (202, ["connectwise"])
        assert [each["because"].partition(" ")[0] for each in aws.messages(queue)] == waiting
        status, body = call("POST", "/v1/fetches", body={"what": what})
        assert (status, body["code"]) == (429, "too_soon")
