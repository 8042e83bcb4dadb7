"""What was answered to a key. Times are compared in the conditions of the writes; DynamoDB's own expiry only cleans up."""

import hashlib
import secrets
from datetime import timedelta

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.failures import ConditionFailed
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import Delete, Put, Table, Update, When
from crossfoot.adapters.dynamodb.values import Item, text
from crossfoot.errors import Conflict, Rejected, UnderWay
from crossfoot.ports import Clock, Turn

KEPT_FOR = timedelta(hours=24)
# Longer than any worker of the API lives.
TAKEN_FOR = timedelta(seconds=35)
BEGIN_ATTEMPTS = 5


class TableIdempotency:
    """The port Idempotency in our table."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def begin(self, tenant: str, key: str, asked: str) -> Turn:
        """Take a key for a call, or find what it was answered. Raises: Rejected, UnderWay, Conflict."""
        turn = Turn(secrets.token_hex(8))
        place = _place(tenant, key)
        for _ in range(BEGIN_ATTEMPTS):
            try:
                self._table.write(self._taking(place, asked, turn))
            except ConditionFailed:
                kept = self._table.get(place)
                if kept is None:
                    continue  # it was given back just now
                # A write whose answer was lost is repeated by the AWS client and meets itself.
                return turn if text(kept, "token") == turn.token else self._answered(kept, asked)
            return turn
        raise Conflict("the idempotency key keeps being taken and given back")

    def finish(self, tenant: str, key: str, turn: Turn, answer: str) -> None:
        """Keep the answer, unless the turn was taken over."""
        change = "SET #answer = :answer"
        try:
            self._table.write(Update(_place(tenant, key), change, {"answer": answer}, _is_ours(turn)))
        except ConditionFailed:
            return

    def give_back(self, tenant: str, key: str, turn: Turn) -> None:
        """Free the key again, unless the turn was taken over."""
        try:
            self._table.write(Delete(_place(tenant, key), _is_ours(turn)))
        except ConditionFailed:
            return

    def _taking(self, place: Key, asked: str, turn: Turn) -> Put:
        now = self._clock.now()
        kept_until = now + KEPT_FOR
        item: Item = {
            "asked": asked,
            "token": turn.token,
            "taken_until": keys.time_text(now + TAKEN_FOR),
            "kept_until": keys.time_text(kept_until),
            "expires_at": int(kept_until.timestamp()) + 1,
        }
        is_free = (
            "attribute_not_exists(#pk) OR #kept_until <= :now"
            " OR (attribute_not_exists(#answer) AND #asked = :asked AND #taken_until <= :now)"
        )
        return Put(place, item, When(is_free, {"now": keys.time_text(now), "asked": asked}))

    def _answered(self, kept: Item, asked: str) -> Turn:
        if text(kept, "asked") != asked:
            sentence = "this idempotency key was sent with another request before"
            raise Rejected("idempotency_key_reused", sentence, "Make up a new key for each request.")
        if "answer" in kept:
            return Turn(text(kept, "token"), text(kept, "answer"))
        left = keys.read_time(text(kept, "taken_until")) - self._clock.now()
        raise UnderWay("the same request is being carried out", min(max(left.total_seconds(), 1.0), 5.0))


def _place(tenant: str, key: str) -> Key:
    return keys.answered(tenant, hashlib.sha256(key.encode()).hexdigest())


def _is_ours(turn: Turn) -> When:
    return When("#token = :token", {"token": turn.token})
