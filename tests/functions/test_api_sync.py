"""api: the Sync Invoices tool by the real handler, with its table, its queue and its schedules on an AWS in process."""

import csv
import json
from collections.abc import Callable
from io import StringIO
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import PSA, Kind, Ref, System

from tests.fakes.api import event
from tests.fakes.choices import NEVER_CHOSEN
from tests.fakes.records import invoice
from tests.fakes.whole_sync import PREFERENCES
from tests.functions.conftest import Aws

type Load = Callable[[str], ModuleType]

ONE, TWO = "t_00000001", "t_00000002"
CONTEXT = SimpleNamespace(aws_request_id="r-1")
# What QuickBooks would have to be asked for is left out.
BY_ITSELF = {
    **PREFERENCES,
    "tax_item_id": "",
    "rounding_tolerance": "0",
    "rounding_item_id": "",
    "purchase_order_field": "",
}
BILL = Ref(PSA, Kind.INVOICE, "c501")


@pytest.fixture
def handler(aws: Aws, load: Load) -> ModuleType:
    return load("api")


def call(handler: ModuleType, method: str, path: str, *, tenant: str = ONE, **how: Any) -> tuple[int, Any]:
    answer = handler.handler(event(method, path, tenant=tenant, **how), CONTEXT)
    text = answer["body"]
    return answer["statusCode"], json.loads(text) if text[:1] in {"{", "["} else text


def test_s1_preferences_are_kept_and_their_schedule_stands(aws: Aws, handler: ModuleType) -> None:
    group = aws.environment["SCHEDULE_GROUP"]
    scheduler = boto3.client("scheduler")
    scheduler.create_schedule_group(Name=group)
    status, shown = call(handler, "PUT", "/v1/sync/preferences", body=BY_ITSELF)
    assert (status, shown["saved"], shown["schedule"]) == (200, True, PREFERENCES["schedule"])
    assert call(handler, "GET", "/v1/sync/preferences") == (200, shown)
    assert call(handler, "GET", "/v1/sync/preferences", tenant=TWO)[1]["saved"] is False
    found = scheduler.get_schedule(Name=ONE, GroupName=group)
    assert (found["ScheduleExpressionTimezone"], found["Target"]["Arn"]) == (
        "America/Denver",
        aws.environment["SYNCS_QUEUE_ARN"],
    )
    assert call(handler, "PUT", "/v1/sync/preferences", body={**BY_ITSELF, "schedule": None})[0] == 200
    assert scheduler.list_schedules(GroupName=group)["Schedules"] == []


def test_s2_a_run_is_begun_queued_shown_stopped_and_given_as_a_sheet(aws: Aws, handler: ModuleType) -> None:
    boto3.client("scheduler").create_schedule_group(Name=aws.environment["SCHEDULE_GROUP"])
    book = TableBook(Table(aws.environment["TABLE_NAME"]))
    book.save(ONE, [invoice("c501", "501", closed=True)])
    body = {"invoices": [{"id": str(BILL)}]}
    assert call(handler, "POST", "/v1/sync/batches", body=body)[1]["code"] == "preference_missing"
    call(handler, "PUT", "/v1/preferences", body={**NEVER_CHOSEN, "sync_tool_enabled": True})
    assert call(handler, "POST", "/v1/sync/batches", body=body)[1]["code"] == "preference_missing"
    call(handler, "PUT", "/v1/sync/preferences", body={**BY_ITSELF, "schedule": None})
    for system, account in ((System.QUICKBOOKS, "310687"), (System.CONNECTWISE, "acme")):
        aws.connect(ONE, system, account)
    status, run = call(handler, "POST", "/v1/sync/batches", body=body)
    assert (status, run["state"], run["counts"]) == (202, "running", {"waiting": 1})
    (queued,) = aws.messages("syncs")
    assert (queued["kind"], queued["run"], queued["group"]) == ("sync_batch", run["id"], f"{ONE}:sync")
    refused, problem = call(handler, "POST", "/v1/sync/batches", body=body)
    assert (refused, problem["code"], run["id"] in problem["detail"]) == (409, "sync_under_way", True)
    path = f"/v1/sync/batches/{run['id']}"
    assert call(handler, "POST", f"{path}/cancel", body={})[1]["cancelled_at"]
    assert [item["id"] for item in call(handler, "GET", path)[1]["items"]] == [str(BILL)]
    (row,) = csv.DictReader(StringIO(call(handler, "GET", f"{path}/csv")[1]))
    assert (row["connectwise_id"], row["state"]) == ("c501", "waiting")
    assert call(handler, "GET", path, tenant=TWO)[0] == 404
    assert call(handler, "GET", "/v1/sync/batches", tenant=TWO)[1]["batches"] == []


def test_s1_what_is_unsynced_is_listed_though_connectwise_is_away(aws: Aws, handler: ModuleType) -> None:
    book = TableBook(Table(aws.environment["TABLE_NAME"]))
    book.save(ONE, [invoice("c501", "501", closed=True)])
    status, shown = call(handler, "GET", "/v1/sync/unsynced")
    assert (status, [bill["id"] for bill in shown["bills"]], shown["ledger_checked"]) == (200, [str(BILL)], False)
    assert shown["ledger_note"].startswith("ConnectWise is not connected.")
    assert call(handler, "GET", "/v1/sync/unsynced", tenant=TWO)[1]["bills"] == []
