"""A deposit that QuickBooks refused because somebody had just closed the books is tried again once they are open (D2)."""

from datetime import date

from crossfoot.core.model import Deposit, Standing
from crossfoot.core.preferences import Preferences

from tests.fakes.payouts import FakePayouts
from tests.fakes.receipts import BANK, COMPANY, FEES
from tests.fakes.telling import FakePlatform
from tests.fakes.world import TENANT, World

A_DAY_S = 86_400


def test_d2_a_deposit_refused_in_books_that_were_closed_unseen_follows_once_they_are_open() -> None:
    world = World()
    world.invoice_in_both("1001", 100_00)
    world.preferences.save(TENANT, Preferences(deposits_enabled=True, deposit_account_id=BANK, fee_account_id=FEES))
    world.fetch_and_settle()
    platform, payouts = FakePlatform(world), FakePayouts(world)
    platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    world.settle()
    # As far as was read today they are open.
    world.our_payments.close_books(date(2026, 11, 20))
    payouts.pay_out("po_1", ("payment", 100_00, "pay_1"))
    world.settle()
    assert _living(world) == []
    world.our_payments.company = COMPANY
    world.clock.advance(A_DAY_S)
    payouts.tell("po_1")
    world.settle()
    assert _living(world) == [100_00]
    # What stands is let go of, though that was refused before.
    world.our_payments.close_books(date(2026, 11, 20))
    platform.change("pay_1", status="returned")
    world.settle()
    assert world.quickbooks.payment("7001").standing is Standing.LIVE
    world.our_payments.company = COMPANY
    world.clock.advance(A_DAY_S)
    platform.tell("pay_1")
    world.settle()
    assert world.quickbooks.payment("7001").standing is Standing.DELETED
    assert _living(world) == [100_00]


def _living(world: World) -> list[int]:
    found = (record for record in world.quickbooks.records.values() if isinstance(record, Deposit))
    return [record.total_minor for record in found if record.standing is Standing.LIVE]
