"""Start a fetch by hand, as often as I7 allows, and show how far each has come (X3)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from crossfoot.core.fetching import FETCH_NEW_DATA_EVERY, FETCH_UNPAID_EVERY, FetchKind, FetchRun
from crossfoot.core.model import CONNECTED, System
from crossfoot.core.tending import say
from crossfoot.errors import NeedsPartner, TooSoon
from crossfoot.messages import FetchUnpaid, Message, Nudge
from crossfoot.messages.api.fetches import FetchesStarted, FetchList, FetchShape, FetchStart, LeftOut, OneFetch
from crossfoot.messages.api.words import PageQuery
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import Ports, not_found, why_closed
from crossfoot.steps.api.runs import new_run, to_fetch

_EVERY = {FetchKind.NEW_DATA: FETCH_NEW_DATA_EVERY, FetchKind.UNPAID_INVOICES: FETCH_UNPAID_EVERY}
_NAMES = {FetchKind.NEW_DATA: "New data", FetchKind.UNPAID_INVOICES: "Unpaid invoices"}
_OFTEN = {FetchKind.NEW_DATA: "once an hour", FetchKind.UNPAID_INVOICES: "once in 12 hours"}


def start_fetch(ports: Ports, asked: Asked[Nothing, Nothing, FetchStart]) -> FetchesStarted:
    """Fetch new data, or every unpaid invoice, from each connected system.

    New data is what was created or changed in the last hour. It is read from the cursor on, which never lies behind the
    last read, and what was read before stands in the book: so this covers the hour, and whatever was missed before it.
    The turn is taken first, by a conditional write: of two that press at once, one is refused. It is given back when
    nothing could be begun.
    Raises: NeedsPartner when none can be read, TooSoon with when it is allowed again.
    Source: I7.
    """
    tenant, kind = asked.tenant, FetchKind(asked.body.what)
    closed = {system: why for system in CONNECTED if (why := why_closed(ports, tenant, system)) is not None}
    systems = [system for system in CONNECTED if system not in closed]
    if not systems:
        raise NeedsPartner(*say(list(closed.values())))
    free_at = ports.limits.take(tenant, kind, _EVERY[kind])
    if free_at is not None:
        raise _too_soon(kind, free_at, ports.clock.now())
    try:
        runs = _begin(ports, tenant, systems, kind)
    except Exception:
        ports.limits.give_back(tenant, kind)
        raise
    return FetchesStarted(
        fetches=[to_fetch(ports, run) for run in runs],
        left_out=[LeftOut(system=system, reason=why.reason, fix=why.fix) for system, why in closed.items()],
    )


def list_fetches(ports: Ports, asked: Asked[Nothing, PageQuery]) -> FetchList:
    """List a page of fetches, newest first: those that were started by hand, imports, and the catching up. Source: X3."""
    page = ports.runs.list_runs(asked.tenant, cursor=asked.query.cursor, limit=asked.query.limit)
    return FetchList(fetches=[to_fetch(ports, run) for run in page.runs], next_cursor=page.next_cursor)


def show_fetch(ports: Ports, asked: Asked[OneFetch]) -> FetchShape:
    """Show how far a fetch has come. Source: X3."""
    run = ports.runs.load(asked.tenant, asked.path.id)
    if run is None:
        raise not_found("fetch", "GET /v1/fetches lists them; they are kept for 90 days.")
    return to_fetch(ports, run)


def _begin(ports: Ports, tenant: str, systems: Sequence[System], kind: FetchKind) -> list[FetchRun]:
    begin = ports.runs.begin if kind is FetchKind.NEW_DATA else ports.runs.begin_walk
    runs = [begin(tenant, new_run(ports, system, kind)) for system in systems]
    because = f"asked {ports.clock.now().isoformat()}"
    ports.queue.send([_message(tenant, run, kind, because) for run in runs])
    return runs


def _message(tenant: str, run: FetchRun, kind: FetchKind, because: str) -> Message:
    if kind is FetchKind.NEW_DATA:
        return Nudge(tenant=tenant, system=run.system, because=because)
    return FetchUnpaid(tenant=tenant, system=run.system, run=run.id, because=because)


def _too_soon(kind: FetchKind, free_at: datetime, now: datetime) -> TooSoon:
    left = max(free_at - now, timedelta(seconds=1))
    when = f"{free_at:%Y-%m-%d %H:%M:%S} UTC"
    return TooSoon(
        f"{_NAMES[kind]} can be fetched by hand {_OFTEN[kind]}, and again from {when}",
        f"Wait until {when}. Whatever changes comes in by itself meanwhile.",
        left.total_seconds(),
    )
