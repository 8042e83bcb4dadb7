"""What a company's own settings say of an account and of a day."""

from datetime import date

import pytest
from crossfoot.core.company import AccountUse, Company, LedgerAccount

OLD = LedgerAccount("3", "Undeposited Funds", AccountUse.UNDEPOSITED_FUNDS, active=False)
FUNDS = LedgerAccount("4", "Payments to deposit", AccountUse.UNDEPOSITED_FUNDS)
BANK = LedgerAccount("35", "Checking", AccountUse.BANK)
CLOSED = date(2026, 10, 31)


def test_p1_undeposited_funds_are_known_by_their_use_and_only_while_they_are_active() -> None:
    assert Company((OLD, BANK, FUNDS)).undeposited_funds == FUNDS
    assert Company((OLD, BANK)).undeposited_funds is None


def test_an_account_is_found_by_its_id_active_or_not() -> None:
    company = Company((OLD, BANK))
    assert (company.account("35"), company.account("3"), company.account("9")) == (BANK, OLD, None)


@pytest.mark.parametrize(
    ("day", "closed"), [(date(2026, 10, 30), True), (CLOSED, True), (date(2026, 11, 1), False), (date.max, False)]
)
def test_p1_a_day_up_to_the_closing_date_is_closed(day: date, closed: bool) -> None:
    company = Company(closed_until=CLOSED)
    assert company.is_closed(day) is closed
    assert company.first_open_day == date(2026, 11, 1)


def test_a_company_that_never_closed_its_books_has_every_day_open() -> None:
    assert not Company().is_closed(date.min)
    assert Company().first_open_day is None
