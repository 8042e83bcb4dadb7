"""What was decided and done: history, effects, preferences, filters, rights, reports."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crossfoot.core.comparing import Comparison
from crossfoot.core.crossfoot import Report
from crossfoot.core.decisions import Decision
from crossfoot.core.effects import Effect
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import Ref
from crossfoot.core.preferences import Preferences
from crossfoot.core.rights import RightsReport


@dataclass(frozen=True, slots=True)
class Dated[T]:
    """Something with the time when it was recorded (aware UTC)."""

    at: datetime
    item: T


class History(Protocol):
    """The decisions on every record (X1)."""

    def save(self, tenant: str, decisions: Sequence[Decision]) -> None:
        """Add decisions. One that equals the record's newest is not repeated."""
        ...

    def load(self, tenant: str, record: Ref) -> tuple[Dated[Decision], ...]:
        """Read a record's decisions, oldest first."""
        ...

    def load_many(self, tenant: str, records: Iterable[Ref]) -> dict[Ref, tuple[Dated[Decision], ...]]:
        """Read the decisions of many records side by side, each as by `load`; every record has an entry."""
        ...


class EffectStore(Protocol):
    """Where effects live. Every change is one conditional write on the fence that was seen; a lost race is Conflict."""

    def load_latest(self, tenant: str, kind: str, subject: Ref) -> Effect | None:
        """Read the subject's newest effect, consistently."""
        ...

    def load_latest_of(self, tenant: str, kind: str, subjects: Iterable[Ref]) -> dict[Ref, Effect]:
        """Read the newest effect of many subjects; subjects without one are left out."""
        ...

    def load_all(self, tenant: str, subject: Ref) -> tuple[Effect, ...]:
        """Read every effect on a subject, oldest first."""
        ...

    def insert(self, effect: Effect) -> bool:
        """Store a new generation; False when that generation exists already."""
        ...

    def replace(self, seen: Effect, new: Effect) -> None:
        """Store `new` in place of `seen`. Raises: Conflict when the stored fence is not `seen.fence`."""
        ...


class PreferencesStore(Protocol):
    """The partner's preferences."""

    def load(self, tenant: str) -> Preferences:
        """Read them; what was never set has its default."""
        ...

    def save(self, tenant: str, preferences: Preferences) -> None:
        """Store them whole."""
        ...


class FilterStore(Protocol):
    """The partner's import filters (C4)."""

    def load(self, tenant: str) -> ImportFilters:
        """Read them; open when never set."""
        ...

    def save(self, tenant: str, filters: ImportFilters) -> None:
        """Store them whole."""
        ...


class RightsStore(Protocol):
    """What the newest test of the rights in ConnectWise found (C3)."""

    def load(self, tenant: str) -> RightsReport | None:
        """Read it; None where there was none yet."""
        ...

    def save(self, tenant: str, tested: RightsReport) -> None:
        """Store it in place of the one before."""
        ...


class Reports(Protocol):
    """Comparisons of the books on their way, and the reports that they end with (X4)."""

    def begin(self, tenant: str, comparison: Comparison) -> Comparison:
        """Begin a comparison, unless another one is under way: a partner has one at a time.

        Returns: the one under way, or this one as it stands by now, finished too. One that was abandoned gives way,
        and is begun anew by its own message.
        """
        ...

    def move(self, tenant: str, seen: Comparison, to: Comparison) -> None:
        """Store how far a comparison has come; one that is finished leaves its report as the newest, in the same write.

        Raises: Conflict when it is no longer where it was seen.
        """
        ...

    def load_under_way(self, tenant: str) -> Comparison | None:
        """Read the comparison that is under way."""
        ...

    def load_newest(self, tenant: str) -> Report | None:
        """Read the newest report."""
        ...
