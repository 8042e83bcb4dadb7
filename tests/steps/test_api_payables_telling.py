"""Payables that are told by a call: kept as by the event, once for each idempotency key (B4, X2, X6)."""

from typing import Any

import pytest
from crossfoot.core.model import PLATFORM, Kind, Ref
from crossfoot.core.payables.records import Bill
from crossfoot.messages import MirrorBill
from crossfoot.ports import Outgoing

from tests.fakes.api import OTHER_TENANT, FakeApi
from tests.fakes.platform import bill_data, bill_payment_data, vendor_credit_data, vendor_data
from tests.fakes.world import TENANT

TOLD: list[tuple[str, Kind, dict[str, Any]]] = [
    ("/v1/vendors", Kind.VENDOR, vendor_data()),
    ("/v1/bills", Kind.BILL, bill_data()),
    ("/v1/vendor-credits", Kind.VENDOR_CREDIT, vendor_credit_data()),
    ("/v1/bill-payments", Kind.BILL_PAYMENT, bill_payment_data()),
]
VENDOR = Ref(PLATFORM, Kind.VENDOR, "ven_1")
BILL = Ref(PLATFORM, Kind.BILL, "bill_1")


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.mark.parametrize(("path", "kind", "data"), TOLD)
def test_b4_what_is_told_is_kept_noted_as_waiting_and_the_accounting_is_asked_to_follow(
    api: FakeApi, path: str, kind: Kind, data: dict[str, Any]
) -> None:
    reply = api.call("POST", path, body=data)
    ref = Ref(PLATFORM, kind, data["id"])
    assert (reply.status, reply.body) == (202, {"id": str(ref), "updated_at": "2026-11-03T17:04:05Z"})
    assert api.world.book.load(TENANT, ref) is not None
    assert api.world.outbox.load(TENANT, ref) == Outgoing(ref, VENDOR)
    assert [each.record for each in api.world.queue.messages if isinstance(each, MirrorBill)] == [ref]


@pytest.mark.parametrize(("path", "kind", "data"), TOLD)
def test_x2_the_same_key_is_answered_alike_and_done_once(
    api: FakeApi, path: str, kind: Kind, data: dict[str, Any]
) -> None:
    first = api.call("POST", path, body=data, key="key-a")
    again = api.call("POST", path, body=data, key="key-a")
    assert (again.status, again.text) == (202, first.text)
    assert len(api.world.queue.messages) == 1
    other = api.call("POST", path, body={**data, "id": "other"}, key="key-a")
    assert (other.status, other.body["code"]) == (422, "idempotency_key_reused")
    assert api.world.book.load(TENANT, Ref(PLATFORM, kind, "other")) is None


def test_x5_a_bill_whose_lines_do_not_tie_is_refused_by_name_and_not_kept(api: FakeApi) -> None:
    reply = api.call("POST", "/v1/bills", body=bill_data(amount="300.01"))
    assert (reply.status, [error["field"] for error in reply.body["errors"]]) == (400, ["amount"])
    assert (api.world.book.records, api.world.outbox.waiting, api.world.queue.messages) == ({}, {}, [])


def test_x6_two_partners_may_have_bills_of_one_name(api: FakeApi) -> None:
    api.call("POST", "/v1/bills", body=bill_data())
    api.call("POST", "/v1/bills", body=bill_data(amount="7.00", lines=[]), tenant=OTHER_TENANT)
    mine, theirs = (api.world.book.load(tenant, BILL) for tenant in (TENANT, OTHER_TENANT))
    assert isinstance(mine, Bill)
    assert isinstance(theirs, Bill)
    assert (mine.total_minor, theirs.total_minor) == (30_000, 700)
