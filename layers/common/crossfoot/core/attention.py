"""What needs the partner's attention: parked records, by what holds them, and what mends it (X1, X3)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from crossfoot.core.decisions import Decision, Outcome
from crossfoot.core.model import Ref
from crossfoot.core.remedies import BY_ITSELF, Remedy, remedy_of

# So many records of a cause are counted; where there are more, that is said instead.
COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Cause:
    """What holds some records up.

    Takes: `count` and `ignored` go up to COUNTED, and `is_more` and `is_more_ignored` say that there are further ones;
    `oldest_since` is None where all are ignored, and of those counted.
    """

    code: str
    count: int = 0
    is_more: bool = False
    ignored: int = 0
    is_more_ignored: bool = False
    oldest_since: datetime | None = None

    @property
    def remedy(self) -> Remedy:
        """Say what it is, and what mends it."""
        return remedy_of(self.code)


@dataclass(frozen=True, slots=True)
class Reason:
    """One decision that holds a record up.

    Takes: `since` is when its code first did, `ignored_at` when the partner said not to be told of it, or None.
    Units: times are aware UTC.
    """

    decision: Decision
    since: datetime
    ignored_at: datetime | None = None

    @property
    def code(self) -> str:
        """Name the cause."""
        return self.decision.code


@dataclass(frozen=True, slots=True)
class Parked:
    """A record, and what holds it up, sorted by code and one of each at most; nothing, where it goes on."""

    record: Ref
    reasons: tuple[Reason, ...] = ()

    def under(self, code: str) -> Reason | None:
        """Find the reason with a code."""
        return next((reason for reason in self.reasons if reason.code == code), None)


def note_reasons(before: Parked, decisions: Iterable[Decision], now: datetime) -> Parked:
    """Say what holds a record up now. What held it before keeps its time, and stays ignored; a new cause is not.

    Takes: all that was decided on the record just now; of a code the first counts.
    """
    held: dict[str, Decision] = {}
    for decision in decisions:
        if decision.outcome in (Outcome.WAITS, Outcome.REFUSED) and decision.code not in BY_ITSELF:
            held.setdefault(decision.code, decision)
    return replace(before, reasons=tuple(_go_on(before.under(code), held[code], now) for code in sorted(held)))


def add_reason(before: Parked, decision: Decision, now: datetime) -> Parked:
    """Say that something holds a record up beside what held it before, which is not looked at."""
    others = (reason for reason in before.reasons if reason.code != decision.code)
    added = _go_on(before.under(decision.code), decision, now)
    return replace(before, reasons=tuple(sorted((*others, added), key=lambda reason: reason.code)))


def _go_on(before: Reason | None, decision: Decision, now: datetime) -> Reason:
    return replace(before, decision=decision) if before is not None else Reason(decision, now)


def ignore(parked: Parked, codes: Iterable[str], now: datetime) -> Parked:
    """Take the partner's word that a record needs no attention, for some causes; none named means all of them."""
    chosen = frozenset(codes)
    return replace(parked, reasons=tuple(_marked(each, chosen, each.ignored_at or now) for each in parked.reasons))


def heed(parked: Parked, codes: Iterable[str]) -> Parked:
    """Take such a word back; no code named means all of them."""
    chosen = frozenset(codes)
    return replace(parked, reasons=tuple(_marked(each, chosen, None) for each in parked.reasons))


def _marked(reason: Reason, chosen: frozenset[str], at: datetime | None) -> Reason:
    return replace(reason, ignored_at=at) if not chosen or reason.code in chosen else reason
