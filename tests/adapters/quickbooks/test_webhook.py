"""QuickBooks' webhooks: whose they are, and what they name."""

import base64
import hashlib
import hmac
import json

import pytest
from crossfoot.adapters.quickbooks.webhook import read_events, verify

BODY = b'[{"id":"e1","type":"qbo.payment.created.v1","intuitentityid":"7","intuitaccountid":"310687"}]'


def sign(body: bytes, token: str) -> str:
    return base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()


def test_a_signature_by_either_token_is_good_while_one_is_replaced() -> None:
    assert verify(BODY, sign(BODY, "old"), ["new", "old"])
    assert verify(BODY, sign(BODY, "new"), ["new", "old"])


@pytest.mark.parametrize(
    ("body", "signature", "tokens"),
    [
        (BODY, sign(BODY, "other"), ["token"]),
        (BODY + b" ", sign(BODY, "token"), ["token"]),
        (BODY, "", ["token"]),
        (BODY, "\N{SNOWMAN}", ["token"]),
        (BODY, sign(BODY, ""), [""]),
        (BODY, sign(BODY, "token"), []),
    ],
)
def test_a_signature_that_is_not_ours_is_bad(body: bytes, signature: str, tokens: list[str]) -> None:
    assert not verify(body, signature, tokens)


def test_one_post_can_name_several_companies() -> None:
    events = [
        {
            "id": "e1",
            "type": "qbo.payment.created.v1",
            "intuitaccountid": "1",
            "time": "2025-09-10T21:31:25.179851517Z",
        },
        {"id": "e2", "type": "qbo.invoice.deleted.v1", "intuitaccountid": "2", "data": {}},
    ]
    assert [tuple(event) for event in read_events(json.dumps(events).encode())] == [
        ("e1", "1", "payment", "created"),
        ("e2", "2", "invoice", "deleted"),
    ]


@pytest.mark.parametrize("spelling", ["void", "voided"])
def test_both_spellings_of_void_are_one(spelling: str) -> None:
    body = json.dumps([{"id": "e", "type": f"qbo.payment.{spelling}.v1", "intuitaccountid": "1"}])
    assert read_events(body.encode())[0].verb == "voided"


def test_one_bad_notice_does_not_hold_back_the_good_ones() -> None:
    events: list[object] = [
        None,
        {"type": "qbo.payment.created.v1"},
        {"id": "x", "type": "other", "intuitaccountid": "1"},
        7,
    ]
    body = json.dumps([*events, *json.loads(BODY)])
    assert [event.event_id for event in read_events(body.encode())] == ["e1"]


def test_the_form_before_cloudevents_is_read_too() -> None:
    notice = {"realmId": "5", "dataChangeEvent": {"entities": [{"name": "Payment", "id": "9", "operation": "Void"}, 3]}}
    body = json.dumps({"eventNotifications": [notice, {"realmId": "6", "dataChangeEvent": None}, "x"]})
    assert [tuple(event) for event in read_events(body.encode())] == [("", "5", "payment", "voided")]


@pytest.mark.parametrize("body", [b"", b"<html>", b'"text"', b"7", b"\xff"])
def test_what_is_no_notice_at_all_is_an_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - every reason is the same to the caller
        read_events(body)
