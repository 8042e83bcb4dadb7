"""What a partner was told by e-mail of a connection, or of a day: each turn once, at worst twice, however many failures."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from crossfoot.core.model import System
from crossfoot.core.tending import Worry

# Longer than a mail takes to be handed over. A worker that holds a notice longer is gone.
LEASE = timedelta(seconds=90)
# SES has no idempotency key and cannot be asked what it sent: a mail whose answer was lost is sent once more, and no more.
MAX_TRIES = 2


class Health(StrEnum):
    """How a connection stands, as far as a partner is told of it."""

    WELL = "well"
    WARNED = "warned"
    SILENT = "silent"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Checkup:
    """How a connection stands now, and what is to be said of it.

    Takes: `since` tells one turn from the next of its kind, "" where one is not told from another.
    """

    system: System
    account_name: str
    health: Health
    worries: tuple[Worry, ...] = ()
    since: str = ""

    @property
    def mark(self) -> str:
        """Name the turn; "" where all is well."""
        return "" if self.health is Health.WELL else f"{self.health} {self.since}".strip()


def health_of(mark: str) -> Health:
    """Read a turn's mark."""
    return Health(mark.partition(" ")[0]) if mark else Health.WELL


@dataclass(frozen=True, slots=True)
class Notice:
    """What a partner was told last of one matter, or is being told.

    Takes: `mark` names it; `tries` counts how often a mail of it was handed over without an answer that we know, 0 for
    what is told; `told` is what was told before it; `revision` counts changes, 0 for what was never told of.
    """

    mark: str = ""
    told: str = ""
    tries: int = 0
    leased_until: datetime | None = None
    revision: int = 0

    def is_held(self, now: datetime) -> bool:
        """Tell whether a worker may be handing a mail over just now."""
        return self.leased_until is not None and now < self.leased_until

    def told_before(self, wanted: str) -> str:
        """Say what counts as told when a matter is to be told.

        A mail whose answer was lost is not told while it may be sent again, and counts as told for all that follows.
        """
        open_still = self.tries and self.mark == wanted and self.tries < MAX_TRIES
        return self.told if open_still else self.mark

    def begun(self, wanted: str, now: datetime) -> "Notice":
        """Take it for one try."""
        again = self.tries if self.tries and self.mark == wanted else 0
        return replace(self, mark=wanted, told=self.told_before(wanted), tries=again + 1, leased_until=now + LEASE)

    def ended(self, mark: str) -> "Notice":
        """Say what is told now."""
        return replace(self, mark=mark, told="", tries=0, leased_until=None)

    def is_told(self, mark: str) -> bool:
        """Tell whether this is what was told, and nothing is open of it."""
        return self.mark == mark and not self.tries
