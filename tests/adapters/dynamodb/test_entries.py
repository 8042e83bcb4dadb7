"""Entries are kept under bill and digest, however large they are, and the fake says the same."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.entries import PART_BYTES, TableEntries
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Kind, Ref
from crossfoot.core.sync.sales import Sale, SaleKind, SaleLine, SaleTax, TaxCalculation
from crossfoot.ports import Entries

from tests.adapters.dynamodb.doubles import DyingTable, Killed, OneByOneCountingTable, OneCallAtATime
from tests.adapters.dynamodb.memory import Items, MemoryTable
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, TENANT, invoice_ref
from tests.adapters.dynamodb.wire import MemoryClient
from tests.fakes.sync_table import FakeEntries

BILL, MEMO = invoice_ref("501", CW), Ref(CW, Kind.CREDIT_MEMO, "501")
ITEM_BYTES = 400 * 1024


def make_sale(lines: int = 2, number: str = "INV-501", *, seed: int = 0) -> Sale:
    """Make an entry whose lines look like those of a service company: much is repeated, and nothing quite."""
    chance = random.Random(seed)
    made = tuple(
        SaleLine(
            chance.randrange(100, 90_000),
            str(chance.randrange(1, 40)),
            f"Ticket #{chance.randrange(10**6)} {chance.choice(['Mail does not arrive', 'Neuer Drucker – Büro', 'VPN'])}",
            quantity=Decimal(chance.randrange(25, 800)) / 100,
            unit_price=Decimal("150.00"),
            tax_code_id="NON",
            served_on=date(2026, 11, 1 + place % 28),
            account_id=str(chance.randrange(60, 70)),
            ledger_account="4000-10",
        )
        for place in range(lines)
    )
    tax = SaleTax(TaxCalculation.DOMESTIC, "2", 1_250)
    total = sum(line.amount_minor for line in made) + tax.tax_minor
    day = date(2026, 11, 3)
    return Sale(SaleKind.INVOICE, "58", day, "USD", made, total, number, due_on=date(2026, 12, 3), tax=tax, memo="☃")


LARGE = make_sale(1_500)


@pytest.fixture(params=["table", "fake"])
def entries(request: pytest.FixtureRequest) -> Entries:
    return FakeEntries() if request.param == "fake" else TableEntries(MemoryTable())


@pytest.mark.parametrize("sale", [make_sale(), make_sale(0), LARGE], ids=["small", "empty", "large"])
def test_s8_an_entry_comes_back_as_it_was_kept(entries: Entries, sale: Sale) -> None:
    entries.save(TENANT, BILL, sale)
    entries.save(TENANT, BILL, sale)
    kept = entries.load(TENANT, BILL, sale.digest)
    assert kept == sale
    assert kept is not None
    assert kept.digest == sale.digest


def test_entries_are_kept_apart_by_bill_and_digest_and_partner(entries: Entries) -> None:
    one, other = make_sale(), make_sale(number="INV-502")
    entries.save_many(TENANT, {BILL: one, MEMO: replace(one, kind=SaleKind.CREDIT_MEMO)})
    entries.save_many(TENANT, {BILL: other})
    entries.save_many(TENANT, {})
    assert entries.load(TENANT, BILL, one.digest) == one
    assert entries.load(TENANT, BILL, other.digest) == other
    assert entries.load(TENANT, MEMO, one.digest) is None
    assert entries.load(OTHER_TENANT, BILL, one.digest) is None
    assert entries.load(TENANT, BILL, "none") is None


def test_dynamodb_takes_entries_of_every_size(table: Table) -> None:
    entries = TableEntries(table)
    entries.save_many(TENANT, {BILL: LARGE, MEMO: make_sale()})
    assert entries.load(TENANT, BILL, LARGE.digest) == LARGE
    assert entries.load(TENANT, MEMO, make_sale().digest) == make_sale()


class OneByOneDyingTable(OneCallAtATime, DyingTable):
    """Dies before its nth writing call."""


def test_a_crash_leaves_no_entry_with_a_hole() -> None:
    items: Items = {}
    entries = TableEntries(MemoryTable(items))
    for call in (1, 2):
        with pytest.raises(Killed):
            TableEntries(OneByOneDyingTable("memory", call, MemoryClient(items))).save(TENANT, BILL, LARGE)
        assert entries.load(TENANT, BILL, LARGE.digest) is None
    assert len(items) > 1
    entries.save(TENANT, BILL, LARGE)
    assert entries.load(TENANT, BILL, LARGE.digest) == LARGE


def test_an_entry_of_ten_thousand_lines_fits_and_the_same_again_costs_a_read() -> None:
    items: Items = {}
    table = OneByOneCountingTable("memory", MemoryClient(items))
    sale = make_sale(10_000)
    TableEntries(table).save(TENANT, BILL, sale)
    assert len(items) == len(stored_parts(items)) + 1
    assert max(stored_parts(items)) < PART_BYTES < ITEM_BYTES
    spent, calls = table.write_units, len(table.calls)
    assert spent < 400
    TableEntries(table).save(TENANT, BILL, sale)
    assert table.write_units == spent
    assert table.calls[calls:] == ["BatchGetItem"]


def stored_parts(items: Items) -> list[int]:
    packed = [item["p"] for key, item in items.items() if key.sk.startswith(keys.ENTRY) and "p" in item]
    assert all(isinstance(part, bytes) for part in packed)
    return [len(part) for part in packed if isinstance(part, bytes)]


def test_many_entries_are_kept_in_few_calls_at_a_unit_each() -> None:
    table = OneByOneCountingTable("memory", MemoryClient())
    sales = {invoice_ref(str(number), CW): make_sale(10, f"INV-{number}", seed=number) for number in range(200)}
    TableEntries(table).save_many(TENANT, sales)
    assert sorted(table.calls) == ["BatchGetItem"] * 2 + ["BatchWriteItem"] * 8
    assert table.write_units == 200
