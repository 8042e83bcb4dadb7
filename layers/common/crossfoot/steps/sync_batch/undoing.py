"""Takes bills back out of the accounting, and out of their ConnectWise batches, or says why not (S9)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from crossfoot.core.decisions import Decision, refused, skipped
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import Billed, Link, LinkOrigin, Payment, Ref, Standing
from crossfoot.core.receipts import Operation
from crossfoot.core.sync.batching import standing_batch
from crossfoot.core.sync.effects import accounting_ref, standing_sale
from crossfoot.core.sync.runs import ItemState, RunItem
from crossfoot.core.sync.sales import SaleKind, SaleWrite, StandingSale, from_body
from crossfoot.correcting import load_correction
from crossfoot.parking import let_go
from crossfoot.ports import Entered
from crossfoot.steps.sync_batch.batches import BatchLedger
from crossfoot.steps.sync_batch.needs import Ports
from crossfoot.steps.sync_batch.running import CANCELLED, Running
from crossfoot.steps.sync_batch.sales import ITS_OWN, SaleLedger, note_deleted

PAGE = 100
# So many entries are read in one call, which is metered, and read again after that: somebody may have paid one of them.
AT_ONCE = 30
FRESH_FOR = timedelta(seconds=30)

# Entries as QuickBooks shows them, by bill; None for one that is gone.
type _Shown = Mapping[Ref, Entered | None]


class Undoing:
    """One invocation's part of a run that takes bills back."""

    def __init__(self, running: Running, ports: Ports) -> None:
        self._running, self._ports = running, ports
        self._tenant, self._sales = running.tenant, SaleLedger(running.tenant, ports)
        self._held: dict[Ref, Exception] = {}

    def work(self) -> int:
        """Go on until nothing waits any more, or the time is nearly over. Returns: how many wait.

        Raises: what keeps the rest from being taken back now; the others came to an end by then.
        """
        while waiting := self._running.load_waiting():
            self._held = {}
            chunk = waiting[:PAGE]
            self._work_on(chunk)
            if not self._running.has_time:
                break
            if self._held and len(self._held) == len(chunk):
                raise next(iter(self._held.values()))
        return len(waiting)

    def _work_on(self, items: Sequence[RunItem]) -> None:
        latest, self._held = self._sales.load([item.bill for item in items])
        left = [item for item in items if item.bill not in self._held]
        while left:
            some = left[:AT_ONCE]
            shown = self._fetch([latest[item.bill] for item in some if item.bill in latest])
            # Counted from the answer on: else one that comes late would be asked for again and again.
            seen_at = self._ports.clock.now()
            while some and self._ports.clock.now() - seen_at <= FRESH_FOR:
                item = left.pop(0)
                some.remove(item)
                try:
                    self._undo(item, latest.get(item.bill), shown)
                except ITS_OWN as error:
                    self._held[item.bill] = error
                if not self._running.tick():
                    return

    def _fetch(self, effects: Sequence[Effect]) -> _Shown:
        """Read the entries that stand, those of a kind in one call. One that is left out is asked for by itself: that it is
        gone is believed on no other word.
        """
        standing = {effect.subject: entry for effect in effects if (entry := standing_sale(effect)) is not None}
        if not standing or not self._running.look():
            return {}
        wanted: dict[tuple[SaleKind, str], list[str]] = defaultdict(list)
        for entry in standing.values():
            wanted[entry.kind, entry.currency].append(entry.id)
        sales = self._ports.systems.sales(self._tenant)
        read = {
            (kind, id_): entered
            for (kind, currency), ids in wanted.items()
            for id_, entered in sales.fetch_sales(kind, ids, currency).items()
        }
        return {
            bill: read.get((entry.kind, entry.id)) or sales.fetch_sale(entry.kind, entry.id, entry.currency)
            for bill, entry in standing.items()
        }

    def _undo(self, item: RunItem, effect: Effect | None, shown: _Shown) -> None:
        standing = standing_sale(effect)
        if effect is None or standing is None:
            return self._finish(item, effect)
        if not self._running.look():
            self._sales.drop(effect)
            sentence = "The run was stopped before it came to this one."
            return self._running.end([(item, skipped(item.bill, "S2", CANCELLED, sentence, "Undo it again."))])
        now = shown[item.bill]
        decision = self._why_not(item.bill, standing, now)
        if decision is not None:
            self._sales.drop(effect)
            return self._running.end([(item, decision)])
        if now is None:
            return self._finish(item, self._sales.note_gone(effect))
        planned = self._sales.plan_deletion(effect, now.standing.revision)
        # Behind the fence of the deletion no correction of the entry begins; one that was before it shows here.
        decision = self._corrected(item.bill, standing)
        if decision is not None:
            self._sales.drop(planned)
            return self._running.end([(item, decision)])
        ended = self._sales.delete(planned)
        if ended.state is EffectState.REFUSED:
            fix = ended.fix or "Correct this in QuickBooks, then undo it again."
            sentence = f"QuickBooks would not have it taken out: {ended.refusal}"
            refusal = refused(item.bill, "S9", "refused_by_accounting", sentence, fix, accounting_ref(standing))
            return self._running.end([(item, refusal)])
        return self._finish(item, ended, now.record)

    def _finish(self, item: RunItem, ended: Effect | None, seen: Billed | None = None) -> None:
        """Let the bill go in ConnectWise and in our book, once it is out of the accounting. Source: S9."""
        batches = BatchLedger(self._tenant, item.bill, self._ports)
        batch = batches.load()
        taken_back = ended if ended is not None and _is_taken_back(ended) else None
        if standing_batch(batch) is None and not self._is_of_this_run(taken_back):
            if taken_back is not None:
                # A run that was given up on the way may have left the two joined.
                self._forget(from_body(taken_back.body), item.bill, seen)
            sentence = "Nothing of it stands in QuickBooks that this tool wrote."
            nothing = skipped(item.bill, "S9", "nothing_to_undo", sentence, "Nothing to do.")
            return self._running.end([(item, nothing)])
        if standing_batch(batch) is not None:
            assert batch is not None
            after = batches.take_back(item.number, batch)
            if after.state is EffectState.REFUSED:
                return self._running.end([(item, _batch_stays(after))])
        else:
            batches.drop(batch)
        if batch is not None:
            batches.note_gone(batch)
        if taken_back is not None:
            self._forget(from_body(taken_back.body), item.bill, seen)
        let_go(self._tenant, item.bill, self._ports)
        self._running.save([replace(item, state=ItemState.DONE, settled_at=self._ports.clock.now())])
        return None

    def _is_of_this_run(self, effect: Effect | None) -> bool:
        """Tell whether a deletion was planned since the run began: another worker did, who died then."""
        planned_at = effect.planned_at if effect is not None else None
        return planned_at is not None and planned_at >= self._running.run.started_at

    def _forget(self, gone: SaleWrite, bill: Ref, seen: Billed | None) -> None:
        """Part the two copies, and keep the accounting's as deleted: the bill is offered again."""
        accounting = accounting_ref(gone)
        link = self._ports.book.load_link(self._tenant, bill)
        if link is not None and link.accounting == accounting:
            self._ports.book.remove_link(self._tenant, Link(accounting, bill, LinkOrigin.SYNCED))
        note_deleted(self._tenant, accounting, seen, self._ports)

    # --- why not ------------------------------------------------------------------------------------------------------

    def _why_not(self, bill: Ref, standing: SaleWrite, now: Entered | None) -> Decision | None:
        """Say why an entry stays; None when it may go. One that is gone already is out of the way. Source: S9."""
        if now is None:
            return None
        return (
            self._applied(bill, standing, now.standing)
            or self._closed(bill, now.standing)
            or self._changed(bill, standing, now.standing)
        )

    def _applied(self, bill: Ref, standing: SaleWrite, now: StandingSale) -> Decision | None:
        ref = accounting_ref(standing)
        payments = self._ports.book.load_payments_of(self._tenant, ref)
        paying = [each for each in payments if each.standing is Standing.LIVE and _pays(each, ref)]
        deposited = [each for each in paying if each.deposit is not None]
        if deposited:
            sentence = "It is paid in QuickBooks, and the payment lies in a deposit."
            fix = "Take the payment out of its deposit and delete it in QuickBooks, then undo it."
            return refused(bill, "S9", "deposited", sentence, fix, ref, *(each.ref for each in deposited))
        if standing.kind is SaleKind.CREDIT_MEMO and (now.linked or now.open_minor != now.total_minor):
            fix = "Take the credit off what it is applied to in QuickBooks, then undo it."
            return refused(bill, "S9", "applied", "The credit is applied in QuickBooks.", fix, ref)
        if paying or now.linked or now.open_minor != now.total_minor:
            fix = "Delete what pays it in QuickBooks, then undo it; or correct it by a journal entry."
            return refused(bill, "S9", "paid", "It is paid in QuickBooks, in whole or in part.", fix, ref)
        return None

    def _closed(self, bill: Ref, now: StandingSale) -> Decision | None:
        company = self._ports.companies.load(self._tenant)
        if company.is_closed(now.issued_on):
            # Somebody may have opened the period since it was read: they are told to, and to undo it then.
            self._ports.companies.forget(self._tenant)
            company = self._ports.companies.load(self._tenant)
        if not company.is_closed(now.issued_on):
            return None
        sentence = f"It is dated {now.issued_on}, and the books in QuickBooks are closed until {company.closed_until}."
        return refused(bill, "S9", "period_closed", sentence, "Open the period in QuickBooks, then undo it.")

    def _changed(self, bill: Ref, standing: SaleWrite, now: StandingSale) -> Decision | None:
        """Tell whether somebody changed the entry: its revision says so, and it no longer says what was written."""
        if now.revision == standing.revision:
            return None
        sale = self._ports.entries.load(self._tenant, bill, standing.digest)
        if sale is not None and now.says(sale):
            return None
        sentence = "Somebody changed it in QuickBooks since it was written."
        fix = "Restore it there, or delete it there yourself; then undo it."
        return refused(bill, "S9", "changed_in_accounting", sentence, fix, accounting_ref(standing))

    def _corrected(self, bill: Ref, standing: SaleWrite) -> Decision | None:
        """Tell whether a journal entry of ours corrects the entry: without it, that would correct nothing. Source: S10."""
        id_ = load_correction(self._tenant, bill, standing.id, self._ports, self._ports.patience)
        if not id_:
            return None
        sentence = f"Journal entry {id_} corrects it in QuickBooks."
        return refused(bill, "S9", "corrected", sentence, "Delete that journal entry in QuickBooks, then undo it.")


def _is_taken_back(effect: Effect) -> bool:
    return from_body(effect.body).operation is Operation.DELETE and effect.state is EffectState.CONFIRMED


def _pays(payment: Payment, ref: Ref) -> bool:
    credited = {use.credit_memo for use in payment.credits}
    return ref in {part.invoice for part in payment.allocations} | {*payment.credit_only} | credited


def _batch_stays(effect: Effect) -> Decision:
    sentence = f"It is out of QuickBooks; ConnectWise would not take its batch back: {effect.refusal}"
    fix = effect.fix or "Delete the batch in ConnectWise, then undo it again."
    return refused(effect.subject, "S9", "batch_stays", sentence, fix)
