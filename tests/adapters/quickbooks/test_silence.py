"""QuickBooks is found silent by whatever does not get its read answered, and by nothing else (C7)."""

import pytest
from crossfoot.adapters.quickbooks.client import QuickBooksClient, ask_query
from crossfoot.core.model import System
from crossfoot.errors import AuthExpired, RateLimited, RemoteUnavailable, Retryable
from crossfoot.http import Answer, Door, Line

from tests.adapters.quickbooks.company import TENANT, Company

ASK = "SELECT * FROM Invoice"
API, TOKENS = "/v3/company/", "/tokens/bearer"


class OneAnswer(Door):
    """Answers everything alike."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.body = body

    def request(self, method: str, url: str, **how: object) -> Answer:
        return Answer(200, {}, self.body, url, write=False)


def opened(company: Company, told: list[str], door: Door | None = None) -> QuickBooksClient:
    line = Line(
        System.QUICKBOOKS, tell_silence=lambda: told.append("silence"), tell_answer=lambda: told.append("answer")
    )
    args = (company.sandbox.url, TENANT, company.realm, company.tokens(), company.budget)
    return QuickBooksClient(door or company.door, *args, line)


@pytest.mark.parametrize(
    ("fault", "where", "error"),
    [
        ("server_error", API, RemoteUnavailable),
        ("cut_connection", API, RemoteUnavailable),
        ("throttle", API, RateLimited),
        ("server_error", TOKENS, RemoteUnavailable),
    ],
)
def test_c7_a_read_that_is_not_answered_is_a_silence_until_one_is(
    company: Company, fault: str, where: str, error: type[Retryable]
) -> None:
    told: list[str] = []
    client = opened(company, told)
    if where == TOKENS:
        company.sandbox.control("tokens/expire", {})
    company.sandbox.fault(fault, path_contains=where, times=None)
    for _ in range(2):
        with pytest.raises(error) as raised:
            client.query(ASK)
        assert raised.value.system == "quickbooks"
    assert told == ["silence"]
    company.sandbox.calm()
    client.query(ASK)
    assert told == ["silence", "answer"]


def test_c7_a_refusal_is_an_answer(company: Company) -> None:
    told: list[str] = []
    company.sandbox.fault("expired_token", path_contains=API, times=None)
    with pytest.raises(AuthExpired):
        opened(company, told).query(ASK)
    assert told == []
    assert len(company.attention.reasons) == 1


@pytest.mark.parametrize(
    "items",
    [b"", b'{"bId": "0", "Fault": {"Error": [{"Message": "m", "Detail": "d", "code": "10000"}]}}'],
    ids=["left out", "failed inside"],
)
def test_c7_a_question_of_a_batch_that_is_not_answered_is_a_silence(company: Company, items: bytes) -> None:
    told: list[str] = []
    door = OneAnswer(b'{"BatchItemResponse": [' + items + b'], "time": "2026-11-03T17:00:00Z"}')
    (outcome,) = opened(company, told, door).batch([ask_query(ASK)])
    assert isinstance(outcome, RemoteUnavailable)
    assert (outcome.system, told) == ("quickbooks", ["silence"])
