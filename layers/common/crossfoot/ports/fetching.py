"""How far each system was read, the runs that a partner is told of, and how often it may start one (I7, C6, X3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from crossfoot.core.fetching import FetchRun, Progress
from crossfoot.core.model import System


@dataclass(frozen=True, slots=True)
class Position:
    """How far a system was read ("" before the first import), and the run that is on its way over it ("" for none)."""

    cursor: str = ""
    run: str = ""


class Cursors(Protocol):
    """How far each system was read."""

    def load(self, tenant: str, system: System) -> Position:
        """Read it, consistently."""
        ...

    def move(
        self, tenant: str, system: System, seen: Position, cursor: str, progress: Progress, *, done: bool
    ) -> FetchRun | None:
        """Move a cursor on, and with it the run that is on its way, in one transaction.

        Takes: `progress` is what this move adds; `done` ends the run. A cursor that stays where it is still moves its run.
        Returns: the run when this ended one.
        Raises: Conflict when cursor or run are no longer what was seen.
        """
        ...


@dataclass(frozen=True, slots=True)
class RunPage:
    """A page of runs, newest first, and where the next one starts ("" after the last)."""

    runs: tuple[FetchRun, ...]
    next_cursor: str


class FetchRuns(Protocol):
    """The runs that a partner is told of."""

    def begin(self, tenant: str, run: FetchRun, *, from_start: bool = False) -> FetchRun:
        """Set a run on its way over its system, or join the one that is.

        Takes: `from_start` sets the cursor back, so that everything is read again; a run on its way is then replaced.
        Returns: the run that is on its way now.
        """
        ...

    def begin_walk(self, tenant: str, run: FetchRun) -> FetchRun:
        """Begin a run that has a walk of its own, over unpaid invoices or what lies outside the filters.

        Returns: the one on its way over the same that does the same; one that does something else is replaced.
        """
        ...

    def load_walk(self, tenant: str, run_id: str) -> tuple[FetchRun, str] | None:
        """Read such a run, and how far it walked."""
        ...

    def move_walk(self, tenant: str, seen: tuple[FetchRun, str], to: str, progress: Progress, *, done: bool) -> None:
        """Move such a run on. Raises: Conflict when it is no longer where it was seen."""
        ...

    def load(self, tenant: str, run_id: str) -> FetchRun | None:
        """Read a run."""
        ...

    def list_runs(self, tenant: str, *, cursor: str, limit: int) -> RunPage:
        """Read a page of runs, newest first. Raises: Rejected("cursor_invalid")."""
        ...


class Limits(Protocol):
    """How often a partner may do something. The time is compared in the condition of the write."""

    def take(self, tenant: str, what: str, every: timedelta) -> datetime | None:
        """Use the turn up. Returns: None when it was free, else when it will be."""
        ...

    def give_back(self, tenant: str, what: str) -> None:
        """Free the turn again, because what it was taken for could not be begun."""
        ...
