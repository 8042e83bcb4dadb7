"""Undo on fakes: entries go from QuickBooks, then their ConnectWise batches, and the bills are offered again (S9)."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from crossfoot.core.effects import Effect
from crossfoot.core.model import Invoice, Ref, Standing
from crossfoot.core.shelves import Shelf, shelves_of
from crossfoot.core.sync.correcting import Journal, JournalLine
from crossfoot.core.sync.runs import ItemState, RunKind
from crossfoot.correcting import post_correction
from crossfoot.errors import Conflict, OutcomeUnknown, Rejected, RemoteUnavailable
from crossfoot.messages import CheckSynced, PostBatch, SyncBatch

from tests.fakes.copies import copied, state_of
from tests.fakes.sync_office import SyncOffice
from tests.fakes.world import TENANT

DONE, REFUSED, SKIPPED = ItemState.DONE, ItemState.REFUSED, ItemState.SKIPPED


@pytest.fixture
def office() -> SyncOffice:
    return SyncOffice()


@pytest.fixture
def bill(office: SyncOffice) -> Ref:
    """A bill that is synced."""
    ref = office.bill("1001")
    office.see()
    office.sync(ref)
    office.see()
    return ref


def _stays(office: SyncOffice, bill: Ref, code: str) -> None:
    run = office.undo(bill)
    assert (office.states(run), office.codes(run)) == ({"1001": REFUSED}, {"1001": code})
    assert [number for number, _ in office.entries()] == ["1001"]
    assert office.batches() == [["1001"]]
    assert [each.item.code for each in office.world.history.load(TENANT, bill)] == [code]


def test_s9_an_undone_bill_is_gone_from_both_and_offered_again(office: SyncOffice, bill: Ref) -> None:
    entry = office.entry_of(bill)
    run = office.undo(bill)
    assert (office.states(run), office.entries(), office.batches()) == ({"1001": DONE}, [], [])
    assert office.world.book.load_link(TENANT, bill) is None
    copy = office.world.book.load(TENANT, entry)
    assert copy is not None
    assert copy.standing is Standing.DELETED
    office.see()
    assert Shelf.UNSYNCED in shelves_of(office.world.book.load(TENANT, bill))
    assert office.states(office.sync(bill)) == {"1001": DONE}
    assert (office.entries(), office.batches()) == ([("1001", 190_00)], [["1001"]])


def _taken_back(office: SyncOffice, bill: Ref) -> Invoice:
    """Undo a bill. Returns: it as the book has it, before ConnectWise is read again."""
    office.begin([bill], RunKind.UNDO)
    office.world.deliver()
    seen = office.world.book.load(TENANT, bill)
    assert isinstance(seen, Invoice)
    return seen


def test_s9_an_undone_bill_is_offered_before_connectwise_is_read_again(office: SyncOffice, bill: Ref) -> None:
    seen = _taken_back(office, bill)
    assert (seen.batch, Shelf.UNSYNCED in shelves_of(seen)) == ("", True)


def test_s3_a_bill_that_another_tool_has_batched_meanwhile_is_not_offered_by_its_undo(
    office: SyncOffice, bill: Ref
) -> None:
    seen = office.world.book.load(TENANT, bill)
    assert isinstance(seen, Invoice)
    office.world.book.save(TENANT, [replace(seen, batch="I1001")])
    assert _taken_back(office, bill).batch == "I1001"


def test_s9_undo_of_a_whole_run_leaves_both_systems_as_they_were(office: SyncOffice) -> None:
    bills = [office.bill("1001"), office.bill("1002", 5_00, 7_00), office.credit("2001")]
    office.see()
    office.world.clock.advance(100)
    before = dict(office.world.connectwise.records)
    run = office.sync(*bills)
    assert run.counts == {DONE: 3}
    run = office.undo(*bills)
    assert run.counts == {DONE: 3}
    now = office.world.connectwise.records
    assert {ref: replace(record, version=before[ref].version) for ref, record in now.items()} == before
    assert (office.entries(), office.batches()) == ([], [])


@pytest.mark.parametrize("minor", [190_00, 10_00])
def test_s9_a_paid_bill_is_not_undone(office: SyncOffice, bill: Ref, minor: int) -> None:
    office.pay(bill, minor)
    _stays(office, bill, "paid")


def test_s9_a_bill_whose_payment_is_deposited_is_not_undone(office: SyncOffice, bill: Ref) -> None:
    office.pay(bill, 190_00)
    office.world.quickbooks.deposit("d1", ["p1"])
    office.see()
    office.world.quickbooks.bill(office.entry_of(bill).id, 200_00)
    _stays(office, bill, "deposited")


def test_s9_a_credit_that_is_applied_is_not_undone(office: SyncOffice) -> None:
    memo, other = office.credit("2001"), office.bill("1002")
    office.see()
    office.sync(memo, other)
    credit = office.entry_of(memo).id
    office.world.quickbooks.pay("p1", {}, credited={office.entry_of(other).id: 25_00}, memo=credit)
    assert office.codes(office.undo(memo)) == {"2001": "applied"}


def test_s9_nothing_is_undone_in_closed_books(office: SyncOffice, bill: Ref) -> None:
    office.world.our_payments.close_books(date(2026, 12, 31))
    office.world.clock.advance(90_000)
    _stays(office, bill, "period_closed")


def test_s9_what_somebody_changed_in_quickbooks_is_not_undone(office: SyncOffice, bill: Ref) -> None:
    office.world.quickbooks.bill(office.entry_of(bill).id, 200_00)
    _stays(office, bill, "changed_in_accounting")


def test_s10_a_bill_that_a_journal_entry_corrects_is_not_undone_before_that_is_gone(
    office: SyncOffice, bill: Ref
) -> None:
    world = office.world
    journal = Journal(date(2026, 11, 3), "USD", (JournalLine("201", 40_00), JournalLine("202", -40_00)))
    tools = SimpleNamespace(clock=world.clock, effects=world.effects, systems=world)
    posted = post_correction(TENANT, bill, journal, tools)
    _stays(office, bill, "corrected")
    world.our_sales.delete_journal(posted)
    assert office.states(office.undo(bill)) == {"1001": DONE}


def test_s9_an_entry_that_was_only_saved_again_is_undone(office: SyncOffice, bill: Ref) -> None:
    office.edit(office.entry_of(bill))
    assert office.states(office.undo(bill)) == {"1001": DONE}


def test_s9_an_entry_that_somebody_deleted_already_only_leaves_its_batch(office: SyncOffice, bill: Ref) -> None:
    office.world.quickbooks.delete_invoice(office.entry_of(bill).id)
    run = office.undo(bill)
    assert (office.states(run), office.batches()) == ({"1001": DONE}, [])
    assert office.world.book.load_link(TENANT, bill) is None


def test_s9_a_batch_that_somebody_deleted_already_is_no_hindrance(office: SyncOffice, bill: Ref) -> None:
    (batch,) = office.world.connectwise.batches
    office.world.connectwise.delete_batch(batch)
    assert (office.states(office.undo(bill)), office.entries()) == ({"1001": DONE}, [])


def test_s9_a_batch_that_connectwise_keeps_is_told_and_undone_the_next_time(office: SyncOffice, bill: Ref) -> None:
    psa = office.world.connectwise
    delete = psa.delete_batch

    def kept(id_: str) -> None:
        raise Rejected("Forbidden", f"Batch {id_} may not be deleted.", "Give the API member the right to.")

    psa.delete_batch = kept  # type: ignore[method-assign]
    run = office.undo(bill)
    assert (office.codes(run), office.entries()) == ({"1001": "batch_stays"}, [])
    psa.delete_batch = delete  # type: ignore[method-assign]
    run = office.undo(bill)
    assert (office.states(run), office.batches()) == ({"1001": DONE}, [])
    assert office.world.book.load_link(TENANT, bill) is None


def test_s9_what_quickbooks_will_not_delete_stays_with_the_reason(office: SyncOffice, bill: Ref) -> None:
    sales = office.world.our_sales
    delete = sales.delete_sale

    def refuse(*args: object) -> None:
        raise Rejected("6000", "Something hangs on it.", "Take that off.")

    sales.delete_sale = refuse  # type: ignore[assignment, method-assign]
    _stays(office, bill, "refused_by_accounting")
    sales.delete_sale = delete  # type: ignore[method-assign]
    assert office.states(office.undo(bill)) == {"1001": DONE}


def test_s9_what_the_tool_did_not_write_is_not_undone(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    run = office.undo(bill)
    assert (office.states(run), office.codes(run)) == ({"1001": SKIPPED}, {"1001": "nothing_to_undo"})


def test_x2_undo_of_what_is_undone_does_nothing(office: SyncOffice, bill: Ref) -> None:
    office.undo(bill)
    writes = (office.world.our_sales.writes, office.world.connectwise.writes)
    assert office.codes(office.undo(bill)) == {"1001": "nothing_to_undo"}
    assert (office.world.our_sales.writes, office.world.connectwise.writes) == writes


def test_s2_an_undo_is_stopped_before_what_it_has_not_begun(office: SyncOffice, bill: Ref) -> None:
    run = office.begin([bill], RunKind.UNDO)
    office.world.sync_runs.replace(TENANT, run, replace(run, cancelled_at=office.world.clock.now()))
    office.world.settle()
    assert office.codes(run) == {"1001": "cancelled"}
    assert office.entries() == [("1001", 190_00)]


def test_s2_an_undo_goes_on_in_another_invocation_when_the_time_is_over(office: SyncOffice) -> None:
    bills = [office.bill(number) for number in ("1001", "1002", "1003")]
    office.see()
    office.sync(*bills)
    office.world.remaining_ms = lambda: 0
    run = office.begin(bills, RunKind.UNDO)
    office.world.deliver()
    assert sorted(office.states(run).values()) == [DONE, ItemState.WAITING, ItemState.WAITING]
    office.world.settle()
    assert office.run(run).counts == {DONE: 3}


def _posting(office: SyncOffice) -> PostBatch:
    """Find the message that puts an entered bill into its ConnectWise batch."""
    (post,) = [each for each in office.world.queue.messages if isinstance(each, PostBatch) and not each.because]
    return post


def test_s9_a_batch_that_comes_late_after_an_undo_is_not_posted(office: SyncOffice) -> None:
    bill = office.bill("1001")
    run = office.enter(bill)
    late = _posting(office)
    office.world.settle()
    office.undo(bill)
    office.world.work(late)
    assert (office.batches(), office.states(run)) == ([], {"1001": DONE})


def test_s9_a_bill_is_not_put_into_a_batch_while_it_is_taken_back(office: SyncOffice) -> None:
    bill = office.bill("1001")
    run = office.enter(bill)
    post = _posting(office)
    office.world.sync_runs.replace(TENANT, run, replace(run, finished_at=office.world.clock.now()))
    effects = office.world.effects
    insert = effects.insert

    def meanwhile(effect: Effect) -> bool:
        effects.insert = insert  # type: ignore[method-assign]
        inserted = insert(effect)
        office.world.work(SyncBatch(tenant=TENANT, run=office.begin([bill], RunKind.UNDO).id))
        return inserted

    effects.insert = meanwhile  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        office.world.work(post)
    office.world.settle()
    assert (office.entries(), office.batches()) == ([], [])


def test_s9_a_bill_is_not_put_into_a_batch_while_the_answer_of_its_deletion_is_out(office: SyncOffice) -> None:
    bill = office.bill("1001")
    run = office.enter(bill)
    post = _posting(office)
    office.world.sync_runs.replace(TENANT, run, replace(run, finished_at=office.world.clock.now()))
    effects, sales = office.world.effects, office.world.our_sales
    insert, delete = effects.insert, sales.delete_sale

    def lost(*args: object) -> None:
        sales.delete_sale = delete  # type: ignore[method-assign]
        raise OutcomeUnknown("no answer")

    def meanwhile(effect: Effect) -> bool:
        effects.insert = insert  # type: ignore[method-assign]
        inserted = insert(effect)
        sales.delete_sale = lost  # type: ignore[assignment, method-assign]
        with pytest.raises(Conflict):
            office.world.work(SyncBatch(tenant=TENANT, run=office.begin([bill], RunKind.UNDO).id))
        return inserted

    effects.insert = meanwhile  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        office.world.work(post)
    assert office.batches() == []
    office.world.clock.advance(3_600)
    office.world.settle()
    assert (office.entries(), office.batches()) == ([], [])


def test_worlds_are_copied_with_their_runs(office: SyncOffice, bill: Ref) -> None:
    twin = copied(office.world)
    assert state_of(twin) == state_of(office.world)
    office.undo(bill)
    assert state_of(twin) != state_of(office.world)


# --- many at once, and others at the same books --------------------------------------------------------------------------


def test_s9_many_entries_are_read_in_one_call(office: SyncOffice) -> None:
    bills = [office.bill(str(number)) for number in range(1001, 1041)] + [office.credit("2001")]
    office.see()
    office.sync(*bills)
    before = office.world.our_sales.reads
    run = office.undo(*bills)
    assert run.counts == {DONE: 41}
    assert office.world.our_sales.reads - before == 3, "two of invoices, one of credit memos"


def test_s9_an_entry_that_a_list_leaves_out_is_not_taken_for_gone(office: SyncOffice, bill: Ref) -> None:
    sales = office.world.our_sales
    sales.fetch_sales = lambda *_: {}  # type: ignore[method-assign]
    office.pay(bill, 190_00)
    _stays(office, bill, "paid")


def test_s9_entries_are_read_again_when_much_time_has_passed_since(office: SyncOffice) -> None:
    bills = [office.bill("1001"), office.bill("1002")]
    office.see()
    office.sync(*bills)
    psa = office.world.connectwise
    delete = psa.delete_batch

    def slowly(id_: str) -> None:
        delete(id_)
        office.pay(bills[1], 190_00)
        office.world.clock.advance(60)

    psa.delete_batch = slowly  # type: ignore[method-assign]
    run = office.undo(*bills)
    assert (office.states(run), office.codes(run)) == ({"1001": DONE, "1002": REFUSED}, {"1001": "", "1002": "paid"})


def test_s9_a_period_that_was_opened_a_while_ago_is_open(office: SyncOffice, bill: Ref) -> None:
    payments = office.world.our_payments
    payments.close_books(date(2026, 12, 31))
    office.world.clock.advance(90_000)
    _stays(office, bill, "period_closed")
    payments.company = replace(payments.company, closed_until=None)
    office.world.clock.advance(600)
    assert office.states(office.undo(bill)) == {"1001": DONE}


def test_s9_a_batch_that_is_asked_for_again_keeps_what_was_noted_since(office: SyncOffice, bill: Ref) -> None:
    office.world.connectwise.unbatch(bill)
    office.see()
    (noted,) = office.world.attention.load(TENANT, [bill])[bill].reasons
    (run,) = office.world.sync_runs.list_runs(TENANT, cursor="", limit=10).items
    office.world.work(PostBatch(tenant=TENANT, run=run.id, bill_id=bill.id, revivals=1))
    assert office.world.attention.load(TENANT, [bill])[bill].reasons == (noted,)


JOURNAL = Journal(date(2026, 11, 3), "USD", (JournalLine("201", 40_00), JournalLine("202", -40_00)))


def _correct(office: SyncOffice, bill: Ref) -> str:
    world = office.world
    return post_correction(
        TENANT, bill, JOURNAL, SimpleNamespace(clock=world.clock, effects=world.effects, systems=world)
    )


def test_s10_a_bill_is_not_corrected_while_it_is_taken_back(office: SyncOffice, bill: Ref) -> None:
    effects = office.world.effects
    insert = effects.insert

    def meanwhile(effect: Effect) -> bool:
        effects.insert = insert  # type: ignore[method-assign]
        office.undo(bill)
        return insert(effect)

    effects.insert = meanwhile  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        _correct(office, bill)
    assert (office.entries(), office.world.our_sales.journals) == ([], {})


def test_s10_a_bill_is_not_taken_back_while_it_is_corrected(office: SyncOffice, bill: Ref) -> None:
    sales = office.world.our_sales
    create = sales.create_journal

    def meanwhile(journal: Journal, note: str, request_id: str) -> str:
        sales.create_journal = create  # type: ignore[method-assign]
        run = office.begin([bill], RunKind.UNDO)
        with pytest.raises(Conflict):
            office.world.work(SyncBatch(tenant=TENANT, run=run.id))
        return create(journal, note, request_id)

    sales.create_journal = meanwhile  # type: ignore[method-assign]
    posted = _correct(office, bill)
    office.world.settle()
    (run, *_) = office.world.sync_runs.list_runs(TENANT, cursor="", limit=10).items
    assert (office.codes(run), [*sales.journals]) == ({"1001": "corrected"}, [posted])
    assert office.entries() == [("1001", 190_00)]


def test_s10_a_correction_that_was_planned_and_never_sent_is_in_nobodys_way(office: SyncOffice, bill: Ref) -> None:
    sales = office.world.our_sales
    create = sales.create_journal

    def unreachable(*args: object) -> str:
        raise RemoteUnavailable("QuickBooks is down")

    sales.create_journal = unreachable  # type: ignore[assignment, method-assign]
    with pytest.raises(RemoteUnavailable):
        _correct(office, bill)
    sales.create_journal = create  # type: ignore[method-assign]
    assert office.states(office.undo(bill)) == {"1001": DONE}
    assert all(effect.settled for effect in office.world.effects.effects.values())


def test_s9_an_undo_that_was_refused_stays_so_when_the_bill_has_its_batch_later(office: SyncOffice) -> None:
    bill, psa = office.bill("1001"), office.world.connectwise
    office.see()
    create = psa.create_batch

    def refuse(*args: object) -> None:
        raise Rejected("Forbidden", "The role may not do this.", "Give the API member Accounting Interface: all.")

    psa.create_batch = refuse  # type: ignore[assignment, method-assign]
    office.sync(bill)
    psa.create_batch = create  # type: ignore[method-assign]
    office.pay(bill, 190_00)
    undone = office.undo(bill)
    assert office.codes(undone) == {"1001": "paid"}
    office.world.work(CheckSynced(tenant=TENANT, bill_id=bill.id))
    office.world.settle()
    assert office.batches() == [["1001"]]
    assert (office.states(undone), office.run(undone).counts) == ({"1001": REFUSED}, {REFUSED: 1})
