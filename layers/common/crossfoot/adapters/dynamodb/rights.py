"""What the newest test of a partner's rights in ConnectWise found (C3)."""

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.table import Put, Table
from crossfoot.adapters.dynamodb.values import Plain, rows, text
from crossfoot.core.rights import RIGHTS, Probed, RightsReport, RightState

_AT, _FOUND = "at", "found"


class TableRights:
    """The port RightsStore in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, tenant: str) -> RightsReport | None:
        """Read it. A right that it did not try yet is unknown; one that is needed no longer is passed over."""
        item = self._table.get(keys.rights(tenant))
        if item is None:
            return None
        found = dict(_to_pair(row) for row in rows(item, _FOUND))
        untried = (RightState.UNKNOWN, "not tried yet")
        return RightsReport(
            keys.read_time(text(item, _AT)), tuple(Probed(right, *found.get(right.name, untried)) for right in RIGHTS)
        )

    def save(self, tenant: str, tested: RightsReport) -> None:
        """Store it in place of the one before."""
        found: list[Plain] = [[each.right.name, each.state.value, each.note] for each in tested.probed]
        self._table.write(Put(keys.rights(tenant), {_AT: keys.time_text(tested.at), _FOUND: found}))


def _to_pair(row: Plain) -> tuple[str, tuple[RightState, str]]:
    match row:
        case [str(name), str(state), str(note)]:
            return name, (RightState(state), note)
    raise TypeError("an item holds a right that cannot be read")
