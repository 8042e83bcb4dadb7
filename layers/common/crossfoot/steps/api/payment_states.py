"""How far each payment has come, derived by the same rules that mirror it (E1 to E8, X1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crossfoot.core.decisions import Decision, Outcome, did, skipped, waits
from crossfoot.core.effects import Effect
from crossfoot.core.eligibility import decide_payment
from crossfoot.core.model import PLATFORM, PSA, Invoice, Payment, Ref, Standing
from crossfoot.core.parts import carried_as, external_parts, invoices_of, platform_parts
from crossfoot.core.planning import PAYMENT_ROWS, Situation, plan_payment
from crossfoot.core.preferences import Preferences
from crossfoot.core.rows import standing_of
from crossfoot.core.statuses import PaymentStatus, gravest, status_of_outcome
from crossfoot.linking import load_bearing
from crossfoot.ports import Dated, is_connected
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.platform_states import load_platform_states


@dataclass(frozen=True, slots=True)
class Part:
    """How far a payment has come on one of its invoices, and why."""

    status: PaymentStatus
    decision: Decision


def load_payment_states(ports: Ports, tenant: str, payments: Sequence[Payment]) -> dict[Ref, tuple[Part, ...]]:
    """Find out, from our own table alone, how far some payments have come. Returns: at least one part for each."""
    preferences = ports.preferences.load(tenant)
    psa_connected = is_connected(ports.connections, tenant, PSA)
    states: dict[Ref, tuple[Part, ...]] = {}
    eligible = []
    received = [payment for payment in payments if payment.ref.system is PLATFORM]
    for ref, found in load_platform_states(ports, tenant, received).items():
        states[ref] = tuple(Part(status, decision) for status, decision in found)
    for payment in payments:
        if payment.ref.system is PLATFORM:
            continue
        held = decide_payment(payment, preferences, psa_connected=True) or _pays_nothing(payment)
        if held is None:
            eligible.append(payment)
        else:
            states[payment.ref] = (Part(status_of_outcome(held.outcome), held),)
    known = _Known(ports, tenant, preferences, eligible)
    for payment, parts in known.parts():
        held = decide_payment(payment, preferences, psa_connected=psa_connected)
        states[payment.ref] = tuple(_unless_held(part, held) for part in parts)
    return states


def gravest_part(parts: Sequence[Part]) -> Part:
    """Pick the part that tells the payment's state as a whole."""
    return Part(*gravest((part.status, part.decision) for part in parts))


def _unless_held(part: Part, held: Decision | None) -> Part:
    """Give a part as it is, or what holds it up; what stands in the PSA stands there, whether we may look or not."""
    return part if held is None or part.status is PaymentStatus.SYNCED else Part(status_of_outcome(held.outcome), held)


def _pays_nothing(payment: Payment) -> Decision | None:
    if invoices_of(payment):
        return None
    if payment.standing is not Standing.LIVE:
        return skipped(
            payment.ref, "E5", "nothing_to_take_back", f"This payment is {payment.standing}, and paid nothing."
        )
    if payment.credit_only:
        sentence = "It only applies credits; no money came in, so there is nothing to enter in ConnectWise."
        about = (*payment.credit_only, *(use.credit_memo for use in payment.credits))
        return skipped(payment.ref, "E1", "credit_only", sentence, "", *about)
    sentence = "This payment is not applied to an invoice in QuickBooks."
    return waits(payment.ref, "E8", "unapplied", sentence, "Apply it to an invoice; it then follows by itself.")


class _Known:
    """What our table holds on some payments, read in few calls."""

    def __init__(self, ports: Ports, tenant: str, preferences: Preferences, payments: Sequence[Payment]) -> None:
        self._ports = ports
        self._tenant = tenant
        self._preferences = preferences
        self._eligible = payments
        refs = list(dict.fromkeys(ref for payment in payments for ref in invoices_of(payment)))
        self._links = ports.book.load_links(tenant, refs)
        psa_refs = [link.psa for link in self._links.values()]
        self._records = ports.book.load_many(tenant, [*refs, *psa_refs])
        self._bearing = load_bearing(tenant, self._records, self._links, ports.book, ports.matches)
        self._latest = ports.effects.load_latest_of(tenant, PAYMENT_ROWS, psa_refs)
        at_rest = [ref for ref in self._links if _is_settled(self._latest_on(ref))]
        self._paying = ports.book.load_payments_of_many(tenant, at_rest)

    def parts(self) -> Iterator[tuple[Payment, tuple[Part, ...]]]:
        """Give each payment's state on each of its invoices."""
        found = {(each.ref, ref): self._part(each, ref) for each in self._eligible for ref in invoices_of(each)}
        untold = [payment for (payment, _), part in found.items() if isinstance(part, Situation)]
        told = self._ports.history.load_many(self._tenant, untold) if untold else {}
        for each in self._eligible:
            parts = (found[each.ref, ref] for ref in invoices_of(each))
            yield (
                each,
                tuple(
                    _with_what_was_told(part, told[each.ref]) if isinstance(part, Situation) else part for part in parts
                ),
            )

    def _latest_on(self, invoice: Ref) -> Effect | None:
        link = self._links.get(invoice)
        return self._latest.get(link.psa) if link else None

    def _part(self, payment: Payment, invoice: Ref) -> Part | Situation:
        """Give a payment's state on an invoice; the situation where it takes what was decided to tell."""
        link, latest = self._links.get(invoice), self._latest_on(invoice)
        if latest is not None and not _is_settled(latest):
            return Part(PaymentStatus.PENDING, _under_way(payment, latest))
        situation = Situation(
            payment=payment,
            invoice=invoice,
            accounting=_as_invoice(self._records.get(invoice)),
            link=link,
            psa=_as_invoice(self._records.get(link.psa)) if link else None,
            payments=self._paying.get(invoice, ()),
            latest=latest,
            psa_keeping=self._bearing.psa_keeping(invoice),
            verdicts=self._bearing.verdicts,
            parted=invoice in self._bearing.parted,
        )
        plan = plan_payment(situation, self._preferences)
        if plan.decision is not None:
            return Part(status_of_outcome(plan.decision.outcome), plan.decision)
        is_at_rest = plan.write is None and not plan.read_rows
        if is_at_rest or (_stands(situation) and not _has_moved_on(situation)):
            return Part(PaymentStatus.SYNCED, _mirrored(situation))
        return situation


def _with_what_was_told(situation: Situation, decided: Sequence[Dated[Decision]]) -> Part:
    """Answer from what was decided with ConnectWise's own rows in sight, which our table does not hold."""
    latest = situation.latest
    about = {situation.invoice, situation.link.psa} if situation.link else {situation.invoice}
    told = next((each for each in reversed(decided) if about & {*each.item.about}), None)
    is_held = told is not None and told.item.outcome is not Outcome.DID
    is_newer = told is not None and (latest is None or latest.settled_at is None or told.at >= latest.settled_at)
    if _stands(situation) and not (is_held and is_newer):
        return Part(PaymentStatus.SYNCED, _mirrored(situation))
    if told is not None and (is_held or told.item.code == "elsewhere"):
        return Part(status_of_outcome(told.item.outcome), told.item)
    sentence = "This payment is next in line to be compared with ConnectWise."
    return Part(PaymentStatus.PENDING, waits(situation.payment.ref, "E1", "pending", sentence, "", situation.invoice))


def _has_moved_on(situation: Situation) -> bool:
    """Tell whether our book saw the PSA's copy change since our rows were written: somebody may have changed them."""
    psa, latest = situation.psa, situation.latest
    settled_at = latest.settled_at if latest is not None else None
    return psa is not None and (settled_at is None or datetime.fromisoformat(psa.version.updated_at) > settled_at)


def _stands(situation: Situation) -> bool:
    """Tell whether our rows hold of this payment what it pays, and no more nor less than what they carry (E7).

    The PSA's copy in our book may be older than they are, and may show rows of others beside them.
    """
    parts = external_parts(situation.payments, situation.invoice)
    names = (situation.invoice, situation.link.psa) if situation.link else (situation.invoice,)
    paid = {part.payment: part.amount_minor for part in (*parts, *platform_parts(situation.payments, names))}
    standing, name = standing_of(situation.latest), carried_as(situation.payment)
    if (name in paid) is not (name in standing.carries) or not {*standing.carries} <= paid.keys():
        return False
    return sum(paid[carried] for carried in standing.carries) == standing.total_minor


def _mirrored(situation: Situation) -> Decision:
    payment, latest = situation.payment.ref, situation.latest
    if latest is None or payment not in latest.causes:
        sentence = "ConnectWise agrees; nothing was left to do for this payment."
        return did(payment, "E1", "agrees", sentence, situation.invoice)
    return did(payment, latest.rule, "mirrored", latest.sentence, situation.invoice, latest.subject)


def _under_way(payment: Payment, effect: Effect) -> Decision:
    if effect.possible_sends and effect.lease_until is None:
        sentence = "ConnectWise's answer was lost. Crossfoot looks there before it writes again."
        return waits(payment.ref, effect.rule, "answer_lost", sentence, "", effect.subject)
    return waits(payment.ref, effect.rule, "under_way", "This is being written to ConnectWise.", "", effect.subject)


def _is_settled(latest: Effect | None) -> bool:
    return latest is None or latest.settled


def _as_invoice(record: object) -> Invoice | None:
    return record if isinstance(record, Invoice) else None
