"""What mirror_payment needs."""

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
    Matches,
    Origins,
    PreferencesStore,
    Queue,
    Systems,
    Waiting,
)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs."""

    attention: Attention
    book: Book
    history: History
    effects: EffectStore
    matches: Matches
    preferences: PreferencesStore
    connections: Connections
    companies: Companies
    origins: Origins
    waiting: Waiting
    queue: Queue
    systems: Systems
    clock: Clock
    patience: Patience = PATIENCE
