"""What was answered to a key, in memory."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from crossfoot.errors import Rejected, UnderWay
from crossfoot.ports import Clock, Turn

KEPT_FOR, TAKEN_FOR = timedelta(hours=24), timedelta(seconds=35)


@dataclass
class Kept:
    asked: str
    token: str
    taken_until: datetime
    kept_until: datetime
    answer: str | None = None


class FakeIdempotency:
    """Implements the port Idempotency."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.kept: dict[tuple[str, str], Kept] = {}
        self._tokens = count(1)

    def begin(self, tenant: str, key: str, asked: str) -> Turn:
        now, kept = self.clock.now(), self.kept.get((tenant, key))
        if kept is not None and now < kept.kept_until:
            if kept.asked != asked:
                raise Rejected("idempotency_key_reused", "this idempotency key was sent with another request before")
            if kept.answer is not None:
                return Turn(kept.token, kept.answer)
            if now < kept.taken_until:
                raise UnderWay("the same request is being carried out", 1)
        turn = Turn(str(next(self._tokens)))
        self.kept[tenant, key] = Kept(asked, turn.token, now + TAKEN_FOR, now + KEPT_FOR)
        return turn

    def finish(self, tenant: str, key: str, turn: Turn, answer: str) -> None:
        kept = self.kept.get((tenant, key))
        if kept is not None and kept.token == turn.token:
            kept.answer = answer

    def give_back(self, tenant: str, key: str, turn: Turn) -> None:
        kept = self.kept.get((tenant, key))
        if kept is not None and kept.token == turn.token:
            del self.kept[tenant, key]
