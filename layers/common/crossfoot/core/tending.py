"""What is worth a warning about a connection before it fails (C7, I5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crossfoot.core.model import SYSTEM_NAMES, Kind, System

FORECAST = timedelta(days=30)
# Begins the reason of a connection whose system answers a read by a refusal.
REFUSES = "It refuses to be read: "

_KEPT = "They are kept here as they were."
_MANY = {Kind.CUSTOMER: "companies", Kind.INVOICE: "invoices"}


@dataclass(frozen=True, slots=True)
class Worry:
    """Something that the partner should know of a connection that works."""

    reason: str
    fix: str


def forecast_end(system: System, ends_at: datetime | None, now: datetime) -> Worry | None:
    """Say that a connection's credentials come to their end of life soon. Source: C7."""
    if ends_at is None or ends_at - now > FORECAST:
        return None
    name = SYSTEM_NAMES[system]
    reason = f"{name} ends this connection on {ends_at:%Y-%m-%d}, because its consent comes to the end of its life."
    return Worry(reason, f"Connect {name} again before then; everything stays as it is.")


def too_many_gone(kind: Kind, gone: int, known: int) -> Worry:
    """Say that more is missing than anybody deletes, and is not believed. Source: I5."""
    reason = f"ConnectWise shows {gone:,} of {known:,} {_MANY[kind]} no longer. {_KEPT}"
    fix = (
        'Look at the API member\'s security role: it may have been changed from "All" to "My". '
        "If they were really deleted, archive them here."
    )
    return Worry(reason, fix)


def tells_of_many_gone(reason: str) -> bool:
    """Tell whether a reason says, among others, that more is missing than anybody deletes."""
    return _KEPT in reason


def tells_of_refusal(reason: str) -> bool:
    """Tell whether a reason says that a system refuses to be read."""
    return reason.startswith(REFUSES)


def say(worries: Sequence[Worry]) -> tuple[str, str]:
    """Put worries into one reason and one fix; "" and "" for none."""
    return " ".join(each.reason for each in worries), " ".join(each.fix for each in worries)
