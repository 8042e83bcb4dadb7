"""What came in of QuickBooks' payables never goes out again, whatever people do and choose meanwhile (B1)."""

from collections.abc import Callable
from dataclasses import replace

from crossfoot.core.model import Standing
from crossfoot.core.payables.preferences import Direction
from crossfoot.core.payables.profile import NO_FACTS
from crossfoot.core.payables.records import Bill, BillPayment
from crossfoot.errors import Rejected
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.filing import TODAY
from tests.fakes.syncing_payables import LONG_AGO, READY, TWO_WAY, SyncWorld
from tests.fakes.world import TENANT

type Deed = Callable[[SyncWorld], object]


def _bills(world: SyncWorld) -> list[Bill]:
    records = world.our_payables.records.values()
    return [record for record in records if isinstance(record, Bill) and record.standing is Standing.LIVE]


def _payments(world: SyncWorld) -> list[BillPayment]:
    records = world.our_payables.records.values()
    return [record for record in records if isinstance(record, BillPayment) and record.standing is Standing.LIVE]


def _add(number: str) -> Deed:
    return lambda world: world.our_payables.add_bill("9001", number, 100_00)


def _pay(*, early: bool) -> Deed:
    def pay(world: SyncWorld) -> None:
        open_ = next((bill for bill in _bills(world) if bill.balance_minor), None)
        if open_ is not None:
            world.our_payables.pay("9001", {open_.ref.id: 40_00}, on=LONG_AGO if early else TODAY)

    return pay


def _void(world: SyncWorld) -> None:
    for payment in _payments(world)[:1]:
        world.our_payables.void_payment(payment.ref.id)


def _delete(world: SyncWorld) -> None:
    for bill in _bills(world)[:1]:
        world.our_payables.delete_bill(bill.ref.id)


def _take_number(world: SyncWorld) -> None:
    for bill in _bills(world)[:1]:
        world.our_payables.keep(replace(bill, number=""))


def _turn(direction: Direction) -> Deed:
    return lambda world: world.payables_settings.save(TENANT, replace(READY, direction=direction))


DEEDS: dict[str, Deed] = {
    "a bill": lambda world: _add(str(len(world.our_payables.records)))(world),
    "a bill without a number": _add(""),
    "a payment": _pay(early=False),
    "a payment of before": _pay(early=True),
    "a void": _void,
    "a deletion": _delete,
    "a lost number": _take_number,
    "one way": _turn(Direction.TO_ACCOUNTING),
    "two ways": _turn(Direction.TWO_WAY),
    "classic": lambda world: world.payables_settings.save_facts(TENANT, NO_FACTS),
    "payments back": lambda world: world.payables_settings.save_facts(TENANT, TWO_WAY),
}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.booleans()), min_size=3, max_size=12))
def test_b1_what_came_in_never_goes_out_again(deeds: list[tuple[str, bool]]) -> None:
    world = SyncWorld()
    world.our_payables.add_vendor("Brosnahan")
    world.sync()
    seen = world.came_in()
    for deed, syncs in deeds:
        world.clock.advance(600)
        try:
            DEEDS[deed](world)
        except Rejected:
            continue
        if syncs:
            world.sync()
            assert seen <= world.came_in(), deed
            seen = world.came_in()
    world.sync()
    assert seen <= world.came_in()
