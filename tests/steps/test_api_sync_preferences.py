"""How the Sync Invoices tool works for a partner: chosen over the API, with the schedule in step (S1, S6, S7)."""

from datetime import time
from typing import Any

import pytest
from crossfoot.core.sync.settings import Every, Schedule
from crossfoot.errors import Rejected

from tests.fakes.api import OTHER_TENANT
from tests.fakes.sales import CATEGORY
from tests.fakes.sync_desk import SyncDesk
from tests.fakes.sync_office import invoice_ref
from tests.fakes.whole_sync import PREFERENCES
from tests.fakes.world import TENANT

FOLLOWS = ("saved", "next_run_at", "next_run")


@pytest.fixture
def desk() -> SyncDesk:
    desk = SyncDesk()
    desk.world.sync_settings.preferences.clear()
    desk.api.systems.asked.clear()
    return desk


def put(desk: SyncDesk, *, status: int = 200, **changes: object) -> Any:
    return desk.call("PUT", "/preferences", status=status, body={**PREFERENCES, **changes})


def chosen(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name not in FOLLOWS}


def test_s1_what_was_never_saved_says_so_and_runs_by_hand_only(desk: SyncDesk) -> None:
    shown = desk.call("GET", "/preferences")
    assert (shown["saved"], shown["schedule"], shown["next_run_at"]) == (False, None, None)


def test_s1_what_was_put_is_what_is_shown_to_this_partner_only(desk: SyncDesk) -> None:
    assert chosen(put(desk)) == PREFERENCES
    shown = desk.call("GET", "/preferences")
    assert (chosen(shown), shown["saved"]) == (PREFERENCES, True)
    assert desk.call("GET", "/preferences", tenant=OTHER_TENANT)["saved"] is False


def test_s1_the_schedule_is_set_and_taken_away(desk: SyncDesk) -> None:
    shown = put(desk)
    assert desk.api.schedules.schedules == {TENANT: Schedule(Every.WEEKDAY, time(7, 30), "America/Denver")}
    assert shown["next_run_at"].endswith("07:30:00-07:00")
    assert "(America/Denver)" in shown["next_run"]
    assert put(desk, schedule=None)["next_run"] == ""
    assert desk.api.schedules.schedules == {}


def test_s1_a_schedule_that_is_not_taken_stores_nothing(desk: SyncDesk) -> None:
    desk.api.schedules.refusal = Rejected("schedule_refused", "no such zone", "Choose another time zone.")
    assert put(desk, status=422)["code"] == "schedule_refused"
    assert desk.call("GET", "/preferences")["saved"] is False


@pytest.mark.parametrize("missing", list(PREFERENCES))
def test_none_may_be_left_out(desk: SyncDesk, missing: str) -> None:
    body = {name: value for name, value in PREFERENCES.items() if name != missing}
    assert desk.problem("PUT", "/preferences", 400, body=body) == ("bad_request", missing)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"schedule": {"every": "minute", "at": "07:30", "zone": "UTC"}}, "schedule.every"),
        ({"schedule": {"every": "day", "at": "25:00", "zone": "UTC"}}, "schedule.at"),
        ({"schedule": {"every": "day", "at": "07:30", "zone": "Mars/Olympus"}}, "schedule.zone"),
        ({"schedule": {"every": "day", "at": "07:30"}}, "schedule.zone"),
        ({"time_entries": "sometimes"}, "time_entries"),
        ({"tax_item_id": "404"}, "tax_item_id"),
        ({"rounding_item_id": CATEGORY}, "rounding_item_id"),
        ({"rounding_item_id": ""}, "rounding_item_id"),
        ({"rounding_tolerance": "0.005"}, "rounding_tolerance"),
        ({"rounding_tolerance": "10.01"}, "rounding_tolerance"),
        ({"rounding_tolerance": "-1"}, "rounding_tolerance"),
        ({"rounding_tolerance": 0.05}, "rounding_tolerance"),
        ({"purchase_order_field": "7"}, "purchase_order_field"),
        ({"tax_display": "inclusive"}, "tax_display"),
        ({"cut_over": "yesterday"}, "cut_over"),
        ({"cut_over": None}, "cut_over"),
        ({"memo_from": "location"}, "memo_from"),
        ({"class_from": "memo"}, "class_from"),
        ({"department_from": "ledger_class"}, "department_from"),
        ({"service_dates": "yes"}, "service_dates"),
        ({"nonsense": True}, "nonsense"),
    ],
)
def test_s6_s7_a_choice_that_there_is_not_is_named_and_nothing_is_stored(
    desk: SyncDesk, changes: dict[str, Any], field: str
) -> None:
    assert desk.problem("PUT", "/preferences", 400, body={**PREFERENCES, **changes}) == ("bad_request", field)
    assert desk.call("GET", "/preferences")["saved"] is False
    assert desk.api.schedules.schedules == {}


def test_s6_quickbooks_is_asked_only_for_what_is_newly_chosen(desk: SyncDesk) -> None:
    put(desk)
    assert desk.api.systems.asked == ["catalogue"]
    put(desk, time_entries="grouped")
    assert desk.api.systems.asked == ["catalogue"]
    put(desk, tax_item_id="1")
    assert desk.api.systems.asked == ["catalogue"] * 2


def test_s7_no_tolerance_needs_no_item(desk: SyncDesk) -> None:
    assert put(desk, rounding_tolerance="0", rounding_item_id="")["rounding_tolerance"] == "0.00"


# --- trying ------------------------------------------------------------------------------------------------------------

# As the desk's bills can be entered.
READY: dict[str, Any] = {
    "time_entries": "grouped",
    "tax_display": "one_line",
    "class_from": "nothing",
    "department_from": "nothing",
    "memo_from": "nothing",
    "purchase_order_field": "",
    "cut_over": "2025-01-01",
    "numbering": "keep",
}


def test_s6_a_change_of_preferences_is_tried_on_what_is_offered_and_nothing_is_saved(desk: SyncDesk) -> None:
    before = chosen(put(desk, **READY))
    (one,) = desk.bills("1")
    schedules = dict(desk.api.schedules.schedules)
    tried = desk.call("POST", "/preferences/trial", body={**before, "memo_from": "number", "schedule": None})
    assert (tried["surveyed"], tried["affected"], tried["entries_changed"]) == (1, 1, 1)
    assert (tried["bills"][0]["id"], tried["bills"][0]["changes"]) == (one, ["The memo was (none), and is 1."])
    assert chosen(desk.call("GET", "/preferences")) == before
    assert desk.api.schedules.schedules == schedules
    assert desk.call("POST", "/preferences/trial", body={**before, "schedule": None})["affected"] == 0


@pytest.mark.parametrize(
    "change",
    [
        {"time_entries": "line_item"},
        {"class_from": "ledger_class"},
        {"cut_over": "2027-01-01"},
        {"tax_display": "per_line"},
        {"numbering": "accounting"},
    ],
)
@pytest.mark.parametrize("is_back", [False, True])
def test_s8_what_is_tried_is_what_is_previewed_once_it_is_saved(
    desk: SyncDesk, change: dict[str, Any], *, is_back: bool
) -> None:
    old, new = {**PREFERENCES, **READY}, {**PREFERENCES, **READY, **change}
    if is_back:
        old, new = new, old
    ids = desk.bills("1", "2")
    desk.office.world.connectwise.tax(invoice_ref("2"), 3_00)
    desk.office.see()
    put(desk, **old)
    before = {each["id"]: each for each in desk.preview(*ids)}
    tried = desk.call("POST", "/preferences/trial", body=new)
    put(desk, **new)
    after = {each["id"]: each for each in desk.preview(*ids)}
    shown = {bill["id"]: (bill["before"], bill["after"]) for bill in tried["bills"]}
    for id_, states in shown.items():
        assert states == tuple("ready" if each[id_]["state"] == "ready" else "held" for each in (before, after))
    changed = {
        id_ for id_ in ids if (before[id_]["digest"], before[id_]["why"]) != (after[id_]["digest"], after[id_]["why"])
    }
    assert changed <= shown.keys()
    assert tried["surveyed"] == len(ids)


def test_s7_a_trial_of_what_does_not_go_together_says_so(desk: SyncDesk) -> None:
    body = {**PREFERENCES, "rounding_tolerance": "0.05", "rounding_item_id": ""}
    assert desk.problem("POST", "/preferences/trial", 400, body=body)[1].endswith("rounding_item_id")
