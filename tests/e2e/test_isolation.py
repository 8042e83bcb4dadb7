"""On the deployed template: every route, with the other partner's ids, and without a valid token (X6)."""

import base64
import json
from decimal import Decimal
from typing import Any

import pytest
import requests
from crossfoot.messages.routes import Route
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.routes import ROUTES

from tests.e2e.partner import PREFERENCES, Deployed, Partner

CLOSED = [route for route in ROUTES if not route.is_open]
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


def _call(deployed: Deployed, route: Route[Ports], record: str, token: str) -> requests.Response:
    path = route.path.replace("{system}", "quickbooks").replace("{kind}", "payment").replace("{id}", record)
    headers = {"Authorization": token} if token else {}
    url = f"{deployed.urls['api']}{path}"
    return requests.request(route.method, url, json=BODIES.get(route.name), headers=headers, timeout=90)


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


def _unsigned(token: str) -> str:
    """Take a token's claims and drop its signature, as `alg: none` allows where nobody looks."""
    _, claims, _ = token.split(".")
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    return f"{header}.{claims}."


@pytest.mark.parametrize("route", CLOSED, ids=_name)
def test_x6_nobody_gets_in_without_a_valid_token(
    deployed: Deployed, two: tuple[Partner, Partner], strangers_payment: str, route: Route[Ports]
) -> None:
    first, _ = two
    header, claims, signature = first.token.split(".")
    changed = "A" if signature[10] != "A" else "B"
    tampered = f"{header}.{claims}.{signature[:10]}{changed}{signature[11:]}"
    for token in ("", "nonsense", tampered, _unsigned(first.token)):
        answer = _call(deployed, route, strangers_payment, token)
        assert answer.status_code == 401, f"{token[:20]!r}: {answer.status_code} {answer.text}"
        assert first.name not in answer.text


@pytest.mark.parametrize("route", CLOSED, ids=_name)
def test_x6_another_partner_sees_no_byte_of_what_is_not_its_own(
    deployed: Deployed, two: tuple[Partner, Partner], strangers_payment: str, outsider: Partner, route: Route[Ports]
) -> None:
    first, _ = two
    answer = _call(deployed, route, strangers_payment, outsider.token)
    for word in (first.tenant, first.name, first.realm["realm_id"], str(first.amount), "Contoso"):
        assert word not in answer.text, f"{route.name}: {answer.text}"
    if "{" in route.path:
        assert answer.status_code == 404, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_x6_the_first_partner_is_still_whole(two: tuple[Partner, Partner]) -> None:
    first, _ = two
    states = {each["system"]: each["state"] for each in first.api.get("/v1/connections")["connections"]}
    assert states == {"quickbooks": "connected", "connectwise": "connected"}
    assert first.api.get("/v1/preferences") == PREFERENCES
