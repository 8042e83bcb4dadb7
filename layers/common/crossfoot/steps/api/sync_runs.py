"""Begin runs of the Sync Invoices tool, show how far each has come, stop it, and take up again what failed (S2, S9, X3)."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import StringIO
from itertools import chain, islice

from crossfoot.core.effects import Effect
from crossfoot.core.sync.effects import SALE, standing_sale
from crossfoot.core.sync.runs import FAILED_STATES, RunItem, RunKind, SyncRun, count_states, new_sync_run
from crossfoot.core.sync.settings import Setup
from crossfoot.errors import Conflict, Rejected
from crossfoot.messages import SyncBatch
from crossfoot.messages.api.sync_runs import (
    BatchStart,
    ItemsQuery,
    OneRun,
    RunDetail,
    RunFindingShape,
    RunList,
    RunShape,
)
from crossfoot.messages.api.words import PageQuery
from crossfoot.messages.routes import Asked, Nothing, Sheet
from crossfoot.offered import MOST_BILLS, walk_offered
from crossfoot.steps.api.needs import BadField, Ports, not_found
from crossfoot.steps.api.sync_bills import find_bills, require_both, require_tool
from crossfoot.steps.api.sync_outcomes import COLUMNS, load_outcomes, to_row, to_shape

LISTED = "/v1/sync/batches"
BY = "partner"
# Whoever works on a run may move it while the partner stops it; each time it is read anew.
CANCEL_TRIES = 5


def start_batch(ports: Ports, asked: Asked[Nothing, Nothing, BatchStart]) -> RunShape:
    """Begin to sync some bills, or all that is offered.

    Raises: MappingMissing when the tool is off or was never set up; NeedsPartner when a system is not connected;
    Rejected("sync_under_way") while another run is; BadFields for bills that are not there.
    Source: S1, S2.
    """
    setup = require_tool(ports, asked.tenant)
    return begin_run(ports, asked.tenant, RunKind.SYNC, _choose(ports, asked.tenant, asked.body, setup))


def _choose(ports: Ports, tenant: str, body: BatchStart, setup: Setup) -> list[RunItem]:
    if bool(body.invoices) is body.all:
        raise BadField("invoices", "Name some invoices, or ask for all that is offered: one of the two.")
    if body.all:
        offered = chain.from_iterable(walk_offered(tenant, setup, ports.book))
        return [RunItem(bill.ref, bill.number) for bill in islice(offered, MOST_BILLS)]
    digests: dict[str, str] = {}
    for place, chosen in enumerate(body.invoices):
        if digests.setdefault(chosen.id, chosen.digest or "") != (chosen.digest or ""):
            raise BadField(f"invoices.{place}.digest", "The same invoice is named twice, with different digests.")
    bills = find_bills(ports, tenant, [chosen.id for chosen in body.invoices], "invoices.{}.id")
    return [RunItem(bill.ref, bill.number, previewed=digests[str(bill.ref)]) for bill in bills.values()]


def begin_run(ports: Ports, tenant: str, kind: RunKind, items: Sequence[RunItem]) -> RunShape:
    """Begin a run, and queue it.

    Raises: Rejected("nothing_to_do"); Rejected("sync_under_way") while another run is, which is queued once more all the
    same: whoever began it may have died before that.
    """
    if not items:
        raise Rejected("nothing_to_do", "there is nothing that this could be done with", "Choose other invoices.")
    run = new_sync_run(kind, BY, len(items), ports.clock.now(), ports.new_token()[-8:])
    begun = ports.sync_runs.begin(tenant, run, items)
    _go_on(ports, tenant, begun, "asked")
    if begun.id != run.id:
        what = "taking invoices back" if begun.kind is RunKind.UNDO else "syncing invoices"
        detail = f"run {begun.id} is {what}, and a partner has one run at a time"
        raise Rejected("sync_under_way", detail, f"Wait for its end, or cancel it: {LISTED}/{begun.id}.")
    return to_run(ports, run, items)


def list_batches(ports: Ports, asked: Asked[Nothing, PageQuery]) -> RunList:
    """List a page of runs, newest first. Source: S2."""
    page = ports.sync_runs.list_runs(asked.tenant, cursor=asked.query.cursor, limit=asked.query.limit)
    return RunList(batches=[_show(ports, asked.tenant, run) for run in page.items], next_cursor=page.next_cursor)


def show_batch(ports: Ports, asked: Asked[OneRun, ItemsQuery]) -> RunDetail:
    """Show a run with a page of its bills. Source: S2, X3."""
    query, run = asked.query, find_run(ports, asked.tenant, asked.path.id)
    items = ports.sync_runs.load_items(asked.tenant, run.id)
    wanted = [item for item in items if query.state in (None, item.state)]
    ids = [str(item.bill) for item in items]
    if query.cursor and query.cursor not in ids:
        raise Rejected("cursor_invalid", "this page cursor does not belong to this list", "Start without the cursor.")
    # An item that is no longer in the state that is asked for keeps its place all the same.
    behind = set(ids[: ids.index(query.cursor) + 1]) if query.cursor else set()
    left = [item for item in wanted if str(item.bill) not in behind]
    shown = left[: query.limit]
    return RunDetail(
        **to_run(ports, run, items).model_dump(),
        items=[to_shape(outcome) for outcome in load_outcomes(ports, asked.tenant, shown)],
        next_cursor=str(shown[-1].bill) if len(left) > len(shown) else "",
    )


def export_batch(ports: Ports, asked: Asked[OneRun]) -> Sheet:
    """Give what became of every bill of a run as a sheet. Source: S2."""
    run = find_run(ports, asked.tenant, asked.path.id)
    written = StringIO()
    sheet = csv.writer(written)
    sheet.writerow(COLUMNS)
    items = ports.sync_runs.load_items(asked.tenant, run.id)
    sheet.writerows(to_row(outcome) for outcome in load_outcomes(ports, asked.tenant, items))
    return Sheet(written.getvalue(), f"crossfoot-{run.kind}-{run.started_at:%Y%m%d-%H%M%S}.csv")


def cancel_batch(ports: Ports, asked: Asked[OneRun]) -> RunShape:
    """Stop what of a run has not started; what has is brought to its end. Again, or after its end, changes nothing.

    Raises: Rejected("not_found"), Conflict.
    Source: S2.
    """
    for _ in range(CANCEL_TRIES):
        run = find_run(ports, asked.tenant, asked.path.id)
        try:
            stopped = _cancel(ports, asked.tenant, run)
        except Conflict:
            continue
        if stopped.finished_at is None:
            _go_on(ports, asked.tenant, stopped, "cancelled")
        return _show(ports, asked.tenant, stopped)
    raise Conflict(f"run {asked.path.id} keeps moving")


def _cancel(ports: Ports, tenant: str, run: SyncRun) -> SyncRun:
    if run.cancelled_at is not None or run.finished_at is not None:
        return run
    stopped = replace(run, cancelled_at=ports.clock.now())
    ports.sync_runs.replace(tenant, run, stopped)
    return stopped


def retry_batch(ports: Ports, asked: Asked[OneRun]) -> RunShape:
    """Begin a run of the same kind over what failed in one, or was cancelled. What was previewed still has to be so.

    Raises: as start_batch; Rejected("run_under_way"), Rejected("nothing_to_do").
    Source: S2, S8.
    """
    run = _find_over(ports, asked.tenant, asked.path.id)
    (require_tool if run.kind is RunKind.SYNC else require_both)(ports, asked.tenant)
    items = ports.sync_runs.load_items(asked.tenant, run.id)
    failed = (item for item in items if item.state in FAILED_STATES)
    anew = [RunItem(item.bill, item.number, previewed=item.previewed) for item in failed]
    return begin_run(ports, asked.tenant, run.kind, anew)


def undo_batch(ports: Ports, asked: Asked[OneRun]) -> RunShape:
    """Begin to take back all that a run has entered and that still stands, however its bills ended. Source: S9."""
    run = _find_over(ports, asked.tenant, asked.path.id)
    if run.kind is RunKind.UNDO:
        raise Rejected("nothing_to_do", "this run took invoices back, and entered none", "Sync the invoices again.")
    require_both(ports, asked.tenant)
    items = ports.sync_runs.load_items(asked.tenant, run.id)
    latest = ports.effects.load_latest_of(asked.tenant, SALE, [item.bill for item in items])
    standing = [item for item in items if item.bill in latest and _is_of(run, item, latest[item.bill])]
    return begin_run(ports, asked.tenant, RunKind.UNDO, [RunItem(item.bill, item.number) for item in standing])


def _is_of(run: SyncRun, item: RunItem, latest: Effect) -> bool:
    """Tell whether what stands of a bill, or may, is what a run entered: a later one may have entered it anew."""
    standing = standing_sale(latest)
    if item.accounting_id:
        return standing is not None and standing.id == item.accounting_id
    may_stand = standing is not None or latest.in_flight
    planned_at, finished_at = latest.planned_at, run.finished_at
    is_its_own = planned_at is not None and finished_at is not None and run.started_at <= planned_at <= finished_at
    return may_stand and is_its_own


def find_run(ports: Ports, tenant: str, run_id: str) -> SyncRun:
    """Read a run. Raises: Rejected("not_found")."""
    run = ports.sync_runs.load(tenant, run_id)
    if run is None:
        raise not_found("run", f"GET {LISTED} lists them.")
    return run


def to_run(ports: Ports, run: SyncRun, items: Iterable[RunItem] | None = None) -> RunShape:
    """Show a run. Takes: `items` of one that is not at its end: they are counted."""
    return RunShape(
        id=run.id,
        kind=run.kind,
        by=run.by,
        state=run.state(ports.clock.now()),
        started_at=run.started_at,
        moved_at=run.moved_at,
        finished_at=run.finished_at,
        cancelled_at=run.cancelled_at,
        total=run.total,
        counts=dict(run.counts) if items is None else count_states(items),
        findings=[RunFindingShape(code=each.code, sentence=each.sentence, fix=each.fix) for each in run.findings],
    )


# --- inside ------------------------------------------------------------------------------------------------------------


def _find_over(ports: Ports, tenant: str, run_id: str) -> SyncRun:
    run = find_run(ports, tenant, run_id)
    if run.finished_at is None:
        raise Rejected("run_under_way", "this run has not come to its end", "Wait for its end, or cancel it first.")
    return run


def _go_on(ports: Ports, tenant: str, run: SyncRun, why: str) -> None:
    because = f"{why} {ports.clock.now().isoformat()}"
    ports.queue.send([SyncBatch(tenant=tenant, run=run.id, because=because)])


def _show(ports: Ports, tenant: str, run: SyncRun) -> RunShape:
    return to_run(ports, run, ports.sync_runs.load_items(tenant, run.id) if run.finished_at is None else None)
