"""mirror_payment: make every other book agree with one payment, whichever side it was made on (E1 to E8, P1 to P4)."""

from collections.abc import Iterable, Sequence

from crossfoot.core.applying import take_back
from crossfoot.core.decisions import Decision, Outcome, did, waits
from crossfoot.core.eligibility import decide_payment
from crossfoot.core.model import PLATFORM, PSA, Payment, Ref, Standing, TakenBack, fingerprint
from crossfoot.core.parts import invoices_of
from crossfoot.errors import BadMessage, Conflict
from crossfoot.messages import MirrorPayment, RecordDeposit
from crossfoot.parking import note_parked, to_retry
from crossfoot.ports import is_connected
from crossfoot.steps.mirror_payment.needs import Ports
from crossfoot.steps.mirror_payment.receipts import ReceiptMirror
from crossfoot.steps.mirror_payment.rows import RowMirror

__all__ = ["MirrorPayments", "Ports"]


class MirrorPayments:
    """The payments of one partner that a batch of messages names.

    Reads what they have in common once, then mirrors one at a time, so that a payment that fails leaves the others alone.
    """

    def __init__(self, tenant: str, payments: Sequence[Ref], ports: Ports) -> None:
        """Gather. Raises: errors of reads; nothing was written by then."""
        self._tenant, self._ports = tenant, ports
        self._preferences, self._again = ports.preferences.load(tenant), ""
        loaded = ports.book.load_many(tenant, dict.fromkeys(payments))
        self._payments = {ref: record for ref, record in loaded.items() if isinstance(record, Payment)}
        self._psa_connected = is_connected(ports.connections, tenant, PSA)
        received = [payment for ref, payment in self._payments.items() if ref.system is PLATFORM]
        entered = [payment for payment in self._payments.values() if self._held(payment) is None]
        self._receipts = ReceiptMirror(tenant, received, self._preferences, ports) if received else None
        self._rows = RowMirror(tenant, entered if self._psa_connected else (), self._preferences, ports)
        self._parked = ports.attention.load(tenant, dict.fromkeys([*loaded, *sorted(self._rows.paying())]))

    def mirror(self, ref: Ref, again: str = "") -> None:
        """Mirror one payment and record what was decided.

        Takes: `again` names the request to send once more what was refused, "" where there is none.
        Raises: Conflict when somebody else is at it; errors of the vendor. The effects settled by then stay settled.
        """
        payment = self._payments.get(ref)
        if payment is None:
            raise BadMessage(f"payment {ref} is not in the book of {self._tenant}")
        self._again, before = again, self._rows.carried_with(payment)
        decisions = self._mirror_received(payment) if ref.system is PLATFORM else self._mirror_external(payment)
        self._ports.history.save(self._tenant, decisions)
        self._parked[ref] = note_parked(self._tenant, self._parked[ref], decisions, self._ports)
        self._let_go_on(ref, self._rows.carried_with(payment) - before)

    def _let_go_on(self, ref: Ref, carried: Iterable[Ref]) -> None:
        """Look again at payments that were held up, and went in with another one on the same rows.

        A worker that dies before leaves them to the daily walk over what is parked.
        """
        held = [each for each in carried if each != ref and each in self._parked and self._parked[each].reasons]
        if held:
            because = f"carried with {ref} since {self._ports.clock.now().isoformat()}"
            self._ports.queue.send([to_retry(self._tenant, each, because, "") for each in sorted(held)])

    def _held(self, payment: Payment) -> Decision | None:
        if payment.ref.system is PLATFORM:
            return None
        return decide_payment(payment, self._preferences, psa_connected=self._psa_connected)

    def _mirror_external(self, payment: Payment) -> list[Decision]:
        held = self._held(payment)
        if held is not None:
            return [held]
        entered = self._rows.mirror(payment, self._again)
        if entered.gone:
            self._delete(entered.gone)
            return [*_done(entered.decisions), *self._mirror_external(payment)]
        return list(entered.decisions)

    # --- payments of the platform ---------------------------------------------------------------------------------

    def _mirror_received(self, payment: Payment) -> list[Decision]:
        assert self._receipts is not None
        before = payment
        received = self._receipts.mirror(payment, self._again)
        payment, decisions = received.payment, list(received.decisions)
        if payment != before:
            self._payments[payment.ref] = payment
            self._rows.forget([before, payment])
        if not self._psa_connected:
            decisions += _without_psa(payment)
        elif invoices_of(payment):
            entered = self._rows.mirror(payment, self._again)
            decisions += entered.decisions
            if entered.gone:
                self._delete(entered.gone)
                return [*_done(decisions), *self._mirror_received(self._payments[payment.ref])]
        self._note_waiting(payment, decisions)
        self._deposit(payment, received.payout_first)
        return decisions

    def _deposit(self, payment: Payment, payout_first: Ref | None) -> None:
        """Let the payouts that hold a payment follow, or first let go of it (P2, D2).

        Whatever they wait for is seen in the state of the payment and its receipts, so the same is asked once.
        """
        assert self._receipts is not None
        payouts = self._ports.book.load_payouts_of(self._tenant, [payment.ref])[payment.ref]
        because = f"{fingerprint(payment)} {self._receipts.place_of(payment.ref)}{' first' if payout_first else ''}"
        told = [RecordDeposit(tenant=self._tenant, payout_id=payout.id, because=because) for payout in payouts]
        self._ports.queue.send(told)

    def _delete(self, gone: Iterable[Ref]) -> None:
        """Delete payments of the platform whose row somebody deleted in ConnectWise, here and then everywhere (P3)."""
        refs, now = list(gone), self._ports.clock.now()
        stored = self._ports.book.load_many(self._tenant, refs)
        live = [each for each in stored.values() if isinstance(each, Payment) and each.standing is Standing.LIVE]
        if not live:
            raise Conflict(f"{', '.join(map(str, refs))} were deleted by somebody else meanwhile")
        deleted = [take_back(payment, TakenBack.DELETED, now) for payment in live]
        self._ports.book.save(self._tenant, deleted)
        self._rows.forget([*live, *deleted])
        self._payments |= {payment.ref: payment for payment in deleted if payment.ref in self._payments}
        self._ports.queue.send(
            [
                MirrorPayment(tenant=self._tenant, system=PLATFORM, payment_id=each.ref.id, because=fingerprint(each))
                for each in deleted
            ]
        )
        sentence = "Somebody deleted this payment in ConnectWise, so it counts no longer."
        told = [did(payment.ref, "P3", "deleted_in_psa", sentence) for payment in deleted]
        self._ports.history.save(self._tenant, told)

    def _note_waiting(self, payment: Payment, decisions: Iterable[Decision]) -> None:
        """Let the invoices that a payment waits for find it when they come, or change (E8).

        One that both books refused is seen in no difference between them.
        """
        is_held = any(each.outcome in (Outcome.WAITS, Outcome.REFUSED) for each in decisions)
        self._ports.waiting.note(self._tenant, payment.ref, set(invoices_of(payment)) if is_held else set())


def _done(decisions: Iterable[Decision]) -> list[Decision]:
    """Keep what was done so far of a payment that is begun anew: what held it up is decided once more."""
    return [decision for decision in decisions if decision.outcome is Outcome.DID]


def _without_psa(payment: Payment) -> list[Decision]:
    if not any(part.amount_minor for part in payment.allocations):
        return []
    sentence = "ConnectWise is not connected."
    return [waits(payment.ref, "P1", "psa_not_connected", sentence, "Connect ConnectWise; the payment then follows.")]
