"""On the deployed template: every route, with the other partner's ids, and without a valid token (X6)."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import requests
from crossfoot.core.model import TraitName
from crossfoot.entry.openapi import IDEMPOTENCY_KEY
from crossfoot.messages.routes import Route
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.routes import ROUTES

from local.sandbox.store import Record
from local.stack.partners import add_operator, sign_in
from tests.e2e.cast import BILL, Cast
from tests.e2e.partner import CREDIT_MEMO, DEPOSIT, PREFERENCES, WITH_TOOL, Deployed, Partner
from tests.e2e.tokens import KINDS, STATUS_OF, Forger
from tests.fakes.platform import bill_data, bill_payment_data, payout_data, vendor_credit_data, vendor_data
from tests.fakes.whole import BODIES as ALL_BODIES
from tests.fakes.whole import path_of

# What a route's path is filled with, as tests.fakes.whole.VALUES has it.
type Values = dict[str, str]

CLOSED = [route for route in ROUTES if not route.is_open]
SYNCED = f"connectwise-{BILL}"
CUSTOMER_MAPPED = {"mappings": [{"kind": "customer", "key": "19", "target_id": "9"}]}
SYNC_PREFERENCES = {**ALL_BODIES["putSyncPreferences"], "tax_item_id": "", "rounding_tolerance": "0"}
SYNC_PREFERENCES |= {"rounding_item_id": "", "purchase_order_field": ""}
KINDS_FOR_EACH = 4
DESTRUCTIVE_LAST = sorted(CLOSED, key=lambda route: route.method == "DELETE")
BODIES: dict[str, Any] = {
    **ALL_BODIES,
    "connectConnectWise": {
        "site_url": "https://psa.invalid",
        "company_id": "acme",
        "public_key": "public",
        "private_key": "private",
    },
    "decideMatch": {
        "kind": "invoice",
        "accounting": "quickbooks-1002",
        "psa": "connectwise-1001",
        "verdict": "different",
    },
    "putFilters": {**{name.value: [] for name in TraitName}, "from": None, "to": None},
    "putPreferences": {**PREFERENCES, **WITH_TOOL},
    "startCrossfoot": {"live": False},
    "putSyncPreferences": SYNC_PREFERENCES,
    "putMappings": CUSTOMER_MAPPED,
    "tryMappings": CUSTOMER_MAPPED,
    "previewSync": {"invoices": [SYNCED]},
    "trySyncPreferences": SYNC_PREFERENCES,
    "startBatch": {"invoices": [{"id": SYNCED}]},
    "undoInvoices": {"invoices": [SYNCED]},
    # Accounts of the chart that every company of the sandbox begins with. Nothing is approved, so no bill goes out.
    "putPayablesPreferences": {
        **ALL_BODIES["putPayablesPreferences"],
        **{"expense_account_id": "8", "income_account_id": "1", "bank_account_id": "5", "card_account_id": "14"},
        **{"auto_sync": False, "needs_approval": True},
    },
    "tellBill": bill_data(approved=False),
}
# Runs go on meanwhile: whether one is under way, over, or has entered anything is for the workers to say. And no bill here
# has work that an item could be made for.
BESIDES = {
    **dict.fromkeys(("startBatch", "cancelBatch", "retryBatch", "undoBatch"), 409),
    **dict.fromkeys(("undoInvoice", "undoInvoices", "resyncInvoice", "showCorrection", "postCorrection"), 409),
    "makeItems": 400,
}


def _name(route: Route[Ports]) -> str:
    return route.name


def _values(partner: Partner, payment: Record) -> Values:
    """Name one of everything that a partner has, a decision among it."""
    partner.api.post("/v1/matches", {**BODIES["decideMatch"], "psa": "connectwise-1003"})
    partner.api.post("/v1/payouts", payout_data(id="po_canary"))
    effects = [line["effect"] for line in partner.explain(payment)["story"] if line["effect"]]
    return {
        "/v1/connections/{system}": "quickbooks",
        "/v1/records/{kind}": "payment",
        "/v1/records/{kind}/{id}": f"quickbooks-{payment['Id']}",
        "/v1/records/{kind}/{id}/effects/{key}": effects[-1]["key"],
        "/v1/attention/{cause}": "invoice_not_in_accounting",
        "/v1/customers/{id}": "quickbooks-9",
        "/v1/invoices/{id}": "quickbooks-1001",
        "/v1/credit-memos/{id}": f"quickbooks-{CREDIT_MEMO}",
        "/v1/deposits/{id}": f"quickbooks-{DEPOSIT}",
        "/v1/payouts/{id}": "platform-po_canary",
        "/v1/matches/{id}": "invoice:1002:1003",
        "/v1/fetches/{id}": partner.api.get("/v1/fetches")["fetches"][0]["id"],
        "/v1/sync/batches/{id}": _begin_run(partner),
        "/v1/sync/invoices/{id}": SYNCED,
        **_owe(partner),
    }


def _owe(partner: Partner) -> Values:
    """Have a partner owe something, and sync it."""
    partner.api.put("/v1/payables/preferences", BODIES["putPayablesPreferences"])
    paid = [{"bill": "platform-bill_elsewhere", "amount": "300.00"}]
    told = {
        "/v1/vendors": vendor_data(id="ven_canary"),
        "/v1/bills": bill_data(id="bill_canary", approved=False),
        "/v1/vendor-credits": vendor_credit_data(id="vc_canary"),
        "/v1/bill-payments": bill_payment_data(id="bp_canary", bills=paid, credits=[], amount="300.00"),
    }
    values = {f"{path}/{{id}}": partner.api.post(path, record)["id"] for path, record in told.items()}
    return {**values, "/v1/syncs/{id}": partner.api.post("/v1/syncs", {})["id"]}


def _begin_run(partner: Partner) -> str:
    """Have a bill synced that nothing is mapped for, so that the run ends with it refused. Returns: the run."""
    partner.api.put("/v1/preferences", BODIES["putPreferences"])
    partner.api.put("/v1/sync/preferences", SYNC_PREFERENCES)
    run: str = partner.api.post("/v1/sync/batches", BODIES["startBatch"])["id"]
    partner.api.put("/v1/preferences", PREFERENCES)
    return run


def _kinds_for(route: Route[Ports]) -> list[str]:
    """Choose some of the wrong tokens for a route, others than for its neighbours.

    One authorizer stands before all routes: a route that lacked it would take any of them. What it lets pass is
    refused by our own code, where tests/entry/test_isolation.py tries all of it on every route.
    """
    first = CLOSED.index(route) * KINDS_FOR_EACH
    return [KINDS[place % len(KINDS)] for place in range(first, first + KINDS_FOR_EACH)]


def _operator_of(deployed: Deployed, partner: Partner) -> str:
    """Give the token of an operator who is a user of a partner."""
    address = f"{uuid4().hex[:8]}@operators.example"
    invitation = add_operator(deployed.stack, partner.tenant, address, permanent_password=True)
    return sign_in(deployed.stack, invitation.email, invitation.password)


def _words_of(partner: Partner) -> tuple[str, ...]:
    """List what gives a partner away."""
    return partner.tenant, partner.name, partner.realm["realm_id"], str(partner.amount), "Contoso"


def _call(
    deployed: Deployed, route: Route[Ports], values: Values, token: str, body: object | None = None
) -> requests.Response:
    headers = {IDEMPOTENCY_KEY: uuid4().hex, **({"Authorization": token} if token else {})}
    url = f"{deployed.urls['api']}{path_of(route, values)}"
    return requests.request(route.method, url, json=body or BODIES.get(route.name), headers=headers, timeout=90)


@pytest.fixture(scope="module")
def strangers(cast: Cast) -> Values:
    """What the first partner has, among it a payment that nobody else does."""
    first, payment = cast.watched, cast.payments[cast.watched.name]
    assert first.explain(payment)["id"] == f"quickbooks-{payment['Id']}"
    return _values(first, payment)


@pytest.fixture(scope="module")
def outsider(deployed: Deployed) -> Partner:
    """A partner that signed in and connected nothing."""
    return Partner(deployed, "East IT", Decimal("1.00"))


@pytest.fixture(scope="module")
def forger(deployed: Deployed, cast: Cast) -> Iterator[Forger]:
    """Whoever has nearly a token of the first partner's user."""
    with Forger(deployed, cast.watched) as found:
        yield found


@pytest.fixture(scope="module")
def own(cast: Cast) -> tuple[Partner, Values]:
    """A partner that has everything, and that may lose it."""
    return cast.losing, _values(cast.losing, cast.payments[cast.losing.name])


@pytest.mark.parametrize("route", DESTRUCTIVE_LAST, ids=_name)
def test_x6_every_route_works_for_its_own_partner(
    deployed: Deployed, own: tuple[Partner, Values], route: Route[Ports]
) -> None:
    """The twin of the tests below: what they try fails for no other reason than whose token it is."""
    partner, values = own
    token = partner.token
    if route.group:
        assert _call(deployed, route, values, token).status_code == 403
        token = _operator_of(deployed, partner)
    keys = {name: partner.keys[name] for name in BODIES["connectConnectWise"]}
    answer = _call(deployed, route, values, token, keys if route.name == "connectConnectWise" else None)
    assert answer.status_code in {route.status, BESIDES.get(route.name)}, answer.text


def test_x6_a_link_opens_the_partners_own_document_and_nothing_beside_it(cast: Cast, outsider: Partner) -> None:
    first = cast.watched
    link = first.api.post("/v1/invoices/quickbooks-1001/pdf", {})["url"]
    answer = requests.get(link, timeout=30)
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-"), answer.text
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="Invoice 1001.pdf"')
    for spoilt in (link.partition("?")[0], link.replace(first.tenant, outsider.tenant)):
        assert requests.get(spoilt, timeout=30).status_code in {403, 404}


def test_x6_every_kind_of_token_is_tried_on_many_routes_and_several_on_each() -> None:
    tried = Counter(kind for route in CLOSED for kind in _kinds_for(route))
    assert tried.keys() == set(KINDS)
    assert min(tried.values()) >= len(CLOSED) // 3
    assert {len(set(_kinds_for(route))) for route in CLOSED} == {KINDS_FOR_EACH}


@pytest.mark.parametrize("route", CLOSED, ids=_name)
def test_x6_nobody_gets_in_without_a_valid_token(
    deployed: Deployed, cast: Cast, strangers: Values, forger: Forger, route: Route[Ports]
) -> None:
    first = cast.watched
    for kind in _kinds_for(route):
        answer = _call(deployed, route, strangers, forger.token(kind))
        assert answer.status_code == STATUS_OF[kind], f"{kind}: {answer.status_code} {answer.text}"
        for word in _words_of(first):
            assert word not in answer.text, f"{kind}: {answer.text}"


@pytest.mark.parametrize("route", CLOSED, ids=_name)
def test_x6_another_partner_sees_no_byte_of_what_is_not_its_own(
    deployed: Deployed, cast: Cast, strangers: Values, outsider: Partner, route: Route[Ports]
) -> None:
    first = cast.watched
    answer = _call(deployed, route, strangers, outsider.token)
    for word in _words_of(first):
        assert word not in answer.text, f"{route.name}: {answer.text}"
    if "{" in route.path:
        assert answer.status_code == 404, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_x6_the_first_partner_is_still_whole(cast: Cast) -> None:
    first = cast.watched
    states = {each["system"]: each["state"] for each in first.api.get("/v1/connections")["connections"]}
    assert states == {"quickbooks": "connected", "connectwise": "connected"}
    assert first.api.get("/v1/preferences") == PREFERENCES
