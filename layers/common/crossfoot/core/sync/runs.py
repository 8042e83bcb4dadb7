"""Runs of the Sync Invoices tool: what each was asked to do, and what became of every bill (S2, S9, X3)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from crossfoot.core.model import Ref

# A run that did not move for so long is shown as stuck (X3).
STUCK_AFTER = timedelta(minutes=30)
# One that did not move for so long gives way to the next one.
ABANDONED_AFTER = timedelta(hours=2)
# So many findings at most are kept with a run: the checkup tells all of them.
MOST_FINDINGS = 20


class RunKind(StrEnum):
    """What a run does."""

    SYNC = "sync"
    UNDO = "undo"


class ItemState(StrEnum):
    """How far a bill has come in a run.

    WRITTEN stands in the accounting, and its ConnectWise batch is to come. CONFLICT stands in the accounting, and somebody
    else has batched it meanwhile.
    """

    WAITING = "waiting"
    WRITTEN = "written"
    DONE = "done"
    SKIPPED = "skipped"
    REFUSED = "refused"
    CONFLICT = "conflict"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({ItemState.WAITING, ItemState.WRITTEN})
# What a retry takes up again.
FAILED_STATES = frozenset({ItemState.REFUSED, ItemState.CONFLICT, ItemState.CANCELLED})


def gives_way_to(state: ItemState) -> frozenset[ItemState]:
    """Say from which states an item may come to be in another.

    Words come late: of a worker that was overtaken, or of one that cancels what another has begun. None of them takes
    back what stands in the books. The last word wins otherwise. Source: S2, X3.
    """
    match state:
        case ItemState.WAITING:
            return OPEN_STATES
        case ItemState.SKIPPED | ItemState.CANCELLED:
            return frozenset({ItemState.WAITING, state})
        case ItemState.WRITTEN | ItemState.REFUSED:
            return frozenset(ItemState) - {ItemState.DONE, ItemState.CONFLICT}
        case ItemState.CONFLICT:
            return frozenset(ItemState) - {ItemState.DONE}
        case ItemState.DONE:
            return frozenset(ItemState)


class RunState(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    STUCK = "stuck"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class RunItem:
    """A bill in a run.

    Takes: `previewed` is the digest of the entry that the partner saw, "" where none was shown; `digest` is that of what
    was written; `accounting_id` is the entry's id and `batch` the name of the ConnectWise batch, "" until they are there;
    `rule`, `code`, `sentence` and `fix` are as in Decision, "" while it waits.
    """

    bill: Ref
    number: str
    state: ItemState = ItemState.WAITING
    previewed: str = ""
    digest: str = ""
    accounting_id: str = ""
    batch: str = ""
    rule: str = ""
    code: str = ""
    sentence: str = ""
    fix: str = ""
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunFinding:
    """Something that was wrong with what the mappings point to, or renamed, when a run looked."""

    code: str
    sentence: str
    fix: str


@dataclass(frozen=True, slots=True)
class SyncRun:
    """A run over some bills.

    Takes: `by` is who began it ("partner", or "schedule"); `total` is how many bills it has; `cancelled_at` is when the
    partner stopped what had not started; `counts` of a finished run are how many bills ended how; `setup` names the
    choices that a schedule began it with; `findings` are at most MOST_FINDINGS.
    Units: times are aware UTC; `finished_at` is None while it runs.
    """

    id: str
    kind: RunKind
    by: str
    started_at: datetime
    moved_at: datetime
    total: int
    finished_at: datetime | None = None
    cancelled_at: datetime | None = None
    counts: Mapping[ItemState, int] = field(default_factory=dict)
    setup: str = ""
    findings: tuple[RunFinding, ...] = ()

    def state(self, now: datetime) -> RunState:
        """Say how it stands. Source: X3."""
        if self.finished_at is not None:
            return RunState.DONE
        return RunState.STUCK if now - self.moved_at > STUCK_AFTER else RunState.RUNNING

    def is_abandoned(self, now: datetime) -> bool:
        """Tell whether nobody goes on with it any more."""
        return self.finished_at is None and now - self.moved_at > ABANDONED_AFTER


def new_sync_run(kind: RunKind, by: str, total: int, now: datetime, token: str) -> SyncRun:
    """Make a run that begins now. Takes: `token` keeps two of one moment apart; by their ids, runs are in order of time."""
    return SyncRun(f"{now:%Y%m%dT%H%M%S.%fZ}-{token}", kind, by, started_at=now, moved_at=now, total=total)


def keep_findings(run: SyncRun, found: Iterable[RunFinding]) -> SyncRun:
    """Keep what was found with a run, behind what it has; the same again changes nothing. Source: S6."""
    return replace(run, findings=tuple(dict.fromkeys((*run.findings, *found)))[:MOST_FINDINGS])


def count_states(items: Iterable[RunItem]) -> dict[ItemState, int]:
    """Count how many bills are in which state; states that none is in are left out."""
    return dict(Counter(item.state for item in items))


def abandon(run: SyncRun, items: Iterable[RunItem], now: datetime) -> tuple[SyncRun, tuple[RunItem, ...]]:
    """End a run that stands still, so that another can begin.

    Returns: the run as it ended, and the items that had not started, which are cancelled.
    Source: X3.
    """
    stood = tuple(items)
    cancelled = {item.bill: _left_behind(item, now) for item in stood if item.state is ItemState.WAITING}
    counts = count_states(cancelled.get(item.bill, item) for item in stood)
    return replace(run, moved_at=now, finished_at=now, counts=counts), tuple(cancelled.values())


def _left_behind(item: RunItem, now: datetime) -> RunItem:
    return replace(
        item,
        state=ItemState.CANCELLED,
        rule="X3",
        code="run_abandoned",
        sentence="This run stood still before it came to this invoice, and another run was begun instead.",
        fix="Choose the invoice again, or retry this run's failed invoices.",
        settled_at=now,
    )
