"""What needs attention, as the API shows it, and what a partner does about it (X1, X3, C7, I9)."""

from typing import Any

import pytest
from crossfoot.core.attention import Parked
from crossfoot.core.model import PLATFORM, PSA, Kind, Ref
from crossfoot.messages import MirrorPayment, RetryParked

from tests.fakes.api import OTHER_TENANT, FakeApi
from tests.fakes.choices import NEVER_CHOSEN
from tests.fakes.telling import FakePlatform
from tests.fakes.world import TENANT, World

CAUSE = "invoice_not_in_psa"


@pytest.fixture
def api() -> FakeApi:
    """Two external payments and one of the platform, whose invoices are not in ConnectWise yet."""
    api = FakeApi(World())
    api.connect_both()
    for number in ("1001", "1002", "1003"):
        api.world.invoice_in_both(number, 100_00, connectwise=False)
    api.work()
    for number in ("1", "2"):
        api.world.quickbooks.pay(f"p{number}", {f"q100{number}": 40_00})
        api.work()
    FakePlatform(api.world).pay("pay_1", {"quickbooks-q1003": 100_00})
    api.work()
    return api


def attention(api: FakeApi) -> dict[str, dict[str, Any]]:
    return {each["cause"]: each for each in api.call("GET", "/v1/attention").body["causes"]}


def counted(api: FakeApi, cause: str = CAUSE) -> tuple[int, int]:
    """Give how many records a cause holds, and how many of them are ignored."""
    shown = attention(api).get(cause)
    return (shown["count"], shown["ignored"]) if shown else (0, 0)


def parked(api: FakeApi, cause: str = CAUSE, **query: str) -> list[str]:
    reply = api.call("GET", f"/v1/attention/{cause}", query=query)
    assert reply.status == 200, reply.text
    return [each["id"] for each in reply.body["records"]]


def act(api: FakeApi, deed: str, **body: Any) -> int | None:
    """Retry or ignore, and let what follows come to rest. Returns: how many were taken."""
    reply = api.call("POST", f"/v1/attention/{deed}", body=body)
    assert reply.status == 202, reply.text
    api.world.settle()
    accepted: int | None = reply.body["accepted"]
    return accepted


def named(*ids: str) -> list[dict[str, str]]:
    return [{"kind": "payment", "id": id_} for id_ in ids]


# --- what is shown -------------------------------------------------------------------------------------------------------


def test_x1_what_is_parked_is_shown_by_cause_with_what_mends_it(api: FakeApi) -> None:
    reply = api.call("GET", "/v1/attention")
    (cause,) = (each for each in reply.body["causes"] if each["cause"] == CAUSE)
    assert (cause["what"], cause["count"], cause["is_more"], cause["ignored"]) == ("records", 3, False, 0)
    assert cause["actions"] == ["retry", "ignore"]
    assert "ConnectWise" in cause["title"]
    assert cause["fix"]
    assert reply.body["total"] == 3
    listed = api.call("GET", cause["path"]).body["records"]
    assert cause["oldest_since"] == min(each["since"] for each in listed)


def test_x1_the_records_of_a_cause_say_why_since_when_and_how_much(api: FakeApi) -> None:
    first, *_ = api.call("GET", f"/v1/attention/{CAUSE}").body["records"]
    assert (first["kind"], first["id"], first["amount"], first["on"]) == (
        "payment", "platform-pay_1", "100.00", "2026-11-03",
    )  # fmt: skip
    assert (first["why"]["code"], first["why"]["outcome"], first["ignored_at"]) == (CAUSE, "waits", None)
    assert "1003" in first["why"]["sentence"]
    explained = api.call("GET", "/v1/records/payment/platform-pay_1/explain").body["now"]
    assert first["why"] in explained


def test_x3_the_records_of_a_cause_come_in_pages(api: FakeApi) -> None:
    found: list[str] = []
    cursor = ""
    for _ in range(3):
        page = api.call("GET", f"/v1/attention/{CAUSE}", query={"limit": "1", "cursor": cursor}).body
        found += [each["id"] for each in page["records"]]
        cursor = page["next_cursor"]
    assert (sorted(found), cursor) == (["platform-pay_1", "quickbooks-p1", "quickbooks-p2"], "")


def test_x1_a_page_whose_records_all_went_on_meanwhile_is_empty_and_its_cause_still_there(api: FakeApi) -> None:
    first = api.call("GET", f"/v1/attention/{CAUSE}", query={"limit": "2"}).body
    api.world.connectwise.add_invoice("c1002", "1002", 100_00)
    api.work()
    second = api.call("GET", f"/v1/attention/{CAUSE}", query={"limit": "2", "cursor": first["next_cursor"]})
    assert (second.status, second.body) == (200, {"records": [], "next_cursor": ""})


def test_x1_a_cause_that_holds_nothing_is_not_there_and_none_of_another_partner(api: FakeApi) -> None:
    assert api.call("GET", "/v1/attention/row_taken").status == 404
    assert api.call("GET", f"/v1/attention/{CAUSE}", tenant=OTHER_TENANT).status == 404
    assert api.call("GET", "/v1/attention", tenant=OTHER_TENANT).body == {"causes": [], "total": 0, "is_more": False}
    assert api.call("GET", "/v1/attention/Robert'); DROP").status in {400, 404}


def test_x1_what_went_through_is_no_longer_shown(api: FakeApi) -> None:
    api.world.connectwise.add_invoice("c1001", "1001", 100_00)
    api.work()
    assert (counted(api), parked(api)) == ((2, 0), ["platform-pay_1", "quickbooks-p2"])


def test_c7_a_connection_that_stopped_is_shown_with_its_fix_and_nothing_to_retry(api: FakeApi) -> None:
    api.connections.need_attention(TENANT, PSA, "ConnectWise no longer accepts these keys.", "Enter new keys.")
    shown = attention(api)["connection_connectwise"]
    assert (shown["what"], shown["title"], shown["fix"]) == (
        "connection", "ConnectWise no longer accepts these keys.", "Enter new keys.",
    )  # fmt: skip
    assert (shown["actions"], shown["path"]) == ([], "/v1/connections")
    assert api.call("GET", "/v1/attention").body["total"] == 3 + 1


def test_c6_a_connection_that_the_partner_ended_needs_no_attention(api: FakeApi) -> None:
    api.call("DELETE", "/v1/connections/connectwise")
    assert "connection_connectwise" not in attention(api)


def test_i9_matches_that_are_to_be_decided_are_counted(api: FakeApi) -> None:
    assert "matches" not in attention(api)
    api.world.connectwise.add_invoice("c1002", "1002", 90_00)
    api.work()
    shown = attention(api)["matches"]
    assert (shown["count"], shown["is_more"], shown["actions"]) == (1, False, [])
    assert api.call("GET", shown["path"]).body["invoices"]


# --- retry and ignore ----------------------------------------------------------------------------------------------------


def test_x3_named_records_are_ignored_at_once_and_a_retry_has_them_count_again(api: FakeApi) -> None:
    assert act(api, "ignore", records=named("quickbooks-p1", "quickbooks-p2", "quickbooks-p9")) == 2
    assert (counted(api), parked(api)) == ((1, 2), ["platform-pay_1"])
    assert parked(api, ignored="true") == ["quickbooks-p1", "quickbooks-p2"]
    assert act(api, "retry", records=named("quickbooks-p1")) == 1
    assert (counted(api), parked(api, ignored="true")) == ((2, 1), ["quickbooks-p2"])


def test_x1_a_record_that_is_ignored_says_so_in_its_story(api: FakeApi) -> None:
    def said() -> list[str]:
        return [each["code"] for each in api.call("GET", "/v1/records/payment/quickbooks-p1/explain").body["now"]]

    assert said() == [CAUSE]
    act(api, "ignore", records=named("quickbooks-p1"))
    assert said() == [CAUSE, "ignored"]
    act(api, "retry", records=named("quickbooks-p1"))
    assert said() == [CAUSE]


def test_x3_all_of_a_cause_or_everything_is_ignored_and_tried_again_by_a_walk(api: FakeApi) -> None:
    assert act(api, "ignore", cause=CAUSE) is None
    assert counted(api) == (0, 3)
    act(api, "retry", all=True)
    assert counted(api) == (0, 3), "what is ignored stays so"
    act(api, "retry", all=True, ignored=True)
    assert counted(api) == (3, 0)
    act(api, "ignore", all=True)
    assert counted(api) == (0, 3)


def test_x3_ignoring_one_cause_of_a_record_leaves_its_others(api: FakeApi) -> None:
    ref = Ref(PLATFORM, Kind.PAYMENT, "pay_1")
    seen = api.world.attention.load(TENANT, [ref])[ref]
    assert act(api, "ignore", records=named(str(ref)), cause="row_taken") == 0
    assert api.world.attention.load(TENANT, [ref]) == {ref: seen}
    assert act(api, "ignore", records=named(str(ref)), cause=CAUSE) == 1
    assert counted(api) == (2, 1)


def test_x3_what_is_ignored_still_goes_on_by_itself(api: FakeApi) -> None:
    act(api, "ignore", all=True)
    for number in ("1001", "1002", "1003"):
        api.world.connectwise.add_invoice(f"c{number}", number, 100_00)
    api.work()
    assert counted(api) == (0, 0)
    assert api.world.attention.parked == {}
    assert api.world.rows("1001") == [(40_00, "2026-11-03")]


def test_x3_each_retry_is_work_of_its_own(api: FakeApi) -> None:
    api.world.queue.messages.clear()
    for _ in range(2):
        api.world.clock.advance(1)
        api.call("POST", "/v1/attention/retry", body={"records": named("quickbooks-p1")})
    first, second = api.world.queue.messages
    assert isinstance(first, MirrorPayment)
    assert isinstance(second, MirrorPayment)
    assert first.again != second.again


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "records"),
        ({"records": []}, "records"),
        ({"all": True, "cause": CAUSE}, "all"),
        ({"all": True, "records": named("quickbooks-p1")}, "all"),
        ({"records": [{"kind": "customer", "id": "quickbooks-q1001"}]}, "records.0.kind"),
        ({"records": named(*(f"quickbooks-{number}" for number in range(101)))}, "records"),
        ({"cause": "No Cause"}, "cause"),
    ],
)
@pytest.mark.parametrize("deed", ["retry", "ignore"])
def test_x3_what_is_meant_has_to_be_said_once(api: FakeApi, deed: str, body: dict[str, Any], field: str) -> None:
    reply = api.call("POST", f"/v1/attention/{deed}", body=body)
    assert reply.status == 400, reply.text
    assert [each["field"] for each in reply.body["errors"]] == [field]


# --- by itself -----------------------------------------------------------------------------------------------------------


def walks(api: FakeApi) -> list[RetryParked]:
    return [message for message in api.world.queue.messages if isinstance(message, RetryParked)]


def test_x3_saved_preferences_have_everything_tried_again(api: FakeApi) -> None:
    assert api.call("PUT", "/v1/preferences", body=NEVER_CHOSEN).status == 200
    (walk,) = walks(api)
    assert (walk.codes, walk.again) == ((), "")
    api.world.settle()
    assert parked(api) == ["platform-pay_1"], "the toggle is off, and the others wait for nothing any more"


def test_c6_a_connection_has_everything_tried_again_also_what_was_refused(api: FakeApi) -> None:
    api.world.queue.messages.clear()
    api.connect_both()
    (walk,) = walks(api)
    assert walk.codes == ()
    assert walk.again == walk.because != ""


def test_i9_a_decided_match_lets_its_payments_go_and_they_are_parked_no_longer(api: FakeApi) -> None:
    api.world.connectwise.add_invoice("c77", "77", 100_00, customer="Somebody else")
    api.work()
    body = {"kind": "invoice", "accounting": "quickbooks-q1001", "psa": "connectwise-c77", "verdict": "same"}
    assert api.call("POST", "/v1/matches", body=body).status == 200
    api.world.settle()
    assert parked(api) == ["platform-pay_1", "quickbooks-p2"]
    external = Ref(api.world.quickbooks.system, Kind.PAYMENT, "p1")
    assert api.world.attention.load(TENANT, [external])[external] == Parked(external)
