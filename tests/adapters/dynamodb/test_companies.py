"""A partner's company is read live once a day, and again when QuickBooks refused what it says."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.adapters.dynamodb.companies import TableCompanies
from crossfoot.core.company import NO_COMPANY, AccountUse, Company, LedgerAccount
from crossfoot.errors import RemoteUnavailable
from crossfoot.ports import Companies

from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.records import OTHER_TENANT, TENANT
from tests.fakes.clock import FakeClock
from tests.fakes.companies import FakeCompanies

ACCOUNTS = (
    LedgerAccount("4", "Payments to deposit", AccountUse.UNDEPOSITED_FUNDS),
    LedgerAccount("35", "Bank:Checking", AccountUse.BANK, active=False),
)
COMPANY = Company(ACCOUNTS, date(2026, 10, 31), "USD")
DAY_S, MINUTE_S = 86_400, 60


class Live:
    """The companies as they are, how often they were read, and which one each partner is connected to."""

    def __init__(self) -> None:
        self.companies = {TENANT: COMPANY, OTHER_TENANT: Company()}
        self.ids = {TENANT: "9341", OTHER_TENANT: "77"}
        self.reads = 0
        self.silent = False

    def company_id(self, tenant: str) -> str:
        return self.ids[tenant]

    def fetch_company(self, tenant: str) -> Company:
        self.reads += 1
        if self.silent:
            raise RemoteUnavailable("no answer")
        return self.companies[tenant]


@pytest.fixture
def live() -> Live:
    return Live()


@pytest.fixture(params=["table", "memory"])
def companies(request: pytest.FixtureRequest, clock: FakeClock, live: Live) -> Companies:
    if request.param == "memory":
        return FakeCompanies(clock, live)
    return TableCompanies(MemoryTable(), clock, live.company_id, live.fetch_company)


def test_p1_a_thousand_payments_read_the_company_once(companies: Companies, clock: FakeClock, live: Live) -> None:
    for _ in range(1_000):
        assert companies.load(TENANT) == COMPANY
        clock.advance(80)
    assert live.reads == 1
    clock.advance(DAY_S - 80_000)
    live.companies[TENANT] = replace(COMPANY, closed_until=None)
    assert companies.load(TENANT).closed_until is None
    assert live.reads == 2


def test_x6_every_partner_has_a_company_of_its_own(companies: Companies, live: Live) -> None:
    assert (companies.load(TENANT), companies.load(OTHER_TENANT)) == (COMPANY, Company())
    assert (companies.load(TENANT), companies.load(OTHER_TENANT), live.reads) == (COMPANY, Company(), 2)


def test_a_company_that_was_refused_is_read_again_but_not_what_was_read_just_now(
    companies: Companies, clock: FakeClock, live: Live
) -> None:
    companies.load(TENANT)
    clock.advance(MINUTE_S - 1)
    companies.forget(TENANT)
    companies.load(TENANT)
    assert live.reads == 1
    clock.advance(1)
    companies.forget(TENANT)
    companies.forget(OTHER_TENANT)
    companies.load(TENANT)
    assert live.reads == 2


def test_the_settings_of_a_company_that_is_connected_no_longer_are_not_those_of_the_one_that_is(
    companies: Companies, live: Live
) -> None:
    companies.load(TENANT)
    live.ids[TENANT], live.companies[TENANT] = "9342", Company(home_currency="EUR")
    assert companies.load(TENANT).home_currency == "EUR"


def test_x1_what_is_known_of_a_company_is_told_however_old_and_costs_no_read(
    companies: Companies, clock: FakeClock, live: Live
) -> None:
    assert (companies.load_known(TENANT), live.reads) == (NO_COMPANY, 0)
    companies.load(TENANT)
    clock.advance(3 * DAY_S)
    assert (companies.load_known(TENANT), live.reads) == (COMPANY, 1)
    live.ids[TENANT] = "9342"
    assert companies.load_known(TENANT) == NO_COMPANY


def test_a_company_that_cannot_be_read_is_not_guessed(companies: Companies, clock: FakeClock, live: Live) -> None:
    companies.load(TENANT)
    clock.advance(DAY_S)
    live.silent = True
    with pytest.raises(RemoteUnavailable):
        companies.load(TENANT)
    live.silent = False
    assert companies.load(TENANT) == COMPANY
