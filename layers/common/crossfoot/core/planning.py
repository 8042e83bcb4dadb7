"""Plan what one payment asks of ConnectWise: writes, and decisions with reasons (E1 to E8, P1 to P3).

The rows that we keep on an invoice carry the external payments of QuickBooks and the payments of the platform alike.
"""

from dataclasses import dataclass

from crossfoot.core.decisions import Decision, did, refused, waits
from crossfoot.core.effects import Effect, EffectState, asked_again, is_to_be_tried_again, next_generation
from crossfoot.core.eligibility import decide_keeping, decide_link
from crossfoot.core.holds import decide_hold, wants
from crossfoot.core.matching import differences
from crossfoot.core.model import (
    IMPORTED,
    PLATFORM,
    PSA,
    Invoice,
    Keeping,
    Link,
    Payment,
    PaymentRow,
    Ref,
    Standing,
)
from crossfoot.core.money import format_minor
from crossfoot.core.parts import carried_as, carried_payment, external_parts, platform_parts
from crossfoot.core.preferences import Preferences
from crossfoot.core.row_words import rule_of, sentence_of
from crossfoot.core.rows import (
    Arrangement,
    Obstacle,
    Paid,
    RowWrite,
    arrange_rows,
    repeats_refusal,
    standing_of,
    to_body,
    to_result,
)
from crossfoot.core.rows import Standing as StandingRows
from crossfoot.core.verdicts import UNDECIDED, Verdicts

PAYMENT_ROWS = "payment_rows"
# In an effect's body, beside the write: the last change of the ConnectWise invoice for which it was planned.
SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that bears on one payment and one invoice that it pays, or used to pay.

    Takes: `invoice` is the accounting's copy, or where none is known the one that a platform payment names; `psa` is the
    ConnectWise copy as it is now, None where it is gone or `psa_unreadable`; `payments` are all that pay or ever paid the
    invoice; `latest` is the newest effect on its rows, settled, or None; `live_rows` are its rows as they are now, None
    while not read; `psa_keeping` is how the book keeps the ConnectWise copy, or the one that would be it; `verdicts` are
    the partner's on both copies and their customers, and `parted` tells that they are against the link: then nothing is
    owed over it; `again` names the request to send once more what was refused, "" where there is none.
    """

    payment: Payment
    invoice: Ref
    accounting: Invoice | None = None
    link: Link | None = None
    psa: Invoice | None = None
    psa_unreadable: bool = False
    payments: tuple[Payment, ...] = ()
    latest: Effect | None = None
    live_rows: tuple[PaymentRow, ...] | None = None
    psa_keeping: Keeping = IMPORTED
    verdicts: Verdicts = UNDECIDED
    parted: bool = False
    again: str = ""

    @property
    def joined(self) -> Ref | None:
        """Name the ConnectWise copy that the payments belong on; None where there is none, or no longer."""
        if self.link is not None and not self.parted:
            return self.link.psa
        return self.invoice if self.invoice.system is PSA else None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do next for a situation: read the rows first, write once, or neither; and what to tell.

    Takes: `gone` are platform payments whose row somebody deleted in ConnectWise: they are to be deleted everywhere (P3).
    """

    read_rows: bool = False
    write: RowWrite | None = None
    decision: Decision | None = None
    gone: tuple[Ref, ...] = ()


def plan_payment(situation: Situation, preferences: Preferences) -> Plan:
    """Decide the next thing to do for a payment on one invoice.

    Source: E2, E4, E5, E6, E7, E8, I9, P1 to P4, X1. The caller has made sure of E1 and E3 (`decide_payment`).
    """
    held = _held(situation)
    if held is not None:
        return Plan(decision=held)
    if situation.payment.ref.system is PLATFORM:
        return _plan_platform_payment(situation)
    pays = any(part.invoice == situation.invoice for part in situation.payment.allocations)
    kept_out = _kept_out(situation)
    if kept_out is not None and not _is_carried(situation):
        return Plan(decision=kept_out if pays else None)
    if situation.link is None or situation.accounting is None:
        return Plan(decision=_not_there(situation) if pays else None)
    if situation.parted:
        return _take_back(situation, pays)
    left_alone = decide_link(situation.payment, situation.link, preferences)
    if left_alone is not None:
        return Plan(decision=left_alone)
    paid = external_parts(situation.payments, situation.invoice)
    unfit = _unfit(situation, bool(paid))
    if unfit is not None:
        return Plan(decision=unfit)
    received = platform_parts(situation.payments, _names(situation))
    return _plan_rows(situation, _let_in(situation, (*paid, *received), kept_out))


def _plan_platform_payment(situation: Situation) -> Plan:
    """Enter what the platform received, whatever the partner chose for external payments. Source: P1, P2, P3."""
    names = _names(situation)
    pays = any(part.invoice in names for part in situation.payment.allocations)
    kept_out = _kept_out(situation)
    if kept_out is not None and not _is_carried(situation):
        return Plan(decision=kept_out if pays else None)
    if situation.parted:
        return _take_back(situation, pays)
    if situation.joined is None:
        return Plan(decision=_not_there(situation) if pays else None)
    gone = _gone(situation)
    if gone is not None:
        return Plan(decision=gone if pays else None)
    carried = standing_of(situation.latest).carries
    external = external_parts(situation.payments, situation.invoice)
    # What is not carried yet waits for its own turn, which asks what this one does not: E2 to E4.
    kept = (part for part in external if part.payment in carried)
    received = platform_parts(situation.payments, names)
    return _plan_rows(situation, _let_in(situation, (*kept, *received), kept_out))


def _held(situation: Situation) -> Decision | None:
    """Say that the partner took the payment back from ConnectWise, where nothing of it is left on the rows. Source: X1."""
    payment = situation.payment
    is_there = carried_as(payment) in standing_of(situation.latest).carries
    pays = any(part.invoice in _names(situation) for part in payment.allocations)
    return decide_hold(payment, PSA, situation.invoice) if pays and not is_there else None


def _names(situation: Situation) -> tuple[Ref, ...]:
    """List the ids by which a platform payment may name the invoice."""
    joined = situation.joined
    return (situation.invoice,) if joined in (None, situation.invoice) else (situation.invoice, joined)


def _kept_out(situation: Situation) -> Decision | None:
    """Say that one of the copies takes no part. Source: E2, C4, C5, I5."""
    accounting = situation.accounting
    if accounting is None:
        return None
    held = (decide_keeping(situation.payment, accounting, each) for each in (accounting.keeping, situation.psa_keeping))
    return next((decision for decision in held if decision is not None), None)


def _is_carried(situation: Situation) -> bool:
    """Tell whether our rows hold something of the payment: then they follow it, also where nothing new is let in."""
    return carried_as(situation.payment) in standing_of(situation.latest).carries


def _let_in(situation: Situation, paid: tuple[Paid, ...], kept_out: Decision | None) -> tuple[Paid, ...]:
    """Leave on an invoice that takes no part only what was entered there before. Source: E5, P2, C5, I5."""
    carried = standing_of(situation.latest).carries
    return paid if kept_out is None else tuple(part for part in paid if part.payment in carried)


def _take_back(situation: Situation, pays: bool) -> Plan:
    """Take back what was entered over a link that the partner is against; the link goes when nothing stands on it."""
    is_there = situation.psa is not None and situation.psa.standing is Standing.LIVE
    assert situation.link is not None
    left = platform_parts(situation.payments, (situation.link.psa,))
    plan = _plan_rows(situation, left) if is_there and standing_of(situation.latest).carries else Plan()
    if plan.read_rows or plan.write is not None or plan.decision is not None:
        return plan
    return Plan(decision=_not_there(situation) if pays else None)


def to_effect(tenant: str, situation: Situation, write: RowWrite) -> Effect:
    """Make the effect of a row write: the next generation of the invoice's rows."""
    psa = situation.psa
    assert psa is not None
    latest = situation.latest
    generation = next_generation(latest)
    standing = standing_of(latest)
    carried = [carried_payment(payment) for payment in write.carries]
    no_longercarried_payment = [carried_payment(payment) for payment in standing.carries]
    return Effect(
        tenant=tenant,
        kind=PAYMENT_ROWS,
        subject=psa.ref,
        generation=generation,
        body={**to_body(write), SEEN: psa.version.updated_at, **asked_again(situation.again)},
        rule=rule_of(situation.payment, standing, write),
        sentence=sentence_of(situation.payment, psa, write),
        causes=tuple(dict.fromkeys((situation.payment.ref, *carried, *no_longercarried_payment))),
        # What stands if ConnectWise refuses.
        result=to_result(standing),
    )


def _not_there(situation: Situation) -> Decision:
    payment, invoice = situation.payment.ref, situation.invoice
    if situation.accounting is None:
        sentence = f"The invoice that this payment pays ({invoice}) has not been imported yet."
        return waits(payment, "E8", "invoice_not_imported", sentence, "Nothing: it goes on when it arrives.", invoice)
    number = situation.accounting.number
    sentence = f"Invoice {number} is not joined with an invoice in ConnectWise yet."
    fix = f"Enter invoice {number} in ConnectWise, or make both copies identical; the payment then follows by itself."
    return waits(payment, "E8", "invoice_not_in_psa", sentence, fix, invoice)


def _gone(situation: Situation) -> Decision | None:
    """Say that ConnectWise's copy is not there as it was."""
    payment, invoice = situation.payment.ref, situation.invoice
    known = situation.accounting or situation.psa
    number = known.number if known else invoice.id
    if situation.psa_unreadable:
        sentence = f"Invoice {number} holds something in ConnectWise that cannot be kept exactly."
        fix = "Correct its amounts in ConnectWise; the payment then follows by itself."
        return refused(payment, "X5", "psa_invoice_unreadable", sentence, fix, invoice)
    if situation.psa is None or situation.psa.standing is not Standing.LIVE:
        sentence = f"Invoice {number} is no longer in ConnectWise."
        return refused(payment, "E2", "psa_invoice_gone", sentence, "Enter the invoice in ConnectWise again.", invoice)
    return None


def _unfit(situation: Situation, pays: bool) -> Decision | None:
    gone = _gone(situation)
    if gone is not None:
        return gone
    payment, invoice = situation.payment.ref, situation.invoice
    assert situation.accounting is not None
    assert situation.psa is not None
    number = situation.accounting.number
    # Taking a payment back must work on invoices that have drifted apart, a void one above all.
    found = differences(situation.accounting, situation.psa, situation.verdicts) if pays else ()
    if found:
        sentence = f"Invoice {number} is no longer identical in both systems: {'; '.join(found)}."
        fix = "Correct the copy that is wrong, or confirm the two under Matches; the payment then follows by itself."
        return refused(payment, "E2", "not_identical", sentence, fix, invoice, situation.psa.ref)
    return None


def _plan_rows(situation: Situation, paid: tuple[Paid, ...]) -> Plan:
    psa = situation.psa
    assert psa is not None
    standing = standing_of(situation.latest)
    refused_last = situation.latest is not None and situation.latest.state is EffectState.REFUSED
    # Another product may have taken over the row of what is held, and its amount would not tell (E7).
    is_held = situation.payment.keeping.hold_from(PSA) is not None
    untouched = psa.paid_minor == standing.total_minor and not refused_last and not is_held
    if situation.live_rows is None and not untouched:
        return Plan(read_rows=True)
    live = situation.live_rows if situation.live_rows is not None else standing.rows
    arranged = arrange_rows(paid, standing, live, balance_minor=psa.balance_minor, currency=psa.currency)
    if arranged.obstacle is Obstacle.ROW_GONE:
        gone = tuple(map(carried_payment, standing.carries))
        if all(payment.system is PLATFORM for payment in gone):
            counting = tuple(each.ref for each in situation.payments if each.ref in gone and wants(each, PSA))
            return Plan(gone=counting) if counting else _forget_rows(situation, standing, live)
        if not {part.payment for part in paid} & {*standing.carries}:
            return _forget_rows(situation, standing, live)
    if arranged.obstacle is not None:
        return Plan(decision=_obstacle(situation, psa, arranged))
    latest = situation.latest
    if latest is not None and arranged.write is not None and _is_refused_still(situation, latest, arranged.write):
        return Plan(decision=refusal_of(situation.payment.ref, latest))
    if carried_as(situation.payment) in arranged.elsewhere:
        sentence = f"ConnectWise invoice {psa.number} shows this payment already, entered by another product."
        return Plan(write=arranged.write, decision=did(situation.payment.ref, "E7", "elsewhere", sentence, psa.ref))
    return Plan(write=arranged.write)


def _forget_rows(situation: Situation, standing: StandingRows, live: tuple[PaymentRow, ...]) -> Plan:
    """Take note that a row is gone whose payments count no longer; what is due is entered next."""
    psa = situation.psa
    assert psa is not None
    return Plan(write=arrange_rows((), standing, live, balance_minor=psa.balance_minor, currency=psa.currency).write)


def _is_refused_still(situation: Situation, latest: Effect, write: RowWrite) -> bool:
    """Tell whether trying again would only be refused again: nothing has changed in ConnectWise since."""
    assert situation.psa is not None
    is_same = repeats_refusal(latest, write) and latest.body.get(SEEN) == situation.psa.version.updated_at
    return is_same and not is_to_be_tried_again(latest, situation.again)


def refusal_of(payment: Ref, effect: Effect) -> Decision:
    """Tell a payment that ConnectWise refused its effect."""
    assert effect.state is EffectState.REFUSED
    sentence = f"ConnectWise refused: {effect.refusal}"
    fix = effect.fix or "Correct this in ConnectWise; the payment is tried again when the invoice changes there."
    return refused(payment, effect.rule, "refused_by_psa", sentence, fix, effect.subject)


def _obstacle(situation: Situation, psa: Invoice, arranged: Arrangement) -> Decision:
    payment = situation.payment.ref
    if arranged.obstacle is Obstacle.ROW_GONE:
        sentence = f"Somebody deleted the payment that Crossfoot had entered on ConnectWise invoice {psa.number}."
        fix = "Delete the payment in QuickBooks too, or enter it in ConnectWise again with the same amount and date."
        return refused(payment, "E5", "row_gone", sentence, fix, psa.ref)
    if arranged.obstacle is Obstacle.ROW_TAKEN:
        sentence = f"Another product has taken the payment on ConnectWise invoice {psa.number} into its own batch."
        fix = "Take it out of that batch, or correct it there; Crossfoot does not touch what another product owns."
        return refused(payment, "E7", "row_taken", sentence, fix, psa.ref)
    others = ", ".join(f"{format_minor(row.amount_minor, psa.currency)} of {row.paid_on}" for row in arranged.strangers)
    open_amount = format_minor(psa.balance_minor, psa.currency)
    because = f", because of a payment that QuickBooks does not show: {others}" if others else ""
    sentence = f"ConnectWise invoice {psa.number} has only {open_amount} open{because}."
    fix = "Enter the missing payment or credit in QuickBooks, or remove it from ConnectWise."
    return refused(payment, "E6", "balance_too_small", sentence, fix, psa.ref)
