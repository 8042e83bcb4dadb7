"""What a partner is warned of before a connection fails (C7, I5)."""

from datetime import UTC, datetime, timedelta

import pytest
from crossfoot.core.model import Kind, System
from crossfoot.core.tending import forecast_end, say, too_many_gone

NOW = datetime(2026, 11, 3, 17, tzinfo=UTC)


@pytest.mark.parametrize(("days", "warned"), [(31, False), (30, True), (1, True), (-1, True)])
def test_c7_the_end_of_life_is_foretold_thirty_days_ahead(days: int, warned: bool) -> None:
    assert (forecast_end(System.QUICKBOOKS, NOW + timedelta(days=days), NOW) is not None) is warned


def test_c7_keys_that_do_not_end_are_no_worry() -> None:
    assert forecast_end(System.CONNECTWISE, None, NOW) is None


def test_c7_the_warning_names_the_day_and_what_to_do() -> None:
    worry = forecast_end(System.QUICKBOOKS, NOW + timedelta(days=10), NOW)
    assert worry is not None
    assert "2026-11-13" in worry.reason
    assert "Connect QuickBooks again" in worry.fix


def test_i5_a_census_that_is_not_believed_says_how_many_and_why_it_may_be() -> None:
    worry = too_many_gone(Kind.INVOICE, 1_200, 4_000)
    assert "1,200 of 4,000 invoices" in worry.reason
    assert "security role" in worry.fix


def test_worries_are_said_together_and_none_is_nothing() -> None:
    some = [too_many_gone(kind, 5, 10) for kind in (Kind.CUSTOMER, Kind.INVOICE)]
    reason, fix = say(some)
    assert all(worry.reason in reason and worry.fix in fix for worry in some)
    assert say([]) == ("", "")
