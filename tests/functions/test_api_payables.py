"""api: payables by the real handler: told, steered and synced, on the real table and queues (B3, B4, B6, B7)."""

import json
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from crossfoot.adapters.dynamodb.outbox import TableOutbox
from crossfoot.adapters.dynamodb.payables_settings import TablePayablesSettings
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import PLATFORM, Kind, Ref, System
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.ports import Outgoing

from tests.fakes.api import claims_of, event
from tests.fakes.platform import bill_data
from tests.functions.conftest import Aws

type Load = Callable[[str], ModuleType]

ONE, TWO = "t_00000001", "t_00000002"
CONTEXT = SimpleNamespace(aws_request_id="r-1")
CHOSEN = {
    **dict.fromkeys(("expense_account_id", "income_account_id", "bank_account_id", "card_account_id"), ""),
    "home_currency": "USD",
    "direction": "to_accounting",
    "auto_sync": False,
    "needs_approval": True,
}


@pytest.fixture
def handler(aws: Aws, load: Load) -> ModuleType:
    return load("api")


def call(handler: ModuleType, method: str, path: str, **how: Any) -> tuple[int, Any]:
    answer = handler.handler(event(method, path, **how), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"] or "null")


def test_b4_a_bill_that_is_told_is_kept_and_goes_to_its_queue_once(aws: Aws, handler: ModuleType) -> None:
    told = [call(handler, "POST", "/v1/bills", tenant=ONE, body=bill_data(), key="key-a") for _ in range(2)]
    assert told[0] == told[1] == (202, {"id": "platform-bill_1", "updated_at": "2026-11-03T17:04:05Z"})
    (message,) = aws.messages("bills")
    assert (message["kind"], message["tenant"], message["record_kind"], message["record_id"], message["vendor"]) == (
        "mirror_bill", ONE, "bill", "bill_1", "platform-ven_1",
    )  # fmt: skip
    outbox, bill = TableOutbox(Table(aws.environment["TABLE_NAME"])), Ref(PLATFORM, Kind.BILL, "bill_1")
    assert outbox.load(ONE, bill) == Outgoing(bill, Ref(PLATFORM, Kind.VENDOR, "ven_1"))
    assert outbox.load(TWO, bill) is None


def test_b3_b7_a_sync_waits_for_the_preferences_and_then_goes_to_its_queue(aws: Aws, handler: ModuleType) -> None:
    aws.connect(ONE, System.QUICKBOOKS, "310687")
    status, shown = call(handler, "PUT", "/v1/payables/preferences", tenant=ONE, body=CHOSEN)
    assert (status, shown["saved"], shown["ready"]) == (200, True, False)
    assert {name: shown[name] for name in CHOSEN} == CHOSEN
    assert [each["kind"] for each in aws.messages("tending")] == ["retry_parked"]
    assert call(handler, "POST", "/v1/syncs", tenant=ONE, body={})[1]["detail"] == shown["missing"]
    settings = TablePayablesSettings(Table(aws.environment["TABLE_NAME"]))
    settings.save(ONE, PayablesPreferences("63", "79", "35"))
    begun = [call(handler, "POST", "/v1/syncs", tenant=ONE, body={}) for _ in range(2)]
    assert [status for status, _ in begun] == [202, 202]
    sync = begun[0][1]["id"]
    assert begun[1][1]["id"] == sync
    assert [(each["kind"], each["sync"]) for each in aws.messages("payable_syncs")] == [("sync_payables", sync)]
    assert call(handler, "GET", f"/v1/syncs/{sync}", tenant=ONE)[1]["state"] == "running"
    assert [each["id"] for each in call(handler, "GET", "/v1/syncs", tenant=ONE)[1]["syncs"]] == [sync]
    assert call(handler, "GET", f"/v1/syncs/{sync}", tenant=TWO)[0] == 404


def test_b6_an_operator_alone_chooses_the_profile(handler: ModuleType) -> None:
    chosen = {"override": "two_way"}
    assert call(handler, "PUT", "/v1/sync-profile", tenant=ONE, body=chosen)[0] == 403
    claims = {**claims_of(ONE), "cognito:groups": "operators", "email": "ada@operator.example"}
    assert call(handler, "PUT", "/v1/sync-profile", claims=claims, body=chosen)[0] == 200
    assert call(handler, "GET", "/v1/sync-profile", tenant=ONE)[1]["override"] == "two_way"
    assert call(handler, "GET", "/v1/sync-profile", tenant=TWO)[1]["override"] is None
