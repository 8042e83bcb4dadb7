"""A partner with whom nothing happens: a month of hourly sweeps, on clocks that are moved ahead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from crossfoot.adapters.dynamodb.cursors import TableCursors
from crossfoot.adapters.dynamodb.fetch_runs import TableFetchRuns
from crossfoot.adapters.dynamodb.history import TableHistory
from crossfoot.adapters.dynamodb.limits import TableLimits
from crossfoot.config import Config
from crossfoot.core.model import CONNECTED
from crossfoot.messages import Nudge, TendConnection
from crossfoot.steps.fetch_new_data import fetch_new_data
from crossfoot.steps.sweep import sweep
from crossfoot.steps.tend_connection import tend_connection
from crossfoot.wiring.workers import Parts, fetch_new_data_ports, sweep_ports, tend_connection_ports

from benchmarks.figures import BenchError
from benchmarks.memory import MemoryClient
from benchmarks.product import CountedBudget, Spent
from benchmarks.queues import FifoQueues
from local.demo.web import Web

DAYS = 30
HOUR = timedelta(hours=1)


class AheadClock:
    """The real time and whatever it was moved ahead."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Give its time."""
        return datetime.now(UTC) + self.ahead


@dataclass
class Dearest:
    """What the dearest nudge cost, and how many there were."""

    calls: int = 0
    write_units: int = 0
    nudges: int = 0

    def add(self, used: Spent) -> None:
        """Count one more."""
        self.calls, self.write_units = max(self.calls, used.calls), max(self.write_units, used.write_units)
        self.nudges += 1


class IdleMonth:
    """One worker of each step with a table of its own, on a clock that the vendors' clocks are moved along with.

    Takes: `urls` of both sandboxes.
    """

    def __init__(self, config: Config, urls: Mapping[str, str]) -> None:
        self._urls, self._clock, self._spent, self._queues = urls, AheadClock(), Spent(), FifoQueues()
        self.parts = _parts(config, self._clock, self._queues, self._spent)
        self._fetch = fetch_new_data_ports(self.parts)
        self._sweep, self._tend = sweep_ports(self.parts), tend_connection_ports(self.parts)

    def import_all(self, tenant: str) -> None:
        """Read both systems for the first time."""
        for system in CONNECTED:
            fetch_new_data(tenant, system, self._fetch)
        self.parts.budget.flush()

    def play(self, tenant: str) -> Dearest:
        """Play the month. Returns: what nudges cost. Raises: BenchError when one found something, or some are missing."""
        dearest = Dearest()
        for _ in range(DAYS * 24):
            self._move_on()
            sweep(self._sweep)
            self._read(tenant, dearest)
            self._look_after(tenant)
        if dearest.nudges < DAYS * 24 + DAYS - 1:
            raise BenchError(f"{dearest.nudges} nudges in {DAYS} days are too few")
        return dearest

    def _read(self, tenant: str, dearest: Dearest) -> None:
        for (message,) in self._queues.take("nudge", 1):
            assert isinstance(message, Nudge)
            before = self._spent.copy()
            found = fetch_new_data(tenant, message.system, self._fetch)
            self.parts.budget.flush()
            if found:
                raise BenchError(f"a sweep found {found} records where nothing changed")
            dearest.add(self._spent.since(before))

    def _look_after(self, tenant: str) -> None:
        for (message,) in self._queues.take("tend_connection", 1):
            assert isinstance(message, TendConnection)
            tend_connection(tenant, message.system, self._tend)

    def _move_on(self) -> None:
        self._clock.ahead += HOUR
        for vendor, url in self._urls.items():
            Web(f"The {vendor} sandbox", url).call("POST", "/_sandbox/clock", {"advance_s": int(HOUR.total_seconds())})


def _parts(config: Config, clock: AheadClock, queues: FifoQueues, spent: Spent) -> Parts:
    parts = Parts(config)
    # The client is made at its first use; this one is there before.
    parts.table.__dict__["client"] = MemoryClient(spent)
    own: dict[str, Any] = {
        "clock": clock,
        "queue": queues,
        "history": TableHistory(parts.table, clock),
        "cursors": TableCursors(parts.table, clock),
        "runs": TableFetchRuns(parts.table, clock),
        "limits": TableLimits(parts.table, clock),
    }
    parts.__dict__.update(own)
    parts.__dict__["budget"] = CountedBudget(parts, spent)
    return parts
