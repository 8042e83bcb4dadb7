"""How far a comparison of a partner's books has come, and what it found by then (X4, X3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from crossfoot.core.crossfoot import MAX_DIFFERENCES, Difference, Report
from crossfoot.core.fetching import STUCK_AFTER, FetchState
from crossfoot.core.model import ACCOUNTING, PSA, System

# One that did not move for so long is driven by nobody any more: redelivery lasts for four hours. What it counted by then
# is too old to go on from.
ABANDONED_AFTER = timedelta(hours=12)


class Stage(StrEnum):
    """What a comparison does, in this order."""

    REREAD_PSA = "reread_psa"
    REREAD_ACCOUNTING = "reread_accounting"
    COMPARE = "compare"
    COUNT_PAYMENTS = "count_payments"


REREADS = {Stage.REREAD_PSA: PSA, Stage.REREAD_ACCOUNTING: ACCOUNTING}


@dataclass(frozen=True, slots=True)
class Tally:
    """What was found: in one page, or by now.

    Takes: `one_sided` counts invoices without a copy by reason; `differences` holds at most MAX_DIFFERENCES of those
    that `difference_count` counts; `unread` says why a system was not read afresh, by system.
    """

    pairs: int = 0
    payments: int = 0
    difference_count: int = 0
    one_sided: Mapping[str, int] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    unread: Mapping[System, str] = field(default_factory=dict)

    def __add__(self, other: "Tally") -> "Tally":
        reasons = {**self.one_sided, **other.one_sided}
        return Tally(
            self.pairs + other.pairs,
            self.payments + other.payments,
            self.difference_count + other.difference_count,
            {reason: self.one_sided.get(reason, 0) + other.one_sided.get(reason, 0) for reason in reasons},
            (*self.differences, *other.differences)[:MAX_DIFFERENCES],
            {**self.unread, **other.unread},
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison on its way. Place and tally move together, so that no page counts twice.

    Takes: `live` reads the accounting afresh too; `place` is where its stage goes on ("" at the beginning); `moves` counts
    the pages that were done.
    Units: times are aware UTC; `finished_at` is None while it is on its way.
    """

    id: str
    live: bool
    every_payment: bool
    started_at: datetime
    moved_at: datetime
    stage: Stage = Stage.REREAD_PSA
    place: str = ""
    moves: int = 0
    tally: Tally = field(default_factory=Tally)
    finished_at: datetime | None = None

    def moved(self, place: str, found: Tally, now: datetime) -> "Comparison":
        """Give it as it stands after a page. Takes: `place` is "" at the end of a stage; the last one ends it all."""
        stage = self.stage if place else _next_stage(self)
        return replace(
            self,
            moved_at=now,
            stage=stage or self.stage,
            place=place,
            moves=self.moves + 1,
            tally=self.tally + found,
            finished_at=None if stage else now,
        )

    def is_abandoned(self, now: datetime) -> bool:
        """Tell whether nobody goes on with it any more."""
        return self.finished_at is None and now - self.moved_at > ABANDONED_AFTER

    def state(self, now: datetime) -> FetchState:
        """Say how it stands. Source: X3."""
        if self.finished_at is not None:
            return FetchState.DONE
        return FetchState.STUCK if now - self.moved_at > STUCK_AFTER else FetchState.RUNNING


def _next_stage(comparison: Comparison) -> Stage | None:
    stages = [stage for stage in Stage if comparison.live or stage is not Stage.REREAD_ACCOUNTING]
    following = stages.index(comparison.stage) + 1
    return stages[following] if following < len(stages) else None


def report_on(comparison: Comparison, at: datetime) -> Report:
    """Put the report of a comparison together. Source: X4."""
    tally = comparison.tally
    return Report(
        started_at=comparison.started_at,
        at=at,
        live=comparison.live and not tally.unread,
        invoices=tally.pairs + sum(tally.one_sided.values()),
        pairs=tally.pairs,
        payments=tally.payments,
        difference_count=tally.difference_count,
        one_sided=dict(tally.one_sided),
        differences=tally.differences,
        unread=dict(tally.unread),
    )
