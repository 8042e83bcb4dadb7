"""An effect: one write to one outside system, and the only moves it may make.

    planned -> sending -> confirmed | refused | unknown        unknown -> confirmed | planned (after a look)
    planned -> withdrawn                                       (never sent, and no longer wanted)

A subject (the thing written to, for example one ConnectWise invoice's payment rows) has one effect per generation, and the
next generation is planned only after the last one was settled. So two workers that want different things of one subject
meet at the same key, and X -> Y -> X are three effects.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crossfoot.core.model import Ref

REQUEST_ID_LENGTH = 32
MARKER_LENGTH = 16
# In an effect's body: the request of the partner's own for which it was planned, where there was one.
AGAIN = "again"

type Json = bool | int | str | list[Json] | dict[str, Json] | None


class EffectState(StrEnum):
    """Where an effect stands."""

    PLANNED = "planned"
    SENDING = "sending"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


SETTLED = frozenset({EffectState.CONFIRMED, EffectState.REFUSED, EffectState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Effect:
    """One write, from plan to outcome; it is also the decision "did" of every record in `causes`.

    Takes: `body` is what to write; `result` is what stands afterwards (for a refusal: what still stands); `possible_sends`
    counts the sends that may have reached the system, so above 0 a worker looks before it sends; `lease_until` is when
    nobody can be sending any more, and nothing that was sent can still be on its way; `fence` grows with every move, and
    every move names the fence it saw.
    Units: times are aware UTC.
    """

    tenant: str
    kind: str
    subject: Ref
    generation: int
    body: Mapping[str, Json]
    rule: str
    sentence: str
    causes: tuple[Ref, ...]
    state: EffectState = EffectState.PLANNED
    fence: int = 0
    possible_sends: int = 0
    lease_until: datetime | None = None
    planned_at: datetime | None = None
    settled_at: datetime | None = None
    remote_id: str = ""
    adopted: bool = False
    refusal_code: str = ""
    refusal: str = ""
    fix: str = ""
    result: Mapping[str, Json] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Name the effect: the same intention always has the same key."""
        return effect_key(self.tenant, self.kind, self.subject, self.generation)

    @property
    def never_sent(self) -> bool:
        """Tell whether it is certain that no send of it reached the system: then it gives way to a fresher plan."""
        return self.state is EffectState.PLANNED and not self.possible_sends

    @property
    def settled(self) -> bool:
        """Tell whether the effect has reached an end state."""
        return self.state in SETTLED

    @property
    def in_flight(self) -> bool:
        """Tell whether it may have been sent, and nobody has said yet how that ended: nothing is planned on top of it."""
        return not self.settled and not self.never_sent


class Move(StrEnum):
    """What a worker that holds an effect may do with it now."""

    NOTHING = "nothing"
    WAIT = "wait"
    SEND = "send"
    LOOK_FIRST = "look_first"


def next_move(effect: Effect, now: datetime) -> Move:
    """Decide what to do with a stored effect. Source: the states above."""
    if effect.settled:
        return Move.NOTHING
    if effect.lease_until is not None and now < effect.lease_until:
        return Move.WAIT
    return Move.LOOK_FIRST if effect.possible_sends else Move.SEND


def next_generation(latest: Effect | None) -> int:
    """Number the next effect on a subject: one that was never sent gives way to it."""
    return latest.generation + (not latest.never_sent) if latest else 1


def effect_key(tenant: str, kind: str, subject: Ref, generation: int) -> str:
    """Hash an intention into 32 hex digits: short enough for QuickBooks' requestid, also in a batch (36)."""
    parts = (tenant, kind, subject.system, subject.kind, subject.id, str(generation))
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:REQUEST_ID_LENGTH]


def name_of_standing(latest: Effect | None) -> str:
    """Name what stands since the newest effect on a subject, so that what follows from it is asked for once.

    What was refused changed nothing: were each refusal a name of its own, two subjects that wait for each other would ask
    each other for ever. What stood before, and stands again, is news.
    """
    if latest is None:
        return ""
    if latest.state is not EffectState.REFUSED:
        return f"{latest.generation} {latest.state}"
    return f"stood {hashlib.sha256(json.dumps(dict(latest.result), sort_keys=True).encode()).hexdigest()[:16]}"


def asked_again(again: str) -> dict[str, Json]:
    """Note in an effect's body which request it was planned for, "" being none."""
    return {AGAIN: again} if again else {}


def is_to_be_tried_again(effect: Effect, again: str) -> bool:
    """Tell whether a request asks to have an effect's write sent once more, which was not done for it yet."""
    return bool(again) and effect.body.get(AGAIN) != again


def marker_of(key: str) -> str:
    """Give the short form that is written into a QuickBooks PrivateNote."""
    return f"xf:{key[:MARKER_LENGTH]}"
