"""mirror_payment: make ConnectWise agree with one QuickBooks payment (E1 to E8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crossfoot.core.decisions import Decision, Outcome, refused
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.eligibility import decide_payment
from crossfoot.core.matching import differences
from crossfoot.core.model import ACCOUNTING, PSA, Invoice, Kind, Payment, PaymentRow, Ref
from crossfoot.core.parts import invoices_of
from crossfoot.core.planning import PAYMENT_ROWS, Plan, Situation, plan_payment, refusal_of, to_effect
from crossfoot.core.rows import Operation, RowWrite, from_body, is_same, standing_of, to_result
from crossfoot.errors import BadMessage, Conflict, NeedsPartner, Rejected
from crossfoot.ledger import PATIENCE, Patience, Written, confirm_adopted, perform, settle, withdraw
from crossfoot.ledger import plan as plan_effect
from crossfoot.linking import load_bearing
from crossfoot.ports import (
    Book,
    Clock,
    Connections,
    EffectStore,
    History,
    Matches,
    PaymentRows,
    PreferencesStore,
    Psa,
    Systems,
    is_connected,
)

# Each round settles one effect or reads the rows once; an invoice with more rows than this is not ours to arrange.
MAX_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs."""

    book: Book
    history: History
    effects: EffectStore
    matches: Matches
    preferences: PreferencesStore
    connections: Connections
    systems: Systems
    clock: Clock
    patience: Patience = PATIENCE


class RowHands:
    """Looks for and sends one write on the payment rows of a ConnectWise invoice."""

    def __init__(self, rows: PaymentRows) -> None:
        self._rows = rows

    def look(self, effect: Effect) -> Written | None:
        """Read the rows and find the write in them. ConnectWise has no idempotency key, so this is the only proof."""
        write = from_body(effect.body)
        assert write.row is not None
        try:
            live = self._rows.fetch_rows(effect.subject, write.currency)
        except Rejected:
            return None  # The invoice is gone, and its rows with it.
        present = next((row for row in live if row.id == write.row.id), None)
        match write.operation:
            case Operation.DELETE:
                return self._written(effect, write, None) if present is None else None
            case Operation.UPDATE:
                found = present if present is not None and is_same(present, write.row) else None
                return self._written(effect, write, found) if found is not None else None
            case _:
                made = next((row for row in live if _is_made_by(row, write)), None)
                return self._written(effect, write, made) if made is not None else None

    def send(self, effect: Effect) -> Written:
        """Write it. Raises: as PaymentRows."""
        write = from_body(effect.body)
        assert write.row is not None
        amount_minor, paid_on, currency = write.row.amount_minor, write.row.paid_on, write.currency
        match write.operation:
            case Operation.CREATE:
                row = self._rows.create_row(effect.subject, amount_minor, paid_on, currency)
                return self._written(effect, write, row)
            case Operation.UPDATE:
                row = self._rows.update_row(effect.subject, write.row.id, amount_minor, paid_on, currency)
                return self._written(effect, write, row)
            case _:
                self._rows.delete_row(effect.subject, write.row.id)
                return self._written(effect, write, None)

    @staticmethod
    def _written(effect: Effect, write: RowWrite, row: PaymentRow | None) -> Written:
        standing = write.standing_after(effect.generation, row)
        return Written(row.id if row else "", to_result(standing))


def _is_made_by(row: PaymentRow, write: RowWrite) -> bool:
    assert write.row is not None
    # Another product may have taken our row into its batch meanwhile: foreign or not, it is the one that we made.
    return row.id not in write.known and is_same(row, write.row)


class MirrorPayments:
    """The payments of one partner that a batch of messages names.

    Reads what they have in common once (one ConnectWise call for up to 150 invoices), then mirrors one at a time, so
    that a payment that fails leaves the others alone.
    """

    def __init__(self, tenant: str, payment_ids: Sequence[str], ports: Ports) -> None:
        """Gather. Raises: errors of reads; nothing was written by then."""
        self._tenant = tenant
        self._ports = ports
        self._preferences = ports.preferences.load(tenant)
        refs = [Ref(ACCOUNTING, Kind.PAYMENT, payment_id) for payment_id in dict.fromkeys(payment_ids)]
        loaded = ports.book.load_many(tenant, refs)
        self._payments = {ref: record for ref, record in loaded.items() if isinstance(record, Payment)}
        self._psa_connected = is_connected(ports.connections, tenant, PSA)
        self._psa: Psa | None = None
        self._invoices: dict[Ref, Situation] = {}
        self._gather_invoices()

    def mirror(self, payment_id: str) -> None:
        """Mirror one payment and record what was decided.

        Raises: Conflict when somebody else is at it; errors of the vendor. The effects settled by then stay settled.
        """
        payment = self._payments.get(Ref(ACCOUNTING, Kind.PAYMENT, payment_id))
        if payment is None:
            raise BadMessage(f"payment {payment_id} is not in the book of {self._tenant}")
        held = self._held(payment)
        decisions = [held] if held else [d for ref in invoices_of(payment) for d in self._mirror_on(payment, ref)]
        self._ports.history.save(self._tenant, decisions)

    # --- gather ---------------------------------------------------------------------------------------------------

    def _held(self, payment: Payment) -> Decision | None:
        return decide_payment(payment, self._preferences, psa_connected=self._psa_connected)

    def _gather_invoices(self) -> None:
        eligible = [payment for payment in self._payments.values() if self._held(payment) is None]
        refs = list(dict.fromkeys(ref for payment in eligible for ref in invoices_of(payment)))
        if not refs:
            return
        self._psa = self._ports.systems.psa(self._tenant)
        links = self._ports.book.load_links(self._tenant, refs)
        psa_refs = [link.psa for link in links.values()]
        copies = self._ports.book.load_many(self._tenant, [*refs, *psa_refs])
        bearing = load_bearing(self._tenant, copies, links, self._ports.book, self._ports.matches)
        payments = self._ports.book.load_payments_of_many(self._tenant, links) if links else {}
        latest = self._ports.effects.load_latest_of(self._tenant, PAYMENT_ROWS, psa_refs)
        found = self._psa.fetch_invoices([ref.id for ref in psa_refs])
        live = {invoice.ref: invoice for invoice in found.records}
        for ref in refs:
            link, invoice = links.get(ref), _as_invoice(copies.get(ref))
            self._invoices[ref] = Situation(
                payment=eligible[0],
                invoice=ref,
                accounting=invoice,
                link=link,
                psa=live.get(link.psa) if link else None,
                psa_unreadable=link is not None and link.psa in found.unreadable,
                payments=payments.get(ref, ()),
                latest=latest.get(link.psa) if link else None,
                psa_keeping=bearing.psa_keeping(ref),
                verdicts=bearing.verdicts,
                parted=ref in bearing.parted,
            )

    def _hands(self) -> RowHands:
        assert self._psa is not None
        return RowHands(self._psa)

    # --- plan and apply -------------------------------------------------------------------------------------------

    def _mirror_on(self, payment: Payment, invoice: Ref) -> list[Decision]:
        try:
            return self._mirror_rows(replace(self._invoices[invoice], payment=payment))
        except NeedsPartner as error:
            # Nothing was written. The payment says why, and is tried again when the connection is mended.
            fix = error.fix or "Mend the connection under Connections; the payment then follows by itself."
            return [refused(payment.ref, "C7", "needs_partner", str(error), fix, invoice)]

    def _mirror_rows(self, situation: Situation) -> list[Decision]:
        payment, invoice = situation.payment, situation.invoice
        situation = self._settled(situation)
        for _ in range(MAX_ROUNDS):
            plan = plan_payment(situation, self._preferences)
            if plan.read_rows:
                situation = self._with_rows(situation)
            elif plan.write is None:
                self._invoices[invoice] = self._at_rest(situation, plan)
                return [plan.decision] if plan.decision else []
            else:
                situation, settled = self._apply(situation, plan.write)
                self._invoices[invoice] = situation
                if settled is not None and settled.state is EffectState.REFUSED:
                    return [refusal_of(payment.ref, settled)]
        raise Conflict(f"the rows of {invoice} did not come to rest in {MAX_ROUNDS} rounds")

    def _settled(self, situation: Situation) -> Situation:
        """Find out what became of an effect that a worker left behind, before anything is planned on the same rows."""
        latest = situation.latest
        if latest is None or latest.settled or latest.never_sent:
            return situation
        assert self._psa is not None
        done = settle(latest, self._ports.effects, self._hands(), self._ports.clock, self._ports.patience)
        seen = self._psa.fetch_invoices([latest.subject.id])
        unreadable = latest.subject in seen.unreadable
        return replace(situation, latest=done, psa=next(iter(seen.records), None), psa_unreadable=unreadable)

    def _at_rest(self, situation: Situation, plan: Plan) -> Situation:
        """Leave an invoice where nothing is to be written. Raises: Conflict when this was decided on an older ledger."""
        latest = situation.latest
        if plan.decision is not None and plan.decision.outcome is Outcome.REFUSED and situation.link is not None:
            now = self._ports.effects.load_latest(self._tenant, PAYMENT_ROWS, situation.link.psa)
            if _place(now) != _place(latest):
                raise Conflict(f"somebody wrote to {situation.link.psa} meanwhile")
        if latest is None or not latest.never_sent:
            return situation
        return replace(situation, latest=withdraw(latest, self._ports.effects, self._ports.clock))

    def _with_rows(self, situation: Situation) -> Situation:
        assert situation.psa is not None
        assert self._psa is not None
        return replace(situation, live_rows=self._psa.fetch_rows(situation.psa.ref, situation.psa.currency))

    def _apply(self, situation: Situation, write: RowWrite) -> tuple[Situation, Effect | None]:
        """Write, unless the book has moved on: then give the situation to plan again from.

        The planned effect is the fence: who changes a payment, or takes a link away, from here on meets it. So what this
        was planned from is read once more after it is stored, and before anything is sent. A payment that has come to the
        invoice meanwhile need not be seen: whoever mirrors that one meets the effect too, and arranges the rows for both.
        """
        planned = plan_effect(to_effect(self._tenant, situation, write), self._ports.effects, self._ports.clock)
        now = self._reread(situation)
        if now.payments != situation.payments or not _is_decided_alike(situation, now):
            payments = self._ports.book.load_payments_of(self._tenant, situation.invoice)
            return replace(now, payments=payments, latest=planned), None
        if write.operation is Operation.ADOPT:
            written = Written("", to_result(write.standing_after(planned.generation, None)))
            settled = confirm_adopted(planned, written, self._ports.effects, self._ports.clock)
        else:
            settled = perform(planned, self._ports.effects, self._hands(), self._ports.clock, self._ports.patience)
        return _after(situation, settled, write), settled

    def _reread(self, situation: Situation) -> Situation:
        """Read the payments and both copies anew, in one call, and the partner's verdicts on the copies in another."""
        link = situation.link
        assert link is not None
        refs = [link.accounting, link.psa, *(payment.ref for payment in situation.payments)]
        records = self._ports.book.load_many(self._tenant, refs)
        bearing = load_bearing(self._tenant, records, {link.accounting: link}, self._ports.book, self._ports.matches)
        return replace(
            situation,
            accounting=_as_invoice(records.get(link.accounting)),
            payments=tuple(each for each in map(records.get, refs) if isinstance(each, Payment)),
            verdicts=bearing.verdicts,
            parted=link.accounting in bearing.parted,
        )


def _is_decided_alike(one: Situation, other: Situation) -> bool:
    return one.parted == other.parted and _differences(one) == _differences(other)


def _differences(situation: Situation) -> tuple[str, ...]:
    assert situation.accounting is not None
    assert situation.psa is not None
    return differences(situation.accounting, situation.psa, situation.verdicts)


def _place(effect: Effect | None) -> tuple[int, int]:
    return (effect.generation, effect.fence) if effect else (0, 0)


def _after(situation: Situation, settled: Effect, write: RowWrite) -> Situation:
    """Carry a settled effect over into what is known of the invoice, so that it is not read again."""
    assert situation.psa is not None
    now = standing_of(settled)
    moved = now.total_minor - sum(row.amount_minor for row in write.ours)
    psa = situation.psa
    if psa.paid_minor is not None:
        psa = replace(psa, paid_minor=psa.paid_minor + moved, balance_minor=psa.balance_minor - moved)
    live = situation.live_rows
    if live is not None:
        before = {row.id for row in write.ours}
        live = (*(row for row in live if row.id not in before), *now.rows)
    return replace(situation, latest=settled, psa=psa, live_rows=live)


def _as_invoice(record: object) -> Invoice | None:
    return record if isinstance(record, Invoice) else None
