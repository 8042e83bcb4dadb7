"""What sync_payables needs."""

from dataclasses import dataclass
from typing import Protocol

from crossfoot.ports import (
    Book,
    Clock,
    Companies,
    Connections,
    EffectStore,
    History,
    Origins,
    Outbox,
    PayablesSettings,
    PayableSyncs,
    Queue,
    Systems,
)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs."""

    book: Book
    clock: Clock
    companies: Companies
    connections: Connections
    effects: EffectStore
    history: History
    origins: Origins
    outbox: Outbox
    payable_syncs: PayableSyncs
    payables_settings: PayablesSettings
    queue: Queue
    systems: Systems


class Closing(Protocol):
    """What is needed to end a sync; the ports of whoever sends its records off offer it."""

    @property
    def clock(self) -> Clock: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def payable_syncs(self) -> PayableSyncs: ...
