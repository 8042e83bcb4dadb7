"""What mirror_bill needs."""

from dataclasses import dataclass

from crossfoot.ledger import PATIENCE, Patience
from crossfoot.ports import (
    Attention,
    Book,
    Clock,
    Companies,
    Connections,
    EffectStore,
    History,
    Origins,
    Outbox,
    PayablesSettings,
    Queue,
    Systems,
)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs."""

    attention: Attention
    book: Book
    history: History
    effects: EffectStore
    payables_settings: PayablesSettings
    connections: Connections
    companies: Companies
    origins: Origins
    outbox: Outbox
    queue: Queue
    systems: Systems
    clock: Clock
    patience: Patience = PATIENCE
