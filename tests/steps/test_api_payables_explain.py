"""The story of a payable: what happened, why not, and what now, whether it was ever tried or not (B1 to B8, X1)."""

from typing import Any

import pytest
from crossfoot.core.model import PLATFORM, Kind, Ref
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.records import PayState

from tests.fakes.api import FakeApi
from tests.fakes.filing import TODAY
from tests.fakes.payables_office import PayablesOffice
from tests.fakes.records import credit_memo, invoice
from tests.fakes.world import TENANT


@pytest.fixture
def office() -> PayablesOffice:
    return PayablesOffice()


def explain(office: PayablesOffice, kind: str, id_: str) -> Any:
    return office.get(f"/v1/records/{kind}/{id_}/explain")


@pytest.mark.parametrize(
    ("kind", "id_"), [("vendor", "ven_1"), ("bill", "bill_1"), ("vendor_credit", "vc_1"), ("bill_payment", "pay_1")]
)
def test_x1_a_record_of_the_platform_tells_its_writes_and_its_id_in_quickbooks(
    office: PayablesOffice, kind: str, id_: str
) -> None:
    office.vendor()
    office.bill()
    office.credit()
    office.pay("pay_1", {"platform-bill_1": 50_00}, {"platform-vc_1": 30_00})
    office.settle()
    told = explain(office, kind, f"platform-{id_}")
    assert told["now"][0]["code"] == "entered"
    (line,) = told["story"]
    assert (line["effect"]["kind"], line["effect"]["state"]) == ("payable", "confirmed")
    there = f"quickbooks-{line['effect']['remote_id']}"
    assert there in told["ids"]
    assert explain(office, kind, there)["story"] == told["story"], "both copies tell one story"


def test_x1_a_write_of_payables_is_not_undone_here_and_says_what_to_do_instead(office: PayablesOffice) -> None:
    office.vendor()
    office.settle()
    (line,) = explain(office, "vendor", "platform-ven_1")["story"]
    undo = line["effect"]["undo"]
    assert (undo["possible"], undo["takes_back"]) == (False, [])
    assert "void or delete" in undo["reason"]
    path = f"/v1/records/vendor/platform-ven_1/effects/{line['effect']['key']}/undo"
    reply = office.api.call("POST", path, body={})
    assert (reply.status, reply.body["code"]) == (409, "cannot_undo")
    assert reply.body["fix"] == "Void or delete the record on the platform."
    reply = office.api.call("POST", "/v1/records/vendor/platform-ven_1/release", body={})
    assert (reply.status, reply.body["code"]) == (409, "never_held")


def test_b3_a_record_that_waits_for_preferences_says_so_before_and_after_it_was_tried(office: PayablesOffice) -> None:
    office.choose(bank_account_id="")
    office.vendor()
    now = office.now("vendor", "platform-ven_1")
    assert (list(now), now["nothing_syncs"]["rule"]) == (["pending", "nothing_syncs"], "B3")
    assert "the bank account" in now["nothing_syncs"]["sentence"]
    office.world.settle()
    assert list(office.now("vendor", "platform-ven_1")) == ["preferences_missing"]


def test_c7_a_record_that_was_never_tried_says_that_quickbooks_cannot_be_read(office: PayablesOffice) -> None:
    assert office.api.call("DELETE", "/v1/connections/quickbooks").status == 204
    office.vendor()
    now = office.now("vendor", "platform-ven_1")
    assert (list(now), now["nothing_syncs"]["rule"]) == (["pending", "nothing_syncs"], "C7")
    assert "QuickBooks" in now["nothing_syncs"]["sentence"]


def test_b4_a_bill_says_what_is_open_in_both_books(office: PayablesOffice) -> None:
    office.vendor()
    office.bill()
    office.pay("pay_1", {"platform-bill_1": 40_00}, state=PayState.SCHEDULED)
    office.settle()
    said = office.now("bill", "platform-bill_1")["open_amounts"]["sentence"]
    assert said == "100.00 USD of it is open on the platform (40.00 USD scheduled), and 100.00 USD in QuickBooks."


@pytest.mark.parametrize(
    ("number", "currency", "code", "rule"), [("", "USD", "no_number", "B2"), ("Q-1", "EUR", "other_currency", "B2")]
)
def test_b2_a_bill_that_does_not_come_says_why_and_its_documents_never_do(
    office: PayablesOffice, number: str, currency: str, code: str, rule: str
) -> None:
    there = office.bill_there(number, currency=currency)
    office.sync()
    now = office.now("bill", str(there.ref))
    assert (next(iter(now)), now[code]["rule"]) == (code, rule)
    assert now[code]["fix"]
    assert now["documents_do_not_sync"]["rule"] == "B2"
    assert [line["why"]["code"] for line in explain(office, "bill", str(there.ref))["story"]] == [code]


def test_b1_a_bill_that_may_come_by_now_says_that_it_comes_with_the_next_sync(office: PayablesOffice) -> None:
    there = office.bill_there(currency="EUR")
    office.sync()
    office.choose(home_currency="EUR")
    assert next(iter(office.now("bill", str(there.ref)))) == "comes_with_next_sync"
    office.sync()
    assert next(iter(office.now("bill", str(there.ref)))) == "came_in"


def test_what_is_deleted_in_quickbooks_says_so(office: PayablesOffice) -> None:
    there = office.bill_there()
    office.sync()
    office.world.our_payables.delete_bill(there.ref.id)
    office.sync()
    assert next(iter(office.now("bill", str(there.ref)))) == "deleted_there"


# --- what was never tried -------------------------------------------------------------------------------------------------


def missing(office: PayablesOffice, id_: str = "quickbooks-999", kind: str = "bill") -> str:
    reply = office.api.call("GET", f"/v1/records/{kind}/{id_}/explain")
    assert (reply.status, reply.body["code"]) == (404, "not_found")
    fix: str = reply.body["fix"]
    return fix


def test_x1_a_bill_that_no_sync_has_read_says_so_and_what_brings_it(office: PayablesOffice) -> None:
    assert "no sync of payables has run yet" in missing(office)
    office.begin()
    assert "a sync is under way" in missing(office)
    office.world.settle()
    assert "at the last sync" in missing(office)
    office.choose(bank_account_id="")
    assert "Nothing syncs until the bank account is chosen" in missing(office)


def test_x1_a_sync_that_failed_is_named_as_the_reason(office: PayablesOffice) -> None:
    office.choose(bank_account_id="")
    office.sync()
    office.choose(bank_account_id="35")
    assert "the last sync failed" in missing(office)
    assert missing(office).endswith("Once that is so, press Sync Now (POST /v1/syncs).")


def test_x1_what_the_platform_never_told_and_what_connectwise_never_has_says_so(office: PayablesOffice) -> None:
    assert "POST /v1/vendor-credits" in missing(office, "platform-vc_9", "vendor_credit")
    assert "ConnectWise has no part in payables" in missing(office, "connectwise-1")


# --- invoices and credit memos --------------------------------------------------------------------------------------------


def codes(api: FakeApi, kind: str, id_: str) -> set[str]:
    return {each["code"] for each in api.call("GET", f"/v1/records/{kind}/{id_}/explain").body["now"]}


def test_b1_b2_an_invoice_says_whether_it_comes_into_payables_once_they_are_set_up(office: PayablesOffice) -> None:
    office.world.book.save(
        TENANT,
        [
            invoice("q1", "q1", on=TODAY),
            invoice("q2", "q2", balance_minor=50_00),
            invoice("q3", "q3", currency="EUR"),
            invoice("c4", "c4"),
        ],
    )
    assert {"comes_in", "documents_do_not_sync"} < codes(office.api, "invoice", "quickbooks-q1")
    assert "partly_paid_before_connection" in codes(office.api, "invoice", "quickbooks-q2")
    assert "other_currency" in codes(office.api, "invoice", "quickbooks-q3")
    assert not {"comes_in", "documents_do_not_sync"} & codes(office.api, "invoice", "connectwise-c4")


def test_b2_a_credit_memo_says_that_it_does_not_sync_in_this_profile(office: PayablesOffice) -> None:
    office.world.book.save(TENANT, [credit_memo("q50", "CM-1", 5_000)])
    now = office.now("credit_memo", "quickbooks-q50")["credit_memos_do_not_sync"]
    assert (now["rule"], now["outcome"]) == ("B2", "skipped")


def test_where_payables_are_not_set_up_nothing_is_said_of_them() -> None:
    api = FakeApi()
    api.world.book.save(TENANT, [invoice("q1", "q1"), credit_memo("q50", "CM-1", 5_000)])
    assert not {"comes_in", "documents_do_not_sync"} & codes(api, "invoice", "quickbooks-q1")
    assert "credit_memos_do_not_sync" not in codes(api, "credit_memo", "quickbooks-q50")


# --- what does not come, listed -------------------------------------------------------------------------------------------


def test_b1_b2_b6_what_does_not_come_is_listed_each_with_its_reason(office: PayablesOffice) -> None:
    payables = office.world.our_payables
    vendor = payables.add_vendor("Mill").ref.id
    eur = payables.add_bill(vendor, "EUR-1", 10_00, currency="EUR")
    payables.add_bill(vendor, "IN-1", 10_00)
    foreign = payables.add_credit(vendor, "VC-1", 5_00, currency="EUR")
    alone = payables.pay(vendor, {eur.ref.id: 10_00}, currency="EUR")
    office.sync()
    assert office.not_imported("bill") == {str(eur.ref): "other_currency"}
    assert office.not_imported("vendor_credit") == {str(foreign.ref): "other_currency"}
    assert office.not_imported("bill_payment") == {str(alone.ref): "other_currency"}
    assert office.not_imported("vendor") == {}
    (shown,) = office.get("/v1/payables/not-imported")["records"]
    assert (shown["kind"], shown["number"], shown["name"], shown["currency"], shown["amount"]) == (
        "bill", "EUR-1", "Mill", "EUR", "10.00",
    )  # fmt: skip
    payables.delete_payment(alone.ref.id)
    payables.delete_bill(eur.ref.id)
    office.sync()
    assert office.not_imported("bill") == {}, "nobody waits for what is gone"


def test_b5_one_way_nothing_comes_and_each_says_so() -> None:
    office = PayablesOffice()
    office.one_way()
    there = office.bill_there()
    office.vendor()
    office.settle()
    assert office.not_imported("bill") == {str(there.ref): "one_way"}
    assert office.not_imported("vendor") == {str(there.vendor): "one_way"}


def test_b1_invoices_that_take_no_part_are_found_page_by_page(office: PayablesOffice) -> None:
    paid = [invoice(f"q{number}", f"q{number}", balance_minor=0) for number in range(6)]
    office.world.book.save(TENANT, [*paid, invoice("q7", "q7", on=TODAY), invoice("c1", "c1")])
    found: list[str] = []
    cursor = ""
    for _ in range(10):
        page = office.get("/v1/payables/not-imported", kind="invoice", limit="2", cursor=cursor)
        assert len(page["records"]) <= 2
        assert {each["why"]["code"] for each in page["records"]} <= {"paid_before_connection"}
        found += [each["id"] for each in page["records"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert sorted(found) == [f"quickbooks-q{number}" for number in range(6)]


def test_b3_the_list_says_what_keeps_everything_from_syncing() -> None:
    office = PayablesOffice(PayablesPreferences())
    obstacle = office.get("/v1/payables/not-imported")["obstacle"]
    assert "Nothing syncs until" in obstacle["problem"]
    office.choose(expense_account_id="7", income_account_id="8", bank_account_id="35")
    assert office.get("/v1/payables/not-imported")["obstacle"] is None


# --- attention ------------------------------------------------------------------------------------------------------------


def test_x1_parked_payables_are_shown_with_their_amounts_and_retried(office: PayablesOffice) -> None:
    office.choose(expense_account_id="")
    office.vendor()
    office.bill(minor=120_00)
    office.world.settle()
    listed = office.get("/v1/attention/preferences_missing")["records"]
    assert {(each["kind"], each["id"], each["amount"], each["on"], each["currency"]) for each in listed} == {
        ("bill", "platform-bill_1", "120.00", str(TODAY), "USD"),
        ("vendor", "platform-ven_1", None, None, ""),
    }
    office.choose(expense_account_id="63")
    named = [{"kind": "bill", "id": "platform-bill_1"}]
    assert office.api.call("POST", "/v1/attention/retry", body={"records": named}).body["accepted"] == 1
    office.world.settle()
    assert office.held(Ref(PLATFORM, Kind.BILL, "bill_1")) == []
    assert office.now("bill", "platform-bill_1")["entered"]
    assert office.get("/v1/attention")["causes"] == []
