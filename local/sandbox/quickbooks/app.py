"""Put the sandbox together: one app, its companies, and the doors for tests and people."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import ASGIApp

from local.sandbox.faults import FaultMiddleware, Faults, fault_routes
from local.sandbox.page import RequestLog, page_routes
from local.sandbox.quickbooks import answers
from local.sandbox.quickbooks.api import Api
from local.sandbox.quickbooks.companies import App, Companies, known_app
from local.sandbox.quickbooks.control import CLOCK_AHEAD, Control
from local.sandbox.quickbooks.grants import Grants
from local.sandbox.quickbooks.limits import Limits
from local.sandbox.quickbooks.oauth import OAuth
from local.sandbox.quickbooks.panels import record_panels
from local.sandbox.quickbooks.switches import Switches, load_switches
from local.sandbox.quickbooks.times import Clock
from local.sandbox.quickbooks.webhooks import Webhooks
from local.sandbox.store import Store

DEFAULT_COMPANY = "Larkspur Managed IT"
_TALLIES = "tallies"


@dataclass(frozen=True)
class Sandbox:
    """The parts that tests and the command line reach for."""

    store: Store
    clock: Clock
    switches: Switches
    faults: Faults
    grants: Grants
    webhooks: Webhooks
    companies: Companies
    limits: Limits
    log: RequestLog

    def first_realm(self) -> str:
        """Return the first company's realm id; the company is made when there is none."""
        listed = self.companies.listing()
        return listed[0][0] if listed else self.companies.create(DEFAULT_COMPANY)


def build_sandbox(
    path: Path | None = None, clock: Clock | None = None, app: App | None = None, webhook_time_scale: float = 1.0
) -> Sandbox:
    """Open the state and wire the parts.

    Takes: None keeps the state in memory; the app's credentials, else those of the state file or new ones.
    """
    store, clock, faults = Store(path), clock or Clock(), Faults()
    switches = load_switches(store)
    grants = Grants(store, clock, switches)
    known = known_app(store, app)
    webhooks = Webhooks(store, clock, switches, faults, known.verifier_token, grants.connected, webhook_time_scale)
    companies = Companies(store, clock, switches, grants, known, webhooks.announce)
    clock.advance(float(store.setting(CLOCK_AHEAD, 0)))
    limits = Limits(clock, switches)
    limits.restore(store.setting(_TALLIES, {}))
    return Sandbox(store, clock, switches, faults, grants, webhooks, companies, limits, RequestLog(clock.now))


def build_app(sandbox: Sandbox) -> ASGIApp:
    """Return the ASGI application; its lifespan runs the webhook delivery."""
    companies = sandbox.companies
    oauth = OAuth(sandbox.grants, companies.app.client_id, companies.app.client_secret, companies.listing)
    control = Control(sandbox.store, companies, sandbox.webhooks, sandbox.grants)
    routes = [
        *Api(companies, sandbox.limits).routes(),
        *oauth.routes(),
        *control.routes(),
        *fault_routes(sandbox.faults),
        *page_routes(
            "QuickBooks Online sandbox",
            sandbox.log,
            sandbox.faults,
            lambda: record_panels(companies),
            sandbox.limits.listing,
        ),
    ]
    inner = Starlette(routes=routes, lifespan=_lifespan(sandbox))
    return FaultMiddleware(inner, sandbox.faults, _fault_answers(sandbox), sandbox.log.add)


def _lifespan(sandbox: Sandbox) -> Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def run(_app: Starlette) -> AsyncIterator[None]:
        delivery = asyncio.create_task(sandbox.webhooks.deliver_forever())
        try:
            yield
        finally:
            delivery.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await delivery
            sandbox.store.set_setting(_TALLIES, sandbox.limits.listing())
            sandbox.store.close()

    return run


def _fault_answers(sandbox: Sandbox) -> dict[str, Callable[[], Response]]:
    now = sandbox.clock.now
    return {
        "throttle": lambda: answers.throttled(sandbox.switches, now()),
        "server_error": lambda: answers.system_failure(now()),
        "expired_token": lambda: answers.unauthenticated("Token expired", now()),
    }
