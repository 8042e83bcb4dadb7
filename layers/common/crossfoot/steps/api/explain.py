"""Explain a record: what happened to it and why, and what holds now, whether it was ever tried or not (X1)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from crossfoot.core.decisions import Decision, Outcome, waits
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    SYSTEM_NAMES,
    CreditMemo,
    Customer,
    Deposit,
    Invoice,
    Kind,
    Payment,
    Payout,
    Ref,
    System,
)
from crossfoot.core.money import format_minor
from crossfoot.core.parts import invoices_of
from crossfoot.core.payables.open_amounts import named_by
from crossfoot.core.payables.records import PAYABLE_KINDS, BillPayment, Payable
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.silence import tell_silence
from crossfoot.core.statuses import PaymentStatus
from crossfoot.core.sync.batching import GL_BATCH
from crossfoot.core.tying import tie_payout
from crossfoot.messages.api.explain import EffectShape, Explanation, OneRecord, StoryLine, UndoShape
from crossfoot.messages.api.words import Why
from crossfoot.messages.routes import Asked
from crossfoot.steps.api.attention import ignored_now
from crossfoot.steps.api.credit_memos import find_applications
from crossfoot.steps.api.invoices import explain_matches
from crossfoot.steps.api.needs import Ports, not_found, read_ref, to_why
from crossfoot.steps.api.pairing import pair
from crossfoot.steps.api.payables_explaining import (
    credit_memo_in_payables,
    invoice_in_payables,
    never_read,
    outside_now,
    payable_now,
    payable_title,
)
from crossfoot.steps.api.payables_pairing import load_kept
from crossfoot.steps.api.payment_states import Part, load_payment_states
from crossfoot.steps.api.payout_proof import load_proof
from crossfoot.steps.api.standing import (
    copy_now,
    credit_memo_now,
    customer_now,
    deposit_now,
    invoice_now,
    keeping_now,
    lines_now,
    payout_now,
)
from crossfoot.steps.api.sync_standing import sync_now
from crossfoot.steps.api.undoing import effects_told, show_undo

_OUTCOMES = {
    EffectState.CONFIRMED: Outcome.DID,
    EffectState.REFUSED: Outcome.REFUSED,
    EffectState.WITHDRAWN: Outcome.SKIPPED,
    EffectState.PLANNED: Outcome.WAITS,
    EffectState.SENDING: Outcome.WAITS,
    EffectState.UNKNOWN: Outcome.WAITS,
}

_UNDER_WAY = (PaymentStatus.PENDING, PaymentStatus.WAITING)


def explain_record(ports: Ports, asked: Asked[OneRecord]) -> Explanation:
    """Tell a record's story. Source: X1."""
    ref = read_ref(asked.path.kind, asked.path.id)
    if ref.kind in PAYABLE_KINDS:
        return _explain_payable(ports, asked.tenant, ref)
    record = ports.book.load(asked.tenant, ref)
    match record:
        case Payment():
            return _explain_payment(ports, asked.tenant, record)
        case Invoice():
            return _explain_invoice(ports, asked.tenant, record)
        case Customer():
            now = [*customer_now(record), *keeping_now(ports, asked.tenant, record)]
            return _explanation(ports, asked.tenant, record.ref, (record.ref,), (), record.name, now)
        case CreditMemo():
            return _explain_credit_memo(ports, asked.tenant, record)
        case Deposit():
            return _explain_deposit(ports, asked.tenant, record)
        case Payout():
            return _explain_payout(ports, asked.tenant, record)
        case _:
            return _explain_unkept(ports, asked.tenant, ref)


def _explain_payment(ports: Ports, tenant: str, payment: Payment) -> Explanation:
    links = ports.book.load_links(tenant, invoices_of(payment))
    parts = load_payment_states(ports, tenant, [payment])[payment.ref]
    remote = [ref for link in links.values() for ref in (link.accounting, link.psa)]
    remote += [*payment.credit_only, *(use.credit_memo for use in payment.credits)]
    # As it was made: what was refunded since is told by itself.
    amount = format_minor(payment.total_minor + payment.refunded_minor, payment.currency)
    title = f"Payment of {amount}" + (f" on {payment.paid_on}" if payment.paid_on else "")
    now = [*(part.decision for part in parts), *_silence_now(ports, tenant, payment.ref, parts)]
    now += ignored_now(ports, tenant, payment.ref)
    return _explanation(ports, tenant, payment.ref, (payment.ref,), remote, title, now, payment)


def _silence_now(ports: Ports, tenant: str, payment: Ref, parts: Iterable[Part]) -> Iterator[Decision]:
    """Say that ConnectWise does not answer, where a payment may be waiting for nothing else. Source: C7, X1."""
    if any(part.status in _UNDER_WAY for part in parts):
        psa = ports.connections.load(tenant, PSA)
        if psa is not None and psa.silent and psa.unanswered_since:
            worry = tell_silence(PSA, psa.unanswered_since)
            yield waits(payment, "C7", "system_silent", worry.reason, worry.fix)


def _explain_invoice(ports: Ports, tenant: str, invoice: Invoice) -> Explanation:
    (entry,) = pair(ports, tenant, [invoice], invoice.ref.system, None)
    copies = (entry.link.accounting, entry.link.psa) if entry.link else (invoice.ref,)
    match = explain_matches(ports, tenant, [entry])[invoice.ref]
    now = [match, *invoice_now(invoice), *lines_now(ports, tenant, invoice), *keeping_now(ports, tenant, invoice)]
    now += [*copy_now(ports, tenant, invoice, entry.copies), *sync_now(ports, tenant, invoice, entry.link)]
    now += [*outside_now(invoice.ref, *entry.copies), *invoice_in_payables(ports, tenant, invoice)]
    title = f"Invoice {invoice.number} of {format_minor(invoice.total_minor, invoice.currency)}"
    return _explanation(ports, tenant, invoice.ref, copies, (), title, now, invoice)


def _explain_credit_memo(ports: Ports, tenant: str, memo: CreditMemo) -> Explanation:
    link = ports.book.load_link(tenant, memo.ref)
    copies = (link.accounting, link.psa) if link else (memo.ref,)
    payments = [payment.ref for payment, _ in find_applications(ports, tenant, memo)]
    own = [*credit_memo_now(memo, payments), *lines_now(ports, tenant, memo)]
    now = [*own, *keeping_now(ports, tenant, memo), *sync_now(ports, tenant, memo, link)]
    now += credit_memo_in_payables(ports, tenant, memo)
    title = f"Credit memo {memo.number} of {format_minor(memo.total_minor, memo.currency)}"
    return _explanation(ports, tenant, memo.ref, copies, payments, title, now, memo)


def _explain_deposit(ports: Ports, tenant: str, deposit: Deposit) -> Explanation:
    lines = ports.book.load_deposit_lines(tenant, deposit)
    payments = [line.payment for line in lines if line.payment]
    ids = [*ports.origins.load_payouts(tenant, [deposit.ref]).values(), *payments]
    title = f"Deposit of {format_minor(deposit.total_minor, deposit.currency)}"
    now = deposit_now(deposit, payments)
    return _explanation(ports, tenant, deposit.ref, (deposit.ref,), ids, title, now)


def _explain_payout(ports: Ports, tenant: str, payout: Payout) -> Explanation:
    items = ports.book.load_payout_items(tenant, payout.ref)
    ids = list(dict.fromkeys(item.payment for item in items if item.payment))
    proof = load_proof(ports, tenant, replace(payout, items=items))
    if proof.slip is not None:
        ids.append(Ref(ACCOUNTING, Kind.DEPOSIT, proof.slip.id))
    title = f"Payout of {format_minor(payout.total_minor, payout.currency)} on {payout.arrives_on}"
    now = [*payout_now(payout, items), tie_payout(proof), *ignored_now(ports, tenant, payout.ref)]
    return _explanation(ports, tenant, payout.ref, (payout.ref,), ids, title, now, payout)


def _explain_payable(ports: Ports, tenant: str, ref: Ref) -> Explanation:
    kept = load_kept(ports, tenant, ref)
    if kept is None:
        return _explain_unkept(ports, tenant, ref)
    settled = [*named_by(kept.shown)] if isinstance(kept.shown, BillPayment) else []
    now = [*payable_now(ports, tenant, kept), *ignored_now(ports, tenant, kept.shown.ref)]
    return _explanation(ports, tenant, ref, kept.refs, settled, payable_title(kept.shown), now, kept.named.told)


def _explain_unkept(ports: Ports, tenant: str, ref: Ref) -> Explanation:
    """Tell of a record that the book does not have: of one that could not be kept exactly, its decisions are all there is.

    Raises: Rejected("not_found") when nothing was ever decided on it.
    """
    decided = ports.history.load(tenant, ref)
    if not decided:
        unread = never_read(ports, tenant, ref)
        if unread is not None:
            raise unread
        listed = f"GET /v1/{ref.kind.replace('_', '-')}s lists them."
        raise not_found(ref.kind.replace("_", " "), listed)
    title = f"{ref.kind.replace('_', ' ').capitalize()} {ref.id}, which is not in the book"
    return _explanation(ports, tenant, ref, (ref,), (), title, [decided[-1].item])


def _explanation(
    ports: Ports,
    tenant: str,
    record: Ref,
    told_of: Iterable[Ref],
    further_ids: Iterable[Ref],
    title: str,
    now: Iterable[Decision],
    written: Payment | Invoice | CreditMemo | Payout | Payable | None = None,
) -> Explanation:
    """Put a story together. Takes: `written` is the record where it may have effects."""
    told_of = tuple(told_of)
    decided = [
        StoryLine(at=each.at, why=to_why(each.item)) for ref in told_of for each in ports.history.load(tenant, ref)
    ]
    effects, on_them = effects_told(ports, tenant, written) if written is not None else ([], [])
    wrote = [_to_line(effect, show_undo(ports, tenant, effect, on_them)) for effect in effects if effect.planned_at]
    return Explanation(
        id=str(record),
        kind=Kind(record.kind),
        ids=[str(ref) for ref in dict.fromkeys((record, *told_of, *further_ids))],
        title=title,
        now=[to_why(decision) for decision in now],
        story=sorted([*decided, *wrote], key=lambda line: line.at),
    )


def _to_line(effect: Effect, undo: UndoShape) -> StoryLine:
    at = effect.settled_at or effect.planned_at
    assert at is not None
    refused = effect.state is EffectState.REFUSED
    sentence = effect.sentence if effect.settled else f"Under way: {effect.sentence}"
    why = Why(
        outcome=_OUTCOMES[effect.state],
        rule=effect.rule,
        code=effect.refusal_code if refused else effect.state.value,
        sentence=f"{SYSTEM_NAMES[_written_to(effect)]} refused: {effect.refusal}" if refused else sentence,
        fix=effect.fix,
        about=[str(ref) for ref in dict.fromkeys((effect.subject, *effect.causes))],
    )
    return StoryLine(
        at=at,
        why=why,
        effect=EffectShape(
            key=effect.key,
            kind=effect.kind,
            subject=str(effect.subject),
            generation=effect.generation,
            state=effect.state,
            adopted=effect.adopted,
            remote_id=effect.remote_id,
            planned_at=effect.planned_at,
            settled_at=effect.settled_at,
            refusal=effect.refusal,
            undo=undo,
        ),
    )


def _written_to(effect: Effect) -> System:
    """Name the system that an effect writes to: the rows are its subject's own, and all else is for the accounting."""
    return PSA if effect.kind in (PAYMENT_ROWS, GL_BATCH) else ACCOUNTING
