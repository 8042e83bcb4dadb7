"""Try an undo without doing it: plan as if the partner held the records, from our own table alone (X1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from crossfoot.core.decisions import Decision, refused, skipped
from crossfoot.core.depositing import plan_deposit
from crossfoot.core.effects import Effect
from crossfoot.core.eligibility import decide_payment
from crossfoot.core.holds import hold
from crossfoot.core.model import (
    ACCOUNTING,
    PLATFORM,
    PSA,
    SYSTEM_NAMES,
    Invoice,
    Payment,
    Payout,
    Ref,
    Standing,
)
from crossfoot.core.planning import PAYMENT_ROWS, Situation, plan_payment
from crossfoot.core.receiving import plan_receipts
from crossfoot.core.rows import Obstacle
from crossfoot.core.slip_lines import Depositing, payments_in
from crossfoot.core.slips import standing_of
from crossfoot.core.undoing import Undo, judge_undo
from crossfoot.gathering import load_receivings
from crossfoot.linking import load_bearing
from crossfoot.steps.api.needs import Ports, why_closed
from crossfoot.steps.api.payout_proof import load_deposit_copy


def try_undo(ports: Ports, tenant: str, effect: Effect, on_them: Sequence[Effect]) -> Undo:
    """Say whether an effect can be undone now, and what is held for that.

    Takes: `on_them` are effects, with all of those on its subject among them.
    Source: X1; what stands in the way is what the ordinary plan says.
    """
    chain = [each for each in on_them if (each.kind, each.subject) == (effect.kind, effect.subject)]
    found = judge_undo(effect, sorted(chain, key=lambda each: each.generation))
    if not found.is_possible:
        return found
    records = list(ports.book.load_many(tenant, found.records).values())
    payments = [record for record in records if isinstance(record, Payment)]
    payouts = [record for record in records if isinstance(record, Payout)]
    asked = _asked_already(found, [*payments, *payouts])
    if asked is not None:
        return asked
    closed = why_closed(ports, tenant, found.system)
    if closed is not None:
        return Undo(closed.reason, fix=closed.fix)
    trial, latest = _Trial(ports, tenant), max(chain, key=lambda each: each.generation)
    why = trial.of_payout(payouts[0], latest) if payouts else trial.of_payments(payments, latest)
    return found if why is None else Undo(why.sentence, fix=why.fix)


def _asked_already(undo: Undo, records: Iterable[Payment | Payout]) -> Undo | None:
    """Say that all of it is held already, or counts no longer."""
    entered = [record for record in records if record.keeping.hold_from(undo.system) is None]
    name = SYSTEM_NAMES[undo.system]
    if not entered:
        reason = f"You took this back already; it goes out of {name} as soon as {name} takes that."
        return replace(undo, reason=reason, is_asked=True)
    if all(record.standing is not Standing.LIVE for record in entered):
        return Undo(f"It counts no longer, and is taken back in {name} by itself.")
    return None


class _Trial:
    """What the ordinary plan says of a partner's records once they are held."""

    def __init__(self, ports: Ports, tenant: str) -> None:
        self._ports, self._tenant, self._today = ports, tenant, ports.clock.now().date()
        self._preferences = ports.preferences.load(tenant)

    def of_payments(self, payments: Sequence[Payment], latest: Effect) -> Decision | None:
        """Say what keeps payments from being taken back. Takes: `latest` on the rows, or on the receipts of the one."""
        if latest.kind == PAYMENT_ROWS:
            return self._of_rows(payments, latest)
        return self._of_receipts(payments[0])

    def _of_rows(self, payments: Sequence[Payment], latest: Effect) -> Decision | None:
        external = [payment for payment in payments if payment.ref.system is not PLATFORM]
        left_alone = (decide_payment(payment, self._preferences, psa_connected=True) for payment in external)
        found = next((decision for decision in left_alone if decision is not None), None)
        if found is not None:
            return found
        held = {payment.ref: hold(payment, PSA, self._today) for payment in payments}
        plan = plan_payment(self._situation(held, latest), self._preferences)
        if plan.decision is not None and plan.write is None:
            return plan.decision
        return self._taken(payments, latest)

    def _situation(self, held: Mapping[Ref, Payment], latest: Effect) -> Situation:
        ports, tenant, psa = self._ports, self._tenant, latest.subject
        link = ports.book.load_link(tenant, psa)
        invoice = link.accounting if link is not None else psa
        copies = ports.book.load_many(tenant, {invoice, psa})
        links = {invoice: link} if link is not None else {}
        bearing = load_bearing(tenant, copies, links, ports.book, ports.matches)
        paying = ports.book.load_payments_of_many(tenant, {invoice, psa})
        found = {payment.ref: held.get(payment.ref, payment) for paid in paying.values() for payment in paid}
        return Situation(
            payment=next(iter(held.values())),
            invoice=invoice,
            accounting=_as_invoice(copies.get(invoice)) if link is not None else None,
            link=link,
            psa=_as_invoice(copies.get(psa)),
            payments=tuple(found.values()),
            latest=latest,
            psa_keeping=bearing.psa_keeping(invoice),
            verdicts=bearing.verdicts,
            parted=invoice in bearing.parted,
        )

    def _taken(self, payments: Sequence[Payment], latest: Effect) -> Decision | None:
        """Say that another product had taken the row when it was looked at last: our table does not hold rows."""
        told = self._ports.history.load_many(self._tenant, [payment.ref for payment in payments])
        since = [each.item for found in told.values() for each in found if each.at > (latest.settled_at or each.at)]
        return next((each for each in since if each.code == Obstacle.ROW_TAKEN and latest.subject in each.about), None)

    def _of_receipts(self, payment: Payment) -> Decision | None:
        ports, company = self._ports, self._ports.companies.load_known(self._tenant)
        receiving = load_receivings(self._tenant, [payment], company, ports)[payment.ref]
        if any(copy.standing is not Standing.LIVE for copy in receiving.copies.values()):
            sentence = "Somebody deleted it in QuickBooks; the payment follows that by itself."
            return skipped(payment.ref, "P3", "deleted_in_accounting", sentence)
        held = replace(receiving, payment=hold(payment, ACCOUNTING, self._today))
        plan = plan_receipts(held, self._preferences)
        if plan.payout_first is None:
            return plan.decision
        name = plan.payout_first.id
        sentence = f"In QuickBooks it lies in the deposit of payout {name}, which locks it."
        return refused(payment.ref, "P2", "deposit_first", sentence, f"Undo the deposit of payout {name} first.")

    def of_payout(self, payout: Payout, latest: Effect) -> Decision | None:
        """Say what keeps a payout's deposit from being taken back."""
        ports, tenant = self._ports, self._tenant
        whole = replace(hold(payout, ACCOUNTING, self._today), items=ports.book.load_payout_items(tenant, payout.ref))
        company, found = ports.companies.load_known(tenant), ports.book.load_many(tenant, payments_in(whole))
        payments = [record for record in found.values() if isinstance(record, Payment)]
        receivings = load_receivings(tenant, payments, company, ports)
        depositing = Depositing(
            whole, company, receivings, latest, load_deposit_copy(ports, tenant, standing_of(latest))
        )
        return plan_deposit(depositing, self._preferences).decision


def _as_invoice(record: object) -> Invoice | None:
    return record if isinstance(record, Invoice) else None
