"""What sync_batch needs."""

from dataclasses import dataclass

from crossfoot.ledger import PATIENCE, Patience
from crossfoot.ports import (
    Attention,
    Book,
    Clock,
    Companies,
    Connections,
    EffectStore,
    Entries,
    History,
    PreferencesStore,
    Queue,
    SyncRuns,
    SyncSettings,
    Systems,
)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs. Takes: `patience` fits the timeout of the function that the step runs in."""

    attention: Attention
    book: Book
    clock: Clock
    companies: Companies
    connections: Connections
    effects: EffectStore
    entries: Entries
    history: History
    preferences: PreferencesStore
    queue: Queue
    sync_runs: SyncRuns
    sync_settings: SyncSettings
    systems: Systems
    patience: Patience = PATIENCE
