"""Connections: state, history, the claim on the vendor account, and the partner's place among those to be read.

Every change of a connection is one transaction on the revision that was read, so that its claim, its secrets, its callback
and its place never disagree with its state.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import merge
from itertools import chain, islice

from crossfoot.adapters.dynamodb import keys, sealing
from crossfoot.adapters.dynamodb.accounts import Accounts
from crossfoot.adapters.dynamodb.connection_items import state_of, to_connection, to_item
from crossfoot.adapters.dynamodb.failures import ConditionFailed, TransactionFailed
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.notices import put_turn
from crossfoot.adapters.dynamodb.silences import ATTRIBUTES as SILENCE
from crossfoot.adapters.dynamodb.silences import Silences
from crossfoot.adapters.dynamodb.table import MISSING, Delete, Put, Table, Update, When, Write
from crossfoot.adapters.dynamodb.values import Item, text, whole, without_blanks
from crossfoot.core.model import System
from crossfoot.errors import Rejected
from crossfoot.ports import CALLBACK_TOKEN, CONNECTED_TO, Clock, Connection, ConnectionEvent, ConnectionState

# A read is noted at most this often. Less than an hour, so that a partner read at this hour's sweep is due at the next.
TOUCH_EVERY = timedelta(minutes=55)


class TableConnections:
    """The port Connections in our table."""

    def __init__(self, table: Table, vault: sealing.Vault, clock: Clock) -> None:
        self._table = table
        self._vault = vault
        self._clock = clock
        self._accounts = Accounts(table)
        self._silences = Silences(table, clock)

    def load(self, tenant: str, system: System) -> Connection | None:
        """Read one connection."""
        item = self._table.get(keys.connection(tenant, system))
        return to_connection(tenant, system, item) if item else None

    def load_all(self, tenant: str) -> tuple[Connection, ...]:
        """Read the partner's connections."""
        found = self._table.starting(keys.partner_pk(tenant), keys.CONNECTION)
        return tuple(to_connection(tenant, keys.connected_system(key), item) for key, item in found)

    def load_history(self, tenant: str, system: System) -> tuple[ConnectionEvent, ...]:
        """Read what happened to a connection, oldest first."""
        prefix = keys.connection_events(system)
        found = self._table.starting(keys.partner_pk(tenant), prefix)
        return tuple(
            ConnectionEvent(keys.read_time(key.sk.removeprefix(prefix)), text(item, "what")) for key, item in found
        )

    def connect(self, connection: Connection, secrets: dict[str, str]) -> None:
        """Store a connection with its secrets and claim the vendor account for this partner.

        Takes: a secret named `callback_token` makes the connection known by the token's SHA-256.
        Raises: Rejected("account_taken") when another partner is connected to the same vendor account;
        Rejected("another_company") when this partner's book is that of another one: a vendor's ids are small numbers of its
        own, and those of two companies must not meet in one book.
        """
        tenant, system = connection.tenant, connection.system
        stored = self._table.get(keys.connection(tenant, system)) or {}
        _require_same_account(stored, connection)
        token = secrets.get(CALLBACK_TOKEN, "")
        callback = hashlib.sha256(token.encode()).hexdigest() if token else ""
        item = to_item(connection) | {"rev": whole(stored, "rev") + 1, "due": "", "callback": callback}
        item.setdefault("last_read_at", text(stored, "last_read_at"))
        try:
            self._table.transact(
                _claim(tenant, system, connection.account_id),
                Put(keys.connection(tenant, system), without_blanks(item), _unchanged(stored)),
                self._put_secrets(tenant, system, secrets),
                self._put_event(tenant, system, f"{CONNECTED_TO}{connection.account_name or connection.account_id}"),
                self._put_turn(tenant),
                *_move_place(tenant, system, stored, ""),
                *_move_callback(tenant, system, stored, callback),
            )
        except TransactionFailed as error:
            if not any(error.failed[:1]):
                raise
            raise _account_taken(connection) from error

    def disconnect(self, tenant: str, system: System) -> None:
        """Destroy the secrets, free the vendor account, keep the cursor and the history (C6)."""
        stored = self._table.get(keys.connection(tenant, system))
        if stored is None or state_of(stored) is ConnectionState.DISCONNECTED:
            return
        values = {"state": ConnectionState.DISCONNECTED.value}
        release = Update(
            keys.account(system, text(stored, "account_id")),
            "SET #released = :yes",
            {"yes": True},
            When("#tenant = :tenant", {"tenant": tenant}),
        )
        # The version grows on, so that a refresh that began before can never store its tokens after.
        destroy = Update(
            keys.secrets(tenant, system), "REMOVE #sealed, #holder, #leased_until ADD #version :one", {"one": 1}
        )
        self._table.transact(
            _update(
                tenant, system, stored, f"REMOVE #reason, #fix, #due, #callback, {SILENCE} SET #state = :state", values
            ),
            release,
            destroy,
            self._put_event(tenant, system, "Disconnected"),
            *_move_place(tenant, system, stored, None),
            *_move_callback(tenant, system, stored, ""),
        )

    def need_attention(self, tenant: str, system: System, reason: str, fix: str) -> None:
        """Mark a connection as needing the partner, once per reason; a disconnected one stays so."""
        stored = self._table.get(keys.connection(tenant, system))
        if stored is None or state_of(stored) is ConnectionState.DISCONNECTED:
            return
        if state_of(stored) is ConnectionState.NEEDS_ATTENTION and text(stored, "reason") == reason:
            return
        values = {"state": ConnectionState.NEEDS_ATTENTION.value, "reason": reason, "fix": fix}
        self._table.transact(
            _update(
                tenant,
                system,
                stored,
                f"REMOVE #due, {SILENCE} SET #state = :state, #reason = :reason, #fix = :fix",
                values,
            ),
            self._put_event(tenant, system, reason),
            self._put_turn(tenant),
            # It would fail at every sweep and stand in front of those that can be read.
            *_move_place(tenant, system, stored, None),
        )

    def warn(self, tenant: str, system: System, reason: str, fix: str) -> None:
        """Say what a connection will need, once per reason, without stopping it; "" takes that back."""
        stored = self._table.get(keys.connection(tenant, system))
        if stored is None or state_of(stored) is not ConnectionState.CONNECTED or text(stored, "reason") == reason:
            return
        if not reason:
            # No mail says so; but whatever is warned of next is news again.
            self._table.transact(_update(tenant, system, stored, "REMOVE #reason, #fix", {}), self._put_turn(tenant))
            return
        values = {"reason": reason, "fix": fix}
        self._table.transact(
            _update(tenant, system, stored, "SET #reason = :reason, #fix = :fix", values),
            self._put_event(tenant, system, reason),
            self._put_turn(tenant),
        )

    def note(self, tenant: str, system: System, what: str) -> None:
        """Add a line to the connection's history; two of one moment both stay."""
        at = self._clock.now()
        while True:
            try:
                self._table.write(Put(keys.connection_event(tenant, system, at), {"what": what}, MISSING))
            except ConditionFailed:
                at += timedelta(microseconds=1)
            else:
                return

    def touch(self, tenant: str, system: System) -> None:
        """Note that the system answered a read now; written at most about once an hour."""
        stored = self._table.get(keys.connection(tenant, system))
        if stored is None or state_of(stored) is not ConnectionState.CONNECTED:
            return
        now = self._clock.now()
        place = text(stored, "due")
        if place and now - keys.read_time(place) < TOUCH_EVERY:
            return
        at = keys.time_text(now)
        change = _update(tenant, system, stored, "SET #last_read_at = :at, #due = :at", {"at": at})
        try:
            self._table.transact(change, *_move_place(tenant, system, stored, at))
        except TransactionFailed:
            return  # another worker noted its read, or the connection just changed: either is newer than this

    def note_silence(self, tenant: str, system: System) -> None:
        """Note that a read found the system silent; where that has lasted, say so."""
        self._silences.note_silence(tenant, system)

    def note_answer(self, tenant: str, system: System) -> None:
        """Take back what was noted of a silence."""
        self._silences.note_answer(tenant, system)

    def find_tenant(self, system: System, account_id: str) -> str | None:
        """Find who is connected to a vendor account."""
        return self._accounts.find_tenant(system, account_id)

    def find_tenant_by_callback(self, token_hash: str) -> tuple[str, System] | None:
        """Find whose callback URL this is."""
        return self._accounts.find_tenant_by_callback(token_hash)

    def set_back(self, system: System, tenants: Iterable[str], to: datetime) -> None:
        """Put partners that are due behind others, as if they were last read then; who was read since stays."""
        at = keys.time_text(to)
        self._table.each(lambda tenant: self._set_back_one(tenant, system, at), tenants)

    def _set_back_one(self, tenant: str, system: System, at: str) -> None:
        stored = self._table.get(keys.connection(tenant, system))
        if stored is None or state_of(stored) is not ConnectionState.CONNECTED or text(stored, "due") >= at:
            return
        change = _update(tenant, system, stored, "SET #due = :at", {"at": at})
        try:
            self._table.transact(change, *_move_place(tenant, system, stored, at))
        except TransactionFailed:
            return  # it was read or changed just now, and needs no other place

    def list_due(self, system: System, read_before: datetime, limit: int) -> tuple[str, ...]:
        """List partners that are connected to a system and were not read since a time, longest waiting first.

        Every bucket is asked for its share, all at once; only those whose partners wait longest are asked for more.
        """
        before = keys.time_text(read_before)
        share = -(-limit // keys.DUE_BUCKETS)
        buckets = self._table.each(lambda bucket: self._due_in(system, bucket, before, share), range(keys.DUE_BUCKETS))
        places: Iterable[Key] = merge(*buckets, key=lambda key: key.sk)
        return tuple(keys.due_tenant(key) for key in islice(places, limit))

    def _due_in(self, system: System, bucket: int, before: str, share: int) -> Iterator[Key]:
        """Go through a bucket, a share at a time; the first one is read at once."""
        found = self._table.query(keys.due_pk(system, bucket), keys.FIRST, before, page=share, consistent=False)
        places = (key for key, _ in found)
        return chain(list(islice(places, share)), places)

    def _put_secrets(self, tenant: str, system: System, secrets: dict[str, str]) -> Put:
        key = keys.secrets(tenant, system)
        stored = self._table.get(key) or {}
        version = whole(stored, "version")
        unchanged = When("#version = :version", {"version": version}) if stored else MISSING
        return Put(key, sealing.to_item(self._vault, tenant, system, secrets, version + 1), unchanged)

    def _put_event(self, tenant: str, system: System, what: str) -> Put:
        return Put(keys.connection_event(tenant, system, self._clock.now()), {"what": what})

    def _put_turn(self, tenant: str) -> Put:
        return put_turn(tenant, self._clock.now())


def _require_same_account(stored: Item, connection: Connection) -> None:
    before = text(stored, "account_id")
    if before and before != connection.account_id:
        name = text(stored, "account_name") or before
        raise Rejected(
            "another_company",
            f"this partner's book belongs to {name}, not to {connection.account_name or connection.account_id}",
            f"Connect {name} again, or ask for a new partner account for the other company.",
        )


def _account_taken(connection: Connection) -> Rejected:
    return Rejected(
        "account_taken",
        f"{connection.account_name or connection.account_id} is connected to another partner",
        "Disconnect it there first, or choose another company.",
    )


def _claim(tenant: str, system: System, account_id: str) -> Put:
    free = "attribute_not_exists(#pk) OR #tenant = :tenant OR #released = :yes"
    return Put(keys.account(system, account_id), {"tenant": tenant}, When(free, {"tenant": tenant, "yes": True}))


def _unchanged(stored: Item) -> When:
    return When("#rev = :rev", {"rev": whole(stored, "rev")}) if stored else MISSING


def _update(tenant: str, system: System, stored: Item, change: str, values: dict[str, str]) -> Update:
    return Update(keys.connection(tenant, system), f"{change} ADD #rev :one", {**values, "one": 1}, _unchanged(stored))


def _move_place(tenant: str, system: System, stored: Item, to: str | None) -> list[Write]:
    """Move a partner's place among those to be read; None takes it away. A connection without a place has none stored."""
    before = keys.due(system, tenant, text(stored, "due"))
    after = None if to is None else keys.due(system, tenant, to)
    gone: list[Write] = [Delete(before)] if before != after else []
    return gone + ([Put(after, {})] if after else [])


def _move_callback(tenant: str, system: System, stored: Item, to: str) -> list[Write]:
    before = text(stored, "callback")
    gone: list[Write] = [Delete(keys.callback(before))] if before and before != to else []
    return gone + ([Put(keys.callback(to), {"tenant": tenant, "system": system.value})] if to else [])
