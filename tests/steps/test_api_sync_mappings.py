"""What stands for what: surveyed, confirmed, tried before it is saved, examined, and made where it is missing (S4, S6)."""

from dataclasses import replace
from typing import Any

import pytest
from crossfoot.core.sync.catalogue import Item, TaxCode
from crossfoot.core.sync.settings import MappingKey, MappingKind, Target, TimeEntries
from crossfoot.errors import RemoteUnavailable

from tests.fakes.sales import CATEGORY, HARDWARE, PRODUCT_INCOME, ROUNDING, SALES_TAX, SERVICES
from tests.fakes.sync_desk import SyncDesk
from tests.fakes.sync_office import CUSTOMER, LABOUR, PREFERENCES
from tests.fakes.trip import Trip
from tests.fakes.world import TENANT

LINE_ITEM = replace(PREFERENCES, time_entries=TimeEntries.LINE_ITEM)
WORK = f"time:{LABOUR}"


@pytest.fixture
def desk() -> SyncDesk:
    return SyncDesk()


def change(kind: str, key: str, target: str | None) -> dict[str, Any]:
    return {"mappings": [{"kind": kind, "key": key, "target_id": target}]}


def survey(desk: SyncDesk, **query: str) -> dict[tuple[str, str], dict[str, Any]]:
    shown = desk.call("GET", "/mappings", query=query)["mappings"]
    return {(each["kind"], each["key"]): each for each in shown}


def kept(desk: SyncDesk, kind: MappingKind, key: str) -> Target | None:
    return desk.world.sync_settings.load_mappings(TENANT).get(MappingKey(kind, key))


def forget_all(desk: SyncDesk) -> None:
    desk.world.sync_settings.mappings.clear()


# --- choosing ----------------------------------------------------------------------------------------------------------


def offered(desk: SyncDesk, kind: str, search: str = "") -> list[str]:
    return [each["id"] for each in desk.call("GET", "/choices", query={"kind": kind, "search": search})["choices"]]


@pytest.mark.parametrize(
    ("kind", "search", "found"),
    [
        ("item", "", [HARDWARE, ROUNDING, SALES_TAX, SERVICES]),
        ("account", "SERV", [SERVICES]),
        ("item", "goods", []),
        ("tax_code", "calif", ["2"]),
        ("terms", "", ["1", "3"]),
        ("class", "w", ["1"]),
        ("department", "x", []),
        ("purchase_order_field", "", ["1"]),
        ("customer", "con", [CUSTOMER]),
        ("customer", "58", []),
    ],
)
def test_s6_what_may_be_chosen_is_listed_where_nothing_that_is_suggested_is_meant(
    desk: SyncDesk, kind: str, search: str, found: list[str]
) -> None:
    assert offered(desk, kind, search) == found


def test_s6_a_choice_says_where_its_revenue_lands_or_what_it_charges(desk: SyncDesk) -> None:
    (item,) = desk.call("GET", "/choices", query={"kind": "item", "search": "hard"})["choices"]
    assert (item["account"], item["rate"]) == ({"id": PRODUCT_INCOME, "name": "Sales of Product Income"}, None)
    (code,) = desk.call("GET", "/choices", query={"kind": "tax_code", "search": "calif"})["choices"]
    assert (code["account"], code["rate"]) == (None, "8")
    sales = desk.world.our_sales
    marks = {"TAX": TaxCode("TAX", "TAX"), **sales.catalogue.tax_codes}
    sales.catalogue = replace(sales.catalogue, tax_codes=marks)
    (code,) = desk.call("GET", "/choices", query={"kind": "tax_code", "search": "tax"})["choices"]
    assert (code["id"], code["rate"]) == ("TAX", None)


def test_s6_every_choice_but_of_a_field_can_be_confirmed(desk: SyncDesk) -> None:
    for kind in MappingKind:
        for id_ in offered(desk, kind):
            desk.call("PUT", "/mappings", body=change(kind, "1", id_))


def test_s6_a_long_list_says_that_there_is_more(desk: SyncDesk) -> None:
    many = {str(id_): Item(str(id_), f"Item {id_}", PRODUCT_INCOME) for id_ in range(1000, 1101)}
    sales = desk.world.our_sales
    sales.catalogue = replace(sales.catalogue, items=many)
    shown = desk.call("GET", "/choices", query={"kind": "item"})
    assert (len(shown["choices"]), shown["is_more"]) == (100, True)
    shown = desk.call("GET", "/choices", query={"kind": "item", "search": "item 110"})
    assert ([each["id"] for each in shown["choices"]], shown["is_more"]) == (["1100"], False)


# --- surveying ---------------------------------------------------------------------------------------------------------


def test_s6_what_unsynced_bills_need_is_listed_with_how_many_need_it(desk: SyncDesk) -> None:
    one, two = desk.bills("1", "2")
    found = survey(desk)
    assert found.keys() == {("customer", "1"), ("account", "4000"), ("account", "4200")}
    services = found["account", "4000"]
    assert (services["count"], [bill["id"] for bill in services["bills"]]) == (2, [one, two])
    assert (services["target"], services["usable"]) == ({"id": SERVICES, "name": "Services"}, True)
    assert survey(desk, unmapped="true") == {}
    assert survey(desk, kind="customer").keys() == {("customer", "1")}


def test_s6_what_lacks_a_target_is_listed_with_what_may_be_meant(desk: SyncDesk) -> None:
    forget_all(desk)
    desk.bills("1")
    found = survey(desk, unmapped="true")
    payer = found["customer", "1"]
    assert (payer["label"], payer["target"], payer["usable"]) == ("Contoso", None, False)
    assert payer["suggestions"][0]["target"] == {"id": CUSTOMER, "name": "Contoso"}
    assert payer["suggestions"][0]["exact"]


def test_s6_the_survey_needs_no_preferences_yet(desk: SyncDesk) -> None:
    desk.world.sync_settings.preferences.clear()
    desk.bills("1")
    assert ("item", WORK) in survey(desk), "line items are the default"


def test_s6_to_survey_and_to_confirm_asks_the_book_for_no_namesakes_and_to_try_does(desk: SyncDesk) -> None:
    desk.bills("1")
    trip = Trip()
    desk.world.book = trip.wire(desk.world.book)
    desk.api.ports = replace(desk.api.ports, book=desk.world.book)
    survey(desk)
    desk.call("POST", "/mappings/confirm", body={"kind": "customer"})
    assert ("load_many" in trip.calls, "load_numbered" in trip.calls) == (True, False)
    desk.call("POST", "/mappings/trial", body=change("account", "4000", HARDWARE))
    assert "load_numbered" in trip.calls


def test_s6_a_system_that_does_not_answer_is_named(desk: SyncDesk) -> None:
    desk.api.systems.refusal = RemoteUnavailable("no answer")
    assert desk.call("GET", "/mappings", status=503)["code"] == "system_unavailable"


# --- confirming --------------------------------------------------------------------------------------------------------


def test_s6_what_is_confirmed_is_kept_under_its_name_and_can_be_forgotten(desk: SyncDesk) -> None:
    saved = desk.call("PUT", "/mappings", body=change("account", "4000", HARDWARE))["mappings"]
    assert saved == [{"kind": "account", "key": "4000", "target": {"id": HARDWARE, "name": "Hardware"}}]
    assert kept(desk, MappingKind.ACCOUNT, "4000") == Target(HARDWARE, "Hardware")
    assert desk.call("PUT", "/mappings", body=change("account", "4000", None))["mappings"][0]["target"] is None
    assert kept(desk, MappingKind.ACCOUNT, "4000") is None


def test_s6_to_forget_a_mapping_asks_nobody_and_works_for_what_is_gone(desk: SyncDesk) -> None:
    gone = MappingKey(MappingKind.CUSTOMER, "77")
    desk.world.sync_settings.save_mappings(TENANT, {gone: Target("404", "Gone")})
    desk.api.systems.refusal = RemoteUnavailable("no answer")
    desk.call("PUT", "/mappings", body=change("customer", "77", None))
    assert kept(desk, MappingKind.CUSTOMER, "77") is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mappings": []}, "mappings"),
        (change("account", "4000", "404"), "mappings.0.target_id"),
        (change("item", WORK, CATEGORY), "mappings.0.target_id"),
        (change("customer", "1", "404"), "mappings.0.target_id"),
        (change("customer", "404", CUSTOMER), "mappings.0.key"),
        (change("terms", "Net 30", "99"), "mappings.0.target_id"),
        (change("tax_code", "T1", "99"), "mappings.0.target_id"),
        (change("class", "West", "99"), "mappings.0.target_id"),
        (change("department", "Denver", "99"), "mappings.0.target_id"),
        (change("account", "", SERVICES), "mappings.0.key"),
        (change("account", "4000", ""), "mappings.0.target_id"),
        (change("vendor", "1", "1"), "mappings.0.kind"),
        ({"mappings": [*change("account", "1", SERVICES)["mappings"]] * 2}, "mappings.1.key"),
        ({"mappings": [{"kind": "account", "key": "4000"}]}, "mappings.0.target_id"),
        ({"mappings": change("account", "4000", SERVICES)["mappings"] * 501}, "mappings"),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("PUT", ""), ("POST", "/trial")])
def test_s6_s7_what_cannot_be_a_target_is_named_and_nothing_is_stored(
    desk: SyncDesk, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    before = dict(desk.world.sync_settings.load_mappings(TENANT))
    assert desk.problem(method, f"/mappings{path}", 400, body=body) == ("bad_request", field)
    assert desk.world.sync_settings.load_mappings(TENANT) == before


@pytest.mark.parametrize(("method", "path"), [("PUT", ""), ("POST", "/trial")])
def test_s6_s7_whatever_is_wrong_is_named_at_once_up_to_ten(desk: SyncDesk, method: str, path: str) -> None:
    def errors(*changes: dict[str, Any]) -> list[tuple[str, str]]:
        body = {"mappings": [each for change in changes for each in change["mappings"]]}
        found = desk.call(method, f"/mappings{path}", status=400, body=body)["errors"]
        return [(each["field"], each["message"]) for each in found]

    good, gone, twice = change("account", "4000", SERVICES), change("terms", "Net 30", "99"), change("account", "", "1")
    assert errors(good, gone, good, twice) == [
        ("mappings.1.target_id", "QuickBooks has no terms 99."),
        ("mappings.2.key", "This is named twice."),
        ("mappings.3.key", "This may not be empty."),
    ]
    assert len(errors(*(change("account", str(number), "404") for number in range(12)))) == 10


@pytest.mark.parametrize(
    ("kind", "key", "target"),
    [("terms", "Net 30", "3"), ("class", "W", "1"), ("department", "D", "1"), ("tax_code", "", "2")],
)
def test_s6_every_kind_can_be_confirmed(desk: SyncDesk, kind: str, key: str, target: str) -> None:
    desk.call("PUT", "/mappings", body=change(kind, key, target))
    found = kept(desk, MappingKind(kind), key)
    assert found is not None
    assert (found.id, bool(found.name)) == (target, True)


def test_s6_all_exact_suggestions_of_a_kind_are_confirmed_at_once_and_no_others(desk: SyncDesk) -> None:
    forget_all(desk)
    desk.world.connectwise.add_customer("2", "Nobody Knows")
    psa = desk.world.connectwise
    other = desk.office.bill("2")
    psa.put(replace(psa.invoice("c2"), customer=replace(_payer(desk), id="2"), customer_name="Nobody Knows"))
    desk.bills("1")
    assert other
    done = desk.call("POST", "/mappings/confirm", body={"kind": "customer"})
    assert [(each["key"], each["target"]["id"]) for each in done["mappings"]] == [("1", CUSTOMER)]
    assert (done["left"], done["next_cursor"]) == (1, "")
    assert desk.call("POST", "/mappings/confirm", body={"kind": "customer"})["mappings"] == []


def _payer(desk: SyncDesk) -> Any:
    return desk.world.connectwise.invoice("c2").customer


# --- trying ------------------------------------------------------------------------------------------------------------


def test_s6_a_change_is_tried_on_what_is_offered_and_nothing_is_saved(desk: SyncDesk) -> None:
    one, two = desk.bills("1", "2")
    tried = desk.call("POST", "/mappings/trial", body=change("account", "4000", HARDWARE))
    assert (tried["surveyed"], tried["affected"], tried["entries_changed"]) == (2, 2, 2)
    assert [bill["id"] for bill in tried["bills"]] == [one, two]
    assert all(bill["changes"] for bill in tried["bills"])
    assert kept(desk, MappingKind.ACCOUNT, "4000") == Target(SERVICES, "Services")
    same = desk.call("POST", "/mappings/trial", body=change("account", "4000", SERVICES))
    assert (same["surveyed"], same["affected"], same["bills"]) == (2, 0, [])


def test_s4_s6_a_trial_tells_a_warning_that_comes_or_goes_and_counts_no_entry_as_changed_for_it() -> None:
    desk = SyncDesk(LINE_ITEM)
    desk.bills("1")
    moved = change("account", "4000", HARDWARE)
    tried = desk.call("POST", "/mappings/trial", body=moved)
    assert (tried["affected"], tried["entries_changed"]) == (1, 0)
    (told,) = tried["bills"][0]["changes"]
    assert told.startswith("A warning is new: Services posts to")
    desk.call("PUT", "/mappings", body=moved)
    (told,) = desk.call("POST", "/mappings/trial", body=change("account", "4000", SERVICES))["bills"][0]["changes"]
    assert told.startswith("A warning is gone: Services posts to")


def test_s6_a_trial_says_what_becomes_ready_and_what_would_be_refused(desk: SyncDesk) -> None:
    desk.bills("1")
    without = change("customer", "1", None)
    held = desk.call("POST", "/mappings/trial", body=without)
    assert (held["becomes_held"], held["bills"][0]["after"]) == (1, "held")
    assert "Contoso" in held["bills"][0]["changes"][0]
    desk.call("PUT", "/mappings", body=without)
    ready = desk.call("POST", "/mappings/trial", body=change("customer", "1", CUSTOMER))
    assert (ready["becomes_ready"], ready["bills"][0]["before"], ready["bills"][0]["after"]) == (1, "held", "ready")


# --- the doctor --------------------------------------------------------------------------------------------------------


def test_s6_the_doctor_finds_nothing_where_all_is_in_order(desk: SyncDesk) -> None:
    found = desk.call("GET", "/checkup")
    assert [each for each in found["findings"] if each["blocks"]] == []
    assert found["examined"] == len(desk.world.sync_settings.load_mappings(TENANT))


def test_s6_the_doctor_names_what_is_inactive_and_what_was_renamed(desk: SyncDesk) -> None:
    desk.world.our_sales.deactivate_item(HARDWARE)
    items = desk.world.our_sales.catalogue.items
    renamed = {**items, SERVICES: replace(items[SERVICES], name="Labour")}
    desk.world.our_sales.catalogue = replace(desk.world.our_sales.catalogue, items=renamed)
    found = desk.call("GET", "/checkup")["findings"]
    by_key = {each["mapping"]["key"]: each for each in found if each["mapping"]}
    assert (by_key["4200"]["blocks"], by_key["4000"]["blocks"]) == (True, False)
    assert all(each["sentence"] and each["fix"] for each in found)
    assert [each["blocks"] for each in found] == sorted((each["blocks"] for each in found), reverse=True)


# --- items -------------------------------------------------------------------------------------------------------------


def test_s4_items_for_kinds_of_work_are_shown_then_made_and_stand_for_the_work() -> None:
    desk = SyncDesk(LINE_ITEM)
    (one,) = desk.bills("1")
    # As in companies that do not number their accounts.
    desk.world.our_sales.catalogue = replace(desk.world.our_sales.catalogue, account_numbers={})
    desk.call("PUT", "/mappings", body=change("account", "4000", None))
    assert desk.call("GET", "/items") == {"items": [], "unsaid_accounts": ["4000"], "surveyed": 1, "next_cursor": ""}
    desk.call("PUT", "/mappings", body=change("account", "4000", HARDWARE))
    proposed = desk.call("GET", "/items")
    assert proposed["unsaid_accounts"] == []
    (item,) = proposed["items"]
    assert (item["name"], item["account"]["id"], item["count"]) == ("Technician-Service", PRODUCT_INCOME, 1)
    assert desk.world.our_sales.writes == 0
    made = desk.call("POST", "/items", status=201, body={"names": [item["name"]]})["items"]
    assert kept(desk, MappingKind.ITEM, WORK) == Target(made[0]["item"]["id"], "Technician-Service")
    assert desk.call("GET", "/items")["items"] == []
    (preview,) = desk.preview(one)
    assert preview["entry"]["lines"][0]["item"]["name"] == "Technician-Service"
    assert preview["entry"]["lines"][0]["account"]["id"] == PRODUCT_INCOME
    assert "account_differs" not in [each["code"] for each in preview["warnings"] if each["line"] == 0]


@pytest.mark.parametrize(
    ("body", "field"), [({"names": ["Nonsense"]}, "names.0"), ({"names": []}, "names"), ({}, "names")]
)
def test_s4_only_what_is_proposed_is_made(desk: SyncDesk, body: dict[str, Any], field: str) -> None:
    desk.bills("1")
    assert desk.problem("POST", "/items", 400, body=body) == ("bad_request", field)
    assert desk.world.our_sales.writes == 0
