"""The log: one JSON line per event, and no secret in any of them."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from crossfoot import log
from crossfoot.log import bind, guard_logging, redact, redact_text, start_logging

CANARY = "c4n4ry-Zz9.secret_value~0123456789"
BEARING = [
    "Authorization: Bearer {}",
    "authorization='Basic {}'",
    '{{"access_token": "{}"}}',
    '{{\\"refresh_token\\": \\"{}\\"}}',
    "{{'client_secret': '{}'}}",
    "private_key={}",
    "privateKey: {}",
    "verifier_token = {}",
    "signing_key: '{}'",
    "password={}",
    "intuit-signature: {}",
    "GET /v1/connections/quickbooks/callback?code={}&realmId=1",
    "GET /v1/connections/quickbooks/callback?realmId=1&state={}",
    "POST /webhooks/connectwise/{}?id=1&action=updated",
    "POST https://x.example/webhooks/connectwise/{}",
    "Set-Cookie: {}",
    "clientId: {}",
]


class Worker:
    """A worker's log, as lines."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """A root logger of its own, as in a fresh worker."""
    found = Worker()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = [logging.StreamHandler(found.stream)]
    monkeypatch.setattr(log, "_formatter", None)
    yield found
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize("bearing", BEARING)
def test_what_looks_like_a_secret_is_blanked_out(bearing: str) -> None:
    assert CANARY not in redact_text(bearing.format(CANARY))


@pytest.mark.parametrize(
    "plain",
    [
        "invoice 1001 is not joined with an invoice in ConnectWise yet",
        "parked mirror_payment m1: quickbooks is not connected",
        "https://quickbooks.api.intuit.com/v3/company/310687/query?minorversion=75",
        "effect 3f1c is held until 2026-11-21T20:00:00+00:00",
        "status=refused code 6190",
    ],
)
def test_plain_words_are_left_alone(plain: str) -> None:
    assert redact_text(plain) == plain


def test_fields_are_blanked_out_by_their_name_at_any_depth() -> None:
    given = {"tenant": "t_1", "n": 3, "body": [{"refreshToken": CANARY, "ok": [None, True]}], "x-api-key": CANARY}
    assert redact(given) == {
        "tenant": "t_1",
        "n": 3,
        "body": [{"refreshToken": "[redacted]", "ok": [None, True]}],
        "x-api-key": "[redacted]",
    }


def test_a_jwt_is_blanked_out_wherever_it_stands() -> None:
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
    assert redact_text(f"got {token} from somewhere") == "got [redacted] from somewhere"


@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize("bearing", BEARING)
def test_no_way_of_logging_lets_a_secret_through(worker: Worker, light: bool, bearing: str) -> None:
    if light:
        guard_logging("DEBUG")
    else:
        start_logging("api", "DEBUG")
    text = bearing.format(CANARY)
    logger = logging.getLogger("crossfoot.adapters.x")
    logger.info("told %s", text)
    logger.info(text.replace("%", "%%"), extra={"detail": text, "access_token": CANARY, "more": {"secret": CANARY}})
    try:
        raise ValueError(text)
    except ValueError:
        logger.exception("failed: %s", text)
    assert worker.text
    assert CANARY not in worker.text
    assert worker.text.count("ValueError") >= 1


def test_a_line_is_json_with_the_bound_fields(worker: Worker) -> None:
    start_logging("api", "INFO")
    bind(request_id="r-1")
    logging.getLogger("crossfoot").info("hello\nworld", extra={"tenant": "t_1"})
    bind(request_id="r-2")
    logging.getLogger("crossfoot").warning("again")
    logging.getLogger("crossfoot").debug("unheard")
    first, second = worker.lines
    assert (first["message"], first["level"], first["service"]) == ("hello\nworld", "INFO", "api")
    assert (first["tenant"], first["request_id"], second["request_id"]) == ("t_1", "r-1", "r-2")
    assert "tenant" not in second


def test_the_http_libraries_keep_quiet(worker: Worker) -> None:
    start_logging("api", "DEBUG")
    for name in ("urllib3.connectionpool", "botocore.endpoint", "boto3.resources"):
        logging.getLogger(name).debug("a partner's data")
    assert worker.text == ""
