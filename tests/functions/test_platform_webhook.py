"""platform_webhook: the real handler with its sample event, and who may make it store something."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.payables_settings import TablePayablesSettings
from crossfoot.adapters.dynamodb.table import Put, Table
from crossfoot.core.model import PLATFORM, Kind, Payment, Ref
from crossfoot.core.payables.profile import PaymentSync, payment_sync_of
from crossfoot.core.payables.records import Bill
from crossfoot.errors import AwsUnavailable
from crossfoot.wiring.signing_secrets import SigningSecrets
from standardwebhooks import Webhook

from tests.fakes.clock import FakeClock
from tests.fakes.platform import bill_data, partner_data, payment_data, payout_data
from tests.functions.conftest import PLATFORM_SECRET, Aws, in_time, sample

type Load = Callable[[str], ModuleType]

ONE = "t_00000001"
OTHER_SECRET = "whsec_" + "b3RoZXI" * 4


@pytest.fixture
def aws(aws: Aws) -> Aws:
    """Add the partner, who has connected nothing."""
    Table(aws.environment["TABLE_NAME"]).write(Put(keys.partner(ONE), {"name": "Contoso"}))
    return aws


def signed(
    body: str | None = None, *, secret: str = PLATFORM_SECRET, age: timedelta = timedelta(), **headers: str
) -> dict[str, Any]:
    """Sign a post as the platform does."""
    event = sample("platform_webhook")
    raw = event["body"] if body is None else body
    at = SystemClock().now() - age
    signature = Webhook(secret).sign("msg_1", at, raw)
    own = {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(int(at.timestamp())), "Webhook-Signature": signature}
    return {**event, "headers": own | headers, "body": raw}


def told(kind: str, data: dict[str, Any]) -> str:
    return json.dumps({"type": kind, "timestamp": "2026-11-03T17:04:05Z", "data": {"partner": ONE, **data}})


def post(handler: ModuleType, event: dict[str, Any]) -> tuple[int, Any]:
    answer = handler.handler(event, in_time())
    return answer["statusCode"], json.loads(answer["body"] or "null")


def test_p1_a_payment_of_the_platform_is_kept_and_queued(aws: Aws, load: Load) -> None:
    handler = load("platform_webhook")
    assert post(handler, signed()) == (200, None)
    kept = TableBook(Table(aws.environment["TABLE_NAME"])).load(ONE, Ref(PLATFORM, Kind.PAYMENT, "pay_1"))
    assert isinstance(kept, Payment)
    assert kept.total_minor == 125_000
    before = aws.items()
    assert post(handler, signed())[0] == 200
    assert aws.items() == before, "the same event again keeps nothing new"
    (message,) = aws.messages("payments")
    assert (message["kind"], message["tenant"], message["system"], message["payment_id"]) == (
        "mirror_payment", ONE, "platform", "pay_1",
    )  # fmt: skip


def test_b4_b6_a_bill_and_what_a_profile_follows_from_are_kept_and_the_bill_is_queued(aws: Aws, load: Load) -> None:
    handler, table = load("platform_webhook"), Table(aws.environment["TABLE_NAME"])
    for _ in range(2):
        assert post(handler, signed(told("bill.created", bill_data()))) == (200, None)
        assert post(handler, signed(told("partner.updated", partner_data()))) == (200, None)
    bill = TableBook(table).load(ONE, Ref(PLATFORM, Kind.BILL, "bill_1"))
    assert isinstance(bill, Bill)
    assert [line.amount_minor for line in TableBook(table).load_cost_lines(ONE, bill)] == [25_000, 5_000]
    assert payment_sync_of(TablePayablesSettings(table).load_facts(ONE)) is PaymentSync.TWO_WAY
    (message,) = aws.messages("bills")
    assert (message["kind"], message["tenant"], message["record_id"]) == ("mirror_bill", ONE, "bill_1")


def test_d2_a_payout_of_ten_thousand_payments_is_taken(aws: Aws, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = load("platform_webhook")
    items = [{"kind": "payment", "payment": f"pay_{n:026}", "amount": "1250.00"} for n in range(10_000)]
    data = payout_data(items=items, amount="12500000.00")
    monkeypatch.setattr(Table, "put_many", lambda *_: None)  # moto takes half a minute for the pointers
    assert post(handler, signed(told("payout.paid", data)))[0] == 200


def test_who_did_not_sign_it_makes_nothing_stored_and_hears_no_secret(
    aws: Aws, load: Load, caplog: pytest.LogCaptureFixture
) -> None:
    handler, before = load("platform_webhook"), aws.items()
    good = signed()
    changed = {**good, "body": good["body"].replace("1250.00", "9250.00")}
    bad: list[dict[str, Any]] = [
        {**good, "headers": {}},
        changed,
        signed(secret=OTHER_SECRET),
        signed(age=timedelta(minutes=6)),
        signed(age=timedelta(minutes=-6)),
        {**good, "headers": {**good["headers"], "Webhook-Id": "msg_2"}},
        *(
            {**good, "headers": {**good["headers"], "Webhook-Signature": odd}}
            for odd in ("", "v1", "v1,", "v1,é", "v1,a,b", "v2," + "a" * 44, "garbage")
        ),
        *(
            {**good, "headers": {**good["headers"], "Webhook-Timestamp": odd}}
            for odd in ("", "nan", "inf", "1e999", "x")
        ),
        {**good, "body": "gIA=", "isBase64Encoded": True},
    ]
    for event in bad:
        status, body = post(handler, event)
        assert (status, body["code"]) == (401, "bad_signature"), event["headers"]
        assert "canary" not in str(body)
    assert aws.items() == before
    assert aws.messages("payments") == []
    assert "bad signature" in caplog.text
    assert "canary" not in caplog.text


def test_either_signature_counts_while_one_secret_replaces_the_other(aws: Aws, load: Load) -> None:
    event = signed(secret=OTHER_SECRET)
    ours = signed()["headers"]["Webhook-Signature"]
    event["headers"]["Webhook-Signature"] += f" {ours}"
    assert post(load("platform_webhook"), event)[0] == 200


def test_what_cannot_be_read_names_the_member_and_is_not_kept(aws: Aws, load: Load) -> None:
    handler, before = load("platform_webhook"), aws.items()
    status, body = post(handler, signed(told("payment.succeeded", payment_data(amount="12.345"))))
    assert (status, body["errors"][0]["field"]) == (400, "data.amount")
    status, body = post(handler, signed(told("payout.paid", payout_data(amount="1.00"))))
    assert (status, body["errors"][0]["field"]) == (400, "data.amount")
    assert post(handler, signed("{"))[0] == 400
    assert aws.items() == before
    assert aws.messages("payments") == []


def test_x6_nobodys_payment_is_404_and_an_unknown_type_is_taken(aws: Aws, load: Load) -> None:
    handler, before = load("platform_webhook"), aws.items()
    stranger = told("payment.succeeded", payment_data()).replace(ONE, "t_00000002")
    assert post(handler, signed(stranger))[0] == 404
    assert post(handler, signed(told("dispute.opened", {})))[0] == 200
    assert aws.items() == before


def test_a_post_over_the_cap_is_413_before_anything_is_computed(aws: Aws, load: Load) -> None:
    event = {**signed(), "body": "x" * (1024 * 1024 + 1)}
    assert post(load("platform_webhook"), event)[0] == 413


def test_the_platform_is_asked_to_try_again_when_our_table_is_away(
    aws: Aws, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = load("platform_webhook")

    def fail(*_: object, **__: object) -> None:
        raise AwsUnavailable("DynamoDB")

    monkeypatch.setattr(Table, "get", fail)
    assert post(handler, signed())[0] == 503


def test_a_secret_that_was_taken_away_counts_no_longer() -> None:
    clock, kept = FakeClock(datetime(2026, 11, 3, 17, tzinfo=UTC)), ["old"]
    secrets = SigningSecrets(lambda: list(kept), clock)
    assert secrets.made(lambda some: "old" in some)
    kept[:] = ["new"]
    clock.advance(5 * 60)
    assert not secrets.made(lambda some: "old" in some)
    assert secrets.made(lambda some: "new" in some)
