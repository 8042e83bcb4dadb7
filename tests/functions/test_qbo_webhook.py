"""qbo_webhook: the real handler, its sample event, and what it takes to start."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from botocore import exceptions
from crossfoot.core.model import System
from crossfoot.wiring.qbo_webhook import VerifierTokens

from tests.architecture.deployed import ROOT
from tests.fakes.clock import FakeClock
from tests.functions.conftest import VERIFIER_TOKEN, Aws, sample

type Load = Callable[[str], ModuleType]

ONE, TWO = "t_00000001", "t_00000002"
REALMS = ("9341453000000001", "9341453000000002")
MAX_MODULES = 350


def signed(event: dict[str, Any], body: str | None = None, token: str = VERIFIER_TOKEN) -> dict[str, Any]:
    """Sign a post as Intuit does."""
    raw = event["body"] if body is None else body
    headers = {"Content-Type": "application/json", "Intuit-Signature": signature_of(raw, token)}
    return {**event, "headers": headers, "body": raw}


def signature_of(raw: str, token: str) -> str:
    return base64.b64encode(hmac.new(token.encode(), raw.encode(), hashlib.sha256).digest()).decode()


def test_one_post_nudges_every_partner_that_it_names(aws: Aws, load: Load) -> None:
    aws.connect(ONE, System.QUICKBOOKS, REALMS[0])
    aws.connect(TWO, System.QUICKBOOKS, REALMS[1])
    answer = load("qbo_webhook").handler(signed(sample("qbo_webhook")), None)
    assert answer["statusCode"] == 200
    found = aws.messages("nudges")
    assert [(each["kind"], each["tenant"], each["system"], each["group"]) for each in found] == [
        ("nudge", ONE, "quickbooks", f"{ONE}:quickbooks"),
        ("nudge", TWO, "quickbooks", f"{TWO}:quickbooks"),
    ]


def test_a_company_that_nobody_connected_does_not_hold_up_the_others(
    aws: Aws, load: Load, caplog: pytest.LogCaptureFixture
) -> None:
    aws.connect(TWO, System.QUICKBOOKS, REALMS[1])
    assert load("qbo_webhook").handler(signed(sample("qbo_webhook")), None)["statusCode"] == 200
    assert [each["tenant"] for each in aws.messages("nudges")] == [TWO]
    assert [getattr(record, "unknown", None) for record in caplog.records if hasattr(record, "unknown")] == [1]


@pytest.mark.parametrize("how", ["unsigned", "another token", "changed", "empty token", "not base64"])
def test_a_bad_signature_is_401_and_nothing_is_stored(aws: Aws, load: Load, how: str) -> None:
    aws.connect(ONE, System.QUICKBOOKS, REALMS[0])
    before = aws.items()
    event = signed(sample("qbo_webhook"))
    match how:
        case "unsigned":
            event["headers"] = {}
        case "another token":
            event = signed(sample("qbo_webhook"), token="guess")
        case "changed":
            event["body"] = event["body"].replace("412", "413")
        case "empty token":  # the secret holds one, as it does until an operator fills it in
            event = signed(sample("qbo_webhook"), token="")
        case "not base64":
            event["headers"] = {"intuit-signature": "é"}
    answer = load("qbo_webhook").handler(event, None)
    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["code"] == "bad_signature"
    assert aws.messages("nudges") == []
    assert aws.items() == before


@pytest.mark.parametrize("body", ["", "{", "5", '"x"', "[]", "[null, 7, {}]", '[{"type": "qbo.x"}]'])
def test_a_signed_post_that_says_nothing_is_taken(aws: Aws, load: Load, body: str) -> None:
    answer = load("qbo_webhook").handler(signed(sample("qbo_webhook"), body), None)
    assert answer["statusCode"] == 200
    assert aws.messages("nudges") == []


def test_a_bad_event_leaves_its_neighbours_alone(aws: Aws, load: Load) -> None:
    aws.connect(ONE, System.QUICKBOOKS, REALMS[0])
    events = [None, {"type": "qbo.payment.created.v1"}, *json.loads(sample("qbo_webhook")["body"])[:1]]
    assert load("qbo_webhook").handler(signed(sample("qbo_webhook"), json.dumps(events)), None)["statusCode"] == 200
    assert [each["tenant"] for each in aws.messages("nudges")] == [ONE]


def test_a_burst_is_one_nudge(aws: Aws, load: Load) -> None:
    aws.connect(ONE, System.QUICKBOOKS, REALMS[0])
    handler = load("qbo_webhook")
    handler.ports = replace(handler.ports, clock=FakeClock())  # type: ignore[attr-defined]
    for _ in range(5):
        handler.handler(signed(sample("qbo_webhook")), None)
    assert len(aws.messages("nudges")) == 1


def test_a_replaced_verifier_token_is_taken_up_by_a_warm_worker() -> None:
    clock, kept, reads = FakeClock(), ["old"], []

    def read() -> list[str]:
        reads.append(clock.now())
        return list(kept)

    tokens = VerifierTokens(read, clock)
    old, new = (signature_of("body", token) for token in ("old", "new"))
    assert tokens.verify(b"body", old)
    kept[:] = ["old", "new"]
    assert not tokens.verify(b"body", new), "at most one read a minute"
    clock.advance(60)
    assert tokens.verify(b"body", new)
    assert tokens.verify(b"body", old), "both count while one replaces the other"
    kept[:] = ["new"]
    clock.advance(3600)
    for _ in range(5):
        assert not tokens.verify(b"body", "guess")
    assert len(reads) == 3
    assert not tokens.verify(b"body", old)


def test_intuit_is_asked_to_try_again_when_our_table_is_away(
    aws: Aws, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = load("qbo_webhook")

    def fail(*_: object, **__: object) -> None:
        raise exceptions.EndpointConnectionError(endpoint_url="https://dynamodb")

    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", fail)
    assert handler.handler(signed(sample("qbo_webhook")), None)["statusCode"] == 503


def test_it_starts_with_few_imports_and_none_of_the_heavy_ones() -> None:
    """What a call needs on top of it is counted where there is an AWS to call: tests/benchmarks/test_ingest.py."""
    program = (
        "import sys, handler\n"
        "heavy = {'pydantic', 'requests', 'aws_lambda_powertools', 'oauthlib', 'boto3', 'botocore.client',"
        " 'crossfoot.ports'}\n"
        "print(len(sys.modules), *heavy.intersection(sys.modules))"
    )
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "layers/common"), str(ROOT / "functions/qbo_webhook")]),
        "AWS_DEFAULT_REGION": "us-east-1",
        "STAGE": "local",
        "TABLE_NAME": "t",
        "APP_SECRET_ARN": "a",
        "NUDGES_QUEUE_URL": "q",
    }
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    count, *heavy = done.stdout.split()
    assert heavy == []
    assert int(count) <= MAX_MODULES
