"""Credit memos: listed by date, shown with their lines and where they were applied (I1, I3)."""

from datetime import date
from typing import Any

import pytest
from crossfoot.core.model import Keeping, Kind, Line, LineKind, Standing

from tests.fakes.api import OTHER_TENANT, FakeApi
from tests.fakes.records import credit_memo, payment, ref_of
from tests.fakes.world import TENANT

LINES = (Line("1", LineKind.ITEM, "Refund of a dock", 5_000, item="Hardware"),)


@pytest.fixture
def api() -> FakeApi:
    api = FakeApi()
    memos = [
        credit_memo("q50", "CM-1", 5_000, on=date(2026, 10, 1), remaining_minor=2_000, lines=LINES),
        credit_memo("q51", "CM-2", 700, on=date(2026, 11, 2)),
        credit_memo("c52", "CM-3", 900, on=date(2026, 11, 3), remaining_minor=0),
    ]
    api.world.book.save(TENANT, memos)
    return api


def listed(api: FakeApi, **query: str) -> dict[str, Any]:
    """List credit memos, by number."""
    reply = api.call("GET", "/v1/credit-memos", query=query)
    assert reply.status == 200, reply.text
    return {each["number"]: each for each in reply.body["credit_memos"]}


def test_they_are_listed_by_date_either_way(api: FakeApi) -> None:
    assert list(listed(api)) == ["CM-3", "CM-2", "CM-1"]
    assert list(listed(api, sort="date")) == ["CM-1", "CM-2", "CM-3"]
    assert {number: each["status"] for number, each in listed(api).items()} == {
        "CM-3": "applied",
        "CM-2": "open",
        "CM-1": "partial",
    }


def test_filters_narrow(api: FakeApi) -> None:
    assert list(listed(api, customer="quickbooks-q1")) == ["CM-2", "CM-1"]
    assert list(listed(api, system="connectwise")) == ["CM-3"]
    assert list(listed(api, status="partial")) == ["CM-1"]
    assert list(listed(api, **{"from": "2026-11-01", "to": "2026-11-02"})) == ["CM-2"]
    assert not listed(api, customer="quickbooks-q1", system="connectwise")


def test_c4_i5_what_is_left_out_void_or_gone_says_so(api: FakeApi) -> None:
    api.world.book.save(
        TENANT,
        [
            credit_memo("c60", "OUT", 100, keeping=Keeping(left_out=True)),
            credit_memo("q61", "VOID", 0, standing=Standing.VOID),
            credit_memo("q62", "GONE", 100, standing=Standing.DELETED),
        ],
    )
    assert "VOID" in listed(api)
    assert not {"OUT", "GONE"} & set(listed(api))
    assert list(listed(api, status="left_out")) == ["OUT"]
    assert list(listed(api, status="void")) == ["VOID"]
    assert list(listed(api, status="archived")) == ["GONE"]


def test_i3_a_credit_memo_shows_the_payments_that_apply_it(api: FakeApi) -> None:
    api.world.book.save(
        TENANT,
        [
            payment("q77", {"q1001": 100, "q1002": 50}, credited={"q50": 2_500}),
            payment("q78", {}, credited={"q51": 300}),
            payment("q79", {}, credited={"q50": 400}, standing=Standing.VOID),
        ],
    )
    shown = api.call("GET", "/v1/credit-memos/quickbooks-q50").body
    assert (shown["total"], shown["remaining"]) == ("50.00", "20.00")
    assert [(line["description"], line["amount"], line["kind"]) for line in shown["lines"]] == [
        ("Refund of a dock", "50.00", "item")
    ]
    assert shown["applied"] == [
        {
            "payment": "quickbooks-q77",
            "paid_on": "2026-11-03",
            "amount": "25.00",
            "invoices": ["quickbooks-q1001", "quickbooks-q1002"],
        }
    ]
    assert shown["applied_elsewhere"] == "5.00"


def test_i3_connectwise_does_not_say_where_a_credit_went(api: FakeApi) -> None:
    shown = api.call("GET", "/v1/credit-memos/connectwise-c52").body
    assert (shown["applied"], shown["applied_elsewhere"]) == ([], "9.00")


def test_looking_for_payments_ends_with_what_is_applied(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    real = api.world.book.list_records

    def counted(*given: Any, **named: Any) -> Any:
        reads.append(named["cursor"])
        return real(*given, **named)

    monkeypatch.setattr(api.world.book, "list_records", counted)
    many = [payment(f"q{number}", {}, credited={"q50": 1}) for number in range(2_000, 4_000)]
    api.world.book.save(TENANT, many)
    shown = api.call("GET", "/v1/credit-memos/quickbooks-q50").body
    assert (len(shown["applied"]), len(reads)) == (1_000, 5)
    reads.clear()
    api.call("GET", "/v1/credit-memos/quickbooks-q51")
    assert reads == [], "nothing of it is applied, so there is nothing to look for"


def test_x6_anothers_is_not_there(api: FakeApi) -> None:
    assert api.call("GET", "/v1/credit-memos/quickbooks-q50", tenant=OTHER_TENANT).status == 404
    assert api.call("GET", "/v1/credit-memos", tenant=OTHER_TENANT).body["credit_memos"] == []
    assert api.world.book.load(TENANT, ref_of(Kind.CREDIT_MEMO, "q50")) is not None
