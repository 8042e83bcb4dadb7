"""What was told of a matter, and what may still be told (C7); the day of a digest (X1)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from crossfoot.core.notices import LEASE, MAX_TRIES, Notice
from crossfoot.core.notifications import digest_day

NOW = datetime(2026, 11, 3, 17, tzinfo=UTC)
TOLD = Notice("silent 1", revision=4)


def test_c7_what_is_being_told_is_held_for_a_lease_and_was_not_told_yet() -> None:
    begun = TOLD.begun("stopped 2", NOW)
    assert (begun.is_held(NOW), begun.is_held(NOW + LEASE)) == (True, False)
    assert begun.told_before("stopped 2") == "silent 1"
    assert not begun.is_told("stopped 2")
    assert begun.ended("stopped 2") == Notice("stopped 2", revision=4)


def test_c7_a_mail_whose_answer_was_lost_is_sent_once_more_and_then_counts_as_told() -> None:
    notice, sends = TOLD, 0
    while notice.told_before("stopped 2") != "stopped 2":
        notice, sends = notice.begun("stopped 2", NOW), sends + 1
    assert sends == MAX_TRIES == 2


def test_c7_a_mail_whose_answer_was_lost_counts_as_told_for_what_comes_next() -> None:
    """Else a partner who did get it would never hear that it is over."""
    begun = TOLD.begun("stopped 2", NOW)
    assert begun.told_before("") == "stopped 2"
    following = begun.begun("warned 3", NOW)
    assert (following.told, following.tries) == ("stopped 2", 1)


def test_c7_a_mail_that_certainly_was_not_sent_leaves_what_was_told_before() -> None:
    begun = TOLD.begun("stopped 2", NOW)
    assert begun.ended(begun.told) == TOLD


NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("hour", "local", "day"),
    [
        (8, "2026-11-03T07:59", None),
        (8, "2026-11-03T08:00", "2026-11-03"),
        (8, "2026-11-03T10:59", "2026-11-03"),
        (8, "2026-11-03T11:00", None),
        (23, "2026-11-03T23:30", "2026-11-03"),
        (23, "2026-11-04T00:30", "2026-11-03"),
        (23, "2026-11-04T02:00", None),
        (0, "2026-11-03T00:00", "2026-11-03"),
        (0, "2026-11-03T23:59", None),
    ],
)
def test_x1_a_digest_is_due_in_its_hour_and_the_two_behind_it_and_is_of_the_day_of_its_hour(
    hour: int, local: str, day: str | None
) -> None:
    due = digest_day(hour, datetime.fromisoformat(local).replace(tzinfo=NEW_YORK))
    assert due == (date.fromisoformat(day) if day else None)


@pytest.mark.parametrize("hour", [0, 1, 2, 8, 23])
@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe"])
def test_x1_every_day_has_one_digest_also_where_clocks_are_turned(hour: int, zone: str) -> None:
    start = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
    local = [(start + timedelta(hours=n)).astimezone(ZoneInfo(zone)) for n in range(24 * 60)]
    days = sorted({day for at in local if (day := digest_day(hour, at))})
    assert [later - day for day, later in pairwise(days)] == [timedelta(days=1)] * (len(days) - 1)
    assert len(days) >= 59
