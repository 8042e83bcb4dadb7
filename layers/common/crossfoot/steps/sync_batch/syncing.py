"""Brings the bills of a run into the accounting: planned afresh, fenced off, written, compared with what was asked (S)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from crossfoot.billing import load_billings, load_bills
from crossfoot.core.decisions import Decision, refused, skipped
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import Link, LinkOrigin, Ref, Standing, fingerprint
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.changes import tell_changes
from crossfoot.core.sync.doctor import examine_for
from crossfoot.core.sync.effects import (
    MOST_TRIES,
    Entry,
    Misfit,
    accounting_ref,
    misfit_standing,
    misfit_taken_back,
    standing_sale,
)
from crossfoot.core.sync.planning import plan_again, plan_sale
from crossfoot.core.sync.plans import Billing, SalePlan
from crossfoot.core.sync.runs import RunFinding, RunItem
from crossfoot.core.sync.settings import Setup
from crossfoot.errors import Conflict, Rejected
from crossfoot.ports import POSTINGS_PER_CALL
from crossfoot.steps.sync_batch.needs import Ports
from crossfoot.steps.sync_batch.running import CANCELLED, Running
from crossfoot.steps.sync_batch.sales import ITS_OWN, SaleLedger, note_deleted
from crossfoot.steps.sync_batch.standing import StandingBills, entry_of, stays_a_misfit

# A run of more bills is written thirty at a time, which is metered; fewer are written singly, which is free.
SINGLE_WRITES = 100
AT_ONCE = 30
# So many lines at most go into one call, unless one bill has more: QuickBooks gives a call up after two minutes.
LINES_AT_ONCE = 1_000
# What ConnectWise said of bills is asked again after that: somebody else may have batched one of them.
FRESH_FOR = timedelta(minutes=2)
# So often the same bills are gone through without that one of them comes to an end.
MAX_ROUNDS = 5
SCHEDULE = "schedule"
_UNKNOWN_PREVIEW = "What differs cannot be told: the entry that was shown is kept no longer."


@dataclass(frozen=True, slots=True)
class _Ready:
    """A bill whose entry is about to be written."""

    item: RunItem
    entry: Entry
    billing: Billing
    latest: Effect | None

    @property
    def bill(self) -> Ref:
        return self.item.bill


class Syncing:
    """One invocation's part of a run."""

    def __init__(self, running: Running, setup: Setup, ports: Ports) -> None:
        self._running, self._setup, self._ports = running, setup, ports
        self._tenant, self._sales = running.tenant, SaleLedger(running.tenant, ports)
        self._standing = StandingBills(running, ports)
        self._at_once = running.run.total > SINGLE_WRITES
        self._offered: Catalogue | None = None
        self._held: dict[Ref, Exception] = {}

    def work(self) -> int:
        """Go on until nothing waits any more, or the time is nearly over. Returns: how many wait.

        Raises: what keeps the rest from being written now; the others came to an end by then.
        """
        rounds, before = 0, -1
        while waiting := self._running.load_waiting():
            rounds = rounds + 1 if len(waiting) == before else 0
            before, self._held = len(waiting), {}
            chunk = waiting[:POSTINGS_PER_CALL]
            self._work_on(chunk)
            if not self._running.tick():
                break
            if rounds > MAX_ROUNDS or (self._held and len(self._held) == len(chunk)):
                raise next(iter(self._held.values()), Conflict("the bills of a run do not come to rest"))
        return len(waiting)

    def _work_on(self, items: Sequence[RunItem]) -> None:
        may_begin = self._running.look()
        latest, self._held = self._sales.load([item.bill for item in items])
        items = [item for item in items if item.bill not in self._held]
        latest |= self._mend([latest[item.bill] for item in items if standing_sale(latest.get(item.bill))])
        there = [item for item in items if standing_sale(latest.get(item.bill)) and item.bill not in self._held]
        self._standing.settle({item.bill: latest[item.bill] for item in there}, {item.bill: item for item in there})
        known = {item.bill for item in there} | self._held.keys()
        fresh = [item for item in items if item.bill not in known]
        if may_begin:
            self._enter(fresh, latest)
        else:
            self._cancel(fresh, latest)

    def _mend(self, standing: Iterable[Effect]) -> dict[Ref, Effect]:
        """Note what somebody deleted or voided in the accounting, and take back what is not what was asked for."""
        effects = {effect.subject: effect for effect in standing}
        refs = {bill: accounting_ref(entry_of(effect)) for bill, effect in effects.items()}
        copies = self._ports.book.load_many(self._tenant, refs.values()) if refs else {}
        for bill, effect in effects.items():
            copy = copies.get(refs[bill])
            try:
                if copy is not None and copy.standing is not Standing.LIVE:
                    effects[bill] = self._sales.note_gone(effect)
                    self._unlink(effect)
                elif misfit_standing(effect) is not None:
                    effects[bill] = self._take_back(effect)
            except ITS_OWN as error:
                self._held[bill] = error
        return effects

    def _unlink(self, effect: Effect) -> None:
        link = Link(accounting_ref(entry_of(effect)), effect.subject, LinkOrigin.SYNCED)
        self._ports.book.remove_link(self._tenant, link)

    def _take_back(self, effect: Effect) -> Effect:
        entered, standing = self._sales.entered(effect), entry_of(effect)
        ended = self._sales.take_back(effect, standing.revision, misfit=misfit_standing(effect))
        if ended.state is EffectState.CONFIRMED:
            note_deleted(self._tenant, accounting_ref(standing), entered.record if entered else None, self._ports)
        return ended

    def _cancel(self, items: Sequence[RunItem], latest: Mapping[Ref, Effect]) -> None:
        sentence = "The run was stopped before it came to this one."
        self._end([(item, skipped(item.bill, "S2", CANCELLED, sentence, "Sync it again.")) for item in items], latest)

    # --- plan ---------------------------------------------------------------------------------------------------------

    def _enter(self, items: Sequence[RunItem], latest: Mapping[Ref, Effect]) -> None:
        if not items:
            return
        billings = load_billings(self._tenant, [item.bill for item in items], self._setup, self._ports)
        # Counted from the answer on: of a site that takes its time to answer, nothing would ever be written else.
        gathered_at = self._ports.clock.now()
        ready: list[_Ready] = []
        ended: list[tuple[RunItem, Decision]] = []
        for item in items:
            planned = self._plan(item, billings.get(item.bill), latest.get(item.bill))
            if isinstance(planned, Decision):
                ended.append((item, planned))
            else:
                ready.append(_Ready(item, planned, billings[item.bill], latest.get(item.bill)))
        self._examine(billings.values())
        self._end(ended, latest)
        self._sales.keep({each.bill: each.entry.sale for each in ready})
        for group in self._groups(ready):
            if not self._running.look() or self._ports.clock.now() - gathered_at > FRESH_FOR:
                return
            self._write(group)
            if not self._running.tick():
                return

    def _examine(self, billings: Iterable[Billing]) -> None:
        """Tell what is wrong with what the choices point to, where bills were planned by them. Source: S6."""
        if self._offered is not None:
            found = examine_for(billings, self._setup, self._offered)
            self._running.tell([RunFinding(each.code, each.sentence, each.fix) for each in found])

    def _groups(self, ready: Iterable[_Ready]) -> Iterator[Sequence[_Ready]]:
        """Share bills out over calls."""
        group: list[_Ready] = []
        lines = 0
        for each in ready:
            count = len(each.entry.sale.lines)
            is_full = len(group) == AT_ONCE or lines + count > LINES_AT_ONCE
            if group and (is_full or not self._at_once):
                yield group
                group, lines = [], 0
            group.append(each)
            lines += count
        if group:
            yield group

    def _plan(self, item: RunItem, billing: Billing | None, latest: Effect | None) -> Entry | Decision:
        """Say what is to be entered for a bill, which is what the partner saw, or why nothing is. Source: S7, S8."""
        if billing is None:
            sentence = "This invoice is not in the book: ConnectWise has not shown it yet, or no longer."
            return refused(item.bill, "S1", "not_in_book", sentence, "Press Fetch New Data, and sync it again.")
        plan = plan_sale(billing, self._setup, self._catalogue())
        if plan.sale is None:
            assert plan.decision is not None
            return plan.decision
        if item.previewed not in ("", plan.sale.digest):
            return self._tell_changed(item, plan)
        record_ids = billing.posting.record_ids if billing.posting else ()
        misfit = self._remembered(latest, plan.sale.digest)
        if misfit is None:
            return Entry(plan.sale, record_ids)
        again = self._plan_again(plan, misfit)
        return again if isinstance(again, Decision) else replace(again, record_ids=record_ids)

    def _remembered(self, latest: Effect | None, digest: str) -> Misfit | None:
        """Find what the accounting made of this very entry before. Pressed by hand, a new run tries once more."""
        misfit = misfit_taken_back(latest)
        if misfit is None or misfit.origin != digest or latest is None or latest.planned_at is None:
            return None
        run = self._running.run
        return misfit if run.by == SCHEDULE or latest.planned_at >= run.started_at else None

    def _plan_again(self, plan: SalePlan, misfit: Misfit) -> Entry | Decision:
        assert plan.sale is not None
        again = plan_again(plan, misfit.made, self._setup, self._catalogue())
        if again.decision is not None:
            return again.decision
        if again.sale is None or again.sale == plan.sale or misfit.tries >= MOST_TRIES:
            sentence = "QuickBooks made something else of it, again; it was taken out again."
            fix = "See in QuickBooks what changes it (tax that is worked out there, say), then sync it again."
            return refused(plan.bill, "S7", "entered_differently", sentence, fix)
        return Entry(again.sale, (), misfit)

    def _tell_changed(self, item: RunItem, plan: SalePlan) -> Decision:
        assert plan.sale is not None
        seen = self._ports.entries.load(self._tenant, item.bill, item.previewed)
        changes = tell_changes(seen, plan.sale, self._catalogue()) if seen is not None else (_UNKNOWN_PREVIEW,)
        sentence = f"It is no longer as it was previewed. {' '.join(changes)}"
        return refused(item.bill, "S8", "changed_since_preview", sentence, "Preview it again, then sync it.")

    def _catalogue(self) -> Catalogue:
        if self._offered is None:
            self._offered = self._ports.systems.sales(self._tenant).fetch_catalogue()
        return self._offered

    # --- apply --------------------------------------------------------------------------------------------------------

    def _write(self, group: Sequence[_Ready]) -> None:
        planned: dict[Ref, Effect] = {}
        for each in group:
            try:
                planned[each.bill] = self._sales.plan(each.bill, each.entry, each.latest)
            except Conflict as error:
                self._held[each.bill] = error
        # The planned effect is the fence: so everything of ours is read once more behind it, and before anything is sent.
        for bill in self._moved([each for each in group if each.bill in planned]):
            self._sales.drop(planned.pop(bill))
        try:
            # One alone is written singly, which is free.
            outcomes = self._sales.enter([*planned.values()], at_once=self._at_once and len(planned) > 1)
        except Rejected:
            # QuickBooks takes the call as a whole for faulty. Written singly, each says for itself what is wrong with it.
            self._at_once = False
            return
        self._take_in({each.bill: each.item for each in group}, outcomes)

    def _moved(self, group: Sequence[_Ready]) -> list[Ref]:
        """Find the bills that changed since they were planned, or were joined with something: they are planned again."""
        bills = [each.bill for each in group]
        now, links = load_bills(self._tenant, bills, self._ports.book), self._ports.book.load_links(self._tenant, bills)
        seen = {each.bill: fingerprint(each.billing.bill) for each in group}
        return [bill for bill in bills if bill in links or bill not in now or fingerprint(now[bill]) != seen[bill]]

    def _take_in(self, items: Mapping[Ref, RunItem], outcomes: Mapping[Ref, Effect | Exception]) -> None:
        """Store what became of entries; what is not what was asked for is taken back at once, and planned again."""
        settled = {bill: outcome for bill, outcome in outcomes.items() if isinstance(outcome, Effect)}
        self._held |= {bill: outcome for bill, outcome in outcomes.items() if isinstance(outcome, Exception)}
        turned_down = {bill: effect for bill, effect in settled.items() if effect.state is EffectState.REFUSED}
        self._end([(items[bill], _refusal(effect)) for bill, effect in turned_down.items()], {})
        made = {bill: effect for bill, effect in settled.items() if bill not in turned_down}
        as_asked = {bill: effect for bill, effect in made.items() if misfit_standing(effect) is None}
        entered = [found for effect in as_asked.values() if (found := self._sales.entered(effect)) is not None]
        self._ports.book.save(self._tenant, [each.record for each in entered])
        self._standing.settle(as_asked, items, is_new=True)
        for bill, effect in made.items():
            if bill not in as_asked:
                self._take_misfit_back(items[bill], effect)

    def _take_misfit_back(self, item: RunItem, effect: Effect) -> None:
        try:
            ended = self._take_back(effect)
        except ITS_OWN as error:
            self._held[item.bill] = error
        else:
            if ended.state is EffectState.REFUSED:
                self._end([(item, stays_a_misfit(ended))], {})

    def _end(self, ended: Sequence[tuple[RunItem, Decision]], latest: Mapping[Ref, Effect]) -> None:
        """Store why bills came to an end; an effect that was planned for one and never sent ends too."""
        for item, _ in ended:
            self._sales.drop(latest.get(item.bill))
        self._running.end(ended)


def _refusal(effect: Effect) -> Decision:
    fix = effect.fix or "Correct this in QuickBooks, then sync it again."
    return refused(effect.subject, "S7", "refused_by_accounting", f"QuickBooks refused it: {effect.refusal}", fix)
