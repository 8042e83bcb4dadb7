"""Cursors, runs, turns and filters in memory, with the same conditions as the real table."""

from dataclasses import replace
from datetime import datetime, timedelta

from crossfoot.core.fetching import FetchRun, Progress
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import System
from crossfoot.errors import Conflict, Rejected
from crossfoot.ports import Clock, Position, RunPage


class FakeFetchRuns:
    """Runs; `cursors` holds how far each system was read, which a run from the start sets back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.runs: dict[tuple[str, str], FetchRun] = {}
        self.cursors: dict[tuple[str, System], Position] = {}
        self.walks: dict[tuple[str, str], str] = {}
        self._walk_of: dict[tuple[str, str], str] = {}

    def begin(self, tenant: str, run: FetchRun, *, from_start: bool = False) -> FetchRun:
        if (tenant, run.id) in self.runs:
            return self.runs[tenant, run.id]
        position = self.cursors.get((tenant, run.system), Position())
        if position.run and not from_start:
            return self.runs[tenant, position.run]
        if position.run:
            self._replace(tenant, position.run)
        self.runs[tenant, run.id] = run
        self.cursors[tenant, run.system] = Position("" if from_start else position.cursor, run.id)
        return run

    def begin_walk(self, tenant: str, run: FetchRun) -> FetchRun:
        if (tenant, run.id) in self.runs:
            return self.runs[tenant, run.id]
        current = self.runs.get((tenant, self._walk_of.get((tenant, run.walk), "")))
        if current is not None and current.finished_at is None:
            if current.kind is run.kind:
                return current
            self._replace(tenant, current.id)
        self.runs[tenant, run.id] = run
        self.walks[tenant, run.id] = ""
        self._walk_of[tenant, run.walk] = run.id
        return run

    def load_walk(self, tenant: str, run_id: str) -> tuple[FetchRun, str] | None:
        if (tenant, run_id) not in self.walks:
            return None
        return self.runs[tenant, run_id], self.walks[tenant, run_id]

    def move_walk(self, tenant: str, seen: tuple[FetchRun, str], to: str, progress: Progress, *, done: bool) -> None:
        run, at = seen
        stands = self.load_walk(tenant, run.id)
        if stands is None or stands[1] != at or stands[0].finished_at is not None:
            raise Conflict(f"run {run.id} was moved")
        self.walks[tenant, run.id] = to
        self.advance(tenant, run.id, progress, done=done)

    def load(self, tenant: str, run_id: str) -> FetchRun | None:
        return self.runs.get((tenant, run_id))

    def list_runs(self, tenant: str, *, cursor: str, limit: int) -> RunPage:
        mine = [run for (owner, _), run in self.runs.items() if owner == tenant]
        mine.sort(key=lambda run: (run.started_at, run.id), reverse=True)
        places = [f"{run.started_at.isoformat()}#{run.id}" for run in mine]
        if cursor and cursor not in places:
            raise Rejected("cursor_invalid", "this page cursor does not belong to this list", "Start again without it.")
        start = places.index(cursor) + 1 if cursor else 0
        end = start + limit
        return RunPage(tuple(mine[start:end]), places[end - 1] if end < len(mine) else "")

    def _replace(self, tenant: str, run_id: str) -> None:
        ended = self.advance(tenant, run_id, Progress(), done=True)
        self.runs[tenant, run_id] = replace(ended, replaced=True)

    def advance(self, tenant: str, run_id: str, progress: Progress, *, done: bool) -> FetchRun:
        """Move a run on."""
        now = self._clock.now()
        run = self.runs[tenant, run_id]
        moved = replace(run, moved_at=now, progress=run.progress + progress, finished_at=now if done else None)
        self.runs[tenant, run_id] = moved
        return moved


class FakeCursors:
    """Cursors that move only from where they were seen."""

    def __init__(self, runs: FakeFetchRuns) -> None:
        self._runs = runs

    def load(self, tenant: str, system: System) -> Position:
        return self._runs.cursors.get((tenant, system), Position())

    def move(
        self, tenant: str, system: System, seen: Position, cursor: str, progress: Progress, *, done: bool
    ) -> FetchRun | None:
        if self.load(tenant, system) != seen:
            raise Conflict(f"the {system} cursor of {tenant} was moved")
        self._runs.cursors[tenant, system] = Position(cursor, "" if done else seen.run)
        if not seen.run:
            return None
        run = self._runs.advance(tenant, seen.run, progress, done=done)
        return run if done else None


class FakeLimits:
    """Turns and when each is free again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.free_at: dict[tuple[str, str], datetime] = {}

    def take(self, tenant: str, what: str, every: timedelta) -> datetime | None:
        now = self._clock.now()
        free_at = self.free_at.get((tenant, what), now)
        if free_at > now:
            return free_at
        self.free_at[tenant, what] = now + every
        return None

    def give_back(self, tenant: str, what: str) -> None:
        self.free_at.pop((tenant, what), None)


class FakeFilters:
    """Import filters by partner."""

    def __init__(self) -> None:
        self.filters: dict[str, ImportFilters] = {}

    def load(self, tenant: str) -> ImportFilters:
        return self.filters.get(tenant, ImportFilters())

    def save(self, tenant: str, filters: ImportFilters) -> None:
        self.filters[tenant] = filters
