"""One run: people act, webhooks come or do not, workers run at once and die, and then everything comes to rest."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crossfoot.core.model import System
from crossfoot.errors import Retryable
from crossfoot.ledger import LEASE
from crossfoot.messages import CrossfootRequest, Message, Nudge

from tests.fakes.clock import FakeClock
from tests.fakes.table import FakeQueue, Tables
from tests.fakes.trip import Crash
from tests.fakes.world import World
from tests.simulation.choices import Choices
from tests.simulation.invariants import check
from tests.simulation.people import Office
from tests.simulation.workers import Worker, possible_strikes

TURNS = 160
VISIBILITY_S = 180
MAX_RECEIVES = 5
# Two primes: an amount of one partner is never one of the other's.
UNITS = {"t_0000000a": 7, "t_0000000b": 11}


@dataclass
class Delivery:
    """A message on the queue: visible again when its worker did not finish in time."""

    message: Message
    visible_at: float = 0.0
    receives: int = 0


@dataclass
class Simulation:
    """One run over two partners."""

    choices: Choices
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.tables = Tables(self.clock)
        self.queue = FakeQueue(self.clock)
        self.deliveries: list[Delivery] = []
        self.workers: list[tuple[Worker, Delivery]] = []
        self._count = 0
        self.offices = [self._office(tenant, unit) for tenant, unit in UNITS.items()]

    def run(self) -> None:
        """Play, come to rest, and check. Raises: AssertionError when something is wrong at rest."""
        for office in self.offices:
            office.open()
        for _ in range(TURNS):
            self._turn()
        self._come_to_rest()
        for office in self.offices:
            check(office, self.tables)

    # --- one turn -------------------------------------------------------------------------------------------------

    def _turn(self) -> None:
        self._take_in()
        what = self.choices.pick(20)
        if what < 9:
            self._go_on()
        elif what < 13:
            self._start()
        elif what < 16:
            self._person()
        elif what < 18:
            self._webhook()
        elif what < 19:
            self._pass_time()
        else:
            self._crossfoot()

    def _person(self) -> None:
        self.choices.one_of(self.offices).act()
        if not self.choices.chance(20):
            self._webhook()

    def _webhook(self) -> None:
        """A webhook, or two of the same; those that never come are those that are not sent."""
        office, system = self.choices.one_of(self.offices), self.choices.one_of(tuple(System))
        nudge = Nudge(tenant=office.world.tenant, system=system, because=self.clock.stamp())
        self.queue.send([nudge, nudge])

    def _crossfoot(self) -> None:
        office = self.choices.one_of(self.offices)
        self.queue.send([CrossfootRequest(tenant=office.world.tenant, because=self.clock.stamp())])

    def _pass_time(self) -> None:
        seconds = self.choices.one_of((1, 10, 40, 200, 400, 4_000))
        self.clock.advance(seconds)
        self.log.append(f"{seconds} s pass")

    # --- queue and workers ----------------------------------------------------------------------------------------

    def _take_in(self) -> None:
        self.deliveries.extend(Delivery(message) for message in self.queue.messages)
        self.queue.messages.clear()

    def _start(self, *, chaos: bool = True) -> None:
        now = self.clock.now().timestamp()
        ready = [d for d in self.deliveries if d.visible_at <= now]
        if not ready:
            return
        # Mostly in order within a group, as FIFO queues do; at-least-once delivery and a zombie may break that.
        delivery = self.choices.one_of(ready) if chaos else ready[0]
        delivery.visible_at = now + (VISIBILITY_S if not chaos or not self.choices.chance(10) else 0)
        delivery.receives += 1
        self._count += 1
        world = next(office.world for office in self.offices if office.world.tenant == delivery.message.tenant)
        worker = Worker(self._count, world, delivery.message, self.clock.now())
        self.workers.append((worker, delivery))
        self.log.append(f"worker {worker.number} starts {delivery.message.to_json()}")
        worker.go_on()
        self._reap()

    def _go_on(self, *, faults: bool = True) -> None:
        if not self.workers:
            return
        worker, _ = self.choices.one_of(self.workers)
        if self.clock.now() > worker.ends_at:
            self.log.append(f"worker {worker.number} is ended by its timeout at {worker.at}")
            worker.kill()
        else:
            steps = 1 + self.choices.pick(6)
            while steps and not worker.done:
                steps -= 1
                strike = self._strike(worker) if faults else ""
                worker.go_on(strike)
        self._reap()

    def _strike(self, worker: Worker) -> str:
        if not self.choices.chance(6):
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
            elif not isinstance(worker.failed, Crash | Retryable):
                raise AssertionError(f"worker {worker.number} crashed on its own") from worker.failed
            elif delivery.receives >= MAX_RECEIVES:
                self.log.append(f"to the dead-letter queue: {delivery.message.to_json()}")
                self._remove(delivery)

    def _remove(self, delivery: Delivery) -> None:
        if delivery in self.deliveries:
            self.deliveries.remove(delivery)

    # --- rest -----------------------------------------------------------------------------------------------------

    def _come_to_rest(self) -> None:
        """Stop people and faults; let the sweep and two nightly comparisons do what they are for."""
        self.log.append("people stop")
        self._drain()
        for office in self.offices:
            office.enter_everything()
        for night in range(2):
            self.clock.advance(86_400)
            for office in self.offices:
                tenant = office.world.tenant
                self.queue.send([Nudge(tenant=tenant, system=s, because=f"sweep {night}") for s in System])
                self._drain()
                self.queue.send([CrossfootRequest(tenant=tenant, live=True, because=f"night {night}")])
                self._drain()

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
        many_rows = self.choices.chance(50)
        world = World(many_rows=many_rows, tenant=tenant, clock=self.clock, tables=self.tables, queue=self.queue)
        return Office(world, self.choices, unit_minor, lambda text: self.log.append(f"{tenant}: somebody {text}"))


def run_once(seed: int | None = None, recorded: Sequence[int] = ()) -> Simulation:
    """Run one simulation. Raises: AssertionError, with the simulation as its `simulation`."""
    simulation = Simulation(Choices(seed, recorded))
    try:
        simulation.run()
    except AssertionError as error:
        error.simulation = simulation  # type: ignore[attr-defined]
        raise
    return simulation
