"""CloudEvents: what is told, how it is signed, and how it is tried again."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.sandbox.quickbooks import webhooks
from local.sandbox.quickbooks.webhooks import sign
from tests.local.sandbox.quickbooks.driver import Company
from tests.local.sandbox.quickbooks.receiver import Receiver

RECORDED = Path(__file__).parents[5] / "shared/vendor/recordings/quickbooks-online/webhooks-json"
DEADLINE_S = 60


@pytest.fixture
def receiver(company: Company) -> Iterator[Receiver]:
    with Receiver() as receiver:
        company.control("POST", "webhooks", {"url": receiver.url})
        yield receiver


async def _until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < ends, "it did not come to pass"
        await asyncio.sleep(0.01)


def test_an_event_names_the_record_and_nothing_more(company: Company, receiver: Receiver) -> None:
    customer = company.customer("Amy")
    assert company.control("POST", "webhooks/flush") == {"delivered": 1, "pending": 0}
    (delivery,) = receiver.got
    (event,) = delivery.events
    assert re.fullmatch(r"2026-11-20T20:00:00\.\d{9}Z", event.pop("time"))
    assert len(event.pop("id")) == 36
    assert event.pop("source").startswith("intuit.")
    assert event == {
        "specversion": "1.0",
        "type": "qbo.customer.created.v1",
        "datacontenttype": "application/json",
        "intuitentityid": customer["Id"],
        "intuitaccountid": company.realm,
        "data": {},
    }


def test_the_content_type_may_be_that_of_cloudevents(company: Company, receiver: Receiver) -> None:
    for wanted in ("application/json", "application/cloudevents+json"):
        company.control("POST", "switches", {"webhook_content_type": wanted})
        company.customer(wanted)
        company.control("POST", "webhooks/flush")
        assert receiver.got[-1].content_type == wanted


def test_the_signature_is_of_the_raw_body(company: Company, receiver: Receiver) -> None:
    company.customer("Amy")
    company.control("POST", "webhooks/flush")
    key = company.credentials["verifier_token"].encode()
    expected = base64.b64encode(hmac.new(key, receiver.got[0].body, hashlib.sha256).digest()).decode()
    assert receiver.got[0].signature == expected


def test_the_signature_agrees_with_the_vendors_published_vectors() -> None:
    vectors = RECORDED / "SIGNATURE-VECTORS.json"
    if not vectors.exists():
        pytest.skip("the recorded vendor payloads are not beside this project")
    for vector in json.loads(vectors.read_text()):
        body = (RECORDED / vector["file"]).read_bytes()
        assert sign(vector["verifier_token"], body) == vector["intuit_signature"]


def test_every_change_has_its_verb_and_a_payment_tells_of_its_invoice_too(company: Company, receiver: Receiver) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "10")
    payment = company.pay(customer, "10", (invoice, "10"))
    head = {"Id": payment["Id"], "SyncToken": "0", "sparse": True}
    company.post("Payment", head | {"PrivateNote": "x"})
    company.post("Payment", head | {"SyncToken": "1"}, operation="update", include="void")
    company.post("Payment", head | {"SyncToken": "2"}, operation="delete")
    company.post("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")
    company.control("POST", "webhooks/flush")
    assert receiver.types() == [
        "qbo.customer.created.v1",
        "qbo.invoice.created.v1",
        "qbo.payment.created.v1",
        "qbo.invoice.updated.v1",
        "qbo.payment.updated.v1",
        "qbo.payment.void.v1",
        "qbo.invoice.updated.v1",
        "qbo.payment.deleted.v1",
        "qbo.invoice.void.v1",
    ]


def test_the_events_of_linked_invoices_can_be_off(company: Company, receiver: Receiver) -> None:
    company.control("POST", "switches", {"linked_events": False})
    customer = company.customer("Amy")
    company.pay(customer, "10", (company.invoice(customer, "10"), "10"))
    company.control("POST", "webhooks/flush")
    assert "qbo.invoice.updated.v1" not in receiver.types()


def test_a_refused_write_tells_nothing(company: Company, receiver: Receiver) -> None:
    company.customer("Amy")
    company.refusal("POST", "customer", {"DisplayName": "Amy"})
    company.control("POST", "webhooks/flush")
    assert receiver.types() == ["qbo.customer.created.v1"]


def test_one_post_may_carry_several_companies_and_a_hundred_events(company: Company, receiver: Receiver) -> None:
    other = Company(company.http, company.sandbox, company.sandbox.companies.create("Other"))
    other.customer("Bill")
    for number in range(120):
        company.customer(f"c{number}")
    assert company.control("POST", "webhooks/flush")["delivered"] == 121
    assert [len(delivery.events) for delivery in receiver.got] == [100, 21]
    assert {event["intuitaccountid"] for event in receiver.got[0].events} == {company.realm, other.realm}


def test_a_company_that_is_not_connected_sends_nothing(company: Company, receiver: Receiver) -> None:
    company.sandbox.grants.revoke(company.credentials["access_token"])
    book = company.sandbox.companies.book(company.realm)
    book.add("Customer", {"DisplayName": "Amy"}, "Customer")
    assert company.control("GET", "webhooks")["pending"] == []


def test_the_test_event_is_of_a_record_that_does_not_exist(company: Company, receiver: Receiver) -> None:
    company.control("POST", "webhooks/test", {})
    company.control("POST", "webhooks/flush")
    (event,) = receiver.got[0].events
    assert company.refusal("GET", f"invoice/{event['intuitentityid']}")[0] == "610"


def test_webhook_faults_drop_double_and_turn_around(company: Company, receiver: Receiver) -> None:
    for fault in ("drop_webhook", "duplicate_webhook", "reorder_webhooks"):
        company.control("POST", "faults", {"fault": fault})
        company.customer(f"first {fault}")
        company.customer(f"second {fault}")
        assert company.control("POST", "webhooks/flush") == {"delivered": 2, "pending": 0}
    ids = [[event["intuitentityid"] for event in delivery.events] for delivery in receiver.got]
    assert ids == [["3", "4"], ["3", "4"], ["6", "5"]]
    assert receiver.got[0].body == receiver.got[1].body


def test_what_is_not_acknowledged_comes_again_with_the_same_id_and_holds_up_the_rest(
    company: Company, receiver: Receiver
) -> None:
    company.control("POST", "switches", {"webhook_delay_s": 0})
    receiver.answers = [500, 400]
    sandbox, tries = company.sandbox, company.sandbox.webhooks.attempts

    async def scenario() -> None:
        delivery = asyncio.create_task(sandbox.webhooks.deliver_forever())
        try:
            for number, wait_s in enumerate(webhooks.RETRY_S[:2], start=1):
                await _until(lambda: len(tries) == number)  # noqa: B023
                sandbox.clock.advance(wait_s - 1)
                await asyncio.sleep(2 * webhooks.WAIT_STEP_S)
                assert len(tries) == number
                sandbox.clock.advance(1.5)
            await _until(lambda: not sandbox.webhooks.pending())
        finally:
            delivery.cancel()
            await asyncio.gather(delivery, return_exceptions=True)

    company.customer("Amy")
    company.http.loop.run_until_complete(scenario())
    assert [attempt.status for attempt in tries] == [500, 400, 200]
    assert len({delivery.events[0]["id"] for delivery in receiver.got}) == 1


def test_what_an_earlier_run_left_behind_is_delivered(company: Company, receiver: Receiver) -> None:
    company.customer("Amy")
    company.sandbox.webhooks._wake.clear()  # as it is in a process that has just started

    async def scenario() -> None:
        delivery = asyncio.create_task(company.sandbox.webhooks.deliver_forever())
        await _until(lambda: not company.sandbox.webhooks.pending())
        delivery.cancel()
        await asyncio.gather(delivery, return_exceptions=True)

    company.http.loop.run_until_complete(scenario())
    assert receiver.types() == ["qbo.customer.created.v1"]


def test_nothing_overtakes_a_post_that_failed(company: Company, receiver: Receiver) -> None:
    receiver.answers = [503]
    company.customer("Amy")
    assert company.control("POST", "webhooks/flush") == {"delivered": 0, "pending": 1}
    company.customer("Bill")
    assert company.control("POST", "webhooks/flush") == {"delivered": 2, "pending": 0}
    assert [event["intuitentityid"] for event in receiver.got[1].events] == ["1", "2"]


def test_no_answer_within_three_seconds_is_no_acknowledgement(
    company: Company, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert webhooks.TIMEOUT_S == 3
    monkeypatch.setattr(webhooks, "TIMEOUT_S", 0.2)
    receiver.answers = [0]
    company.customer("Amy")
    assert company.control("POST", "webhooks/flush") == {"delivered": 0, "pending": 1}
    assert company.control("GET", "webhooks")["attempts"][0]["status"] is None
