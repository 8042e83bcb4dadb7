"""A partner's schedule: what the scheduler is told, what is refused, and when it runs next."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from crossfoot.core.sync.schedule import check_schedule, next_run, tell_next, to_expression
from crossfoot.core.sync.settings import Every, Schedule

NEW_YORK = "America/New_York"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "when", "expression"),
    [
        (Every.HOUR, time(5, 15), "cron(15 * * * ? *)"),
        (Every.DAY, time(6, 30), "cron(30 6 * * ? *)"),
        (Every.DAY, time(0, 0), "cron(0 0 * * ? *)"),
        (Every.WEEKDAY, time(23, 59), "cron(59 23 ? * MON-FRI *)"),
    ],
)
def test_s1_the_scheduler_is_told_the_time_in_the_partners_own_zone(every: Every, when: time, expression: str) -> None:
    assert to_expression(Schedule(every, when, NEW_YORK)) == (expression, NEW_YORK)


@pytest.mark.parametrize(
    ("when", "zone", "named"),
    [
        (time(6, 30), NEW_YORK, ""),
        (time(6, 30), "UTC", ""),
        (time(6, 30), "America/Newyork", "'America/Newyork'"),
        (time(6, 30), "", "''"),
        (time(6, 30), "../../etc/passwd", "passwd"),
        (time(6, 30), "/etc/localtime", "localtime"),
        (time(6, 30), "America", "'America'"),
        (time(6, 30), "x\0y", "time zone"),
        (time(6, 30, 1), NEW_YORK, "whole minutes"),
        (time(6, 30, tzinfo=UTC), NEW_YORK, "whole minutes"),
    ],
)
def test_s1_a_schedule_that_cannot_be_kept_is_said_to_be_one(when: time, zone: str, named: str) -> None:
    wrong = check_schedule(Schedule(Every.DAY, when, zone))
    assert named in wrong if wrong is not None else not named


@pytest.mark.parametrize(
    ("every", "when", "now", "runs"),
    [
        (Every.HOUR, time(0, 15), "2026-11-03T17:14:59", "2026-11-03T17:15"),
        (Every.HOUR, time(0, 15), "2026-11-03T17:15:00", "2026-11-03T18:15"),
        (Every.DAY, time(6, 30), "2026-11-03T11:29:00", "2026-11-03T11:30"),
        (Every.DAY, time(6, 30), "2026-11-03T11:30:00", "2026-11-04T11:30"),
        # Half past midnight there is still the day before in UTC's evening.
        (Every.DAY, time(23, 30), "2026-11-04T04:00:00", "2026-11-04T04:30"),
        (Every.WEEKDAY, time(6, 30), "2026-11-06T12:00:00", "2026-11-09T11:30"),
        (Every.WEEKDAY, time(6, 30), "2026-11-08T01:00:00", "2026-11-09T11:30"),
        # On 8 March 2026 half past two does not come, and half past one on 1 November comes twice.
        (Every.DAY, time(2, 30), "2026-03-07T08:00:00", "2026-03-09T06:30"),
        (Every.HOUR, time(0, 30), "2026-03-08T06:40:00", "2026-03-08T07:30"),
        (Every.DAY, time(1, 30), "2026-11-01T05:00:00", "2026-11-01T05:30"),
        (Every.DAY, time(1, 30), "2026-11-01T05:45:00", "2026-11-02T06:30"),
        (Every.HOUR, time(0, 30), "2026-11-01T05:45:00", "2026-11-01T07:30"),
    ],
)
def test_s1_it_runs_next_as_the_clock_on_the_partners_wall_says(every: Every, when: time, now: str, runs: str) -> None:
    assert next_run(Schedule(every, when, NEW_YORK), at(now)).astimezone(UTC) == at(runs)


def test_s1_a_year_of_workdays_is_run_at_one_time_of_day_and_on_no_weekend() -> None:
    schedule, now = Schedule(Every.WEEKDAY, time(6, 30), NEW_YORK), at("2026-01-01T00:00:00")
    runs = []
    while now < at("2027-01-01T00:00:00"):
        now = next_run(schedule, now)
        runs.append(now)
    assert {(run.hour, run.minute) for run in runs} == {(6, 30)}
    assert {run.weekday() for run in runs} == {0, 1, 2, 3, 4}
    assert len(runs) == 262
    assert all(later - run <= timedelta(days=3, hours=1) for run, later in pairwise(runs))


def test_s1_a_partner_is_told_the_next_run_in_words() -> None:
    schedule = Schedule(Every.WEEKDAY, time(6, 30), NEW_YORK)
    assert tell_next(schedule, at("2026-11-21T12:00:00")) == "Monday, 2026-11-23 at 06:30 (America/New_York)"
