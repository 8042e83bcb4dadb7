"""The import filters of ConnectWise, and what lies outside them (C4, C5)."""

from datetime import date
from typing import Any

import pytest
from crossfoot import archiving
from crossfoot.core.fetching import FetchKind, Progress, count
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import PSA, Keeping, Standing, TraitName
from crossfoot.errors import RemoteUnavailable
from crossfoot.messages import ArchiveOutside, CrossfootRequest, Nudge
from crossfoot.ports import Choice

from tests.fakes.api import OTHER_TENANT, FakeApi, Reply
from tests.fakes.records import credit_memo, customer, invoice, trait
from tests.fakes.world import TENANT

PATH = "/v1/connections/connectwise/filters"
OPEN: dict[str, Any] = {**{name.value: [] for name in TraitName}, "from": None, "to": None}
CLIENTS: dict[str, Any] = {**OPEN, "company_type": ["1", "2"], "from": "2026-01-01"}


@pytest.fixture
def api() -> FakeApi:
    api = FakeApi()
    api.connect_both()
    seen = api.world.cursors.load(TENANT, PSA)
    api.world.cursors.move(TENANT, PSA, seen, api.world.clock.stamp(), Progress(), done=True)
    api.world.queue.messages.clear()
    read: dict[TraitName, tuple[Choice, ...]] = {name: () for name in TraitName if name is not TraitName.LOCATION}
    api.systems.choices = {**read, TraitName.COMPANY_TYPE: (Choice("1", "Client"), Choice("2", "Prospect"))}
    return api


def put(api: FakeApi, body: dict[str, Any], **how: Any) -> Reply:
    return api.call("PUT", PATH, body=body, **how)


# --- C4 ----------------------------------------------------------------------------------------------------------------


def test_c4_without_filters_everything_comes_in(api: FakeApi) -> None:
    assert api.call("GET", PATH).body == OPEN
    assert api.world.filters.load(TENANT).is_open


def test_c4_saving_keeps_the_filters_and_reads_everything_again(api: FakeApi) -> None:
    reply = put(api, CLIENTS)
    assert reply.status == 200, reply.text
    assert {name: reply.body[name] for name in OPEN} == CLIENTS == api.call("GET", PATH).body
    assert api.world.filters.load(TENANT).values[TraitName.COMPANY_TYPE] == {"1", "2"}
    assert api.world.filters.load(TENANT).first == date(2026, 1, 1)
    fetch = reply.body["fetch"]
    assert (fetch["what"], fetch["system"], fetch["state"]) == ("resync", "connectwise", "running")
    position = api.world.cursors.load(TENANT, PSA)
    assert (position.cursor, position.run) == ("", fetch["id"]), "from the start"
    assert [m.system for m in api.world.queue.messages if isinstance(m, Nudge)] == [PSA]


def test_c4_saving_the_same_again_reads_again_and_ends_the_read_on_its_way(api: FakeApi) -> None:
    first = put(api, CLIENTS).body["fetch"]["id"]
    api.world.clock.advance(1)
    second = put(api, CLIENTS).body["fetch"]["id"]
    assert first != second
    assert api.call("GET", f"/v1/fetches/{first}").body["state"] == "replaced", "it did not read what it began"
    assert len(api.world.queue.messages) == 2


def test_c4_the_choices_are_read_live(api: FakeApi) -> None:
    found = api.call("GET", f"{PATH}/choices").body
    assert found["company_type"] == [{"value": "1", "label": "Client"}, {"value": "2", "label": "Prospect"}]
    assert found["department"] == []
    api.systems.refusal = RemoteUnavailable("no answer")
    assert api.call("GET", f"{PATH}/choices").status == 503


def test_c3_choices_that_may_not_be_read_are_named_with_the_right_that_opens_them(api: FakeApi) -> None:
    (location,) = api.call("GET", f"{PATH}/choices").body["unreadable"]
    assert (location["name"], location["right"]) == ("location", "System › Table Setup: needs Inquire: All")
    assert location["sentence"] == "The API member may not read any location, so none can be offered."
    assert "System › Table Setup (Inquire: All)" in location["fix"]
    api.systems.choices = {TraitName.INVOICE_TYPE: ()}
    lacking = api.call("GET", f"{PATH}/choices").body["unreadable"]
    assert {each["name"]: each["right"].partition(":")[0] for each in lacking} == {
        "company_type": "System › Table Setup",
        "company_status": "System › Table Setup",
        "agreement_type": "Finance › Agreements",
        "location": "System › Table Setup",
        "department": "System › Table Setup",
    }


def test_c4_a_value_that_connectwise_does_not_have_is_refused_and_nothing_begun(api: FakeApi) -> None:
    reply = put(api, {**CLIENTS, "company_type": ["1", "9"]})
    assert (reply.status, reply.body["errors"][0]["field"]) == (400, "company_type")
    assert "9" in reply.body["errors"][0]["message"]
    assert api.world.filters.load(TENANT).is_open
    assert api.world.queue.messages == []


def test_c4_what_cannot_be_checked_or_was_chosen_before_is_taken(api: FakeApi) -> None:
    assert put(api, {**OPEN, "location": ["11"]}).status == 200, "the API member may not read locations"
    api.world.filters.save(TENANT, ImportFilters({TraitName.COMPANY_TYPE: frozenset({"7"})}))
    api.systems.asked.clear()
    assert put(api, {**OPEN, "company_type": ["7"]}).status == 200, "it may be gone there by now"
    assert api.systems.asked == [], "nothing is new, so nothing is asked"


def test_c4_badly_formed_filters_are_named(api: FakeApi) -> None:
    assert put(api, {**OPEN, "from": "2026-02-01", "to": "2026-01-01"}).body["errors"][0]["field"] == "from"
    assert put(api, {name: value for name, value in OPEN.items() if name != "to"}).body["errors"][0]["field"] == "to"
    assert put(api, {**OPEN, "colour": ["red"]}).body["errors"][0]["field"] == "colour"
    assert put(api, {**OPEN, "location": [5]}).status == 400


def test_c4_they_are_chosen_from_a_connected_system_only(api: FakeApi) -> None:
    api.call("DELETE", "/v1/connections/connectwise")
    reply = put(api, CLIENTS)
    assert (reply.status, reply.body["code"]) == (409, "needs_attention")
    assert api.world.filters.load(TENANT).is_open
    assert api.call("GET", f"{PATH}/choices").status == 409


def test_c7_a_connection_that_needs_attention_is_not_called_missing(api: FakeApi) -> None:
    api.connections.need_attention(TENANT, PSA, "ConnectWise no longer accepts these keys.", "Enter new keys.")
    reply = put(api, CLIENTS)
    assert (reply.body["detail"], reply.body["fix"]) == ("ConnectWise no longer accepts these keys.", "Enter new keys.")


# --- C5 ----------------------------------------------------------------------------------------------------------------

PROGRESS, AGREEMENT = trait(TraitName.INVOICE_TYPE, "Progress"), trait(TraitName.INVOICE_TYPE, "Agreement")
CLIENT, VENDOR = trait(TraitName.COMPANY_TYPE, "1"), trait(TraitName.COMPANY_TYPE, "8")
ONLY_AGREEMENTS = ImportFilters({TraitName.INVOICE_TYPE: frozenset({"Agreement"})})


def fill(api: FakeApi) -> None:
    """Put records of both systems into the book, some of them outside ONLY_AGREEMENTS."""
    api.world.book.save(
        TENANT,
        [
            customer("c1", "Contoso", traits=CLIENT),
            customer("c2", "Litware", traits=VENDOR),
            invoice("c10", "10", traits=AGREEMENT),
            invoice("c11", "11", traits=PROGRESS),
            invoice("c12", "12", traits=PROGRESS, keeping=Keeping(left_out=True)),
            invoice("c13", "13", traits=PROGRESS, standing=Standing.DELETED),
            invoice("c14", "14", traits=AGREEMENT, customer=customer("c2", "").ref),
            invoice("q15", "15"),
            credit_memo("c16", "16", 100, traits=trait(TraitName.INVOICE_TYPE, "CreditMemo")),
        ],
    )


def outside(api: FakeApi, **query: str) -> list[str]:
    reply = api.call("GET", f"{PATH}/outside", query=query)
    assert reply.status == 200, reply.text
    return [each["id"].partition("-")[2] for each in reply.body["records"]]


def test_c5_the_records_outside_are_listed_with_the_reason_and_stay_in_the_book(api: FakeApi) -> None:
    fill(api)
    api.world.filters.save(TENANT, ONLY_AGREEMENTS)
    assert outside(api) == ["c11"]
    assert outside(api, kind="credit_memo") == ["c16"]
    assert outside(api, kind="customer") == []
    (found,) = api.call("GET", f"{PATH}/outside").body["records"]
    assert (found["kind"], found["title"]) == ("invoice", "11 of 100.00 USD, Contoso")
    assert (found["why"]["rule"], found["why"]["code"]) == ("C4", "filtered_invoice_type")
    assert len(api.call("GET", "/v1/invoices", query={"system": "connectwise"}).body["invoices"]) == 3


def test_c5_a_filter_of_companies_puts_their_invoices_outside_too(api: FakeApi) -> None:
    fill(api)
    api.world.filters.save(TENANT, ImportFilters({TraitName.COMPANY_TYPE: frozenset({"1"})}))
    assert outside(api) == ["c14"]
    assert outside(api, kind="customer") == ["c2"]


def test_c5_nothing_lies_outside_open_filters_and_nothing_is_looked_through_for_it(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(api)
    monkeypatch.delattr(type(api.world.book), "list_records")
    monkeypatch.delattr(type(api.world.book), "list_named")
    assert [outside(api, kind=kind) for kind in ("invoice", "customer", "credit_memo")] == [[], [], []]
    assert api.call("GET", f"{PATH}/outside", query={"kind": "payment"}).status == 400


def test_c5_the_newest_full_read_says_how_many_there_are(api: FakeApi) -> None:
    assert api.call("GET", f"{PATH}/outside").body["counted"] is None
    run = put(api, CLIENTS).body["fetch"]["id"]
    seen = api.world.cursors.load(TENANT, PSA)
    api.world.cursors.move(TENANT, PSA, seen, "c-2", count([], outside=7), done=False)
    counted = api.call("GET", f"{PATH}/outside").body["counted"]
    assert (counted["fetch"], counted["outside"], counted["state"]) == (run, 7, "running")
    seen = api.world.cursors.load(TENANT, PSA)
    api.world.cursors.move(TENANT, PSA, seen, "c-3", count([], outside=1), done=True)
    api.world.clock.advance(60)
    api.call("POST", "/v1/fetches", body={"what": "new_data"})
    counted = api.call("GET", f"{PATH}/outside").body["counted"]
    assert (counted["outside"], counted["state"]) == (8, "done")
    kinds = {run.kind for run in api.world.runs.runs.values()}
    assert FetchKind.NEW_DATA in kinds


def test_c5_they_are_archived_when_the_partner_asks_for_it(api: FakeApi) -> None:
    reply = api.call("POST", f"{PATH}/outside/archive", body={})
    assert (reply.status, reply.body["what"], reply.body["state"]) == (202, "archive_outside", "running")
    assert api.call("GET", f"/v1/fetches/{reply.body['id']}").body == reply.body
    (message,) = api.world.queue.messages
    assert isinstance(message, ArchiveOutside)
    assert (message.tenant, message.run) == (TENANT, reply.body["id"])
    api.world.clock.advance(1)
    again = api.call("POST", f"{PATH}/outside/archive", body={})
    assert again.body["id"] == reply.body["id"], "it is on its way"
    assert len(api.world.queue.messages) == 2, "pressed again it goes on, should it have been given up"


def test_c5_what_was_archived_is_outside_no_more(api: FakeApi) -> None:
    fill(api)
    api.world.filters.save(TENANT, ONLY_AGREEMENTS)
    api.call("POST", f"{PATH}/outside/archive", body={})
    api.work()
    assert outside(api) == outside(api, kind="credit_memo") == []
    assert counted(api) == ("archive_outside", "done", 0)
    listed = api.call("GET", "/v1/invoices", query={"status": "archived"}).body["invoices"]
    assert {each["id"] for each in listed} == {"connectwise-c11", "connectwise-c13"}


def counted(api: FakeApi) -> tuple[str, str, int]:
    """Say what counted how many are outside, how it stands, and how many."""
    found = api.call("GET", f"{PATH}/outside").body["counted"]
    run = api.call("GET", f"/v1/fetches/{found['fetch']}").body
    return run["what"], found["state"], found["outside"]


def test_c5_the_count_goes_down_while_they_are_archived_and_up_when_they_are_brought_back(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(api)
    api.world.filters.save(TENANT, ONLY_AGREEMENTS)
    put(api, {**OPEN, "company_type": []})
    api.world.filters.save(TENANT, ONLY_AGREEMENTS)
    seen = api.world.cursors.load(TENANT, PSA)
    api.world.cursors.move(TENANT, PSA, seen, api.world.clock.stamp(), count([], outside=2), done=True)
    api.world.queue.messages.clear()
    assert counted(api) == ("resync", "done", 2)
    monkeypatch.setattr(archiving, "PAGE", 2)
    api.world.remaining_ms = lambda: 0
    api.world.clock.advance(1)
    api.call("POST", f"{PATH}/outside/archive", body={})
    told = [counted(api)[2]]
    while api.world.queue.messages:
        api.world.work(api.world.queue.messages.pop(0))
        told.append(counted(api)[2])
    assert sorted(set(told), reverse=True) == [2, 1, 0]
    assert told == sorted(told, reverse=True)
    api.world.clock.advance(1)
    reply = api.call("POST", f"{PATH}/outside/restore", body={})
    assert (reply.status, reply.body["what"]) == (202, "restore_outside")
    while isinstance(message := api.world.queue.messages.pop(0), ArchiveOutside):
        api.world.work(message)
    assert isinstance(message, CrossfootRequest), "the payments that were passed over"
    assert counted(api) == ("restore_outside", "done", 2)
    assert outside(api) == ["c11"]


def test_c5_explain_says_that_a_record_was_archived_with_all_outside(api: FakeApi) -> None:
    fill(api)
    api.world.filters.save(TENANT, ONLY_AGREEMENTS)
    api.call("POST", f"{PATH}/outside/archive", body={})
    api.work()
    now = api.call("GET", "/v1/records/invoice/connectwise-c11/explain").body["now"]
    (why,) = [each for each in now if each["rule"] == "C5"]
    assert why["code"] == "archived_outside"
    assert "Connections" in why["fix"]


def test_c4_x6_filters_are_the_partners_own(api: FakeApi) -> None:
    api.connect_both(OTHER_TENANT, "777")
    put(api, CLIENTS)
    fill(api)
    assert api.call("GET", PATH, tenant=OTHER_TENANT).body == OPEN
    assert api.call("GET", f"{PATH}/outside", tenant=OTHER_TENANT).body["records"] == []
    put(api, OPEN, tenant=OTHER_TENANT)
    assert api.call("GET", PATH).body == CLIENTS
