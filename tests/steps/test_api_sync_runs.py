"""Runs of the Sync Invoices tool over the API: begun, watched, stopped, retried, exported (S1, S2, X3)."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from crossfoot.core.sync.settings import Source, TaxDisplay
from crossfoot.errors import Rejected
from crossfoot.messages import SyncBatch

from tests.fakes.api import OTHER_TENANT
from tests.fakes.sync_desk import SyncDesk
from tests.fakes.sync_office import PREFERENCES, invoice_ref
from tests.fakes.world import TENANT


@pytest.fixture
def desk() -> SyncDesk:
    return SyncDesk()


def queued(desk: SyncDesk) -> list[str]:
    """Give the runs that somebody was asked to go on with."""
    return [message.run for message in desk.world.queue.messages if isinstance(message, SyncBatch)]


def named(*ids: str) -> dict[str, Any]:
    return {"invoices": [{"id": id_} for id_ in ids]}


# --- beginning ---------------------------------------------------------------------------------------------------------


def test_s1_what_is_chosen_is_synced_and_nothing_else(desk: SyncDesk) -> None:
    one, _, three = desk.bills("1", "2", "3")
    begun = desk.call("POST", "/batches", status=202, body=named(one, three))
    assert (begun["kind"], begun["by"], begun["state"], begun["total"]) == ("sync", "partner", "running", 2)
    assert begun["counts"] == {"waiting": 2}
    run = desk.work(begun)
    assert (run["state"], run["counts"]) == ("done", {"done": 2})
    assert desk.office.entries() == [("1", 190_00), ("3", 190_00)]
    assert [(item["id"], item["state"]) for item in run["items"]] == [(one, "done"), (three, "done")]
    assert all(
        item["accounting"].startswith("quickbooks-") and item["batch"].startswith("CF-") for item in run["items"]
    )


def test_s1_all_that_is_offered_is_synced_credit_memos_too(desk: SyncDesk) -> None:
    desk.office.credit("9")
    desk.bills("1", "2")
    desk.sync("connectwise-c1")
    run = desk.work(desk.call("POST", "/batches", status=202, body={"all": True}))
    assert [(item["number"], item["kind"]) for item in run["items"]] == [("2", "invoice"), ("9", "credit_memo")]
    assert run["counts"] == {"done": 2}
    assert desk.problem("POST", "/batches", 409, body={"all": True})[0] == "nothing_to_do"


def test_s1_the_same_bill_twice_is_one(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    assert desk.call("POST", "/batches", status=202, body=named(one, one))["total"] == 1


def test_s2_while_a_run_is_under_way_another_one_is_refused_and_it_goes_on(desk: SyncDesk) -> None:
    one, two = desk.bills("1", "2")
    first = desk.call("POST", "/batches", status=202, body=named(one))
    desk.world.queue.messages.clear()  # whoever began it died before it was queued
    desk.world.clock.advance(1)
    code, detail = desk.problem("POST", "/batches", 409, body=named(two))
    assert (code, first["id"] in detail) == ("sync_under_way", True)
    assert queued(desk) == [first["id"]]
    assert desk.work(first)["counts"] == {"done": 1}
    assert desk.sync(two)["counts"] == {"done": 1}


def test_s1_nothing_is_begun_while_the_tool_is_off(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    preferences = desk.world.preferences.load(TENANT)
    desk.world.preferences.save(TENANT, replace(preferences, sync_tool_enabled=False))
    code, detail = desk.problem("POST", "/batches", 409, body=named(one))
    assert (code, "is off" in detail) == ("preference_missing", True)
    assert not queued(desk)


def test_s1_preferences_come_before_the_first_run(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    desk.world.sync_settings.preferences.clear()
    code, detail = desk.problem("POST", "/batches", 409, body=named(one))
    assert (code, "never saved" in detail) == ("preference_missing", True)
    assert desk.problem("POST", "/previews", 409, body={"invoices": [one]})[0] == "preference_missing"


@pytest.mark.parametrize("system", ["quickbooks", "connectwise"])
def test_c7_a_run_needs_both_connections(desk: SyncDesk, system: str) -> None:
    (one,) = desk.bills("1")
    assert desk.api.call("DELETE", f"/v1/connections/{system}").status == 204
    desk.call("POST", "/batches", status=409, body=named(one))
    assert not desk.world.sync_runs.runs


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "invoices"),
        ({"invoices": [], "all": False}, "invoices"),
        ({"invoices": [{"id": "connectwise-c1"}], "all": True}, "invoices"),
        ({"invoices": [{"id": "connectwise-c1"}, {"id": "connectwise-404"}]}, "invoices.1.id"),
        ({"invoices": [{"id": "quickbooks-1"}]}, "invoices.0.id"),
        ({"invoices": ["connectwise-c1"]}, "invoices.0"),
        ({"invoices": [{"id": "connectwise-c1", "digest": "xyz"}]}, "invoices.0.digest"),
        ({"invoices": [{"id": "connectwise-c1"}, {"id": "connectwise-c1", "digest": "0" * 32}]}, "invoices.1.digest"),
        ({"invoices": [{"id": f"connectwise-{number}"} for number in range(1_001)]}, "invoices"),
        ({"all": "yes"}, "all"),
    ],
)
def test_s1_what_cannot_be_begun_is_named(desk: SyncDesk, body: dict[str, Any], field: str) -> None:
    desk.bills("1")
    assert desk.problem("POST", "/batches", 400, body=body) == ("bad_request", field)
    assert not desk.world.sync_runs.runs


# --- what was previewed ------------------------------------------------------------------------------------------------


def test_s8_with_its_digest_nothing_else_is_written(desk: SyncDesk) -> None:
    one, two = desk.bills("1", "2")
    digests = {each["id"]: each["digest"] for each in desk.preview(one, two)}
    desk.world.connectwise.say(invoice_ref("1"), memo="Said since")
    desk.prefer(replace(PREFERENCES, memo_from=Source.MEMO))
    body = {"invoices": [{"id": id_, "digest": digest} for id_, digest in digests.items()]}
    run = desk.work(desk.call("POST", "/batches", status=202, body=body))
    assert [item["state"] for item in run["items"]] == ["refused", "done"]
    assert run["items"][0]["code"] == "changed_since_preview"
    assert run["items"][1]["previewed"] == run["items"][1]["digest"] == digests[two]


# --- watching ----------------------------------------------------------------------------------------------------------


def test_s2_the_history_is_listed_newest_first_page_by_page(desk: SyncDesk) -> None:
    ids = desk.bills("1", "2", "3")
    runs = []
    for id_ in ids:
        runs.append(desk.sync(id_)["id"])
        desk.world.clock.advance(60)
    page = desk.call("GET", "/batches", query={"limit": "2"})
    rest = desk.call("GET", "/batches", query={"limit": "2", "cursor": page["next_cursor"]})
    assert [run["id"] for run in page["batches"] + rest["batches"]] == runs[::-1]
    assert rest["next_cursor"] == ""
    assert desk.call("GET", "/batches", tenant=OTHER_TENANT)["batches"] == []


def test_x3_a_run_that_does_not_move_is_shown_as_stuck(desk: SyncDesk) -> None:
    begun = desk.call("POST", "/batches", status=202, body=named(*desk.bills("1", "2")))
    desk.world.clock.advance(31 * 60)
    (shown,) = desk.call("GET", "/batches")["batches"]
    assert (shown["id"], shown["state"], shown["counts"]) == (begun["id"], "stuck", {"waiting": 2})


def test_s2_the_bills_of_a_run_are_shown_page_by_page_and_by_state(desk: SyncDesk) -> None:
    psa = desk.world.connectwise
    mapped = psa.accounts.pop("RP")
    bad = str(desk.office.bill("0"))
    psa.accounts["RP"] = mapped
    run = desk.sync(bad, *desk.bills("1", "2", "3"))
    path = f"/batches/{run['id']}"
    page = desk.call("GET", path, query={"limit": "3"})
    rest = desk.call("GET", path, query={"limit": "3", "cursor": page["next_cursor"]})
    assert [item["number"] for item in page["items"] + rest["items"]] == ["0", "1", "2", "3"]
    assert (rest["next_cursor"], page["counts"]) == ("", {"refused": 1, "done": 3})
    done = desk.call("GET", path, query={"state": "done", "limit": "2"})
    assert [item["number"] for item in done["items"]] == ["1", "2"]
    last = desk.call("GET", path, query={"state": "done", "limit": "2", "cursor": done["next_cursor"]})
    assert [item["number"] for item in last["items"]] == ["3"]
    (refused,) = desk.call("GET", path, query={"state": "refused"})["items"]
    assert (refused["code"], refused["rule"], bool(refused["fix"])) == ("not_posted", "S7", True)
    assert desk.problem("GET", path, 400, query={"cursor": "nonsense"}) == ("cursor_invalid", "query.cursor")
    assert desk.problem("GET", path, 400, query={"state": "lost"}) == ("bad_request", "query.state")


def test_s2_a_run_is_given_as_a_sheet_in_which_nothing_is_a_formula(desk: SyncDesk) -> None:
    (one,) = desk.bills("-5")
    run = desk.sync(one)
    reply = desk.reply("GET", f"/batches/{run['id']}/csv")
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert reply.headers["Content-Disposition"].startswith('attachment; filename="crossfoot-sync-')
    (row,) = csv.DictReader(StringIO(reply.text))
    item = run["items"][0]
    assert (row["number"], row["state"], row["connectwise_id"]) == ("'-5", item["state"], "c-5")
    assert (row["reason"], row["fix"]) == (item["sentence"], item["fix"])
    assert row["quickbooks_id"] == (item["accounting"] or "").removeprefix("quickbooks-")
    told = (row["customer"], row["date"], row["total"], row["currency"])
    assert told == (item["customer"]["name"], item["issued_on"], item["total"], item["currency"])
    assert told == ("Contoso", "2026-11-03", "190.00", "USD")


def test_s2_a_bill_that_the_book_lost_sight_of_keeps_its_place_in_the_history(desk: SyncDesk) -> None:
    (one,) = desk.bills("1")
    run = desk.sync(one)
    del desk.world.book.records[TENANT, invoice_ref("1")]
    (item,) = desk.call("GET", f"/batches/{run['id']}")["items"]
    assert (item["number"], item["customer"], item["total"]) == ("1", None, None)
    (row,) = csv.DictReader(StringIO(desk.reply("GET", f"/batches/{run['id']}/csv").text))
    assert (row["number"], row["customer"], row["total"], row["state"]) == ("1", "", "", "done")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/csv"), ("POST", "/cancel"), ("POST", "/retry"), ("POST", "/undo")],
)
def test_x6_a_run_that_is_not_there_is_not_found(desk: SyncDesk, method: str, path: str) -> None:
    body: dict[str, Any] | None = {} if method == "POST" else None
    assert desk.problem(method, f"/batches/nonsense{path}", 404, body=body)[0] == "not_found"


# --- stopping, and again -----------------------------------------------------------------------------------------------


def test_s2_what_has_not_started_is_cancelled_and_can_be_retried(desk: SyncDesk) -> None:
    begun = desk.call("POST", "/batches", status=202, body=named(*desk.bills("1", "2")))
    stopped = desk.call("POST", f"/batches/{begun['id']}/cancel", status=202, body={})
    assert stopped["cancelled_at"]
    run = desk.work(begun)
    assert (run["counts"], desk.office.entries()) == ({"cancelled": 2}, [])
    again = desk.call("POST", f"/batches/{begun['id']}/cancel", status=202, body={})
    assert (again["state"], again["cancelled_at"]) == ("done", stopped["cancelled_at"])
    desk.world.clock.advance(60)
    retried = desk.call("POST", f"/batches/{begun['id']}/retry", status=202, body={})
    assert desk.work(retried)["counts"] == {"done": 2}


def test_s2_what_was_refused_is_retried_once_it_is_mended(desk: SyncDesk) -> None:
    desk.bills("1", "2")
    item = desk.world.our_sales.catalogue.items["2"]
    desk.world.our_sales.deactivate_item("2")
    run = desk.sync("connectwise-c1", "connectwise-c2")
    assert run["counts"] == {"refused": 2}
    catalogue = desk.world.our_sales.catalogue
    desk.world.our_sales.catalogue = replace(catalogue, items={**catalogue.items, "2": item})
    desk.world.clock.advance(60)
    again = desk.work(desk.call("POST", f"/batches/{run['id']}/retry", status=202, body={}))
    assert (again["id"] != run["id"], again["counts"]) == (True, {"done": 2})
    desk.world.clock.advance(60)
    assert desk.problem("POST", f"/batches/{again['id']}/retry", 409, body={})[0] == "nothing_to_do"


@pytest.mark.parametrize("deed", ["retry", "undo"])
def test_s2_what_is_under_way_is_neither_retried_nor_undone(desk: SyncDesk, deed: str) -> None:
    begun = desk.call("POST", "/batches", status=202, body=named(*desk.bills("1")))
    assert desk.problem("POST", f"/batches/{begun['id']}/{deed}", 409, body={})[0] == "run_under_way"


@pytest.mark.parametrize("deed", ["retry", "undo"])
def test_c7_to_retry_or_undo_needs_both_connections(desk: SyncDesk, deed: str) -> None:
    run = desk.sync(*desk.bills("1"))
    assert desk.api.call("DELETE", "/v1/connections/connectwise").status == 204
    code, detail = desk.problem("POST", f"/batches/{run['id']}/{deed}", 409, body={})
    assert (code, detail) == ("needs_attention", "ConnectWise is not connected.")


def test_s9_all_that_a_run_entered_is_taken_back(desk: SyncDesk) -> None:
    run = desk.sync(*desk.bills("1", "2"))
    desk.world.clock.advance(60)
    undone = desk.work(desk.call("POST", f"/batches/{run['id']}/undo", status=202, body={}))
    assert (undone["kind"], undone["counts"]) == ("undo", {"done": 2})
    assert (desk.office.entries(), desk.office.batches()) == ([], [])
    desk.office.see()
    assert [bill["offered"] for bill in desk.call("GET", "/unsynced")["bills"]] == [True, True]
    desk.world.clock.advance(60)
    assert desk.problem("POST", f"/batches/{undone['id']}/undo", 409, body={})[0] == "nothing_to_do"


def test_s9_what_stands_without_its_connectwise_batch_is_taken_back_with_its_run(desk: SyncDesk) -> None:
    one, two = desk.bills("1", "2")
    psa = desk.world.connectwise
    create = psa.create_batch

    def refuse_one(identifier: str, record_ids: Sequence[int]) -> None:
        if identifier.startswith("CF-1-"):
            raise Rejected("InvalidObject", "A batch needs a right that the member lacks.")
        create(identifier, record_ids)

    psa.create_batch = refuse_one  # type: ignore[method-assign]
    run = desk.sync(one, two)
    assert run["counts"] == {"refused": 1, "done": 1}
    undone = desk.work(desk.call("POST", f"/batches/{run['id']}/undo", status=202, body={}))
    assert (undone["counts"], desk.office.entries(), desk.office.batches()) == ({"done": 2}, [], [])


def test_s9_to_take_a_run_back_leaves_alone_what_a_later_one_entered(desk: SyncDesk) -> None:
    one, two = desk.bills("1", "2")
    first = desk.sync(one, two)
    desk.work(desk.call("POST", f"/invoices/{one}/undo", status=202, body={}))
    desk.office.see()
    desk.sync(one)
    undone = desk.work(desk.call("POST", f"/batches/{first['id']}/undo", status=202, body={}))
    assert ([item["number"] for item in undone["items"]], desk.office.entries()) == (["2"], [("1", 190_00)])
    assert desk.problem("POST", f"/batches/{first['id']}/undo", 409, body={})[0] == "nothing_to_do"


def test_s8_what_was_written_otherwise_than_previewed_says_why() -> None:
    per_line = replace(PREFERENCES, tax_display=TaxDisplay.PER_LINE, rounding_tolerance_minor=5)
    desk = SyncDesk(preferences=per_line)
    sales = desk.world.our_sales
    # QuickBooks makes 8 % of 100.00 of it; ConnectWise said 8.03.
    sales.catalogue = replace(sales.catalogue, automated_tax=True)
    one, other = (str(desk.office.bill(number, 100_00, tax=tax)) for number, tax in (("1", 8_03), ("2", 8_00)))
    desk.office.see()
    chosen = [{"id": shown["id"], "digest": shown["digest"]} for shown in desk.preview(one, other)]
    run = desk.work(desk.call("POST", "/batches", status=202, body={"invoices": chosen}))
    item, same = run["items"]
    assert (item["state"], same["state"], same["changes"]) == ("done", "done", [])
    changes = ["The tax was 8.03 USD, and is 8.00 USD.", "A line is new: “Rounding” over 0.03 USD."]
    assert (item["previewed"] != item["digest"], item["changes"]) == (True, changes)
    sheet = list(csv.DictReader(StringIO(desk.reply("GET", f"/batches/{run['id']}/csv").text)))
    assert [row["reason"] for row in sheet] == [" ".join(changes), ""]
