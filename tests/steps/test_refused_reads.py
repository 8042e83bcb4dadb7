"""ConnectWise refuses to be read: each payment says so, and QuickBooks gets what it can take (C7, P1, X1)."""

from collections.abc import Sequence

import pytest
from crossfoot.core.model import ACCOUNTING, PLATFORM, Invoice, Kind, Ref
from crossfoot.core.receipts import Receipt, standing_of
from crossfoot.core.receiving import RECEIPTS
from crossfoot.errors import AuthExpired, NeedsPartner, Rejected, RemoteUnavailable
from crossfoot.messages import Nudge
from crossfoot.parking import retry_what_is_parked
from crossfoot.ports import Found

from tests.fakes.telling import FakePlatform
from tests.fakes.world import TENANT, World

RECEIVED = Ref(PLATFORM, Kind.PAYMENT, "pay_1")
ENTERED = Ref(ACCOUNTING, Kind.PAYMENT, "p1")


class Shut:
    """ConnectWise's invoices, which cannot be read for now."""

    def __init__(self, world: World, error: Exception, *, first: int = 0) -> None:
        self._real, self._world, self._error, self._first = world.connectwise.fetch_invoices, world, error, first
        self.calls = 0
        world.connectwise.fetch_invoices = self._answer  # type: ignore[method-assign]

    def open(self) -> None:
        self._world.connectwise.fetch_invoices = self._real  # type: ignore[method-assign]

    def _answer(self, ids: Sequence[str]) -> Found[Invoice]:
        self.calls += 1
        if self.calls <= self._first:
            return self._real(ids)
        raise self._error


@pytest.fixture
def world() -> World:
    world = World()
    world.invoice_in_both("1001", 100_00)
    world.invoice_in_both("1002", 100_00)
    world.fetch_and_settle()
    return world


def held(world: World, record: Ref) -> list[str]:
    return [reason.code for reason in world.attention.load(TENANT, [record])[record].reasons]


def receipts(world: World) -> tuple[Receipt, ...]:
    return standing_of(world.effects.load_latest(TENANT, RECEIPTS, RECEIVED))


@pytest.mark.parametrize(
    "error", [AuthExpired("the keys are refused"), Rejected("http_400", "the conditions are wrong")]
)
def test_x1_p1_where_connectwise_refuses_to_be_read_each_payment_says_so_and_goes_to_quickbooks_all_the_same(
    world: World, error: NeedsPartner
) -> None:
    FakePlatform(world).pay("pay_1", {"quickbooks-q1001": 40_00})
    world.quickbooks.pay("p1", {"q1002": 30_00})
    world.work(Nudge(tenant=TENANT, system=ACCOUNTING))
    world.queue.messages.clear()  # Both are in this batch.
    shut = Shut(world, error)
    step = world.mirror_step([RECEIVED, ENTERED])
    for payment in (RECEIVED, ENTERED):
        step.mirror(payment)
    assert shut.calls == 1
    assert [held(world, payment) for payment in (RECEIVED, ENTERED)] == [["needs_partner"], ["needs_partner"]]
    assert [receipt.amount_minor for receipt in receipts(world)] == [40_00]
    shut.open()
    retry_what_is_parked(TENANT, "connected", world)
    world.fetch_and_settle()
    assert (world.rows("1001"), world.rows("1002")) == ([(40_00, "2026-11-03")], [(30_00, "2026-11-03")])
    assert [held(world, payment) for payment in (RECEIVED, ENTERED)] == [[], []]


def test_x2_an_invoice_that_cannot_be_read_anew_is_no_riddle_to_the_next_payment_of_the_batch(world: World) -> None:
    FakePlatform(world).pay("pay_1", {"quickbooks-q1001": 40_00})
    world.fetch_and_settle()
    (receipt,) = receipts(world)
    world.quickbooks.pay(receipt.id, {"q1001": 30_00})
    world.quickbooks.pay("p1", {"q1001": 20_00})
    world.work(Nudge(tenant=TENANT, system=ACCOUNTING))
    Shut(world, RemoteUnavailable("no answer"), first=1)
    step = world.mirror_step([RECEIVED, ENTERED])
    for payment in (RECEIVED, ENTERED):
        with pytest.raises(RemoteUnavailable):
            step.mirror(payment)
