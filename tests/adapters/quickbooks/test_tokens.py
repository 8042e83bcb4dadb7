"""Access tokens: refreshed by one worker, stored together, and dead only when the store agrees."""

from datetime import timedelta

import pytest
from crossfoot.adapters.quickbooks.oauth import TokenEndpoint
from crossfoot.adapters.quickbooks.tokens import InvalidGrant, Tokens
from crossfoot.core.model import System
from crossfoot.errors import AuthExpired, Conflict, RemoteUnavailable
from crossfoot.ports import SealedSecrets

from tests.adapters.quickbooks.company import BEGUN, TENANT, Company


def access(company: Company) -> str:
    return company.secrets.sealed.values["access_token"]


def refresh_token(company: Company) -> str:
    return company.secrets.sealed.values["refresh_token"]


def test_an_expired_token_is_refreshed_once_and_the_call_repeated(company: Company) -> None:
    before = dict(company.secrets.sealed.values)
    company.sandbox.control("tokens/expire", {})
    assert company.read_all()[1]
    assert access(company) != before["access_token"]
    assert company.secrets.writes == 1
    assert not company.secrets.leased
    assert not company.attention.reasons


def test_a_token_that_runs_out_is_refreshed_before_it_is_refused(company: Company) -> None:
    company.clock.ahead += timedelta(minutes=59)
    company.source.fetch_changes(BEGUN)
    ours = [each for each in company.sandbox.requests() if company.realm in each["path"]]
    assert 401 not in [each["status"] for each in ours]
    assert company.secrets.writes == 1


def test_a_token_refused_after_its_refresh_needs_the_partner(company: Company) -> None:
    company.sandbox.fault("expired_token", path_contains="/batch", times=2)
    with pytest.raises(AuthExpired) as expired:
        company.source.fetch_changes(BEGUN)
    assert "Connect" in expired.value.fix
    assert len(company.attention.reasons) == 1


def test_the_words_of_an_authentication_fault_are_not_repeated_because_they_hold_the_token(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    company.sandbox.fault("expired_token", path_contains="/batch", times=2)
    with pytest.raises(AuthExpired) as expired:
        company.source.fetch_changes(BEGUN)
    spoken = caplog.text + str(expired.value) + repr(company.attention.reasons) + repr(company.app)
    for secret in (access(company), refresh_token(company), company.app.client_secret):
        assert secret not in spoken


def test_another_workers_newer_tokens_are_used_without_a_refresh(company: Company) -> None:
    source = company.tokens()
    old = source.access_token()
    newer = {**company.secrets.sealed.values, "access_token": "newer"}
    company.secrets.sealed = SealedSecrets(newer, 2)
    assert source.renew(old) == "newer"
    assert company.secrets.writes == 0


def test_a_worker_that_waits_for_the_lease_takes_what_the_holder_stored(company: Company) -> None:
    company.secrets.leased = True
    source = company.tokens()

    def holder_finishes(seconds: float) -> None:
        values = {**company.secrets.sealed.values, "access_token": "from the holder"}
        company.secrets.sealed = SealedSecrets(values, 2)

    source._sleep = holder_finishes
    assert source.renew(access(company)) == "from the holder"


def test_a_lease_that_is_never_given_back_is_a_conflict_and_not_a_wait_without_end(company: Company) -> None:
    company.secrets.leased = True
    with pytest.raises(Conflict):
        company.tokens().renew(access(company))


def test_invalid_grant_rereads_the_store_before_it_means_anything(company: Company) -> None:
    source = company.tokens()

    class Raced:
        def refresh(self, token: str) -> Tokens:
            values = {**company.secrets.sealed.values, "access_token": "stored meanwhile"}
            company.secrets.sealed = SealedSecrets(values, 2)
            raise InvalidGrant

    source._refresh = Raced()
    assert source.renew(access(company)) == "stored meanwhile"
    assert not company.secrets.leased
    assert not company.attention.reasons


def test_a_dead_grant_needs_the_partner_and_gives_the_lease_back(company: Company) -> None:
    company.secrets.sealed = SealedSecrets({**company.secrets.sealed.values, "refresh_token": "RT1-forged"}, 1)
    with pytest.raises(AuthExpired):
        company.tokens().renew(access(company))
    assert company.attention.reasons[0][1]
    assert not company.secrets.leased


def test_a_refresh_without_an_answer_gives_the_lease_back_and_is_tried_again(company: Company) -> None:
    company.sandbox.fault("server_error", path_contains="/tokens/bearer")
    with pytest.raises(RemoteUnavailable):
        company.tokens().renew(access(company))
    assert not company.secrets.leased
    assert company.tokens().renew(access(company)) == access(company)


def test_tokens_are_stored_again_when_the_table_was_away(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    save, failures = company.secrets.save, [RemoteUnavailable("table"), RemoteUnavailable("table")]

    def shaky(tenant: str, system: System, values: dict[str, str], seen: int, ends: object) -> None:
        if failures:
            raise failures.pop()
        save(tenant, system, values, seen, ends)

    monkeypatch.setattr(company.secrets, "save", shaky)
    before = access(company)
    assert company.tokens().renew(before) != before
    assert company.secrets.writes == 1


def test_c7_the_daily_read_keeps_idle_tokens_alive(company: Company) -> None:
    before = refresh_token(company)
    company.sandbox.control("clock", {"advance_s": 25 * 3600})
    company.clock.ahead += timedelta(hours=25)
    company.open().fetch_changes(BEGUN)
    assert refresh_token(company) != before


def test_the_end_of_life_is_the_earlier_of_the_rolling_and_the_hard_one(company: Company) -> None:
    tokens = TokenEndpoint(company.door, company.app, company.clock).refresh(refresh_token(company))
    assert tokens.refresh_expires_at is not None
    days = (tokens.refresh_expires_at - company.clock.now()).days
    assert 95 <= days <= 102
    assert TENANT not in repr(tokens)
    assert tokens.access_token not in repr(tokens)
