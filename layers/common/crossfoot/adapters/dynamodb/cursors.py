"""How far each system was read. A cursor moves together with the run that is on its way over its system."""

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.runs import moved, to_run
from crossfoot.adapters.dynamodb.table import Put, Table, When
from crossfoot.adapters.dynamodb.values import Item, Plain, text, without_blanks
from crossfoot.core.fetching import FetchRun, Progress
from crossfoot.core.model import System
from crossfoot.ports import Clock, Position


class TableCursors:
    """The port Cursors in our table."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def load(self, tenant: str, system: System) -> Position:
        """Read how far a system was read, consistently."""
        return load_position(self._table, tenant, system)

    def move(
        self, tenant: str, system: System, seen: Position, cursor: str, progress: Progress, *, done: bool
    ) -> FetchRun | None:
        """Move a cursor on, and its run with it. Raises: Conflict when either is no longer what was seen."""
        to = Position(cursor, "" if done else seen.run)
        if not seen.run:
            if to != seen:
                self._table.write(put_position(tenant, system, seen, to))
            return None
        self._table.transact(
            put_position(tenant, system, seen, to), moved(tenant, seen.run, progress, self._clock.now(), done=done)
        )
        if not done:
            return None
        return to_run(seen.run, self._table.get(keys.run(tenant, seen.run)) or {})


def load_position(table: Table, tenant: str, system: System) -> Position:
    """Read where a cursor is, consistently."""
    item = table.get(keys.cursor(tenant, system)) or {}
    return Position(text(item, "cursor"), text(item, "run"))


def put_position(tenant: str, system: System, seen: Position, to: Position) -> Put:
    """Move a cursor on condition that it is where it was seen."""
    return Put(keys.cursor(tenant, system), _to_item(to), _stands_at(seen))


def _to_item(position: Position) -> Item:
    return without_blanks({"cursor": position.cursor, "run": position.run})


def _stands_at(position: Position) -> When:
    """Hold while cursor and run are what was seen; a blank one is not stored."""
    values: dict[str, Plain] = {"cursor": position.cursor, "run": position.run}
    parts = (f"#{name} = :{name}" if value else f"attribute_not_exists(#{name})" for name, value in values.items())
    return When(" AND ".join(parts), {name: value for name, value in values.items() if value})
