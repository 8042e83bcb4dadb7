"""The table in memory behaves as DynamoDB does, where the figures of the book depend on it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from crossfoot.adapters.dynamodb.failures import ConditionFailed, TransactionFailed
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import MISSING, Delete, Put, Table, Update, When

from benchmarks.expressions import changed, holds
from benchmarks.memory import MemoryClient
from benchmarks.product import Spent
from benchmarks.stub_table import answer_call, calls_of

ONE, TWO = Key("p", "a"), Key("p", "b")


@pytest.fixture
def spent() -> Spent:
    return Spent()


@pytest.fixture
def table(spent: Spent) -> Table:
    table = Table("table")
    table.__dict__["client"] = MemoryClient(spent)
    return table


@pytest.mark.parametrize(
    ("condition", "item", "true"),
    [
        ("attribute_not_exists(#x)", {}, True),
        ("attribute_not_exists(#x)", {"x": {"S": "1"}}, False),
        ("#x = :v", {"x": {"S": "v"}}, True),
        ("#x = :v", {}, False),
        ("#n <= :n", {"n": {"N": "9"}}, True),
        ("#n <= :n", {"n": {"N": "10"}}, True),
        ("#n <= :n", {"n": {"N": "11"}}, False),
        ("attribute_not_exists(#x) OR (#x = :v AND #n = :n)", {"x": {"S": "v"}, "n": {"N": "10"}}, True),
        ("attribute_not_exists(#x) OR (#x = :v AND #n = :n)", {"x": {"S": "v"}, "n": {"N": "9"}}, False),
        ("#x = :v OR #n = :n AND attribute_exists(#x)", {"n": {"N": "10"}}, False),
    ],
)
def test_a_condition_holds_or_not(condition: str, item: dict[str, Any], true: bool) -> None:
    assert holds(request(ConditionExpression=condition), item) is true


def test_an_update_sets_adds_and_removes() -> None:
    update = request(UpdateExpression="REMOVE #gone SET #x = :v ADD #n :n, #new :n")
    before = {"gone": {"S": "y"}, "n": {"N": "5"}}
    assert changed(update, before) == {"x": {"S": "v"}, "n": {"N": "15"}, "new": {"N": "10"}}


@pytest.mark.parametrize("expression", ["size(#x) > :n", "#x IN (:v)", "#x = :v)"])
def test_a_condition_that_is_not_known_is_refused(expression: str) -> None:
    with pytest.raises((ValueError, KeyError, IndexError)):
        holds(request(ConditionExpression=expression), {"x": {"S": "v"}})


def test_a_write_whose_condition_fails_changes_nothing(table: Table) -> None:
    table.write(Put(ONE, {"n": 1}, MISSING))
    with pytest.raises(ConditionFailed):
        table.write(Put(ONE, {"n": 2}, MISSING))
    assert table.get(ONE) == {"n": 1}
    assert table.write(Update(ONE, "ADD #n :one", {"one": 1}, When("#n = :seen", {"seen": 1}))) == {"n": 2}


def test_of_a_transaction_all_is_written_or_nothing(table: Table) -> None:
    table.write(Put(ONE, {"n": 1}))
    with pytest.raises(TransactionFailed) as failed:
        table.transact(Put(TWO, {"n": 2}, MISSING), Delete(ONE, When("#n = :n", {"n": 9})))
    assert [bool(each) for each in failed.value.failed] == [False, True]
    assert table.get(TWO) is None
    table.transact(Put(TWO, {"n": 2}, MISSING), Delete(ONE))
    assert (table.get(ONE), table.get(TWO)) == (None, {"n": 2})


def test_a_partition_is_read_in_order_page_by_page_either_way(table: Table) -> None:
    wanted = [f"{number:02}" for number in range(25)]
    table.put_many({Key("p", sk): {} for sk in reversed(wanted)})
    for newest_first, order in ((False, wanted), (True, wanted[::-1])):
        found = table.query("p", "00", "99", page=10, newest_first=newest_first)
        assert [key.sk for key, _ in found] == order
    assert [key.sk for key, _ in table.query("p", "05", "09", after="07")] == ["08", "09"]
    table.delete_many([Key("p", "08")])
    assert [key.sk for key, _ in table.query("p", "05", "09", after="07")] == ["09"]
    assert table.get_many([Key("p", "08"), Key("p", "09")]) == {Key("p", "09"): {}}


def test_writes_are_weighed_as_aws_bills_them(table: Table, spent: Spent) -> None:
    table.write(Put(ONE, {"text": "x" * 1500}))
    assert spent.write_units == 2
    table.transact(Put(ONE, {}), Put(TWO, {}))
    assert spent.write_units == 2 + 4


def test_a_call_that_is_not_known_is_refused_by_name() -> None:
    assert ask(calls_of("{}"), "DynamoDB_20120810.Scan", {})["message"] == "DynamoDB_20120810.Scan is not here"


def request(**expressions: str) -> dict[str, Any]:
    names = {f"#{name}": name for name in ("x", "n", "gone", "new")}
    values = {":v": {"S": "v"}, ":n": {"N": "10"}}
    return {**expressions, "ExpressionAttributeNames": names, "ExpressionAttributeValues": values}


def ask(calls: Mapping[str, Any], target: str, body: dict[str, Any]) -> Any:
    return json.loads(answer_call(calls, target, json.dumps(body).encode()).partition(b"\r\n\r\n")[2])
