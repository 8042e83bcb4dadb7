"""Customers: listed by name, searched by how the name begins, archived here (I1, I5)."""

from dataclasses import replace
from typing import Any

import pytest
from crossfoot.core.model import Kind, Standing

from tests.fakes.api import OTHER_TENANT, FakeApi
from tests.fakes.records import customer
from tests.fakes.world import TENANT

NAMES = {"q1": "Contoso", "q2": "blue harbor dental", "q3": "Acme", "c1": "Contoso Ltd", "c2": "Fabrikam"}


@pytest.fixture
def api() -> FakeApi:
    api = FakeApi()
    api.world.book.save(TENANT, [customer(id_, name) for id_, name in NAMES.items()])
    return api


def names(api: FakeApi, **query: str) -> list[str]:
    """List customers by name."""
    reply = api.call("GET", "/v1/customers", query=query)
    assert reply.status == 200, reply.text
    return [each["name"] for each in reply.body["customers"]]


def test_customers_are_listed_by_name(api: FakeApi) -> None:
    assert names(api) == ["Acme", "blue harbor dental", "Contoso", "Contoso Ltd", "Fabrikam"]


def test_a_search_goes_by_how_the_name_begins(api: FakeApi) -> None:
    assert names(api, search="CONT") == ["Contoso", "Contoso Ltd"]
    assert names(api, search="Blue-Harbor") == ["blue harbor dental"]
    assert names(api, search="harbor") == []
    assert names(api, search="contoso", system="connectwise") == ["Contoso Ltd"]


@pytest.mark.parametrize("limit", ["1", "2", "5"])
def test_pages_give_every_customer_once(api: FakeApi, limit: str) -> None:
    found: list[str] = []
    cursor = ""
    for _ in range(10):
        page = api.call("GET", "/v1/customers", query={"limit": limit, "cursor": cursor}).body
        assert len(page["customers"]) <= int(limit)
        found += [each["name"] for each in page["customers"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert found == sorted(NAMES.values(), key=str.lower)


def test_a_customer_is_shown(api: FakeApi) -> None:
    reply = api.call("GET", "/v1/customers/connectwise-c2")
    assert reply.body == {
        "id": "connectwise-c2",
        "system": "connectwise",
        "name": "Fabrikam",
        "account_number": "",
        "status": "active",
        "archived_here": False,
    }
    assert api.call("GET", "/v1/customers/connectwise-c9").status == 404


def test_i5_an_archived_customer_is_out_of_the_list_until_it_is_brought_back(api: FakeApi) -> None:
    reply = api.call("POST", "/v1/customers/quickbooks-q3/archive", body={})
    assert (reply.status, reply.body["status"], reply.body["archived_here"]) == (200, "archived", True)
    assert "Acme" not in names(api)
    assert names(api, status="archived") == ["Acme"]
    assert "Acme" in names(api, include_archived="true")
    assert api.call("POST", "/v1/customers/quickbooks-q3/unarchive", body={}).body["status"] == "active"
    assert "Acme" in names(api)


@pytest.mark.parametrize("gone", [{"standing": Standing.DELETED}, {"active": False}])
def test_i5_a_customer_that_is_gone_in_its_system_is_archived(api: FakeApi, gone: dict[str, Any]) -> None:
    api.world.book.save(TENANT, [replace(customer("q3", "Acme"), **gone)])
    assert "Acme" not in names(api)
    reply = api.call("POST", "/v1/customers/quickbooks-q3/unarchive", body={})
    assert (reply.status, reply.body["code"]) == (409, "gone_there"), "only its system brings it back"
    assert "QuickBooks" in reply.body["fix"]
    assert reply.body["detail"].startswith("Customer Acme ")
    shown = api.call("GET", "/v1/customers/quickbooks-q3").body
    assert (shown["status"], shown["archived_here"]) == ("archived", False)


def test_c4_a_customer_that_the_filters_left_out_is_listed_when_asked_for(api: FakeApi) -> None:
    out = customer("c3", "Adatum")
    api.world.book.save(TENANT, [replace(out, keeping=replace(out.keeping, left_out=True))])
    assert "Adatum" not in names(api)
    assert names(api, status="left_out") == ["Adatum"]
    assert "Adatum" in names(api, include_left_out="true")


def test_x6_another_partner_neither_sees_nor_archives_it(api: FakeApi) -> None:
    assert api.call("GET", "/v1/customers", tenant=OTHER_TENANT).body == {"customers": [], "next_cursor": ""}
    for path in ("/v1/customers/quickbooks-q3/archive", "/v1/customers/quickbooks-q3/unarchive"):
        assert api.call("POST", path, body={}, tenant=OTHER_TENANT).status == 404
    record = api.world.book.load(TENANT, customer("q3", "").ref)
    assert record == customer("q3", "Acme")
    assert record.ref.kind is Kind.CUSTOMER
