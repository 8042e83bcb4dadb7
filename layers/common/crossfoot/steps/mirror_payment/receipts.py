"""Makes the accounting agree with payments of the platform: QuickBooks payments that we keep for them (P1 to P4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from crossfoot.core.applying import Ledger, apply_money, follow_people, reapplied, revision_of
from crossfoot.core.company import NO_COMPANY
from crossfoot.core.decisions import Decision, did, refused, waits
from crossfoot.core.effects import Effect, EffectState, marker_of, name_of_standing
from crossfoot.core.holds import wants
from crossfoot.core.model import ACCOUNTING, Allocation, Invoice, Kind, Payment, Ref, Standing
from crossfoot.core.money import format_minor
from crossfoot.core.preferences import Preferences, UnappliedMoney
from crossfoot.core.receipts import Operation, Receipt, ReceiptWrite, from_body, says_the_same, standing_of, to_result
from crossfoot.core.receiving import RECEIPTS, Receiving, plan_receipts, receipt_refusal_of, to_receipt_effect
from crossfoot.errors import Conflict, NeedsPartner
from crossfoot.gathering import load_accounting_copies, load_locks, load_our_deposits, load_receipt_copies
from crossfoot.ledger import Written, confirm_adopted, once_sent, perform, settle, withdraw_unsent
from crossfoot.ledger import plan as plan_effect
from crossfoot.ports import Origins, Receipts, is_connected
from crossfoot.steps.mirror_payment.needs import Ports
from crossfoot.steps.mirror_payment.unapplied import load_open_invoices

# Each round settles one effect; a payment of more customers than this is not one that anybody made.
MAX_ROUNDS = 50


class ReceiptHands:
    """Looks for and sends one write on the receipts of a platform payment.

    Takes: `origins` is told which payment a receipt stands for before it can be read back, so that none is ever taken for
    an external one (P4).
    """

    def __init__(self, receipts: Receipts, origins: Origins) -> None:
        self._receipts, self._origins = receipts, origins

    def look(self, effect: Effect) -> Written | None:
        """Find a write in QuickBooks: a new receipt by the marker in its note, a changed one by what it says."""
        write = from_body(effect.body)
        assert write.receipt is not None
        assert effect.planned_at is not None
        match write.operation:
            case Operation.CREATE:
                found = self._receipts.find_receipt(marker_of(effect.key), effect.planned_at, write.currency)
                return self._made(effect, write, _as_made(write.receipt, found)) if found is not None else None
            case Operation.DELETE:
                there = self._receipts.fetch_receipt(write.receipt.id, write.currency)
                return _written(write, None) if there is None else None
            case _:
                now = self._receipts.fetch_receipt(write.receipt.id, write.currency)
                is_done = now is not None and says_the_same(now, write.receipt)
                return _written(write, now) if is_done else None

    def send(self, effect: Effect) -> Written:
        """Write it. Raises: as Receipts."""
        write = from_body(effect.body)
        assert write.receipt is not None
        match write.operation:
            case Operation.CREATE:
                self._origins.note_marker(effect.tenant, marker_of(effect.key), effect.subject)
                note = f"Paid through the platform ({effect.subject.id}). {marker_of(effect.key)}"
                made = self._receipts.create_receipt(write.receipt, write.currency, note, effect.key)
                return self._made(effect, write, made)
            case Operation.DELETE:
                self._receipts.delete_receipt(write.receipt, effect.key)
                return _written(write, None)
            case _:
                return _written(write, self._receipts.update_receipt(write.receipt, write.currency, effect.key))

    def _made(self, effect: Effect, write: ReceiptWrite, receipt: Receipt) -> Written:
        # Before it is confirmed: a worker that dies in between looks, and notes it again.
        with once_sent(f"payment {receipt.id}"):
            self._origins.note_receipt(effect.tenant, Ref(ACCOUNTING, Kind.PAYMENT, receipt.id), effect.subject)
        return _written(write, receipt)


def _as_made(asked: Receipt, found: Receipt) -> Receipt:
    """Give a receipt as it was made, where it says something else by now: a change of people's, which is to be followed."""
    return found if says_the_same(found, asked) else replace(asked, id=found.id)


def _written(write: ReceiptWrite, receipt: Receipt | None) -> Written:
    return Written(receipt.id if receipt else "", to_result(write.standing_after(receipt)))


@dataclass(frozen=True, slots=True)
class Received:
    """How a payment stands in the accounting.

    Takes: `payment` is as the platform's book has it by now; `payout_first` has to let go of it before anything else.
    """

    payment: Payment
    decisions: tuple[Decision, ...] = ()
    payout_first: Ref | None = None


class ReceiptMirror:
    """The receipts of the platform payments of one partner that a batch of messages names."""

    def __init__(self, tenant: str, payments: Sequence[Payment], preferences: Preferences, ports: Ports) -> None:
        """Gather. Raises: errors of reads; nothing was written by then."""
        self._tenant, self._ports, self._preferences = tenant, ports, preferences
        self._connected = is_connected(ports.connections, tenant, ACCOUNTING)
        self._latest = ports.effects.load_latest_of(tenant, RECEIPTS, [payment.ref for payment in payments])
        self._invoices = self._load_invoices(payments)
        self._copies = load_receipt_copies(tenant, self._latest.values(), ports.book)
        self._locks = load_locks(tenant, [payment.ref for payment in payments], ports)
        self._ours = load_our_deposits(tenant, self._copies.values(), ports.origins)
        self._hands: ReceiptHands | None = None

    def place_of(self, payment: Ref) -> str:
        """Name what stands of a payment."""
        return name_of_standing(self._latest.get(payment))

    def mirror(self, payment: Payment, again: str = "") -> Received:
        """Bring the receipts of a payment to what they should be.

        Takes: `again` as Receiving.
        Raises: Conflict when somebody else is at it; errors of the vendor. The effects settled by then stay settled.
        """
        if not self._connected:
            return Received(payment, _unless_taken_back(payment, self._latest.get(payment.ref)))
        try:
            payment, told = self._follow(self._settle(payment))
            payment, spread = self._apply(payment)
            received = self._receive(payment, again)
        except NeedsPartner as error:
            fix = error.fix or "Mend the connection under Connections; the payment then follows by itself."
            return Received(payment, (refused(payment.ref, "C7", "needs_partner", str(error), fix),))
        return replace(received, decisions=(*told, *spread, *received.decisions))

    # --- what people did, and what the money pays -----------------------------------------------------------------

    def _settle(self, payment: Payment) -> Payment:
        """Find out what became of an effect that a worker left behind, before anything is planned."""
        latest, ports = self._latest.get(payment.ref), self._ports
        if latest is not None:
            self._latest[payment.ref] = settle(latest, ports.effects, self._open, ports.clock, ports.patience)
        return payment

    def _follow(self, payment: Payment) -> tuple[Payment, tuple[Decision, ...]]:
        """Take over what somebody changed in QuickBooks (P3)."""
        latest = self._latest.get(payment.ref)
        standing, now = standing_of(latest), self._ports.clock.now()
        followed = follow_people(payment, standing, self._copies, now)
        if followed is None:
            return payment, ()
        # The payment first: what a worker that dies in between leaves behind is followed once more, and comes to the same.
        if followed.payment != payment:
            self._ports.book.save(self._tenant, [followed.payment])
        write = ReceiptWrite(Operation.ADOPT, None, followed.standing, payment.currency)
        receiving = self._receiving(followed.payment)
        planned = plan_effect(to_receipt_effect(self._tenant, receiving, write), self._ports.effects, self._ports.clock)
        written = Written("", to_result(followed.standing))
        self._latest[payment.ref] = confirm_adopted(planned, written, self._ports.effects, self._ports.clock)
        self._invoices |= self._load_invoices([followed.payment])
        return followed.payment, (_followed(payment, followed.payment),) if followed.payment != payment else ()

    def _apply(self, payment: Payment) -> tuple[Payment, tuple[Decision, ...]]:
        """Let the payment pay what is open, and no more (P1)."""
        is_known = all(part.invoice in self._invoices for part in payment.allocations)
        if not wants(payment, ACCOUNTING) or not is_known or not self._is_read_back(payment):
            return payment, ()
        copies = {self._invoices[part.invoice].ref for part in payment.allocations}
        ledger, preference = (
            Ledger(self._invoices, (), self._load_paying(payment, copies)),
            self._preferences.unapplied_money,
        )
        allocations = apply_money(payment, ledger, preference)
        if sum(part.amount_minor for part in allocations) < payment.total_minor:
            others = self._others(payment)
            paying = self._load_paying(payment, [invoice.ref for invoice in others])
            ledger = replace(ledger, others=others, paying={**ledger.paying, **paying})
            allocations = apply_money(payment, ledger, preference)
        if _sorted(allocations) == _sorted(payment.allocations):
            return payment, ()
        applied = reapplied(payment, allocations, self._ports.clock.now())
        self._ports.book.save(self._tenant, [applied])
        self._invoices |= self._load_invoices([applied])
        return applied, (_reapplied(payment, applied),)

    def _is_read_back(self, payment: Payment) -> bool:
        """Tell whether the book has seen our receipts as they stand: until then its balances may be of before or after."""
        standing = _standing(self._latest.get(payment.ref))
        known = ((self._copies.get(each.id), each) for each in standing)
        return all(copy is not None and revision_of(copy) >= revision_of(each) for copy, each in known)

    def _others(self, payment: Payment) -> tuple[Invoice, ...]:
        """Find the customer's other open invoices, where the partner wants unapplied money to go to them."""
        spread = self._preferences.unapplied_money is not UnappliedMoney.LEAVE_UNAPPLIED
        named = [self._invoices[part.invoice] for part in payment.allocations]
        meant = [self._invoices[ref] for ref in payment.former_invoices if ref in self._invoices]
        customer = next((invoice.customer for invoice in (*named, *meant)), payment.customer)
        if not spread or customer is None or customer.system is not ACCOUNTING:
            return ()
        found = load_open_invoices(self._tenant, customer, payment.currency, self._ports)
        known = {invoice.ref for invoice in named}
        return tuple(invoice for invoice in found if invoice.ref not in known)

    def _load_paying(self, payment: Payment, copies: Iterable[Ref]) -> dict[Ref, tuple[Payment, ...]]:
        """Read the payments on each copy, by whichever of its ids they name it."""
        names: dict[Ref, set[Ref]] = {copy: {copy} for copy in copies}
        for named, invoice in self._invoices.items():
            if invoice.ref in names:
                names[invoice.ref].add(named)
        found = self._ports.book.load_payments_of_many(self._tenant, {ref for refs in names.values() for ref in refs})
        return {
            copy: tuple(
                {each.ref: each for ref in sorted(refs) for each in found[ref] if each.ref != payment.ref}.values()
            )
            for copy, refs in names.items()
        }

    # --- plan and apply -------------------------------------------------------------------------------------------

    def _receive(self, payment: Payment, again: str) -> Received:
        for _ in range(MAX_ROUNDS):
            receiving = replace(self._receiving(payment), again=again)
            plan = plan_receipts(receiving, self._preferences)
            if plan.payout_first is not None:
                self._rest(payment.ref)
                return Received(payment, (_deposited(payment, plan.payout_first),), plan.payout_first)
            if plan.write is None:
                self._rest(payment.ref)
                return Received(payment, (plan.decision,) if plan.decision else ())
            settled = self._write(receiving, plan.write)
            if settled is not None and settled.state is EffectState.REFUSED:
                self._ports.companies.forget(self._tenant)
                return Received(payment, (receipt_refusal_of(payment.ref, settled),))
            payment = self._reload(payment) if settled is None else self._as_written(payment, plan.write)
        raise Conflict(f"the receipts of {payment.ref} did not come to rest in {MAX_ROUNDS} rounds")

    def _receiving(self, payment: Payment) -> Receiving:
        needs_company = payment.standing is Standing.LIVE or bool(_standing(self._latest.get(payment.ref)))
        return Receiving(
            payment=payment,
            company=self._ports.companies.load(self._tenant) if needs_company else NO_COMPANY,
            invoices=self._invoices,
            latest=self._latest.get(payment.ref),
            copies=self._copies,
            locks=self._locks,
            ours=self._ours,
        )

    def _write(self, receiving: Receiving, write: ReceiptWrite) -> Effect | None:
        """Write, unless the payment was changed meanwhile, or a deposit is about to lock its receipts.

        The planned effect is the fence, as it is for payment rows: whoever deposits them from here on meets it.

        Returns: the settled effect; None where the payment has to be planned again.
        """
        ports, ref = self._ports, receiving.payment.ref
        planned = plan_effect(to_receipt_effect(self._tenant, receiving, write), ports.effects, ports.clock)
        self._latest[ref] = planned
        locks = load_locks(self._tenant, [ref], ports)
        if ports.book.load(self._tenant, ref) != receiving.payment or any(locks.get(id_) for id_ in _ids(receiving)):
            self._locks |= locks
            return None
        settled = perform(planned, ports.effects, self._open(), ports.clock, ports.patience)
        self._latest[ref] = settled
        return settled

    def _as_written(self, payment: Payment, write: ReceiptWrite) -> Payment:
        """Take over what stands, where QuickBooks applied less than it was asked to: asking again would change nothing."""
        standing = _standing(self._latest.get(payment.ref))
        written = next((each for each in standing if write.receipt and each.customer == write.receipt.customer), None)
        if written is None or write.receipt is None or _sorted(written.applied) == _sorted(write.receipt.applied):
            return payment
        allocations = tuple(part for receipt in standing for part in receipt.applied)
        reduced = reapplied(payment, allocations, self._ports.clock.now())
        self._ports.book.save(self._tenant, [reduced])
        self._ports.history.save(self._tenant, [_reapplied(payment, reduced)])
        self._invoices |= self._load_invoices([reduced])
        return reduced

    def _rest(self, ref: Ref) -> None:
        """End an effect that was never sent, and that nobody wants any more."""
        latest = self._latest.get(ref)
        if latest is not None:
            self._latest[ref] = withdraw_unsent(latest, self._ports.effects, self._ports.clock)

    def _reload(self, payment: Payment) -> Payment:
        now = self._ports.book.load(self._tenant, payment.ref)
        assert isinstance(now, Payment), "a record never leaves the book"
        self._invoices |= self._load_invoices([now])
        return now

    def _open(self) -> ReceiptHands:
        if self._hands is None:
            self._hands = ReceiptHands(self._ports.systems.receipts(self._tenant), self._ports.origins)
        return self._hands

    def _load_invoices(self, payments: Sequence[Payment]) -> dict[Ref, Invoice]:
        return load_accounting_copies(self._tenant, payments, self._ports.book)


def _ids(receiving: Receiving) -> list[str]:
    return [receipt.id for receipt in standing_of(receiving.latest)]


def _standing(latest: Effect | None) -> tuple[Receipt, ...]:
    """Read what stands; of an effect that is under way, what stood before it."""
    return standing_of(latest)


def _sorted(parts: Iterable[Allocation]) -> list[Allocation]:
    return sorted(parts, key=lambda part: part.invoice)


def _unless_taken_back(payment: Payment, latest: Effect | None) -> tuple[Decision, ...]:
    """Say that QuickBooks is not connected, where something would be done there."""
    if not wants(payment, ACCOUNTING) and not standing_of(latest):
        return ()
    sentence = "QuickBooks is not connected."
    return (
        waits(payment.ref, "P1", "accounting_not_connected", sentence, "Connect QuickBooks; the payment then follows."),
    )


def _deposited(payment: Payment, payout: Ref) -> Decision:
    sentence = f"In QuickBooks this payment is locked by the deposit of payout {payout.id}, which lets go of it first."
    fix = "What holds that up is said at the payout; the payment then follows by itself."
    return waits(payment.ref, "P2", "deposit_first", sentence, fix, payout)


def _followed(before: Payment, now: Payment) -> Decision:
    if now.standing is not Standing.LIVE:
        return did(
            before.ref,
            "P3",
            "deleted_in_accounting",
            "Somebody deleted this payment in QuickBooks, so it counts no longer.",
        )
    amount = format_minor(now.total_minor, now.currency)
    paid = ", ".join(part.invoice.id for part in now.allocations) or "no invoice"
    sentence = f"Somebody changed this payment in QuickBooks: it is {amount} dated {now.paid_on} now, and pays {paid}."
    return did(before.ref, "P3", "changed_in_accounting", sentence, *(part.invoice for part in now.allocations))


def _reapplied(before: Payment, now: Payment) -> Decision:
    applied = sum(part.amount_minor for part in now.allocations)
    rest = now.total_minor - applied
    sentence = f"{format_minor(applied, now.currency)} of it pay what is open in QuickBooks"
    sentence += f", and {format_minor(rest, now.currency)} stay unapplied." if rest else "."
    return did(before.ref, "P1", "applied_to_what_is_open", sentence, *(part.invoice for part in now.allocations))
