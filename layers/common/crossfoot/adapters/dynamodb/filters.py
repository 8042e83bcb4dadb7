"""The partner's import filters (C4)."""

from datetime import date

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.table import Put, Table
from crossfoot.adapters.dynamodb.values import Item, rows, text, without_blanks
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import TraitName

_FIRST, _LAST = "first", "last"


class TableFilters:
    """The port FilterStore in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, tenant: str) -> ImportFilters:
        """Read them; open when never set."""
        item = self._table.get(keys.filters(tenant)) or {}
        values = {name: frozenset(str(value) for value in rows(item, name)) for name in TraitName if name in item}
        return ImportFilters(values, _to_date(text(item, _FIRST)), _to_date(text(item, _LAST)))

    def save(self, tenant: str, filters: ImportFilters) -> None:
        """Store them whole."""
        values: Item = {name.value: [*sorted(chosen)] for name, chosen in filters.values.items()}
        dates: Item = {_FIRST: _from_date(filters.first), _LAST: _from_date(filters.last)}
        self._table.write(Put(keys.filters(tenant), without_blanks(values | dates)))


def _from_date(day: date | None) -> str:
    return day.isoformat() if day else ""


def _to_date(day: str) -> date | None:
    return date.fromisoformat(day) if day else None
