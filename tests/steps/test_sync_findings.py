"""The mapping doctor looks before each run: what it finds is kept with the run, also what none of its bills needs (S6)."""

from dataclasses import replace

import pytest
from crossfoot.core.company import AccountUse, LedgerAccount
from crossfoot.core.model import ACCOUNTING, Customer, Kind, Ref
from crossfoot.core.sync.runs import ItemState, SyncRun
from crossfoot.core.sync.settings import MappingKey, MappingKind, Target
from crossfoot.errors import Conflict
from crossfoot.messages import StartSync, SyncBatch

from tests.fakes.sales import HARDWARE, PRODUCT_INCOME, SERVICES
from tests.fakes.sync_desk import SyncDesk
from tests.fakes.sync_office import CUSTOMER, SyncOffice
from tests.fakes.world import TENANT

DONE, REFUSED = ItemState.DONE, ItemState.REFUSED
PAYER = Ref(ACCOUNTING, Kind.CUSTOMER, CUSTOMER)
UNUSED = MappingKey(MappingKind.ITEM, "product:CABLE")


@pytest.fixture
def office() -> SyncOffice:
    return SyncOffice()


def by_schedule(office: SyncOffice) -> SyncRun:
    """Let the schedule ring. Returns: the run that it began, at its end."""
    office.world.work(StartSync(tenant=TENANT, because="2026-11-03T18:00:00Z"))
    office.world.settle()
    (run,) = office.world.sync_runs.list_runs(TENANT, cursor="", limit=10).items
    assert run.finished_at is not None
    return run


def rename(office: SyncOffice, item: str, name: str) -> None:
    """Call an item otherwise in QuickBooks."""
    catalogue = office.world.our_sales.catalogue
    items = {**catalogue.items, item: replace(catalogue.items[item], name=name)}
    office.world.our_sales.catalogue = replace(catalogue, items=items)


def merge_payer(office: SyncOffice) -> None:
    """Merge the customer into another one, as QuickBooks shows what is left of it."""
    payer = office.world.quickbooks.records[PAYER]
    assert isinstance(payer, Customer)
    office.world.quickbooks.put(replace(payer, active=False, name=f"{payer.name} (deleted)"))


def count_moves(office: SyncOffice) -> list[SyncRun]:
    """Give a list that takes each run as it is stored from now on."""
    runs, stored = office.world.sync_runs, list[SyncRun]()
    replaced = runs.replace

    def counted(tenant: str, seen: SyncRun, new: SyncRun) -> None:
        replaced(tenant, seen, new)
        stored.append(new)

    runs.replace = counted  # type: ignore[method-assign]
    return stored


def codes(run: SyncRun) -> set[str]:
    return {each.code for each in run.findings}


def test_s6_a_scheduled_run_names_an_item_that_was_renamed_and_enters_its_bills(office: SyncOffice) -> None:
    office.bill("1001")
    office.see()
    rename(office, SERVICES, "Labour")
    run = by_schedule(office)
    assert office.states(run) == {"1001": DONE}
    assert codes(run) == {"item_renamed", "account_renamed"}
    assert all("was called Services" in each.sentence and "is Labour now" in each.sentence for each in run.findings)
    assert all(each.fix for each in run.findings)


def test_s6_a_scheduled_run_names_a_customer_that_was_merged_as_connectwise_calls_it(office: SyncOffice) -> None:
    bill = office.bill("1001")
    psa = office.world.connectwise
    psa.put(replace(psa.invoice(bill.id), customer_name="Contoso Ltd"))
    merge_payer(office)
    office.see()
    run = by_schedule(office)
    assert office.states(run) == {"1001": REFUSED}
    assert [each.code for each in run.findings] == ["customer_inactive"]
    assert "Contoso Ltd" in run.findings[0].sentence


def test_s6_a_scheduled_run_names_an_account_s_item_that_was_deactivated_first(office: SyncOffice) -> None:
    office.bill("1001")
    office.see()
    rename(office, SERVICES, "Labour")
    office.world.our_sales.deactivate_item(HARDWARE)
    found = [each.code for each in by_schedule(office).findings]
    assert set(found[:2]) == {"account_inactive", "item_inactive"}, "what keeps bills out is told first"
    assert set(found[2:]) == {"account_renamed", "item_renamed"}


def test_s6_a_scheduled_run_names_an_account_that_was_deactivated(office: SyncOffice) -> None:
    office.bill("1001")
    office.see()
    closed = LedgerAccount(PRODUCT_INCOME, "Old sales", AccountUse.INCOME, active=False)
    books = office.world.our_payments
    books.company = replace(books.company, accounts=(closed, *books.company.accounts))
    run = by_schedule(office)
    assert office.states(run) == {"1001": REFUSED}
    assert codes(run) == {"account_unsellable", "item_unsellable"}
    assert all("posts to Old sales, which is inactive" in each.sentence for each in run.findings)


def test_s6_what_no_bill_of_the_run_needs_is_named_too_but_for_the_customers_of_others(office: SyncOffice) -> None:
    other = MappingKey(MappingKind.CUSTOMER, "2")
    broken = {UNUSED: Target("404", "Cable"), other: Target("405", "Fabrikam")}
    office.world.sync_settings.save_mappings(TENANT, broken)
    office.bill("1001")
    office.see()
    run = by_schedule(office)
    assert (office.states(run), [each.code for each in run.findings]) == ({"1001": DONE}, ["item_gone"])


@pytest.mark.parametrize(("name", "writes", "found"), [("Services", 0, 0), ("Labour", 1, 3)])
def test_s6_a_setup_in_order_costs_no_write_more_and_what_is_found_one(
    office: SyncOffice, name: str, writes: int, found: int
) -> None:
    bill = office.bill("1001")
    office.see()
    rename(office, SERVICES, name)
    run, reads, moves = office.begin([bill]), office.world.our_sales.reads, count_moves(office)
    office.world.deliver()
    assert (len(moves), len(office.run(run).findings)) == (writes, found)
    assert office.world.our_sales.reads - reads == 1, "the catalogue, as without"


def test_s6_x2_delivered_again_a_run_keeps_what_it_found_once(office: SyncOffice) -> None:
    bills = [office.bill(str(number)) for number in range(1001, 1004)]
    office.see()
    rename(office, SERVICES, "Labour")
    office.world.remaining_ms = lambda: 0
    run = office.begin(bills)
    office.world.deliver()
    found = office.run(run).findings
    assert len(found) == len(set(found)) == 3
    office.world.settle()
    ended = office.run(run)
    assert (ended.findings, ended.counts) == (found, {DONE: 3})
    office.world.work(SyncBatch(tenant=TENANT, run=run.id))
    assert office.run(run) == ended


def test_s6_what_was_found_while_somebody_moved_the_run_is_stored_at_its_end(office: SyncOffice) -> None:
    bill = office.bill("1001")
    merge_payer(office)
    office.see()
    run = office.begin([bill])
    runs = office.world.sync_runs
    replaced = runs.replace

    def moved_meanwhile(tenant: str, seen: SyncRun, new: SyncRun) -> None:
        runs.replace = replaced  # type: ignore[method-assign]
        raise Conflict("somebody moved it")

    runs.replace = moved_meanwhile  # type: ignore[method-assign]
    office.world.settle()
    assert office.states(run) == {"1001": REFUSED}
    assert codes(office.run(run)) == {"customer_inactive"}


def test_s6_an_undo_looks_at_no_mapping(office: SyncOffice) -> None:
    bill = office.bill("1001")
    office.see()
    office.sync(bill)
    rename(office, SERVICES, "Labour")
    undone = office.undo(bill)
    assert (office.states(undone), undone.findings) == ({"1001": DONE}, ())


def test_s6_what_a_run_found_is_shown_with_it_and_in_the_list() -> None:
    desk = SyncDesk()
    (one,) = desk.bills("1")
    rename(desk.office, HARDWARE, "Machines")
    run = desk.sync(one)
    assert [each["code"] for each in run["findings"]] == ["account_renamed", "item_renamed"]
    assert all(set(each) == {"code", "sentence", "fix"} and all(each.values()) for each in run["findings"])
    assert desk.call("GET", "/batches")["batches"][0]["findings"] == run["findings"]
    healthy = SyncDesk()
    assert healthy.sync(*healthy.bills("1"))["findings"] == []
