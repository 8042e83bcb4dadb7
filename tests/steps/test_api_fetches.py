"""Fetches that are started by hand (I7), and what every fetch tells of itself (X3)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from crossfoot.core.fetching import FetchKind, Progress, count
from crossfoot.core.model import ACCOUNTING, PSA
from crossfoot.errors import RemoteUnavailable
from crossfoot.messages import FetchUnpaid, Nudge

from tests.fakes.api import OTHER_TENANT, FakeApi, Reply
from tests.fakes.world import TENANT

NEW, UNPAID = {"what": "new_data"}, {"what": "unpaid_invoices"}


@pytest.fixture
def api() -> FakeApi:
    """A world whose first imports are over."""
    api = FakeApi()
    api.connect_both()
    for system in (ACCOUNTING, PSA):
        seen = api.world.cursors.load(TENANT, system)
        api.world.cursors.move(TENANT, system, seen, "c-1", Progress(), done=True)
    api.world.queue.messages.clear()
    return api


def start(api: FakeApi, body: dict[str, str] = NEW, **how: Any) -> Reply:
    return api.call("POST", "/v1/fetches", body=body, **how)


def test_i7_new_data_nudges_each_connected_system_and_begins_a_run_over_it(api: FakeApi) -> None:
    reply = start(api)
    assert reply.status == 202
    assert [(fetch["system"], fetch["what"]) for fetch in reply.body["fetches"]] == [
        ("quickbooks", "new_data"),
        ("connectwise", "new_data"),
    ]
    assert [m.system for m in api.world.queue.messages if isinstance(m, Nudge)] == [ACCOUNTING, PSA]
    runs = {api.world.cursors.load(TENANT, system).run for system in (ACCOUNTING, PSA)}
    assert runs == {fetch["id"] for fetch in reply.body["fetches"]}


def test_i7_unpaid_invoices_begins_a_walk_of_each_system(api: FakeApi) -> None:
    fetches = start(api, UNPAID).body["fetches"]
    asked = [(m.system, m.run) for m in api.world.queue.messages if isinstance(m, FetchUnpaid)]
    assert asked == [(fetch["system"], fetch["id"]) for fetch in fetches]
    walk = api.world.runs.load_walk(TENANT, fetches[0]["id"])
    assert walk is not None
    assert walk[0].kind is FetchKind.UNPAID_INVOICES


@pytest.mark.parametrize(("body", "every"), [(NEW, timedelta(hours=1)), (UNPAID, timedelta(hours=12))])
def test_i7_a_second_try_is_told_when_it_is_allowed_again(api: FakeApi, body: dict[str, str], every: timedelta) -> None:
    free_at = api.world.clock.now() + every
    assert start(api, body).status == 202
    sent = len(api.world.queue.messages)
    api.world.clock.advance(60)
    refused = start(api, body)
    assert (refused.status, refused.body["code"]) == (429, "too_soon")
    assert refused.headers["Retry-After"] == str(round(every.total_seconds()) - 60)
    assert f"{free_at:%Y-%m-%d %H:%M:%S} UTC" in refused.body["detail"]
    assert len(api.world.queue.messages) == sent
    api.world.clock.advance(every.total_seconds() - 61)
    assert start(api, body).status == 429
    api.world.clock.advance(1)
    assert start(api, body).status == 202


def test_i7_the_two_buttons_and_two_partners_have_turns_of_their_own(api: FakeApi) -> None:
    api.connect_both(OTHER_TENANT, "777")
    assert [start(api).status, start(api, UNPAID).status, start(api, tenant=OTHER_TENANT).status] == [202] * 3


@pytest.mark.parametrize(("port", "method"), [("limits", "take"), ("runs", "begin"), ("queue", "send")])
def test_i7_pressed_again_while_the_first_press_is_at_work_it_is_begun_once(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch, port: str, method: str
) -> None:
    works = getattr(getattr(api.world, port), method)
    replies: list[Reply] = []

    def meanwhile(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(getattr(api.world, port), method, works)
        replies.append(start(api))
        return works(*given, **named)

    monkeypatch.setattr(getattr(api.world, port), method, meanwhile)
    replies.append(start(api))
    statuses = [reply.status for reply in replies]
    assert (statuses.count(202), set(statuses)) == (1, {202, 429})
    assert len(api.world.queue.messages) == 2


def test_i7_a_start_that_fails_gives_the_turn_back(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RemoteUnavailable("SQS does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(api.world.queue, "send", fail)
        assert start(api).status == 503
    reply = start(api)
    assert reply.status == 202
    assert len(api.world.queue.messages) == 2, "the runs that stood already are joined, and nudged at last"


def test_i7_a_partner_without_a_connection_loses_no_turn(api: FakeApi) -> None:
    for system in ("quickbooks", "connectwise"):
        api.call("DELETE", f"/v1/connections/{system}")
    assert start(api).body["code"] == "needs_attention"
    assert api.world.limits.free_at == {}


@pytest.mark.parametrize("body", [NEW, UNPAID])
def test_i7_only_what_is_connected_is_fetched_and_what_is_left_out_is_named(api: FakeApi, body: dict[str, str]) -> None:
    assert start(FakeApi(), body).body["detail"] == "QuickBooks is not connected. ConnectWise is not connected."
    api.connections.need_attention(TENANT, ACCOUNTING, "Intuit no longer accepts our access.", "Connect again.")
    reply = start(api, body)
    assert [fetch["system"] for fetch in reply.body["fetches"]] == ["connectwise"]
    assert reply.body["left_out"] == [
        {"system": "quickbooks", "reason": "Intuit no longer accepts our access.", "fix": "Connect again."}
    ]


@pytest.mark.parametrize("body", [NEW, UNPAID])
def test_i7_where_none_can_be_read_the_reason_is_told_and_no_turn_is_used_up(
    api: FakeApi, body: dict[str, str]
) -> None:
    api.call("DELETE", "/v1/connections/quickbooks")
    api.connections.need_attention(TENANT, PSA, "ConnectWise no longer accepts these keys.", "Enter new keys.")
    reply = start(api, body)
    assert (reply.status, reply.body["code"]) == (409, "needs_attention")
    assert reply.body["detail"] == "QuickBooks is not connected. ConnectWise no longer accepts these keys."
    assert "Enter new keys." in reply.body["fix"]
    assert api.world.limits.free_at == {}


def test_i7_a_fetch_during_the_first_import_joins_it() -> None:
    api = FakeApi()
    api.connect_both()
    assert {fetch["what"] for fetch in start(api).body["fetches"]} == {"first_import"}


def test_something_else_cannot_be_fetched(api: FakeApi) -> None:
    reply = start(api, {"what": "everything"})
    assert (reply.status, reply.body["errors"][0]["field"]) == (400, "what")
    assert start(api, {}).status == 400


def test_x3_a_fetch_tells_how_far_it_has_come_and_that_it_is_done(api: FakeApi) -> None:
    fetch = start(api).body["fetches"][1]
    path = f"/v1/fetches/{fetch['id']}"
    seen = api.world.cursors.load(TENANT, PSA)
    progress = count(["invoice", "invoice", "customer"], unreadable=1, outside=2)
    api.world.clock.advance(20)
    api.world.cursors.move(TENANT, PSA, seen, "c-2", progress, done=False)
    found = api.call("GET", path).body
    assert (found["state"], found["read"]) == ("running", {"invoice": 2, "customer": 1})
    assert (found["unreadable"], found["outside"], found["finished_at"]) == (1, 2, None)
    assert datetime.fromisoformat(found["moved_at"]) == api.world.clock.now()
    seen = api.world.cursors.load(TENANT, PSA)
    api.world.cursors.move(TENANT, PSA, seen, "c-3", count(["invoice"]), done=True)
    found = api.call("GET", path).body
    assert (found["state"], found["read"]["invoice"]) == ("done", 3)


def test_x3_a_fetch_that_does_not_move_is_shown_as_stuck(api: FakeApi) -> None:
    path = f"/v1/fetches/{start(api).body['fetches'][0]['id']}"
    api.world.clock.advance(30 * 60)
    assert api.call("GET", path).body["state"] == "running"
    api.world.clock.advance(1)
    assert api.call("GET", path).body["state"] == "stuck"


def test_fetches_are_listed_newest_first_by_pages(api: FakeApi) -> None:
    for _ in range(3):
        start(api)
        for system in (ACCOUNTING, PSA):
            seen = api.world.cursors.load(TENANT, system)
            api.world.cursors.move(TENANT, system, seen, seen.cursor, Progress(), done=True)
        api.world.clock.advance(3_600)
    listed: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(20):
        page = api.call("GET", "/v1/fetches", query={"limit": "3", "cursor": cursor}).body
        assert len(page["fetches"]) <= 3
        listed += page["fetches"]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert [fetch["what"] for fetch in listed] == ["new_data"] * 6 + ["first_import"] * 2
    assert [fetch["started_at"] for fetch in listed] == sorted((f["started_at"] for f in listed), reverse=True)
    assert len({fetch["id"] for fetch in listed}) == 8


def test_x6_anothers_fetch_and_one_that_is_not_there_look_the_same(api: FakeApi) -> None:
    fetch = start(api).body["fetches"][0]
    theirs = api.call("GET", f"/v1/fetches/{fetch['id']}", tenant=OTHER_TENANT)
    nobodys = api.call("GET", "/v1/fetches/20200101T000000.000000Z-aaaaaaaa")
    assert (theirs.status, theirs.text) == (404, nobodys.text)
    assert api.call("GET", "/v1/fetches", tenant=OTHER_TENANT).body == {"fetches": [], "next_cursor": ""}
