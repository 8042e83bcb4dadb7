"""A payment whose row somebody deleted is deleted everywhere; another worker may have done so already (P3)."""

import pytest
from crossfoot.core.model import PSA, Kind, Ref, Standing
from crossfoot.errors import Conflict

from tests.fakes.telling import FakePlatform
from tests.fakes.world import World


def test_p3_a_payment_that_somebody_else_deleted_meanwhile_does_not_hold_up_the_next_one() -> None:
    world = World()
    world.invoice_in_both("1001", 100_00)
    world.fetch_and_settle()
    platform = FakePlatform(world)
    platform.pay("pay_1", {"quickbooks-q1001": 40_00})
    world.settle()
    world.fetch_and_settle()
    psa = Ref(PSA, Kind.INVOICE, "c1001")
    world.connectwise.remove(psa, world.connectwise.rows[psa][0].id)
    pay_2 = platform.pay("pay_2", {"quickbooks-q1001": 50_00})
    step = world.mirror_step([pay_2])
    platform.change("pay_1", status="deleted")
    with pytest.raises(Conflict):
        step.mirror(pay_2)
    world.settle()
    world.fetch_and_settle()
    assert platform.payment("pay_1").standing is Standing.DELETED
    assert world.rows("1001") == [(50_00, "2026-11-03")]
