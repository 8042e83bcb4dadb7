"""Saves that meet: a read that is behind, lines that were read before, and an answer that comes late."""

from collections.abc import Iterable

import pytest
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.core.model import CreditMemo, Customer, Invoice

from tests.adapters.dynamodb.memory import Items, MemoryTable
from tests.adapters.dynamodb.records import TENANT, make_credit_memo, make_customer, make_invoice


class BehindTable(MemoryTable):
    """Answers reads that need not be consistent as it stood when it was told to fall behind."""

    behind: Items | None = None

    def fall_behind(self) -> None:
        self.behind = {key: dict(item) for key, item in self.items.items()}

    def get_many(self, keys: Iterable[Key], *, consistent: bool = True) -> Items:
        if consistent or self.behind is None:
            return super().get_many(keys)
        return {key: dict(self.behind[key]) for key in keys if key in self.behind}


@pytest.mark.parametrize("archived", [True, False])
@pytest.mark.parametrize("record", [make_invoice(), make_customer(), make_credit_memo()])
def test_c5_i5_archiving_and_taking_that_back_in_a_moment_is_done_though_reads_are_behind(
    record: Invoice | Customer | CreditMemo, archived: bool
) -> None:
    table = BehindTable()
    book = TableBook(table)
    book.save(TENANT, [record])
    book.archive(TENANT, [record.ref], archived=archived)
    table.fall_behind()
    book.archive(TENANT, [record.ref], archived=not archived)
    book.archive(TENANT, [record.ref], archived=archived)
    stored = book.load(TENANT, record.ref)
    assert isinstance(stored, Invoice | Customer | CreditMemo)
    assert stored.keeping.archived is archived


def test_c5_a_record_that_came_a_moment_ago_is_archived_though_reads_are_behind() -> None:
    table = BehindTable()
    book = TableBook(table)
    table.fall_behind()
    book.save(TENANT, [make_invoice()])
    book.archive(TENANT, [make_invoice().ref], archived=True)
    stored = book.load(TENANT, make_invoice().ref)
    assert isinstance(stored, Invoice)
    assert stored.keeping.archived
