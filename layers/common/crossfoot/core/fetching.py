"""Runs: the fetches that a partner is told about, and how far each has come (I7, C4, C6, X3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from crossfoot.core.model import System

# The partner may press each once in so long (I7).
FETCH_NEW_DATA_EVERY = timedelta(hours=1)
FETCH_UNPAID_EVERY = timedelta(hours=12)
# A run that did not move for so long is shown as stuck (X3); queues deliver again long before.
STUCK_AFTER = timedelta(minutes=30)


class FetchKind(StrEnum):
    """What began a run."""

    FIRST_IMPORT = "first_import"
    CATCH_UP = "catch_up"
    RESYNC = "resync"
    NEW_DATA = "new_data"
    UNPAID_INVOICES = "unpaid_invoices"
    ARCHIVE_OUTSIDE = "archive_outside"
    RESTORE_OUTSIDE = "restore_outside"


# Walks over the records of the book that lie outside the import filters, one at a time (C5).
WALKS_OUTSIDE = frozenset({FetchKind.ARCHIVE_OUTSIDE, FetchKind.RESTORE_OUTSIDE})
# Runs that count what lies outside the import filters: the newest of them knows (C5).
COUNT_OUTSIDE = WALKS_OUTSIDE | {FetchKind.RESYNC}


class FetchState(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    STUCK = "stuck"
    DONE = "done"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run, or a part of one, did.

    Takes: `read` counts records by kind (those that were new or different, of a run that looks for news; those that were
    archived or brought back, of a walk over what lies outside the filters); `unreadable` those
    that could not be kept exactly; `outside` those of the book that the import filters would no longer let in (C5).
    """

    read: Mapping[str, int] = field(default_factory=dict)
    unreadable: int = 0
    outside: int = 0

    def __add__(self, other: "Progress") -> "Progress":
        read = {kind: self.read.get(kind, 0) + other.read.get(kind, 0) for kind in {**self.read, **other.read}}
        return Progress(read, self.unreadable + other.unreadable, self.outside + other.outside)

    @property
    def total(self) -> int:
        """Count all that was read."""
        return sum(self.read.values())


@dataclass(frozen=True, slots=True)
class FetchRun:
    """A run of a partner over one system. Its progress moves together with the cursor, so nothing is counted twice.

    Takes: `replaced` where it ended because a newer one took its place, and not because all was done.
    Units: times are aware UTC; `finished_at` is None while it runs.
    """

    id: str
    system: System
    kind: FetchKind
    started_at: datetime
    moved_at: datetime
    progress: Progress = field(default_factory=Progress)
    finished_at: datetime | None = None
    replaced: bool = False

    @property
    def walk(self) -> str:
        """Name what a run with a walk of its own goes over: over each, one is on its way at a time."""
        return "outside" if self.kind in WALKS_OUTSIDE else self.system

    def state(self, now: datetime) -> FetchState:
        """Say how it stands. Source: X3."""
        if self.finished_at is not None:
            return FetchState.REPLACED if self.replaced else FetchState.DONE
        return FetchState.STUCK if now - self.moved_at > STUCK_AFTER else FetchState.RUNNING


def new_run(system: System, kind: FetchKind, now: datetime, token: str) -> FetchRun:
    """Make a run that begins now. Takes: `token` keeps two of one moment apart; by their ids, runs are in order of time."""
    return FetchRun(f"{now:%Y%m%dT%H%M%S.%fZ}-{token}", system, kind, started_at=now, moved_at=now)


def count(kinds: Iterable[str], unreadable: int = 0, outside: int = 0) -> Progress:
    """Count what one window held."""
    read: dict[str, int] = {}
    for kind in kinds:
        read[kind] = read.get(kind, 0) + 1
    return Progress(read, unreadable, outside)


_WORDS = {
    "customer": ("customer", "customers"),
    "invoice": ("invoice", "invoices"),
    "payment": ("payment", "payments"),
    "credit_memo": ("credit memo", "credit memos"),
    "deposit": ("deposit", "deposits"),
}


def describe_walk(kind: FetchKind, progress: Progress) -> str:
    """Say in words what a walk over what lies outside the import filters did. Source: C5."""
    if kind is FetchKind.ARCHIVE_OUTSIDE:
        if not progress.total:
            return "Nothing was archived: nothing else lies outside the import filters"
        return f"Archived what the import filters no longer let in: {describe(progress)}"
    if not progress.total:
        return "Nothing was brought back: nothing was archived as outside the import filters"
    return f"Brought back what was archived as outside the import filters: {describe(progress)}"


def describe(progress: Progress) -> str:
    """Say in words what a run read. Source: C6."""
    parts = [f"{number:,} {_WORDS[kind][number != 1]}" for kind, number in progress.read.items() if number]
    if progress.unreadable:
        parts.append(f"{progress.unreadable:,} that could not be kept exactly")
    *first, last = parts or ["nothing was new"]
    return f"{', '.join(first)} and {last}" if first else last
