"""What waits for the Sync Invoices tool, and why the rest is not offered (S1, S3, X1)."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from crossfoot.core.sync.settings import Every, Schedule
from crossfoot.errors import Rejected, RemoteUnavailable

from tests.fakes.api import OTHER_TENANT
from tests.fakes.sales import CATALOGUE
from tests.fakes.sync_desk import SyncDesk
from tests.fakes.sync_office import PREFERENCES, invoice_ref


@pytest.fixture
def desk() -> SyncDesk:
    return SyncDesk()


def listed(desk: SyncDesk, **query: str) -> dict[str, str]:
    """Give the numbers that are listed, each with why it is not offered ("" where it is)."""
    bills: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = desk.call("GET", "/unsynced", query={**query, **({"cursor": cursor} if cursor else {})})
        bills += page["bills"]
        cursor = page["next_cursor"]
        if not cursor:
            return {bill["number"]: bill["why"]["code"] if bill["why"] else "" for bill in bills}


def kinds_written(story: dict[str, Any]) -> list[str]:
    return sorted(line["effect"]["kind"] for line in story["story"] if line["effect"])


def close_unmapped(desk: SyncDesk, number: str) -> None:
    psa = desk.world.connectwise
    mapped = psa.accounts.pop("RP")
    desk.office.bill(number)
    psa.accounts["RP"] = mapped


def test_s1_s3_what_is_closed_and_in_no_batch_is_listed_with_why_it_is_not_offered(desk: SyncDesk) -> None:
    desk.world.invoice_in_both("1001", 190_00)
    desk.world.connectwise.close(invoice_ref("1001"))
    close_unmapped(desk, "2")
    desk.office.credit("9")
    desk.world.connectwise.add_invoice("c7", "7", 5_00)
    desk.bills("1", "3")
    desk.world.connectwise.batch_elsewhere(invoice_ref("3"))
    desk.office.see()
    assert listed(desk) == {"1": "", "1001": "in_accounting", "2": "not_posted", "9": ""}
    assert listed(desk, offered="true") == {"1": "", "9": ""}
    assert listed(desk, offered="false") == {"1001": "in_accounting", "2": "not_posted"}


def test_s1_a_bill_that_is_asked_for_by_its_number_says_why_wherever_it_stands(desk: SyncDesk) -> None:
    desk.bills("3")
    desk.world.connectwise.batch_elsewhere(invoice_ref("3"))
    desk.world.connectwise.add_invoice("c7", "7", 5_00)
    desk.office.see()
    assert (listed(desk, number="3"), listed(desk, number="7")) == ({"3": "batched"}, {"7": "not_closed"})


def test_s1_what_lies_before_the_cut_over_date_is_named_and_not_offered(desk: SyncDesk) -> None:
    desk.bills("1")
    desk.prefer(replace(PREFERENCES, cut_over=desk.world.clock.now().date() + timedelta(days=1)))
    assert (listed(desk), listed(desk, offered="true")) == ({"1": "before_cut_over"}, {})


def test_s1_the_list_is_in_pages_and_each_asks_connectwise_once(desk: SyncDesk) -> None:
    desk.office.credit("9")
    desk.bills("1", "2", "3")
    desk.api.systems.asked.clear()
    assert list(listed(desk, limit="2")) == ["1", "2", "3", "9"]
    assert desk.api.systems.asked == ["postings"] * 2
    assert list(listed(desk, limit="3")) == ["1", "2", "3", "9"]
    assert desk.problem("GET", "/unsynced", 400, query={"cursor": "payment:x"}) == ("cursor_invalid", "query.cursor")


def test_s1_a_silent_connectwise_is_said_plainly_and_the_list_stands(desk: SyncDesk) -> None:
    desk.bills("1")
    desk.api.systems.refusal = RemoteUnavailable("no answer")
    page = desk.call("GET", "/unsynced")
    assert [bill["offered"] for bill in page["bills"]] == [True]
    assert (page["ledger_checked"], "ConnectWise was asked" in page["ledger_note"]) == (False, True)


def test_c3_a_right_that_is_missing_is_named_with_what_mends_it_and_the_list_stands(desk: SyncDesk) -> None:
    desk.bills("1")
    fix = "In ConnectWise, give the API member's security role: Finance › Accounting Interface (level All)."
    desk.api.systems.refusal = Rejected("SecurityError", "You do not have permission.", fix)
    page = desk.call("GET", "/unsynced")
    assert [bill["offered"] for bill in page["bills"]] == [True]
    assert page["ledger_note"] == f"ConnectWise would not tell: You do not have permission. {fix}"


def test_c7_a_connectwise_that_is_not_connected_is_said_plainly(desk: SyncDesk) -> None:
    desk.bills("1")
    assert desk.api.call("DELETE", "/v1/connections/connectwise").status == 204
    page = desk.call("GET", "/unsynced")
    assert (len(page["bills"]), page["ledger_checked"]) == (1, False)
    assert page["ledger_note"].startswith("ConnectWise is not connected.")


def test_s2_how_a_bill_stood_in_its_newest_run_is_shown(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    desk.world.our_sales.deactivate_item("2")
    run = desk.sync(one)
    (bill,) = desk.call("GET", "/unsynced")["bills"]
    assert (bill["last"]["run"], bill["last"]["state"]) == (run["id"], "refused")
    assert bill["last"]["code"] == run["items"][0]["code"]
    assert (bill["last"]["kind"], bill["last"]["outcome"]) == ("sync", "The sync was refused.")


def test_s2_s9_a_bill_that_was_taken_back_says_that_its_newest_run_was_an_undo(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    desk.sync(one)
    undo = desk.work(desk.call("POST", f"/invoices/{one}/undo", status=202))
    desk.office.see()
    (bill,) = desk.call("GET", "/unsynced")["bills"]
    last = bill["last"]
    assert (bill["offered"], last["run"], last["kind"], last["state"]) == (True, undo["id"], "undo", "done")
    assert last["outcome"] == "The undo is done."


def test_s1_what_is_synced_is_listed_no_longer(desk: SyncDesk) -> None:
    one, _ = desk.bills("1", "2")
    desk.sync(one)
    assert listed(desk) == {"2": ""}


def test_x1_the_story_of_a_bill_says_what_the_tool_makes_of_it(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    story = desk.api.call("GET", f"/v1/records/invoice/{one}/explain").body
    assert "offered" in [why["code"] for why in story["now"]]
    desk.sync(one)
    story = desk.api.call("GET", f"/v1/records/invoice/{one}/explain").body
    assert "synced" in [why["code"] for why in story["now"]]
    assert kinds_written(story) == ["gl_batch", "sale"]


def test_x1_a_bill_that_is_offered_still_says_why_it_was_refused_when_it_was_tried_last(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    desk.world.our_sales.deactivate_item("2")
    (item,) = desk.sync(one)["items"]
    now = desk.api.call("GET", f"/v1/records/invoice/{one}/explain").body["now"]
    assert [why["code"] for why in now][-2:] == [item["code"], "offered"]
    assert (item["sentence"] in now[-2]["sentence"], now[-2]["fix"]) == (True, item["fix"])


def test_x1_a_synced_credit_memo_tells_its_writes_too(desk: SyncDesk) -> None:
    memo = str(desk.office.credit("9"))
    desk.office.see()
    desk.sync(memo)
    story = desk.api.call("GET", f"/v1/records/credit_memo/{memo}/explain").body
    assert kinds_written(story) == ["gl_batch", "sale"]
    assert len(story["ids"]) == 2


def test_s3_a_bill_that_changed_after_it_was_synced_needs_attention(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    desk.sync(one)
    psa = desk.world.connectwise
    psa.unbatch(invoice_ref("1"))
    psa.put(replace(psa.invoice("c1"), total_minor=1_00, balance_minor=1_00))
    desk.office.see()
    causes = {each["cause"]: each for each in desk.api.call("GET", "/v1/attention").body["causes"]}
    assert causes["changed_after_sync"]["count"] == 1
    (parked,) = desk.api.call("GET", "/v1/attention/changed_after_sync").body["records"]
    assert (parked["kind"], parked["id"], parked["amount"]) == ("invoice", one, "1.00")
    story = desk.api.call("GET", f"/v1/records/invoice/{one}/explain").body
    assert parked["why"] in story["now"]
    assert "synced" not in [why["code"] for why in story["now"]], "there is something to do"
    named = {"records": [{"kind": "invoice", "id": one}]}
    assert desk.api.call("POST", "/v1/attention/ignore", body=named).body["accepted"] == 1
    story = desk.api.call("GET", f"/v1/records/invoice/{one}/explain").body
    assert "ignored" in [why["code"] for why in story["now"]]
    assert parked["why"] not in story["now"]


def test_s7_what_a_schedule_had_refused_needs_attention_until_it_is_entered(desk: SyncDesk) -> None:
    def told() -> list[tuple[str, int]]:
        causes = desk.api.call("GET", "/v1/attention").body["causes"]
        return [(each["what"], each["count"]) for each in causes if each["cause"] == "sync_refused"]

    one, two = desk.bills("1", "2")
    desk.world.our_sales.deactivate_item("2")
    desk.sync(one, two)
    assert told() == [], "whoever presses by hand sees what becomes of it"
    desk.prefer(replace(PREFERENCES, schedule=Schedule(Every.HOUR, time(0, 15), "UTC")))
    desk.bills("3")
    assert told() == [("unsynced", 2)]
    desk.world.our_sales.catalogue = CATALOGUE
    desk.sync(one)
    assert told() == [("unsynced", 1)]
    assert desk.api.call("GET", "/v1/attention", tenant=OTHER_TENANT).body["causes"] == []


def test_s1_a_bill_over_nothing_is_not_offered_and_rests_once_a_run_found_it_so(desk: SyncDesk) -> None:
    def story() -> list[str]:
        now = desk.api.call("GET", f"/v1/records/invoice/{one}/explain").body["now"]
        return [why["code"] for why in now if why["rule"] == "S1"]

    desk.office.bill("1", 0, 0)
    (two,) = desk.bills("2")
    one = str(invoice_ref("1"))
    assert listed(desk) == {"1": "nothing_billed", "2": ""}
    assert listed(desk, offered="true") == {"2": ""}
    (item,) = desk.sync(one)["items"]
    assert (item["state"], item["code"]) == ("skipped", "nothing_billed")
    assert story() == ["nothing_billed"]
    assert desk.sync(two)["items"][0]["state"] == "done"
