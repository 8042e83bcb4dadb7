"""One write to QuickBooks: free of the meter, known by its request id, and its outcome never guessed."""

from typing import Any

import pytest
from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.core.model import System
from crossfoot.errors import AuthExpired, Conflict, OutcomeUnknown, RateLimited, Rejected, RemoteUnavailable, Retryable
from crossfoot.http import LOCAL, Answer, Door

from tests.adapters.quickbooks.company import TENANT, Company
from tests.adapters.quickbooks.test_silence import opened
from tests.adapters.sandbox import CountingBudget

KEY = "0123456789abcdef0123456789abcdef"
API = "/v3/company/"


class Saying(Door):
    """A door behind which the same answer comes to everything, as the real one gives it."""

    def __init__(self, status: int, content: bytes) -> None:
        super().__init__()
        self.status, self.content = status, content

    def request(self, method: str, url: str, *, write: bool, **how: object) -> Answer:
        return Answer(self.status, {}, self.content, url, write)


class Watched(Door):
    """The real door, and what went through it."""

    def __init__(self) -> None:
        super().__init__(LOCAL)
        self.sent: list[tuple[str, bool, dict[str, str], bytes]] = []

    def request(self, method: str, url: str, *, write: bool, **how: Any) -> Answer:
        self.sent.append((method, write, dict(how["params"]), how["body"]))
        return super().request(method, url, write=write, **how)


class UsedUp(CountingBudget):
    """A budget with nothing left."""

    def take(self, tenant: str, system: System, metered: bool, *, batch: bool = False) -> None:
        raise RateLimited("used up", 30, system=system)


def a_payment(company: Company) -> dict[str, Any]:
    return {"CustomerRef": {"value": company.customer()["Id"]}, "TotalAmt": 10}


def fault(code: str, detail: str = "d", *, lower: bool = False) -> bytes:
    if lower:
        return f'{{"fault":{{"error":[{{"message":"m","detail":"{detail}","code":"{code}"}}]}}}}'.encode()
    return f'{{"Fault":{{"Error":[{{"Message":"m","Detail":"{detail}","code":"{code}"}}],"type":"V"}}}}'.encode()


def test_a_write_carries_its_request_id_and_costs_nothing_of_the_meter(company: Company) -> None:
    company.door = door = Watched()
    stored = company.client().write("/payment", a_payment(company), KEY)["Payment"]
    assert (stored["TotalAmt"], stored["SyncToken"]) == (10, "0")
    ((method, write, params, _),) = door.sent
    assert (method, write, params) == ("POST", True, {"requestid": KEY, "minorversion": "75"})
    assert company.budget.calls == [(TENANT, System.QUICKBOOKS, False)]


def test_an_operation_and_what_is_included_are_asked_for_in_quickbooks_own_way(company: Company) -> None:
    client = company.client()
    stored = client.write("/payment", a_payment(company), KEY)["Payment"]
    head = {"Id": stored["Id"], "SyncToken": "0", "sparse": True}
    voided = client.write("/payment", head, "v", operation="update", include="void")["Payment"]
    assert (voided["TotalAmt"], voided["PrivateNote"]) == (0, "Voided")
    gone = client.write("/payment", {**head, "SyncToken": "1"}, "d", operation="delete")["Payment"]
    assert gone["status"] == "Deleted"


def test_p4_the_same_request_id_answers_as_before_and_writes_nothing(company: Company) -> None:
    body = a_payment(company)
    first, again = (company.client().write("/payment", body, KEY)["Payment"]["Id"] for _ in range(2))
    assert first == again
    assert [each["Id"] for each in company.query("Payment")] == [first]


def test_a_token_that_is_refused_is_renewed_once_and_the_write_sent_again(company: Company) -> None:
    body = a_payment(company)
    company.sandbox.fault("expired_token", path_contains=API)
    company.client().write("/payment", body, KEY)
    assert company.secrets.writes == 1
    assert len(company.query("Payment")) == 1


def test_a_write_that_is_refused_with_a_new_token_too_needs_the_partner(company: Company) -> None:
    body = a_payment(company)
    company.sandbox.fault("expired_token", path_contains=API, times=None)
    with pytest.raises(AuthExpired):
        company.client().write("/payment", body, KEY)
    company.sandbox.calm()
    assert len(company.attention.reasons) == 1
    assert company.query("Payment") == []


@pytest.mark.parametrize(
    ("kind", "error", "written"),
    [
        ("lost_answer", OutcomeUnknown, True),
        ("error_after_write", OutcomeUnknown, True),
        ("server_error", OutcomeUnknown, False),
        ("cut_connection", OutcomeUnknown, False),
        ("proxy_html", OutcomeUnknown, False),
        ("throttle", RateLimited, False),
    ],
)
def test_p4_what_may_have_been_carried_out_is_unknown_and_only_that(
    company: Company, kind: str, error: type[Retryable], written: bool
) -> None:
    body = a_payment(company)
    company.sandbox.fault(kind, path_contains="/payment")
    with pytest.raises(error) as raised:
        company.client().write("/payment", body, KEY)
    assert raised.value.system == "quickbooks"
    assert len(company.query("Payment")) == written


@pytest.mark.parametrize(
    ("status", "content", "error"),
    [
        (400, fault("5010"), Conflict),
        (400, fault("6540"), Rejected),
        (400, fault("6210"), Rejected),
        (400, fault("600"), OutcomeUnknown),
        (400, fault("10000"), OutcomeUnknown),
        (200, fault("6210"), Rejected),
        (200, fault("10000"), OutcomeUnknown),
        (403, fault("3100", lower=True), AuthExpired),
        (403, fault("3001", lower=True), RateLimited),
        (403, b'<IntuitResponse><Fault type="SERVICE"><Error code="003001"/></Fault></IntuitResponse>', RateLimited),
        (404, b"<html>nginx</html>", OutcomeUnknown),
        (302, b"", OutcomeUnknown),
        (400, b"", OutcomeUnknown),
        (200, b"<html>Please sign in</html>", OutcomeUnknown),
        (200, b"[]", OutcomeUnknown),
        (200, b"", OutcomeUnknown),
    ],
)
def test_every_shape_of_a_fault_says_whether_the_write_was_carried_out(
    company: Company, status: int, content: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        opened(company, [], Saying(status, content)).write("/payment", {}, KEY)


def test_a_write_that_nobody_took_in_is_no_unknown_one(company: Company) -> None:
    nowhere = QuickBooksClient(
        company.door, "http://127.0.0.1:1", TENANT, company.realm, company.tokens(), company.budget
    )
    with pytest.raises(RemoteUnavailable):
        nowhere.write("/payment", {}, KEY)


def test_c7_a_write_tells_nothing_of_the_line(company: Company) -> None:
    told: list[str] = []
    client, body = opened(company, told), a_payment(company)
    company.sandbox.fault("server_error", path_contains="/payment")
    with pytest.raises(OutcomeUnknown):
        client.write("/payment", body, KEY)
    client.write("/payment", body, KEY)
    assert told == []


def test_a_subscription_that_has_ended_is_told_on_the_connection(company: Company) -> None:
    with pytest.raises(Rejected):
        opened(company, [], Saying(400, fault("6190", "Subscription period has ended"))).write("/payment", {}, KEY)
    assert len(company.attention.reasons) == 1


def test_our_own_budget_is_asked_before_anything_is_sent(company: Company) -> None:
    company.budget, company.door = UsedUp(), (door := Watched())
    with pytest.raises(RateLimited):
        company.client().write("/payment", {}, KEY)
    assert door.sent == []
