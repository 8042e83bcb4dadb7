"""sync_batch where workers of one run overtake each other, or keys are refused on the way: nothing is left behind (S)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from crossfoot.core.sync.runs import ItemState
from crossfoot.errors import AuthExpired
from crossfoot.messages import SyncBatch

from tests.fakes.sync_office import SyncOffice
from tests.fakes.world import TENANT

DONE, REFUSED = ItemState.DONE, ItemState.REFUSED


@pytest.fixture
def office() -> SyncOffice:
    return SyncOffice()


def test_x2_what_was_written_when_the_run_was_over_gets_its_batch_all_the_same(office: SyncOffice) -> None:
    """A worker that was refused its keys ended the run; another one had just written, and died before it could say so."""
    bill = office.bill("1001")
    office.see()
    run = office.begin([bill])
    office.world.deliver()
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
    office.see()
    run = office.begin([bill])
    office.world.deliver()
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
    mend = _refuse_keys(office, "delete_batch")
    run = office.undo(bill)
    assert (office.states(run), office.batches()) == ({"1001": REFUSED}, [["1001"]])
    assert all(effect.settled for effect in office.world.effects.effects.values())
    mend()
    assert (office.states(office.undo(bill)), office.batches()) == ({"1001": DONE}, [])


def test_c7_a_batch_that_could_not_be_made_leaves_nothing_planned(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    mend = _refuse_keys(office, "create_batch")
    run = office.sync(bill)
    assert (office.states(run), office.codes(run)) == ({"1001": REFUSED}, {"1001": "needs_partner"})
    assert all(effect.settled for effect in office.world.effects.effects.values())
    mend()
    assert (office.states(office.sync(bill)), office.batches()) == ({"1001": DONE}, [["1001"]])


def _refuse_keys(office: SyncOffice, call: str) -> Callable[[], None]:
    """Have ConnectWise refuse our keys at a call. Returns: what renews them."""

    def refuse(*_: Any) -> None:
        raise AuthExpired("ConnectWise no longer accepts our keys", "Connect it again.")

    psa = office.world.connectwise
    setattr(psa, call, refuse)
    return lambda: delattr(psa, call)
