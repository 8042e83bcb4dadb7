"""An API whose partner has one of everything, and how each route is asked for it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crossfoot.core.attention import Parked, Reason
from crossfoot.core.decisions import refused
from crossfoot.core.effects import effect_key
from crossfoot.core.fetching import FetchKind, FetchRun
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import ACCOUNTING, PSA, DepositLine, Kind, Line, LineKind, Ref, TraitName
from crossfoot.core.notifications import Notifications
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.messages.platform import PlatformPayment, PlatformPayout
from crossfoot.messages.reading import read_shape
from crossfoot.messages.routes import Route
from crossfoot.ports import Choice
from crossfoot.steps.api.needs import Ports

from tests.fakes import whole_payables, whole_sync
from tests.fakes.api import FakeApi
from tests.fakes.choices import NEVER_CHOSEN
from tests.fakes.platform import payment_data, payout_data
from tests.fakes.records import credit_memo, customer, deposit, invoice, ref_of, trait
from tests.fakes.world import TENANT

BODIES: dict[str, Any] = {
    "connectQuickBooks": {},
    "connectConnectWise": {
        "site_url": "https://psa-310687.example",
        "company_id": "acme",
        "public_key": "public",
        "private_key": "private",
    },
    "putPreferences": {
        **NEVER_CHOSEN,
        "external_payments_enabled": True,
        "sync_tool_enabled": True,
        "external_payments_mode": "all_invoices",
        "primary": "connectwise",
        "deposit_account_id": "35",
    },
    "putNotifications": {
        "connection_trouble": ["trouble-canary@example.com"],
        "daily_digest": [],
        "digest_hour": 7,
        "time_zone": "America/New_York",
    },
    "putFilters": {
        "company_type": ["canary type"],
        **{name: [] for name in TraitName if name is not TraitName.COMPANY_TYPE},
        "from": None,
        "to": None,
    },
    "decideMatch": {
        "kind": "invoice",
        "accounting": "quickbooks-q1003",
        "psa": "connectwise-c1003",
        "verdict": "different",
    },
    "tellPayment": payment_data(),
    "tellPayout": payout_data(),
    "retryParked": {"records": [{"kind": "payment", "id": "platform-pay_canary"}]},
    "ignoreParked": {"cause": "row_taken"},
    "startFetch": {"what": "new_data"},
    "startCrossfoot": {"live": True},
    **whole_sync.BODIES,
    **whole_payables.BODIES,
}
PAYOUT_ITEMS = [
    {"kind": "payment", "payment": "pay_canary", "amount": "1250.00"},
    {"kind": "fee", "amount": "-2.90", "memo": "Fee canary"},
]
# What a path's parameters are filled with, by the path up to there: something that TENANT has.
VALUES = {
    "/v1/connections/{system}": "quickbooks",
    "/v1/records/{kind}": "payment",
    "/v1/records/{kind}/{id}": "quickbooks-77",
    "/v1/records/{kind}/{id}/effects/{key}": effect_key(TENANT, PAYMENT_ROWS, Ref(PSA, Kind.INVOICE, "c1001"), 1),
    "/v1/attention/{cause}": "row_taken",
    "/v1/customers/{id}": "connectwise-c5",
    "/v1/invoices/{id}": "quickbooks-q1001",
    "/v1/credit-memos/{id}": "quickbooks-q50",
    "/v1/deposits/{id}": "quickbooks-q200",
    "/v1/payouts/{id}": "platform-po_canary",
    "/v1/fetches/{id}": "run-canary",
    "/v1/matches/{id}": "invoice:q1004:c1004",
    **whole_sync.VALUES,
    **whole_payables.VALUES,
}


def path_of(route: Route[Ports], values: Mapping[str, str] = VALUES) -> str:
    """Fill a route's parameters in. Raises: KeyError for a new parameter: then the values need an example of it."""
    parts = route.path.split("/")
    filled = [
        values["/".join(parts[: place + 1])] if part.startswith("{") else part for place, part in enumerate(parts)
    ]
    return "/".join(filled)


def whole_api() -> FakeApi:
    """Make a world where TENANT has everything, and nobody else anything but a sign-in."""
    api = FakeApi()
    api.connect_both()
    api.world.invoice_in_both("1001", 1000)
    api.world.invoice_in_both("1002", 1000)
    for number in ("1003", "1004"):
        api.world.quickbooks.add_invoice(f"q{number}", number, 500)
        api.world.connectwise.add_invoice(f"c{number}", number, 600)
    api.work()
    apart = {**BODIES["decideMatch"], "accounting": "quickbooks-q1004", "psa": "connectwise-c1004"}
    assert api.call("POST", "/v1/matches", body=apart).status == 200
    api.world.quickbooks.pay("77", {"q1001": 900})
    api.work()
    api.world.connectwise.put(replace(api.world.connectwise.invoice("c1002"), total_minor=900))
    assert api.call("POST", "/v1/crossfoot", body={}).status == 202
    api.work()
    whole_sync.fill_sync(api.world)
    whole_payables.fill_payables(api.world)
    _fill_book(api)
    return api


def _fill_book(api: FakeApi) -> None:
    """Give TENANT one of everything that a route can ask for."""
    world = api.world
    line = Line("1", LineKind.ITEM, "Line canary", 100)
    told_payment = read_shape(PlatformPayment, payment_data(id="pay_canary")).to_payment()
    told_payout = read_shape(PlatformPayout, payout_data(id="po_canary", items=PAYOUT_ITEMS)).to_payout()
    outside = trait(TraitName.INVOICE_TYPE, "Progress")
    world.book.save(
        TENANT,
        [
            customer("c5", "Canary Company"),
            credit_memo("q50", "CM-canary", 500, lines=(line,)),
            told_payment,
            told_payout,
            deposit("q200", 900, DepositLine(ref_of(Kind.PAYMENT, "q77"), 0), account_name="Bank canary"),
            invoice("c77", "c77", traits=outside, lines=(line,)),
        ],
    )
    held = refused(told_payment.ref, "E7", "row_taken", "Attention canary", "Mend it.")
    world.attention.replace(
        TENANT, Parked(told_payment.ref), Parked(told_payment.ref, (Reason(held, world.clock.now()),))
    )
    world.filters.save(TENANT, ImportFilters({TraitName.INVOICE_TYPE: frozenset({"Agreement"})}))
    world.notifications.save(TENANT, Notifications(daily_digest=("digest-canary@example.com",)))
    now = world.clock.now()
    world.runs.begin(TENANT, FetchRun("run-canary", PSA, FetchKind.NEW_DATA, now, now))
    api.systems.choices = {TraitName.COMPANY_TYPE: (Choice("canary type", "canary type"),)}
    api.systems.pdfs[Ref(ACCOUNTING, Kind.INVOICE, "q1001")] = [b"%PDF"]
