"""Races and late surprises that once doubled a payment, lost one, or left it without a reason."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.decisions import Outcome
from crossfoot.core.model import ACCOUNTING, PSA, Kind, PaymentRow, Ref
from crossfoot.errors import AuthExpired, Conflict, NeedsPartner, OutcomeUnknown, Rejected
from crossfoot.ledger import LONGEST_COMMIT
from crossfoot.messages import MirrorPayment, Nudge
from crossfoot.ports import Found

from tests.fakes.world import TENANT, World

DAY = "2026-11-03"


@pytest.fixture
def world() -> World:
    """ConnectWise allows many rows here: where it allows one, it refuses what would be doubled."""
    world = World(many_rows=True)
    world.invoice_in_both("1001", 10_000)
    world.fetch_and_settle()
    world.clock.advance(600)
    return world


def paid(id_: str) -> Ref:
    return Ref(ACCOUNTING, Kind.PAYMENT, id_)


def _psa(id_: str = "c1001") -> Ref:
    return Ref(PSA, Kind.INVOICE, id_)


def _instead(world: World, method: str, answer: Callable[..., object]) -> Callable[[], None]:
    """Let ConnectWise answer a write differently. Returns: what sets it right again."""
    real = getattr(world.connectwise, method)
    setattr(world.connectwise, method, answer)
    return lambda: setattr(world.connectwise, method, real)


def _raise(error: Exception) -> Callable[..., object]:
    def answer(*_: object) -> object:
        raise error

    return answer


def _fetch(world: World) -> None:
    world.work(Nudge(tenant=TENANT, system=ACCOUNTING))


def test_x2_a_write_that_connectwise_commits_late_is_not_sent_again_meanwhile(world: World) -> None:
    mend = _instead(world, "create_row", _raise(OutcomeUnknown("read timeout")))
    world.quickbooks.pay("p1", {"q1001": 3_000})
    _fetch(world)
    with pytest.raises(OutcomeUnknown):
        world.mirror_step([paid("p1")]).mirror(paid("p1"))
    mend()
    world.clock.advance(LONGEST_COMMIT.total_seconds() - 1)
    with pytest.raises(Conflict):
        world.mirror_step([paid("p1")]).mirror(paid("p1"))
    world.connectwise.enter(_psa(), 3_000, date(2026, 11, 3))
    world.clock.advance(1)
    world.mirror_step([paid("p1")]).mirror(paid("p1"))
    assert world.rows("1001") == [(3_000, DAY)]


def test_e6_a_plan_that_could_not_be_sent_is_not_sent_blindly_later(world: World) -> None:
    mend = _instead(world, "create_row", _raise(AuthExpired("the keys are refused")))
    payment = world.quickbooks.pay("p1", {"q1001": 3_000})
    _fetch(world)
    world.mirror_step([paid("p1")]).mirror(paid("p1"))
    assert world.history.load(TENANT, payment)[-1].item.code == "needs_partner"
    world.connectwise.enter(_psa(), 3_000)
    mend()
    world.mirror_step([paid("p1")]).mirror(paid("p1"))
    assert world.rows("1001") == [(3_000, DAY)]


def test_e5_a_payment_that_was_voided_before_it_could_be_sent_is_withdrawn(world: World) -> None:
    mend = _instead(world, "create_row", _raise(AuthExpired("the keys are refused")))
    world.quickbooks.pay("p1", {"q1001": 3_000})
    _fetch(world)
    world.mirror_step([paid("p1")]).mirror(paid("p1"))
    world.quickbooks.void("p1")
    mend()
    world.fetch_and_settle()
    assert world.rows("1001") == []
    world.check_at_rest()


def test_e5_a_void_that_comes_while_a_worker_is_about_to_write_is_not_overwritten(world: World) -> None:
    world.quickbooks.pay("p1", {"q1001": 3_000})
    _fetch(world)
    older = world.mirror_step([paid("p1")])
    world.quickbooks.void("p1")
    _fetch(world)
    world.mirror_step([paid("p1")]).mirror(paid("p1"))
    older.mirror(paid("p1"))
    assert world.rows("1001") == []


def test_e6_a_worker_with_an_older_ledger_does_not_take_our_row_for_a_strangers(world: World) -> None:
    world.quickbooks.pay("p1", {"q1001": 9_000})
    world.quickbooks.pay("p2", {"q1001": 1_000})
    _fetch(world)
    older = world.mirror_step([paid("p2")])
    world.mirror_step([paid("p1")]).mirror(paid("p1"))
    with pytest.raises(Conflict):
        older.mirror(paid("p2"))
    world.mirror_step([paid("p2")]).mirror(paid("p2"))
    assert world.rows("1001") == [(10_000, DAY)]


def test_e6_an_invoice_that_arrives_with_its_payment_by_hand_is_adopted_though_the_amounts_agree(world: World) -> None:
    world.invoice_in_both("1002", 10_000, connectwise=False)
    world.quickbooks.pay("p1", {"q1002": 3_000})
    world.fetch_and_settle()
    world.connectwise.add_invoice("c1002", "1002", 10_000)
    world.connectwise.enter(_psa("c1002"), 3_000)
    world.fetch_and_settle()
    world.clock.advance(600)
    world.quickbooks.pay("p1", {"q1002": 5_000})
    world.fetch_and_settle()
    assert world.rows("1002") == [(5_000, DAY)]


def test_e5_an_invoice_that_is_joined_anew_takes_the_old_ones_payments_back_first(world: World) -> None:
    accounting, _ = world.invoice_in_both("1001", 10_000)
    world.quickbooks.pay("p1", {"q1001": 3_000})
    world.fetch_and_settle()
    world.clock.advance(600)
    world.quickbooks.delete("p1")
    world.quickbooks.delete_invoice("q1001")
    again = world.quickbooks.add_invoice("q9", "1001", 10_000)
    world.fetch_and_settle()
    world.crossfoot()
    world.settle()
    assert world.rows("1001") == []
    link = world.book.load_link(TENANT, _psa())
    assert link is not None
    assert link.accounting == again != accounting


def test_e7_a_row_of_ours_that_another_product_batched_is_left_alone_with_a_reason(world: World) -> None:
    payment = world.quickbooks.pay("p1", {"q1001": 3_000})
    world.fetch_and_settle()
    (row,) = world.connectwise.rows[_psa()]
    world.connectwise.rows[_psa()] = [replace(row, foreign=True)]
    # Once, for the invoice's sums do not show who owns the row; from then on we know.
    for amount in (5_000, 6_000, 7_000):
        world.quickbooks.pay("p1", {"q1001": amount})
        world.fetch_and_settle()
    assert world.rows("1001") == [(5_000, DAY)]
    assert world.connectwise.rows[_psa()][0].id == row.id
    assert world.history.load(TENANT, payment)[-1].item.code == "row_taken"


def test_x2_a_lost_write_that_another_product_batched_meanwhile_is_found(world: World) -> None:
    def lost(invoice: Ref, amount_minor: int, paid_on: date, currency: str) -> PaymentRow:
        world.connectwise.enter(invoice, amount_minor, paid_on, foreign=True)
        raise OutcomeUnknown("answer lost")

    mend = _instead(world, "create_row", lost)
    world.quickbooks.pay("p1", {"q1001": 3_000})
    _fetch(world)
    with pytest.raises(OutcomeUnknown):
        world.mirror_step([paid("p1")]).mirror(paid("p1"))
    mend()
    world.clock.advance(LONGEST_COMMIT.total_seconds())
    world.mirror_step([paid("p1")]).mirror(paid("p1"))
    assert world.rows("1001") == [(3_000, DAY)]


def test_e5_a_row_entered_again_by_hand_is_found_though_the_sum_agrees(world: World) -> None:
    world.quickbooks.pay("p1", {"q1001": 3_000})
    world.fetch_and_settle()
    world.connectwise.remove(_psa(), world.connectwise.rows[_psa()][0].id)
    world.connectwise.enter(_psa(), 3_000)
    world.quickbooks.pay("p2", {"q1001": 2_000})
    world.fetch_and_settle()
    world.clock.advance(600)
    world.crossfoot()
    world.settle()
    assert sum(amount for amount, _ in world.rows("1001")) == 5_000


def test_x1_a_lost_write_on_an_invoice_that_is_gone_says_so(world: World) -> None:
    mend = _instead(world, "create_row", _raise(OutcomeUnknown("answer lost")))
    payment = world.quickbooks.pay("p1", {"q1001": 3_000})
    _fetch(world)
    with pytest.raises(OutcomeUnknown):
        world.mirror_step([paid("p1")]).mirror(paid("p1"))
    mend()
    del world.connectwise.records[_psa()]
    _instead(world, "fetch_rows", _raise(Rejected("NotFound", "no such invoice")))
    world.clock.advance(LONGEST_COMMIT.total_seconds())
    world.mirror_step([paid("p1")]).mirror(paid("p1"))
    newest = world.history.load(TENANT, payment)[-1].item
    assert (newest.outcome, newest.code) == (Outcome.REFUSED, "psa_invoice_gone")
    assert all(effect.settled for effect in world.effects_on(_psa()))


def test_x1_a_payment_taken_back_by_anothers_worker_has_that_in_its_story(world: World) -> None:
    first = world.quickbooks.pay("p1", {"q1001": 3_000})
    world.quickbooks.pay("p2", {"q1001": 2_000})
    world.fetch_and_settle()
    world.quickbooks.void("p1")
    _fetch(world)
    world.mirror_step([paid("p2")]).mirror(paid("p2"))
    newest = world.effects_on(_psa())[-1]
    assert first in newest.causes
    assert world.rows("1001") == [(2_000, DAY)]


def test_x4_a_payment_whose_deletion_no_list_shows_is_found_by_a_live_comparison(world: World) -> None:
    payment = world.quickbooks.pay("p1", {"q1001": 3_000})
    world.fetch_and_settle()
    world.clock.advance(86_400)
    world.quickbooks.delete("p1")
    del world.quickbooks.records[payment]
    world.crossfoot(live=True)
    world.settle()
    assert world.rows("1001") == []


def test_i5_many_invoices_that_vanish_at_once_are_not_archived(world: World) -> None:
    for number in range(2001, 2041):
        world.invoice_in_both(str(number), 10_000)
    world.fetch_and_settle()
    _instead(world, "fetch_invoices", lambda ids: Found(()))
    world.crossfoot()
    assert all(record.standing.value == "live" for record in world.book.records.values())


def test_x1_a_missing_right_is_told_and_the_payment_follows_when_it_is_given(world: World) -> None:
    mend = _instead(world, "create_row", _raise(NeedsPartner("ConnectWise lacks a right", "Give it.")))
    payment = world.quickbooks.pay("p1", {"q1001": 3_000})
    _fetch(world)
    world.work(MirrorPayment(tenant=TENANT, payment_id="p1"))
    assert world.history.load(TENANT, payment)[-1].item.fix == "Give it."
    mend()
    world.crossfoot(every_payment=True)
    world.settle()
    assert world.rows("1001") == [(3_000, DAY)]


@pytest.mark.parametrize(("first", "second"), [("p1", "p2"), ("p2", "p1")])
def test_e7_a_payment_that_comes_while_another_is_about_to_be_written_is_entered_too(first: str, second: str) -> None:
    world = World(many_rows=False)
    world.invoice_in_both("1001", 10_000)
    world.fetch_and_settle()
    world.clock.advance(600)
    world.quickbooks.pay("p1", {"q1001": 3_000})
    _fetch(world)
    gathered = {"p1": world.mirror_step([paid("p1")])}
    world.quickbooks.pay("p2", {"q1001": 2_000})
    _fetch(world)
    gathered["p2"] = world.mirror_step([paid("p2")])
    gathered[first].mirror(paid(first))
    with suppress(Conflict):
        gathered[second].mirror(paid(second))
    world.settle()
    assert world.rows("1001") == [(5_000, DAY)]
    world.check_at_rest()
