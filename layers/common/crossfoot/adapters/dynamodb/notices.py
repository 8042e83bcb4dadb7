"""What partners were told by e-mail, and of whose connections one turned."""

from datetime import datetime
from itertools import chain, islice

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.failures import ConditionFailed
from crossfoot.adapters.dynamodb.table import MISSING, Delete, Put, Table, When
from crossfoot.adapters.dynamodb.values import Item, text, whole, without_blanks
from crossfoot.core.notices import Notice


def put_turn(tenant: str, at: datetime) -> Put:
    """Note, in the write that turns a connection, that its partner is to be looked at."""
    return Put(keys.turned(tenant), {"at": keys.time_text(at)})


class TableNotices:
    """The port Notices in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, tenant: str, about: str) -> Notice:
        """Read what a partner was told of a matter."""
        return _to_notice(self._table.get(keys.notice(tenant, about)) or {})

    def save(self, tenant: str, about: str, notice: Notice) -> Notice:
        """Store it on the revision that was read. Raises: Conflict."""
        unchanged = When("#rev = :rev", {"rev": notice.revision}) if notice.revision else MISSING
        item: Item = {
            "mark": notice.mark,
            "told": notice.told,
            "tries": notice.tries,
            "leased_until": keys.maybe_time_text(notice.leased_until),
            "rev": notice.revision + 1,
        }
        self._table.write(Put(keys.notice(tenant, about), without_blanks(item), unchanged))
        return _to_notice(item)

    def load_turn(self, tenant: str) -> str:
        """Read when a connection turned last."""
        return text(self._table.get(keys.turned(tenant)) or {}, "at")

    def end_turn(self, tenant: str, stamp: str) -> None:
        """Take the partner away from those to be looked at, unless something turned since."""
        if not stamp:
            return
        try:
            self._table.write(Delete(keys.turned(tenant), When("#at = :at", {"at": stamp})))
        except ConditionFailed:
            return  # it turned again, or another worker ended it

    def list_turns(self, limit: int) -> tuple[str, ...]:
        """List the partners to be looked at, over all buckets at once."""
        found = self._table.each(self._turned_in, range(keys.DUE_BUCKETS))
        return tuple(islice(chain.from_iterable(found), limit))

    def _turned_in(self, bucket: int) -> list[str]:
        found = self._table.starting(keys.turned_pk(bucket), "", consistent=False)
        return [keys.unescape(key.sk) for key, _ in found]


def _to_notice(item: Item) -> Notice:
    return Notice(
        mark=text(item, "mark"),
        told=text(item, "told"),
        tries=whole(item, "tries"),
        leased_until=keys.read_maybe_time(text(item, "leased_until")),
        revision=whole(item, "rev"),
    )
