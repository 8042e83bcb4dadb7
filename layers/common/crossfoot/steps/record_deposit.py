"""record_deposit: make the accounting show one payout of the platform as a deposit, or no longer (D1, D2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crossfoot.core.company import NO_COMPANY
from crossfoot.core.decisions import Decision, refused, waits
from crossfoot.core.depositing import DEPOSIT, DepositPlan, deposit_refusal_of, plan_deposit, to_deposit_effect
from crossfoot.core.effects import Effect, EffectState, marker_of, name_of_standing
from crossfoot.core.model import ACCOUNTING, PLATFORM, Deposit, Kind, Payment, Payout, Ref
from crossfoot.core.receipts import Operation
from crossfoot.core.slip_lines import Depositing, payments_in
from crossfoot.core.slips import Slip, SlipWrite, as_asked, from_body, says_the_same, standing_of, to_result
from crossfoot.errors import BadMessage, Conflict, NeedsPartner
from crossfoot.gathering import load_receivings
from crossfoot.ledger import PATIENCE, Patience, Written, once_sent, perform, settle, withdraw_unsent
from crossfoot.ledger import plan as plan_effect
from crossfoot.messages import MirrorPayment, RecordDeposit
from crossfoot.parking import note_parked
from crossfoot.ports import (
    Attention,
    Book,
    Clock,
    Companies,
    Connections,
    Deposits,
    EffectStore,
    History,
    Origins,
    PreferencesStore,
    Queue,
    Systems,
    is_connected,
)

# A deposit comes to rest after one write, or two where QuickBooks adds it up to something else.
MAX_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs."""

    attention: Attention
    book: Book
    history: History
    effects: EffectStore
    preferences: PreferencesStore
    connections: Connections
    companies: Companies
    origins: Origins
    queue: Queue
    systems: Systems
    clock: Clock
    patience: Patience = PATIENCE


class DepositHands:
    """Looks for and sends one write on the deposit of a payout."""

    def __init__(self, deposits: Deposits, origins: Origins) -> None:
        self._deposits, self._origins = deposits, origins

    def look(self, effect: Effect) -> Written | None:
        """Find a write in QuickBooks: a new deposit by the marker in its note, a changed one by what it says."""
        write = from_body(effect.body)
        assert effect.planned_at is not None
        if write.operation is Operation.CREATE:
            found = self._deposits.find_deposit(marker_of(effect.key), effect.planned_at, write.currency)
            return self._made(effect, write, found) if found is not None else None
        now = self._deposits.fetch_deposit(write.slip.id, write.currency)
        if write.operation is Operation.DELETE:
            return _written(None) if now is None else None
        is_done = now is not None and says_the_same(now, write.slip)
        return _written(as_asked(now, write.slip)) if now is not None and is_done else None

    def send(self, effect: Effect) -> Written:
        """Write it. Raises: as Deposits."""
        write = from_body(effect.body)
        match write.operation:
            case Operation.CREATE:
                note = f"Payout {effect.subject.id} of the platform. {marker_of(effect.key)}"
                made = self._deposits.create_deposit(write.slip, write.currency, note, effect.key)
                return self._made(effect, write, made)
            case Operation.DELETE:
                self._deposits.delete_deposit(write.slip, effect.key)
                return _written(None)
            case _:
                return _written(self._deposits.update_deposit(write.slip, write.currency, effect.key))

    def _made(self, effect: Effect, write: SlipWrite, found: Slip) -> Written:
        # Before it is confirmed: a worker that dies in between looks, and notes it again.
        with once_sent(f"deposit {found.id}"):
            self._origins.note_deposit(effect.tenant, Ref(ACCOUNTING, Kind.DEPOSIT, found.id), effect.subject)
        if says_the_same(found, write.slip):
            return _written(as_asked(found, write.slip))
        # Somebody has changed it since. What we made stands with us, so that the difference is seen and told.
        return _written(replace(write.slip, id=found.id))


def _written(slip: Slip | None) -> Written:
    return Written(slip.id if slip else "", to_result(slip))


def record_deposit(message: RecordDeposit, ports: Ports) -> None:
    """Record the deposit of one payout, and what was decided; payments that have to follow are queued.

    Raises: Conflict when somebody else is at it, or at the receipt of one of its payments; errors of the vendor. The
    effects settled by then stay settled.
    """
    _Recording(message.tenant, message.payout, ports, message.again).record()


class _Recording:
    """The deposit of one payout."""

    def __init__(self, tenant: str, payout: Ref, ports: Ports, again: str) -> None:
        self._tenant, self._payout, self._ports, self._again = tenant, payout, ports, again
        self._preferences = ports.preferences.load(tenant)
        self._opened: DepositHands | None = None

    def record(self) -> None:
        """Bring the deposit to what it should be, and say what stands in its way."""
        seen = self._ports.attention.load(self._tenant, [self._payout])[self._payout]
        try:
            decision = self._record()
        except NeedsPartner as error:
            fix = error.fix or "Mend the connection under Connections; the deposit then follows by itself."
            decision = refused(self._payout, "C7", "needs_partner", str(error), fix)
        decisions = [decision] if decision else []
        self._ports.history.save(self._tenant, decisions)
        note_parked(self._tenant, seen, decisions, self._ports)

    def _record(self) -> Decision | None:
        ports = self._ports
        for _ in range(MAX_ROUNDS):
            latest = ports.effects.load_latest(self._tenant, DEPOSIT, self._payout)
            in_flight = latest is not None and latest.in_flight
            if not in_flight and standing_of(latest) is None and not self._preferences.deposits_enabled:
                return self._rest(Depositing(self._load_payout(), NO_COMPANY, latest=latest))
            if not is_connected(ports.connections, self._tenant, ACCOUNTING):
                return _unconnected(self._payout)
            # What became of an effect that a worker left behind, before anything is planned.
            depositing = self._gather(settle(latest, ports.effects, self._hands, ports.clock, ports.patience))
            plan = plan_deposit(depositing, self._preferences)
            if plan.write is None:
                return self._rest(depositing, plan)
            settled = self._write(depositing, plan.write)
            if settled is not None and settled.state is EffectState.REFUSED:
                ports.companies.forget(self._tenant)
                return deposit_refusal_of(self._payout, settled)
        raise Conflict(f"the deposit of {self._payout} did not come to rest in {MAX_ROUNDS} rounds")

    def _gather(self, latest: Effect | None) -> Depositing:
        """Read everything that bears on the deposit. Raises: Conflict while a receipt in it is being written."""
        payout, company = self._load_payout(), self._ports.companies.load(self._tenant)
        found = self._ports.book.load_many(self._tenant, payments_in(payout))
        payments = [record for record in found.values() if isinstance(record, Payment)]
        receivings = load_receivings(self._tenant, payments, company, self._ports)
        for receiving in receivings.values():
            if receiving.latest is not None and not receiving.latest.settled:
                raise Conflict(f"somebody is writing the receipts of {receiving.payment.ref}")
        return Depositing(payout, company, receivings, latest, self._load_copy(standing_of(latest)), self._again)

    def _load_payout(self) -> Payout:
        payout = self._ports.book.load(self._tenant, self._payout)
        if not isinstance(payout, Payout):
            raise BadMessage(f"payout {self._payout} is not in the book of {self._tenant}")
        return replace(payout, items=self._ports.book.load_payout_items(self._tenant, self._payout))

    def _load_copy(self, standing: Slip | None) -> Deposit | None:
        """Read the deposit as the book saw it last, with its lines."""
        if standing is None:
            return None
        copy = self._ports.book.load(self._tenant, Ref(ACCOUNTING, Kind.DEPOSIT, standing.id))
        if not isinstance(copy, Deposit):
            return None
        return replace(copy, lines=self._ports.book.load_deposit_lines(self._tenant, copy))

    def _write(self, depositing: Depositing, write: SlipWrite) -> Effect | None:
        """Write, unless what it was planned from has moved on.

        The planned effect is the fence: who changes a receipt from here on meets it (load_locks). So everything is read
        once more after it is stored, and before anything is sent.
        Returns: the settled effect; None where it has to be planned again.
        """
        ports = self._ports
        planned = plan_effect(to_deposit_effect(self._tenant, depositing, write), ports.effects, ports.clock)
        now = self._gather(depositing.latest)
        if plan_deposit(now, self._preferences).write != write:
            return None
        return perform(planned, ports.effects, self._hands(), ports.clock, ports.patience)

    def _rest(self, depositing: Depositing, plan: DepositPlan | None = None) -> Decision | None:
        """Leave the deposit as it is: end an effect that was never sent, and let the payments go on that it let go of."""
        plan, latest = plan or plan_deposit(depositing, self._preferences), depositing.latest
        withdraw_unsent(latest, self._ports.effects, self._ports.clock)
        self._ports.queue.send(self._following(depositing, plan.then))
        return plan.decision

    def _following(self, depositing: Depositing, payments: Sequence[Ref]) -> list[MirrorPayment]:
        latest = [depositing.latest, *(depositing.payments[payment].latest for payment in payments)]
        deposit, *receipts = map(name_of_standing, latest)
        return [
            MirrorPayment(
                tenant=self._tenant,
                system=PLATFORM,
                payment_id=payment.id,
                because=f"let go of by {self._payout.id} {deposit} {standing}",
            )
            for payment, standing in zip(payments, receipts, strict=True)
        ]

    def _hands(self) -> DepositHands:
        if self._opened is None:
            self._opened = DepositHands(self._ports.systems.deposits(self._tenant), self._ports.origins)
        return self._opened


def _unconnected(payout: Ref) -> Decision:
    fix = "Connect QuickBooks; the deposit then follows when it is tried again."
    return waits(payout, "D2", "accounting_not_connected", "QuickBooks is not connected.", fix)
