"""What the table charges for the work that is done most: the target is 10 write units for a mirrored payment."""

from dataclasses import replace

from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.effects import TableEffects
from crossfoot.core.effects import EffectState

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.records import TENANT, make_invoice, make_payment, payment_ref, version
from tests.adapters.dynamodb.test_effects import AT, make_effect


def test_a_new_payment_costs_three_write_units_and_an_edited_one_a_single_one(counting_table: CountingTable) -> None:
    book = TableBook(counting_table)
    book.save(TENANT, [make_payment("8"), make_invoice()])
    start = counting_table.write_units
    book.save(TENANT, [make_payment("9")])
    assert counting_table.write_units - start == 3
    book.save(TENANT, [make_payment("9", reference="CHK-7713", at=version(2))])
    assert counting_table.write_units - start == 4


def test_an_effect_costs_three_write_units_from_plan_to_confirmed(counting_table: CountingTable) -> None:
    store = TableEffects(counting_table)
    planned = make_effect(causes=tuple(payment_ref(str(number)) for number in range(5)))
    taken = replace(planned, state=EffectState.SENDING, fence=1, possible_sends=1, lease_until=AT)
    confirmed = replace(taken, state=EffectState.CONFIRMED, fence=2, lease_until=None, settled_at=AT, remote_id="501")
    store.insert(planned)
    store.replace(planned, taken)
    store.replace(taken, replace(confirmed, result=planned.body))
    assert counting_table.write_units == 3


def test_an_import_is_saved_in_batches_and_reads_one_item_a_record(counting_table: CountingTable) -> None:
    TableBook(counting_table).save(TENANT, [make_invoice(str(number)) for number in range(110)])
    assert counting_table.write_units == 3 * 110 + 1
    calls = counting_table.calls
    assert calls.count("PutItem") == 110
    assert calls.count("BatchGetItem") == 2 + 1
    assert calls.count("BatchWriteItem") == 9 + 1
    assert "Scan" not in calls
