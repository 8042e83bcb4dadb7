"""What a partner chooses for its payables, and what syncs for it (B2, B3, B5, B6, B7)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from crossfoot.core.payables.preferences import Direction, PayablesPreferences
from crossfoot.core.payables.profile import PaymentSync, ProfileFacts
from crossfoot.core.payables.sync_profile import SyncType
from crossfoot.core.payables.syncs import SyncStage, SyncStarter, new_sync
from crossfoot.errors import AwsUnavailable
from crossfoot.messages import RetryParked, SyncPayables

from tests.fakes.api import OTHER_TENANT, FakeApi, Reply, claims_of
from tests.fakes.whole_payables import OPERATOR, PREFERENCES
from tests.fakes.world import TENANT

PATH = "/v1/payables/preferences"
PROFILE = "/v1/sync-profile"
FOLLOWS = ("saved", "ready", "missing", "payment_sync", "payment_sync_why")


@pytest.fixture
def api() -> FakeApi:
    api = FakeApi()
    api.connect_both()
    api.world.queue.messages.clear()
    return api


def put(api: FakeApi, **changes: object) -> Reply:
    return api.call("PUT", PATH, body={**PREFERENCES, **changes})


def chosen(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name not in FOLLOWS}


def asked_again(api: FakeApi) -> int:
    return sum(isinstance(message, RetryParked) for message in api.world.queue.messages)


def test_b3_what_was_never_saved_says_so_and_what_is_missing_in_one_sentence(api: FakeApi) -> None:
    shown = api.call("GET", PATH).body
    assert (shown["saved"], shown["ready"], shown["home_currency"], shown["direction"]) == (
        False, False, "USD", "two_way",
    )  # fmt: skip
    assert shown["missing"].count(".") == 1
    for account in ("expense", "income", "bank"):
        assert account in shown["missing"]


def test_b3_what_was_put_is_what_is_shown_to_this_partner_only(api: FakeApi) -> None:
    reply = put(api)
    assert (reply.status, chosen(reply.body)) == (200, PREFERENCES)
    shown = api.call("GET", PATH).body
    assert (chosen(shown), shown["saved"], shown["ready"], shown["missing"]) == (PREFERENCES, True, True, "")
    assert api.call("GET", PATH, tenant=OTHER_TENANT).body["saved"] is False


@pytest.mark.parametrize("account", ["expense", "income", "bank"])
def test_b3_each_of_the_three_accounts_may_be_chosen_later_and_is_missing_until_then(
    api: FakeApi, account: str
) -> None:
    shown = put(api, **{f"{account}_account_id": ""}).body
    assert shown["ready"] is False
    assert [word for word in ("expense", "income", "bank") if word in shown["missing"]] == [account]


def test_b4_bills_that_are_paid_by_card_need_no_account_until_there_are_some(api: FakeApi) -> None:
    assert put(api, card_account_id="").body["ready"] is True


@pytest.mark.parametrize("missing", list(PREFERENCES))
def test_none_may_be_left_out(api: FakeApi, missing: str) -> None:
    reply = api.call("PUT", PATH, body={name: value for name, value in PREFERENCES.items() if name != missing})
    assert [error["field"] for error in reply.body["errors"]] == [missing]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"expense_account_id": "404"}, "expense_account_id"),
        ({"expense_account_id": "35"}, "expense_account_id"),
        ({"income_account_id": "63"}, "income_account_id"),
        ({"bank_account_id": "41"}, "bank_account_id"),
        ({"card_account_id": "35"}, "card_account_id"),
        ({"bank_account_id": "36"}, "bank_account_id"),
        ({"home_currency": "EUR"}, "home_currency"),
        ({"home_currency": "usd"}, "home_currency"),
        ({"direction": "from_accounting"}, "direction"),
        ({"auto_sync": "yes"}, "auto_sync"),
        ({"payment_sync": "two_way"}, "payment_sync"),
    ],
)
def test_b2_b3_a_choice_that_there_is_not_is_named_and_nothing_is_stored(
    api: FakeApi, changes: dict[str, Any], field: str
) -> None:
    api.world.our_payments.deactivate("36")
    reply = put(api, **changes)
    assert (reply.status, [error["field"] for error in reply.body["errors"]]) == (400, [field])
    assert api.world.payables_settings.preferences == {}
    assert api.world.queue.messages == []


def test_b3_all_choices_that_there_are_not_are_named_at_once(api: FakeApi) -> None:
    reply = put(api, expense_account_id="35", bank_account_id="41", home_currency="EUR")
    assert [error["field"] for error in reply.body["errors"]] == [
        "expense_account_id", "bank_account_id", "home_currency",
    ]  # fmt: skip


def test_b3_quickbooks_is_asked_live_and_only_for_what_is_newly_chosen(api: FakeApi) -> None:
    put(api)
    before = api.world.our_payments.reads
    put(api, auto_sync=False, direction="to_accounting")
    assert api.world.our_payments.reads == before
    api.world.clock.advance(120)
    put(api, bank_account_id="36")
    assert api.world.our_payments.reads == before + 1, "what was read of the company before is not believed"
    assert put(api, bank_account_id="").status == 200
    assert api.world.our_payments.reads == before + 1


def test_b2_the_currency_is_the_one_that_quickbooks_keeps_the_books_in(api: FakeApi) -> None:
    company = api.world.our_payments.company
    api.world.our_payments.company = replace(company, home_currency="CAD")
    reply = put(api)
    assert reply.body["errors"] == [
        {"field": "home_currency", "message": "QuickBooks keeps this company's books in CAD."}
    ]
    assert put(api, home_currency="CAD").status == 200
    api.world.our_payments.company = replace(company, home_currency="")
    assert put(api, home_currency="EUR").status == 400, "what was read a moment ago still holds"
    api.world.clock.advance(120)
    assert put(api, home_currency="EUR").status == 200, "where QuickBooks does not say, the partner does"


def test_b5_b7_what_waited_is_tried_again_also_where_the_queue_failed_at_first(api: FakeApi) -> None:
    send = api.world.queue.send

    def fail(messages: object) -> None:
        raise AwsUnavailable("SQS")

    api.world.queue.send = fail  # type: ignore[method-assign]
    assert put(api, direction="to_accounting", auto_sync=False).status == 503
    api.world.queue.send = send  # type: ignore[method-assign]
    assert put(api, direction="to_accounting", auto_sync=False).status == 200
    kept = api.world.payables_settings.load(TENANT)
    assert isinstance(kept, PayablesPreferences)
    assert (kept.direction, kept.auto_sync, asked_again(api)) == (Direction.TO_ACCOUNTING, False, 1)


def test_b7_auto_sync_that_came_to_nothing_for_want_of_an_account_does_not_wait_a_day(api: FakeApi) -> None:
    put(api, bank_account_id="")
    begun = api.world.payable_syncs.begin(TENANT, new_sync(SyncStarter.AUTO_SYNC, api.world.clock.now(), "one"))
    api.world.queue.send([SyncPayables(tenant=TENANT, sync=begun.id)])
    api.world.settle()
    put(api, bank_account_id="", needs_approval=True)
    assert not any(isinstance(message, SyncPayables) for message in api.world.queue.messages)
    put(api)
    api.world.settle()
    newest = api.world.payable_syncs.load_newest(TENANT)
    assert newest is not None
    assert (newest.starter, newest.stage, newest.problem) == (SyncStarter.AUTO_SYNC, SyncStage.DONE, "")


def test_b7_auto_sync_that_did_not_begin_for_want_of_an_account_begins_once_that_is_chosen(api: FakeApi) -> None:
    put(api, bank_account_id="")
    api.world.queue.send([SyncPayables(tenant=TENANT, because="connected")])
    api.world.settle()
    assert api.world.payable_syncs.load_newest(TENANT) is None
    put(api)
    api.world.settle()
    newest = api.world.payable_syncs.load_newest(TENANT)
    assert newest is not None
    assert (newest.starter, newest.problem) == (SyncStarter.AUTO_SYNC, "")


# --- the profile -------------------------------------------------------------------------------------------------------


def profile(api: FakeApi, facts: ProfileFacts, preferences: PayablesPreferences | None = None) -> dict[str, Any]:
    api.world.payables_settings.save_facts(TENANT, facts)
    if preferences:
        api.world.payables_settings.save(TENANT, preferences)
    shown: dict[str, Any] = api.call("GET", PROFILE).body
    return shown


def flows(shown: Mapping[str, Any]) -> dict[str, tuple[bool, bool]]:
    return {each["type"]: (each["into_platform"]["syncs"], each["into_accounting"]["syncs"]) for each in shown["types"]}


def test_b6_what_syncs_is_told_for_every_type_with_its_rule_and_why(api: FakeApi) -> None:
    shown = profile(api, ProfileFacts(date(2017, 9, 15)))
    assert [each["type"] for each in shown["types"]] == [kind.value for kind in SyncType]
    assert flows(shown) == {
        "vendors": (True, True),
        "bills": (True, True),
        "vendor_credits": (True, True),
        "bill_payments": (True, True),
        "invoices": (True, False),
        "credit_memos": (False, False),
        "documents": (False, False),
    }
    for each in shown["types"]:
        for flow in (each["into_platform"], each["into_accounting"]):
            assert flow["why"].endswith(".")
            assert flow["rule"] in {"B1", "B2", "B4", "B5", "B6", "I4"}


@pytest.mark.parametrize(
    ("facts", "sync", "word"),
    [
        (ProfileFacts(), "classic", "has not said"),
        (ProfileFacts(date(2017, 9, 14)), "classic", "2017-09-14"),
        (ProfileFacts(date(2017, 9, 15)), "two_way", "2017-09-15"),
        (ProfileFacts(date(2020, 1, 1), accountant_console=True), "classic", "accountant console"),
        (ProfileFacts(date(2010, 1, 1), override=PaymentSync.TWO_WAY), "two_way", "operator"),
    ],
)
def test_b6_the_profile_says_whether_payments_come_back_and_why(
    api: FakeApi, facts: ProfileFacts, sync: str, word: str
) -> None:
    shown = profile(api, facts)
    assert (shown["payment_sync"], word in shown["payment_sync_why"]) == (sync, True)
    assert flows(shown)["bill_payments"] == (sync == "two_way", True)
    preferences = api.call("GET", PATH).body
    assert (preferences["payment_sync"], preferences["payment_sync_why"]) == (sync, shown["payment_sync_why"])


def test_b5_a_partner_that_chose_one_way_is_told_so_of_everything_that_would_come(api: FakeApi) -> None:
    shown = profile(api, ProfileFacts(date(2020, 1, 1)), PayablesPreferences(direction=Direction.TO_ACCOUNTING))
    assert not any(comes for comes, _ in flows(shown).values())
    assert flows(shown)["bills"] == (False, True)


def override(api: FakeApi, value: object, **claims: str) -> Reply:
    api.world.clock.advance(1)
    who = {**claims_of(TENANT), "cognito:groups": OPERATOR, "email": "ada@operator.example", **claims}
    return api.call("PUT", PROFILE, body={"override": value}, claims=who)


def history(api: FakeApi) -> list[str]:
    connections = api.call("GET", "/v1/connections").body["connections"]
    lines = next(each["history"] for each in connections if each["system"] == "quickbooks")
    return [line["what"] for line in lines if line["what"].startswith("Payment sync")]


def test_b6_an_operator_chooses_and_takes_it_back_and_the_history_says_who(api: FakeApi) -> None:
    api.world.payables_settings.save_facts(TENANT, ProfileFacts(date(2010, 1, 1)))
    reply = override(api, "two_way")
    assert (reply.status, reply.body["payment_sync"], reply.body["override"]) == (200, "two_way", "two_way")
    assert override(api, "two_way").status == 200
    assert history(api) == ["Payment sync of payables set to two-way by the operator ada@operator.example"]
    back = override(api, None, email="bo@operator.example")
    assert (back.body["payment_sync"], back.body["override"], back.body["signed_up_on"]) == (
        "classic", None, "2010-01-01",
    )  # fmt: skip
    assert history(api)[1:] == [
        "Payment sync of payables follows from the sign-up again, by the operator bo@operator.example"
    ]
    assert asked_again(api) == 3, "what was parked because of the profile is tried again"


@pytest.mark.parametrize("groups", ["", "staff", "operators-of-cranes", "[staff cooperators]"])
def test_b6_nobody_else_may_choose(api: FakeApi, groups: str) -> None:
    reply = override(api, "two_way", **{"cognito:groups": groups})
    assert (reply.status, reply.body["code"]) == (403, "operators_only")
    assert (api.world.payables_settings.facts, history(api)) == ({}, [])


def test_b6_an_operator_of_another_partner_changes_nothing_here(api: FakeApi) -> None:
    assert override(api, "two_way", **{"custom:tenant": OTHER_TENANT}).status == 200
    assert set(api.world.payables_settings.facts) == {OTHER_TENANT}


@pytest.mark.parametrize("body", [{}, {"override": "both"}, {"override": None, "signed_up_on": "2020-01-01"}])
def test_b6_what_cannot_be_chosen_is_refused(api: FakeApi, body: dict[str, Any]) -> None:
    who = {**claims_of(TENANT), "cognito:groups": OPERATOR}
    assert api.call("PUT", PROFILE, body=body, claims=who).status == 400


def test_b6_a_choice_that_broke_off_is_made_up_for_by_the_next_call(api: FakeApi) -> None:
    note = api.connections.note

    def fail(*_: object) -> None:
        raise AwsUnavailable("DynamoDB")

    api.connections.note = fail  # type: ignore[method-assign, assignment]
    assert override(api, "two_way").status == 503
    api.connections.note = note  # type: ignore[method-assign]
    assert override(api, "two_way").status == 200
    assert len(history(api)) == 1


def test_b6_what_the_platform_tells_at_the_same_moment_is_not_lost(api: FakeApi) -> None:
    load = api.world.payables_settings.load_facts

    def told_meanwhile(tenant: str) -> ProfileFacts:
        seen = load(tenant)
        api.world.payables_settings.load_facts = load  # type: ignore[method-assign]
        api.world.payables_settings.replace_facts(tenant, seen, ProfileFacts(date(2020, 1, 1)))
        return seen

    api.world.payables_settings.load_facts = told_meanwhile  # type: ignore[method-assign]
    reply = override(api, "classic")
    assert (reply.status, reply.body["code"]) == (409, "conflict")
    assert override(api, "classic").body["signed_up_on"] == "2020-01-01"
