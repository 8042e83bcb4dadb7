"""sweep: partners that were not read for a while are nudged (I8)."""

from datetime import datetime, timedelta

from crossfoot.core.model import ACCOUNTING, PSA, System
from crossfoot.messages import Nudge
from crossfoot.steps import sweep

from tests.fakes.clock import FakeClock
from tests.fakes.table import FakeQueue


class Due:
    """Connections that were last read at some time."""

    def __init__(self, last_read: dict[tuple[str, System], datetime]) -> None:
        self.last_read = last_read

    def list_due(self, system: System, read_before: datetime, limit: int) -> tuple[str, ...]:
        due = [(at, tenant) for (tenant, of), at in self.last_read.items() if of is system and at < read_before]
        return tuple(tenant for _, tenant in sorted(due))[:limit]


def test_i8_connectwise_is_read_hourly_and_quickbooks_daily_without_any_webhook() -> None:
    clock = FakeClock()
    now = clock.now()
    connections = Due(
        {
            ("t_00000001", PSA): now - timedelta(hours=1),
            ("t_00000001", ACCOUNTING): now - timedelta(hours=1),
            ("t_00000002", PSA): now - timedelta(minutes=10),
            ("t_00000002", ACCOUNTING): now - timedelta(hours=24),
        }
    )
    queue = FakeQueue(clock)
    assert sweep.sweep(sweep.Ports(connections, queue, clock)) == 2  # type: ignore[arg-type]
    found = {(m.tenant, m.system) for m in queue.messages if isinstance(m, Nudge)}
    assert found == {("t_00000001", PSA), ("t_00000002", ACCOUNTING)}


def test_i8_the_periods_are_a_little_shorter_than_the_schedule_so_that_no_turn_is_skipped() -> None:
    assert timedelta(minutes=50) < sweep.DUE_AFTER[PSA] < timedelta(hours=1)
    assert timedelta(hours=22) < sweep.DUE_AFTER[ACCOUNTING] < timedelta(days=1)
