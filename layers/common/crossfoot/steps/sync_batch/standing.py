"""What stands in the accounting: linked with its bill, and handed on to have its ConnectWise batch (S3, E4)."""

from collections.abc import Mapping
from dataclasses import replace

from crossfoot.core.decisions import Decision, refused
from crossfoot.core.effects import Effect
from crossfoot.core.model import Link, LinkOrigin, Ref
from crossfoot.core.sync.batching import GL_BATCH, BatchWrite
from crossfoot.core.sync.effects import accounting_ref, batch_of, misfit_standing, standing_sale
from crossfoot.core.sync.runs import ItemState, RunItem
from crossfoot.core.sync.sales import SaleWrite
from crossfoot.steps.sync_batch.needs import Ports
from crossfoot.steps.sync_batch.running import Running, settle_item, to_post


class StandingBills:
    """The bills of a run whose entries stand."""

    def __init__(self, running: Running, ports: Ports) -> None:
        self._running, self._ports, self._tenant = running, ports, running.tenant

    def settle(self, standing: Mapping[Ref, Effect], items: Mapping[Ref, RunItem], *, is_new: bool = False) -> None:
        """Link what stands, and have it put into a batch of its own in ConnectWise, unless it is in one.

        Takes: the newest effects of bills, and their items, maybe more of them; a batch is of one entry, so what `is_new`
        is in none yet.
        Source: S3, E4.
        """
        if not standing:
            return
        links = {
            bill: Link(accounting_ref(entry_of(effect)), bill, LinkOrigin.SYNCED) for bill, effect in standing.items()
        }
        saved = self._ports.book.save_links(self._tenant, links.values())
        latest = {} if is_new else self._ports.effects.load_latest_of(self._tenant, GL_BATCH, standing)
        found = {bill: batch_of(latest.get(bill), entry_of(effect)) for bill, effect in standing.items()}
        batches = {bill: batch for bill, batch in found.items() if batch is not None}
        parked = self._load_parked(batches)
        here: list[RunItem] = []
        for bill, effect in standing.items():
            item = replace(items[bill], digest=entry_of(effect).digest, accounting_id=entry_of(effect).id)
            held = _why_not(effect, is_linked=links[bill] in saved) or parked.get(bill)
            here.append(self._settled(item, held, batches.get(bill)))
        self._running.save(here)
        run, written = self._running.run.id, [item for item in here if item.state is ItemState.WRITTEN]
        self._ports.queue.send([to_post(self._tenant, run, item) for item in written])

    def _load_parked(self, batches: Mapping[Ref, BatchWrite]) -> dict[Ref, Decision]:
        """Read which bills that are in their batches changed since: they are shown with their choices, and not as done."""
        found = self._ports.attention.load(self._tenant, batches) if batches else {}
        return {bill: parked.reasons[0].decision for bill, parked in found.items() if parked.reasons}

    def _settled(self, item: RunItem, held: Decision | None, batch: BatchWrite | None) -> RunItem:
        if held is not None:
            return settle_item(item, ItemState.REFUSED, held, self._ports)
        if batch is not None:
            return replace(item, state=ItemState.DONE, batch=batch.identifier, settled_at=self._ports.clock.now())
        return replace(item, state=ItemState.WRITTEN)


def entry_of(effect: Effect) -> SaleWrite:
    """Give the entry that stands since an effect."""
    standing = standing_sale(effect)
    assert standing is not None, f"nothing stands since {effect.key}"
    return standing


def stays_a_misfit(effect: Effect) -> Decision:
    """Say that the accounting would not have an entry taken out again which is not what was asked for. Source: S7."""
    sentence = f"QuickBooks made something else of it, and would not have it taken out again: {effect.refusal}"
    fix = "Delete the entry in QuickBooks, then sync it again."
    return refused(effect.subject, "S7", "entered_differently", sentence, fix, accounting_ref(entry_of(effect)))


def _why_not(effect: Effect, *, is_linked: bool) -> Decision | None:
    if misfit_standing(effect) is not None:
        return stays_a_misfit(effect)
    if is_linked:
        return None
    sentence = "It was written to QuickBooks, and meanwhile joined with another record there."
    fix = "Separate the two under Matches, or undo this one; then sync it again."
    return refused(effect.subject, "S3", "joined_elsewhere", sentence, fix, accounting_ref(entry_of(effect)))
