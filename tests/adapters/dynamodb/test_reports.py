"""Reports: the newest is found, however large it is (X4)."""

from datetime import timedelta

import pytest
from crossfoot.adapters.dynamodb import keys, reports
from crossfoot.adapters.dynamodb.reports import TableReports
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.crossfoot import Difference, Report

from tests.adapters.dynamodb.doubles import DyingTable, Killed
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, TENANT, invoice_ref
from tests.fakes.clock import START


def make_report(minutes: int = 0, differences: int = 2, words: int = 1) -> Report:
    listed = tuple(
        Difference(
            invoice_ref(str(number)),
            invoice_ref(str(number), CW) if number % 2 else None,
            "paid_differs",
            "QuickBooks says 5.00 USD. " * words,
            "Look at it.",
        )
        for number in range(differences)
    )
    at = START + timedelta(minutes=minutes)
    return Report(at, True, 200, 190, 41, len(listed), {"not_in_connectwise": 10}, listed)


def test_x4_the_newest_report_is_read_as_it_was_saved(table: Table) -> None:
    store = TableReports(table)
    assert store.load_newest(TENANT) is None
    for minutes in (0, 20, 10):
        store.save(TENANT, make_report(minutes))
    assert store.load_newest(TENANT) == make_report(20)
    assert store.load_newest(OTHER_TENANT) is None


def test_a_report_without_a_difference_is_read_back(table: Table) -> None:
    store = TableReports(table)
    store.save(TENANT, make_report(differences=0))
    assert store.load_newest(TENANT) == make_report(differences=0)


def test_a_report_larger_than_an_item_is_spread_and_comes_back_in_order(table: Table) -> None:
    large = make_report(differences=200, words=250)
    store = TableReports(table)
    store.save(TENANT, large)
    assert store.load_newest(TENANT) == large
    parts = list(table.starting(keys.crossfoot_pk(TENANT), "PART#"))
    assert len(parts) == 4


def test_a_report_that_was_not_wholly_saved_is_not_the_newest(table_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "PART_BYTES", 100)
    TableReports(Table(table_name)).save(TENANT, make_report(0))
    with pytest.raises(Killed):
        TableReports(DyingTable(table_name, dies_before=2)).save(TENANT, make_report(5))
    assert TableReports(Table(table_name)).load_newest(TENANT) == make_report(0)
