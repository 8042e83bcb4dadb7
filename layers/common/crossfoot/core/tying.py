"""The proof of a payout: whether every amount of it is on all sides what it should be (D2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from crossfoot.core.decisions import Decision, did, skipped, waits
from crossfoot.core.depositing import is_changed
from crossfoot.core.holds import ABOUT_HOLDS, HELD, LET_IT_GO_ON, decide_hold, wants
from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    SYSTEM_NAMES,
    Deposit,
    Invoice,
    Payment,
    PaymentRow,
    Payout,
    Ref,
    Standing,
    System,
)
from crossfoot.core.money import format_minor
from crossfoot.core.receipts import Receipt
from crossfoot.core.slips import Slip

TIED = "tied"


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """The part of a payment on one invoice, in both books.

    Takes: `rows` are what we keep on it in ConnectWise, `carries` whether this payment is among what they stand for, and
    `carried_minor` what all of that comes to.
    """

    named: Ref
    amount_minor: int
    accounting: Invoice | None = None
    psa: Invoice | None = None
    rows: tuple[PaymentRow, ...] = ()
    carries: bool = False
    carried_minor: int = 0

    @property
    def ties(self) -> bool:
        """Tell whether ConnectWise shows it, where it has the invoice."""
        rows_minor = sum(row.amount_minor for row in self.rows)
        return self.psa is None or (self.carries and rows_minor == self.carried_minor)


@dataclass(frozen=True, slots=True)
class PaidOut:
    """A payment that a payout pays out. Takes: `payment` is None while the platform has not told of it."""

    ref: Ref
    amount_minor: int
    payment: Payment | None = None
    receipts: tuple[Receipt, ...] = ()
    invoices: tuple[PaidInvoice, ...] = ()

    @property
    def received_minor(self) -> int:
        """Give what QuickBooks shows of it."""
        return sum(receipt.amount_minor for receipt in self.receipts)


@dataclass(frozen=True, slots=True)
class Proof:
    """A payout on all sides.

    Takes: `slip` is the deposit as we wrote it last, `copy` the same as the book has read it, with its lines, and
    `last_word` what was decided last on the payout.
    """

    payout: Payout
    paid_out: tuple[PaidOut, ...] = ()
    slip: Slip | None = None
    copy: Deposit | None = None
    last_word: Decision | None = None


def tie_payout(proof: Proof) -> Decision:
    """Say that a payout ties, or the first thing that does not: deposit, then payments, then invoices. Source: D2, X1."""
    payout, slip = proof.payout, proof.slip
    if slip is None:
        return _undeposited(proof)
    if proof.copy is not None and is_changed(proof.copy, slip):
        return _loose(proof, "changed_by_hand", f"Somebody changed deposit {slip.id} in QuickBooks.")
    if slip.total_minor != payout.total_minor:
        paid, made = (format_minor(minor, payout.currency) for minor in (payout.total_minor, slip.total_minor))
        return _loose(proof, "deposit_differs", f"The payout is {paid}, and its deposit {made}.")
    found = next((loose for each in proof.paid_out if (loose := _payment(proof, slip, each)) is not None), None)
    if found is not None:
        return found
    sentence = (
        f"Deposit {slip.id} is the payout to the cent, {format_minor(slip.total_minor, payout.currency)}, and so is every"
        " payment and invoice in it."
    )
    return did(payout.ref, "D2", TIED, sentence)


def _undeposited(proof: Proof) -> Decision:
    """Say why there is no deposit. Whether it is held back the payout itself tells, not what was said of that before."""
    held = decide_hold(proof.payout, ACCOUNTING)
    told = proof.last_word if proof.last_word is not None and proof.last_word.code not in ABOUT_HOLDS else None
    return held or told or waits(proof.payout.ref, "D2", "pending", "The payout is next in line to be deposited.")


def _payment(proof: Proof, slip: Slip, paid: PaidOut) -> Decision | None:
    """Say what does not tie about a payment of the payout."""
    if paid.payment is None:
        return _loose(proof, "payment_unknown", f"The platform has not told of payment {paid.ref.id} yet.", paid.ref)
    is_live = paid.payment.standing is Standing.LIVE
    due_minor = paid.payment.total_minor if wants(paid.payment, ACCOUNTING) else 0
    if paid.received_minor != due_minor:
        due, shown = (format_minor(minor, paid.payment.currency) for minor in (due_minor, paid.received_minor))
        sentence = f"Of payment {paid.ref.id} the platform has {due}, and QuickBooks {shown}."
        return _loose(proof, "payment_differs", sentence, paid.ref)
    if is_live and not due_minor:
        return _held_back(proof, paid.payment, ACCOUNTING)
    if not {receipt.id for receipt in paid.receipts} <= slip.held:
        return _loose(proof, "payment_outside", f"Payment {paid.ref.id} is not in the deposit.", paid.ref)
    return _invoices(proof, paid.payment, paid.invoices if is_live else ())


def _invoices(proof: Proof, paid: Payment, invoices: Sequence[PaidInvoice]) -> Decision | None:
    payment = paid.ref
    for part in invoices:
        if part.psa is not None and not part.carries and not wants(paid, PSA):
            return _held_back(proof, paid, PSA)
        if not part.ties:
            assert part.psa is not None
            sentence = f"ConnectWise invoice {part.psa.number} does not show payment {payment.id} as QuickBooks does."
            return _loose(proof, "rows_differ", sentence, payment, part.psa.ref)
    return None


def _held_back(proof: Proof, payment: Payment, system: System) -> Decision:
    sentence = f"You took payment {payment.ref.id} back from {SYSTEM_NAMES[system]}, so it does not show it."
    return skipped(proof.payout.ref, "X1", HELD, sentence, LET_IT_GO_ON, payment.ref)


def _loose(proof: Proof, code: str, sentence: str, *about: Ref) -> Decision:
    fix = "What holds it up is said at the payment; it is tied again when that has followed."
    if proof.last_word is not None and proof.last_word.code == code:
        return proof.last_word
    return waits(proof.payout.ref, "D2", code, sentence, fix, *about)
