"""A run as a worker goes through it: what waits, what was decided of each bill, and when it is over (S2, X3)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from crossfoot.core.decisions import Decision, Outcome
from crossfoot.core.model import PSA, Kind
from crossfoot.core.pacing import Pace
from crossfoot.core.sync.runs import OPEN_STATES, ItemState, RunFinding, RunItem, SyncRun, count_states, keep_findings
from crossfoot.errors import Conflict
from crossfoot.messages import Nudge, PostBatch, SyncBatch
from crossfoot.steps.sync_batch.needs import Ports

# The code of what the partner stopped before it was begun: a retry takes it up again.
CANCELLED = "cancelled"
# So often a run says that it moves: one that does not is shown as stuck after half an hour.
MOVES_EVERY = timedelta(minutes=1)


class Running:
    """A run that is under way."""

    def __init__(self, tenant: str, run: SyncRun, ports: Ports, remaining_ms: Callable[[], int]) -> None:
        self.tenant, self.run = tenant, run
        self._ports, self._pace = ports, Pace(remaining_ms)
        self._found: tuple[RunFinding, ...] = ()
        self.has_time = True

    def load_waiting(self) -> list[RunItem]:
        """Read what has not come to an end, and was not written yet."""
        items = self._ports.sync_runs.load_items(self.tenant, self.run.id)
        return [item for item in items if item.state is ItemState.WAITING]

    def look(self) -> bool:
        """Say that the run moves. Returns: whether it may begin something, because nobody has stopped it."""
        self.run = note_move(self.tenant, self.run.id, self._ports, self._found) or self.run
        return self.run.cancelled_at is None and self.run.finished_at is None

    def tell(self, found: Sequence[RunFinding]) -> None:
        """Keep with the run what was found of the partner's choices. Nothing found costs nothing."""
        self._found = (*self._found, *found)
        if found:
            self.look()

    def tick(self) -> bool:
        """Tell, after a round, whether there is time for another one."""
        self.has_time = self._pace.has_time()
        return self.has_time

    def save(self, items: Sequence[RunItem]) -> None:
        """Store how items stand."""
        if items:
            self._ports.sync_runs.save_items(self.tenant, self.run.id, items)

    def end(self, ended: Iterable[tuple[RunItem, Decision]]) -> None:
        """Store why items came to an end, in their stories first."""
        settled = [(decide_item(item, decision, self._ports), decision) for item, decision in ended]
        self._ports.history.save(self.tenant, [decision for _, decision in settled])
        self.save([item for item, _ in settled])

    def go_on_later(self, left: int) -> None:
        """Have the rest done by another invocation."""
        because = f"{left} left at {self._ports.clock.now().isoformat()}"
        self._ports.queue.send([SyncBatch(tenant=self.tenant, run=self.run.id, because=because)])

    def finish(self) -> bool:
        """End the run, if all of its bills have come to an end. Returns: whether it is at its end. Raises: Conflict."""
        return finish_run(self.tenant, self.run.id, self._ports, self._found)


def note_move(tenant: str, run_id: str, ports: Ports, found: Sequence[RunFinding] = ()) -> SyncRun | None:
    """Say that a run moves, unless that was said a moment ago and nothing new was found.

    Returns: the run.
    Source: S6, X3.
    """
    run, now = ports.sync_runs.load(tenant, run_id), ports.clock.now()
    if run is None or run.finished_at is not None:
        return run
    told = keep_findings(run, found)
    if told == run and now - run.moved_at < MOVES_EVERY:
        return run
    moved = replace(told, moved_at=now)
    try:
        ports.sync_runs.replace(tenant, run, moved)
    except Conflict:
        # Whoever stops it meanwhile is heard at the next look.
        return run
    return moved


def decide_item(item: RunItem, decision: Decision, ports: Ports) -> RunItem:
    """Say how an item ended by a decision: cancelled, skipped, or refused."""
    skipped = ItemState.CANCELLED if decision.code == CANCELLED else ItemState.SKIPPED
    state = skipped if decision.outcome is Outcome.SKIPPED else ItemState.REFUSED
    return settle_item(item, state, decision, ports)


def settle_item(item: RunItem, state: ItemState, decision: Decision, ports: Ports) -> RunItem:
    """Say how an item ended, and why."""
    return replace(
        item, state=state, rule=decision.rule, code=decision.code, sentence=decision.sentence, fix=decision.fix,
        settled_at=ports.clock.now(),
    )  # fmt: skip


def finish_run(tenant: str, run_id: str, ports: Ports, found: Sequence[RunFinding] = ()) -> bool:
    """End a run if all of its bills have come to an end. Again is no error, and counts what came to another end since.

    Returns: whether it is at its end. Raises: Conflict when somebody else moved it.
    """
    run = ports.sync_runs.load(tenant, run_id)
    if run is None:
        return True
    items = ports.sync_runs.load_items(tenant, run_id)
    if any(item.state in OPEN_STATES for item in items):
        return False
    counts, now = count_states(items), ports.clock.now()
    if run.finished_at is not None and run.counts == counts:
        return True
    # What ConnectWise made of its batches shows at once, and not at the next sweep.
    ports.queue.send([Nudge(tenant=tenant, system=PSA, because=f"finished {run_id}")])
    finished = replace(run, moved_at=now, finished_at=run.finished_at or now, counts=counts)
    # Those that a conflict kept from being stored before; any other is there already.
    ports.sync_runs.replace(tenant, run, keep_findings(finished, found))
    return True


def to_post(tenant: str, run: str, item: RunItem, because: str = "") -> PostBatch:
    """Make the message that puts a bill into its ConnectWise batch."""
    return PostBatch(
        tenant=tenant,
        run=run,
        bill_id=item.bill.id,
        bill_kind=Kind.CREDIT_MEMO if item.bill.kind is Kind.CREDIT_MEMO else Kind.INVOICE,
        number=item.number,
        because=because,
    )
