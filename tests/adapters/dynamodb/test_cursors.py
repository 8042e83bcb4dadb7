"""Cursors move only from where they were seen."""

import pytest
from crossfoot.adapters.dynamodb.cursors import TableCursors
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.errors import Conflict

from tests.adapters.dynamodb.doubles import InterruptedTable
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, QBO, TENANT


def test_a_cursor_starts_empty_and_moves_for_one_partner_and_system(table: Table) -> None:
    cursors = TableCursors(table)
    assert cursors.load(TENANT, QBO) == ""
    cursors.move(TENANT, QBO, "", '{"since":"a"}')
    cursors.move(TENANT, QBO, '{"since":"a"}', '{"since":"b"}')
    assert cursors.load(TENANT, QBO) == '{"since":"b"}'
    assert cursors.load(TENANT, CW) == cursors.load(OTHER_TENANT, QBO) == ""


@pytest.mark.parametrize("seen", ["", "old"])
def test_a_cursor_that_was_moved_meanwhile_is_a_conflict(table_name: str, seen: str) -> None:
    mine, theirs = InterruptedTable(table_name), TableCursors(Table(table_name))
    theirs.move(TENANT, QBO, "", seen)
    mine.interruptions = [lambda: theirs.move(TENANT, QBO, seen, "theirs")]
    with pytest.raises(Conflict):
        TableCursors(mine).move(TENANT, QBO, seen, "mine")
    assert theirs.load(TENANT, QBO) == "theirs"
