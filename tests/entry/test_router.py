"""The router: what it refuses before a route sees it, and how it answers what goes wrong (RFC 9457)."""

import base64
import json
import logging
from typing import Any

import pytest
from crossfoot.entry.http import MAX_BODY_BYTES, read_call
from crossfoot.entry.problems import problem_of
from crossfoot.errors import (
    AuthExpired,
    AwsUnavailable,
    BadMessage,
    Conflict,
    CrossfootError,
    MappingMissing,
    NeedsPartner,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RemoteUnavailable,
    Retryable,
)

from tests.fakes.api import AUDIENCE, FakeApi, claims_of, event
from tests.fakes.whole import BODIES
from tests.fakes.world import TENANT

MEMBERS = {"type", "title", "status", "code", "detail", "fix"}


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.mark.parametrize("encoded", [False, True])
def test_a_body_over_the_cap_is_refused_before_it_is_read(api: FakeApi, encoded: bool) -> None:
    raw = "{" * (MAX_BODY_BYTES + 1)  # reading this would be 400
    sent = event("PUT", "/v1/preferences", raw=base64.b64encode(raw.encode()).decode() if encoded else raw)
    answer = api.router.answer({**sent, "isBase64Encoded": encoded}, lambda: api.ports)
    assert answer["statusCode"] == 413
    assert json.loads(answer["body"])["code"] == "too_large"


def test_the_cap_counts_bytes(api: FakeApi) -> None:
    assert api.call("PUT", "/v1/preferences", raw='"' + "é" * (MAX_BODY_BYTES // 2) + '"').status == 413
    assert api.call("PUT", "/v1/preferences", raw='"' + "e" * (MAX_BODY_BYTES - 2) + '"').status == 400


def test_a_base64_body_is_the_same_body(api: FakeApi) -> None:
    sent = event("POST", "/v1/crossfoot", raw=base64.b64encode(b'{"live": false}').decode())
    assert api.router.answer({**sent, "isBase64Encoded": True}, lambda: api.ports)["statusCode"] == 202


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        (None, set()),
        ("", set()),
        ("operators", {"operators"}),
        ("staff,operators", {"staff", "operators"}),
        ("[staff operators]", {"staff", "operators"}),
        ("[staff, operators]", {"staff", "operators"}),
        (["staff", "operators"], {"staff", "operators"}),
        ("co-operators", {"co-operators"}),
    ],
)
def test_b6_the_groups_of_a_user_are_read_however_api_gateway_writes_them(claim: object, groups: set[str]) -> None:
    claims = {**claims_of(TENANT), "email": "ada@example.com", "cognito:groups": claim}
    sent = event("GET", "/v1/preferences", claims=claims)  # type: ignore[arg-type]
    call = read_call(sent, audience=AUDIENCE)
    assert (call.tenant, call.user, set(call.groups)) == (TENANT, "ada@example.com", groups)
    stranger = read_call(sent, audience="another app")
    assert (stranger.tenant, stranger.user, stranger.groups) == ("", "", frozenset())


@pytest.mark.parametrize("raw", ["{", "[]", "null", "1", '"x"', "[" * 100_000, '{"live": NaN}', "\ud800"])
def test_a_body_that_is_no_object_is_refused(api: FakeApi, raw: str) -> None:
    reply = api.call("POST", "/v1/crossfoot", raw=raw)
    assert reply.status == 400
    assert reply.body.keys() >= MEMBERS
    assert not api.world.queue.messages


def test_every_bad_field_is_named_at_once(api: FakeApi) -> None:
    reply = api.call("POST", "/v1/connections/connectwise", body={"site_url": "", "company_id": 7, "colour": "red"})
    assert [error["field"] for error in reply.body["errors"]] == [
        "site_url",
        "company_id",
        "public_key",
        "private_key",
        "colour",
    ]


def test_the_platform_is_refused_as_a_word_that_there_is_not_where_a_partners_own_systems_are_meant(
    api: FakeApi,
) -> None:
    def errors(word: str) -> list[Any]:
        preferences = {**BODIES["putPreferences"], "primary": word}
        asked = [
            api.call("DELETE", f"/v1/connections/{word}"),
            api.call("PUT", "/v1/preferences", body=preferences),
            *(
                api.call("GET", f"/v1/{kind}", query={"system": word})
                for kind in ("invoices", "credit-memos", "customers")
            ),
        ]
        assert [reply.status for reply in asked] == [400] * 5
        return [reply.body["errors"] for reply in asked]

    assert errors("platform") == errors("nonsense")


def test_an_address_that_there_is_not(api: FakeApi) -> None:
    assert api.call("GET", "/v1/nonsense").status == 404
    assert api.call("GET", "/v1/invoices/").status == 404
    wrong = api.call("DELETE", "/v1/preferences")
    assert (wrong.status, wrong.headers["Allow"]) == (405, "GET, PUT")


def test_a_crash_says_nothing_of_its_cause_and_is_logged(api: FakeApi, caplog: pytest.LogCaptureFixture) -> None:
    def crash() -> Any:
        raise RuntimeError("table crossfoot-prod is on fire")

    answer = api.router.answer(event("GET", "/v1/preferences"), crash)
    assert answer["statusCode"] == 500
    body = json.loads(answer["body"])
    assert (body["code"], body["request_id"]) == ("crashed", "r-1")
    assert "on fire" not in answer["body"]
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info is not None


def test_an_event_that_is_none_is_answered(api: FakeApi) -> None:
    assert api.router.answer({}, lambda: api.ports)["statusCode"] == 500


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RateLimited("QuickBooks: 429", 12.4), 429, "rate_limited"),
        (RemoteUnavailable("refused"), 503, "system_unavailable"),
        (AwsUnavailable("DynamoDB is busy"), 503, "storage_unavailable"),
        (OutcomeUnknown("timed out"), 503, "outcome_unknown"),
        (Conflict("stale"), 409, "conflict"),
        (BadMessage("no"), 400, "bad_request"),
        (AuthExpired("Intuit no longer accepts our access."), 409, "connection_expired"),
        (MappingMissing("No account is chosen.", "Choose one."), 409, "preference_missing"),
        (NeedsPartner("quickbooks is not connected"), 409, "needs_attention"),
        (Rejected("not_found", "There is no such record."), 404, "not_found"),
        (Rejected("account_taken", "it is another's"), 409, "account_taken"),
        (Rejected("6190", "the subscription has ended"), 422, "6190"),
    ],
)
def test_every_error_of_ours_has_a_status_a_code_a_sentence_and_a_fix(
    error: CrossfootError, status: int, code: str
) -> None:
    found = problem_of(error)
    assert (found.status, found.code) == (status, code)
    assert found.to_body().keys() == MEMBERS
    assert found.detail.endswith(".")
    assert found.detail[0].isupper()
    assert found.fix
    assert ("Retry-After" in found.headers) == isinstance(error, RateLimited | RemoteUnavailable)


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (RemoteUnavailable("down"), "ConnectWise does not answer"),
        (RateLimited("429", 60), "Too many calls for now"),
        (OutcomeUnknown("lost"), "The answer was lost"),
    ],
)
def test_a_problem_names_the_system_that_it_came_from(error: Retryable, title: str) -> None:
    error.system = "connectwise"
    found = problem_of(error)
    assert found.title == title
    assert found.detail.startswith("ConnectWise ")
    assert found.to_body()["system"] == "connectwise"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("no system is connected", "No system is connected."),
        ("connectwise-3194 was confirmed", "connectwise-3194 was confirmed."),
        ("api-na.myconnectwise.net does not answer.", "api-na.myconnectwise.net does not answer."),
        ("customer: not there", "Customer: not there."),
    ],
)
def test_a_sentence_begins_with_a_capital_but_an_id_or_a_host_stays_as_it_is(words: str, shown: str) -> None:
    assert problem_of(Rejected("refused", words)).detail == shown


def test_our_own_storage_is_no_system_of_the_partners() -> None:
    found = problem_of(AwsUnavailable("DynamoDB is busy"))
    assert "system" not in found.to_body()
    assert not {"QuickBooks", "ConnectWise"} & {*found.detail.split()}


def test_a_vendor_that_says_when_to_come_back_is_believed() -> None:
    assert problem_of(RemoteUnavailable("503", 120.0)).headers["Retry-After"] == "120"


def test_every_answer_forbids_caching_and_sniffing(api: FakeApi) -> None:
    for path in ("/v1/preferences", "/v1/nonsense", "/v1/openapi.json"):
        headers = api.call("GET", path).headers
        assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_header_names_are_found_in_any_case() -> None:
    for name in ("Intuit-Signature", "intuit-signature", "INTUIT-SIGNATURE"):
        sent = {**event("POST", "/webhooks/quickbooks"), "headers": {name: "abc"}}
        assert read_call(sent).headers["intuit-signature"] == "abc"


@pytest.mark.parametrize("raw", ["é\u2028\r\n  {} ", "", "\x00"])
def test_the_raw_body_is_kept_to_the_byte(raw: str) -> None:
    assert read_call(event("POST", "/x", raw=raw)).body == raw.encode()
    coded = {**event("POST", "/x", raw=base64.b64encode(raw.encode()).decode()), "isBase64Encoded": True}
    assert read_call(coded).body == raw.encode()
