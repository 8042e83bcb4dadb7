"""A sync on its way: each move of it is one conditional write (B7, X3)."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from crossfoot.core.pacing import Pace
from crossfoot.core.payables.syncs import PayableSync, SyncStage
from crossfoot.messages import SyncPayables
from crossfoot.ports import Outgoing
from crossfoot.steps.sync_payables.needs import Closing, Ports
from crossfoot.steps.sync_payables.outgoing import count_held_up, to_message


class Running:
    """A partner's sync, as this invocation works on it."""

    def __init__(self, tenant: str, sync: PayableSync, ports: Ports, remaining_ms: Callable[[], int]) -> None:
        self.tenant, self.sync = tenant, sync
        self._ports, self._pace = ports, Pace(remaining_ms)

    def move(self, **changes: Any) -> None:
        """Store how far it has come. Raises: Conflict when somebody else moved it."""
        moved = replace(self.sync, moved_at=self._ports.clock.now(), **changes)
        self._ports.payable_syncs.replace(self.tenant, self.sync, moved)
        self.sync = moved

    def has_time(self) -> bool:
        """Tell, after a round, whether another one may begin."""
        return self._pace.has_time()

    def go_on_later(self) -> None:
        """Let the rest go on by message."""
        self._ports.queue.send([SyncPayables(tenant=self.tenant, sync=self.sync.id, because=self.where())])

    def send_off(self, outgoing: Iterable[Outgoing]) -> None:
        """Have records of the platform mirrored for this sync."""
        because = self.where()
        self._ports.queue.send([to_message(self.tenant, each, self.sync.id, because) for each in outgoing])

    def where(self) -> str:
        """Name the place where it is: what is sent again from there is the same message."""
        at = hashlib.sha256(f"{self.sync.cursor} {self.sync.place}".encode()).hexdigest()[:16]
        return f"{self.sync.stage} since {self.sync.moved_at.isoformat()} at {at}"


def finish(tenant: str, sync: PayableSync, now: datetime, ports: Closing) -> None:
    """End a sync that did its work, and keep with it how much of that was in vain. Raises: Conflict when it moved."""
    held_up = count_held_up(tenant, sync, ports.outbox) if sync.queued else 0
    done = replace(sync, stage=SyncStage.DONE, moved_at=now, finished_at=now, held_up=held_up)
    ports.payable_syncs.replace(tenant, sync, done)
