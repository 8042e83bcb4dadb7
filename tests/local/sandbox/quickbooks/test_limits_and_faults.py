"""Rate limits, the count of metered calls, and the shapes of trouble."""

import pytest

from local.sandbox.quickbooks.limits import PER_MINUTE, PER_SECOND
from tests.local.sandbox.quickbooks.driver import Company


def _status(company: Company) -> int:
    return company.call("GET", "companyinfo/1").status_code


@pytest.fixture
def limited(company: Company) -> Company:
    company.control("POST", "switches", {"rate_limits": True})
    return company


def test_ten_requests_a_second_are_the_most(limited: Company) -> None:
    assert [_status(limited) for _ in range(PER_SECOND + 1)] == [200] * PER_SECOND + [429]
    limited.sandbox.clock.advance(1)
    assert _status(limited) == 200


def test_five_hundred_requests_a_minute_are_the_most(limited: Company) -> None:
    for _ in range(PER_MINUTE):
        limited.sandbox.clock.advance(0.11)
        assert _status(limited) == 200
    limited.sandbox.clock.advance(0.11)
    assert _status(limited) == 429
    limited.sandbox.clock.advance(6)
    assert _status(limited) == 200


def test_another_company_has_a_limit_of_its_own(limited: Company) -> None:
    for _ in range(PER_SECOND):
        _status(limited)
    other = Company(limited.http, limited.sandbox, limited.sandbox.companies.create("Other"))
    assert (_status(limited), _status(other)) == (429, 200)


def test_forty_batches_a_minute_are_the_most(limited: Company) -> None:
    body = {"BatchItemRequest": [{"bId": "1", "Query": "select count(*) from Customer"}]}
    statuses = []
    for _ in range(41):
        limited.sandbox.clock.advance(0.5)
        statuses.append(limited.call("POST", "batch", body).status_code)
    assert statuses == [200] * 40 + [429]
    assert _status(limited) == 200


def test_a_throttled_call_is_answered_in_xml_whatever_was_asked_for(limited: Company) -> None:
    for _ in range(PER_SECOND):
        _status(limited)
    response = limited.call("GET", "companyinfo/1")
    assert response.headers["content-type"].startswith("application/xml")
    assert "message=ThrottleExceeded; errorCode=003001; statusCode=429" in response.text
    assert "retry-after" not in response.headers
    limited.control("POST", "switches", {"throttle_body": "json"})
    assert limited.call("GET", "companyinfo/1").json()["fault"]["error"][0]["code"] == "3001"


def test_what_other_apps_batch_leaves_less_of_a_hundred_and_twenty(limited: Company) -> None:
    limited.control("POST", "switches", {"foreign_batches": 118})
    body = {"BatchItemRequest": [{"bId": "1", "Query": "select * from Item"}]}
    statuses = []
    for _ in range(3):
        limited.sandbox.clock.advance(0.5)
        statuses.append(limited.call("POST", "batch", body).status_code)
    assert statuses == [200, 200, 429]
    assert limited.call("GET", "query", query="select * from Item").status_code == 200


def test_reads_and_batches_are_metered_and_writes_are_free_and_failures_cost_nothing(company: Company) -> None:
    customer = company.customer("Amy")
    company.get("Customer", customer["Id"])
    company.query("select * from Customer")
    company.call("POST", "query", "select * from Customer")
    company.changes("Customer", "2026-11-20")
    company.call("POST", "batch", {"BatchItemRequest": [{"bId": "1", "Query": "select * from Item"}]})
    company.refusal("GET", "customer/404")
    company.refusal("POST", "customer", {"DisplayName": "Amy"})
    counted = company.control("GET", "counts")[company.realm]
    assert counted == {"requests": 8, "core": 1, "core_plus": 5, "throttled": 0}


def test_when_the_quota_is_used_up_every_call_is_throttled(company: Company) -> None:
    company.control("POST", "switches", {"metered_quota": 2})
    assert [_status(company) for _ in range(3)] == [200, 200, 429]
    assert company.call("POST", "customer", {"DisplayName": "Amy"}).status_code == 429


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}])
def test_without_a_good_token_the_answer_is_the_lower_case_fault(company: Company, header: dict[str, str]) -> None:
    response = company.http.request("GET", f"/v3/company/{company.realm}/customer/1", headers=header)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="Intuit", error="invalid_token"'
    body = response.json()
    assert body["fault"]["type"] == "AUTHENTICATION"
    assert body["fault"]["error"][0]["code"] == "3200"
    assert isinstance(body["time"], int)


def test_expired_tokens_can_be_had_at_once(company: Company) -> None:
    assert company.control("POST", "tokens/expire", {})["expired"] >= 1
    assert _status(company) == 401


def test_armed_faults_answer_as_the_vendor_would(company: Company) -> None:
    for fault in ("throttle", "server_error", "expired_token", "proxy_html"):
        company.control("POST", "faults", {"fault": fault})
    answers = [company.call("GET", "companyinfo/1") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [429, 500, 401, 502, 200]
    assert answers[0].headers["content-type"].startswith("application/xml")
    assert answers[1].json()["Fault"]["Error"][0]["code"] == "10000"
    assert answers[3].headers["content-type"].startswith("text/html")


def test_a_lost_answer_was_carried_out(company: Company) -> None:
    company.control("POST", "faults", {"fault": "lost_answer", "method": "POST", "path_contains": "/customer"})
    with pytest.raises(ConnectionResetError):
        company.call("POST", "customer", {"DisplayName": "Amy"}, requestid="k")
    assert company.query("select count(*) from Customer") == {"totalCount": 1}
    assert company.post("Customer", {"DisplayName": "Amy"}, requestid="k")["Id"] == "1"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "customer/1/5", "500"),
        ("DELETE", "customer/1", "500"),
        ("GET", "customer/1.5", "2030"),
        ("GET", "", "500"),
    ],
)
def test_a_wrong_path_is_a_bad_request_not_a_404(company: Company, method: str, path: str, code: str) -> None:
    assert company.refusal(method, path)[0] == code


def test_every_answer_carries_a_trace_id_and_the_time(company: Company) -> None:
    response = company.call("GET", "companyinfo/1")
    assert response.headers["intuit_tid"].startswith("1-")
    assert response.json()["time"] == "2026-11-20T12:00:00.000-08:00"


def test_the_page_shows_the_payment_and_the_last_requests(company: Company) -> None:
    customer = company.customer("Amy <Birds>")
    company.pay(customer, "1234.5")
    page = company.http.request("GET", "/_sandbox").text
    assert "Amy &lt;Birds&gt;" in page
    assert "1,234.50" in page
    seen = company.control("GET", "requests")
    assert [(each["method"], each["status"]) for each in seen] == [("POST", 200), ("POST", 200)]


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("switches", {"no_such": 1}, "There is no switch 'no_such'"),
        ("switches", {"requestid": "maybe"}, "requestid is one of replay, fault, forget"),
        ("switches", {"rate_limits": "perhaps"}, "rate_limits takes bool"),
        ("switches", {"cdc_cap": -1}, "cdc_cap takes int"),
        ("companies", {}, "name"),
        ("clock", {"advance_s": "x"}, "advance_s"),
        ("webhooks", {"url": "ftp://x"}, "url"),
        ("load?company=1", {}, "company"),
        ("load", {}, "line 1"),
    ],
)
def test_the_doors_say_what_does_not_fit(company: Company, path: str, body: object, words: str) -> None:
    response = company.http.request("POST", f"/_sandbox/{path}", json=body)
    assert response.status_code == 400
    assert words in response.json()["error"]
