"""sync_batch on fakes: closed ConnectWise invoices into QuickBooks, exactly once, or refused with the reason (S)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.model import ACCOUNTING, PSA, Kind, Link, LinkOrigin, Ref
from crossfoot.core.preferences import ExternalPaymentsMode, Preferences
from crossfoot.core.sync.effects import SALE
from crossfoot.core.sync.runs import ItemState, RunKind, RunState
from crossfoot.core.sync.sales import SaleKind
from crossfoot.core.sync.settings import MappingKey, MappingKind, Numbering, Target, TaxDisplay
from crossfoot.errors import AuthExpired, BadMessage, Conflict, OutcomeUnknown, RateLimited, Rejected, RemoteUnavailable
from crossfoot.messages import CheckSynced, PostBatch, StartSync, SyncBatch
from crossfoot.parking import to_retry
from crossfoot.ports import ConnectionState

from tests.fakes.sync_office import CUSTOMER, PREFERENCES, SyncOffice
from tests.fakes.world import TENANT

DONE, REFUSED, SKIPPED = ItemState.DONE, ItemState.REFUSED, ItemState.SKIPPED


@pytest.fixture
def office() -> SyncOffice:
    return SyncOffice()


def test_s3_a_bill_is_written_to_quickbooks_and_then_put_into_a_batch_of_its_own(office: SyncOffice) -> None:
    one, two = office.bill("1001"), office.bill("1002", 99_00)
    office.see()
    run = office.sync(one, two)
    assert office.states(run) == {"1001": DONE, "1002": DONE}
    assert office.entries() == [("1001", 190_00), ("1002", 99_00)]
    assert office.batches() == [["1001"], ["1002"]]
    assert run.state(office.world.clock.now()) is RunState.DONE
    assert run.counts == {DONE: 2}


def test_s2_a_run_says_what_each_bill_became_on_both_sides(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    item = office.item(office.sync(bill), "1001")
    (batch,) = office.world.connectwise.batches.values()
    assert (item.accounting_id, item.batch) == (office.entry_of(bill).id, batch.identifier)
    assert office.world.entries.load(TENANT, bill, item.digest) is not None
    link = office.world.book.load_link(TENANT, bill)
    assert link is not None
    assert link.origin is LinkOrigin.SYNCED


def test_s3_the_entry_is_in_the_book_before_quickbooks_shows_it(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    office.sync(bill)
    assert office.world.book.load(TENANT, office.entry_of(bill)) is not None


def test_s1_a_credit_memo_becomes_a_credit_memo(office: SyncOffice) -> None:
    memo = office.credit("2001")
    office.see()
    run = office.sync(memo)
    assert (office.states(run), office.entry_of(memo).kind) == ({"2001": DONE}, Kind.CREDIT_MEMO)
    assert office.batches() == [["2001"]]


def test_x2_a_second_run_over_the_same_bills_does_nothing(office: SyncOffice) -> None:
    bills = [office.bill("1001"), office.credit("2001")]
    office.see()
    office.sync(*bills)
    writes = (office.world.our_sales.writes, office.world.connectwise.writes)
    run = office.sync(*bills)
    assert office.states(run) == {"1001": DONE, "2001": DONE}
    assert (office.world.our_sales.writes, office.world.connectwise.writes) == writes


def test_s7_what_cannot_be_written_is_refused_and_sinks_nobody(office: SyncOffice) -> None:
    good, unmapped = office.bill("1001"), office.bill("1002")
    office.world.connectwise.put(
        replace(office.world.connectwise.invoice("c1002"), customer=Ref(PSA, Kind.CUSTOMER, "77"))
    )
    office.see()
    run = office.sync(unmapped, good)
    assert office.states(run) == {"1002": REFUSED, "1001": DONE}
    assert office.entries() == [("1001", 190_00)]
    told = [each.item.code for each in office.world.history.load(TENANT, unmapped)]
    assert told == [office.codes(run)["1002"]]


def test_s7_a_bill_that_quickbooks_refuses_alone_says_why(office: SyncOffice) -> None:
    bills = [office.bill("1001"), office.bill("1002")]
    office.see()
    office.world.our_sales.answers["1001"] = Rejected("6140", "That number is taken.", "Renumber one of them.")
    run = office.sync(*bills)
    assert office.states(run) == {"1001": REFUSED, "1002": DONE}
    item = office.item(run, "1001")
    assert (item.code, item.fix) == ("refused_by_accounting", "Renumber one of them.")
    assert "That number is taken." in item.sentence
    del office.world.our_sales.answers["1001"]
    assert office.states(office.sync(bills[0])) == {"1001": DONE}


def test_s8_what_was_previewed_is_written(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    first = office.item(office.sync(bill), "1001")
    office.undo(bill)
    office.see()
    run = office.begin([bill], n1001=first.digest)
    office.world.settle()
    assert (office.states(run), office.item(run, "1001").digest) == ({"1001": DONE}, first.digest)


def test_s8_what_changed_since_the_preview_is_not_written_and_says_so(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    run = office.begin([bill], n1001="0" * 32)
    office.world.settle()
    assert (office.entries(), office.codes(run)) == ([], {"1001": "changed_since_preview"})
    assert office.item(run, "1001").sentence.startswith("It is no longer as it was previewed.")


def test_s3_what_another_tool_batched_before_is_not_written(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    office.world.connectwise.batch_elsewhere(bill)
    run = office.sync(bill)
    assert office.entries() == []
    assert office.states(run) == {"1001": REFUSED}


def test_s3_what_another_tool_batched_after_it_was_written_is_a_conflict_that_is_shown(office: SyncOffice) -> None:
    bill = office.bill("1001")
    run = office.enter(bill)
    assert office.states(run) == {"1001": ItemState.WRITTEN}
    office.world.connectwise.batch_elsewhere(bill)
    office.world.settle()
    assert office.codes(run) == {"1001": "batched_elsewhere"}
    assert office.states(run) == {"1001": ItemState.CONFLICT}
    (reason,) = office.world.attention.load(TENANT, [bill])[bill].reasons
    assert reason.code == "batched_elsewhere"
    assert office.run(run).state(office.world.clock.now()) is RunState.DONE


def test_s3_a_conflict_whose_other_batch_is_gone_is_posted_by_itself(office: SyncOffice) -> None:
    bill = office.bill("1001")
    run = office.enter(bill)
    office.world.connectwise.batch_elsewhere(bill)
    office.world.settle()
    office.world.connectwise.unbatch(bill)
    office.world.clock.advance(3_600)
    office.see()
    assert office.batches() == [[], ["1001"]]
    assert office.states(run) == office.states(office.sync(bill)) == {"1001": DONE}
    assert office.world.attention.load(TENANT, [bill])[bill].reasons == ()
    assert office.entries() == [("1001", 190_00)]


def test_s3_a_bill_that_was_reopened_before_its_batch_is_shown(office: SyncOffice) -> None:
    bill = office.bill("1001")
    run = office.enter(bill)
    office.world.connectwise.reopen(bill)
    office.world.settle()
    assert office.codes(run) == {"1001": "changed_after_sync"}


def test_s3_a_bill_that_was_closed_again_without_a_mapping_says_so(office: SyncOffice) -> None:
    bill, psa = office.bill("1001"), office.world.connectwise
    run = office.enter(bill)
    psa.reopen(bill)
    psa.accounts.clear()
    psa.close(bill)
    office.world.settle()
    item = office.item(run, "1001")
    assert (item.state, item.code) == (ItemState.CONFLICT, "changed_after_sync")
    assert item.sentence.endswith("its general ledger has nothing to post for it any more.")


def test_s3_a_bill_that_was_closed_again_before_its_batch_is_posted_with_its_new_records(office: SyncOffice) -> None:
    bill = office.bill("1001")
    run = office.enter(bill)
    office.world.connectwise.reopen(bill)
    office.world.connectwise.close(bill)
    office.world.settle()
    assert (office.states(run), office.batches()) == ({"1001": DONE}, [["1001"]])


def test_s3_a_batch_is_posted_late_with_the_records_of_that_moment(office: SyncOffice) -> None:
    bill = office.bill("1001")
    run = office.enter(bill)
    office.world.connectwise.reopen(bill)
    office.world.connectwise.close(bill)
    office.world.clock.advance(3_600)
    before = office.world.connectwise.writes
    office.world.settle()
    assert (office.states(run), office.world.connectwise.writes - before) == ({"1001": DONE}, 1)


def test_s3_a_batch_that_is_refused_because_it_is_ours_already_is_found(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    psa = office.world.connectwise
    create = psa.create_batch

    def asked_twice(identifier: str, record_ids: Sequence[int]) -> None:
        create(identifier, record_ids)
        create(identifier, record_ids)

    psa.create_batch = asked_twice  # type: ignore[method-assign]
    run = office.sync(bill)
    assert (office.states(run), office.batches()) == ({"1001": DONE}, [["1001"]])


def test_s3_a_batch_that_connectwise_refuses_says_so_and_is_mended_by_a_retry(office: SyncOffice) -> None:
    bill = office.bill("1001")
    run = office.enter(bill)
    psa = office.world.connectwise
    create, psa.create_batch = psa.create_batch, _forbidden  # type: ignore[method-assign]
    office.world.settle()
    assert (office.states(run), office.item(run, "1001").code) == ({"1001": REFUSED}, "batch_refused")
    psa.create_batch = create  # type: ignore[method-assign]
    assert office.states(office.sync(bill)) == {"1001": DONE}
    assert office.entries() == [("1001", 190_00)]


def _forbidden(identifier: str, record_ids: object) -> None:
    raise Rejected("Forbidden", "The role may not do this.", "Give the API member Accounting Interface: all.")


# --- what stands for all of them -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [RateLimited("429", 60), RemoteUnavailable("503")])
def test_x2_what_stands_for_all_bills_leaves_them_waiting(office: SyncOffice, error: Exception) -> None:
    bill = office.bill("1001")
    office.see()
    run = office.begin([bill])
    office.world.our_sales.answers["1001"] = error  # type: ignore[assignment]
    with pytest.raises(RateLimited) as limited:
        office.world.work(SyncBatch(tenant=TENANT, run=run.id))
    assert limited.value.retry_after_s == 60, "and not after the whole visibility timeout"
    assert office.states(run) == {"1001": ItemState.WAITING}
    office.world.our_sales.answers.clear()
    office.world.settle()
    assert (office.states(run), office.entries()) == ({"1001": DONE}, [("1001", 190_00)])


def test_c7_what_only_the_partner_can_mend_ends_the_run_with_the_reason(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    run = office.begin([bill])
    office.world.our_sales.answers["1001"] = AuthExpired("QuickBooks no longer accepts us", "Connect it again.")
    office.world.settle()
    assert (office.codes(run), office.run(run).counts) == ({"1001": "needs_partner"}, {REFUSED: 1})
    assert all(effect.settled for effect in office.world.effects.effects.values())
    office.world.our_sales.answers.clear()
    assert office.states(office.sync(bill)) == {"1001": DONE}


def test_s3_the_batch_is_named_by_connectwise_s_number_where_quickbooks_numbers_the_entry() -> None:
    office = SyncOffice(preferences=replace(PREFERENCES, numbering=Numbering.ACCOUNTING))
    office.world.our_sales.catalogue = replace(office.world.our_sales.catalogue, custom_numbers=False)
    bill = office.bill("5001")
    office.see()
    run = office.sync(bill)
    ((number, _),) = office.entries()
    assert (number != "5001", office.item(run, "5001").batch.startswith("CF-5001-")) == (True, True)


@pytest.mark.parametrize(("system", "code"), [(ACCOUNTING, "accounting_not_connected"), (PSA, "psa_not_connected")])
def test_c7_a_run_without_a_connection_says_so(office: SyncOffice, system: str, code: str) -> None:
    bill = office.bill("1001")
    office.see()
    office.world.connections.states[system] = ConnectionState.DISCONNECTED  # type: ignore[index]
    assert office.codes(office.sync(bill)) == {"1001": code}


def test_s1_a_run_of_a_tool_that_was_turned_off_says_so(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    office.world.preferences.save(TENANT, Preferences(sync_tool_enabled=False))
    assert office.codes(office.sync(bill)) == {"1001": "tool_off"}


def test_s2_what_has_not_started_is_cancelled(office: SyncOffice) -> None:
    bills = [office.bill("1001"), office.bill("1002")]
    office.see()
    run = office.begin(bills)
    office.world.sync_runs.replace(TENANT, run, replace(run, cancelled_at=office.world.clock.now()))
    office.world.settle()
    assert office.codes(run) == {"1001": "cancelled", "1002": "cancelled"}
    assert office.entries() == []


def test_s2_what_was_cancelled_after_it_was_sent_is_finished(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    run = office.begin([bill])
    make = office.world.our_sales.create_sale

    def lost(*args: object) -> object:
        make(*args)  # type: ignore[arg-type]
        raise OutcomeUnknown("no answer")

    office.world.our_sales.create_sale = lost  # type: ignore[assignment, method-assign]
    with pytest.raises(Conflict):
        office.world.work(SyncBatch(tenant=TENANT, run=run.id))
    seen = office.run(run)
    office.world.sync_runs.replace(TENANT, seen, replace(seen, cancelled_at=office.world.clock.now()))
    office.world.clock.advance(3_600)
    office.world.settle()
    assert (office.states(run), office.entries(), office.batches()) == ({"1001": DONE}, [("1001", 190_00)], [["1001"]])


def test_x2_deliveries_of_a_run_that_is_over_change_nothing(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    run = office.sync(bill)
    writes = (office.world.our_sales.writes, office.world.connectwise.writes)
    office.world.work(SyncBatch(tenant=TENANT, run=run.id))
    office.world.work(PostBatch(tenant=TENANT, run=run.id, bill_id=bill.id, revivals=1))
    assert (office.world.our_sales.writes, office.world.connectwise.writes) == writes
    assert office.run(run) == run


def test_a_run_that_nobody_began_is_a_bad_message(office: SyncOffice) -> None:
    with pytest.raises(BadMessage):
        office.world.work(SyncBatch(tenant=TENANT, run="20261103T170000.000000Z-00000000"))


def test_s2_a_run_goes_on_in_another_invocation_when_the_time_is_over(office: SyncOffice) -> None:
    bills = [office.bill(str(number)) for number in range(1001, 1004)]
    office.see()
    office.world.remaining_ms = lambda: 0
    run = office.begin(bills)
    office.world.deliver()
    assert sorted(office.states(run).values()) == [ItemState.WAITING, ItemState.WAITING, ItemState.WRITTEN]
    office.world.settle()
    assert office.run(run).counts == {DONE: 3}


def test_s2_a_backlog_is_written_thirty_at_a_time(office: SyncOffice) -> None:
    bills = [office.bill(str(number), 10_00) for number in range(1000, 1101)]
    office.see()
    office.world.our_sales.answers["1005"] = Rejected("6140", "That number is taken.", "Renumber it.")
    office.world.our_sales.answers["1006"] = OutcomeUnknown("this one's answer was lost")
    before = office.world.our_sales.reads
    run = office.begin(bills)
    office.world.deliver()
    assert office.world.our_sales.reads - before == 1 + 4, "the catalogue, and four batches"
    office.world.our_sales.answers.clear()
    office.settle()
    assert office.run(run).counts == {DONE: 100, REFUSED: 1}
    assert len(office.entries()) == len(office.batches()) == 100


# --- two workers, and people, at once ------------------------------------------------------------------------------------


def test_x2_a_bill_that_changes_while_it_is_planned_is_planned_again(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    run = office.begin([bill])
    store, psa = office.world.effects, office.world.connectwise
    insert = store.insert

    def meanwhile(effect: object) -> bool:
        store.insert = insert  # type: ignore[method-assign]
        inserted = insert(effect)  # type: ignore[arg-type]
        psa.reopen(bill)
        psa.put(replace(psa.invoice(bill.id), number="1001-A"))
        psa.close(bill)
        office.world.book.save(TENANT, [psa.invoice(bill.id)])
        return inserted

    store.insert = meanwhile  # type: ignore[method-assign]
    office.world.settle()
    assert (office.states(run), office.entries()) == ({"1001": DONE}, [("1001-A", 190_00)])


def test_i9_a_bill_that_was_joined_with_an_entry_meanwhile_is_not_written(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    by_hand = office.world.quickbooks.add_invoice("q1", "7", 5_00)
    office.world.book.save_link(TENANT, Link(by_hand, bill, LinkOrigin.CONFIRMED))
    run = office.sync(bill)
    assert (office.states(run), office.codes(run)) == ({"1001": SKIPPED}, {"1001": "in_accounting"})
    assert office.entries() == [("7", 5_00)]


def test_s3_an_entry_that_somebody_deleted_is_written_again(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    office.sync(bill)
    office.world.quickbooks.delete_invoice(office.entry_of(bill).id)
    office.world.connectwise.unbatch(bill)
    office.see()
    assert office.states(office.sync(bill)) == {"1001": DONE}
    assert (office.entries(), office.batches()) == ([("1001", 190_00)], [[], ["1001"]])
    office.see()
    assert office.world.attention.load(TENANT, [bill])[bill].reasons == ()
    assert office.states(office.undo(bill)) == {"1001": DONE}


# --- tax that QuickBooks works out itself --------------------------------------------------------------------------------


def _taxed(tolerance_minor: int) -> tuple[SyncOffice, Ref]:
    office = SyncOffice(
        preferences=replace(PREFERENCES, tax_display=TaxDisplay.PER_LINE, rounding_tolerance_minor=tolerance_minor)
    )
    sales = office.world.our_sales
    sales.catalogue = replace(sales.catalogue, automated_tax=True)
    # QuickBooks makes 8 % of 100.00 of it; ConnectWise said 8.03.
    bill = office.bill("1001", 100_00, tax=8_03)
    office.see()
    return office, bill


def test_s7_tax_that_quickbooks_works_out_otherwise_does_not_stand() -> None:
    office, bill = _taxed(0)
    run = office.sync(bill)
    assert (office.states(run), office.codes(run)) == ({"1001": REFUSED}, {"1001": "entered_differently"})
    assert (office.entries(), office.batches()) == ([], [])
    writes = office.world.our_sales.writes
    office.world.work(StartSync(tenant=TENANT, because="an hour later"))
    office.world.settle()
    assert office.world.our_sales.writes == writes, "a schedule does not try the same again"
    sales = office.world.our_sales
    sales.catalogue = replace(sales.catalogue, automated_tax=False)
    assert office.states(office.sync(bill)) == {"1001": DONE}, "pressed by hand, it is tried once more"


def test_s7_a_difference_within_the_tolerance_is_written_with_a_rounding_line() -> None:
    office, bill = _taxed(5)
    run = office.sync(bill)
    assert (office.states(run), office.entries()) == ({"1001": DONE}, [("1001", 108_03)])
    entry = office.world.entries.load(TENANT, bill, office.item(run, "1001").digest)
    assert entry is not None
    assert (entry.kind, entry.tax.tax_minor, entry.total_minor) == (SaleKind.INVOICE, 8_00, 108_03)
    assert len([e for e in office.world.effects.load_all(TENANT, bill) if e.kind == SALE]) == 3


# --- by schedule ---------------------------------------------------------------------------------------------------------


def test_s1_the_schedule_syncs_what_is_offered(office: SyncOffice) -> None:
    office.bill("1001")
    office.credit("2001")
    office.world.connectwise.add_invoice("c1002", "1002", 5_00)
    office.see()
    office.world.work(StartSync(tenant=TENANT, because="2026-11-03T18:00:00Z"))
    office.world.settle()
    assert [number for number, _ in office.entries()] == ["1001", "2001"]
    (run,) = office.world.sync_runs.list_runs(TENANT, cursor="", limit=10).items
    assert (run.by, run.kind, run.counts) == ("schedule", RunKind.SYNC, {DONE: 2})
    office.see()
    office.world.work(StartSync(tenant=TENANT, because="2026-11-03T19:00:00Z"))
    assert len(office.world.sync_runs.runs) == 1, "nothing is offered, nothing begins"


def test_s1_nothing_before_the_cut_over_is_synced_by_schedule() -> None:
    office = SyncOffice(preferences=replace(PREFERENCES, cut_over=date(2026, 11, 4)))
    office.bill("1001")
    office.see()
    office.world.work(StartSync(tenant=TENANT))
    assert office.world.sync_runs.runs == {}


def test_s1_a_schedule_begins_no_second_run(office: SyncOffice) -> None:
    office.bill("1001")
    office.see()
    office.world.work(StartSync(tenant=TENANT, because="one"))
    office.world.work(StartSync(tenant=TENANT, because="two"))
    assert len(office.world.sync_runs.runs) == 1
    office.world.settle()
    assert office.entries() == [("1001", 190_00)]


HOUR_S = 3600


def _by_schedule(office: SyncOffice) -> list[dict[str, ItemState]]:
    """Let an hour pass and the schedule ring. Returns: the runs that it began, with their bills."""
    world, before = office.world, len(office.world.sync_runs.runs)
    world.clock.advance(HOUR_S)
    world.work(StartSync(tenant=TENANT, because=world.clock.now().isoformat()))
    world.settle()
    runs = world.sync_runs.list_runs(TENANT, cursor="", limit=100).items
    return [office.states(run) for run in runs[: len(runs) - before]]


def _unmapped(office: SyncOffice, number: str) -> Ref:
    """Bill a company that nothing stands for."""
    bill = office.bill(number)
    psa = office.world.connectwise
    psa.put(replace(psa.invoice(bill.id), customer=Ref(PSA, Kind.CUSTOMER, "77")))
    return bill


def test_s1_a_schedule_does_not_ask_again_for_what_it_had_refused_and_nothing_changed_of(office: SyncOffice) -> None:
    refused = _unmapped(office, "1001")
    office.see()
    assert _by_schedule(office) == [{"1001": REFUSED}]
    read = (office.world.our_sales.reads, office.world.connectwise.reads)
    assert [_by_schedule(office) for _ in range(3)] == [[], [], []]
    assert (office.world.our_sales.reads, office.world.connectwise.reads) == read, "and costs no call"
    office.bill("1002")
    office.see()
    assert _by_schedule(office) == [{"1002": DONE}], "what is new is taken, without what rests"
    assert office.states(office.sync(refused)) == {"1001": REFUSED}, "pressed by hand, it is tried at once"


def test_s1_a_schedule_rests_a_bill_over_nothing_and_enters_one_whose_amounts_cancel_out(office: SyncOffice) -> None:
    office.bill("1001", 0, 0)
    office.bill("1002", 40_00, -40_00)
    office.see()
    assert _by_schedule(office) == [{"1001": ItemState.SKIPPED, "1002": DONE}]
    assert [_by_schedule(office) for _ in range(3)] == [[], [], []]
    assert office.entries() == [("1002", 0)], "its two accounts get what ConnectWise posts to them"


@pytest.mark.parametrize("changed", ["mapping", "bill", "connection", "day"])
def test_s1_a_schedule_tries_a_refused_bill_again_when_anything_it_may_rest_on_changed(
    office: SyncOffice, changed: str
) -> None:
    _unmapped(office, "1001")
    office.see()
    assert (_by_schedule(office), _by_schedule(office)) == ([{"1001": REFUSED}], [])
    world = office.world
    match changed:
        case "mapping":
            key = MappingKey(MappingKind.CUSTOMER, "77")
            world.sync_settings.save_mappings(TENANT, {key: Target(CUSTOMER, "Contoso")})
        case "bill":
            psa = world.connectwise
            psa.put(replace(psa.invoice("c1001"), customer=Ref(PSA, Kind.CUSTOMER, "1")))
            office.see()
        case "connection":
            world.connections.connected_at[PSA] = world.clock.now()
        case _:
            world.clock.advance(20 * HOUR_S)
    mended = changed in ("mapping", "bill")
    assert _by_schedule(office) == [{"1001": DONE if mended else REFUSED}]


@pytest.mark.parametrize("off", ["tool", "preferences", "connection"])
def test_s1_a_schedule_begins_nothing_where_the_tool_cannot_work(office: SyncOffice, off: str) -> None:
    office.bill("1001")
    office.see()
    if off == "tool":
        office.world.preferences.save(TENANT, Preferences())
    elif off == "preferences":
        office.world.sync_settings.preferences.clear()
    else:
        office.world.connections.states[PSA] = ConnectionState.PAUSED
    office.world.work(StartSync(tenant=TENANT))
    assert office.world.sync_runs.runs == {}


# --- afterwards ----------------------------------------------------------------------------------------------------------


def test_e4_payments_of_a_synced_invoice_flow_where_only_those_do(office: SyncOffice) -> None:
    only = ExternalPaymentsMode.SYNCED_INVOICES_ONLY
    chosen = Preferences(external_payments_enabled=True, sync_tool_enabled=True, external_payments_mode=only)
    office.world.preferences.save(TENANT, chosen)
    bill = office.bill("1001")
    office.see()
    office.sync(bill)
    office.pay(bill, 190_00)
    office.see()
    assert office.world.rows("1001") == [(190_00, "2026-11-03")]


def test_s3_what_was_changed_after_the_sync_is_shown_with_choices_and_not_written_over(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    office.sync(bill)
    office.see()
    assert office.world.attention.load(TENANT, [bill])[bill].reasons == ()
    psa = office.world.connectwise
    psa.unbatch(bill)
    psa.reopen(bill)
    office.see()
    (reason,) = office.world.attention.load(TENANT, [bill])[bill].reasons
    assert reason.code == "changed_after_sync"
    assert office.entries() == [("1001", 190_00)]
    run = office.sync(bill)
    assert (office.states(run), office.codes(run)) == ({"1001": REFUSED}, {"1001": "changed_after_sync"})
    psa.close(bill)
    psa.rebatch(bill)
    office.see()
    assert office.world.attention.load(TENANT, [bill])[bill].reasons == (), "it says again what was written"


def test_s3_a_bill_that_the_book_saw_before_its_batch_is_not_taken_for_changed(office: SyncOffice) -> None:
    bill = office.bill("1001")
    run = office.enter(bill)
    office.world.clock.advance(5)
    office.world.deliver()
    assert office.states(run) == {"1001": DONE}
    office.world.work(CheckSynced(tenant=TENANT, bill_id=bill.id))
    assert office.world.attention.load(TENANT, [bill])[bill].reasons == ()


def test_s9_undo_ends_what_was_shown_of_a_changed_bill(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    office.sync(bill)
    office.see()
    office.world.connectwise.unbatch(bill)
    office.see()
    assert office.world.attention.load(TENANT, [bill])[bill].reasons
    office.undo(bill)
    assert office.world.attention.load(TENANT, [bill])[bill].reasons == ()


def test_c7_a_batch_that_a_lost_connection_keeps_back_ends_with_the_reason(office: SyncOffice) -> None:
    bill = office.bill("1001")
    run = office.enter(bill)
    psa = office.world.connectwise

    def away(identifier: str, record_ids: object) -> None:
        raise AuthExpired("ConnectWise no longer accepts our keys", "Enter new keys.")

    create, psa.create_batch = psa.create_batch, away  # type: ignore[method-assign]
    office.world.settle()
    assert (office.codes(run), office.run(run).counts) == ({"1001": "needs_partner"}, {REFUSED: 1})
    psa.create_batch = create  # type: ignore[method-assign]
    assert office.states(office.sync(bill)) == {"1001": DONE}


def test_s3_a_bill_that_nothing_stands_for_is_not_compared(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    office.world.work(CheckSynced(tenant=TENANT, bill_id=bill.id))
    assert office.world.attention.load(TENANT, [bill])[bill].reasons == ()


def test_s3_a_bill_that_missed_its_batch_gets_it_when_what_kept_it_is_over(office: SyncOffice) -> None:
    bill = office.bill("1001")
    run = office.enter(bill)
    office.world.connectwise.reopen(bill)
    office.world.settle()
    assert (office.states(run), office.batches()) == ({"1001": ItemState.CONFLICT}, [])
    office.world.clock.advance(60)
    office.world.connectwise.close(bill)
    office.see()
    assert office.batches() == [["1001"]], "other tools would take it for not entered"
    assert (office.states(run), office.run(run).counts) == ({"1001": DONE}, {DONE: 1})
    assert office.world.attention.load(TENANT, [bill])[bill].reasons == ()
    assert office.entries() == [("1001", 190_00)]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Rejected("InvalidObject", "A batch needs a right that the member lacks."), "batch_refused"),
        (AuthExpired("ConnectWise no longer accepts our keys", "Enter new keys."), "needs_partner"),
    ],
)
def test_s3_a_bill_in_quickbooks_without_its_batch_needs_attention_and_is_retried_from_there(
    office: SyncOffice, error: Exception, code: str
) -> None:
    bill = office.bill("1001")
    office.see()
    psa = office.world.connectwise

    def away(identifier: str, record_ids: object) -> None:
        raise error

    create, psa.create_batch = psa.create_batch, away  # type: ignore[method-assign]
    run = office.sync(bill)
    assert office.codes(run) == {"1001": code}
    assert [reason.code for reason in office.world.attention.load(TENANT, [bill])[bill].reasons] == [code]
    psa.create_batch = create  # type: ignore[method-assign]
    office.world.work(to_retry(TENANT, bill, "retry", "again"))
    office.world.settle()
    assert (office.states(run), office.batches()) == ({"1001": DONE}, [["1001"]])
    assert office.world.attention.load(TENANT, [bill])[bill].reasons == ()


@pytest.mark.parametrize("moved", [False, True])
def test_s3_a_company_that_is_mapped_anew_changes_none_of_its_bills_and_one_that_was_moved_is_shown(
    office: SyncOffice, *, moved: bool
) -> None:
    bill = office.bill("1001")
    office.see()
    office.sync(bill)
    office.see()
    world, psa = office.world, office.world.connectwise
    company = "2" if moved else "1"
    world.sync_settings.save_mappings(TENANT, {MappingKey(MappingKind.CUSTOMER, company): Target("59", "Blue Lake")})
    world.clock.advance(60)
    psa.put(replace(psa.invoice(bill.id), customer=Ref(PSA, Kind.CUSTOMER, company), customer_name="Blue Lake Ltd"))
    office.see()
    reasons = world.attention.load(TENANT, [bill])[bill].reasons
    assert [reason.code for reason in reasons] == (["changed_after_sync"] if moved else [])


def test_s3_an_entry_that_somebody_deleted_in_quickbooks_needs_attention_until_it_is_undone(office: SyncOffice) -> None:
    bill, memo = office.bill("1001"), office.credit("2001")
    office.see()
    office.sync(bill, memo)
    office.see()
    quickbooks, attention = office.world.quickbooks, office.world.attention
    quickbooks.delete_invoice(office.entry_of(bill).id)
    quickbooks.delete_credit_memo(office.entry_of(memo).id)
    office.see()
    for each in (bill, memo):
        assert [reason.code for reason in attention.load(TENANT, [each])[each].reasons] == ["entry_gone"]
    assert office.batches() == [["1001"], ["2001"]]
    assert office.states(office.undo(bill, memo)) == {"1001": DONE, "2001": DONE}
    assert [attention.load(TENANT, [each])[each].reasons for each in (bill, memo)] == [(), ()]
    office.see()
    assert office.states(office.sync(bill)) == {"1001": DONE}
    assert (office.entries(), office.batches()) == ([("1001", 190_00)], [["1001"]])
