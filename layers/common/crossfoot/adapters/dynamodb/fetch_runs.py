"""The runs that a partner is told of: begun once, joined by whoever wants the same, listed newest first (I7, X3)."""

from itertools import islice

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.cursors import load_position, put_position
from crossfoot.adapters.dynamodb.failures import TransactionFailed
from crossfoot.adapters.dynamodb.paging import from_cursor, name_list, require_limit, to_cursor
from crossfoot.adapters.dynamodb.runs import KEPT_FOR, moved, to_item, to_run
from crossfoot.adapters.dynamodb.table import MISSING, Put, Table, When, Write
from crossfoot.adapters.dynamodb.values import Plain, text
from crossfoot.core.fetching import FetchRun, Progress
from crossfoot.errors import Conflict
from crossfoot.ports import Clock, Position, RunPage

BEGIN_ATTEMPTS = 5
# One that ended a moment ago is done, and not replaced.
_ON_ITS_WAY = When("attribute_exists(#pk) AND attribute_not_exists(#finished_at)")


class TableFetchRuns:
    """The port FetchRuns in our table."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def begin(self, tenant: str, run: FetchRun, *, from_start: bool = False) -> FetchRun:
        """Set a run on its way over its system, or join the one that is; one that was begun before is given as it is.

        Raises: Conflict when cursor and run keep changing under our hands.
        """
        for _ in range(BEGIN_ATTEMPTS):
            position = load_position(self._table, tenant, run.system)
            on_its_way = self.load(tenant, position.run)
            known = self.load(tenant, run.id) or (None if from_start else on_its_way)
            if known:
                return known
            to = Position("" if from_start else position.cursor, run.id)
            writes: list[Write] = [put_position(tenant, run.system, position, to), *_insert(tenant, run)]
            if on_its_way:
                writes.append(moved(tenant, position.run, Progress(), self._clock.now(), replaced=True))
            if self._carry_out(writes):
                return run
        raise Conflict(f"the reads of {run.system} keep changing")

    def begin_walk(self, tenant: str, run: FetchRun) -> FetchRun:
        """Begin a run with a walk of its own; one on its way that does the same is given instead. Raises: as begin."""
        for _ in range(BEGIN_ATTEMPTS):
            newest = text(self._table.get(keys.walk(tenant, run.walk)) or {}, "run")
            walking = self._walking(tenant, newest)
            known = self.load(tenant, run.id) or (walking if walking and walking.kind is run.kind else None)
            if known:
                return known
            unchanged = When("#run = :seen", {"seen": newest}) if newest else MISSING
            writes: list[Write] = [Put(keys.walk(tenant, run.walk), {"run": run.id}, unchanged)]
            if walking:
                writes.append(moved(tenant, newest, Progress(), self._clock.now(), replaced=True, when=_ON_ITS_WAY))
            if self._carry_out([*writes, *_insert(tenant, run, walked_to="")]):
                return run
        raise Conflict(f"the walks over {run.system} keep changing")

    def load_walk(self, tenant: str, run_id: str) -> tuple[FetchRun, str] | None:
        """Read a run with a walk of its own, and how far it has come."""
        item = self._table.get(keys.run(tenant, run_id)) or {}
        return (to_run(run_id, item), text(item, "walked_to")) if "walked_to" in item else None

    def move_walk(self, tenant: str, seen: tuple[FetchRun, str], to: str, progress: Progress, *, done: bool) -> None:
        """Move such a run on. Raises: Conflict when it is no longer where it was seen, or ended."""
        run, at = seen
        unmoved = When("#walked_to = :seen AND attribute_not_exists(#finished_at)", {"seen": at})
        self._table.write(moved(tenant, run.id, progress, self._clock.now(), done=done, walked_to=to, when=unmoved))

    def load(self, tenant: str, run_id: str) -> FetchRun | None:
        """Read a run."""
        item = self._table.get(keys.run(tenant, run_id)) if 0 < len(run_id) <= keys.MAX_ID_LENGTH else None
        return to_run(run_id, item) if item else None

    def list_runs(self, tenant: str, *, cursor: str, limit: int) -> RunPage:
        """Read a page of runs, newest first. Raises: Rejected("cursor_invalid")."""
        require_limit(limit)
        digest = name_list(tenant, "runs")
        after = from_cursor(digest, cursor, lambda place: place.startswith(keys.STARTED))
        found = self._table.starting(
            keys.runs_pk(tenant), keys.STARTED, newest_first=True, after=after, page=limit + 1, consistent=False
        )
        places = [key for key, _ in islice(found, limit + 1)]
        ids = [keys.started_run(place) for place in places[:limit]]
        items = self._table.get_many([keys.run(tenant, id_) for id_ in ids])
        runs = (to_run(id_, items[key]) for id_ in ids if (key := keys.run(tenant, id_)) in items)
        return RunPage(tuple(runs), to_cursor(digest, places[limit - 1].sk) if len(places) > limit else "")

    def _walking(self, tenant: str, run_id: str) -> FetchRun | None:
        run = self.load(tenant, run_id)
        return run if run and run.finished_at is None else None

    def _carry_out(self, writes: list[Write]) -> bool:
        try:
            self._table.transact(*writes)
        except TransactionFailed:
            return False
        return True


def _insert(tenant: str, run: FetchRun, **walk: Plain) -> list[Write]:
    """Store a new run and its place in the list, which leaves the list in time, however long the run takes."""
    expires_at = int((run.started_at + KEPT_FOR).timestamp())
    return [
        Put(keys.run(tenant, run.id), to_item(run) | walk, MISSING),
        Put(keys.started(tenant, run.started_at, run.id), {"expires_at": expires_at}),
    ]
