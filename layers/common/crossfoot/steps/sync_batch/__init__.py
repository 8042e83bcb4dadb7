"""sync_batch: closed ConnectWise invoices into the accounting, and back (S1 to S10)."""

from collections.abc import Callable, Sequence

from crossfoot.core.decisions import Decision, refused
from crossfoot.core.model import ACCOUNTING, PSA, SYSTEM_NAMES, Ref
from crossfoot.core.pacing import Pace, in_no_hurry
from crossfoot.core.sync.batching import GL_BATCH
from crossfoot.core.sync.effects import SALE
from crossfoot.core.sync.runs import ItemState, RunKind
from crossfoot.core.sync.settings import Setup
from crossfoot.errors import (
    AwsUnavailable,
    BadMessage,
    Conflict,
    NeedsPartner,
    OutcomeUnknown,
    RateLimited,
    RemoteUnavailable,
)
from crossfoot.ledger import withdraw_unsent
from crossfoot.messages import CheckSynced, PostBatch, StartSync, SyncBatch
from crossfoot.ports import is_connected
from crossfoot.steps.sync_batch.checking import check_synced
from crossfoot.steps.sync_batch.gathering import Gathered
from crossfoot.steps.sync_batch.needs import Ports
from crossfoot.steps.sync_batch.posting import CLOSING, post_batch
from crossfoot.steps.sync_batch.running import Running, to_post
from crossfoot.steps.sync_batch.starting import start_sync
from crossfoot.steps.sync_batch.syncing import Syncing
from crossfoot.steps.sync_batch.undoing import Undoing

__all__ = ["REQUESTS", "Ports", "Request", "SyncWork"]

type Request = StartSync | SyncBatch | PostBatch | CheckSynced
PAUSE_S = 60
REQUESTS: tuple[type[Request], ...] = (StartSync, SyncBatch, PostBatch, CheckSynced)


class SyncWork:
    """The requests of one partner that an invocation was given: what they have in common is read once."""

    def __init__(
        self, tenant: str, requests: Sequence[Request], ports: Ports, remaining_ms: Callable[[], int] = in_no_hurry
    ) -> None:
        """Gather. Raises: errors of our table."""
        self._ports, self._remaining_ms = ports, remaining_ms
        self._gathered = Gathered(tenant, [each for each in requests if isinstance(each, PostBatch)], ports)
        self._pace: Pace | None = None

    def do(self, request: Request) -> None:
        """Do what one request asks for.

        Raises: errors of the vendors and of our table; Conflict where there is no time for another one as slow as the
        slowest so far. A vendor that does not answer is asked again after a minute, and a lost answer is looked for soon:
        to wait for the queue's visibility timeout would hold a run up for half an hour.
        """
        if self._pace is None:
            self._pace = Pace(self._remaining_ms)
        elif not self._pace.has_time():
            raise Conflict("this invocation has no time for another one")
        try:
            self._do(request)
        except AwsUnavailable:
            raise
        except RemoteUnavailable as error:
            raise RateLimited(str(error), error.retry_after_s or PAUSE_S, system=error.system) from error
        except OutcomeUnknown as error:
            raise Conflict(f"the answer may still come: {error}") from error

    def _do(self, request: Request) -> None:
        match request:
            case StartSync():
                start_sync(request, self._ports)
            case SyncBatch():
                sync_batch(request, self._ports, self._remaining_ms)
            case PostBatch():
                post_batch(request, self._gathered, self._ports)
            case CheckSynced():
                # It may move what was read of the bill.
                self._gathered.take(request.bill)
                check_synced(request, self._gathered.open_psa, self._ports)


def sync_batch(message: SyncBatch, ports: Ports, remaining_ms: Callable[[], int] = in_no_hurry) -> None:
    """Go on with a run until all of its bills came to an end, or the time is nearly over; the rest goes on by message.

    Each bill is entered once, whatever a worker dies at. A run that is over is left alone, but for what a worker that was
    overtaken wrote meanwhile: that gets its batch.
    Raises: Conflict when somebody else is at a bill; errors of the vendors. What came to an end by then is stored.
    """
    run = ports.sync_runs.load(message.tenant, message.run)
    if run is None:
        raise BadMessage(f"{message.tenant} has no run {message.run}")
    running = Running(message.tenant, run, ports, remaining_ms)
    try:
        left = _work(running, ports) if run.finished_at is None else 0
    except NeedsPartner as error:
        fix = error.fix or "Mend the connection under Connections, then retry this run."
        left = _give_up(running, ports, "C7", "needs_partner", str(error), fix)
    if left:
        running.go_on_later(left)
    else:
        _close(running, ports)


def _work(running: Running, ports: Ports) -> int:
    """Do the run's part of this invocation. Returns: how many bills wait."""
    for system, code in ((ACCOUNTING, "accounting_not_connected"), (PSA, "psa_not_connected")):
        if not is_connected(ports.connections, running.tenant, system):
            sentence, fix = f"{SYSTEM_NAMES[system]} is not connected.", "Connect it, then retry this run."
            return _give_up(running, ports, "C7", code, sentence, fix)
    if running.run.kind is RunKind.UNDO:
        return Undoing(running, ports).work()
    setup = _load_setup(running.tenant, ports)
    if setup is None:
        sentence = "The Sync Invoices tool is off, or its preferences were never saved."
        fix = "Turn it on and save its preferences, then retry this run."
        return _give_up(running, ports, "S1", "tool_off", sentence, fix)
    return Syncing(running, setup, ports).work()


def _load_setup(tenant: str, ports: Ports) -> Setup | None:
    return ports.sync_settings.load(tenant) if ports.preferences.load(tenant).sync_tool_enabled else None


def _give_up(running: Running, ports: Ports, rule: str, code: str, sentence: str, fix: str) -> int:
    """End what waits, with what stands in the way of all of it; a retry takes it up again, and finds what was begun."""

    def decide(bill: Ref) -> Decision:
        return refused(bill, rule, code, sentence, fix)

    waiting = running.load_waiting()
    for kind in (SALE, GL_BATCH):
        latest = ports.effects.load_latest_of(running.tenant, kind, [item.bill for item in waiting])
        for effect in latest.values():
            withdraw_unsent(effect, ports.effects, ports.clock)
    running.end([(item, decide(item.bill)) for item in waiting])
    return 0


def _close(running: Running, ports: Ports) -> None:
    """End the run; where bills wait for their ConnectWise batches, the last message of each of their lanes does."""
    tenant, run = running.tenant, running.run.id
    # By one read: between two, the last bills may get their batches, and then neither this nor a message would end the run.
    written = [item for item in ports.sync_runs.load_items(tenant, run) if item.state is ItemState.WRITTEN]
    if not written:
        running.finish()
        return
    # Each once more: whoever wrote one may have died before it was queued.
    posts = [to_post(tenant, run, item) for item in written]
    ports.queue.send(posts)
    last = {post.lane: item for post, item in zip(posts, written, strict=True)}
    ports.queue.send([to_post(tenant, run, item, CLOSING) for item in last.values()])
