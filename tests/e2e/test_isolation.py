"""On the deployed template: every route, with the other partner's ids, and without a valid token (X6)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests
from crossfoot.messages.routes import Route
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.routes import ROUTES

from tests.e2e.partner import PREFERENCES, Deployed, Partner
from tests.e2e.tokens import KINDS, STATUS_OF, Forger

CLOSED = [route for route in ROUTES if not route.is_open]
DESTRUCTIVE_LAST = sorted(CLOSED, key=lambda route: route.method == "DELETE")
BODIES: dict[str, Any] = {
    "connectQuickBooks": {},
    "connectConnectWise": {
        "site_url": "https://psa.invalid",
        "company_id": "acme",
        "public_key": "public",
        "private_key": "private",
    },
    "putPreferences": PREFERENCES,
    "startCrossfoot": {"live": False},
}


def _name(route: Route[Ports]) -> str:
    return route.name


def _words_of(partner: Partner) -> tuple[str, ...]:
    """List what gives a partner away."""
    return partner.tenant, partner.name, partner.realm["realm_id"], str(partner.amount), "Contoso"


def _call(
    deployed: Deployed, route: Route[Ports], record: str, token: str, body: object | None = None
) -> requests.Response:
    path = route.path.replace("{system}", "quickbooks").replace("{kind}", "payment").replace("{id}", record)
    headers = {"Authorization": token} if token else {}
    url = f"{deployed.urls['api']}{path}"
    return requests.request(route.method, url, json=body or BODIES.get(route.name), headers=headers, timeout=90)


@pytest.fixture(scope="module")
def strangers_payment(deployed: Deployed, two: tuple[Partner, Partner]) -> str:
    """A payment that only the first partner has."""
    first, _ = two
    for _ in range(3):
        payment = first.pay("1002", first.amount / 7)
    deployed.wait_for_rest("payments of the first partner")
    assert first.explain(payment)["id"] == f"quickbooks-{payment['Id']}"
    return f"quickbooks-{payment['Id']}"


@pytest.fixture(scope="module")
def outsider(deployed: Deployed) -> Partner:
    """A partner that signed in and connected nothing."""
    return Partner(deployed, "East IT", Decimal("1.00"))


@pytest.fixture(scope="module")
def forger(deployed: Deployed, two: tuple[Partner, Partner]) -> Iterator[Forger]:
    """Whoever has nearly a token of the first partner's user."""
    with Forger(deployed, two[0]) as found:
        yield found


@pytest.fixture(scope="module")
def own(deployed: Deployed) -> tuple[Partner, str]:
    """A partner that has everything, and that may lose it."""
    partner = Partner(deployed, "West IT", Decimal("44.00"))
    partner.enter_invoices()
    partner.connect()
    payment = partner.pay("1001", Decimal("4.00"))
    deployed.wait_for_rest("the payment of West IT")
    return partner, f"quickbooks-{payment['Id']}"


@pytest.mark.parametrize("route", DESTRUCTIVE_LAST, ids=_name)
def test_x6_every_route_works_for_its_own_partner(
    deployed: Deployed, own: tuple[Partner, str], route: Route[Ports]
) -> None:
    """The twin of the tests below: what they try fails for no other reason than whose token it is."""
    partner, payment = own
    keys = {name: partner.keys[name] for name in BODIES["connectConnectWise"]}
    answer = _call(deployed, route, payment, partner.token, keys if route.name == "connectConnectWise" else None)
    assert answer.status_code == route.status, answer.text


@pytest.mark.parametrize("route", CLOSED, ids=_name)
@pytest.mark.parametrize("kind", KINDS)
def test_x6_nobody_gets_in_without_a_valid_token(
    deployed: Deployed,
    two: tuple[Partner, Partner],
    strangers_payment: str,
    forger: Forger,
    kind: str,
    route: Route[Ports],
) -> None:
    first, _ = two
    answer = _call(deployed, route, strangers_payment, forger.token(kind))
    assert answer.status_code == STATUS_OF[kind], f"{kind}: {answer.status_code} {answer.text}"
    for word in _words_of(first):
        assert word not in answer.text, f"{kind}: {answer.text}"


@pytest.mark.parametrize("route", CLOSED, ids=_name)
def test_x6_another_partner_sees_no_byte_of_what_is_not_its_own(
    deployed: Deployed, two: tuple[Partner, Partner], strangers_payment: str, outsider: Partner, route: Route[Ports]
) -> None:
    first, _ = two
    answer = _call(deployed, route, strangers_payment, outsider.token)
    for word in _words_of(first):
        assert word not in answer.text, f"{route.name}: {answer.text}"
    if "{" in route.path:
        assert answer.status_code == 404, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_x6_the_first_partner_is_still_whole(two: tuple[Partner, Partner]) -> None:
    first, _ = two
    states = {each["system"]: each["state"] for each in first.api.get("/v1/connections")["connections"]}
    assert states == {"quickbooks": "connected", "connectwise": "connected"}
    assert first.api.get("/v1/preferences") == PREFERENCES
