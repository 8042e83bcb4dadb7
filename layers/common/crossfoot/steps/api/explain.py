"""Explain a record: what happened to it and why, and what holds now, whether it was ever tried or not (X1)."""

from collections.abc import Iterable, Iterator

from crossfoot.core.decisions import Decision, Outcome, did
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import Customer, Invoice, Kind, Payment, Record, Ref, Standing
from crossfoot.core.money import format_minor
from crossfoot.core.planning import invoices_of
from crossfoot.core.statuses import InvoiceStatus, invoice_status
from crossfoot.messages.api import EffectShape, Explanation, OneRecord, StoryLine, Why
from crossfoot.messages.routes import Asked
from crossfoot.steps.api.invoices import explain_match
from crossfoot.steps.api.needs import Ports, not_found, read_ref, to_why
from crossfoot.steps.api.payment_states import load_payment_states

_OUTCOMES = {
    EffectState.CONFIRMED: Outcome.DID,
    EffectState.REFUSED: Outcome.REFUSED,
    EffectState.WITHDRAWN: Outcome.SKIPPED,
    EffectState.PLANNED: Outcome.WAITS,
    EffectState.SENDING: Outcome.WAITS,
    EffectState.UNKNOWN: Outcome.WAITS,
}


def explain_record(ports: Ports, asked: Asked[OneRecord]) -> Explanation:
    """Tell a record's story. Source: X1."""
    ref = read_ref(asked.path.kind, asked.path.id)
    record = ports.book.load(asked.tenant, ref)
    if record is None:
        raise not_found("record", "GET /v1/invoices and GET /v1/payments list what there is.")
    match record:
        case Payment():
            return _explain_payment(ports, asked.tenant, record)
        case Invoice():
            return _explain_invoice(ports, asked.tenant, record)
        case Customer():
            return _explain_customer(ports, asked.tenant, record)


def _explain_payment(ports: Ports, tenant: str, payment: Payment) -> Explanation:
    links = ports.book.load_links(tenant, invoices_of(payment))
    effects = [
        effect
        for psa in dict.fromkeys(link.psa for link in links.values())
        for effect in ports.effects.load_all(tenant, psa)
        if payment.ref in effect.causes
    ]
    parts = load_payment_states(ports, tenant, [payment])[payment.ref]
    remote = [ref for link in links.values() for ref in (link.accounting, link.psa)]
    amount = format_minor(payment.total_minor, payment.currency)
    title = f"Payment of {amount}" + (f" on {payment.paid_on}" if payment.paid_on else "")
    now = [part.decision for part in parts]
    return _explanation(ports, tenant, payment, (payment.ref,), remote, title, now, effects)


def _explain_invoice(ports: Ports, tenant: str, invoice: Invoice) -> Explanation:
    link = ports.book.load_link(tenant, invoice.ref)
    copies = (link.accounting, link.psa) if link else (invoice.ref,)
    effects = [effect for ref in copies for effect in ports.effects.load_all(tenant, ref)]
    now = [explain_match(ports, tenant, invoice, link), *_standing(invoice)]
    title = f"Invoice {invoice.number} of {format_minor(invoice.total_minor, invoice.currency)}"
    return _explanation(ports, tenant, invoice, copies, (), title, now, effects)


def _explain_customer(ports: Ports, tenant: str, customer: Customer) -> Explanation:
    sentence = f"{customer.name} was read from {customer.ref.system}, and is used to match invoices."
    now = [did(customer.ref, "I1", "imported", sentence)]
    if customer.standing is Standing.DELETED or not customer.active:
        now.append(did(customer.ref, "I5", "archived", f"{customer.name} is no longer active there."))
    return _explanation(ports, tenant, customer, (customer.ref,), (), customer.name, now, ())


def _standing(invoice: Invoice) -> Iterator[Decision]:
    match invoice_status(invoice):
        case InvoiceStatus.VOID:
            yield did(invoice.ref, "I6", "void", "It was voided, and counts as void, not as paid.")
        case InvoiceStatus.ARCHIVED:
            yield did(invoice.ref, "I5", "archived", "It was deleted there, and is archived here.")
        case InvoiceStatus.PAID:
            yield did(invoice.ref, "I3", InvoiceStatus.PAID, "It is paid in full.")
        case status:
            open_amount = format_minor(invoice.balance_minor, invoice.currency)
            yield did(invoice.ref, "I3", status, f"{open_amount} of it is open.")


def _explanation(
    ports: Ports,
    tenant: str,
    record: Record,
    told_of: Iterable[Ref],
    further_ids: Iterable[Ref],
    title: str,
    now: Iterable[Decision],
    effects: Iterable[Effect],
) -> Explanation:
    told_of = tuple(told_of)
    decided = [
        StoryLine(at=each.at, why=to_why(each.item)) for ref in told_of for each in ports.history.load(tenant, ref)
    ]
    written = [_to_line(effect) for effect in effects if effect.planned_at is not None]
    return Explanation(
        id=str(record.ref),
        kind=Kind(record.ref.kind),
        ids=[str(ref) for ref in dict.fromkeys((record.ref, *told_of, *further_ids))],
        title=title,
        now=[to_why(decision) for decision in now],
        story=sorted([*decided, *written], key=lambda line: line.at),
    )


def _to_line(effect: Effect) -> StoryLine:
    at = effect.settled_at or effect.planned_at
    assert at is not None
    refused = effect.state is EffectState.REFUSED
    sentence = effect.sentence if effect.settled else f"Under way: {effect.sentence}"
    why = Why(
        outcome=_OUTCOMES[effect.state],
        rule=effect.rule,
        code=effect.refusal_code if refused else effect.state.value,
        sentence=f"ConnectWise refused: {effect.refusal}" if refused else sentence,
        fix=effect.fix,
        about=[str(effect.subject), *(str(cause) for cause in effect.causes)],
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
        ),
    )
