"""QuickBooks' refusals in every shape that it has, each with what to do."""

import json

import pytest
from crossfoot.adapters.quickbooks.faults import find_fault, read_fault, to_error
from crossfoot.errors import AuthExpired, Conflict, RateLimited, Rejected, RemoteUnavailable
from crossfoot.http import Answer

from tests.adapters.quickbooks.company import BEGUN, Company

CAPITAL = {
    "Fault": {"Error": [{"Message": "m", "Detail": "Duplicate name", "code": "6240", "element": ""}], "type": "V"},
    "time": "2020-09-29T05:58:07.300-07:00",
}
SMALL = {
    "warnings": None,
    "fault": {"error": [{"message": "message=x; errorCode=003100", "detail": "d", "code": "3100"}], "type": "SERVICE"},
}
IN_WORDS = {"fault": {"error": [{"message": "message=x; errorCode=003100; statusCode=403"}], "type": "SERVICE"}}
THROTTLED = (
    '<?xml version="1.0"?><IntuitResponse><Fault type="SERVICE"><Error code="003001">'
    "<Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message></Error></Fault></IntuitResponse>"
)


def answer(status: int, body: object) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, {}, text.encode(), "https://quickbooks.example.com/", write=False)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, CAPITAL, "6240"),
        (403, SMALL, "3100"),
        (403, IN_WORDS, "3100"),
        (403, THROTTLED, "3001"),
        (404, "<html></html>", ""),
        (400, "", ""),
    ],
)
def test_every_shape_of_a_fault_gives_its_code(status: int, body: object, code: str) -> None:
    assert read_fault(answer(status, body)).code == code


def test_a_fault_inside_an_answer_of_status_200_is_found() -> None:
    fault = find_fault({"Fault": CAPITAL["Fault"], "startPosition": 0})
    assert fault is not None
    assert fault.code == "6240"
    assert find_fault({"Invoice": []}) is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [("3001", RateLimited), ("5010", Conflict), ("10000", RemoteUnavailable), ("6210", Rejected), ("9999", Rejected)],
)
def test_a_code_becomes_the_error_that_says_what_happens_next(code: str, kind: type[Exception]) -> None:
    body = {"Fault": {"Error": [{"Message": "m", "Detail": "why", "code": code}]}}
    error = to_error(read_fault(answer(400, body)), "/invoice")
    assert isinstance(error, kind)
    if isinstance(error, Rejected):
        assert (error.code, error.detail) == (code, "why")
        assert error.fix


def test_a_proxys_page_is_no_refusal() -> None:
    assert isinstance(to_error(read_fault(answer(404, "<html>nginx</html>")), "/cdc"), RemoteUnavailable)


@pytest.mark.parametrize("body", ["xml", "json"])
def test_a_throttled_call_says_how_long_to_wait(company: Company, body: str) -> None:
    company.sandbox.switch(throttle_body=body)
    company.sandbox.fault("throttle", path_contains="/batch")
    with pytest.raises(RateLimited) as limited:
        company.source.fetch_changes(BEGUN)
    assert 0 < limited.value.retry_after_s <= 60


def test_a_refused_statement_is_rejected_with_the_vendors_words(company: Company) -> None:
    with pytest.raises(Rejected) as refused:
        company.client().query("SELECT * FROM Custmoer")
    assert refused.value.code == "4001"
    assert "Custmoer" in refused.value.detail


def test_a_company_that_is_not_ours_needs_the_partner(company: Company) -> None:
    company.realm = company.sandbox.control("companies", {"name": "Other"})["realm_id"]
    with pytest.raises(AuthExpired):
        company.open().fetch_changes(BEGUN)
    assert company.attention.reasons
