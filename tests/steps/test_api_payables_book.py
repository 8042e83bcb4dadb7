"""Payables as they are listed and shown: each once, with what is open in both books and how far it has come (B1 to B6)."""

from datetime import date, timedelta
from typing import Any

import pytest
from crossfoot.core.model import PLATFORM, Kind, Ref, Standing
from crossfoot.core.payables.preferences import Direction
from crossfoot.core.payables.profile import PaymentSync, ProfileFacts
from crossfoot.core.payables.records import Bill, PayState

from tests.fakes.api import OTHER_TENANT
from tests.fakes.filing import TODAY
from tests.fakes.payables_office import PayablesOffice
from tests.fakes.records import STAMP
from tests.fakes.world import TENANT

CLASSIC = ProfileFacts(override=PaymentSync.CLASSIC)


@pytest.fixture
def office() -> PayablesOffice:
    return PayablesOffice()


def entered(office: PayablesOffice, number: str = "bill_1", **members: Any) -> str:
    """Tell of a bill, which is entered. Returns: its id in QuickBooks."""
    office.vendor()
    ref = office.bill(number, **members)
    office.world.settle()
    return office.copy_id(ref)


# --- bills ---------------------------------------------------------------------------------------------------------------


def test_a_bill_in_both_books_is_listed_once_by_its_id_on_the_platform(office: PayablesOffice) -> None:
    copy = entered(office)
    office.sync()
    (bill,) = office.listed("bills").values()
    assert (bill["id"], bill["ids"]) == ("platform-bill_1", ["platform-bill_1", f"quickbooks-{copy}"])
    assert bill["vendor"] == {"id": "platform-ven_1", "name": "Acme"}
    assert (bill["total"], bill["open"], bill["open_in_quickbooks"]) == ("100.00", "100.00", "100.00")
    assert (bill["status"], bill["progress"], bill["reason"]["code"]) == ("open", "synced", "entered")
    assert list(office.listed("bills", system="quickbooks")) == ["platform-bill_1"]
    assert list(office.listed("bills", system="platform")) == ["platform-bill_1"]


def test_b1_a_bill_made_in_quickbooks_is_listed_where_it_came_in(office: PayablesOffice) -> None:
    there = office.bill_there()
    assert office.listed("bills") == {}
    office.sync()
    bill = office.listed("bills")[str(there.ref)]
    assert (bill["ids"], bill["progress"], bill["reason"]["code"]) == ([str(there.ref)], "synced", "came_in")
    assert (bill["open"], bill["open_in_quickbooks"]) == ("50.00", "50.00")
    assert office.listed("bills", system="platform") == {}


@pytest.mark.parametrize("asked", ["platform-bill_1", "quickbooks"])
def test_a_bill_is_shown_by_either_id_with_both_copies_its_lines_and_its_payments(
    office: PayablesOffice, asked: str
) -> None:
    copy = entered(office)
    office.credit()
    paid = office.pay("pay_1", {"platform-bill_1": 60_00}, {"platform-vc_1": 20_00})
    office.settle()
    shown = office.get(f"/v1/bills/{asked if asked.startswith('platform') else f'quickbooks-{copy}'}")
    assert (shown["id"], shown["status"], shown["open"], shown["open_in_quickbooks"]) == (
        "platform-bill_1", "partial", "40.00", "40.00",
    )  # fmt: skip
    assert [(each["system"], [line["amount"] for line in each["lines"]]) for each in shown["copies"]] == [
        ("platform", ["100.00"]), ("quickbooks", ["100.00"]),
    ]  # fmt: skip
    (payment,) = shown["payments"]
    assert payment["ids"] == ["platform-pay_1", f"quickbooks-{office.copy_id(paid)}"]
    assert (payment["total"], payment["bills"], payment["credits"]) == (
        "40.00",
        [{"id": "platform-bill_1", "amount": "60.00"}],
        [{"id": "platform-vc_1", "amount": "20.00"}],
    )


def test_a_bill_that_was_only_just_entered_is_found_by_its_id_there_before_anybody_read_it(
    office: PayablesOffice,
) -> None:
    copy = entered(office)
    shown = office.get(f"/v1/bills/quickbooks-{copy}")
    assert (shown["id"], shown["open_in_quickbooks"]) == ("platform-bill_1", "100.00")
    assert [each["system"] for each in shown["copies"]] == ["platform"]


def test_b4_a_scheduled_payment_leaves_the_bill_open_and_says_so(office: PayablesOffice) -> None:
    entered(office)
    office.pay("pay_1", {"platform-bill_1": 60_00}, state=PayState.SCHEDULED)
    office.world.settle()
    bill = office.listed("bills")["platform-bill_1"]
    assert (bill["status"], bill["open"], bill["scheduled"], bill["open_in_quickbooks"]) == (
        "open", "100.00", "60.00", "100.00",
    )  # fmt: skip
    (payment,) = office.listed("bill-payments").values()
    assert (payment["status"], payment["progress"], payment["reason"]["code"]) == ("scheduled", "waiting", "paid_later")


def test_b6_under_the_classic_profile_what_is_paid_in_quickbooks_stays_open_on_the_platform() -> None:
    office = PayablesOffice(facts=CLASSIC)
    there = office.bill_there()
    office.sync()
    assert there.vendor is not None
    payment = office.world.our_payables.pay(there.vendor.id, {there.ref.id: 50_00})
    office.sync()
    bill = office.listed("bills", status="open")[str(there.ref)]
    assert (bill["open"], bill["open_in_quickbooks"]) == ("50.00", "0.00")
    assert office.listed("bill-payments") == {}
    (left_out,) = office.listed("bill-payments", status="left_out").values()
    assert (left_out["id"], left_out["reason"]["code"]) == (str(payment.ref), "classic_profile")


def test_lists_are_narrowed_by_status_progress_vendor_and_day(office: PayablesOffice) -> None:
    entered(office)
    office.bill("bill_2", issued_on=TODAY - timedelta(days=3))
    office.bill("bill_3", number="")
    office.pay("pay_1", {"platform-bill_1": 100_00})
    there = office.bill_there()
    office.settle()
    assert set(office.listed("bills")) == {"platform-bill_1", "platform-bill_2", "platform-bill_3", str(there.ref)}
    assert list(office.listed("bills", status="paid")) == ["platform-bill_1"]
    assert set(office.listed("bills", status="open")) == {"platform-bill_2", "platform-bill_3", str(there.ref)}
    refused = office.listed("bills", progress="refused")
    assert {id_: each["reason"]["code"] for id_, each in refused.items()} == {"platform-bill_3": "no_number"}
    assert list(office.listed("bills", to=str(TODAY - timedelta(days=1)))) == ["platform-bill_2"]
    vendor = office.copy_id(office.vendor())
    assert set(office.listed("bills", vendor="platform-ven_1")) == {
        "platform-bill_1", "platform-bill_2", "platform-bill_3",
    }  # fmt: skip
    assert set(office.listed("bills", vendor=f"quickbooks-{vendor}")) == {"platform-bill_1", "platform-bill_2"}
    assert set(office.listed("bills", vendor=str(there.vendor))) == {str(there.ref)}


def test_pages_follow_each_other_and_each_bill_is_on_one(office: PayablesOffice) -> None:
    office.vendor()
    for place in range(5):
        office.bill(f"bill_{place}", issued_on=TODAY - timedelta(days=place))
    there = office.bill_there(on=TODAY - timedelta(days=2))
    office.settle()
    found: list[str] = []
    cursor = ""
    for _ in range(10):
        page = office.get("/v1/bills", limit="2", cursor=cursor)
        found += [each["id"] for each in page["bills"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert sorted(found) == sorted([*(f"platform-bill_{place}" for place in range(5)), str(there.ref)])


def test_what_was_deleted_or_does_not_come_shows_where_it_is_asked_for(office: PayablesOffice) -> None:
    entered(office)
    office.change(office.bill("bill_2"), standing=Standing.DELETED)
    eur = office.bill_there("EUR-1", currency="EUR")
    office.settle()
    assert list(office.listed("bills")) == ["platform-bill_1"]
    assert list(office.listed("bills", status="deleted")) == ["platform-bill_2"]
    assert list(office.listed("bills", status="left_out")) == [str(eur.ref)]
    assert set(office.listed("bills", include_deleted="true", include_left_out="true")) == {
        "platform-bill_1", "platform-bill_2", str(eur.ref),
    }  # fmt: skip


def test_b5_a_bill_that_was_deleted_there_and_entered_anew_is_told_once_by_every_id_it_had(
    office: PayablesOffice,
) -> None:
    office.one_way()
    first = entered(office)
    office.sync()
    office.world.our_payables.delete_bill(first)
    office.sync()
    office.change(office.bill(), total_minor=120_00)
    office.settle()
    second = office.copy_id(Ref(PLATFORM, Kind.BILL, "bill_1"))
    assert second != first
    (bill,) = office.listed("bills", system="quickbooks").values()
    assert bill["ids"] == ["platform-bill_1", f"quickbooks-{second}"]
    for id_ in ("platform-bill_1", f"quickbooks-{first}", f"quickbooks-{second}"):
        assert office.get(f"/v1/bills/{id_}")["ids"] == bill["ids"]


# --- how far it has come -------------------------------------------------------------------------------------------------


def test_x1_what_waits_or_is_refused_says_why(office: PayablesOffice) -> None:
    office.choose(expense_account_id="")
    office.vendor()
    office.bill()
    office.world.settle()
    bill = office.listed("bills")["platform-bill_1"]
    assert (bill["progress"], bill["reason"]["code"], bill["open_in_quickbooks"]) == (
        "waiting", "preferences_missing", None,
    )  # fmt: skip
    assert bill["reason"]["fix"]


def test_b7_what_waits_for_sync_now_says_so(office: PayablesOffice) -> None:
    office.choose(auto_sync=False)
    office.vendor()
    office.world.settle()
    (vendor,) = office.listed("vendors").values()
    assert (vendor["progress"], vendor["reason"]["code"]) == ("waiting", "sync_by_hand")
    office.sync()
    (vendor,) = office.listed("vendors").values()
    assert (vendor["progress"], vendor["reason"]["code"]) == ("synced", "entered")


def test_what_was_told_a_moment_ago_is_next_in_line(office: PayablesOffice) -> None:
    entered(office)
    office.change(office.bill("bill_2"), total_minor=70_00)
    assert office.listed("bills")["platform-bill_2"]["progress"] == "pending"
    office.world.settle()
    assert office.listed("bills")["platform-bill_2"]["progress"] == "synced"


def test_b5_what_people_change_in_quickbooks_and_does_not_come_back_says_so(office: PayablesOffice) -> None:
    copy = entered(office)
    office.choose(direction=Direction.TO_ACCOUNTING)
    office.world.our_payables.change_costs(copy, 90_00)
    office.settle()
    bill = office.listed("bills")["platform-bill_1"]
    assert (bill["progress"], bill["reason"]["code"]) == ("refused", "not_brought_back")
    assert (bill["open"], bill["open_in_quickbooks"]) == ("100.00", "90.00")


@pytest.mark.parametrize("standing", [Standing.VOID, Standing.DELETED])
@pytest.mark.parametrize("is_read", [False, True], ids=["not read since", "read since"])
def test_what_we_deleted_in_quickbooks_is_not_listed_as_there(
    office: PayablesOffice, standing: Standing, is_read: bool
) -> None:
    copy = entered(office)
    office.sync()
    office.change(Ref(PLATFORM, Kind.BILL, "bill_1"), standing=standing)
    office.world.settle()
    if is_read:
        office.sync()
    assert office.listed("bills", system="quickbooks") == {}
    (bill,) = office.listed("bills", system="quickbooks", include_deleted="true").values()
    assert bill["ids"] == ["platform-bill_1", f"quickbooks-{copy}"]
    if standing is Standing.VOID:
        assert list(office.listed("bills", system="platform")) == ["platform-bill_1"]


# --- vendors, credits, payments ------------------------------------------------------------------------------------------


def test_vendors_are_listed_by_name_each_once(office: PayablesOffice) -> None:
    office.vendor("ven_1", "Zenith")
    office.vendor("ven_2", "acme paper")
    there = office.world.our_payables.add_vendor("Mill")
    office.settle()
    assert [each["name"] for each in office.listed("vendors").values()] == ["acme paper", "Mill", "Zenith"]
    assert [each["name"] for each in office.listed("vendors", search="ACME").values()] == ["acme paper"]
    assert list(office.listed("vendors", system="platform")) == ["platform-ven_2", "platform-ven_1"]
    assert set(office.listed("vendors", system="quickbooks")) == {"platform-ven_2", str(there.ref), "platform-ven_1"}
    assert office.get(f"/v1/vendors/{there.ref}")["name"] == "Mill"
    assert office.listed("vendors", status="inactive") == {}


def test_b4_a_vendor_credit_says_what_remains_of_it_in_both_books(office: PayablesOffice) -> None:
    entered(office)
    office.credit()
    office.pay("pay_1", {"platform-bill_1": 10_00}, {"platform-vc_1": 10_00})
    office.settle()
    (credit,) = office.listed("vendor-credits").values()
    assert (credit["status"], credit["remaining"], credit["remaining_in_quickbooks"]) == ("partial", "20.00", "20.00")
    shown = office.get("/v1/vendor-credits/platform-vc_1")
    assert [each["id"] for each in shown["payments"]] == ["platform-pay_1"]
    assert [copy["system"] for copy in shown["copies"]] == ["platform", "quickbooks"]
    assert list(office.listed("vendor-credits", status="partial")) == ["platform-vc_1"]
    assert office.listed("vendor-credits", status="open") == {}


def test_a_payment_that_takes_more_than_is_open_is_refused_and_says_so(office: PayablesOffice) -> None:
    entered(office)
    office.pay("pay_1", {"platform-bill_1": 70_00}, on=date(2026, 11, 2))
    office.pay("pay_2", {"platform-bill_1": 70_00})
    office.settle()
    payments = office.listed("bill-payments")
    assert {id_: (each["progress"], each["reason"]["code"]) for id_, each in payments.items()} == {
        "platform-pay_1": ("synced", "entered"),
        "platform-pay_2": ("refused", "more_than_open"),
    }
    assert office.get("/v1/bill-payments/platform-pay_2") == payments["platform-pay_2"]


@pytest.mark.parametrize(
    "path", ["/v1/vendors", "/v1/bills", "/v1/vendor-credits", "/v1/bill-payments", "/v1/payables/not-imported"]
)
def test_x6_anothers_payables_are_not_there(office: PayablesOffice, path: str) -> None:
    entered(office)
    office.credit()
    office.pay("pay_1", {"platform-bill_1": 10_00})
    office.bill_there("EUR-1", currency="EUR")
    office.settle()
    body = office.api.call("GET", path, tenant=OTHER_TENANT).body
    assert [value for value in body.values() if isinstance(value, list)] == [[]]
    ids = {"vendors": "ven_1", "bills": "bill_1", "vendor-credits": "vc_1", "bill-payments": "pay_1"}
    if path.rpartition("/")[2] in ids:
        one = f"{path}/platform-{ids[path.rpartition('/')[2]]}"
        assert office.api.call("GET", one).status == 200
        assert office.api.call("GET", one, tenant=OTHER_TENANT).status == 404


# --- what a page reads -------------------------------------------------------------------------------------------------


def test_a_list_reads_no_more_than_its_page_however_many_there_are(
    office: PayablesOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.vendor()
    office.world.book.save(TENANT, [_old_bill(number) for number in range(60)])
    book, asked = office.world.book, []
    read, load = book.list_records, book.load_bill_payments_of

    def listed(*given: Any, **named: Any) -> Any:
        asked.append(named["limit"])
        return read(*given, **named)

    def loaded(tenant: str, refs: Any) -> Any:
        refs = list(refs)
        asked.append(len(refs))
        return load(tenant, refs)

    monkeypatch.setattr(book, "list_records", listed)
    monkeypatch.setattr(book, "load_bill_payments_of", loaded)
    page = office.get("/v1/bills", limit="5")
    assert (len(page["bills"]), asked) == (5, [5, 5])
    asked.clear()
    page = office.get("/v1/bills", limit="5", status="paid")
    assert (page["bills"], bool(page["next_cursor"])) == ([], True)
    assert sum(asked) == 2 * 5 * 4, "a filter that lets nothing through ends with its part of the list"


def _old_bill(number: int) -> Bill:
    ref, vendor = Ref(PLATFORM, Kind.BILL, f"old_{number}"), Ref(PLATFORM, Kind.VENDOR, "ven_1")
    return Bill(ref, STAMP, Standing.LIVE, f"OLD-{number}", vendor, "", TODAY, None, "USD", 100, 100, lines=())
