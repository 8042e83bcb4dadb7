"""mirror_bill: whatever call a worker dies at, both books come to the same, and nothing is there twice (X2, B4)."""

from collections.abc import Callable
from typing import Any

import pytest
from crossfoot.core.model import PLATFORM, Kind, Ref, Standing
from crossfoot.core.payables.records import PayState
from crossfoot.messages import MirrorBill

from tests.fakes.faults import Faults
from tests.fakes.payables_desk import Desk

BILL, PAYMENT = Ref(PLATFORM, Kind.BILL, "bill_1"), Ref(PLATFORM, Kind.BILL_PAYMENT, "bp_1")
ACME = [("Acme", True)]


def _new_bill(desk: Desk) -> None:
    desk.vendor()
    desk.bill()
    del desk.world.queue.messages[0]


def _known_vendor(desk: Desk) -> None:
    desk.world.our_payables.add_vendor("Acme")
    desk.sync()
    desk.vendor()


def _two_bills_and_a_credit(desk: Desk) -> None:
    desk.vendor()
    desk.bill("bill_1", 100_00)
    desk.bill("bill_2", 50_00)
    desk.credit("vc_1", 30_00)
    desk.world.settle()
    desk.pay("bp_1", {"platform-bill_1": 100_00, "platform-bill_2": 20_00}, {"platform-vc_1": 30_00})


def _by_credits_alone(desk: Desk) -> None:
    desk.vendor()
    desk.bill("bill_1", 30_00)
    desk.credit("vc_1", 30_00)
    desk.world.settle()
    desk.pay("bp_1", {"platform-bill_1": 30_00}, {"platform-vc_1": 30_00}, state=PayState.SCHEDULED)


def _entered(desk: Desk) -> None:
    desk.vendor()
    desk.bill()
    desk.settle()


def _paid(desk: Desk) -> None:
    _entered(desk)
    desk.pay("bp_1", {"platform-bill_1": 60_00})
    desk.settle()


def _edited(desk: Desk) -> None:
    _entered(desk)
    desk.change(BILL, total_minor=80_00)


def _voided(desk: Desk) -> None:
    _paid(desk)
    desk.change(PAYMENT, standing=Standing.VOID)


def _deleted(desk: Desk) -> None:
    _entered(desk)
    desk.change(BILL, standing=Standing.DELETED)


def _changed_there(desk: Desk) -> None:
    """The platform's word comes before anybody has read what people did in QuickBooks."""
    _paid(desk)
    desk.world.our_payables.change_costs(desk.copy_id(BILL), 80_00)
    desk.change(BILL, total_minor=80_00)


def _deleted_there(desk: Desk) -> None:
    _paid(desk)
    desk.world.our_payables.delete_payment(desk.copy_id(PAYMENT))
    desk.sync_up_to_mirroring()


def _two_on_one_bill(desk: Desk) -> None:
    _entered(desk)
    desk.pay("bp_2", {"platform-bill_1": 60_00})
    desk.pay("bp_1", {"platform-bill_1": 60_00})


type Story = Callable[[Desk], None]
STORIES: dict[Story, tuple[Any, ...]] = {
    _new_bill: (ACME, {"BILL_1": (100_00, 100_00)}, {}, []),
    _known_vendor: (ACME, {}, {}, []),
    _two_bills_and_a_credit: (
        ACME, {"BILL_1": (100_00, 0), "BILL_2": (50_00, 30_00)}, {"VC_1": (30_00, 0)}, [(90_00, [20_00, 100_00], [30_00])],
    ),
    _by_credits_alone: (ACME, {"BILL_1": (30_00, 0)}, {"VC_1": (30_00, 0)}, [(0, [30_00], [30_00])]),
    _edited: (ACME, {"BILL_1": (80_00, 80_00)}, {}, []),
    _voided: (ACME, {"BILL_1": (100_00, 100_00)}, {}, []),
    _deleted: (ACME, {}, {}, []),
    _changed_there: (ACME, {"BILL_1": (80_00, 20_00)}, {}, [(60_00, [60_00], [])]),
    _deleted_there: (ACME, {"BILL_1": (100_00, 100_00)}, {}, []),
    _two_on_one_bill: (ACME, {"BILL_1": (100_00, 40_00)}, {}, [(60_00, [60_00], [])]),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.strip("_"))
def test_b4_nothing_twice_and_nothing_lost_whatever_call_a_worker_dies_at(
    story: Story, record_property: Callable[[str, object], None]
) -> None:
    desk = Desk()
    story(desk)
    faults = Faults(MirrorBill)
    for at, world in faults.strike(desk.world):
        desk.world = world
        world.our_payables.forget_requests()
        desk.settle()
        assert desk.shown() == STORIES[story], at
        assert desk.waiting() == ({"bp_2": "more_than_open"} if story is _two_on_one_bill else {}), at
        desk.check_at_rest()
    assert faults.calls
    faults.record(record_property)
