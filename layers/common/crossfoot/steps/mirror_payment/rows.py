"""Makes ConnectWise agree with payments: the rows that we keep on its invoices (E1 to E8, P1 to P4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crossfoot.core.decisions import Decision, Outcome, refused
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.matching import differences
from crossfoot.core.model import ACCOUNTING, PSA, Invoice, Link, Payment, PaymentRow, Ref
from crossfoot.core.parts import carried_payment, invoices_of
from crossfoot.core.planning import PAYMENT_ROWS, Plan, Situation, plan_payment, refusal_of, to_effect
from crossfoot.core.preferences import Preferences
from crossfoot.core.rows import Operation, RowWrite, from_body, is_same, standing_of, to_result
from crossfoot.errors import Conflict, NeedsPartner, Rejected
from crossfoot.ledger import Written, confirm_adopted, perform, settle, withdraw_unsent
from crossfoot.ledger import plan as plan_effect
from crossfoot.linking import load_bearing
from crossfoot.ports import PaymentRows, Psa
from crossfoot.steps.mirror_payment.needs import Ports

# Each round settles one effect or reads the rows once; an invoice with more rows than this is not ours to arrange.
MAX_ROUNDS = 50


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


@dataclass(frozen=True, slots=True)
class Entered:
    """How a payment stands in ConnectWise. Takes: `gone` are platform payments that somebody deleted there (P3)."""

    decisions: tuple[Decision, ...] = ()
    gone: tuple[Ref, ...] = ()


class RowMirror:
    """The payment rows that a batch of one partner's payments asks for.

    Reads what they have in common once (one ConnectWise call for up to 150 invoices), then mirrors one payment at a time,
    so that one that fails leaves the others alone.
    """

    def __init__(self, tenant: str, payments: Sequence[Payment], preferences: Preferences, ports: Ports) -> None:
        """Gather. Raises: errors of reads that pass; nothing was written by then."""
        self._tenant, self._ports, self._preferences = tenant, ports, preferences
        self._psa: Psa | None = None
        self._situations: dict[Ref, Situation] = {}
        self._copy_of: dict[Ref, Ref] = {}
        self._refusal: NeedsPartner | None = None
        self._try_gather(payments)

    def mirror(self, payment: Payment, again: str = "") -> Entered:
        """Bring the rows of every invoice that a payment pays or paid to what they should be.

        Takes: `again` as Situation.
        Raises: Conflict when somebody else is at it; errors of the vendor. The effects settled by then stay settled.
        """
        self._try_gather([payment])
        if self._refusal is not None:
            return Entered((_needs_partner(payment, self._refusal, *invoices_of(payment)),))
        decisions: list[Decision] = []
        for invoice in dict.fromkeys(self._copy_of[ref] for ref in invoices_of(payment)):
            entered = self._mirror_on(payment, invoice, again)
            decisions += entered.decisions
            if entered.gone:
                return Entered(tuple(decisions), entered.gone)
        return Entered(tuple(decisions))

    def forget(self, payments: Iterable[Payment]) -> None:
        """Read the invoices of payments anew when they are next asked for: the payments have changed."""
        for ref in {ref for payment in payments for ref in invoices_of(payment)}:
            copy = self._copy_of.pop(ref, None)
            if copy is not None:
                self._situations.pop(copy, None)

    def paying(self) -> set[Ref]:
        """Name all payments on the invoices that were read."""
        return {payment.ref for situation in self._situations.values() for payment in situation.payments}

    def carried_with(self, payment: Payment) -> set[Ref]:
        """Name all payments that our rows carry on the invoices of a payment, as far as these were read."""
        copies = {self._copy_of[ref] for ref in invoices_of(payment) if ref in self._copy_of}
        standing = [standing_of(self._situations[copy].latest) for copy in copies if copy in self._situations]
        return {carried_payment(name) for each in standing for name in each.carries}

    # --- gather ---------------------------------------------------------------------------------------------------

    def _try_gather(self, payments: Sequence[Payment]) -> None:
        """Read what bears on some payments, unless ConnectWise refuses: then each says so, and it is asked no more."""
        if self._refusal is None:
            try:
                self._gather(payments)
            except NeedsPartner as refusal:
                self._refusal = refusal

    def _gather(self, payments: Sequence[Payment]) -> None:
        """Read what bears on the invoices of some payments, as far as it was not read yet."""
        known_by = {ref for ref, copy in self._copy_of.items() if copy in self._situations}
        named = [ref for ref in dict.fromkeys(ref for p in payments for ref in invoices_of(p)) if ref not in known_by]
        if not named:
            return
        if self._psa is None:
            self._psa = self._ports.systems.psa(self._tenant)
        links = self._ports.book.load_links(self._tenant, named)
        self._copy_of |= {ref: links[ref].accounting if ref in links else ref for ref in named}
        refs = [ref for ref in dict.fromkeys(self._copy_of[ref] for ref in named) if ref not in self._situations]
        of_accounting = {link.accounting: link for link in links.values()}
        known = {ref: of_accounting[ref] for ref in refs if ref in of_accounting}
        psa_refs = [known[ref].psa if ref in known else ref for ref in refs if ref in known or ref.system is PSA]
        copies = self._ports.book.load_many(self._tenant, [*refs, *psa_refs])
        bearing = load_bearing(self._tenant, copies, known, self._ports.book, self._ports.matches)
        paying = self._load_paying(known, psa_refs)
        latest = self._ports.effects.load_latest_of(self._tenant, PAYMENT_ROWS, psa_refs)
        found = self._psa.fetch_invoices([ref.id for ref in psa_refs])
        live = {invoice.ref: invoice for invoice in found.records}
        for ref in refs:
            link, psa = known.get(ref), known[ref].psa if ref in known else ref
            self._situations[ref] = Situation(
                payment=payments[0],
                invoice=ref,
                accounting=_as_invoice(copies.get(ref)) if ref.system is ACCOUNTING else None,
                link=link,
                psa=live.get(psa),
                psa_unreadable=psa in found.unreadable,
                payments=paying.get(ref, ()),
                latest=latest.get(psa),
                psa_keeping=bearing.psa_keeping(ref),
                verdicts=bearing.verdicts,
                parted=ref in bearing.parted,
            )

    def _load_paying(self, links: Mapping[Ref, Link], psa_refs: Sequence[Ref]) -> dict[Ref, tuple[Payment, ...]]:
        """Read the payments on each invoice; those of the platform may name either copy of it."""
        found = self._ports.book.load_payments_of_many(self._tenant, [*links, *psa_refs]) if psa_refs else {}
        joined = {ref: _each_once(found[ref], found[link.psa]) for ref, link in links.items()}
        return {**{ref: found[ref] for ref in psa_refs}, **joined}

    # --- plan and apply -------------------------------------------------------------------------------------------

    def _hands(self) -> RowHands:
        assert self._psa is not None
        return RowHands(self._psa)

    def _mirror_on(self, payment: Payment, invoice: Ref, again: str) -> Entered:
        try:
            return self._mirror_rows(replace(self._situations[invoice], payment=payment, again=again))
        except NeedsPartner as error:
            # Nothing was written. The payment says why, and is tried again when the connection is mended.
            return Entered((_needs_partner(payment, error, invoice),))

    def _mirror_rows(self, situation: Situation) -> Entered:
        payment, invoice = situation.payment, situation.invoice
        situation = self._settled(situation)
        for _ in range(MAX_ROUNDS):
            plan = plan_payment(situation, self._preferences)
            if plan.read_rows:
                situation = self._with_rows(situation)
            elif plan.gone:
                return Entered(gone=plan.gone)
            elif plan.write is None:
                self._situations[invoice] = self._at_rest(situation, plan)
                return Entered((plan.decision,) if plan.decision else ())
            else:
                situation, settled = self._apply(situation, plan.write)
                self._situations[invoice] = situation
                if settled is not None and settled.state is EffectState.REFUSED:
                    return Entered((refusal_of(payment.ref, settled),))
        raise Conflict(f"the rows of {invoice} did not come to rest in {MAX_ROUNDS} rounds")

    def _settled(self, situation: Situation) -> Situation:
        """Find out what became of an effect that a worker left behind, before anything is planned on the same rows."""
        latest = situation.latest
        if latest is None or not latest.in_flight:
            return situation
        assert self._psa is not None
        done = settle(latest, self._ports.effects, self._hands, self._ports.clock, self._ports.patience)
        seen = self._psa.fetch_invoices([latest.subject.id])
        unreadable = latest.subject in seen.unreadable
        return replace(situation, latest=done, psa=next(iter(seen.records), None), psa_unreadable=unreadable)

    def _at_rest(self, situation: Situation, plan: Plan) -> Situation:
        """Leave an invoice where nothing is to be written. Raises: Conflict when this was decided on an older ledger."""
        latest = situation.latest
        psa = situation.link.psa if situation.link is not None else situation.joined
        if plan.decision is not None and plan.decision.outcome is Outcome.REFUSED and psa is not None:
            now = self._ports.effects.load_latest(self._tenant, PAYMENT_ROWS, psa)
            if _place(now) != _place(latest):
                raise Conflict(f"somebody wrote to {psa} meanwhile")
        return replace(situation, latest=withdraw_unsent(latest, self._ports.effects, self._ports.clock))

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
            return replace(now, payments=self._load_payments(situation), latest=planned), None
        if write.operation is Operation.ADOPT:
            written = Written("", to_result(write.standing_after(planned.generation, None)))
            settled = confirm_adopted(planned, written, self._ports.effects, self._ports.clock)
        else:
            settled = perform(planned, self._ports.effects, self._hands(), self._ports.clock, self._ports.patience)
        return _after(situation, settled, write), settled

    def _load_payments(self, situation: Situation) -> tuple[Payment, ...]:
        links = {situation.invoice: situation.link} if situation.link is not None else {}
        psa = situation.link.psa if situation.link is not None else situation.invoice
        return self._load_paying(links, [psa])[situation.invoice]

    def _reread(self, situation: Situation) -> Situation:
        """Read the payments and both copies anew, in one call, and the partner's verdicts on the copies in another."""
        link = situation.link
        copies = [link.accounting, link.psa] if link is not None else [situation.invoice]
        refs = [*copies, *(payment.ref for payment in situation.payments)]
        records = self._ports.book.load_many(self._tenant, refs)
        links = {link.accounting: link} if link is not None else {}
        bearing = load_bearing(self._tenant, records, links, self._ports.book, self._ports.matches)
        return replace(
            situation,
            accounting=_as_invoice(records.get(link.accounting)) if link is not None else None,
            payments=tuple(each for each in map(records.get, refs) if isinstance(each, Payment)),
            verdicts=bearing.verdicts,
            parted=situation.invoice in bearing.parted,
        )


def _needs_partner(payment: Payment, error: NeedsPartner, *invoices: Ref) -> Decision:
    fix = error.fix or "Mend the connection under Connections; the payment then follows by itself."
    return refused(payment.ref, "C7", "needs_partner", str(error), fix, *invoices)


def _each_once(*some: Iterable[Payment]) -> tuple[Payment, ...]:
    return tuple({payment.ref: payment for payments in some for payment in payments}.values())


def _is_decided_alike(one: Situation, other: Situation) -> bool:
    return one.parted == other.parted and _differences(one) == _differences(other)


def _differences(situation: Situation) -> tuple[str, ...]:
    assert situation.psa is not None
    if situation.accounting is None:
        return ()  # A payment of the platform, on an invoice that only ConnectWise has.
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
