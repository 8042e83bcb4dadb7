"""Whose token it is decides everything: every route is tried without one, with one of nobody, and with another's (X6)."""

from collections.abc import Mapping
from typing import Any

import pytest
from crossfoot.messages.routes import Route
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.routes import ROUTES

from tests.fakes.api import AUDIENCE, OTHER_TENANT, FakeApi, claims_of
from tests.fakes.whole import BODIES, path_of, whole_api
from tests.fakes.world import TENANT

CLOSED = [route for route in ROUTES if not route.is_open]
# What only TENANT has, in the words in which a route could give it away.
CANARIES = (
    "q1001", "Acme MSP Books", "access-of", "private-canary", "1001", "run-canary", "canary type", "Canary Company",
    "CM-canary", "Line canary", "Bank canary", "c77", "documents.example",
    "digest-canary", "pay_canary", "po_canary", "Fee canary", "Attention canary",
    "Vendor canary", "B-canary", "VC-canary", "Cost canary", "paid_canary",
    "3001", "3002", "Payer canary", "Gone canary", "Work canary", "Item canary",
)  # fmt: skip


def name_of(route: Route[Ports]) -> str:
    return route.name


def signed_in(*, without: tuple[str, ...] = (), **changed: str) -> dict[str, str]:
    """Give the claims of TENANT's user, spoilt."""
    return {name: value for name, value in {**claims_of(TENANT), **changed}.items() if name not in without}


def user_of(tenant: str, route: Route[Ports]) -> dict[str, str]:
    """Give the claims of a partner's user who may use a route."""
    return {**claims_of(tenant), **({"cognito:groups": f"[staff {route.group}]"} if route.group else {})}


@pytest.fixture(scope="module")
def whole() -> FakeApi:
    """A world where TENANT has everything, and the other partner nothing but a sign-in: for what changes nothing."""
    return whole_api()


@pytest.fixture
def api(whole: FakeApi, route: Route[Ports]) -> FakeApi:
    """The same world, or a new one for a route that changes something."""
    return whole if route.method == "GET" else whole_api()


def state_of(api: FakeApi, tenant: str) -> Mapping[str, Any]:
    """Copy all that a partner has."""
    return {
        "records": {key: record for key, record in api.world.book.records.items() if key[0] == tenant},
        "connections": {key: kept for key, kept in api.connections.connections.items() if key[0] == tenant},
        "secrets": {key: dict(kept) for key, kept in api.connections.secrets.items() if key[0] == tenant},
        "preferences": api.world.preferences.preferences.get(tenant),
        "messages": [message for message in api.world.queue.messages if message.tenant == tenant],
        "notifications": api.world.notifications.chosen.get(tenant),
        "report": api.world.reports.reports.get(tenant),
        "filters": api.world.filters.filters.get(tenant),
        "runs": {key: run for key, run in api.world.runs.runs.items() if key[0] == tenant},
        "cursors": {key: position for key, position in api.world.runs.cursors.items() if key[0] == tenant},
        "rights": api.rights.rights.get(tenant),
        "turns": {key: free_at for key, free_at in api.world.limits.free_at.items() if key[0] == tenant},
        "decided": {key: kept for key, kept in api.world.matches.decided.items() if key[0] == tenant},
        "parked": {key: parked for key, parked in api.world.attention.parked.items() if key[0] == tenant},
        "matters": set(api.world.matches.open.get(tenant, ())),
        "answered": {key: kept.answer for key, kept in api.idempotency.kept.items() if key[0] == tenant},
        "sync_runs": {key: run for key, run in api.world.sync_runs.runs.items() if key[0] == tenant},
        "sync_items": {key: dict(kept) for key, kept in api.world.sync_runs.items.items() if key[0] == tenant},
        "sync_preferences": api.world.sync_settings.preferences.get(tenant),
        "mappings": dict(api.world.sync_settings.mappings.get(tenant, {})),
        "entries": {key for key in api.world.entries.entries if key[0] == tenant},
        "schedule": api.schedules.schedules.get(tenant),
        "sold": dict(api.world.our_sales.catalogue.items),
        "journals": dict(api.world.our_sales.journals),
        "payables_preferences": api.world.payables_settings.preferences.get(tenant),
        "profile": api.world.payables_settings.facts.get(tenant),
        "payable_syncs": {key: sync for key, sync in api.world.payable_syncs.syncs.items() if key[0] == tenant},
        "outbox": {key: each for key, each in api.world.outbox.waiting.items() if key[0] == tenant},
        "documents": {key for key in api.documents.documents if key[0] == tenant},
    }


@pytest.mark.parametrize("route", CLOSED, ids=name_of)
def test_a_route_is_of_use_to_its_partner(api: FakeApi, route: Route[Ports]) -> None:
    """The twin of the next tests: what they try does succeed for the partner itself."""
    reply = api.call(route.method, path_of(route), body=BODIES.get(route.name), claims=user_of(TENANT, route))
    assert reply.status == route.status, reply.text


@pytest.mark.parametrize("route", [route for route in CLOSED if route.group], ids=name_of)
def test_a_route_of_a_group_serves_nobody_else(whole: FakeApi, route: Route[Ports]) -> None:
    before = state_of(whole, TENANT)
    for groups in ({}, {"cognito:groups": f"{route.group}-of-cranes [staff]"}):
        claims = {**claims_of(TENANT), **groups}
        reply = whole.call(route.method, path_of(route), body=BODIES.get(route.name), claims=claims)
        assert (reply.status, reply.body["code"]) == (403, f"{route.group}_only")
    assert state_of(whole, TENANT) == before


@pytest.mark.parametrize("route", CLOSED, ids=name_of)
def test_a_route_cannot_be_used_without_a_partner(whole: FakeApi, route: Route[Ports]) -> None:
    before = state_of(whole, TENANT)
    nobody: list[dict[str, Any]] = [
        {"tenant": None},
        {"claims": signed_in(without=("custom:tenant",))},
        {"claims": claims_of("")},
        {"claims": signed_in(token_use="access")},
        {"claims": signed_in(without=("token_use",))},
        {"claims": signed_in(aud="another-app-of-the-same-pool")},
        {"claims": signed_in(aud="")},
        {"claims": signed_in(without=("aud",))},
        {"claims": signed_in(token_use="access", without=("aud",), client_id=AUDIENCE)},
        {"tenant": None, "query": {"tenant": TENANT}},
    ]
    for how in nobody:
        reply = whole.call(route.method, path_of(route), body=BODIES.get(route.name), **how)
        assert (reply.status, reply.body["code"]) == (403, "no_partner")
    assert state_of(whole, TENANT) == before


@pytest.mark.parametrize("route", CLOSED, ids=name_of)
def test_a_route_gives_and_changes_nothing_of_another_partner(api: FakeApi, route: Route[Ports]) -> None:
    before = state_of(api, TENANT)
    claims = user_of(OTHER_TENANT, route)
    reply = api.call(route.method, path_of(route), body=BODIES.get(route.name), claims=claims)
    assert state_of(api, TENANT) == before
    for secret in CANARIES:
        assert secret not in reply.text.replace("t_00000001", "")
    if "{" in route.path:
        assert reply.status == 404


@pytest.mark.parametrize("route", CLOSED, ids=name_of)
def test_a_partner_named_in_the_request_is_not_heard(whole: FakeApi, route: Route[Ports]) -> None:
    before = state_of(whole, TENANT)
    claims = user_of(OTHER_TENANT, route)
    named = whole.call(
        route.method, path_of(route), body=BODIES.get(route.name), claims=claims, query={"tenant": TENANT}
    )
    assert named.status in {400, 404}
    body = {**BODIES.get(route.name, {}), "tenant": TENANT}
    if route.body is not None:
        assert whole.call(route.method, path_of(route), body=body, claims=claims).status == 400
    assert state_of(whole, TENANT) == before


def test_a_started_flow_ends_with_the_partner_who_started_it() -> None:
    api = whole_api()
    url = api.call("POST", "/v1/connections/quickbooks", tenant=OTHER_TENANT, body={}).body["authorize_url"]
    state = url.partition("state=")[2].partition("&")[0]
    query = {"code": "c", "state": state, "realmId": "999"}
    api.call("GET", "/v1/connections/quickbooks/callback", tenant=TENANT, query=query)
    accounts = {key[0]: kept.account_id for key, kept in api.connections.connections.items() if key[1] == "quickbooks"}
    assert accounts == {TENANT: "310687", OTHER_TENANT: "999"}
