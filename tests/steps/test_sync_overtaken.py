"""sync_batch where workers of one run overtake each other, or keys are refused on the way: nothing is left behind (S)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from crossfoot.core.model import PSA, Ref
from crossfoot.core.sync.runs import ItemState, RunKind
from crossfoot.errors import AuthExpired, OutcomeUnknown
from crossfoot.messages import CheckSynced, Nudge, SyncBatch

from tests.fakes.sync_office import SyncOffice
from tests.fakes.trip import Trip
from tests.fakes.world import TENANT

DONE, REFUSED = ItemState.DONE, ItemState.REFUSED


@pytest.fixture
def office() -> SyncOffice:
    return SyncOffice()


def test_x2_what_was_written_when_the_run_was_over_gets_its_batch_all_the_same(office: SyncOffice) -> None:
    """A worker that was refused its keys ended the run; another one had just written, and died before it could say so."""
    bill = office.bill("1001")
    run = office.enter(bill)
    office.world.queue.messages.clear()
    office.world.clock.advance(3_600)
    ended = replace(run, finished_at=office.world.clock.now(), counts={REFUSED: 1})
    office.world.sync_runs.runs[TENANT, run.id] = ended
    office.world.queue.send([SyncBatch(tenant=TENANT, run=run.id, because="delivered again")])
    office.settle()
    assert (office.states(run), office.batches()) == ({"1001": DONE}, [["1001"]])
    assert (office.run(run).counts, office.run(run).finished_at) == ({DONE: 1}, ended.finished_at)


def test_x2_what_was_undone_before_its_batch_was_made_comes_to_an_end_in_its_run(office: SyncOffice) -> None:
    bill = office.bill("1001")
    run = office.enter(bill)
    late = [*office.world.queue.messages]
    office.world.queue.messages.clear()
    office.world.clock.advance(3 * 3_600)
    undo = office.undo(bill)
    office.world.queue.messages += late
    office.settle()
    assert (office.states(undo), office.entries(), office.batches()) == ({"1001": DONE}, [], [])
    assert (office.codes(run), office.run(run).counts) == ({"1001": "undone_meanwhile"}, {REFUSED: 1})
    assert office.states(office.sync(bill)) == {"1001": DONE}


def test_x2_a_message_of_a_run_that_is_over_changes_nothing(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    run = office.sync(bill)
    office.see()
    office.world.work(SyncBatch(tenant=TENANT, run=run.id, because="delivered again"))
    assert (office.run(run), office.world.queue.messages) == (run, [])


def test_c7_an_undo_whose_batch_could_not_be_deleted_leaves_nothing_planned(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    office.sync(bill)
    mend = _refuse_keys(office.world.connectwise, "delete_batch")
    run = office.undo(bill)
    assert (office.states(run), office.batches()) == ({"1001": REFUSED}, [["1001"]])
    assert all(effect.settled for effect in office.world.effects.effects.values())
    mend()
    assert (office.states(office.undo(bill)), office.batches()) == ({"1001": DONE}, [])


def test_c7_a_batch_that_could_not_be_made_leaves_nothing_planned(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    mend = _refuse_keys(office.world.connectwise, "create_batch")
    run = office.sync(bill)
    assert (office.states(run), office.codes(run)) == ({"1001": REFUSED}, {"1001": "needs_partner"})
    assert all(effect.settled for effect in office.world.effects.effects.values())
    mend()
    assert (office.states(office.sync(bill)), office.batches()) == ({"1001": DONE}, [["1001"]])


def test_x2_what_a_run_left_on_its_way_when_it_was_given_up_is_found_when_the_bill_is_looked_at(
    office: SyncOffice,
) -> None:
    bill = office.bill("1001")
    office.see()
    office.sync(bill)
    _give_up_undoing(office, bill)
    office.world.work(CheckSynced(tenant=TENANT, bill_id=bill.id))
    assert all(effect.settled for effect in office.world.effects.effects.values())


def test_s9_an_entry_that_went_with_a_run_that_was_given_up_is_parted_from_its_bill_by_the_next_undo(
    office: SyncOffice,
) -> None:
    bill = office.bill("1001")
    office.enter(bill)
    office.world.connectwise.batch_elsewhere(bill)
    office.settle()
    _give_up_undoing(office, bill)
    office.undo(bill)
    assert (office.entries(), office.world.book.load_link(TENANT, bill)) == ([], None)


def test_s2_an_undo_that_is_stopped_after_a_worker_died_leaves_nothing_planned(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    office.sync(bill)
    run = office.begin([bill], RunKind.UNDO)
    office.world.deliver(Trip(strike_on="delete_sale"))
    stopped = replace(run, cancelled_at=office.world.clock.now())
    office.world.sync_runs.replace(TENANT, run, stopped)
    office.settle()
    assert (office.states(run), office.entries()) == ({"1001": ItemState.CANCELLED}, [("1001", 190_00)])
    assert all(effect.settled for effect in office.world.effects.effects.values())


def test_s3_what_was_unbatched_before_its_lost_answer_was_found_is_shown(office: SyncOffice) -> None:
    """The book has seen it out of its batch by the time that we know of the batch, and sees nothing new after that."""
    bill = office.bill("1001")
    office.see()
    psa = office.world.connectwise
    create = psa.create_batch

    def lose(identifier: str, record_ids: Sequence[int]) -> None:
        create(identifier, record_ids)
        raise OutcomeUnknown("create_batch")

    psa.create_batch = lose  # type: ignore[method-assign]
    run = office.begin([bill])
    for _ in range(2):
        office.world.deliver()
    psa.unbatch(bill)
    office.world.clock.advance(1)
    office.world.work(Nudge(tenant=TENANT, system=PSA))
    office.world.clock.advance(60)
    office.settle()
    office.see()
    assert office.states(run) == {"1001": DONE}
    (reason,) = office.world.attention.load(TENANT, [bill])[bill].reasons
    assert reason.code == "changed_after_sync"


def _give_up_undoing(office: SyncOffice, bill: Ref) -> None:
    """Lose the answer of the deletion, and have the keys refused when it is looked for; then they are renewed."""
    sales = office.world.our_sales
    delete = sales.delete_sale

    def lose(*asked: Any) -> None:
        delete(*asked)
        raise OutcomeUnknown("delete_sale")

    sales.delete_sale = lose  # type: ignore[method-assign, assignment]
    run = office.begin([bill], RunKind.UNDO)
    office.world.deliver()
    mend = _refuse_keys(sales, "fetch_sale")
    office.settle()
    assert office.codes(run) == {"1001": "needs_partner"}
    mend()


def _refuse_keys(vendor: object, call: str) -> Callable[[], None]:
    """Have a vendor refuse our keys at a call. Returns: what renews them."""

    def refuse(*_: Any) -> None:
        raise AuthExpired("Our keys are accepted no longer", "Connect it again.")

    setattr(vendor, call, refuse)
    return lambda: delattr(vendor, call)
