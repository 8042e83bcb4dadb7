"""Deposits: listed by date, shown with the payments that they hold (I1)."""

from datetime import date

import pytest
from crossfoot.core.model import DepositLine, Kind, Record

from tests.fakes.api import OTHER_TENANT, FakeApi
from tests.fakes.records import deposit, payment, ref_of
from tests.fakes.world import TENANT


@pytest.fixture
def api() -> FakeApi:
    api = FakeApi()
    held = DepositLine(ref_of(Kind.PAYMENT, "q77"), 0)
    unknown = DepositLine(ref_of(Kind.PAYMENT, "q99"), 0)
    fee = DepositLine(None, -290, "88", "Fee")
    records: list[Record] = [
        payment("q77", {"q1001": 10_000}, deposit=ref_of(Kind.DEPOSIT, "q200")),
        deposit("q200", 9_710, held, unknown, fee, on=date(2026, 11, 2)),
        deposit("q201", 500, on=date(2026, 11, 3)),
    ]
    api.world.book.save(TENANT, records)
    return api


def test_they_are_listed_by_date_either_way(api: FakeApi) -> None:
    for sort, expected in (("-date", ["q201", "q200"]), ("date", ["q200", "q201"])):
        found = api.call("GET", "/v1/deposits", query={"sort": sort}).body["deposits"]
        assert [each["id"].removeprefix("quickbooks-") for each in found] == expected
    one = api.call("GET", "/v1/deposits", query={"limit": "1"}).body
    assert (one["deposits"][0]["total"], one["deposits"][0]["account_name"]) == ("5.00", "Checking")
    rest = api.call("GET", "/v1/deposits", query={"limit": "1", "cursor": one["next_cursor"]}).body
    assert ([each["id"] for each in rest["deposits"]], rest["next_cursor"]) == (["quickbooks-q200"], "")


def test_a_deposit_shows_its_payments_with_their_own_amounts_and_its_fee(api: FakeApi) -> None:
    lines = api.call("GET", "/v1/deposits/quickbooks-q200").body["lines"]
    assert [(line["payment"], line["amount"], line["memo"]) for line in lines] == [
        ("quickbooks-q77", "100.00", ""),
        ("quickbooks-q99", None, ""),
        (None, "-2.90", "Fee"),
    ]


def test_a_payment_names_the_deposit_that_locks_it(api: FakeApi) -> None:
    (found,) = api.call("GET", "/v1/payments").body["payments"]
    assert found["deposit"] == "quickbooks-q200"


def test_x6_anothers_is_not_there(api: FakeApi) -> None:
    assert api.call("GET", "/v1/deposits/quickbooks-q200", tenant=OTHER_TENANT).status == 404
    assert api.call("GET", "/v1/deposits", tenant=OTHER_TENANT).body["deposits"] == []
