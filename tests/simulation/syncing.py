"""Who syncs ConnectWise's bills into QuickBooks, and who is at the same books meanwhile (S)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    Billed,
    CreditMemo,
    Customer,
    Invoice,
    Kind,
    Line,
    LineKind,
    Ref,
    Standing,
    System,
)
from crossfoot.core.preferences import ExternalPaymentsMode
from crossfoot.core.sync.effects import SALE
from crossfoot.core.sync.runs import SyncRun
from crossfoot.core.sync.settings import MappingKey, MappingKind, Target, TimeEntries
from crossfoot.errors import NeedsPartner, Rejected
from crossfoot.messages import StartSync
from crossfoot.messages.api.sync_previews import PreviewRequest
from crossfoot.messages.api.sync_runs import BatchStart, ChosenBill, OneRun
from crossfoot.messages.api.sync_words import OneBill
from crossfoot.messages.routes import Asked
from crossfoot.steps.api import sync_previews, sync_runs, sync_undoing
from crossfoot.steps.api.needs import BadField, Ports

from tests.fakes.filing import CUSTOMER_ID, TODAY
from tests.fakes.sync_office import LABOUR, MAPPINGS, PREFERENCES
from tests.fakes.vendors import FakeConnectWise
from tests.fakes.world import World
from tests.simulation.partner import Partner
from tests.simulation.people import Office
from tests.simulation.synced import INITIAL, entries_of_ours, is_bill

FIRST_NUMBER = 3001
# Of a hundred: bills that are closed at once; that take the number of another one; runs that are written thirty in a call.
CLOSED, SAME_NUMBER, BACKLOG = 80, 8, 30
# The third company is not mapped: what bills it is refused.
PAYERS = {
    MappingKey(MappingKind.CUSTOMER, id_): Target(id_, name) for id_, name in (("1", "Contoso"), ("2", "Fabrikam"))
}
LABOURED = MappingKey(MappingKind.ACCOUNT, "4000")
KINDS = (LineKind.TIME, LineKind.PRODUCT, LineKind.TIME, LineKind.EXPENSE, LineKind.AGREEMENT)
A_BACKLOG = 101
REFUSED = (Rejected, NeedsPartner, BadField)


@dataclass
class Syncing:
    """The people around the tool, of one partner.

    Takes: `partner` presses its buttons.
    """

    partner: Partner
    _made: int = 0
    _paid: int = 0
    _batched: int = 0

    def open(self) -> None:
        """Turn the tool on, and close some bills."""
        world = self._world
        time_entries = self._office.choices.one_of((TimeEntries.GROUPED, TimeEntries.LINE_ITEM))
        now, mode = world.preferences.load(world.tenant), ExternalPaymentsMode.ALL_INVOICES
        world.preferences.save(world.tenant, replace(now, sync_tool_enabled=True, external_payments_mode=mode))
        world.sync_settings.save_preferences(world.tenant, replace(PREFERENCES, time_entries=time_entries))
        world.sync_settings.save_mappings(world.tenant, {**MAPPINGS, **PAYERS})
        for _ in range(3):
            self._bill()

    def act(self) -> System | None:
        """Do one thing. Returns: the system where it was done; None where it was here."""
        there: dict[Callable[[], None], System | None] = {
            self._bill: PSA,
            self._credit: PSA,
            self._close: PSA,
            self._unbatch: PSA,
            self._reopen: PSA,
            self._rebatch: PSA,
            self._batch_elsewhere: PSA,
            self._pay: ACCOUNTING,
            self._enter_the_same: ACCOUNTING,
            self._sync_some: None,
            self._sync_all: None,
            self._fire: None,
            self._undo: None,
            self._undo_run: None,
            self._cancel: None,
            self._retry: None,
            self._map: None,
        }
        often = (self._bill, self._sync_some, self._sync_some, self._sync_all, self._fire, self._undo, self._pay)
        deed = self._office.choices.one_of((*often, *there))
        with suppress(*REFUSED):
            deed()
        return there[deed]

    def close_everything(self) -> None:
        """Close what was left open, and let the tool see it."""
        for bill in self._bills(lambda bill: isinstance(bill, Invoice) and not bill.closed):
            self._desk.close(bill.ref)
        self._world.nudge()

    def retry_given_up(self) -> Iterator[SyncRun]:
        """Retry what our keys kept from its end, run by run, as it is asked for there."""
        for run in self._runs():
            items = self._world.sync_runs.load_items(self._world.tenant, run.id)
            if any(item.code == "needs_partner" for item in items):
                with suppress(*REFUSED):
                    sync_runs.retry_batch(self._ports, self._asked(path=OneRun(id=run.id)))
                yield run

    def sync_all(self) -> None:
        """Press the button for all that is offered."""
        with suppress(*REFUSED):
            self._sync_all()

    # --- ConnectWise ----------------------------------------------------------------------------------------------

    def _bill(self) -> None:
        """Bill some lines to somebody, and mostly close it."""
        company = self._some_company()
        id_, number = self._new_bill()
        type_ = self._choose(("Miscellaneous", "Progress"))
        ref = self._desk.add_invoice(
            id_, number, 0, customer=company.name, customer_id=company.ref.id, on=self._day(), type_=type_
        )
        for place in range(1 + self._pick(3)):
            self._desk.bill(id_, self._line(f"{self._made}{place}"))
        taxed = self._chance(25)
        if taxed:
            self._desk.tax(ref, self._office.unit_minor)
        closed = self._chance(CLOSED)
        self._say(f"bills {company.name} {self._desk.bill_of(ref).total_minor} as {number} ({id_}), closed: {closed}")
        if closed:
            self._desk.close(ref)

    def _credit(self) -> None:
        company = self._some_company()
        id_, number = self._new_bill()
        self._say(f"credits {company.name} in ConnectWise as {number} ({id_})")
        minor = (1 + self._pick(3)) * self._office.unit_minor
        self._desk.add_credit_memo(id_, number, minor, customer=company.name, customer_id=company.ref.id)

    def _close(self) -> None:
        """Close what is open, maybe with one more line."""
        if bill := self._some(self._bills(lambda bill: isinstance(bill, Invoice) and not bill.closed)):
            if self._chance(50) and not any(line.kind is LineKind.TAX for line in bill.lines or ()):
                self._made += 1
                self._desk.bill(bill.ref.id, self._line(f"{self._made}9"))
            self._say(f"closes {bill.ref}: {self._desk.bill_of(bill.ref).total_minor}")
            self._desk.close(bill.ref)

    def _unbatch(self) -> None:
        if bill := self._some(self._bills(lambda bill: bool(bill.batch))):
            self._say(f"takes {bill.ref} out of batch {bill.batch}")
            self._desk.unbatch(bill.ref)
            self._office.claimed.pop(bill.ref, None)

    def _reopen(self) -> None:
        closed = self._bills(lambda bill: isinstance(bill, Invoice) and bill.closed and not bill.batch)
        if bill := self._some(closed):
            self._say(f"reopens {bill.ref}")
            self._desk.reopen(bill.ref)

    def _rebatch(self) -> None:
        if bill := self._some(self._bills(lambda bill: bill.ref in self._desk.unbatched)):
            self._desk.rebatch(bill.ref)
            self._say(f"puts {bill.ref} back into batch {self._desk.bill_of(bill.ref).batch}")

    def _batch_elsewhere(self) -> None:
        """Let another tool post a bill; where nothing of ours is under way, that claims it."""
        if bill := self._some(self._bills(lambda bill: bill.closed and not bill.batch)):
            self._batched += 1
            self._desk.batch_elsewhere(bill.ref, f"M-{self._batched}")
            self._say(f"has another tool batch {bill.ref} as M-{self._batched}")
            latest = self._world.effects.load_latest(self._world.tenant, SALE, bill.ref)
            if self._office.at_rest() and (latest is None or not latest.in_flight):
                self._office.claimed[bill.ref] = len(entries_of_ours(self._world)[bill.ref])

    # --- QuickBooks -----------------------------------------------------------------------------------------------

    def _pay(self) -> None:
        """Let a customer pay an invoice that we entered."""
        entered = (ref for some in entries_of_ours(self._world).values() for ref in some if ref.kind is Kind.INVOICE)
        records = (self._world.quickbooks.invoice(ref.id) for ref in entered)
        invoices = [each for each in records if each.standing is Standing.LIVE and each.balance_minor]
        unpaid = [each for each in invoices if each.customer == Ref(ACCOUNTING, Kind.CUSTOMER, CUSTOMER_ID)]
        if invoice := self._some(unpaid):
            self._paid += 1
            minor = self._office.unit_minor * self._choose((1, invoice.balance_minor // self._office.unit_minor))
            self._say(f"pays {minor} on {invoice.ref}")
            on = TODAY + timedelta(days=self._pick(3))
            self._world.quickbooks.pay(f"s{self._paid}", {invoice.ref.id: minor}, on=on)

    def _enter_the_same(self) -> None:
        """Enter a bill in QuickBooks by hand, which takes its number."""
        invoices = [bill for bill in self._bills(lambda bill: not bill.batch) if isinstance(bill, Invoice)]
        if self._chance(60) and (bill := self._some(invoices)) and bill.customer is not None:
            self._made += 1
            self._say(f"enters {bill.number} in QuickBooks by hand")
            payer = self._world.quickbooks.customer(CUSTOMER_ID)
            self._world.quickbooks.add_invoice(
                f"hand{self._made}", bill.number, bill.total_minor, customer=payer.name, on=bill.issued_on
            )

    # --- the tool -------------------------------------------------------------------------------------------------

    def _sync_some(self) -> None:
        """Choose bills, mostly look at what would be written, and press the button."""
        seen = [bill for bill in self._bills(lambda bill: bill.closed or self._chance(10)) if self._is_known(bill.ref)]
        chosen = {str(bill.ref) for _ in range(1 + self._pick(3)) if (bill := self._some(seen))}
        if not chosen:
            return
        digests: dict[str, str] = {}
        if self._chance(60):
            shown = sync_previews.preview(self._ports, self._asked(body=PreviewRequest(invoices=sorted(chosen))))
            digests = {each.id: each.digest for each in shown.previews if each.digest}
            if digests and self._chance(30):
                self._map()
        invoices = [ChosenBill(id=id_, digest=digests.get(id_)) for id_ in sorted(chosen)]
        self._say(f"syncs {sorted(chosen)}, {len(digests)} of them previewed")
        begun = sync_runs.start_batch(self._ports, self._asked(body=BatchStart(invoices=invoices)))
        self._make_backlog(begun.id)

    def _sync_all(self) -> None:
        self._say("syncs all that is offered")
        self._make_backlog(sync_runs.start_batch(self._ports, self._asked(body=BatchStart(all=True))).id)

    def _make_backlog(self, run_id: str) -> None:
        """Let a run count as a backlog, whose entries are written thirty in a call."""
        run = self._world.sync_runs.load(self._world.tenant, run_id)
        if run is not None and self._chance(BACKLOG):
            self._world.sync_runs.replace(self._world.tenant, run, replace(run, total=A_BACKLOG))

    def _fire(self) -> None:
        self._say("has set a schedule, whose time comes")
        self._world.queue.send([StartSync(tenant=self._world.tenant, because=self._world.clock.stamp())])

    def _undo(self) -> None:
        """Take one bill back, or sync it anew, which takes it back first."""
        deed = sync_undoing.resync_invoice if self._chance(30) else sync_undoing.undo_invoice
        if bill := self._some(self._bills(lambda bill: self._is_known(bill.ref))):
            self._say(f"{deed.__name__} {bill.ref}")
            deed(self._ports, self._asked(path=OneBill(id=str(bill.ref))))

    def _undo_run(self) -> None:
        if run := self._some(self._runs()):
            self._say(f"undoes the run of {run.started_at}")
            sync_runs.undo_batch(self._ports, self._asked(path=OneRun(id=run.id)))

    def _cancel(self) -> None:
        if run := self._world.sync_runs.load_under_way(self._world.tenant):
            self._say("stops the run")
            sync_runs.cancel_batch(self._ports, self._asked(path=OneRun(id=run.id)))

    def _retry(self) -> None:
        if runs := self._runs():
            self._say("retries the last run")
            sync_runs.retry_batch(self._ports, self._asked(path=OneRun(id=runs[-1].id)))

    def _map(self) -> None:
        """Let another item stand for an account: what was previewed until then is no longer what would be written."""
        world = self._world
        services, hardware = (MAPPINGS[MappingKey(MappingKind.ACCOUNT, account)] for account in ("4000", "4200"))
        now = world.sync_settings.load_mappings(world.tenant)[LABOURED]
        self._say("maps what is laboured to another item")
        world.sync_settings.save_mappings(world.tenant, {LABOURED: hardware if now == services else services})

    # --- whatever they look at ------------------------------------------------------------------------------------

    @property
    def _office(self) -> Office:
        return self.partner.office

    @property
    def _world(self) -> World:
        return self._office.world

    @property
    def _desk(self) -> FakeConnectWise:
        return self._world.connectwise

    @property
    def _ports(self) -> Ports:
        return self.partner.ports()

    def _asked(self, **said: Any) -> Asked[Any, Any, Any]:
        return self.partner.ask(**said)

    def _say(self, what: str) -> None:
        self._office.say(what)

    def _pick(self, count: int) -> int:
        return self._office.choices.pick(count)

    def _chance(self, percent: int) -> bool:
        return self._office.choices.chance(percent)

    def _choose[T](self, among: Sequence[T]) -> T:
        return self._office.choices.one_of(among)

    def _some[T](self, among: Sequence[T]) -> T | None:
        return self._choose(among) if among else None

    def _runs(self) -> list[SyncRun]:
        return [run for (tenant, _), run in self._world.sync_runs.runs.items() if tenant == self._world.tenant]

    def _bills(self, wanted: Callable[[Billed], bool]) -> list[Billed]:
        records = self._desk.records.values()
        bills = [each for each in records if isinstance(each, Invoice | CreditMemo) and is_bill(each.ref)]
        return [bill for bill in bills if bill.standing is Standing.LIVE and wanted(bill)]

    def _is_known(self, ref: Ref) -> bool:
        return self._world.book.load(self._world.tenant, ref) is not None

    def _some_company(self) -> Customer:
        there = (self._desk.records.get(Ref(PSA, Kind.CUSTOMER, id_)) for id_ in ("1", "1", "1", "2", "3"))
        return self._choose([each for each in there if isinstance(each, Customer)])

    def _new_bill(self) -> tuple[str, str]:
        """Give an id and a number; some get the number of the one before."""
        self._made += 1
        number = FIRST_NUMBER + self._made - (1 if self._made > 1 and self._chance(SAME_NUMBER) else 0)
        return f"{INITIAL}{self._made}", str(number)

    def _day(self) -> date:
        return TODAY - timedelta(days=self._choose((0, 0, 0, 1)))

    def _line(self, id_: str) -> Line:
        kind, units = self._choose(KINDS), 1 + self._pick(4)
        minor = units * self._office.unit_minor
        quantity, price = Decimal(units), Decimal(self._office.unit_minor) / 100
        labour, item = (LABOUR if kind is LineKind.TIME else ""), ("LAPTOP" if kind is LineKind.PRODUCT else "")
        return Line(id_, kind, f"Work {id_}", minor, quantity, price, item, labour=labour)
