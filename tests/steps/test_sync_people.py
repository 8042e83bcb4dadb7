"""Chance on both sides: people close, edit, batch, pay and delete while workers of the sync tool run and die (X2, S3)."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from crossfoot.core.effects import EffectState
from crossfoot.core.model import CreditMemo, Invoice, Ref, Standing
from crossfoot.core.receipts import Operation
from crossfoot.core.sync.effects import SALE, accounting_ref, standing_sale
from crossfoot.core.sync.runs import ItemState, RunKind
from crossfoot.core.sync.sales import from_body
from crossfoot.errors import Rejected, Retryable
from crossfoot.messages import StartSync

from tests.fakes.sync_office import SyncOffice
from tests.fakes.trip import Crash, Mode, Trip
from tests.fakes.world import TENANT

SEEDS = range(8)
DEEDS = 40


class Town:
    """A partner's people, another tool, and workers that die now and then."""

    def __init__(self, seed: int) -> None:
        self.chance, self.office = random.Random(seed), SyncOffice()
        self.world, self.psa, self.quickbooks = (
            self.office.world,
            self.office.world.connectwise,
            self.office.world.quickbooks,
        )
        self.bills: list[Ref] = []
        # Entries that people laid hands on: what stands there is theirs to say.
        self.touched: set[Ref] = set()
        self.deeds: list[Callable[[], None]] = [
            self.close, self.close, self.sync, self.sync, self.schedule, self.undo, self.stop, self.batch_elsewhere,
            self.unbatch, self.edit, self.pay, self.delete_entry, self.see, self.see,
        ]  # fmt: skip

    def live(self) -> None:
        for _ in range(DEEDS):
            with suppress(Rejected):
                self.chance.choice(self.deeds)()
            for _ in range(self.chance.randrange(4)):
                self.deliver()
            self.world.clock.advance(self.chance.choice((1, 30, 400)))
        self.office.settle()
        self.see()
        self.office.settle()

    def deliver(self) -> None:
        if not self.world.queue.messages:
            return
        trip = Trip(self.chance.randrange(60), self.chance.choice([*Mode]))
        try:
            self.world.work(self.world.queue.messages[0], trip)
        except (Crash, Retryable):
            self.world.put_back()
        else:
            self.world.queue.messages.pop(0)

    # --- people ---------------------------------------------------------------------------------------------------

    def close(self) -> None:
        number = str(1001 + len(self.bills))
        self.bills.append(self.office.credit(number) if self.chance.random() < 0.2 else self.office.bill(number))

    def see(self) -> None:
        self.world.clock.advance(10)
        self.world.nudge()

    def sync(self) -> None:
        self._begin(RunKind.SYNC)

    def undo(self) -> None:
        self._begin(RunKind.UNDO)

    def schedule(self) -> None:
        self.world.queue.send([StartSync(tenant=TENANT, because=self.world.clock.now().isoformat())])

    def stop(self) -> None:
        run = self.world.sync_runs.load_under_way(TENANT)
        if run is not None:
            self.world.sync_runs.replace(TENANT, run, replace(run, cancelled_at=self.world.clock.now()))

    def batch_elsewhere(self) -> None:
        self.psa.batch_elsewhere(self._bill(), f"M-{self.chance.randrange(1_000_000)}")

    def unbatch(self) -> None:
        self.psa.unbatch(self._bill())

    def edit(self) -> None:
        """Reopen an invoice that is in no batch, charge tax on it, and close it again."""
        bill = self._bill()
        self.psa.reopen(bill)
        if isinstance(self.psa.records[bill], Invoice):
            self.psa.tax(bill, self.chance.randrange(1, 900))
        self.psa.close(bill)

    def pay(self) -> None:
        entry = self._entry()
        invoice = self.quickbooks.records[entry]
        if isinstance(invoice, Invoice) and invoice.standing is Standing.LIVE:
            self.quickbooks.pay(f"p{entry.id}", {entry.id: invoice.total_minor})
            self.touched.add(entry)

    def delete_entry(self) -> None:
        entry = self._entry()
        record = self.quickbooks.records[entry]
        if (
            isinstance(record, Invoice)
            and record.standing is Standing.LIVE
            and record.balance_minor == record.total_minor
        ):
            self.quickbooks.delete_invoice(entry.id)
            self.touched.add(entry)

    def _bill(self) -> Ref:
        if not self.bills:
            raise Rejected("none", "nothing was closed yet")
        return self.chance.choice(self.bills)

    def _entry(self) -> Ref:
        made = sorted(self.world.our_sales.notes)
        if not made:
            raise Rejected("none", "nothing was entered yet")
        return self.chance.choice(made)

    def _begin(self, kind: RunKind) -> None:
        chosen = [bill for bill in self.bills if self.chance.random() < 0.6]
        under_way = self.world.sync_runs.load_under_way(TENANT)
        if chosen and under_way is None:
            self.office.begin(chosen, kind)

    # --- what must hold -------------------------------------------------------------------------------------------

    def check(self) -> None:
        effects = self.world.effects.effects.values()
        assert all(effect.settled for effect in effects)
        runs = self.world.sync_runs.list_runs(TENANT, cursor="", limit=100).items
        assert all(run.finished_at is not None for run in runs)
        assert sum(sum(run.counts.values()) for run in runs) == sum(run.total for run in runs)
        self._check_each_once()
        for bill in self.bills:
            self._check_bill(bill)

    def _check_each_once(self) -> None:
        made = {
            effect.remote_id: effect.subject for effect in self.world.effects.effects.values()
            if effect.kind == SALE and effect.state is EffectState.CONFIRMED
            and from_body(effect.body).operation is Operation.CREATE
        }  # fmt: skip
        live = [ref for ref in self.world.our_sales.notes if self.quickbooks.records[ref].standing is Standing.LIVE]
        assert all(ref.id in made for ref in live), "an entry that the ledger knows nothing of"
        assert max(Counter(made[ref.id] for ref in live).values(), default=0) <= 1, "a bill that stands twice"

    def _check_bill(self, bill: Ref) -> None:
        """What stands is linked, and says what ConnectWise says and is in our batch; or people are shown that it is not."""
        standing = standing_sale(self.world.effects.load_latest(TENANT, SALE, bill))
        link = self.world.book.load_link(TENANT, bill)
        if standing is None:
            assert link is None
            return
        ref = accounting_ref(standing)
        if ref in self.touched:
            return
        assert self.quickbooks.records[ref].standing is Standing.LIVE
        assert link is not None
        assert link.accounting == ref
        now, parked = self.psa.bill_of(bill), self.world.attention.load(TENANT, [bill])[bill].reasons
        is_ours = now.batch.startswith("CF-") and isinstance(now, Invoice | CreditMemo)
        if not parked and not self._failed(bill):
            assert is_ours
            assert now.total_minor == standing.total_minor

    def _failed(self, bill: Ref) -> bool:
        """Tell whether the last run over a bill says that it was not put into its batch."""
        found = self.world.sync_runs.load_newest_of(TENANT, [bill]).get(bill)
        return found is not None and found[1].state in (ItemState.REFUSED, ItemState.CONFLICT)


@pytest.mark.parametrize("seed", SEEDS)
def test_x2_whatever_people_do_meanwhile_each_bill_stands_once_and_differences_are_shown(seed: int) -> None:
    town = Town(seed)
    town.live()
    town.check()
