"""The client in memory answers the table's own requests as DynamoDB does."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import pytest
from crossfoot.adapters.dynamodb.failures import ConditionFailed, TransactionFailed
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import MISSING, Delete, Put, Table, Update, When
from crossfoot.adapters.dynamodb.values import Item

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.wire import MemoryClient

KEYS = [Key("p", f"{number:03}") for number in range(130)]
A, B, C = KEYS[:3]
ODD: Item = {"bytes": b"\x00\xff", "deep": {"list": [None, True, -7, "\u2028"]}, "blank": ""}


def _told(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except (ConditionFailed, TransactionFailed) as error:
        return type(error), str(error), getattr(error, "failed", None)


def _twice[T](ask: Callable[[], T]) -> list[object]:
    return [_told(ask), _told(ask)]


def _writing(table: Table) -> list[object]:
    bound = When("#n = :low OR #n < :high AND attribute_exists(#pk)", {"low": 9, "high": 3})
    return [
        *_twice(lambda: table.write(Put(A, {"n": 1, **ODD}, MISSING))),
        *_twice(lambda: table.write(Update(A, "SET #m = :m ADD #n :n REMOVE #blank", {"m": "x", "n": 1}, bound))),
        *_twice(lambda: table.write(Update(B, "ADD #n :n", {"n": 5}))),
        *_twice(lambda: table.transact(Put(C, {"n": 2}, MISSING), Delete(B, When("#n = :n", {"n": 10})))),
        table.get(A),
        table.get_many([A, B, C]),
        *_twice(lambda: table.write(Delete(C))),
    ]


def _reading(table: Table) -> list[object]:
    items: Mapping[Key, Any] = {key: {"n": number} for number, key in enumerate(KEYS)}
    table.put_many(items)
    table.delete_many(KEYS[::2])
    return [
        table.get(KEYS[0]),
        table.get_many(KEYS),
        list(table.starting("p", "01")),
        list(table.query("p", "003", "041", newest_first=True, page=7)),
        list(islice(table.query("p", "000", "999", after="100", page=3), 5)),
        list(table.query("p", "000", "999", after="007", newest_first=True)),
        list(table.query("q", "000", "999", page=1)),
        table.newest("p", "0"),
    ]


@pytest.mark.parametrize("work", [_writing, _reading])
def test_the_client_in_memory_answers_as_dynamodb_does(
    counting_table: CountingTable, work: Callable[[Table], list[object]]
) -> None:
    memory = CountingTable("memory", MemoryClient())
    assert work(memory) == work(counting_table)
    # moto sees when nothing is left behind a page that is full; DynamoDB gives a place to go on from.
    assert memory.calls.count("Query") >= counting_table.calls.count("Query")
    others = [sorted(call for call in table.calls if call != "Query") for table in (memory, counting_table)]
    assert others[0] == others[1]
    assert memory.write_units == counting_table.write_units
