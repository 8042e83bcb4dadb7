"""api: payables shown by the real handler from the real table, and marked as paid outside (B1, B4, B8, X6)."""

import json
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.effects import TableEffects
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import PLATFORM, Kind, Ref
from crossfoot.core.payables.entries import PAYABLE
from crossfoot.core.payables.records import Bill, BillPart, BillPayment, CostLine, CostLineKind, PayState
from crossfoot.core.payables.standing import entry_of
from crossfoot.core.payables.stored import to_result

from tests.core.payables.in_accounting import LEFT_OUT, bill, paid, vendor
from tests.fakes.api import event
from tests.functions.conftest import Aws

type Load = Callable[[str], ModuleType]
type Call = Callable[..., tuple[int, Any]]

ONE, TWO = "t_00000001", "t_00000002"
CONTEXT = SimpleNamespace(aws_request_id="r-1")
TOLD = Ref(PLATFORM, Kind.BILL, "bill_1")
PAID = Ref(PLATFORM, Kind.BILL_PAYMENT, "pay_1")
CASH = {"paid_on": "2026-11-02", "method": "cash", "note": ""}


@pytest.fixture
def call(aws: Aws, load: Load) -> Call:
    """Call the handler, as partner ONE unless it says otherwise, whose bill stands in QuickBooks and is part paid."""
    table = Table(aws.environment["TABLE_NAME"])
    _fill(TableBook(table), TableEffects(table))
    handler = load("api")

    def send(method: str, path: str, *, tenant: str = ONE, **how: Any) -> tuple[int, Any]:
        answer = handler.handler(event(method, path, tenant=tenant, **how), CONTEXT)
        return answer["statusCode"], json.loads(answer["body"])

    return send


def _fill(book: TableBook, effects: TableEffects) -> None:
    lines = (CostLine("1", CostLineKind.ACCOUNT, "Paper", 100_00, "63"),)
    there = bill("129", balance_minor=60_00, lines=lines, revision="1", origin=TOLD)
    told = replace(there, ref=TOLD, balance_minor=100_00, revision="", origin=None)
    payment = replace(paid({}, id_="pay_1", system=PLATFORM), total_minor=40_00, bills=(BillPart(TOLD, 40_00),))
    copy = replace(paid({"129": 40_00}, id_="77"), origin=PAID, revision="0")
    left_out = bill("130", number="EUR-1", currency="EUR", keeping=LEFT_OUT)
    book.save(ONE, [vendor(), there, told, replace(payment, state=PayState.PAID), copy, left_out])
    for subject, standing in ((TOLD, there), (PAID, copy)):
        assert effects.insert(_entered(subject, standing))


def _entered(subject: Ref, standing: Bill | BillPayment) -> Effect:
    entered = Effect(ONE, PAYABLE, subject, 1, {}, "B4", "Entered.", (subject,), EffectState.CONFIRMED)
    return replace(entered, result=to_result(entry_of(standing)), remote_id=standing.ref.id)


def test_bills_are_listed_and_shown_once_with_what_is_open_in_both_books(call: Call) -> None:
    status, listed = call("GET", "/v1/bills")
    (shown,) = listed["bills"]
    assert (status, listed["next_cursor"]) == (200, "")
    assert (shown["ids"], shown["vendor"]["name"]) == (["platform-bill_1", "quickbooks-129"], "Brosnahan")
    assert (shown["status"], shown["open"], shown["open_in_quickbooks"], shown["progress"]) == (
        "partial", "60.00", "60.00", "synced",
    )  # fmt: skip
    one = call("GET", "/v1/bills/quickbooks-129")[1]
    assert {name: one[name] for name in shown} == shown
    assert [[line["description"] for line in copy["lines"]] for copy in one["copies"]] == [["Paper"], ["Paper"]]
    assert [each["ids"] for each in one["payments"]] == [["platform-pay_1", "quickbooks-77"]]
    assert [each["id"] for each in call("GET", "/v1/bill-payments")[1]["bill_payments"]] == ["platform-pay_1"]
    assert [each["id"] for each in call("GET", "/v1/vendors", query={"search": "bros"})[1]["vendors"]] == [
        "quickbooks-56"
    ]


def test_b2_what_does_not_come_is_read_from_its_shelf_with_its_reason(call: Call) -> None:
    (out,) = call("GET", "/v1/payables/not-imported")[1]["records"]
    assert (out["id"], out["amount"], out["why"]["code"]) == ("quickbooks-130", "100.00", "other_currency")
    now = call("GET", "/v1/records/bill/quickbooks-130/explain")[1]["now"]
    assert now[0] == out["why"]


def test_b8_a_mark_is_kept_on_both_copies_in_the_table_and_taken_off_again(call: Call, aws: Aws) -> None:
    before = aws.messages("bills")
    assert call("PUT", "/v1/bills/quickbooks-129/outside-payment", body=CASH)[1]["status"] == "paid_outside"
    assert call("GET", "/v1/bills/platform-bill_1")[1]["outside_payment"] == CASH
    story = call("GET", "/v1/records/bill/platform-bill_1/explain")[1]["story"]
    assert [line["why"]["code"] for line in story if line["effect"] is None] == ["marked_paid_outside"]
    status, shown = call("DELETE", "/v1/bills/platform-bill_1/outside-payment")
    assert (status, shown["status"], shown["outside_payment"]) == (200, "partial", None)
    asked = [each["record_id"] for each in aws.messages("bills")][len(before) :]
    assert set(asked) == {"pay_1"}, "its payments are looked at again, and nothing else is asked for"


def test_x6_nothing_of_it_is_there_for_another_partner(call: Call) -> None:
    for path in ("/v1/bills", "/v1/vendors", "/v1/bill-payments", "/v1/payables/not-imported"):
        lists = [value for value in call("GET", path, tenant=TWO)[1].values() if isinstance(value, list)]
        assert lists == [[]]
    assert call("GET", "/v1/bills/platform-bill_1", tenant=TWO)[0] == 404
    assert call("PUT", "/v1/bills/platform-bill_1/outside-payment", tenant=TWO, body=CASH)[0] == 404
