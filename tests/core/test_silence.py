"""What is said of a system that does not answer, and when (C7)."""

from datetime import UTC, datetime, timedelta

import pytest
from crossfoot.core.model import System
from crossfoot.core.silence import is_worth_telling, tell_answer, tell_silence

SINCE = datetime(2026, 11, 3, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(("minutes", "told"), [(0, False), (9, False), (10, True), (600, True)])
def test_c7_a_hiccup_is_no_news_and_ten_minutes_are(minutes: int, told: bool) -> None:
    assert is_worth_telling(SINCE, SINCE + timedelta(minutes=minutes)) is told


def test_c7_a_silence_says_since_when_and_that_nothing_is_to_be_done() -> None:
    worry = tell_silence(System.QUICKBOOKS, SINCE)
    assert worry.reason == "QuickBooks has not answered since 2026-11-03 14:05 UTC."
    assert (
        worry.fix == "Nothing for you to do: nothing is lost, and what changed is read when QuickBooks answers again."
    )
    assert "2026-11-03 14:05 UTC" in tell_answer(System.QUICKBOOKS, SINCE)
