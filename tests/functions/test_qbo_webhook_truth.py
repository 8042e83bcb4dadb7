"""qbo_webhook and the truth: Intuit's own signature vectors, rotation, replays, crowds and oversized posts (I8)."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from crossfoot.adapters.sqs import ATTEMPTS, SqsQueue
from crossfoot.core.model import System
from crossfoot.wiring.qbo_webhook import VerifierTokens

from tests.fakes.aws import Said, scripted_aws
from tests.fakes.clock import FakeClock
from tests.functions.conftest import APP_SECRET, VERIFIER_TOKEN, Aws, sample
from tests.functions.test_qbo_webhook import ONE, REALMS, TWO, signature_of, signed

type Load = Callable[[str], ModuleType]

RECORDED = Path(__file__).parents[3] / "shared/vendor/recordings/quickbooks-online/webhooks-json"
VECTORS = RECORDED / "SIGNATURE-VECTORS.json"
NONE = {"file": "", "verifier_token": "", "intuit_signature": ""}


def vectors() -> list[dict[str, str]]:
    """Read what Intuit publishes, if it lies beside the project."""
    return json.loads(VECTORS.read_text()) if VECTORS.exists() else [NONE]


needs_recordings = pytest.mark.skipif(not VECTORS.exists(), reason="the recordings do not lie beside the project")


def rotate(aws: Aws, *tokens: str) -> None:
    """Replace the verifier tokens in the product's secret."""
    secret = json.dumps({**APP_SECRET, "quickbooks_verifier_tokens": list(tokens)})
    boto3.client("secretsmanager").put_secret_value(SecretId=aws.environment["APP_SECRET_ARN"], SecretString=secret)


def post(body: str, signature: str) -> dict[str, Any]:
    return {**sample("qbo_webhook"), "headers": {"intuit-signature": signature}, "body": body}


def in_base64(event: dict[str, Any]) -> dict[str, Any]:
    """Wrap a post as API Gateway does for media types that it takes for binary."""
    return {**event, "body": base64.b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}


def cloud_events(count: int, realms: tuple[str, ...]) -> str:
    events = [
        {
            "specversion": "1.0",
            "id": f"e-{place}",
            "type": "qbo.payment.updated.v1",
            "time": "2026-11-03T17:04:05.1Z",
            "intuitentityid": str(place),
            "intuitaccountid": realms[place % len(realms)],
        }
        for place in range(count)
    ]
    return json.dumps(events)


# --- signatures --------------------------------------------------------------------------------------------------------


@needs_recordings
@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["file"])
def test_a_post_that_intuit_published_with_its_signature_is_genuine(
    aws: Aws, load: Load, vector: dict[str, str]
) -> None:
    body = (RECORDED / vector["file"]).read_bytes().decode()
    aws.connect(ONE, System.QUICKBOOKS, json.loads(body)["eventNotifications"][0]["realmId"])
    rotate(aws, vector["verifier_token"])
    assert load("qbo_webhook").handler(post(body, vector["intuit_signature"]), None)["statusCode"] == 200
    assert [each["tenant"] for each in aws.messages("nudges")] == [ONE]


@needs_recordings
@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["file"])
def test_with_any_one_byte_changed_it_is_not(aws: Aws, load: Load, vector: dict[str, str]) -> None:
    body = (RECORDED / vector["file"]).read_bytes().decode()
    aws.connect(ONE, System.QUICKBOOKS, json.loads(body)["eventNotifications"][0]["realmId"])
    rotate(aws, vector["verifier_token"])
    handler, before = load("qbo_webhook").handler, aws.items()
    for place, character in enumerate(body):
        changed = f"{body[:place]}{chr(ord(character) ^ 1)}{body[place + 1 :]}"
        assert handler(post(changed, vector["intuit_signature"]), None)["statusCode"] == 401, place
    for more in (f"{body} ", f" {body}", body[:-1], f"{body}\n"):
        assert handler(post(more, vector["intuit_signature"]), None)["statusCode"] == 401
    assert aws.messages("nudges") == []
    assert aws.items() == before


def test_the_old_secret_counts_while_both_are_configured_and_no_longer_after(aws: Aws, load: Load) -> None:
    aws.connect(ONE, System.QUICKBOOKS, REALMS[0])
    worker, clock = load("qbo_webhook"), FakeClock()
    tokens = VerifierTokens(lambda: stored_tokens(aws), clock)
    worker.ports = replace(worker.ports, is_genuine=tokens.verify)  # type: ignore[attr-defined]

    def status(token: str) -> int:
        return int(worker.handler(signed(sample("qbo_webhook"), token=token), None)["statusCode"])

    rotate(aws, "old", "new")
    assert [status("old"), status("new")] == [200, 200]
    rotate(aws, "new")
    clock.advance(5 * 60)
    assert [status("old"), status("new"), status("old")] == [401, 200, 401]


def stored_tokens(aws: Aws) -> list[str]:
    answer = boto3.client("secretsmanager").get_secret_value(SecretId=aws.environment["APP_SECRET_ARN"])
    found: list[str] = json.loads(answer["SecretString"])["quickbooks_verifier_tokens"]
    return found


def test_who_only_ever_shows_the_old_secret_cannot_keep_it_alive_in_a_warm_worker() -> None:
    clock, kept = FakeClock(), ["leaked", "new"]
    tokens = VerifierTokens(lambda: list(kept), clock)
    forged = signature_of("body", "leaked")
    assert tokens.verify(b"body", forged)
    kept[:] = ["new"]
    for _ in range(10):
        clock.advance(30)
        last = tokens.verify(b"body", forged)
    assert not last


# --- replays and crowds ------------------------------------------------------------------------------------------------


def test_a_replayed_event_asks_for_the_same_work_and_is_queued_once(aws: Aws, load: Load) -> None:
    aws.connect(ONE, System.QUICKBOOKS, REALMS[0])
    worker, clock = load("qbo_webhook"), FakeClock()
    worker.ports = replace(worker.ports, clock=clock)  # type: ignore[attr-defined]
    event = signed(sample("qbo_webhook"), cloud_events(1, REALMS[:1]))
    for _ in range(3):
        assert worker.handler(event, None)["statusCode"] == 200
    clock.advance(3600)
    assert worker.handler(event, None)["statusCode"] == 200
    first, replayed = aws.messages("nudges")
    assert {**first, "window": 0} == {**replayed, "window": 0}, "an old event says no more than: look there"


def test_a_hundred_events_of_five_companies_nudge_five_partners_once_each(aws: Aws, load: Load) -> None:
    realms = tuple(f"934145300000001{place}" for place in range(5))
    tenants = [f"t_0000001{place}" for place in range(5)]
    for tenant, realm in zip(tenants, realms, strict=True):
        aws.connect(tenant, System.QUICKBOOKS, realm)
    event = signed(sample("qbo_webhook"), cloud_events(100, realms))
    assert load("qbo_webhook").handler(event, None)["statusCode"] == 200
    assert sorted(each["tenant"] for each in aws.messages("nudges")) == tenants


def test_i8_intuit_is_asked_to_try_again_until_every_nudge_is_queued(aws: Aws, load: Load) -> None:
    """A batch of SQS may be taken in part; whoever was left out would hear of nothing until the sweep."""
    event = signed(sample("qbo_webhook"), cloud_events(2, REALMS))
    half = Said(
        200, '{"Successful": [{"Id": "0"}], "Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": false}]}'
    )
    none = Said(200, '{"Successful": [], "Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": false}]}')
    worker = load("qbo_webhook")
    with scripted_aws() as sqs:
        queue = SqsQueue({"nudge": f"{sqs.url}/1/nudges.fifo"}, pause=lambda _: None)
        tokens = VerifierTokens(lambda: [VERIFIER_TOKEN], FakeClock())
        owners = dict(zip(REALMS, (ONE, TWO), strict=True))
        worker.ports = replace(  # type: ignore[attr-defined]
            worker.ports, queue=queue, is_genuine=tokens.verify, find_tenant=lambda _, realm: owners[realm]
        )
        sqs.script = [half, *[none] * (ATTEMPTS - 1), half, Said(200, '{"Successful": [{"Id": "1"}]}')]
        assert [worker.handler(event, None)["statusCode"] for _ in range(2)] == [503, 200]
        assert sqs.script == []


# --- size and wrapping -------------------------------------------------------------------------------------------------


CAP = 2 * 1024 * 1024


def padded(size: int) -> str:
    """Write a readable post of just so many bytes."""
    post = cloud_events(1, REALMS[:1])
    return post[:-1] + " " * (size - len(post)) + "]"


def never(*_: object) -> Any:
    raise AssertionError("a post beyond the cap was looked into")


def test_a_genuine_post_of_300_kib_is_taken_and_a_strangers_is_not_even_parsed(
    aws: Aws, load: Load, caplog: pytest.LogCaptureFixture
) -> None:
    """Intuit says that a post may have about 1 MB: refusing a genuine one would hold back what follows it."""
    aws.connect(ONE, System.QUICKBOOKS, REALMS[0])
    handler = load("qbo_webhook").handler
    assert handler(signed(sample("qbo_webhook"), "{" * 300 * 1024, token="guess"), None)["statusCode"] == 401
    assert "cannot be read" not in caplog.text
    assert aws.messages("nudges") == []
    assert handler(signed(sample("qbo_webhook"), padded(300 * 1024)), None)["statusCode"] == 200
    assert [each["tenant"] for each in aws.messages("nudges")] == [ONE]


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_cap_itself_is_still_taken(aws: Aws, load: Load, wrapped: bool) -> None:
    aws.connect(ONE, System.QUICKBOOKS, REALMS[0])
    event = signed(sample("qbo_webhook"), padded(CAP))
    assert load("qbo_webhook").handler(in_base64(event) if wrapped else event, None)["statusCode"] == 200
    assert [each["tenant"] for each in aws.messages("nudges")] == [ONE]


@pytest.mark.parametrize("wrapped", [False, True])
def test_what_is_beyond_the_cap_is_413_before_its_signature_is_computed_or_anything_is_parsed(
    aws: Aws, load: Load, wrapped: bool
) -> None:
    event = signed(sample("qbo_webhook"), padded(CAP + 1))
    worker = load("qbo_webhook")
    worker.ports = replace(worker.ports, is_genuine=never, read_accounts=never, find_tenant=never)  # type: ignore[attr-defined]
    answer = worker.handler(in_base64(event) if wrapped else event, None)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (413, "too_large")
    assert aws.messages("nudges") == []


def test_a_post_in_base64_is_verified_over_the_bytes_that_it_holds(aws: Aws, load: Load) -> None:
    aws.connect(ONE, System.QUICKBOOKS, REALMS[0])
    handler = load("qbo_webhook").handler
    wrapped = in_base64(signed(sample("qbo_webhook"), cloud_events(2, REALMS[:1]).replace("e-0", "é\u2028")))
    changed = {**wrapped, "body": wrapped["body"].replace(wrapped["body"][40], "A", 1)}
    for bad in (changed, {**wrapped, "body": "%%%"}, {**wrapped, "isBase64Encoded": False}):
        assert handler(bad, None)["statusCode"] == 401
    assert aws.messages("nudges") == []
    assert handler(wrapped, None)["statusCode"] == 200
    assert [each["tenant"] for each in aws.messages("nudges")] == [ONE]
