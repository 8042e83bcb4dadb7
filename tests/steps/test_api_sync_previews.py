"""The exact entry, shown before it is written; taken back, synced anew, and corrected after (S7, S8, S9, S10)."""

from dataclasses import replace
from typing import Any

import pytest
from crossfoot.billing import load_billings
from crossfoot.core.sync.effects import SALE
from crossfoot.core.sync.planning import plan_sale
from crossfoot.core.sync.settings import TimeEntries
from crossfoot.errors import OutcomeUnknown, RemoteUnavailable
from crossfoot.steps.api.sync_entries import show_plans

from tests.fakes.api import OTHER_TENANT
from tests.fakes.sales import HARDWARE, INCOME, PRODUCT_INCOME, SERVICES
from tests.fakes.sync_desk import SyncDesk
from tests.fakes.sync_office import PREFERENCES, invoice_ref
from tests.fakes.world import TENANT


@pytest.fixture
def desk() -> SyncDesk:
    return SyncDesk()


# --- previews ----------------------------------------------------------------------------------------------------------


def test_s8_a_preview_shows_the_entry_line_by_line_and_connectwise_beside_it(desk: SyncDesk) -> None:
    desk.office.bill("1", 150_00, 40_00, tax=13_30)
    desk.office.see()
    (shown,) = desk.preview("connectwise-c1")
    entry, ledger = shown["entry"], shown["ledger"]
    assert (shown["state"], shown["why"], shown["missing"]) == ("ready", None, [])
    assert (entry["number"], entry["customer"], entry["total"]) == ("1", {"id": "58", "name": "Contoso"}, "203.30")
    lines = [(line["item"]["name"], line["account"]["name"], line["amount"]) for line in entry["lines"]]
    assert ("Services", "Services", "150.00") in lines
    assert ("Hardware", "Sales of Product Income", "40.00") in lines
    assert sum(int(amount.replace(".", "")) for _, _, amount in lines) == 203_30
    sums = {each["account"]: each["amount"] for each in ledger["accounts"]}
    assert (ledger["total"], ledger["tax"], sums["4000"], sums["2200"]) == ("203.30", "13.30", "150.00", "13.30")


def test_s8_what_is_previewed_is_kept_and_written_byte_for_byte(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    (shown,) = desk.preview(one)
    assert desk.world.entries.load(TENANT, invoice_ref("1"), shown["digest"]) is not None
    body = {"invoices": [{"id": one, "digest": shown["digest"]}]}
    run = desk.work(desk.call("POST", "/batches", status=202, body=body))
    assert [(item["state"], item["digest"]) for item in run["items"]] == [("done", shown["digest"])]
    assert desk.office.entries() == [("1", 190_00)]


def test_s8_a_preview_writes_nothing_and_asks_each_system_once(desk: SyncDesk) -> None:
    ids = desk.bills("1", "2")
    desk.api.systems.asked.clear()
    desk.preview(*ids)
    assert sorted(desk.api.systems.asked) == ["catalogue", "postings"]
    assert (desk.world.our_sales.writes, desk.world.connectwise.writes) == (0, 0)
    assert not desk.world.effects.effects


def test_s7_what_cannot_be_written_exactly_is_refused_with_the_fix(desk: SyncDesk) -> None:
    one, two = desk.bills("1", "2")
    desk.sync(two)
    desk.call("PUT", "/mappings", body={"mappings": [{"kind": "customer", "key": "1", "target_id": None}]})
    refused, done = desk.preview(one, two)
    assert (refused["state"], refused["entry"], refused["digest"]) == ("refused", None, "")
    assert (refused["why"]["rule"], refused["why"]["code"]) == ("S7", "customer_unmapped")
    assert refused["why"]["fix"]
    assert refused["missing"] == [{"kind": "customer", "key": "1"}]
    assert (done["state"], done["why"]["code"]) == ("skipped", "synced")


def test_s4_each_line_says_where_the_revenue_lands_and_where_connectwise_would_have_put_it() -> None:
    desk = SyncDesk(replace(PREFERENCES, time_entries=TimeEntries.LINE_ITEM))
    desk.call("PUT", "/mappings", body={"mappings": [{"kind": "account", "key": "4000", "target_id": HARDWARE}]})
    (shown,) = desk.preview(*desk.bills("1"))
    line = shown["entry"]["lines"][0]
    assert (line["item"]["id"], line["account"]["id"], line["ledger_account"]) == (SERVICES, INCOME, "4000")
    assert [(each["code"], each["line"]) for each in shown["warnings"]] == [("account_differs", 0)]


def test_s8_an_answer_has_room_for_so_many_lines(desk: SyncDesk) -> None:
    desk.bills("1", "2")
    setup = desk.world.sync_settings.load(TENANT)
    assert setup is not None
    billings = load_billings(TENANT, [invoice_ref("1"), invoice_ref("2")], setup, desk.api.ports)
    catalogue = desk.world.our_sales.fetch_catalogue()
    planned = [(billing, plan_sale(billing, setup, catalogue)) for billing in billings.values()]
    one, two = show_plans(planned, catalogue, room=3)
    assert one.entry is not None
    assert two.entry is not None
    assert (len(one.entry.lines), one.entry.lines_left_out) == (2, 0)
    assert (len(two.entry.lines), two.entry.lines_left_out) == (1, 1)
    assert two.digest


@pytest.mark.parametrize(
    ("ids", "field"),
    [
        ([], "invoices"),
        (["connectwise-c1", "connectwise-404"], "invoices.1"),
        (["quickbooks-1"], "invoices.0"),
        ([f"connectwise-{number}" for number in range(101)], "invoices"),
    ],
)
def test_s8_what_cannot_be_previewed_is_named(desk: SyncDesk, ids: list[str], field: str) -> None:
    desk.bills("1")
    assert desk.problem("POST", "/previews", 400, body={"invoices": ids}) == ("bad_request", field)


def test_s8_a_system_that_does_not_answer_is_named(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    desk.api.systems.refusal = RemoteUnavailable("no answer")
    assert desk.call("POST", "/previews", status=503, body={"invoices": [one]})["code"] == "system_unavailable"


# --- undo and re-sync --------------------------------------------------------------------------------------------------


def deed(desk: SyncDesk, id_: str, what: str, *, status: int = 202, **how: Any) -> Any:
    desk.world.clock.advance(60)
    return desk.call("POST", f"/invoices/{id_}/{what}", status=status, **{"body": {}, **how})


def test_s9_one_bill_is_taken_back_and_offered_again(desk: SyncDesk) -> None:
    one, two = desk.bills("1", "2")
    desk.sync(one, two)
    run = desk.work(deed(desk, one, "undo"))
    assert (run["kind"], run["counts"]) == ("undo", {"done": 1})
    assert (desk.office.entries(), desk.office.batches()) == ([("2", 190_00)], [["2"]])
    desk.office.see()
    assert [bill["id"] for bill in desk.call("GET", "/unsynced")["bills"]] == [one]


def test_s9_some_bills_of_a_run_are_taken_back_at_once(desk: SyncDesk) -> None:
    one, two, three = desk.bills("1", "2", "3")
    desk.sync(one, two)
    undone = desk.work(desk.call("POST", "/invoices/undo", status=202, body={"invoices": [three, one, one]}))
    assert [(item["number"], item["code"] or item["state"]) for item in undone["items"]] == [
        ("3", "nothing_to_undo"),
        ("1", "done"),
    ]
    assert desk.office.entries() == [("2", 190_00)]
    assert desk.problem("POST", "/invoices/undo", 409, body={"invoices": [one, three]})[0] == "not_synced"
    unknown = desk.problem("POST", "/invoices/undo", 400, body={"invoices": [two, "connectwise-404"]})
    assert unknown == ("bad_request", "invoices.1")
    desk.problem("POST", "/invoices/undo", 409, body={"invoices": [two]}, tenant=OTHER_TENANT)
    assert desk.office.entries() == [("2", 190_00)]


def test_s9_what_was_never_synced_is_not_taken_back(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    assert deed(desk, one, "undo", status=409)["code"] == "not_synced"
    assert deed(desk, "connectwise-404", "undo", status=404)["code"] == "not_found"
    desk.sync(one)
    assert deed(desk, one, "undo", status=404, tenant=OTHER_TENANT)["code"] == "not_found"


def test_s9_what_may_stand_because_its_answer_was_lost_can_be_taken_back(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    desk.world.our_sales.answers["1"] = OutcomeUnknown("no answer")
    desk.call("POST", "/batches", status=202, body={"invoices": [{"id": one}]})
    desk.world.deliver()
    latest = desk.world.effects.load_latest(TENANT, SALE, invoice_ref("1"))
    assert latest is not None
    assert not latest.settled
    desk.world.clock.advance(3 * 3600)
    undone = desk.work(desk.call("POST", f"/invoices/{one}/undo", status=202, body={}))
    assert [item["code"] for item in undone["items"]] == ["nothing_to_undo"]
    assert desk.office.entries() == []


def test_s9_a_paid_one_is_refused_with_the_reason(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    desk.sync(one)
    desk.office.pay(invoice_ref("1"), 190_00)
    desk.office.see()
    (item,) = desk.work(deed(desk, one, "undo"))["items"]
    assert (item["state"], item["rule"], item["code"], bool(item["fix"])) == ("refused", "S9", "paid", True)


def test_s9_a_resync_takes_back_first_and_then_enters_anew(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    desk.sync(one)
    first = deed(desk, one, "resync")
    assert (first["step"], first["batch"]["kind"]) == ("undo", "undo")
    assert desk.work(first["batch"])["counts"] == {"done": 1}
    second = deed(desk, one, "resync")
    assert (second["step"], second["batch"]["kind"]) == ("sync", "sync")
    desk.office.see()
    assert desk.call("GET", f"/batches/{second['batch']['id']}")["counts"] == {"done": 1}
    assert (desk.office.entries(), desk.office.batches()) == ([("1", 190_00)], [["1"]])


# --- corrections -------------------------------------------------------------------------------------------------------


def correction(desk: SyncDesk, id_: str, *, status: int = 200) -> Any:
    return desk.call("GET", f"/invoices/{id_}/correction", status=status)


def test_s10_a_correction_is_shown_then_posted_once(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    desk.sync(one)
    assert (correction(desk, one)["journal"], correction(desk, one)["why"]["rule"]) == (None, "S10")
    desk.call("PUT", "/mappings", body={"mappings": [{"kind": "account", "key": "4000", "target_id": HARDWARE}]})
    shown = correction(desk, one)
    debits = [(line["account"]["id"], line["debit"]) for line in shown["journal"]["lines"] if line["debit"]]
    credits_ = [(line["account"]["id"], line["credit"]) for line in shown["journal"]["lines"] if line["credit"]]
    assert (debits, credits_) == ([(INCOME, "150.00")], [(PRODUCT_INCOME, "150.00")])
    assert desk.world.our_sales.journals == {}
    posted = deed(desk, one, "correction", status=201, body={"digest": shown["digest"]})
    again = deed(desk, one, "correction", status=201, body={"digest": shown["digest"]})
    assert posted["journal_id"] == again["journal_id"] == correction(desk, one)["posted_as"]
    assert list(desk.world.our_sales.journals) == [posted["journal_id"]]


def test_s10_only_what_was_shown_is_posted(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    assert correction(desk, one, status=409)["code"] == "not_synced"
    desk.sync(one)
    refused = deed(desk, one, "correction", status=409, body={"digest": "0" * 32})
    assert refused["code"] == "changed_since_shown"
    assert deed(desk, one, "correction", status=400)["errors"][0]["field"] == "digest"
    assert desk.world.our_sales.journals == {}
