"""A partner's schedule in the words of the scheduler, and of people (S1)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crossfoot.core.sync.settings import Every, Schedule

# Longer than any gap: a weekend, and a day whose hour the change of clocks leaves out.
_LOOKED_AHEAD = timedelta(days=8)
_SATURDAY = 5


def to_expression(schedule: Schedule) -> tuple[str, str]:
    """Say it as EventBridge Scheduler does.

    Returns: the cron expression, and the time zone that it is in.
    Source: S1; https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """
    minute, hour = schedule.at.minute, schedule.at.hour
    match schedule.every:
        case Every.HOUR:
            return f"cron({minute} * * * ? *)", schedule.zone
        case Every.DAY:
            return f"cron({minute} {hour} * * ? *)", schedule.zone
        case Every.WEEKDAY:
            return f"cron({minute} {hour} ? * MON-FRI *)", schedule.zone


def check_schedule(schedule: Schedule) -> str | None:
    """Say in a sentence what is wrong with a schedule; None where it is in order. Source: S1."""
    if schedule.at.tzinfo is not None or schedule.at.second or schedule.at.microsecond:
        return "The time of a schedule is in whole minutes, without a time zone of its own."
    if _zone(schedule.zone) is None:
        return f"There is no time zone {schedule.zone!r}: give one such as America/New_York."
    return None


def next_run(schedule: Schedule, now: datetime) -> datetime:
    """Say when it runs next, after now.

    A time that the change of clocks leaves out is skipped, and one that comes twice is taken once, as the scheduler does.

    Returns: aware, in the partner's zone.
    Raises: ZoneInfoNotFoundError for a zone that check_schedule refuses.
    Source: S1; https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
    """
    zone = ZoneInfo(schedule.zone)
    local = now.astimezone(zone)
    for wall in _times(schedule, local.replace(tzinfo=None)):
        at = wall.replace(tzinfo=zone)
        exists = at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
        if exists and at.astimezone(UTC) > now:
            return at
    raise AssertionError(f"{schedule} never runs")


def tell_next(schedule: Schedule, now: datetime) -> str:
    """Say when it runs next, for people: "Monday, 2026-11-23 at 06:30 (America/New_York)"."""
    return f"{next_run(schedule, now):%A, %Y-%m-%d at %H:%M} ({schedule.zone})"


def _times(schedule: Schedule, wall: datetime) -> Iterator[datetime]:
    """Give the times of the clock on the wall at which it would run, from about now on."""
    hourly = schedule.every is Every.HOUR
    step = timedelta(hours=1) if hourly else timedelta(days=1)
    hour = wall.hour if hourly else schedule.at.hour
    at = wall.replace(hour=hour, minute=schedule.at.minute, second=0, microsecond=0, fold=0)
    last = at + _LOOKED_AHEAD
    while at <= last:
        if schedule.every is not Every.WEEKDAY or at.weekday() < _SATURDAY:
            yield at
        at += step


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # The last two: a name that is a path out of the database, or a folder of it.
        return None
