"""Begin runs over a partner's systems, and show how far each has come (C4, C6, I7, X3)."""

from crossfoot.core import fetching
from crossfoot.core.fetching import FetchKind, FetchRun
from crossfoot.core.model import System
from crossfoot.messages.api.fetches import FetchShape
from crossfoot.steps.api.needs import Ports

# A partner who presses every button begins few in a day.
RUNS_LOOKED_AT = 100


def new_run(ports: Ports, system: System, kind: FetchKind) -> FetchRun:
    """Make a run that begins now."""
    return fetching.new_run(system, kind, ports.clock.now(), ports.new_token()[-8:])


def begin_import(ports: Ports, tenant: str, system: System) -> FetchRun:
    """Begin to import a system, or to catch up on it from where it was read to. Source: C6."""
    known = ports.cursors.load(tenant, system).cursor
    kind = FetchKind.CATCH_UP if known else FetchKind.FIRST_IMPORT
    return ports.runs.begin(tenant, new_run(ports, system, kind))


def find_walk(ports: Ports, tenant: str, system: System) -> FetchRun | None:
    """Find the run over a system's unpaid invoices that is on its way. Source: I7."""
    newest = ports.runs.list_runs(tenant, cursor="", limit=RUNS_LOOKED_AT).runs
    walks = (run for run in newest if run.system is system and run.kind is FetchKind.UNPAID_INVOICES)
    return next((run for run in walks if run.finished_at is None), None)


def to_fetch(ports: Ports, run: FetchRun) -> FetchShape:
    """Show a run. Source: X3."""
    return FetchShape(
        id=run.id,
        system=run.system,
        what=run.kind,
        state=run.state(ports.clock.now()),
        started_at=run.started_at,
        moved_at=run.moved_at,
        finished_at=run.finished_at,
        read=dict(run.progress.read),
        unreadable=run.progress.unreadable,
        outside=run.progress.outside,
    )
