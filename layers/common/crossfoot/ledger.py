"""The effects ledger: perform an effect exactly once, whatever crashes in between.

        worker A                         worker B, after A died
        plan     planned
        perform  sending, lease
        send  ---------> vendor
        (dies)                           settle  look    found     -> confirmed (adopted)
                                                         not found -> planned: as if it had never been sent
                                         plan    afresh, and perform what is wanted now

Nothing is ever sent again as it was planned long ago: a look that finds nothing leads to a new plan. A look comes only when
nobody can be sending any more and nothing that was sent can still be on its way: a lease outlives its holder, and a lost
answer is left alone for as long as a vendor may take to commit what it took in.
The public functions own the algorithm; `Hands` know one kind of write at one vendor.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from crossfoot.core.effects import Effect, EffectState, Json, Move, next_move
from crossfoot.errors import Conflict, NeedsPartner, OutcomeUnknown, RateLimited, Rejected, RemoteUnavailable
from crossfoot.ports import Clock, EffectStore

# What a send raises where it is certain that nothing was written.
NOT_WRITTEN = (RateLimited, RemoteUnavailable, Conflict, NeedsPartner)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to leave alone what somebody else may still be doing.

    Takes: `longest_life` is the timeout of a function that sends (template.yaml, PaymentTimeout); `longest_commit` is how
    long a vendor may take to commit what it took in, after we stopped waiting for its answer (READ_TIMEOUT_S of http).
    """

    longest_life: timedelta = timedelta(seconds=30)
    longest_commit: timedelta = timedelta(seconds=45)

    @property
    def lease(self) -> timedelta:
        """How long an effect that is being sent is held."""
        return self.longest_life + self.longest_commit


PATIENCE = Patience()
LEASE, LONGEST_COMMIT = PATIENCE.lease, PATIENCE.longest_commit


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


class ManyHands(Protocol):
    """How several effects of a kind are sent in one call."""

    def send_many(self, effects: Sequence[Effect]) -> Sequence[Written | Exception]:
        """Write them, each by itself. Returns: in their order, each as written, or what `send` would have raised for it.

        Raises: what the call as a whole ends with: OutcomeUnknown when any of them may have arrived; anything else means
        that none did.
        """
        ...


def plan(effect: Effect, store: EffectStore, clock: Clock) -> Effect:
    """Store an effect before anything is sent. From here on, whoever wants something of its subject meets it.

    Returns: the stored effect, never sent. One of this generation that was never sent gives way to this one.
    Raises: Conflict when another worker is at this generation already: read again, plan again.
    """
    planned = replace(effect, planned_at=clock.now())
    if store.insert(planned):
        return planned
    standing = store.load_latest(effect.tenant, effect.kind, effect.subject)
    if standing is None or standing.generation != effect.generation or not standing.never_sent:
        raise Conflict(f"effect {effect.key} is in other hands, or done")
    if standing.body == effect.body:
        return standing
    return _move(store, standing, replace(planned, fence=standing.fence))


def perform(planned: Effect, store: EffectStore, hands: Hands, clock: Clock, patience: Patience = PATIENCE) -> Effect:
    """Send a planned effect, once, and store how it ended.

    Takes: what `plan` returned.
    Returns: the effect, confirmed or refused.
    Raises: Conflict when it is no longer what was planned, here or at the vendor; OutcomeUnknown when it may have been
    written; RateLimited, RemoteUnavailable or what needs the partner when it was not. What is known by then is stored.
    """
    taken = _take(planned, store, clock, patience)
    try:
        written = hands.send(taken)
    except Rejected as refusal:
        return _refuse(taken, refusal, store, clock)
    except (OutcomeUnknown, *NOT_WRITTEN) as error:
        _give_up(taken, error, store, clock, patience)
        raise
    return _confirm(taken, written, store, clock, adopted=False)


def perform_many(
    planned: Sequence[Effect], store: EffectStore, hands: ManyHands, clock: Clock, patience: Patience = PATIENCE
) -> list[Effect | Exception]:
    """Send several planned effects in one call, each once, and store how each ended.

    Takes: what `plan` returned, of several subjects.
    Returns: in their order: the effect, confirmed or refused, or what `perform` would have raised for it.
    Raises: what the call as a whole ended with, as `perform`; what is known of each by then is stored.
    """
    outcomes: dict[str, Effect | Exception] = {}
    taken: list[Effect] = []
    for each in planned:
        try:
            taken.append(_take(each, store, clock, patience))
        except Conflict as error:
            outcomes[each.key] = error
    if taken:
        sent = _send_many(taken, store, hands, clock, patience)
        for each, outcome in zip(taken, sent, strict=True):
            outcomes[each.key] = _store_outcome(each, outcome, store, clock, patience)
    return [outcomes[each.key] for each in planned]


def _send_many(
    taken: Sequence[Effect], store: EffectStore, hands: ManyHands, clock: Clock, patience: Patience
) -> Sequence[Written | Exception]:
    """Send what is taken; a call that fails as a whole is stored of each before it is raised."""
    try:
        return hands.send_many(taken)
    except (OutcomeUnknown, *NOT_WRITTEN) as error:
        # A refusal of the whole call says nothing of any of them: they are given back, not settled.
        for each in taken:
            _give_up(each, error, store, clock, patience)
        raise


def _store_outcome(
    taken: Effect, outcome: Written | Exception, store: EffectStore, clock: Clock, patience: Patience
) -> Effect | Exception:
    match outcome:
        case Written():
            return _try(lambda: _confirm(taken, outcome, store, clock, adopted=False))
        case Rejected():
            return _try(lambda: _refuse(taken, outcome, store, clock))
        case OutcomeUnknown() | RateLimited() | RemoteUnavailable() | Conflict() | NeedsPartner():
            _try(lambda: _give_up(taken, outcome, store, clock, patience))
            return outcome
        case _:
            raise outcome


def _try(move: Callable[[], Effect]) -> Effect | Exception:
    """Store a move, unless a successor has taken the effect over by now: that must not sink the others."""
    try:
        return move()
    except Conflict as error:
        return error


def _give_up(taken: Effect, error: Exception, store: EffectStore, clock: Clock, patience: Patience) -> Effect:
    """Store that a send failed: it may have arrived, or certainly did not."""
    if isinstance(error, OutcomeUnknown):
        until = clock.now() + patience.longest_commit
        return _move(store, taken, replace(taken, state=EffectState.UNKNOWN, lease_until=until))
    return _release(taken, store)


@contextmanager
def once_sent(what: str) -> Iterator[None]:
    """Say of whatever fails in here that the write itself may stand: the vendor has taken it in by now.

    Raises: OutcomeUnknown in place of what else says that nothing was written.
    """
    try:
        yield
    except NOT_WRITTEN as error:
        raise OutcomeUnknown(f"{what} was sent, and then: {error}") from error


def settle[Newest: Effect | None](
    latest: Newest, store: EffectStore, open_hands: Callable[[], Hands], clock: Clock, patience: Patience = PATIENCE
) -> Newest | Effect:
    """Find out what became of an effect that somebody left behind.

    Takes: the newest effect of a subject, if it has one; `open_hands` is called only where there is something to look for.
    Returns: the effect: confirmed when it is found to have arrived, never sent when it certainly did not; what is not in
    flight as it is.
    Raises: Conflict while it may still arrive; what `open_hands` raises; errors of reads.
    """
    if latest is None or not latest.in_flight:
        return latest
    return _look(latest, store, open_hands(), clock, patience)


def _look(effect: Effect, store: EffectStore, hands: Hands, clock: Clock, patience: Patience) -> Effect:
    """Look for an effect under a lease, and store what was found."""
    if next_move(effect, clock.now()) is Move.WAIT:
        raise Conflict(f"effect {effect.key} may still arrive until {effect.lease_until}")
    taken = _move(
        store, effect, replace(effect, state=EffectState.SENDING, lease_until=clock.now() + patience.longest_life)
    )
    try:
        found = hands.look(taken)
    except BaseException:
        # Nothing was sent under this lease: whoever comes next may look at once.
        _move(store, taken, replace(taken, state=EffectState.UNKNOWN, lease_until=None))
        raise
    if found is not None:
        return _confirm(taken, found, store, clock, adopted=True)
    return _move(store, taken, replace(taken, state=EffectState.PLANNED, possible_sends=0, lease_until=None))


def withdraw(effect: Effect, store: EffectStore, clock: Clock) -> Effect:
    """End an effect that was never sent and that nobody wants any more. Raises: Conflict when somebody took it."""
    assert effect.never_sent
    return _move(store, effect, replace(effect, state=EffectState.WITHDRAWN, settled_at=clock.now()))


def withdraw_unsent[Newest: Effect | None](latest: Newest, store: EffectStore, clock: Clock) -> Newest | Effect:
    """End the newest effect of a subject, if it has one that was never sent: nobody wants it any more.

    Returns: the effect as it stands then.
    Raises: Conflict when somebody took it.
    """
    if latest is None or not latest.never_sent:
        return latest
    return withdraw(latest, store, clock)


def confirm_adopted(planned: Effect, written: Written, store: EffectStore, clock: Clock) -> Effect:
    """End a planned effect that needs no write, because what it wants stands there already. Raises: Conflict."""
    assert planned.never_sent
    return _confirm(planned, written, store, clock, adopted=True)


def _take(planned: Effect, store: EffectStore, clock: Clock, patience: Patience) -> Effect:
    if not planned.never_sent:
        raise Conflict(f"effect {planned.key} is in other hands, or done")
    until = clock.now() + patience.lease
    return _move(store, planned, replace(planned, state=EffectState.SENDING, lease_until=until, possible_sends=1))


def _release(taken: Effect, store: EffectStore) -> Effect:
    """Give an effect back of which it is certain that it did not arrive."""
    return _move(store, taken, replace(taken, state=EffectState.PLANNED, possible_sends=0, lease_until=None))


def _confirm(effect: Effect, written: Written, store: EffectStore, clock: Clock, *, adopted: bool) -> Effect:
    confirmed = replace(
        effect, state=EffectState.CONFIRMED, lease_until=None, settled_at=clock.now(), adopted=adopted,
        remote_id=written.remote_id, result=written.result,
    )  # fmt: skip
    return _move(store, effect, confirmed)


def _refuse(taken: Effect, refusal: Rejected, store: EffectStore, clock: Clock) -> Effect:
    """Settle a refused effect; its `result` was set at the plan to what stands without it."""
    refused = replace(
        taken, state=EffectState.REFUSED, lease_until=None, settled_at=clock.now(),
        refusal_code=refusal.code, refusal=refusal.detail, fix=refusal.fix,
    )  # fmt: skip
    return _move(store, taken, refused)


def _move(store: EffectStore, seen: Effect, new: Effect) -> Effect:
    """Store an effect's next state, if nobody moved it meanwhile. Raises: Conflict."""
    moved = replace(new, fence=seen.fence + 1)
    store.replace(seen, moved)
    return moved
