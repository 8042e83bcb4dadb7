"""Connecting a QuickBooks company by OAuth 2 (C1), and letting it go (C6)."""

from urllib.parse import parse_qs, urlsplit

import pytest
from crossfoot.adapters.quickbooks.accounts import QuickBooksAccounts
from crossfoot.adapters.quickbooks.oauth import QuickBooksOAuth
from crossfoot.errors import AuthExpired, Rejected, RemoteUnavailable

from tests.adapters.quickbooks.company import BEGUN, Company

REDIRECT = "https://crossfoot.example.com/v1/connections/quickbooks/callback"


def consent(company: Company, oauth: QuickBooksOAuth, state: str = "s-1") -> dict[str, str]:
    """Press Connect on the consent page, as a partner does."""
    url = urlsplit(oauth.authorize_url(state, REDIRECT))
    assert company.sandbox.http.get(f"{url.path}?{url.query}").is_success
    form = {name: values[0] for name, values in parse_qs(url.query).items()} | {"realmId": company.realm}
    answer = company.sandbox.http.post(url.path, data=form)
    assert answer.status_code in (302, 303), answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


@pytest.fixture
def oauth(company: Company) -> QuickBooksOAuth:
    return QuickBooksOAuth(company.door, company.app, company.clock)


def test_the_authorize_url_asks_for_the_accounting_scope_and_carries_the_state(oauth: QuickBooksOAuth) -> None:
    asked = parse_qs(urlsplit(oauth.authorize_url("state & more", REDIRECT)).query)
    assert asked["scope"] == ["com.intuit.quickbooks.accounting"]
    assert asked["state"] == ["state & more"]
    assert asked["redirect_uri"] == [REDIRECT]
    assert asked["response_type"] == ["code"]


def test_a_consent_becomes_a_grant_with_the_companys_name(company: Company, oauth: QuickBooksOAuth) -> None:
    returned = consent(company, oauth)
    assert returned["state"] == "s-1"
    grant = oauth.exchange(returned["code"], returned["realmId"], REDIRECT)
    assert (grant.account_id, grant.account_name) == (company.realm, "Larkspur Managed IT")
    assert set(grant.secrets) == {"access_token", "refresh_token", "access_expires_at"}
    assert grant.credentials_expire_at is not None


def test_a_code_is_good_once(company: Company, oauth: QuickBooksOAuth) -> None:
    returned = consent(company, oauth)
    oauth.exchange(returned["code"], company.realm, REDIRECT)
    with pytest.raises(Rejected) as refused:
        oauth.exchange(returned["code"], company.realm, REDIRECT)
    assert refused.value.code == "code_refused"
    assert refused.value.fix


@pytest.mark.parametrize("realm", ["", "../../oauth2", "123/companyinfo", "1" * 40, "12a"])
def test_a_realm_id_that_is_no_number_never_reaches_a_path(oauth: QuickBooksOAuth, realm: str) -> None:
    with pytest.raises(Rejected) as refused:
        oauth.exchange("code", realm, REDIRECT)
    assert refused.value.code == "realm_invalid"


def test_a_consent_for_one_company_does_not_connect_another(company: Company, oauth: QuickBooksOAuth) -> None:
    other = company.sandbox.control("companies", {"name": "Somebody else"})["realm_id"]
    returned = consent(company, oauth)
    with pytest.raises(Rejected) as refused:
        oauth.exchange(returned["code"], other, REDIRECT)
    assert refused.value.code == "realm_refused"


def test_revoked_tokens_are_dead_and_revoking_them_again_is_no_error(company: Company, oauth: QuickBooksOAuth) -> None:
    oauth.revoke(company.secrets.sealed.values)
    oauth.revoke(company.secrets.sealed.values)
    with pytest.raises(AuthExpired):
        company.source.fetch_changes(BEGUN)


def test_a_token_endpoint_behind_a_broken_proxy_is_unavailable(company: Company, oauth: QuickBooksOAuth) -> None:
    returned = consent(company, oauth)
    company.sandbox.fault("proxy_html", path_contains="/tokens/bearer")
    with pytest.raises(RemoteUnavailable):
        oauth.exchange(returned["code"], company.realm, REDIRECT)
    assert oauth.exchange(returned["code"], company.realm, REDIRECT).account_id == company.realm


def test_c1_the_active_accounts_are_read_live(company: Company) -> None:
    company.post("Account", {"Name": "Operating", "AccountType": "Bank"})
    savings = next(each for each in company.query("Account") if each["Name"] == "Savings")
    company.post("Account", {**savings, "Active": False})
    found = QuickBooksAccounts(lambda tenant: company.client()).fetch_accounts("t")
    uses = {account.name: account.use.value for account in found}
    assert (uses["Operating"], uses["Undeposited Funds"]) == ("bank", "undeposited_funds")
    assert (uses["Bank Charges"], "Savings" in uses) == ("expense", False)
