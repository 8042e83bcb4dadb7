"""Callbacks: their entries, their signature, and how they are delivered, retried, lost and given up."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.local.sandbox.connectwise.driver import Sandbox


class Receiver:
    """A receiver on loopback. `statuses` are answered in turn, the last one for ever; what arrived is kept."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.statuses = [204]
        self.blocked: Event | None = None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.seen.append((self.path, dict(self.headers), body))
                if receiver.blocked:
                    receiver.blocked.wait(10)
                self.send_response(receiver.statuses.pop(0) if len(receiver.statuses) > 1 else receiver.statuses[0])
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/cw?recordId="
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _path, _headers, body in self.seen]

    def close(self) -> None:
        if self.blocked:
            self.blocked.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    yield server
    server.close()


def register(sandbox: Sandbox, url: str, **more: Any) -> int:
    sent = {"url": url, "objectId": 0, "type": "invoice", "level": "owner", **more}
    status, body = sandbox.post("/system/callbacks", sent)
    assert status == 201, body
    return int(body["id"])


def outcomes(sandbox: Sandbox) -> list[tuple[str, list[int | None]]]:
    return [(m["outcome"], m["statuses"]) for m in sandbox.control("GET", "deliveries")[1]]


def test_an_entry_is_answered_as_recorded(sandbox: Sandbox) -> None:
    sent = {"id": 0, "inactiveFlag": False, "url": "https://test.com/webhook?recordId=", "objectId": 0, "type": "contact",
            "level": "owner", "payloadVersion": "3.0.0", "memberId": 0, "isSelfSuppressedFlag": False,
            "connectWiseID": ""}  # fmt: skip
    status, body = sandbox.post("/system/callbacks", sent)
    assert status == 201
    guid = body.pop("connectWiseID")
    assert len(guid) == 36
    sandbox.turn(extra_fields=False)
    shown = sandbox.get(f"/system/callbacks/{body['id']}")[1]
    assert shown.pop("_info")["updatedBy"] == "CrossfootAPI"
    assert shown == {
        "id": 26559, "url": "https://test.com/webhook?recordId=", "objectId": 1, "type": "contact", "level": "owner",
        "memberId": 240, "payloadVersion": "3.0.0", "inactiveFlag": False, "isSoapCallbackFlag": False,
        "isSelfSuppressedFlag": False, "connectWiseID": guid,
    }  # fmt: skip
    assert sandbox.get("/system/callbacks/count") == (200, {"count": 1})
    assert sandbox.delete(f"/system/callbacks/{body['id']}") == 204


def test_the_same_entry_twice_is_refused_as_recorded(sandbox: Sandbox) -> None:
    register(sandbox, "https://test.com/webhook?recordId=")
    again = {"url": "https://test.com/webhook?recordId=", "objectId": 5, "type": "Invoice", "level": "Owner"}
    assert sandbox.post("/system/callbacks", again) == (400, {
        "code": "InvalidObject", "message": "callbackEntry object is invalid", "errors": [{
            "code": "ObjectExists", "message": "A matching callback entry already exists",
            "resource": "callbackEntry", "field": "objectId",
        }],
    })  # fmt: skip


def test_a_bad_url_and_level_are_refused_as_recorded(sandbox: Sandbox) -> None:
    sent = {"url": "nowhere", "objectId": 1, "type": "invoice", "level": "territory"}
    assert sandbox.post("/system/callbacks", sent) == (400, {
        "code": "InvalidObject", "message": "callbackEntry object is invalid", "errors": [
            {"code": "InvalidField", "message": "Invalid URL", "resource": "callbackEntry", "field": "url"},
            {"code": "InvalidObject", "message": "Unrecognized level for type, see documentation for supported levels"
             " for each type", "resource": "callbackEntry", "field": "level"},
        ],
    })  # fmt: skip
    missing = sandbox.post("/system/callbacks", {"url": "https://test.com/"})[1]["errors"]
    assert [error["field"] for error in missing] == ["objectId", "type", "level"]


def test_there_is_no_payment_type(sandbox: Sandbox) -> None:
    sent = {"url": "https://test.com/?recordId=", "objectId": 0, "type": "payment", "level": "owner"}
    assert sandbox.post("/system/callbacks", sent)[0] == 400


def test_a_change_is_told_signed_with_the_id_appended(sandbox: Sandbox, receiver: Receiver) -> None:
    entry = register(sandbox, receiver.url)
    invoice = sandbox.new_invoice(sandbox.new_company("bob"))
    sandbox.http.until(lambda: len(receiver.seen) == 1)
    path, headers, raw = receiver.seen[0]
    body = json.loads(raw)
    assert path == f"/cw?recordId={invoice}&action=added"
    assert set(body) == {"MessageId", "FromUrl", "CompanyId", "MemberId", "Action", "Type", "ID", "ProductInstanceId",
                         "PartnerId", "Entity", "Metadata", "CallbackObjectRecId"}  # fmt: skip
    assert (body["Action"], body["Type"], body["ID"]) == ("added", "invoice", invoice)
    assert (body["CompanyId"], body["MemberId"], body["CallbackObjectRecId"]) == ("acmemsp", "CrossfootAPI", entry)
    assert json.loads(body["Entity"])["balance"] == 100
    key_url = urlsplit(body["Metadata"]["key_url"])
    assert key_url.path == "/v2026_1//system/callbackkey/index.rails"
    key = sandbox.http.get(f"{key_url.path}?{key_url.query}").json()["signing_key"]
    digest = hmac.new(hashlib.sha256(key.encode()).digest(), raw, hashlib.sha256).digest()
    assert headers["x-content-signature"] == base64.b64encode(digest).decode()
    assert json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode() == raw


def test_the_signing_key_is_open_unless_switched(sandbox: Sandbox, receiver: Receiver) -> None:
    register(sandbox, receiver.url)
    sandbox.new_invoice(sandbox.new_company("bob"))
    sandbox.http.until(lambda: len(receiver.seen) == 1)
    key_url = urlsplit(receiver.bodies()[0]["Metadata"]["key_url"])
    path = f"{key_url.path}?{key_url.query}"
    sandbox.turn(callback_key_needs_auth=True)
    assert sandbox.http.get(path).status_code == 401
    keys = sandbox.company.members[0]
    auth = (f"acmemsp+{keys.public_key}", keys.private_key)
    assert "signing_key" in sandbox.http.get(path, auth=auth).json()
    assert sandbox.http.get(path[:-3], auth=auth).status_code == 404


def test_a_deletion_has_no_entity(sandbox: Sandbox, receiver: Receiver) -> None:
    invoice = sandbox.new_invoice(sandbox.new_company("bob"))
    register(sandbox, receiver.url)
    sandbox.delete(f"/finance/invoices/{invoice}")
    sandbox.http.until(lambda: len(receiver.seen) == 1)
    body = receiver.bodies()[0]
    assert (body["Action"], body["ID"], body["Entity"]) == ("deleted", invoice, None)


def test_levels_choose_whose_changes_are_told(sandbox: Sandbox, receiver: Receiver) -> None:
    bob, ann = sandbox.new_company("bob"), sandbox.new_company("ann")
    register(sandbox, receiver.url, level="company", objectId=bob)
    register(sandbox, receiver.url + "s", level="status", objectId=3)
    ignored, told = sandbox.new_invoice(ann), sandbox.new_invoice(bob)
    sandbox.patch(f"/finance/invoices/{ignored}", "status", {"id": 3})
    sandbox.http.until(lambda: len(receiver.seen) == 2)
    assert {(b["ID"], b["Action"]) for b in receiver.bodies()} == {(told, "added"), (ignored, "updated")}


def test_own_changes_and_inactive_entries_stay_silent(sandbox: Sandbox, receiver: Receiver) -> None:
    register(sandbox, receiver.url, isSelfSuppressedFlag=True)
    register(sandbox, receiver.url + "x", inactiveFlag=True)
    company = sandbox.new_company("bob")
    sandbox.new_invoice(company)
    bookkeeper = sandbox.site.add_member(sandbox.company, "bkeeper")
    sandbox.post("/finance/invoices", {"type": "Standard", "company": {"id": company}}, member=bookkeeper)
    sandbox.http.until(lambda: len(receiver.seen) == 1)
    assert receiver.bodies()[0]["MemberId"] == "bkeeper"
    assert len(sandbox.control("GET", "deliveries")[1]) == 1


@pytest.mark.parametrize("fires", [False, True])
def test_whether_a_payment_fires_invoice_updated_is_a_switch(sandbox: Sandbox, receiver: Receiver, fires: bool) -> None:
    invoice = sandbox.new_invoice(sandbox.new_company("bob"))
    register(sandbox, receiver.url)
    sandbox.turn(payment_fires_invoice_callback=fires)
    sandbox.post(f"/finance/invoices/{invoice}/payments", {"type": "P", "amount": 10})
    sandbox.patch(f"/finance/invoices/{invoice}", "reference", "marks the end")
    sandbox.http.until(lambda: "marks the end" in str(receiver.bodies()))
    assert len(receiver.seen) == (2 if fires else 1)


@pytest.mark.parametrize("status", [404, 409, 419, 429])
def test_some_answers_are_retried_twice(sandbox: Sandbox, receiver: Receiver, status: int) -> None:
    receiver.statuses = [status]
    register(sandbox, receiver.url)
    sandbox.new_invoice(sandbox.new_company("bob"))
    sandbox.http.until(lambda: outcomes(sandbox) == [("failed", [status] * 3)])
    assert len({body["MessageId"] for body in receiver.bodies()}) == 1


def test_a_retry_that_succeeds_ends_it(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.statuses = [404, 200]
    register(sandbox, receiver.url)
    sandbox.new_invoice(sandbox.new_company("bob"))
    sandbox.http.until(lambda: outcomes(sandbox) == [("delivered", [404, 200])])


@pytest.mark.parametrize("status", [400, 401, 500, 503, 302])
def test_other_answers_are_never_retried(sandbox: Sandbox, receiver: Receiver, status: int) -> None:
    receiver.statuses = [status]
    register(sandbox, receiver.url)
    sandbox.new_invoice(sandbox.new_company("bob"))
    sandbox.http.until(lambda: outcomes(sandbox) == [("failed", [status])])


def test_a_receiver_that_takes_too_long_is_given_up(sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.blocked = Event()
    sandbox.turn(callback_timeout_s=0.05)
    register(sandbox, receiver.url)
    sandbox.new_invoice(sandbox.new_company("bob"))
    sandbox.http.until(lambda: outcomes(sandbox) == [("failed", [None])])
    sandbox.http.until(lambda: len(receiver.seen) == 1)


def test_three_days_of_failures_disable_an_entry_until_it_is_taken_up_again(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    entry = register(sandbox, receiver.url)
    company = sandbox.new_company("bob")

    def fail_once() -> None:
        before = len(outcomes(sandbox))
        sandbox.new_invoice(company)
        sandbox.http.until(lambda: [o for o, _ in outcomes(sandbox)] == ["failed"] * (before + 1))

    fail_once()
    sandbox.control("POST", "clock", {"advance_s": 2 * 86_400})
    fail_once()
    assert sandbox.get(f"/system/callbacks/{entry}")[1]["inactiveFlag"] is False
    sandbox.control("POST", "clock", {"advance_s": 86_400})
    fail_once()
    assert sandbox.get(f"/system/callbacks/{entry}")[1]["inactiveFlag"] is True
    sandbox.patch(f"/system/callbacks/{entry}", "inactiveFlag", False)
    fail_once()
    assert sandbox.get(f"/system/callbacks/{entry}")[1]["inactiveFlag"] is False


def test_a_callback_can_be_lost_or_doubled(sandbox: Sandbox, receiver: Receiver) -> None:
    register(sandbox, receiver.url)
    sandbox.control("POST", "faults", {"fault": "drop_webhook"})
    company = sandbox.new_company("bob")
    sandbox.new_invoice(company)
    sandbox.control("POST", "faults", {"fault": "duplicate_webhook"})
    doubled = sandbox.new_invoice(company)
    sandbox.http.until(lambda: len(receiver.seen) == 2)
    assert [body["ID"] for body in receiver.bodies()] == [doubled] * 2
    assert len({body["MessageId"] for body in receiver.bodies()}) == 1


def test_a_callback_can_be_overtaken_by_the_next(sandbox: Sandbox, receiver: Receiver) -> None:
    register(sandbox, receiver.url)
    company = sandbox.new_company("bob")
    sandbox.control("POST", "faults", {"fault": "reorder_webhooks", "seconds": 60})
    first = sandbox.new_invoice(company)
    second = sandbox.new_invoice(company)
    sandbox.http.until(lambda: len(receiver.seen) == 2)
    assert [body["ID"] for body in receiver.bodies()] == [second, first]


def test_a_callback_that_nothing_overtakes_goes_out_in_the_end(sandbox: Sandbox, receiver: Receiver) -> None:
    register(sandbox, receiver.url)
    sandbox.control("POST", "faults", {"fault": "reorder_webhooks", "seconds": 0.05})
    invoice = sandbox.new_invoice(sandbox.new_company("bob"))
    sandbox.http.until(lambda: len(receiver.seen) == 1)
    assert receiver.bodies()[0]["ID"] == invoice
