"""OAuth: the authorize page, codes, rotating refresh tokens, revocation."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from httpx import Response

from tests.local.sandbox.quickbooks.driver import Company

RETURN_TO = "http://localhost:9/return?tab=1"


def _asked(company: Company, **changes: str) -> dict[str, str]:
    return {
        "client_id": company.credentials["client_id"],
        "response_type": "code",
        "scope": "com.intuit.quickbooks.accounting",
        "redirect_uri": RETURN_TO,
        "state": 'a"<b>&c',
        **changes,
    }


def _basic(company: Company) -> tuple[str, str]:
    return company.credentials["client_id"], company.credentials["client_secret"]


def _token(company: Company, **posted: str) -> Response:
    return company.http.request("POST", "/oauth2/v1/tokens/bearer", data=posted, auth=_basic(company))


def _consent(company: Company, realm: str) -> dict[str, str]:
    sent = company.http.request("POST", "/connect/oauth2", data=_asked(company, realmId=realm))
    assert sent.status_code == 302
    target = urlsplit(sent.headers["location"])
    assert (target.netloc, target.path) == ("localhost:9", "/return")
    return dict(parse_qsl(target.query))


def _connect(company: Company, headers: dict[str, str] | None = None) -> dict[str, Any]:
    posted = {"grant_type": "authorization_code", "redirect_uri": RETURN_TO}
    posted["code"] = _consent(company, company.realm)["code"]
    options: dict[str, Any] = {"data": posted, "auth": _basic(company), "headers": headers or {}}
    response = company.http.request("POST", "/oauth2/v1/tokens/bearer", **options)
    assert response.status_code == 200, response.text
    return dict(response.json())


def _may_read(company: Company, token: str) -> bool:
    path = f"/v3/company/{company.realm}/companyinfo/1"
    return company.http.request("GET", path, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_the_page_lists_every_company_with_a_form_of_its_own(company: Company) -> None:
    other = company.sandbox.companies.create("Bird & Sons")
    page = company.http.request("GET", "/connect/oauth2", params=_asked(company)).text
    realms = re.findall(r'name="realmId" value="(\d*)"', page)
    assert realms == [company.realm, other, ""]
    assert "Connect Bird &amp; Sons" in page
    assert "<b>" not in page


def test_consent_returns_code_state_and_company_to_the_app(company: Company) -> None:
    answer = _consent(company, company.realm)
    assert (answer["tab"], answer["state"], answer["realmId"]) == ("1", 'a"<b>&c', company.realm)


def test_who_cancels_is_sent_back_with_access_denied(company: Company) -> None:
    assert _consent(company, "")["error"] == "access_denied"


@pytest.mark.parametrize(
    "change",
    [{"client_id": "x"}, {"response_type": "token"}, {"redirect_uri": "javascript:1"}, {"state": ""}, {"scope": ""}],
)
def test_a_wrong_request_is_told_on_the_page(company: Company, change: dict[str, str]) -> None:
    assert company.http.request("GET", "/connect/oauth2", params=_asked(company, **change)).status_code == 400
    posted = _asked(company, realmId=company.realm, **change)
    assert company.http.request("POST", "/connect/oauth2", data=posted).status_code == 400


def test_a_code_is_good_once_and_only_for_its_redirect_uri(company: Company) -> None:
    code = _consent(company, company.realm)["code"]
    wrong = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost:9/other"}
    assert _token(company, **wrong).json()["error"] == "invalid_grant"
    right = wrong | {"code": _consent(company, company.realm)["code"], "redirect_uri": RETURN_TO}
    assert _token(company, **right).status_code == 200
    assert _token(company, **right).json()["error"] == "invalid_grant"


def test_a_code_is_good_for_five_minutes(company: Company) -> None:
    code = _consent(company, company.realm)["code"]
    company.sandbox.clock.advance(301)
    posted = {"grant_type": "authorization_code", "code": code, "redirect_uri": RETURN_TO}
    assert _token(company, **posted).json()["error"] == "invalid_grant"


def test_the_tokens_say_how_long_they_live(company: Company) -> None:
    plain = _connect(company)
    assert (plain["token_type"], plain["expires_in"], plain["x_refresh_token_expires_in"]) == (
        "bearer",
        3600,
        8_726_400,
    )
    assert "realmId" not in plain
    assert "x_refresh_token_hard_expires_in" not in plain
    told = _connect(company, {"x-include-refresh-token-hard-expires-in": "true"})
    assert told["x_refresh_token_hard_expires_in"] == 5 * 365 * 86_400


def test_an_access_token_lives_an_hour_and_a_refresh_gives_another(company: Company) -> None:
    tokens = _connect(company)
    company.sandbox.clock.advance(3599)
    assert _may_read(company, tokens["access_token"])
    company.sandbox.clock.advance(1)
    assert not _may_read(company, tokens["access_token"])
    fresh = _token(company, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert fresh["refresh_token"] != tokens["refresh_token"]
    assert _may_read(company, fresh["access_token"])


def test_an_old_refresh_token_is_refused_and_the_new_one_lives_on(company: Company) -> None:
    old = _connect(company)["refresh_token"]
    fresh = _token(company, grant_type="refresh_token", refresh_token=old).json()
    again = _token(company, grant_type="refresh_token", refresh_token=old)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert _token(company, grant_type="refresh_token", refresh_token=fresh["refresh_token"]).status_code == 200


def test_the_reuse_of_an_old_refresh_token_may_cost_the_connection(company: Company) -> None:
    company.control("POST", "switches", {"refresh_reuse": "revoke"})
    old = _connect(company)["refresh_token"]
    fresh = _token(company, grant_type="refresh_token", refresh_token=old).json()
    assert _token(company, grant_type="refresh_token", refresh_token=old).status_code == 400
    assert not _may_read(company, fresh["access_token"])
    assert _token(company, grant_type="refresh_token", refresh_token=fresh["refresh_token"]).status_code == 400


def test_a_refresh_token_dies_when_it_was_not_used_for_its_whole_life(company: Company) -> None:
    tokens = _connect(company)
    company.sandbox.clock.advance(8_726_400)
    response = _token(company, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert response.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_the_connection(company: Company, which: str) -> None:
    tokens = _connect(company)
    posted = {"token": tokens[which]}
    revoked = company.http.request("POST", "/v2/oauth2/tokens/revoke", auth=_basic(company), json=posted)
    assert revoked.status_code == 200
    assert not _may_read(company, tokens["access_token"])
    assert _token(company, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 400
    again = company.http.request("POST", "/v2/oauth2/tokens/revoke", auth=_basic(company), json=posted)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/oauth2/v1/tokens/bearer", "/v2/oauth2/tokens/revoke"])
@pytest.mark.parametrize("auth", [None, ("x", "y")])
def test_the_app_must_say_who_it_is(company: Company, path: str, auth: tuple[str, str] | None) -> None:
    response = company.http.request("POST", path, data={"grant_type": "refresh_token"}, auth=auth)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_another_grant_type_is_not_known(company: Company) -> None:
    assert _token(company, grant_type="client_credentials").json()["error"] == "unsupported_grant_type"


@pytest.mark.parametrize("name", ["openid_configuration", "openid_sandbox_configuration"])
def test_discovery_points_at_this_host(company: Company, name: str) -> None:
    document = company.http.request("GET", f"/.well-known/{name}/").json()
    assert document["token_endpoint"] == "http://testserver/oauth2/v1/tokens/bearer"
    assert document["revocation_endpoint"] == "http://testserver/v2/oauth2/tokens/revoke"
    assert {urlsplit(value).netloc for key, value in document.items() if key.endswith(("endpoint", "uri"))} == {
        "testserver"
    }


def test_a_token_of_one_company_does_not_open_another(company: Company) -> None:
    other = company.sandbox.companies.create("Other")
    headers = {"Authorization": f"Bearer {company.credentials['access_token']}"}
    response = company.http.request("GET", f"/v3/company/{other}/companyinfo/1", headers=headers)
    error = response.json()["fault"]["error"][0]
    assert (response.status_code, error["code"]) == (403, "3100")
    assert error["message"].startswith("message=ApplicationAuthorizationFailed")
