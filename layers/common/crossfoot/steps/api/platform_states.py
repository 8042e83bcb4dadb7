"""How far payments of the platform have come in both books, from our own table alone (P1, P2, P3, E8)."""

from collections.abc import Mapping, Sequence

from crossfoot.core.decisions import Decision, Outcome, did, waits
from crossfoot.core.effects import Effect
from crossfoot.core.holds import ABOUT_HOLDS, LET_GO_ON, decide_hold, wants
from crossfoot.core.model import ACCOUNTING, PSA, SYSTEM_NAMES, Link, Payment, Ref, Standing, System
from crossfoot.core.parts import carried_as, invoices_of
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.receipts import standing_of as receipts_of
from crossfoot.core.receiving import RECEIPTS
from crossfoot.core.rows import standing_of as rows_of
from crossfoot.core.statuses import PaymentStatus, status_of_outcome
from crossfoot.ports import Dated
from crossfoot.steps.api.needs import Ports

type State = tuple[PaymentStatus, Decision]

# What a decision names when it is about one book alone.
_ABOUT_BOOK = {
    "accounting_not_connected": ACCOUNTING, "invoice_not_in_accounting": ACCOUNTING, "other_currency": ACCOUNTING,
    "nobody_paid": ACCOUNTING, "account_missing": ACCOUNTING, "period_closed": ACCOUNTING,
    "deposited_by_hand": ACCOUNTING, "deposit_first": ACCOUNTING, "refused_by_accounting": ACCOUNTING,
}  # fmt: skip


def load_platform_states(ports: Ports, tenant: str, payments: Sequence[Payment]) -> dict[Ref, tuple[State, ...]]:
    """Find out how far some payments of the platform have come. Returns: a state for each book and invoice."""
    refs = [payment.ref for payment in payments]
    receipts = ports.effects.load_latest_of(tenant, RECEIPTS, refs)
    named = {ref for payment in payments for ref in invoices_of(payment)}
    links = ports.book.load_links(tenant, named) if named else {}
    copies = {copy for ref in named if (copy := _psa_copy(ref, links)) is not None}
    rows = ports.effects.load_latest_of(tenant, PAYMENT_ROWS, copies)
    told = ports.history.load_many(tenant, refs) if refs else {}
    return {
        payment.ref: (
            _in_accounting(payment, receipts.get(payment.ref), told[payment.ref]),
            *(
                _in_psa(payment, ref, _psa_copy(ref, links), _latest(ref, links, rows), told[payment.ref])
                for ref in invoices_of(payment)
            ),
        )
        for payment in payments
    }


def _in_accounting(payment: Payment, latest: Effect | None, told: Sequence[Dated[Decision]]) -> State:
    if latest is not None and latest.in_flight:
        return _under_way(payment, ACCOUNTING)
    standing = receipts_of(latest)
    held = _held(ACCOUNTING, latest, told)
    if held is not None:
        return status_of_outcome(held.outcome), held
    taken_out = decide_hold(payment, ACCOUNTING)
    if taken_out is not None and not standing and payment.standing is Standing.LIVE:
        return PaymentStatus.SKIPPED, taken_out
    stands = sum(receipt.amount_minor for receipt in standing)
    if stands != (payment.total_minor if wants(payment, ACCOUNTING) else 0):
        return _pending(payment, ACCOUNTING)
    if latest is None:
        return PaymentStatus.SYNCED, did(
            payment.ref, "P2", "never_entered", "It was taken back before it was entered anywhere."
        )
    return PaymentStatus.SYNCED, did(payment.ref, latest.rule, "entered", latest.sentence, latest.subject)


def _in_psa(
    payment: Payment, invoice: Ref, copy: Ref | None, latest: Effect | None, told: Sequence[Dated[Decision]]
) -> State:
    if latest is not None and latest.in_flight:
        return _under_way(payment, PSA)
    held = _held(PSA, latest, told, invoice, copy)
    if held is not None:
        return status_of_outcome(held.outcome), held
    is_carried = carried_as(payment) in rows_of(latest).carries
    pays = payment.standing is Standing.LIVE and any(part.invoice == invoice for part in payment.allocations)
    taken_out = decide_hold(payment, PSA, invoice)
    if taken_out is not None and not is_carried and pays:
        return PaymentStatus.SKIPPED, taken_out
    is_wanted = pays and taken_out is None
    if is_carried is not is_wanted:
        return _pending(payment, PSA)
    if latest is None:
        sentence = "Nothing of it was ever entered on this invoice in ConnectWise."
        return PaymentStatus.SYNCED, did(payment.ref, "P2", "never_entered", sentence, invoice)
    return PaymentStatus.SYNCED, did(payment.ref, latest.rule, "entered", latest.sentence, invoice, latest.subject)


def _held(
    system: System, latest: Effect | None, told: Sequence[Dated[Decision]], *copies: Ref | None
) -> Decision | None:
    """Find what holds a payment up in a book: the last word on it, unless something was written since."""
    for each in reversed(told):
        if latest is not None and latest.settled_at is not None and each.at < latest.settled_at:
            return None
        if each.item.code in ABOUT_HOLDS:
            if each.item.code == LET_GO_ON:
                return None
            continue
        about_accounting = each.item.code in _ABOUT_BOOK or (each.item.code == "needs_partner" and not each.item.about)
        is_about = (
            about_accounting
            if system is ACCOUNTING
            else not about_accounting and not {*copies}.isdisjoint(each.item.about)
        )
        if is_about or (system is PSA and each.item.code == "psa_not_connected"):
            return each.item if each.item.outcome in (Outcome.WAITS, Outcome.REFUSED, Outcome.SKIPPED) else None
    return None


def _under_way(payment: Payment, system: System) -> State:
    sentence = f"This is being written to {SYSTEM_NAMES[system]}."
    return PaymentStatus.PENDING, waits(payment.ref, "P1", "under_way", sentence)


def _pending(payment: Payment, system: System) -> State:
    rule, what = ("P1", "entered") if wants(payment, system) else ("P2", "taken back")
    sentence = f"This payment is next in line to be {what} in {SYSTEM_NAMES[system]}."
    return PaymentStatus.PENDING, waits(payment.ref, rule, "pending", sentence, "", *invoices_of(payment))


def _psa_copy(named: Ref, links: Mapping[Ref, Link]) -> Ref | None:
    if named in links:
        return links[named].psa
    return named if named.system is PSA else None


def _latest(named: Ref, links: Mapping[Ref, Link], rows: Mapping[Ref, Effect]) -> Effect | None:
    copy = _psa_copy(named, links)
    return rows.get(copy) if copy is not None else None
