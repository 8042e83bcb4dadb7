"""The table's calls: nothing left over is forgotten, and every error says what happens next."""

from threading import Barrier
from typing import Any

import boto3
import pytest
from botocore import exceptions as aws_errors
from botocore.config import Config
from botocore.stub import Stubber
from crossfoot.adapters.dynamodb.failures import ConditionFailed, TransactionFailed
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import MISSING, Delete, Put, Table, Update
from crossfoot.errors import Conflict, RemoteUnavailable

A, B = Key("p", "a"), Key("p", "b")


def make_table(pauses: list[float]) -> Table:
    table = Table("crossfoot", pause=pauses.append)
    table.__dict__["client"] = boto3.client(
        "dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip
    return table


@pytest.fixture
def stubbed() -> tuple[Table, Stubber, list[float]]:
    pauses: list[float] = []
    table = make_table(pauses)
    stubber = Stubber(table.client)
    stubber.activate()
    return table, stubber, pauses


def wire(key: Key, **more: Any) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}, **more}


def test_reads_that_were_left_undone_are_done_again(stubbed: tuple[Table, Stubber, list[float]]) -> None:
    table, stubber, pauses = stubbed
    left = {"crossfoot": {"Keys": [wire(B)], "ConsistentRead": True}}
    stubber.add_response("batch_get_item", {"Responses": {"crossfoot": [wire(A)]}, "UnprocessedKeys": left})
    stubber.add_response("batch_get_item", {"Responses": {"crossfoot": [wire(B)]}}, {"RequestItems": left})
    assert table.get_many([A, B, A]) == {A: {}, B: {}}
    assert len(pauses) == 1


def test_writes_that_were_left_undone_are_done_again(stubbed: tuple[Table, Stubber, list[float]]) -> None:
    table, stubber, pauses = stubbed
    left = {"crossfoot": [{"PutRequest": {"Item": wire(B, n={"N": "1"})}}]}
    stubber.add_response("batch_write_item", {"UnprocessedItems": left})
    stubber.add_response("batch_write_item", {"UnprocessedItems": left}, {"RequestItems": left})
    stubber.add_response("batch_write_item", {}, {"RequestItems": left})
    table.put_many({A: {"n": 0}, B: {"n": 1}})
    stubber.assert_no_pending_responses()
    assert pauses == sorted(pauses)
    assert len(pauses) == 2


def test_what_stays_undone_is_an_error(stubbed: tuple[Table, Stubber, list[float]]) -> None:
    table, stubber, _ = stubbed
    for _ in range(8):
        stubber.add_response(
            "batch_write_item", {"UnprocessedItems": {"crossfoot": [{"PutRequest": {"Item": wire(A)}}]}}
        )
    with pytest.raises(RemoteUnavailable, match="undone"):
        table.put_many({A: {}})
    for _ in range(8):
        left = {"crossfoot": {"Keys": [wire(A)]}}
        stubber.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": left})
    with pytest.raises(RemoteUnavailable, match="undone"):
        table.get_many([A])


def test_independent_calls_are_made_side_by_side_and_their_first_error_is_raised() -> None:
    both = Barrier(2, timeout=60)

    def meet(number: int) -> int:
        both.wait()
        return number

    assert make_table([]).each(meet, [1, 2]) == [1, 2]
    with pytest.raises(ZeroDivisionError):
        make_table([]).each(lambda number: 1 // number, [1, 0])


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ConditionalCheckFailedException", 400, ConditionFailed),
        ("TransactionConflictException", 400, Conflict),
        ("ProvisionedThroughputExceededException", 400, RemoteUnavailable),
        ("ThrottlingException", 400, RemoteUnavailable),
        ("InternalServerError", 500, RemoteUnavailable),
        ("Unheard", 503, RemoteUnavailable),
        ("ValidationException", 400, aws_errors.ClientError),
        ("AccessDeniedException", 400, aws_errors.ClientError),
        ("ResourceNotFoundException", 400, aws_errors.ClientError),
    ],
)
def test_errors_are_named_for_what_happens_next_and_bugs_crash(
    stubbed: tuple[Table, Stubber, list[float]], code: str, status: int, expected: type[Exception]
) -> None:
    table, stubber, _ = stubbed
    stubber.add_client_error("put_item", code, http_status_code=status)
    with pytest.raises(expected):
        table.write(Put(A, {}))


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["None", "ConditionalCheckFailed"], TransactionFailed),
        (["TransactionConflict", "None"], TransactionFailed),
        (["ThrottlingError", "None"], RemoteUnavailable),
        (["None", "ValidationError"], aws_errors.ClientError),
    ],
)
def test_a_cancelled_transaction_is_named_for_its_reasons(
    stubbed: tuple[Table, Stubber, list[float]], codes: list[str], expected: type[Exception]
) -> None:
    table, stubber, _ = stubbed
    stubber.add_client_error(
        "transact_write_items", "TransactionCanceledException", http_status_code=400,
        modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
    )  # fmt: skip
    with pytest.raises(expected) as failure:
        table.transact(Put(A, {}), Put(B, {}))
    if isinstance(failure.value, TransactionFailed):
        assert failure.value.failed == tuple(code == "ConditionalCheckFailed" for code in codes)


@pytest.mark.parametrize(
    "error", [aws_errors.EndpointConnectionError, aws_errors.ReadTimeoutError, aws_errors.ConnectTimeoutError]
)
def test_a_table_that_does_not_answer_is_unavailable(error: type[aws_errors.BotoCoreError]) -> None:
    table = make_table([])

    def cut(**_: object) -> None:
        raise error(endpoint_url="x", error="gone")

    table.client.meta.events.register("before-send.dynamodb.GetItem", cut)
    with pytest.raises(RemoteUnavailable):
        table.get(A)


def test_every_call_has_timeouts_and_bounded_retries(aws: None) -> None:
    config: Any = Table("crossfoot").client.meta.config
    assert config.connect_timeout <= 3
    assert config.read_timeout <= 10
    assert 1 < config.retries["total_max_attempts"] <= 5


def test_a_transaction_is_carried_out_wholly_or_not_at_all(table: Table) -> None:
    table.write(Put(A, {"n": 1}, MISSING))
    with pytest.raises(TransactionFailed) as failure:
        table.transact(Put(B, {}), Put(A, {"n": 2}, MISSING))
    assert failure.value.failed == (False, True)
    assert table.get_many([A, B]) == {A: {"n": 1}}
    table.transact(Update(A, "SET #n = :n", {"n": 3}), Put(B, {"bytes": b"\x00", "deep": {"list": [None, True, "x"]}}))
    assert table.get_many([A, B]) == {A: {"n": 3}, B: {"bytes": b"\x00", "deep": {"list": [None, True, "x"]}}}
    assert table.write(Delete(A)) == {"n": 3}
    assert table.write(Delete(A)) == {}


@pytest.mark.parametrize("value", [1.5, object(), {"deep": [0.1]}])
def test_x5_no_float_can_be_stored(table: Table, value: Any) -> None:
    with pytest.raises(TypeError, match="cannot be stored"):
        table.write(Put(A, {"amount": value}))


def test_the_table_is_the_one_that_the_template_makes(table_properties: dict[str, Any]) -> None:
    assert table_properties["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert table_properties["TimeToLiveSpecification"]["AttributeName"] == "expires_at"
