"""The effects ledger: perform an effect exactly once, whatever crashes in between.

        worker A                         worker B, after A died
        insert   planned
        take     sending, lease
        send  ---------> vendor
        (dies)                           take    sending, lease, possible_sends = 2
                                         look    found -> confirmed (adopted)
                                                 not found -> send again, under the same key

A lease outlives the longest possible life of its holder (a Lambda's timeout plus a vendor's), so that nobody looks while
somebody may still send. The public function owns the algorithm; `Hands` know one kind of write at one vendor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from crossfoot.core.effects import Effect, EffectState, Json, Move, next_move
from crossfoot.errors import AuthExpired, Conflict, OutcomeUnknown, RateLimited, Rejected, RemoteUnavailable
from crossfoot.ports import Clock, EffectStore

# The longest life of a function that sends (30 s, template.yaml), a vendor's read timeout (10 s, http.py), and some for
# clocks that differ.
LEASE = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class Written:
    """What stands after a write: the vendor's id of it, and what the next plan starts from."""

    remote_id: str
    result: Mapping[str, Json]


class Hands(Protocol):
    """How one kind of effect is looked for and sent."""

    def look(self, effect: Effect) -> Written | None:
        """Find out whether an earlier send arrived. Raises: only errors of reads."""
        ...

    def send(self, effect: Effect) -> Written:
        """Write it. Raises: OutcomeUnknown when it may have arrived; anything else means it did not."""
        ...


def perform(effect: Effect, store: EffectStore, hands: Hands, clock: Clock) -> Effect:
    """Bring an effect to its end state, or the one that already stands in its place.

    Returns: a settled effect. Where another worker planned the same generation first, it is that worker's: compare
    `body`, and plan again when it is not what you wanted.
    Raises: Conflict while another worker holds it; OutcomeUnknown, RateLimited, RemoteUnavailable, AuthExpired when the
    vendor could not be reached or did not answer. Everything that is known by then is stored.
    Source: design of the effects ledger, docs/architecture.md.
    """
    planned = replace(effect, planned_at=clock.now())
    if store.insert(planned):
        return _carry_out(planned, store, hands, clock)
    standing = store.load_latest(effect.tenant, effect.kind, effect.subject)
    if standing is None or standing.generation != effect.generation:
        raise Conflict(f"the subject of effect {effect.key} has moved on")
    if _never_sent(standing) and standing.body != effect.body:
        store.replace(standing, fresh := replace(planned, fence=standing.fence + 1))
        standing = fresh
    return resume(standing, store, hands, clock)


def resume(effect: Effect, store: EffectStore, hands: Hands, clock: Clock) -> Effect:
    """Bring a stored effect to its end state. Raises: as perform."""
    return effect if effect.settled else _carry_out(effect, store, hands, clock)


def record_adopted(effect: Effect, written: Written, store: EffectStore, clock: Clock) -> Effect:
    """Store an effect that needs no write, because what it wants stands there already.

    Raises: Conflict when that generation exists.
    """
    now = clock.now()
    adopted = replace(
        effect, state=EffectState.CONFIRMED, adopted=True, planned_at=now, settled_at=now,
        remote_id=written.remote_id, result=written.result,
    )  # fmt: skip
    if not store.insert(adopted):
        raise Conflict(f"effect {effect.key} was planned by somebody else")
    return adopted


def _never_sent(effect: Effect) -> bool:
    return effect.state is EffectState.PLANNED and not effect.possible_sends


def _carry_out(effect: Effect, store: EffectStore, hands: Hands, clock: Clock) -> Effect:
    now = clock.now()
    move = next_move(effect, now)
    if move is Move.WAIT:
        raise Conflict(f"effect {effect.key} is held by another worker until {effect.lease_until}")
    taken = replace(
        effect, state=EffectState.SENDING, fence=effect.fence + 1, lease_until=now + LEASE,
        possible_sends=effect.possible_sends + 1,
    )  # fmt: skip
    store.replace(effect, taken)
    if move is Move.LOOK_FIRST:
        found = hands.look(taken)
        if found is not None:
            return _confirm(taken, found, store, clock, adopted=True)
    return _send(taken, store, hands, clock)


def _send(taken: Effect, store: EffectStore, hands: Hands, clock: Clock) -> Effect:
    try:
        written = hands.send(taken)
    except OutcomeUnknown:
        store.replace(taken, replace(taken, state=EffectState.UNKNOWN, fence=taken.fence + 1, lease_until=None))
        raise
    except (RateLimited, RemoteUnavailable, AuthExpired):
        _release(taken, store)
        raise
    except Rejected as refusal:
        return _refuse(taken, refusal, store, clock)
    return _confirm(taken, written, store, clock, adopted=False)


def _release(taken: Effect, store: EffectStore) -> None:
    """Give an effect back of which it is certain that this send did not arrive."""
    earlier = taken.possible_sends - 1
    state = EffectState.UNKNOWN if earlier else EffectState.PLANNED
    store.replace(taken, replace(taken, state=state, possible_sends=earlier, fence=taken.fence + 1, lease_until=None))


def _confirm(taken: Effect, written: Written, store: EffectStore, clock: Clock, *, adopted: bool) -> Effect:
    confirmed = replace(
        taken, state=EffectState.CONFIRMED, fence=taken.fence + 1, lease_until=None, settled_at=clock.now(),
        remote_id=written.remote_id, result=written.result, adopted=adopted,
    )  # fmt: skip
    store.replace(taken, confirmed)
    return confirmed


def _refuse(taken: Effect, refusal: Rejected, store: EffectStore, clock: Clock) -> Effect:
    """Settle a refused effect; its `result` was set at the plan to what stands without it."""
    refused = replace(
        taken, state=EffectState.REFUSED, fence=taken.fence + 1, lease_until=None, settled_at=clock.now(),
        refusal_code=refusal.code, refusal=refusal.detail, fix=refusal.fix,
    )  # fmt: skip
    store.replace(taken, refused)
    return refused
