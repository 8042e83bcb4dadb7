"""Payments made outside, marked on bills and invoices: sent nowhere, taken back at any time (B8)."""

from dataclasses import replace
from typing import Any

import pytest
from crossfoot.core.model import ACCOUNTING, PLATFORM, PSA, Invoice, Kind, OutsidePayment, Payment, Ref, Standing
from crossfoot.core.payables.records import Bill, PayState
from crossfoot.core.preferences import Preferences, UnappliedMoney

from tests.fakes.api import FakeApi, Reply
from tests.fakes.payables_office import PayablesOffice
from tests.fakes.telling import FakePlatform
from tests.fakes.world import TENANT

CASH = {"paid_on": "2026-11-02", "method": "cash", "note": "At the counter"}
INVOICE = "/v1/invoices/quickbooks-q1001/outside-payment"


@pytest.fixture
def office() -> PayablesOffice:
    """A partner with a bill that was made on the platform, and stands in QuickBooks."""
    office = PayablesOffice()
    office.vendor()
    office.bill()
    office.settle()
    return office


def mark(office: PayablesOffice, id_: str = "platform-bill_1", **changed: Any) -> Reply:
    return office.api.call("PUT", f"/v1/bills/{id_}/outside-payment", body={**CASH, **changed})


def unmark(office: PayablesOffice, id_: str = "platform-bill_1") -> Reply:
    return office.api.call("DELETE", f"/v1/bills/{id_}/outside-payment")


def refused(reply: Reply) -> tuple[int, str, str]:
    return reply.status, reply.body["code"], reply.body["detail"]


# --- bills ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["platform", "quickbooks"])
def test_b8_a_bill_is_marked_in_both_copies_whichever_is_named_and_nothing_is_sent(
    office: PayablesOffice, by: str
) -> None:
    copy = office.copy_id(Ref(PLATFORM, Kind.BILL, "bill_1"))
    before, writes = office.shown(), office.world.our_payables.writes
    shown = mark(office, "platform-bill_1" if by == "platform" else f"quickbooks-{copy}")
    assert (shown.status, shown.body["status"], shown.body["open"]) == (200, "paid_outside", "0.00")
    assert shown.body["outside_payment"] == CASH
    for ref in (Ref(PLATFORM, Kind.BILL, "bill_1"), Ref(ACCOUNTING, Kind.BILL, copy)):
        record = office.world.book.load(TENANT, ref)
        assert isinstance(record, Bill)
        assert record.keeping.outside is not None
    office.settle()
    assert (office.shown(), office.world.our_payables.writes) == (before, writes)
    assert list(office.listed("bills", status="paid_outside")) == ["platform-bill_1"]


def test_b8_a_mark_is_told_in_the_story_and_taken_back_with_a_word(office: PayablesOffice) -> None:
    mark(office)
    assert "by cash" in office.now("bill", "platform-bill_1")["marked_paid_outside"]["sentence"]
    shown = unmark(office)
    assert (shown.status, shown.body["status"], shown.body["outside_payment"]) == (200, "open", None)
    story = office.get("/v1/records/bill/platform-bill_1/explain")["story"]
    told = [line["why"]["code"] for line in story if line["effect"] is None]
    assert told == ["marked_paid_outside", "outside_taken_back"]
    assert "marked_paid_outside" not in office.now("bill", "platform-bill_1")


def test_b8_a_second_press_tells_nothing_twice_and_another_mark_takes_its_place(office: PayablesOffice) -> None:
    ref = Ref(PLATFORM, Kind.BILL, "bill_1")
    assert mark(office).body == mark(office).body
    assert office.codes(ref) == ["marked_paid_outside"]
    assert mark(office, method="cheque").body["outside_payment"]["method"] == "cheque"
    unmark(office)
    assert unmark(office).body["status"] == "open"
    assert office.codes(ref) == ["marked_paid_outside", "marked_paid_outside", "outside_taken_back"]


def test_b8_a_bill_made_in_quickbooks_is_marked_too_and_stays_so_as_it_is_read_again(office: PayablesOffice) -> None:
    there = office.bill_there()
    office.sync()
    assert mark(office, str(there.ref)).body["status"] == "paid_outside"
    office.world.our_payables.change_costs(there.ref.id, 60_00)
    office.sync()
    bill = office.listed("bills")[str(there.ref)]
    assert (bill["total"], bill["status"], bill["open"]) == ("60.00", "paid_outside", "0.00")


def test_b8_a_mark_stays_when_the_platform_tells_of_the_bill_again(office: PayablesOffice) -> None:
    mark(office)
    office.change(Ref(PLATFORM, Kind.BILL, "bill_1"), note="Told again")
    office.settle()
    assert office.listed("bills")["platform-bill_1"]["status"] == "paid_outside"


def test_b8_what_is_left_of_a_part_paid_bill_may_be_marked(office: PayablesOffice) -> None:
    office.pay("pay_1", {"platform-bill_1": 30_00})
    office.settle()
    shown = mark(office).body
    assert (shown["status"], shown["open"], shown["open_in_quickbooks"]) == ("paid_outside", "0.00", "70.00")


def test_b8_a_bill_that_a_payment_of_the_platform_has_paid_is_not_marked(office: PayablesOffice) -> None:
    office.pay("pay_1", {"platform-bill_1": 100_00})
    office.settle()
    assert refused(mark(office)) == (409, "paid_here", "This bill is paid already by payment pay_1.")
    assert office.listed("bills")["platform-bill_1"]["outside_payment"] is None


def test_b8_a_bill_that_a_payment_is_scheduled_for_is_not_marked_or_it_would_be_paid_twice(
    office: PayablesOffice,
) -> None:
    ref = office.pay("pay_1", {"platform-bill_1": 100_00}, state=PayState.SCHEDULED)
    office.settle()
    assert refused(mark(office)) == (409, "paid_here", "Payment pay_1 of the platform is scheduled for this bill.")
    office.change(ref, standing=Standing.VOID)
    office.settle()
    assert mark(office).status == 200


def test_b8_what_nobody_is_to_pay_is_not_marked(office: PayablesOffice) -> None:
    foreign = office.bill_there(currency="EUR")
    office.change(office.bill("bill_2"), standing=Standing.DELETED)
    office.settle()
    assert refused(mark(office, str(foreign.ref)))[:2] == (409, "not_payable")
    assert refused(mark(office, "platform-bill_2"))[:2] == (409, "not_payable")
    assert mark(office, "platform-bill_9").status == 404


def test_b8_a_payment_that_a_mark_held_up_goes_through_when_it_is_taken_back(office: PayablesOffice) -> None:
    mark(office)
    ref = office.pay("pay_1", {"platform-bill_1": 100_00})
    office.settle()
    assert office.held(ref) == ["paid_outside"]
    unmark(office)
    office.world.settle()
    assert (office.held(ref), office.payments()) == ([], [(100_00, [100_00], [])])


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"paid_on": "2027-11-02"}, "paid_on"), ({"paid_on": "soon"}, "paid_on"), ({"method": ""}, "method")],
)
def test_a_mark_that_cannot_be_is_named(office: PayablesOffice, changed: dict[str, str], field: str) -> None:
    reply = mark(office, **changed)
    assert (reply.status, reply.body["errors"][0]["field"]) == (400, field)


# --- invoices -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def api() -> FakeApi:
    """Two open invoices of one customer, in both systems; unapplied money goes to what is open."""
    api = FakeApi()
    api.connect_both()
    for number in ("1001", "1002"):
        api.world.invoice_in_both(number, 100_00)
    api.world.preferences.save(
        TENANT, Preferences(external_payments_enabled=True, unapplied_money=UnappliedMoney.OLDEST_FIRST)
    )
    api.work()
    return api


def test_b8_an_invoice_is_marked_in_both_copies_and_shown_so_by_either(api: FakeApi) -> None:
    rows, writes = api.world.rows("1001"), api.world.our_payments.writes
    assert api.call("PUT", INVOICE, body=CASH).body["outside_payment"] == CASH
    assert api.call("GET", "/v1/invoices/connectwise-c1001").body["outside_payment"] == CASH
    for ref in (Ref(ACCOUNTING, Kind.INVOICE, "q1001"), Ref(PSA, Kind.INVOICE, "c1001")):
        record = api.world.book.load(TENANT, ref)
        assert isinstance(record, Invoice)
        assert record.keeping.outside is not None
    api.work()
    assert (api.world.rows("1001"), api.world.our_payments.writes) == (rows, writes)
    story = api.call("GET", "/v1/records/invoice/quickbooks-q1001/explain").body
    assert {"marked_paid_outside", "payments_entered_all_the_same"} < {each["code"] for each in story["now"]}
    shown = api.call("DELETE", INVOICE)
    assert (shown.status, shown.body["outside_payment"]) == (200, None)


def marked(record: Any) -> Any:
    return replace(record, keeping=replace(record.keeping, outside=OutsidePayment(record.issued_on, "cash")))


@pytest.mark.parametrize(
    ("copies", "expected"),
    [
        ((), {"quickbooks-q1001": 50_00, "quickbooks-q1002": 100_00}),
        (("q1001", "c1001"), {"quickbooks-q1002": 100_00}),
        (("c1001",), {"quickbooks-q1002": 100_00}),
    ],
    ids=["unmarked", "in both copies", "in one that was joined later"],
)
def test_b8_unapplied_money_is_not_put_on_an_invoice_that_was_paid_outside(
    api: FakeApi, copies: tuple[str, ...], expected: dict[str, int]
) -> None:
    refs = [Ref(ACCOUNTING if id_.startswith("q") else PSA, Kind.INVOICE, id_) for id_ in copies]
    api.world.book.revise(TENANT, refs, marked)
    FakePlatform(api.world).pay("pay_1", {"quickbooks-q1002": 150_00})
    api.work()
    (receipt,) = (each for each in api.world.quickbooks.records.values() if isinstance(each, Payment))
    assert {str(part.invoice): part.amount_minor for part in receipt.allocations} == expected


def test_b8_a_payment_that_names_a_marked_invoice_is_entered_all_the_same(api: FakeApi) -> None:
    assert api.call("PUT", INVOICE, body=CASH).status == 200
    FakePlatform(api.world).pay("pay_1", {"quickbooks-q1001": 100_00})
    api.work()
    (receipt,) = (each for each in api.world.quickbooks.records.values() if isinstance(each, Payment))
    assert [(part.invoice.id, part.amount_minor) for part in receipt.allocations] == [("q1001", 100_00)]


def test_b8_an_invoice_that_is_paid_is_not_marked(api: FakeApi) -> None:
    FakePlatform(api.world).pay("pay_1", {"quickbooks-q1001": 100_00})
    assert refused(api.call("PUT", INVOICE, body=CASH)) == (
        409, "paid_here", "100.00 USD of this invoice were paid on the platform already, by payment pay_1.",
    )  # fmt: skip
    api.world.quickbooks.pay("77", {"q1002": 100_00})
    api.work()
    reply = api.call("PUT", INVOICE.replace("1001", "1002"), body=CASH)
    assert refused(reply) == (409, "paid_here", "This invoice is paid already: nothing of it is open.")
