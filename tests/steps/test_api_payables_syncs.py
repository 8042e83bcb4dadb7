"""Sync Now: begun at any time, joined by whoever presses again, and shown as it is (B3, B7, X1, X3)."""

from dataclasses import replace
from typing import Any

import pytest
from crossfoot.core.attention import Parked, Reason
from crossfoot.core.decisions import waits
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Ref
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.syncs import PayableSync, SyncStage, SyncStarter, new_sync
from crossfoot.errors import AwsUnavailable
from crossfoot.messages import Message, SyncPayables
from crossfoot.ports import Outgoing

from tests.fakes.api import OTHER_TENANT, FakeApi, Reply
from tests.fakes.receipts import BANK, COSTS, SALES
from tests.fakes.world import TENANT

PATH = "/v1/syncs"
HALF_AN_HOUR_S = 30 * 60


@pytest.fixture
def api() -> FakeApi:
    api = FakeApi()
    api.connect_both()
    api.world.payables_settings.save(TENANT, PayablesPreferences(COSTS, SALES, BANK))
    api.world.queue.messages.clear()
    return api


def press(api: FakeApi, **how: Any) -> Reply:
    return api.call("POST", PATH, **how)


def show(api: FakeApi, sync: str, **query: str) -> Any:
    return api.call("GET", f"{PATH}/{sync}", query=query).body


def asked(api: FakeApi) -> list[str]:
    return [message.sync for message in api.world.queue.messages if isinstance(message, SyncPayables)]


def move(api: FakeApi, sync: str, **changes: Any) -> PayableSync:
    """Let a worker come further with a sync."""
    seen = api.world.payable_syncs.load(TENANT, sync)
    assert seen is not None
    moved = replace(seen, **{"moved_at": api.world.clock.now(), **changes})
    api.world.payable_syncs.replace(TENANT, seen, moved)
    return moved


def bill(number: int) -> Ref:
    return Ref(PLATFORM, Kind.BILL, f"bill_{number:03}")


def test_b7_pressing_begins_a_sync_and_says_how_far_it_is(api: FakeApi) -> None:
    reply = press(api)
    assert (reply.status, reply.body["begun_by"], reply.body["state"], reply.body["stage"]) == (
        202, "person", "running", "reading",
    )  # fmt: skip
    assert asked(api) == [reply.body["id"]]
    shown = show(api, reply.body["id"])
    assert {name: shown[name] for name in reply.body} == {**reply.body, "held_up": 0}
    assert (shown["on_their_way"], shown["held_up"], shown["done"], shown["failures"]) == (0, 0, 0, [])


def test_b7_a_second_press_joins_the_first(api: FakeApi) -> None:
    first = press(api).body["id"]
    api.world.queue.messages.clear()
    api.world.clock.advance(10)
    move(api, first, read={"bill": 7})
    joined = press(api).body
    assert (joined["id"], joined["read"], asked(api)) == (first, {"bill": 7}, [])
    assert [each["id"] for each in api.call("GET", PATH).body["syncs"]] == [first]


def test_b7_one_that_auto_sync_began_is_joined_too(api: FakeApi) -> None:
    began = new_sync(SyncStarter.AUTO_SYNC, api.world.clock.now(), "a")
    api.world.payable_syncs.begin(TENANT, began)
    assert press(api).body["begun_by"] == "auto_sync"


def test_b7_after_one_has_ended_the_next_begins(api: FakeApi) -> None:
    first = press(api).body["id"]
    move(api, first, stage=SyncStage.DONE, finished_at=api.world.clock.now())
    api.world.clock.advance(1)
    second = press(api).body["id"]
    assert second != first
    syncs = api.call("GET", PATH).body["syncs"]
    assert [(each["id"], each["state"]) for each in syncs] == [(second, "running"), (first, "done")]
    page = api.call("GET", PATH, query={"limit": "1"}).body
    assert api.call("GET", PATH, query={"cursor": page["next_cursor"]}).body["syncs"] == syncs[1:]


def test_b7_two_who_press_at_once_get_one_sync(api: FakeApi) -> None:
    begin = api.world.payable_syncs.begin
    met: list[Reply] = []

    def meanwhile(tenant: str, sync: PayableSync) -> PayableSync:
        api.world.payable_syncs.begin = begin  # type: ignore[method-assign]
        met.append(press(api))
        return begin(tenant, sync)

    api.world.payable_syncs.begin = meanwhile  # type: ignore[method-assign]
    assert press(api).body["id"] == met[0].body["id"]
    assert len(asked(api)) == 1


def test_b7_a_press_that_could_not_be_queued_is_made_up_for_by_the_next(api: FakeApi) -> None:
    send = api.world.queue.send

    def fail(messages: list[Message]) -> None:
        raise AwsUnavailable("SQS")

    api.world.queue.send = fail  # type: ignore[method-assign, assignment]
    assert press(api).status == 503
    api.world.queue.send = send  # type: ignore[method-assign]
    api.world.clock.advance(5)
    assert asked(api) == []
    assert press(api).body["id"] == asked(api)[0]


def test_x3_one_that_stopped_moving_is_stuck_and_a_press_goes_on_with_it(api: FakeApi) -> None:
    sync = press(api).body["id"]
    api.world.clock.advance(1)
    move(api, sync, stage=SyncStage.SENDING)
    api.world.queue.messages.clear()
    api.world.clock.advance(HALF_AN_HOUR_S)
    assert show(api, sync)["state"] == "running"
    api.world.clock.advance(1)
    assert (show(api, sync)["state"], api.call("GET", PATH).body["syncs"][0]["state"]) == ("stuck", "stuck")
    assert press(api).body["id"] == sync
    assert asked(api) == [sync]


def test_b3_nothing_begins_until_the_three_accounts_are_chosen_and_one_sentence_says_which(api: FakeApi) -> None:
    for preferences, word in ((PayablesPreferences(COSTS, "", BANK), "income"), (None, "expense")):
        api.world.payables_settings.preferences.clear()
        if preferences:
            api.world.payables_settings.save(TENANT, preferences)
        reply = press(api)
        assert (reply.status, reply.body["code"]) == (409, "preference_missing")
        assert word in reply.body["detail"]
        assert reply.body["detail"].count(".") == 1
        assert reply.body["fix"]
    assert (asked(api), api.world.payable_syncs.syncs) == ([], {})


def test_c7_nothing_begins_while_quickbooks_cannot_be_read_and_the_true_reason_is_told(api: FakeApi) -> None:
    api.connections.need_attention(TENANT, ACCOUNTING, "Intuit no longer accepts our access.", "Connect again.")
    reply = press(api)
    assert (reply.status, reply.body["detail"]) == (409, "Intuit no longer accepts our access.")
    api.call("DELETE", "/v1/connections/quickbooks")
    reply = press(api)
    assert (reply.status, reply.body["detail"]) == (409, "QuickBooks is not connected.")
    assert (asked(api), api.world.payable_syncs.syncs) == ([], {})


def test_x3_one_that_ended_without_its_work_says_why_and_how_to_mend_it(api: FakeApi) -> None:
    sync = press(api).body["id"]
    told = {"problem": "QuickBooks is not connected.", "fix": "Connect QuickBooks."}
    move(api, sync, stage=SyncStage.DONE, finished_at=api.world.clock.now(), **told)
    shown = show(api, sync)
    assert (shown["state"], shown["problem"], shown["fix"]) == ("failed", *told.values())


def test_x1_x3_what_was_sent_off_is_counted_and_what_did_not_go_through_is_listed_with_its_reason(api: FakeApi) -> None:
    sync = press(api).body["id"]
    move(api, sync, stage=SyncStage.SENDING, queued=5, read={"bill": 3}, left_out=2, unreadable=1)
    held_up = waits(bill(1), "B5", "not_approved", "The bill is not approved.", "Approve it.")
    parked = Parked(bill(1), (Reason(held_up, api.world.clock.now()),))
    api.world.attention.replace(TENANT, Parked(bill(1)), parked)
    waiting = [
        Outgoing(bill(1), None, sync, "not_approved"),
        Outgoing(bill(2), None, sync, "stuck"),
        Outgoing(bill(3), None, sync),
        Outgoing(bill(4), None, "another sync", "not_approved"),
        Outgoing(bill(5), None),
    ]
    api.world.outbox.put(TENANT, waiting)
    shown = show(api, sync)
    assert (shown["sent"], shown["on_their_way"], shown["held_up"], shown["done"]) == (5, 1, 2, 2)
    assert (shown["read"], shown["left_out"], shown["unreadable"], shown["is_more"]) == ({"bill": 3}, 2, 1, False)
    reasons = {each["id"]: each["why"] for each in shown["failures"]}
    assert list(reasons) == ["platform-bill_001", "platform-bill_002"]
    assert (reasons["platform-bill_001"]["sentence"], reasons["platform-bill_001"]["fix"]) == (
        "The bill is not approved.", "Approve it.",
    )  # fmt: skip
    assert reasons["platform-bill_002"]["code"] == "stuck"
    assert reasons["platform-bill_002"]["fix"]


def test_x3_one_that_is_over_keeps_how_much_it_left_held_up_also_when_that_is_tried_again(api: FakeApi) -> None:
    sync = press(api).body["id"]
    assert api.call("GET", PATH).body["syncs"][0]["held_up"] is None
    move(api, sync, stage=SyncStage.DONE, queued=5, held_up=2, finished_at=api.world.clock.now())
    api.world.outbox.put(TENANT, [Outgoing(bill(1), None, "a later sync"), Outgoing(bill(2), None, sync, "stuck")])
    shown = show(api, sync)
    assert (shown["held_up"], shown["on_their_way"], shown["done"]) == (2, 0, 3)
    assert [each["id"] for each in shown["failures"]] == ["platform-bill_002"]
    assert api.call("GET", PATH).body["syncs"][0]["held_up"] == 2


def test_x3_failures_are_listed_a_page_at_a_time(api: FakeApi) -> None:
    sync = press(api).body["id"]
    move(api, sync, queued=450)
    api.world.outbox.put(TENANT, [Outgoing(bill(n), None, sync, "not_approved") for n in range(450)])
    seen: list[str] = []
    query = {"limit": "200"}
    while True:
        shown = show(api, sync, **query)
        assert shown["held_up"] == 450
        seen += [each["id"] for each in shown["failures"]]
        if not shown["next_cursor"]:
            break
        query = {**query, "cursor": shown["next_cursor"]}
    assert seen == [f"platform-{bill(n).id}" for n in range(450)]


def test_x3_where_more_waits_than_is_counted_that_is_said(api: FakeApi) -> None:
    sync = press(api).body["id"]
    move(api, sync, queued=1_500)
    names = [Ref(PLATFORM, Kind.BILL, f"bill_{n:04}") for n in range(1_500)]
    api.world.outbox.put(TENANT, [Outgoing(each, None, sync) for each in names])
    shown = show(api, sync)
    assert (shown["on_their_way"], shown["is_more"]) == (1_000, True)


def test_x6_a_sync_is_its_own_partners_to_see(api: FakeApi) -> None:
    sync = press(api).body["id"]
    for how in ({"tenant": OTHER_TENANT}, {}):
        path = f"{PATH}/{sync}" if how else f"{PATH}/20261103T170405.000000Z-nobody"
        assert api.call("GET", path, **how).status == 404
    assert api.call("GET", PATH, tenant=OTHER_TENANT).body["syncs"] == []
    assert api.call("GET", f"{PATH}/nonsense").status == 400
