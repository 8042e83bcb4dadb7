"""What is noted on a connection of a system that does not answer (C7).

It counts as no revision of the connection: it disagrees with nothing else that stands there, and must hold up none of it.
"""

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.failures import ConditionFailed, TransactionFailed
from crossfoot.adapters.dynamodb.notices import put_turn
from crossfoot.adapters.dynamodb.table import Put, Table, Update, When, Write
from crossfoot.adapters.dynamodb.values import Plain, text
from crossfoot.core.model import System
from crossfoot.core.silence import is_worth_telling, tell_answer, tell_silence
from crossfoot.ports import Clock, ConnectionState

# Whatever else changes the state of a connection takes these away.
ATTRIBUTES = "#unanswered_since, #silent"


class Silences:
    """That part of the port Connections."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock

    def note_silence(self, tenant: str, system: System) -> None:
        """Note that a read found the system silent: at the first one, and when that has lasted; else it only reads."""
        stored = self._table.get(keys.connection(tenant, system)) or {}
        if text(stored, "state") != ConnectionState.CONNECTED or stored.get("silent"):
            return
        since, now = text(stored, "unanswered_since"), self._clock.now()
        if not since:
            first = When(
                "#state = :connected AND attribute_not_exists(#unanswered_since)",
                {"connected": ConnectionState.CONNECTED.value},
            )
            self._try(_change(tenant, system, "SET #unanswered_since = :at", first, at=keys.time_text(now)))
        elif is_worth_telling(keys.read_time(since), now):
            untold = When("#unanswered_since = :since AND attribute_not_exists(#silent)", {"since": since})
            worry = tell_silence(system, keys.read_time(since))
            self._try(
                _change(tenant, system, "SET #silent = :yes", untold, yes=True),
                self._put_event(tenant, system, worry.reason),
                put_turn(tenant, now),
            )

    def note_answer(self, tenant: str, system: System) -> None:
        """Take back what was noted of a silence; what was told of it gets its end in the history."""
        stored = self._table.get(keys.connection(tenant, system)) or {}
        since = text(stored, "unanswered_since")
        if not since:
            return
        gone = _change(tenant, system, f"REMOVE {ATTRIBUTES}", When("#unanswered_since = :since", {"since": since}))
        if stored.get("silent"):
            answered = self._put_event(tenant, system, tell_answer(system, keys.read_time(since)))
            self._try(gone, answered, put_turn(tenant, self._clock.now()))
        else:
            self._try(gone)

    def _put_event(self, tenant: str, system: System, what: str) -> Put:
        return Put(keys.connection_event(tenant, system, self._clock.now()), {"what": what})

    def _try(self, *writes: Write) -> None:
        """Write, unless another worker was first: one note is enough."""
        try:
            if len(writes) == 1:
                self._table.write(writes[0])  # in a transaction it costs twice
            else:
                self._table.transact(*writes)
        except (ConditionFailed, TransactionFailed):
            return


def _change(tenant: str, system: System, change: str, when: When, **values: Plain) -> Update:
    return Update(keys.connection(tenant, system), change, values, when)
