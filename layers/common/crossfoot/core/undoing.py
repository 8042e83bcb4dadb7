"""Whether an effect can still be undone, as far as the writes on its subject tell (X1).

Undone is what an effect entered: payments on rows, a receipt, a deposit. What only follows a change is undone by that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crossfoot.core.depositing import DEPOSIT
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import ACCOUNTING, PSA, Ref, System
from crossfoot.core.parts import carried_payment
from crossfoot.core.payables.entries import PAYABLE
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.receipts import Operation
from crossfoot.core.receipts import standing_of as standing_receipts
from crossfoot.core.receiving import RECEIPTS
from crossfoot.core.rows import standing_of as standing_rows
from crossfoot.core.slips import standing_of as standing_slip
from crossfoot.core.sync.batching import GL_BATCH
from crossfoot.core.sync.effects import JOURNAL, SALE

_WHY_NOT_CONFIRMED = {
    EffectState.REFUSED: "It was refused: nothing was entered.",
    EffectState.WITHDRAWN: "It was never sent: nothing was entered.",
}
_UNDER_WAY = "This is being written just now. Try again in a moment."
_ADOPTED = {
    PAYMENT_ROWS: "It was there already; Crossfoot entered nothing.",
    RECEIPTS: "It only takes over what somebody changed in QuickBooks; Crossfoot entered nothing.",
}
_FOLLOWS = {
    PAYMENT_ROWS: "It follows the payment: change the payment, and this changes with it.",
    RECEIPTS: "It follows the payment: change the payment, and this changes with it.",
    DEPOSIT: "It follows the payout and its payments: change those, and this changes with them.",
}


@dataclass(frozen=True, slots=True)
class Undo:
    """Whether an effect can be undone now.

    Takes: `reason` says why not, "" where it can; `records` are what is held from `system` to undo it; `is_asked` tells
    that they are held already, and still stand there.
    """

    reason: str
    system: System = PSA
    records: tuple[Ref, ...] = ()
    fix: str = ""
    is_asked: bool = False

    @property
    def is_possible(self) -> bool:
        """Tell whether nothing stands in the way."""
        return not self.reason


_UNDO_SYNC = "POST /v1/sync/invoices/{id}/undo takes the invoice back."
# What goes back another way: what the Sync Invoices tool wrote by a run of its own, which takes the entry and its batch
# together (S9); what payables wrote with the platform's record, which is the one that people pay by.
_ANOTHER_WAY = {
    SALE: Undo("It is undone under Sync Invoices, together with its ConnectWise batch.", fix=_UNDO_SYNC),
    GL_BATCH: Undo("It is undone under Sync Invoices, together with the entry in QuickBooks.", fix=_UNDO_SYNC),
    PAYABLE: Undo(
        "It follows the platform's record: void or delete that, and QuickBooks follows.",
        fix="Void or delete the record on the platform.",
    ),
    JOURNAL: Undo(
        "A journal entry is taken back in QuickBooks.", fix="Delete or reverse the journal entry in QuickBooks."
    ),
}


def judge_undo(effect: Effect, chain: Sequence[Effect]) -> Undo:
    """Say what an effect entered that still stands by it, or why there is nothing to undo.

    Takes: `chain` are all effects of its kind on its subject, oldest first.
    Source: X1, B4, S9.
    """
    if effect.state is EffectState.CONFIRMED and effect.kind in _ANOTHER_WAY:
        return _ANOTHER_WAY[effect.kind]
    if effect.state is not EffectState.CONFIRMED:
        return Undo(_WHY_NOT_CONFIRMED.get(effect.state, _UNDER_WAY))
    operation = effect.body["operation"]
    if operation == Operation.ADOPT:
        return Undo(_ADOPTED[effect.kind])
    if operation == Operation.DELETE:
        return Undo("It took something back, and entered nothing.")
    entered = _entered(effect, chain)
    if not entered:
        return Undo(_FOLLOWS[effect.kind])
    if chain[-1].in_flight:
        return Undo(_UNDER_WAY)
    left = _left(effect, chain)
    if not left:
        is_there = entered & _names(chain[-1])
        return Undo("A later write entered it anew: undo that one." if is_there else "It was taken back since.")
    if effect.kind == RECEIPTS and any(_left(later, chain) for later in _after(effect, chain)):
        return Undo("A later write entered another part of this payment: undo that one, which takes all of it back.")
    return Undo("", *_held(effect, left))


def _held(effect: Effect, left: frozenset[str]) -> tuple[System, tuple[Ref, ...]]:
    """Name what has to be held from which book."""
    if effect.kind == PAYMENT_ROWS:
        return PSA, tuple(sorted(map(carried_payment, left)))
    return ACCOUNTING, (effect.subject,)


def _entered(effect: Effect, chain: Sequence[Effect]) -> frozenset[str]:
    """Name what stands since an effect and did not before it."""
    if effect.state is not EffectState.CONFIRMED or effect.body["operation"] not in (
        Operation.CREATE, Operation.UPDATE,
    ):  # fmt: skip
        return frozenset()
    before = [each for each in chain if each.generation < effect.generation]
    return _names(effect) - (_names(before[-1]) if before else frozenset())


def _left(effect: Effect, chain: Sequence[Effect]) -> frozenset[str]:
    """Name what an effect entered and nothing took back since."""
    return _entered(effect, chain).intersection(*(_names(later) for later in _after(effect, chain)))


def _after(effect: Effect, chain: Sequence[Effect]) -> list[Effect]:
    return [each for each in chain if each.generation > effect.generation]


def _names(effect: Effect) -> frozenset[str]:
    """Name what stands on its subject since an effect; one that is not confirmed leaves what stood."""
    return _STANDING[effect.kind](effect)


def _deposits(effect: Effect) -> frozenset[str]:
    slip = standing_slip(effect)
    return frozenset() if slip is None else frozenset({slip.id})


_STANDING: Mapping[str, Callable[[Effect], frozenset[str]]] = {
    PAYMENT_ROWS: lambda effect: frozenset(standing_rows(effect).carries),
    RECEIPTS: lambda effect: frozenset(receipt.id for receipt in standing_receipts(effect)),
    DEPOSIT: _deposits,
}
