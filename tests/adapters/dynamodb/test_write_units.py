"""What the table charges for the work that is done most: the target is 10 write units for a mirrored payment."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.effects import TableEffects
from crossfoot.adapters.dynamodb.entries import TableEntries
from crossfoot.adapters.dynamodb.origins import TableOrigins
from crossfoot.adapters.dynamodb.sync_runs import TableSyncRuns
from crossfoot.adapters.dynamodb.sync_settings import TableSyncSettings
from crossfoot.core.effects import EffectState
from crossfoot.core.model import Kind, Record
from crossfoot.core.sync.runs import ItemState, RunItem, RunKind, new_sync_run
from crossfoot.core.sync.settings import MappingKey, MappingKind, SyncPreferences, Target

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.payables import (
    bill_ref,
    make_bill,
    make_bill_payment,
    make_cost_lines,
    make_vendor,
    make_vendor_credit,
    on_platform,
)
from tests.adapters.dynamodb.records import (
    CW,
    TENANT,
    invoice_ref,
    make_invoice,
    make_lines,
    make_payment,
    payment_ref,
    version,
)
from tests.adapters.dynamodb.test_effects import AT, make_effect
from tests.adapters.dynamodb.test_entries import make_sale


def test_a_new_payment_costs_four_write_units_and_an_edited_one_a_single_one(counting_table: CountingTable) -> None:
    book = TableBook(counting_table)
    book.save(TENANT, [make_payment("8"), make_invoice()])
    start = counting_table.write_units
    book.save(TENANT, [make_payment("9")])
    assert counting_table.write_units - start == 4
    book.save(TENANT, [make_payment("9", reference="CHK-7713", at=version(2))])
    assert counting_table.write_units - start == 5


def test_a_new_invoice_costs_four_write_units_with_its_lines_and_one_more_while_it_is_unpaid(
    counting_table: CountingTable,
) -> None:
    book = TableBook(counting_table)
    book.save(TENANT, [make_invoice("1")])
    spent = [counting_table.write_units]
    for invoice in (
        make_invoice("2", balance_minor=0, lines=make_lines(10)),
        make_invoice("3", lines=make_lines(10)),
        make_invoice("3", at=version(2), balance_minor=1),
        make_invoice("3", at=version(3), balance_minor=0),
    ):
        book.save(TENANT, [invoice])
        spent.append(counting_table.write_units)
    assert [after - before for before, after in pairwise(spent)] == [4, 5, 1, 1]


def test_a_new_payable_costs_its_pointers_and_its_record_and_what_is_noted_of_it_one_each(
    counting_table: CountingTable,
) -> None:
    book, origins = TableBook(counting_table), TableOrigins(counting_table)
    book.save(TENANT, [make_vendor("1"), make_bill("1"), make_vendor_credit("1"), make_bill_payment("1", {})])
    spent = [counting_table.write_units]
    records: list[Record] = [
        make_vendor("2"),
        make_bill("2", balance_minor=0, lines=make_cost_lines(10)),
        make_bill("3", lines=make_cost_lines(10)),
        make_bill("3", at=version(2), balance_minor=1),
        make_vendor_credit("2"),
        make_bill_payment("2", {"2": 500}),
        make_bill_payment("3", {"2": 500, "3": 500}, {"2": 300}),
    ]
    for record in records:
        book.save(TENANT, [record])
        spent.append(counting_table.write_units)
    origins.note_marker(TENANT, "xf:1", on_platform(Kind.BILL, "bill_1"))
    spent.append(counting_table.write_units)
    origins.note_copy(TENANT, bill_ref("3"), on_platform(Kind.BILL, "bill_1"), "xf:1")
    spent.append(counting_table.write_units)
    assert [after - before for before, after in pairwise(spent)] == [2, 3, 4, 1, 3, 4, 6, 1, 2]


def test_lines_that_are_the_same_cost_nothing_and_others_what_they_weigh(counting_table: CountingTable) -> None:
    book = TableBook(counting_table)
    book.save(TENANT, [make_invoice("1"), make_invoice("2", lines=make_lines(10_000))])
    spent = [counting_table.write_units]
    for invoice in (
        make_invoice("2", at=version(2), lines=make_lines(10_000)),
        make_invoice("2", at=version(3), balance_minor=1),
    ):
        book.save(TENANT, [invoice])
        spent.append(counting_table.write_units)
    assert [after - before for before, after in pairwise(spent)] == [1, 1]
    assert spent[0] < 250


def test_an_effect_costs_three_write_units_from_plan_to_confirmed(counting_table: CountingTable) -> None:
    store = TableEffects(counting_table)
    planned = make_effect(causes=tuple(payment_ref(str(number)) for number in range(5)))
    taken = replace(planned, state=EffectState.SENDING, fence=1, possible_sends=1, lease_until=AT)
    confirmed = replace(taken, state=EffectState.CONFIRMED, fence=2, lease_until=None, settled_at=AT, remote_id="501")
    store.insert(planned)
    store.replace(planned, taken)
    store.replace(taken, replace(confirmed, result=planned.body))
    assert counting_table.write_units == 3


def test_a_run_costs_two_write_units_a_bill_to_begin_and_one_whenever_a_bill_or_the_run_moves(
    counting_table: CountingTable,
) -> None:
    runs = TableSyncRuns(counting_table)
    items = [RunItem(invoice_ref(str(number), CW), f"INV-{number}", previewed="9f2c" * 8) for number in range(30)]
    run = new_sync_run(RunKind.SYNC, "partner", len(items), AT, "9f2c")
    runs.begin(TENANT, run, items)
    assert counting_table.write_units == 4 + 2 * len(items)
    start = counting_table.write_units
    for state in (ItemState.WRITTEN, ItemState.DONE):
        runs.save_items(TENANT, run.id, [replace(items[0], state=state, digest="9f2d" * 8, accounting_id="77")])
    assert counting_table.write_units - start == 2
    runs.replace(TENANT, run, replace(run, moved_at=AT + timedelta(minutes=1), counts={ItemState.DONE: 30}))
    assert counting_table.write_units - start == 3


def test_what_the_sync_tool_keeps_costs_a_write_unit_each(counting_table: CountingTable) -> None:
    settings, bill, sale = TableSyncSettings(counting_table), invoice_ref("501", CW), make_sale(25)
    settings.save_preferences(TENANT, SyncPreferences())
    settings.save_mappings(TENANT, {MappingKey(MappingKind.TERMS, "Net 30"): Target("3", "Net 30")})
    assert counting_table.write_units == 2
    for _ in range(2):
        TableEntries(counting_table).save(TENANT, bill, sale)
        assert counting_table.write_units == 3
    settings.save_mappings(TENANT, {MappingKey(MappingKind.TERMS, "Net 30"): None})
    assert counting_table.write_units == 4


def test_an_import_is_saved_in_batches_and_reads_one_item_a_record(counting_table: CountingTable) -> None:
    TableBook(counting_table).save(TENANT, [make_invoice(str(number)) for number in range(110)])
    assert counting_table.write_units == 5 * 110 + 1
    calls = counting_table.calls
    assert calls.count("PutItem") == 110
    assert calls.count("BatchGetItem") == 2 + 1
    assert calls.count("BatchWriteItem") == -(-4 * 110 // 25) + 1
    assert "Scan" not in calls
