"""The proof of a payout: what ties, and the first thing that does not (D2)."""

from dataclasses import replace

import pytest
from crossfoot.core.decisions import Outcome, refused
from crossfoot.core.holds import hold
from crossfoot.core.model import ACCOUNTING, PSA, Invoice, Kind, PaymentRow, Ref, Standing
from crossfoot.core.receipts import standing_of as receipts_of
from crossfoot.core.slips import Slip, standing_of
from crossfoot.core.tying import PaidInvoice, PaidOut, Proof, tie_payout

from tests.core.deposits import (
    DAY,
    PAYOUT,
    VERSION,
    deposited,
    depositing,
    entered,
    fee,
    paid,
    payment,
    payout,
    read,
    taken_back,
)

ONE = entered(payment("pay_1", 100_00), "181")
MADE = payout(paid("pay_1", 100_00), fee(4_50))
_STANDING = standing_of(deposited(depositing(MADE, ONE)).latest)
assert _STANDING is not None
SLIP: Slip = _STANDING
ON_PSA = Invoice(Ref(PSA, Kind.INVOICE, "77"), VERSION, Standing.LIVE, "1001", None, "", DAY, None, "USD", 100_00, 0)
ROW = PaymentRow("500", 100_00, DAY)
PART = PaidInvoice(ON_PSA.ref, 100_00, None, ON_PSA, (ROW,), carries=True, carried_minor=100_00)
PAID = PaidOut(ONE.payment.ref, 100_00, ONE.payment, receipts_of(ONE.latest), (PART,))
PROOF = Proof(MADE, (PAID,), SLIP, read(SLIP))


def with_paid(**changes: object) -> Proof:
    return replace(PROOF, paid_out=(replace(PAID, **changes),))  # type: ignore[arg-type]


def with_part(**changes: object) -> Proof:
    return with_paid(invoices=(replace(PART, **changes),))  # type: ignore[arg-type]


TIED = [
    ("everything", PROOF),
    ("before the book has read the deposit", replace(PROOF, copy=None)),
    ("an invoice that is in one book alone", with_part(psa=None, rows=(), carries=False)),
    (
        "a row that carries another payment too",
        with_part(rows=(replace(ROW, amount_minor=130_00),), carried_minor=130_00),
    ),
    ("a payment that was taken back everywhere", with_paid(payment=taken_back(ONE.payment), receipts=())),
]
LOOSE = [
    ("pending", replace(PROOF, slip=None)),
    ("changed_by_hand", replace(PROOF, copy=replace(read(SLIP), total_minor=1))),
    ("deposit_differs", replace(PROOF, payout=replace(MADE, total_minor=1))),
    ("payment_unknown", with_paid(payment=None)),
    ("payment_differs", with_paid(payment=payment("pay_1", 90_00))),
    ("payment_differs", with_paid(payment=taken_back(ONE.payment))),
    ("payment_outside", replace(PROOF, slip=replace(SLIP, lines=SLIP.lines[1:]), copy=None)),
    ("payment_differs", with_paid(payment=hold(ONE.payment, ACCOUNTING, DAY))),
    ("rows_differ", with_part(carries=False)),
    ("rows_differ", with_part(rows=())),
    ("rows_differ", with_part(rows=(replace(ROW, amount_minor=99_99),))),
]


HELD = [
    ("You took this back from QuickBooks", replace(PROOF, payout=hold(MADE, ACCOUNTING, DAY), slip=None)),
    ("You took payment pay_1 back from QuickBooks", with_paid(payment=hold(ONE.payment, ACCOUNTING, DAY), receipts=())),
    (
        "You took payment pay_1 back from ConnectWise",
        with_paid(payment=hold(ONE.payment, PSA, DAY), invoices=(replace(PART, carries=False, rows=()),)),
    ),
]


@pytest.mark.parametrize(("said", "proof"), HELD)
def test_x1_what_the_partner_holds_back_is_why_it_does_not_tie(said: str, proof: Proof) -> None:
    word = refused(PAYOUT, "X1", "let_go_on", "What was said of holds before does not count.", "")
    decision = tie_payout(replace(proof, last_word=word))
    assert (decision.outcome, decision.rule, decision.code) == (Outcome.SKIPPED, "X1", "held")
    assert decision.sentence.startswith(said)
    assert tie_payout(replace(PROOF, slip=None, last_word=word)).code == "pending"


@pytest.mark.parametrize("proof", [case[1] for case in TIED], ids=[case[0] for case in TIED])
def test_d2_a_payout_ties(proof: Proof) -> None:
    decision = tie_payout(proof)
    assert (decision.outcome, decision.code) == (Outcome.DID, "tied")


@pytest.mark.parametrize(("code", "proof"), LOOSE)
def test_d2_what_does_not_tie_is_named(code: str, proof: Proof) -> None:
    decision = tie_payout(proof)
    assert (decision.outcome, decision.code) == (Outcome.WAITS, code)


def test_d2_what_was_decided_on_the_payout_is_said_in_the_same_words() -> None:
    word = refused(PAYOUT, "D2", "changed_by_hand", "Somebody did.", "Restore it.")
    assert tie_payout(replace(PROOF, copy=replace(read(SLIP), total_minor=1), last_word=word)) == word
    assert tie_payout(replace(PROOF, slip=None, last_word=word)) == word
    assert tie_payout(replace(PROOF, last_word=word)).code == "tied", "what was said before it was mended is over"
