"""post_batch: what stands in the accounting is put into a ConnectWise batch of its own, or is shown as a conflict (S3)."""

from dataclasses import replace
from datetime import timedelta

from crossfoot.core.decisions import Decision, refused
from crossfoot.core.effects import Effect
from crossfoot.core.model import Billed, CreditMemo, Invoice
from crossfoot.core.sync.batching import GL_BATCH, BatchWrite
from crossfoot.core.sync.effects import SALE, accounting_ref, batch_of, record_ids_of, standing_sale
from crossfoot.core.sync.postings import Posting
from crossfoot.core.sync.runs import OPEN_STATES, ItemState, RunItem, RunKind
from crossfoot.core.sync.sales import SaleWrite
from crossfoot.errors import Conflict, NeedsPartner
from crossfoot.messages import PostBatch
from crossfoot.parking import let_go, note_parked
from crossfoot.steps.sync_batch.batches import BatchLedger
from crossfoot.steps.sync_batch.gathering import Gathered, fetch_bill
from crossfoot.steps.sync_batch.needs import Ports
from crossfoot.steps.sync_batch.running import finish_run, note_move, settle_item, to_post

# So long the ledger records of a bill are taken to be those that its entry was planned from.
FRESH_FOR = timedelta(minutes=15)
# Says that a message is the last one of its lane: the run may be over with it.
CLOSING = "closing"


def post_batch(message: PostBatch, gathered: Gathered, ports: Ports) -> None:
    """Put a bill into its batch, if it stands in the accounting and is in none.

    Takes: `gathered` is what was read for the messages that came with this one.
    Again changes nothing, and neither does a message of a run that is over: what stands decides.
    Raises: Conflict while somebody else is at it; errors of the vendor.
    """
    _Posting(message, gathered, ports).post()
    if message.because.startswith(CLOSING) or message.revivals:
        _close(message, ports)


def _close(message: PostBatch, ports: Ports) -> None:
    """End the run, unless bills are still to come; one of this lane that failed comes back, and this after it."""
    if finish_run(message.tenant, message.run, ports):
        return
    items = ports.sync_runs.load_items(message.tenant, message.run)
    if any(item.state in OPEN_STATES and _lane(message, item) == message.lane for item in items):
        raise Conflict(f"run {message.run} still has bills to post in lane {message.lane}")


def _lane(message: PostBatch, item: RunItem) -> str:
    return to_post(message.tenant, message.run, item).lane


class _Posting:
    """The batch of one bill."""

    def __init__(self, message: PostBatch, gathered: Gathered, ports: Ports) -> None:
        self._message, self._ports = message, ports
        self._tenant, self._bill = message.tenant, message.bill
        self._open_psa, self._entered = gathered.open_psa, gathered.take(message.bill)
        self._batches = BatchLedger(message.tenant, message.bill, ports, gathered.open_psa)

    def post(self) -> None:
        try:
            self._post_standing()
        except NeedsPartner as error:
            fix = error.fix or "Mend the connection under Connections, then retry the run."
            self._hold(refused(self._bill, "C7", "needs_partner", str(error), fix), ItemState.REFUSED)

    def _post_standing(self) -> None:
        sale, latest = self._load()
        standing = standing_sale(sale)
        if sale is None or standing is None:
            self._batches.drop(latest)
            return self._undone()
        if batch := batch_of(latest, standing):
            return self._done(batch)
        return self._write(sale, standing, latest)

    def _load(self) -> tuple[Effect | None, Effect | None]:
        """Give the newest effects on the entry and on its batch.

        A bill that was seen with others to lack a batch is not read again: where somebody moved it since, the fence of its
        batch is taken, or the entry behind the fence is another one. What is said of any other bill is said of it now.
        """
        if self._entered is not None and self._record_ids(self._entered):
            return self._entered, None
        self._entered, latest = None, self._batches.load()
        return self._ports.effects.load_latest(self._tenant, SALE, self._bill), latest

    def _write(self, sale: Effect, standing: SaleWrite, latest: Effect | None) -> None:
        """Post what the entry was planned from; where that is old or refused, what ConnectWise says now."""
        record_ids = self._record_ids(sale)
        if record_ids:
            latest = self._post(standing, record_ids, latest)
            if batch := batch_of(latest, standing):
                return self._done(batch, is_new=True)
        else:
            # The entries are written long since: by its batches alone, the run is not seen to stand still.
            note_move(self._tenant, self._message.run, self._ports)
        posting = self._fetch_posting()
        if posting is None:
            return self._elsewhere(standing)
        if (posting.total_minor, posting.currency) != (standing.total_minor, standing.currency):
            return self._hold(self._changed(standing, "its amount is another one"), ItemState.CONFLICT)
        if posting.record_ids != record_ids:
            latest = self._post(standing, posting.record_ids, latest)
            if batch := batch_of(latest, standing):
                return self._done(batch, is_new=True)
        refusal = latest.refusal if latest is not None else ""
        sentence = f"It is in QuickBooks; ConnectWise refused to put it into a batch: {refusal}"
        fix = (latest.fix if latest is not None else "") or "Correct this in ConnectWise, then retry the run."
        return self._hold(refused(self._bill, "S3", "batch_refused", sentence, fix), ItemState.REFUSED)

    def _record_ids(self, sale: Effect) -> tuple[int, ...]:
        """Give what an entry was planned from; nothing where that is old."""
        is_fresh = sale.settled_at is not None and self._ports.clock.now() - sale.settled_at <= FRESH_FOR
        return record_ids_of(sale) if is_fresh else ()

    def _post(self, standing: SaleWrite, record_ids: tuple[int, ...], latest: Effect | None) -> Effect:
        planned = self._batches.plan(standing, record_ids, latest, self._message.number)
        # The planned effect is the fence: whoever takes the entry back meets it, or is seen here.
        sale = self._ports.effects.load_latest(self._tenant, SALE, self._bill)
        if sale is None or not sale.settled or standing_sale(sale) != standing:
            self._batches.drop(planned)
            raise Conflict(f"the entry of {self._bill} is being taken back")
        return self._batches.post(planned)

    def _fetch_posting(self) -> Posting | None:
        bill = self._ports.book.load(self._tenant, self._bill)
        if not isinstance(bill, Invoice | CreditMemo):
            return None
        return self._open_psa().fetch_postings([bill]).get(self._bill)

    # --- how it ended -------------------------------------------------------------------------------------------------

    def _elsewhere(self, standing: SaleWrite) -> None:
        """Say what became of a bill that ConnectWise would not post now: it is batched by somebody else, or not closed."""
        now = fetch_bill(self._bill, self._open_psa())
        if now is not None and now.batch:
            sentence = (
                f"It was written to QuickBooks, and meanwhile somebody else put it into the ConnectWise batch {now.batch}: "
                "another tool may have written it too."
            )
            fix = "If QuickBooks shows it twice, undo it here; else ignore this."
            decision = refused(self._bill, "S3", "batched_elsewhere", sentence, fix, accounting_ref(standing))
        else:
            decision = self._changed(standing, _how(now))
        self._hold(decision, ItemState.CONFLICT)

    def _undone(self) -> None:
        """Say in its run, which nobody goes on with, that a bill was taken back before it was in a batch."""
        item = self._load_item()
        if item is not None and item.state is ItemState.WRITTEN:
            sentence = "It was taken out of QuickBooks again before it was in a ConnectWise batch."
            self._end(refused(self._bill, "S9", "undone_meanwhile", sentence, "Sync it again."), ItemState.REFUSED)

    def _changed(self, standing: SaleWrite, how: str) -> Decision:
        sentence = f"It was written to QuickBooks, and then changed in ConnectWise before it was in a batch: {how}."
        fix = "Undo it and sync it again, or correct it in ConnectWise and retry."
        return refused(self._bill, "S3", "changed_after_sync", sentence, fix, accounting_ref(standing))

    def _done(self, batch: BatchWrite, *, is_new: bool = False) -> None:
        item = self._load_item()
        is_told = item is None or item.state is ItemState.DONE
        # What was told already is nothing new: whatever was noted of the bill since stays. Nor is there anything to let go
        # of where it was seen to be held up by nothing.
        if self._entered is None and (is_new or not is_told):
            let_go(self._tenant, self._bill, self._ports)
        if item is not None and not is_told:
            now = self._ports.clock.now()
            self._save(replace(
                item, state=ItemState.DONE, batch=batch.identifier, rule="", code="", sentence="", fix="", settled_at=now
            ))  # fmt: skip

    def _hold(self, decision: Decision, state: ItemState) -> None:
        """End it, and have somebody know: it stands in the accounting, and other tools take it for not entered."""
        seen = self._ports.attention.load(self._tenant, [self._bill])[self._bill]
        note_parked(self._tenant, seen, [decision], self._ports)
        self._end(decision, state)

    def _end(self, decision: Decision, state: ItemState) -> None:
        # What was planned and never sent is wanted no more.
        self._batches.drop(self._ports.effects.load_latest(self._tenant, GL_BATCH, self._bill))
        self._ports.history.save(self._tenant, [decision])
        item = self._load_item()
        if item is not None:
            self._save(settle_item(item, state, decision, self._ports))

    def _load_item(self) -> RunItem | None:
        """Read how the bill stands in the run; None in one that took it back, or would have: that stays as it ended."""
        tenant, run_id = self._tenant, self._message.run
        item = self._ports.sync_runs.load_item(tenant, run_id, self._bill)
        if item is None or item.state is ItemState.WRITTEN:
            return item
        run = self._ports.sync_runs.load(tenant, run_id)
        return item if run is not None and run.kind is RunKind.SYNC else None

    def _save(self, item: RunItem) -> None:
        self._ports.sync_runs.save_items(self._tenant, self._message.run, [item])


def _how(now: Billed | None) -> str:
    if now is None:
        return "it is gone"
    return "its general ledger has nothing to post for it any more" if now.closed else "it was reopened"
