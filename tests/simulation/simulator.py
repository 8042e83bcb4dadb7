"""One run: people act, webhooks come or do not, workers run at once and die, and then everything comes to rest."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crossfoot.core.model import ACCOUNTING, CONNECTED, PSA, PaymentRow, Ref, System
from crossfoot.errors import AuthExpired, Conflict, Rejected, Retryable
from crossfoot.ledger import LEASE
from crossfoot.messages import (
    CheckSynced,
    CloseSync,
    CrossfootRequest,
    Message,
    MirrorBill,
    MirrorPayment,
    Nudge,
    PostBatch,
    RecordDeposit,
    StartSync,
    SyncBatch,
    SyncPayables,
    TendConnection,
)
from crossfoot.ports import DeadLetter

from tests.fakes.clock import FakeClock, SkewedClock
from tests.fakes.table import FakeQueue, Tables
from tests.fakes.trip import VENDOR_WRITES, Crash, Mode, Trip
from tests.fakes.world import World
from tests.simulation.bookkeepers import Bookkeepers
from tests.simulation.books import check_book, check_imported, check_links, left_out_invoices
from tests.simulation.choices import Choices
from tests.simulation.clerks import Clerks
from tests.simulation.invariants import check, check_at_any_moment
from tests.simulation.partner import Partner
from tests.simulation.payables import Payables
from tests.simulation.people import Office
from tests.simulation.platform import Platform
from tests.simulation.syncing import Syncing
from tests.simulation.workers import FUNCTION_TIMEOUT, TURNING_POINTS, Worker, possible_strikes

# By how many partners there are: one alone has more happen to it than one of two.
TURNS = {1: 45, 2: 68}
# How often it is checked that nothing imported was left out again: it never comes back by itself, so it shows later too.
CHECKED_EVERY = 5
VISIBILITY_S = 180
A_DAY_S = 86_400
MOVES_MONEY = re.compile("mirror_payment|record_deposit")
MAX_SWEEPS = 8
FUNCTION_TIMEOUT_MS = 30_000
# A sweep makes about so many calls to ports.
SWEEP_CALLS = 16
MAX_RECEIVES = 5
# How long a vendor may take to carry out what it took in, below what the ledger allows (LONGEST_COMMIT), for clocks differ.
COMMITS_AFTER_S = (1, 15, 35)
# How often a call goes wrong, in a hundred: where money moves far more often than where only something is read.
STRIKES_AT_WRITES, STRIKES_AT_TURNING_POINTS, STRIKES_ELSEWHERE = 35, 8, 1
# Two primes: an amount of one partner is never one of the other's.
UNITS = {"t_0000000a": 7, "t_0000000b": 11}
# Of a hundred runs so many have both; nothing can cross over in the others.
BOTH = 50
# Of a hundred runs so many sync invoices, where so much of what people do is about that.
SYNCS, SYNC_ACTS = 20, 60
# The same of those that owe something to vendors; the rest of what they do is done in QuickBooks, in so many of a hundred.
OWES, OWING_ACTS, CLERKS_ACT = 20, 75, 40
# So much of it in one go at most: nothing swings before there is a bill, and a payment on it.
MOST_DEEDS = 4
# Syncs until nothing that people changed is left to follow.
MAX_SYNCS = 8
# Queues beside that of nudges: mostly what is on them is looked at next, and by two now and then. Of a partner's runs one
# is worked on at a time, by one: theirs is a queue in order, and its messages stay hidden for longer than a worker lives.
BESIDE = MirrorPayment | RecordDeposit | PostBatch | CheckSynced | MirrorBill | CloseSync
RUNS = StartSync | SyncBatch | SyncPayables
# So it is with what is of one vendor.
LANES = MirrorBill | CloseSync
WORK = BESIDE | RUNS


@dataclass
class Delivery:
    """A message on the queue: visible again when its worker did not finish in time."""

    message: Message
    visible_at: float = 0.0
    receives: int = 0


@dataclass
class Simulation:
    """One run over one partner, or two, of so many times the usual length."""

    choices: Choices
    times: int = 1
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.our_clock = SkewedClock(self.clock)
        self.tables = Tables(self.our_clock)
        self.queue = FakeQueue(self.clock)
        self.deliveries: list[Delivery] = []
        self.workers: list[tuple[Worker, Delivery]] = []
        self.parked: set[str] = set()
        self.late: list[tuple[datetime, Callable[[], object]]] = []
        self.compares = self.choices.chance(30)
        # Of ten deeds: in some runs people mostly pay, here or there, in others they mostly do something else.
        self.office_acts, self.platform_acts, self.partner_acts = self.choices.one_of(((3, 5, 1), (2, 7, 1), (2, 3, 2)))
        self._count = 0
        self._written: dict[str, int] = {}
        there = [*UNITS.items()] if self.choices.chance(BOTH) else [*UNITS.items()][:1]
        self.offices = [self._office(tenant, unit) for tenant, unit in there]
        self.bookkeepers = [Bookkeepers(office) for office in self.offices]
        self.partners = [Partner(office) for office in self.offices]
        self.platforms = [Platform(office) for office in self.offices]
        self.syncing = [Syncing(partner) for partner in self.partners] if self.choices.chance(SYNCS) else []
        self.payables = [Payables(office) for office in self.offices] if self.choices.chance(OWES) else []
        self.clerks = [Clerks(office) for office in self.offices]
        self._imported: dict[str, set[Ref]] = {tenant: set() for tenant in UNITS}

    def run(self) -> None:
        """Play, come to rest, and check. Raises: AssertionError when something is wrong at rest."""
        for office, bookkeepers, partner in zip(self.offices, self.bookkeepers, self.partners, strict=True):
            bookkeepers.open()
            partner.open()
            office.open()
        for syncing in self.syncing:
            self._start_with_a_sync(syncing)
        for clerks, payables in zip(self.clerks, self.payables, strict=False):
            clerks.open()
            payables.open()
        if self.choices.chance(35):
            self._start_with_a_deposit()
        for turn in range(TURNS[len(self.offices)] * self.times):
            self._turn()
            if turn % CHECKED_EVERY == 0:
                self._check_imported()
        self._come_to_rest()
        self._compare_at_night()

    def _start_with_a_deposit(self) -> None:
        """Let payments be entered and paid out before anything goes wrong: what becomes of them then has time to happen."""
        office, platform = self.offices[0], self.platforms[0]
        office.world.nudge()
        platform.pay_some()
        self._drain()
        platform.deliver_all()
        self._drain()

    def _start_with_a_sync(self, syncing: Syncing) -> None:
        """Let bills be closed, be seen, and a run of them begin."""
        syncing.open()
        syncing.partner.office.world.nudge()
        self._drain()
        syncing.sync_all()

    # --- one turn -------------------------------------------------------------------------------------------------

    def _turn(self) -> None:
        self._take_in()
        what = self.choices.pick(20)
        if what < 8:
            self._go_on()
        elif what < 14:
            self._start()
        elif what < 18:
            self._person()
        elif what < 19:
            self._pass_time()
            if self.choices.chance(30):
                self._sweep_and_maybe_die()
        else:
            self._crossfoot()
        for office in self.offices:
            check_at_any_moment(office)
            self._tell_of_ours(office)

    def _check_imported(self) -> None:
        for office in self.offices:
            check_imported(office, self._imported[office.world.tenant])

    def _person(self) -> None:
        """Let somebody do something, which takes a moment; mostly a webhook tells of it, sometimes twice."""
        at = self.choices.pick(len(self.offices))
        office = self.offices[at]
        self.clock.advance(self.choices.pick(3))
        if self.syncing and self.choices.chance(SYNC_ACTS):
            if system := self.syncing[at].act():
                self._tell_of(office, system)
            return
        if self.payables and self.choices.chance(OWING_ACTS):
            for _ in range(1 + self.choices.pick(MOST_DEEDS)):
                (self.clerks[at] if self.choices.chance(CLERKS_ACT) else self.payables[at]).act()
            return
        who = self.choices.pick(10)
        if who >= 10 - self.partner_acts:
            self.partners[at].act()
            return
        if who >= 10 - self.partner_acts - self.platform_acts:
            self.platforms[at].act()
            return
        self._tell_of(office, office.act() if who < self.office_acts else self.bookkeepers[at].act())

    def _tell_of_ours(self, office: Office) -> None:
        """Let QuickBooks tell of what we wrote there ourselves, as of everybody's."""
        tenant, writes = office.world.tenant, _writes_of(office.world)
        if writes != self._written.get(tenant, 0):
            self._written[tenant] = writes
            self._tell_of(office, ACCOUNTING)

    def _tell_of(self, office: Office, system: System) -> None:
        if not self.choices.chance(20) and not self._is_held_back(office.world.tenant, system):
            nudge = Nudge(tenant=office.world.tenant, system=system, because=f"{self._count} {self.clock.stamp()}")
            self.queue.send([nudge, nudge])

    def _is_held_back(self, tenant: str, system: System) -> bool:
        """Tell whether a nudge that says the same is still ahead of its read: a burst is one."""
        waiting = [*self.queue.messages, *(delivery.message for delivery in self.deliveries if not delivery.receives)]
        return any(isinstance(m, Nudge) and (m.tenant, m.system) == (tenant, system) for m in waiting)

    def _crossfoot(self) -> None:
        """Somebody presses the button; in most runs nobody does, for it heals what else would show."""
        if self.compares:
            office = self.choices.one_of(self.offices)
            self.queue.send([CrossfootRequest(tenant=office.world.tenant, because=self.clock.stamp())])

    def _sweep_and_maybe_die(self) -> None:
        """Sweep for one partner, as every hour; one that dies on the way is not tried again before the next hour."""
        world = self.choices.one_of(self.offices).world
        self.log.append(f"{world.tenant}: a sweep")
        with suppress(Crash, Retryable):
            world.sweep(Trip(self.choices.pick(SWEEP_CALLS), self.choices.one_of(tuple(Mode))))

    def _pass_time(self) -> None:
        """Let time pass; our own clock is set right now and then, and jumps a little, also backwards."""
        seconds = self.choices.one_of((1, 10, 40, 200, 400, 4_000))
        if self.workers and seconds > FUNCTION_TIMEOUT.total_seconds() and not self.choices.chance(25):
            seconds = 5  # a longer time would end everybody who is at work
        self.clock.advance(seconds)
        self.our_clock.ahead_s = self.choices.one_of((0, 0, -3, 3))
        self.log.append(f"{seconds} s pass; our clock is {self.our_clock.ahead_s} s ahead")

    # --- queue and workers ----------------------------------------------------------------------------------------

    def _postpone(self, write: Callable[[], object]) -> None:
        """Let a vendor take a write in and carry it out after nobody waits for the answer any more."""
        self.late.append((self.clock.now() + timedelta(seconds=self.choices.one_of(COMMITS_AFTER_S)), write))

    def _take_in(self) -> None:
        for due_at, write in [pair for pair in self.late if pair[0] <= self.clock.now()]:
            self.late.remove((due_at, write))
            self.log.append("a vendor carries out late what it took in")
            with suppress(Rejected, Conflict):  # told to nobody
                write()
        self.deliveries.extend(Delivery(message) for message in self.queue.messages)
        self.queue.messages.clear()

    def _start(self, *, chaos: bool = True) -> None:
        now = self.clock.now().timestamp()
        ready = [d for d in self.deliveries if d.visible_at <= now and not self._is_taken(d.message)]
        if not ready:
            return
        # Groups go ahead side by side, and other queues beside that of nudges.
        work = [d for d in ready if isinstance(d.message, WORK)]
        ready = work if work and chaos and not self.choices.chance(40) else ready
        # Mostly in order within a group, as FIFO queues do; at-least-once delivery and a zombie may break that.
        delivery = self.choices.one_of(ready) if chaos else ready[0]
        delivery.visible_at = now + VISIBILITY_S
        worker = self._employ(delivery)
        if not chaos:
            worker.finish()
            self._reap()
            return
        worker.go_on()
        if isinstance(delivery.message, BESIDE) and self.choices.chance(30):
            self._employ(delivery).go_on()
        self._reap()

    def _is_taken(self, message: Message) -> bool:
        at_work = [worker.message for worker, _ in self.workers if worker.tenant == message.tenant]
        if isinstance(message, LANES):
            return any(isinstance(each, LANES) and each.lane == message.lane for each in at_work)
        return isinstance(message, RUNS) and any(isinstance(each, RUNS) for each in at_work)

    def _employ(self, delivery: Delivery) -> Worker:
        delivery.receives += 1
        self._count += 1
        world = next(office.world for office in self.offices if office.world.tenant == delivery.message.tenant)
        worker = Worker(self._count, world, delivery.message, self.clock.now(), self._postpone)
        self.workers.append((worker, delivery))
        self.log.append(f"worker {worker.number} starts {_without_chance(delivery.message.to_json())}")
        return worker

    def _go_on(self, *, faults: bool = True) -> None:
        if not self.workers:
            return
        worker, _ = self.choices.one_of(self.workers)
        if self.clock.now() > worker.ends_at:
            self.log.append(f"worker {worker.number} is ended by its timeout at {worker.at}")
            worker.kill()
        elif faults:
            self._go_on_among_faults(worker)
        else:
            worker.finish()
        self._reap()

    def _go_on_among_faults(self, worker: Worker) -> None:
        while not worker.done:
            worker.go_on(self._strike(worker))
            # Others come in where something is about to be decided; between dull reads they would change nothing.
            if self.choices.chance(50 if worker.at in TURNING_POINTS else 3):
                return

    def _strike(self, worker: Worker) -> str:
        if not self.choices.chance(_percent(worker.at)):
            return ""
        strike = self.choices.one_of(possible_strikes(worker.at))
        self.log.append(f"worker {worker.number}: {strike} at {worker.at}")
        return strike

    def _reap(self) -> None:
        """Take finished workers away; what failed becomes visible again, or ends in the dead-letter queue."""
        for worker, delivery in [pair for pair in self.workers if pair[0].done]:
            self.workers.remove((worker, delivery))
            if worker.failed is None:
                self._remove(delivery)
            elif isinstance(worker.failed, AuthExpired):
                self.log.append(f"parked until the keys are renewed: {_without_chance(delivery.message.to_json())}")
                self.parked.add(delivery.message.tenant)
                self._remove(delivery)
            elif not isinstance(worker.failed, Crash | Retryable):
                raise AssertionError(f"worker {worker.number} crashed on its own") from worker.failed
            elif delivery.receives >= MAX_RECEIVES:
                self.log.append(f"to the dead-letter queue: {_without_chance(delivery.message.to_json())}")
                self._give_up(delivery)

    def _give_up(self, delivery: Delivery) -> None:
        """Leave a message to the dead-letter queue, where the sweep finds it."""
        message = delivery.message
        if delivery in self.deliveries:
            world = next(office.world for office in self.offices if office.world.tenant == message.tenant)
            world.dead_letters.letters.append(DeadLetter(message, self.clock.now(), f"receipt {self._count}"))
        self._remove(delivery)

    def _remove(self, delivery: Delivery) -> None:
        if delivery in self.deliveries:
            self.deliveries.remove(delivery)

    # --- rest -----------------------------------------------------------------------------------------------------

    def _come_to_rest(self) -> None:
        """Stop people and faults, and sweep: where no message was dropped, nothing else is needed (I8)."""
        self.log.append("people stop")
        self._drain()
        # What is unlocked within the second in which it was refused looks as if nobody had touched it.
        self.clock.advance(1)
        for office, bookkeepers in zip(self.offices, self.bookkeepers, strict=True):
            office.enter_everything()
            bookkeepers.agree_on_names()
        for platform in self.platforms:
            platform.deliver_all()
        self.clock.advance(A_DAY_S)
        for partner, platform in zip(self.partners, self.platforms, strict=True):
            written = _writes_of(partner.office.world)
            platform.retry()
            # The partner lets what stood still go on (I7).
            partner.press("unpaid_invoices")
            self._sweep(partner)
            for syncing in self.syncing:
                if syncing.partner is partner:
                    self._sync_the_rest(syncing)
            for payables in self.payables:
                if payables.office is partner.office:
                    self._settle_payables(payables)
            if partner.office.world.tenant not in self.parked and not partner.office.toggled:
                if written == _writes_of(partner.office.world):
                    check(partner.office, self.tables)
                self._sweep_until_read_back(partner)

    def _sync_the_rest(self, syncing: Syncing) -> None:
        """Let the partner retry what was held up, and sync all that is offered, while nobody disturbs it."""
        syncing.close_everything()
        self._sweep(syncing.partner)
        for _ in syncing.retry_given_up():
            self._drain()
        syncing.sync_all()
        self._drain()

    def _settle_payables(self, payables: Payables) -> None:
        """Let the partner see to what was asked and sync, until that leads to nothing more."""
        payables.tellings.deliver_all()
        payables.steering.make_ready()
        self._drain()
        for _ in range(MAX_SYNCS):
            before = _state_of(payables.office)
            self.clock.advance(1)
            payables.steering.retry_everything()
            payables.steering.sync()
            self._drain()
            if before == _state_of(payables.office):
                return
        raise AssertionError(f"payables do not come to rest in {MAX_SYNCS} syncs")

    def _sweep_until_read_back(self, partner: Partner) -> None:
        """Sweep for what we wrote ourselves, until that leads to nothing more."""
        world = partner.office.world
        for _ in range(MAX_SWEEPS):
            # What ConnectWise refuses may be tried again each day, and comes to nothing.
            before = _writes_of(world), _rows_of(world)
            self.clock.advance(A_DAY_S)
            self._sweep(partner)
            if before == (_writes_of(world), _rows_of(world)):
                break
        else:
            raise AssertionError(f"what we write does not come to rest in {MAX_SWEEPS} days")
        check(partner.office, self.tables)
        # ConnectWise may not show in its lists what we wrote there.
        if partner.office.world.connectwise.rows_move_invoice:
            check_book(partner)

    def _sweep(self, partner: Partner) -> None:
        partner.office.world.sweep()
        self._drain()

    def _compare_at_night(self) -> None:
        """Let two nightly comparisons heal what dropped messages left behind (X4)."""
        for night in range(2):
            self.clock.advance(A_DAY_S)
            healed = [self._compare(office, night) for office in self.offices]
            if not any(healed):
                break  # The next one would see the same.
        self._check_imported()
        for partner in self.partners:
            check(partner.office, self.tables)
            left_out = left_out_invoices(partner.office)
            if left_out and not partner.office.world.connectwise.rows_move_invoice:
                check_book(partner, but=left_out)
                partner.read_everything_again()
                self._drain()
            check_book(partner)
            check_links(partner.office)

    def _compare(self, office: Office, night: int) -> bool:
        """Compare the books of one partner. Returns: whether that led to anything."""
        tenant, links, done = office.world.tenant, dict(self.tables.book.links), len(self.log)
        self.queue.send([Nudge(tenant=tenant, system=s, because=f"sweep {night}") for s in CONNECTED])
        self._drain()
        self.queue.send([TendConnection(tenant=tenant, system=PSA, because=f"night {night}")])
        self._drain()
        self.queue.send([CrossfootRequest(tenant=tenant, live=True, because=f"night {night}")])
        self._drain()
        return links != self.tables.book.links or any(MOVES_MONEY.search(line) for line in self.log[done:])

    def _drain(self) -> None:
        for _ in range(3_000):
            self._take_in()
            if self.workers:
                self._go_on(faults=False)
            elif any(d.visible_at <= self.clock.now().timestamp() for d in self.deliveries):
                self._start(chaos=False)
            elif self.deliveries:
                self.clock.advance(LEASE.total_seconds())
            else:
                return
        raise AssertionError("the queues do not come to rest")

    def _office(self, tenant: str, unit_minor: int) -> Office:
        world = World(
            many_rows=not self.choices.chance(30),
            rows_move_invoice=not self.choices.chance(30),
            tenant=tenant,
            clock=self.clock,
            worker_clock=self.our_clock,
            tables=self.tables,
            queue=self.queue,
        )
        # Windows of the first import and of a re-sync end in the middle, and the time of a worker too.
        world.connectwise.page_size = self.choices.one_of((None, 2, 5))
        world.remaining_ms = lambda: 0 if self.choices.chance(20) else FUNCTION_TIMEOUT_MS

        def say(text: str) -> None:
            self.log.append(f"{tenant}: somebody {text}")

        def at_rest() -> bool:
            return all(worker.tenant != tenant for worker, _ in self.workers)

        return Office(world, self.choices, unit_minor, say, at_rest)


def _without_chance(message: str) -> str:
    """Leave out the part of a run's id that is drawn by chance, so that a replay tells the same."""
    return re.sub(r"(?<=Z)-[0-9a-f]{8}\b", "", message)


def _percent(call: str) -> int:
    if call in VENDOR_WRITES:
        return STRIKES_AT_WRITES
    return STRIKES_AT_TURNING_POINTS if call in TURNING_POINTS else STRIKES_ELSEWHERE


def run_once(seed: int | None = None, recorded: Sequence[int] = (), times: int = 1) -> Simulation:
    """Run one simulation, of so many times the usual length.

    Raises: AssertionError, with the simulation as its `simulation`.
    """
    simulation = Simulation(Choices(seed, recorded), times)
    try:
        simulation.run()
    except AssertionError as error:
        error.simulation = simulation  # type: ignore[attr-defined]
        raise
    return simulation


def _rows_of(world: World) -> dict[Ref, tuple[PaymentRow, ...]]:
    return {invoice: tuple(rows) for invoice, rows in world.connectwise.rows.items()}


def _writes_of(world: World) -> int:
    ours = (world.our_payments, world.our_deposits, world.our_sales, world.our_payables)
    return sum(each.writes for each in ours)


def _state_of(office: Office) -> tuple[object, ...]:
    """Give what a sync of payables may move: what stands in QuickBooks, in our book, and what waits."""
    world = office.world
    there = [(ref, each.standing, getattr(each, "revision", "")) for ref, each in world.our_payables.records.items()]
    kept = [each.version for (tenant, ref), each in world.book.records.items() if tenant == world.tenant]
    waiting = {ref: each.code for (tenant, ref), each in world.outbox.waiting.items() if tenant == world.tenant}
    return there, kept, waiting
