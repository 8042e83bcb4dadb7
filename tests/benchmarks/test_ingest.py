"""What ingest is measured with: a delivery that verifies, and an AWS that answers it."""

import json
import sys
from pathlib import Path

import pytest
from crossfoot.adapters.quickbooks import webhook

from benchmarks.deliveries import REALM, TENANT, VERIFIER_TOKEN, make_event
from benchmarks.figures import BenchError
from benchmarks.ingest import count_modules, stub_aws
from benchmarks.stub_aws import Connection, answer_call


def test_a_delivery_is_signed_and_names_the_company() -> None:
    event = make_event(7)
    raw = event["body"].encode()
    assert webhook.verify(raw, event["headers"]["intuit-signature"], [VERIFIER_TOKEN])
    assert [each.realm_id for each in webhook.read_events(raw)] == [REALM]


def test_the_stub_gives_back_the_item_that_was_asked_for() -> None:
    key = {"pk": {"S": "ACCOUNT#quickbooks#9"}, "sk": {"S": "TENANT"}}
    answer = answer_call("DynamoDB_20120810.GetItem", json.dumps({"Key": key}).encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert json.loads(body)["Item"] == key | {"tenant": {"S": TENANT}}


def test_the_stub_refuses_what_ingest_does_not_need() -> None:
    assert answer_call("DynamoDB_20120810.Scan", b"{}").startswith(b"HTTP/1.1 400 ")


def test_a_request_that_arrives_in_pieces_is_answered_once_it_is_whole() -> None:
    connection = Connection()
    connection.held = b""
    request = b"POST / HTTP/1.1\r\nX-Amz-Target: DynamoDB_20120810.Scan\r\nContent-Length: 2\r\n\r\n{}"
    assert connection.next_answer() is None
    connection.held = request[:-1]
    assert connection.next_answer() is None
    connection.held = request + request
    assert connection.next_answer() is not None
    assert connection.next_answer() is not None
    assert connection.next_answer() is None


def test_a_delivery_that_is_not_taken_is_no_measurement() -> None:
    with pytest.raises(BenchError, match="did not take a delivery"):
        count_modules({"STAGE": "nowhere"}, Path(sys.executable))


def test_a_worker_of_qbo_webhook_takes_a_delivery_from_the_stub(tmp_path: Path) -> None:
    with stub_aws(tmp_path) as environment:
        assert 100 < count_modules(environment, Path(sys.executable)) <= 450
