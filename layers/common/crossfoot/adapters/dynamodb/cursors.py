"""How far each system was read."""

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.table import Put, Table, When
from crossfoot.adapters.dynamodb.values import text
from crossfoot.core.model import System


class TableCursors:
    """The port Cursors in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, tenant: str, system: System) -> str:
        """Read a cursor; "" before the first import."""
        return text(self._table.get(keys.cursor(tenant, system)) or {}, "cursor")

    def move(self, tenant: str, system: System, seen: str, to: str) -> None:
        """Move a cursor on. Raises: Conflict when it is no longer where it was seen."""
        if seen == to:
            return
        unmoved = When("#cursor = :seen" if seen else "attribute_not_exists(#pk) OR #cursor = :seen", {"seen": seen})
        self._table.write(Put(keys.cursor(tenant, system), {"cursor": to}, unmoved))
