"""Syncs of payables: runs that read the accounting, and send what waits to go out (B7, X3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

# After the last sync, whoever started it. A little less than the day, so that an hourly sweep does not skip a turn. (B7)
SYNC_EVERY = timedelta(hours=23, minutes=30)
STUCK_AFTER = timedelta(minutes=30)


class SyncStarter(StrEnum):
    """Who began a sync."""

    PERSON = "person"
    AUTO_SYNC = "auto_sync"


class SyncStage(StrEnum):
    """How far a sync has come: it reads the accounting, then it sends what waits, then it is over."""

    READING = "reading"
    SENDING = "sending"
    DONE = "done"


class SyncState(StrEnum):
    """How a sync stands (X3)."""

    RUNNING = "running"
    STUCK = "stuck"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PayableSync:
    """A sync of a partner.

    Takes: `cursor` is how far the accounting was read; `read` counts the records by kind, `left_out` those among them
    that do not come (B1, B2, B5, B6), `unreadable` those that cannot be kept exactly; `queued` counts what was sent off,
    and `place` is where the walk over the outbox goes on; `held_up` counts what of that was tried in vain, once it is over;
    `problem` and `fix` say why it ended without having done its work, "" where it did.
    Units: times are aware UTC; `finished_at` is None while it runs.
    """

    id: str
    starter: SyncStarter
    started_at: datetime
    moved_at: datetime
    stage: SyncStage = SyncStage.READING
    cursor: str = ""
    read: Mapping[str, int] = field(default_factory=dict)
    left_out: int = 0
    unreadable: int = 0
    queued: int = 0
    place: str = ""
    held_up: int = 0
    finished_at: datetime | None = None
    problem: str = ""
    fix: str = ""

    def state(self, now: datetime) -> SyncState:
        """Say how it stands. Source: X3."""
        if self.finished_at is not None:
            return SyncState.FAILED if self.problem else SyncState.DONE
        return SyncState.STUCK if now - self.moved_at > STUCK_AFTER else SyncState.RUNNING


def new_sync(starter: SyncStarter, now: datetime, token: str) -> PayableSync:
    """Make a sync that begins now.

    Takes: `token` keeps two of one moment apart; by their ids, syncs are in order of time.
    """
    return PayableSync(f"{now:%Y%m%dT%H%M%S.%fZ}-{token}", starter, started_at=now, moved_at=now)
