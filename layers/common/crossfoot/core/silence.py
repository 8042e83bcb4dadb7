"""When a system that does not answer is worth a word to the partner, and which (C7)."""

from datetime import datetime, timedelta

from crossfoot.core.model import SYSTEM_NAMES, System
from crossfoot.core.tending import Worry

# Every vendor has a minute without an answer now and then, of which nobody needs to hear. Work that failed is tried again
# within a quarter of an hour at the latest, so an outage is told by its second or third attempt.
WORTH_TELLING = timedelta(minutes=10)


def is_worth_telling(since: datetime, now: datetime) -> bool:
    """Tell whether reads that have failed since a time, and failed again now, are worth a word. Source: C7."""
    return now - since >= WORTH_TELLING


def tell_silence(system: System, since: datetime) -> Worry:
    """Say that a system does not answer. There is nothing for the partner to do. Source: C7."""
    name = SYSTEM_NAMES[system]
    fix = f"Nothing for you to do: nothing is lost, and what changed is read when {name} answers again."
    return Worry(f"{name} has not answered since {since:%Y-%m-%d %H:%M} UTC.", fix)


def tell_answer(system: System, since: datetime) -> str:
    """Say in a connection's history that its system answers again. Source: C7."""
    return f"{SYSTEM_NAMES[system]} answers again. It had not since {since:%Y-%m-%d %H:%M} UTC."
