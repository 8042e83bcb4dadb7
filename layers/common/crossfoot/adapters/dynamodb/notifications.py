"""The e-mail that partners want."""

from itertools import chain, islice

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.notices import put_turn
from crossfoot.adapters.dynamodb.table import Delete, Put, Table, Write
from crossfoot.adapters.dynamodb.values import Item, rows, text, whole
from crossfoot.core.notifications import Notifications
from crossfoot.ports import Clock

_DEFAULTS = Notifications()


class TableNotifications:
    """The port NotificationStore in our table."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock

    def load(self, tenant: str) -> Notifications:
        """Read what a partner chose; what was never chosen has its default."""
        return _to_notifications(self._table.get(keys.notifications(tenant)) or {})

    def save(self, tenant: str, notifications: Notifications) -> None:
        """Store it whole, with the partner's place among those that want a digest."""
        when: Item = {"digest_hour": notifications.digest_hour, "time_zone": notifications.time_zone}
        whole_item: Item = when | {
            "connection_trouble": list(notifications.connection_trouble),
            "daily_digest": list(notifications.daily_digest),
        }
        place = keys.digest(tenant)
        writes: list[Write] = [Put(keys.notifications(tenant), whole_item)]
        writes.append(Put(place, when) if notifications.daily_digest else Delete(place))
        self._table.transact(*writes, put_turn(tenant, self._clock.now()))

    def list_digests(self, limit: int) -> tuple[tuple[str, Notifications], ...]:
        """List who wants a digest, and when, over all buckets at once."""
        found = self._table.each(self._wanted_in, range(keys.DUE_BUCKETS))
        return tuple(islice(chain.from_iterable(found), limit))

    def _wanted_in(self, bucket: int) -> list[tuple[str, Notifications]]:
        found = self._table.starting(keys.digest_pk(bucket), "", consistent=False)
        return [(keys.unescape(key.sk), _to_notifications(item)) for key, item in found]


def _to_notifications(item: Item) -> Notifications:
    return Notifications(
        connection_trouble=tuple(map(str, rows(item, "connection_trouble"))),
        daily_digest=tuple(map(str, rows(item, "daily_digest"))),
        digest_hour=whole(item, "digest_hour") if "digest_hour" in item else _DEFAULTS.digest_hour,
        time_zone=text(item, "time_zone") or _DEFAULTS.time_zone,
    )
