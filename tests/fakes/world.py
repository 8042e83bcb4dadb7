"""The whole product on fakes: two vendors, our table, the queues, and workers that take one message at a time."""

from collections.abc import Callable, Iterable
from dataclasses import MISSING, fields
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from crossfoot.core.company import Company
from crossfoot.core.crossfoot import Report
from crossfoot.core.effects import Effect
from crossfoot.core.model import ACCOUNTING, CONNECTED, PSA, Invoice, Payment, Ref, Standing, System
from crossfoot.core.parts import external_parts
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.preferences import Preferences
from crossfoot.errors import Retryable
from crossfoot.ledger import LEASE
from crossfoot.messages import (
    ArchiveOutside,
    CheckSynced,
    CloseSync,
    CrossfootRequest,
    FetchUnpaid,
    FollowCustomers,
    Message,
    MirrorBill,
    MirrorPayment,
    Nudge,
    PostBatch,
    RecordDeposit,
    RetryParked,
    SendNotice,
    StartSync,
    SyncBatch,
    SyncPayables,
    TendConnection,
)
from crossfoot.ports import (
    CALLBACK_TOKEN,
    MAX_REVIVALS,
    Clock,
    Connection,
    ConnectionEvent,
    ConnectionState,
    DeadLetter,
    SealedSecrets,
)
from crossfoot.steps import (
    crossfoot,
    fetch_new_data,
    fetch_unpaid_invoices,
    mirror_bill,
    mirror_payment,
    record_deposit,
    sweep,
    sync_batch,
    sync_payables,
    tend_connection,
)

from tests.fakes.clock import FakeClock
from tests.fakes.companies import FakeCompanies
from tests.fakes.deposits import FakeDeposits
from tests.fakes.notices import FakeMailbox
from tests.fakes.payables import FakePayables
from tests.fakes.receipts import FakeReceipts
from tests.fakes.sales import FakeSales
from tests.fakes.table import FakeQueue, Tables
from tests.fakes.trip import Crash, Trip
from tests.fakes.vendors import FakeConnectWise, FakeQuickBooks

TENANT = "t_00000001"
MAX_DELIVERIES = 200


class Wires(Protocol):
    """Puts something on every call to a port."""

    def wire(self, port: Any) -> Any: ...


class WorldConnections:
    """Connections that are there or not; the rest of the port belongs to the API's tests."""

    def __init__(self, tenant: str, clock: Clock) -> None:
        self._tenant = tenant
        self._clock = clock
        self.states = dict.fromkeys(System, ConnectionState.CONNECTED)
        self.read_at: dict[System, datetime] = {}
        self.connected_at: dict[System, datetime] = {}
        self.expire_at: dict[System, datetime] = {}
        self.warnings: dict[System, tuple[str, str]] = {}
        self.history: dict[System, list[ConnectionEvent]] = {system: [] for system in CONNECTED}

    def load(self, tenant: str, system: System) -> Connection:
        reason, fix = self.warnings.get(system, ("", ""))
        return Connection(
            tenant,
            system,
            self.states[system],
            account_id="1",
            reason=reason,
            fix=fix,
            connected_at=self.connected_at.get(system),
            last_read_at=self.read_at.get(system),
            credentials_expire_at=self.expire_at.get(system),
        )

    def load_all(self, tenant: str) -> tuple[Connection, ...]:
        return tuple(self.load(tenant, system) for system in CONNECTED)

    def load_history(self, tenant: str, system: System) -> tuple[ConnectionEvent, ...]:
        return tuple(self.history[system])

    def note(self, tenant: str, system: System, what: str) -> None:
        self.history[system].append(ConnectionEvent(self._clock.now(), what))

    def warn(self, tenant: str, system: System, reason: str, fix: str) -> None:
        if self.warnings.get(system, ("", ""))[0] != reason:
            self.warnings[system] = (reason, fix)
            if reason:
                self.note(tenant, system, reason)

    def touch(self, tenant: str, system: System) -> None:
        self.read_at[system] = self._clock.now()

    def list_due(self, system: System, read_before: datetime, limit: int) -> tuple[str, ...]:
        on = self.states[system] is ConnectionState.CONNECTED
        read_at = self.read_at.get(system)
        return (self._tenant,) if on and (read_at is None or read_at < read_before) else ()

    def set_back(self, system: System, tenants: Iterable[str], to: datetime) -> None:
        raise AssertionError("one partner is never too many")


class WorldKeys:
    """The callbacks that ConnectWise has registered."""

    def __init__(self) -> None:
        self.registered: set[str] = set()

    def ensure_callbacks(self, grant: object, url: str) -> int:
        mended = 0 if url in self.registered else 1
        self.registered.add(url)
        return mended


class WorldSecrets:
    """The secrets of a connection."""

    def load(self, tenant: str, system: System) -> SealedSecrets:
        return SealedSecrets({CALLBACK_TOKEN: f"{tenant}-token"}, 1)


class WorldDeadLetters:
    """What was given up."""

    def __init__(self) -> None:
        self.letters: list[DeadLetter] = []

    def take(self, limit: int) -> tuple[DeadLetter, ...]:
        return tuple([letter for letter in self.letters if letter.message.revivals < MAX_REVIVALS][:limit])

    def remove(self, letters: Iterable[DeadLetter]) -> None:
        gone = list(letters)
        self.letters = [letter for letter in self.letters if letter not in gone]


class World:
    """One partner's world."""

    def __init__(
        self,
        *,
        many_rows: bool = False,
        rows_move_invoice: bool = True,
        tenant: str = TENANT,
        clock: FakeClock | None = None,
        worker_clock: Clock | None = None,
        tables: Tables | None = None,
        queue: FakeQueue | None = None,
    ) -> None:
        self.tenant = tenant
        self.clock = clock or FakeClock()
        self.worker_clock = worker_clock or self.clock
        self.quickbooks = FakeQuickBooks(self.clock)
        self.connectwise = FakeConnectWise(self.clock, many_rows=many_rows, rows_move_invoice=rows_move_invoice)
        self.our_payments = FakeReceipts(self.quickbooks)
        self.our_deposits = FakeDeposits(self.our_payments)
        self.our_sales = FakeSales(self.our_payments)
        self.our_payables = FakePayables(self.our_payments)
        tables = tables or Tables(self.clock)
        self.book, self.history, self.effects = tables.book, tables.history, tables.effects
        self.matches, self.origins, self.waiting = tables.matches, tables.origins, tables.waiting
        self.attention = tables.attention
        self.notices, self.notifications = tables.notices, tables.notifications
        self.mailbox: FakeMailbox | None = FakeMailbox()
        self.cursors, self.preferences, self.reports = tables.cursors, tables.preferences, tables.reports
        self.runs, self.filters, self.limits = tables.runs, tables.filters, tables.limits
        self.sync_runs, self.sync_settings, self.entries = tables.sync_runs, tables.sync_settings, tables.entries
        self.outbox = tables.outbox
        self.payable_syncs, self.payables_settings = tables.payable_syncs, tables.payables_settings
        self.connections = WorldConnections(tenant, self.worker_clock)
        self.companies = FakeCompanies(self.worker_clock, self)
        self.keys, self.secrets, self.dead_letters = WorldKeys(), WorldSecrets(), WorldDeadLetters()
        # What is left of an invocation whenever it asks.
        self.remaining_ms: Callable[[], int] = _a_whole_invocation
        self.queue = queue or FakeQueue(self.clock)
        self._asked = 0
        self.preferences.save(tenant, Preferences(external_payments_enabled=True))

    # --- what people see ------------------------------------------------------------------------------------------

    def invoice_in_both(self, number: str, total_minor: int, *, connectwise: bool = True) -> tuple[Ref, Ref]:
        """Enter an invoice in both systems (or in QuickBooks only, for now)."""
        accounting = self.quickbooks.add_invoice(f"q{number}", number, total_minor)
        psa = Ref(PSA, accounting.kind, f"c{number}")
        if connectwise:
            self.connectwise.add_invoice(psa.id, number, total_minor)
        return accounting, psa

    def rows(self, number: str) -> list[tuple[int, str]]:
        """Show the rows of a ConnectWise invoice: amount and date."""
        ref = Ref(PSA, self.connectwise.invoice(f"c{number}").ref.kind, f"c{number}")
        return [(row.amount_minor, row.paid_on.isoformat()) for row in self.connectwise.rows.get(ref, [])]

    # --- workers --------------------------------------------------------------------------------------------------

    def source(self, tenant: str, system: System) -> Any:
        return self.quickbooks if system is ACCOUNTING else self.connectwise

    def accounting(self, tenant: str) -> Any:
        return self.quickbooks

    def receipts(self, tenant: str) -> Any:
        return self.our_payments

    def deposits(self, tenant: str) -> Any:
        return self.our_deposits

    def sales(self, tenant: str) -> Any:
        return self.our_sales

    def payables(self, tenant: str) -> Any:
        return self.our_payables

    def payables_source(self, tenant: str) -> Any:
        return self.our_payables

    def psa(self, tenant: str) -> Any:
        return self.connectwise

    def company_id(self, tenant: str) -> str:
        return self.connections.load(tenant, ACCOUNTING).account_id

    def fetch_company(self, tenant: str) -> Company:
        return self.our_payments.fetch_company()

    def nudge(self) -> None:
        """Nudge both systems, as a webhook or the sweep does."""
        stamp = self.clock.stamp()
        self.queue.send([Nudge(tenant=self.tenant, system=system, because=stamp) for system in CONNECTED])

    def work(self, message: Message, trip: Wires | None = None) -> None:
        """Do one message, as a Lambda does."""
        wire = trip.wire if trip else _as_it_is
        systems = _WiredSystems(self, wire)
        match message:
            case Nudge() | FollowCustomers():
                fetch_new_data.serve(message, self._ports(fetch_new_data.Ports, wire, systems), self.remaining_ms)
            case FetchUnpaid():
                unpaid_ports = self._ports(fetch_unpaid_invoices.Ports, wire, systems)
                fetch_unpaid_invoices.fetch_unpaid_invoices(message, unpaid_ports, self.remaining_ms)
            case TendConnection() | ArchiveOutside() | RetryParked() | SendNotice():
                tend_connection.serve(message, self._ports(tend_connection.Ports, wire, systems), self.remaining_ms)
            case MirrorPayment():
                self.mirror_step([message.payment], trip).mirror(message.payment, message.again)
            case RecordDeposit():
                record_deposit.record_deposit(message, self._ports(record_deposit.Ports, wire, systems))
            case StartSync() | SyncBatch() | PostBatch() | CheckSynced():
                self.sync_step([message], trip).do(message)
            case MirrorBill():
                self.bills_step([message], trip).mirror(message)
            case SyncPayables():
                sync_ports = self._ports(sync_payables.Ports, wire, systems)
                sync_payables.sync_payables(message, sync_ports, self.remaining_ms)
            case CloseSync():
                sync_payables.close_sync(message, self._ports(sync_payables.Ports, wire, systems))
            case CrossfootRequest():
                crossfoot.crossfoot(message, self._ports(crossfoot.Ports, wire, systems), self.remaining_ms)

    def sweep(self, trip: Wires | None = None) -> sweep.Swept:
        """Sweep, as the schedule does every hour."""
        return sweep.sweep(self._ports(sweep.Ports, trip.wire if trip else _as_it_is, None))

    def _ports[P](self, needed: type[P], wire: Callable[[Any], Any], systems: Any) -> P:
        """Give a step what its Ports name: of each the world's own, with the wire on it."""
        given = {"clock": self.worker_clock, "systems": systems, "public_url": "https://crossfoot.example"}
        names = _needed_names(needed)  # type: ignore[arg-type]
        return needed(**{name: given[name] if name in given else wire(getattr(self, name)) for name in names})

    def mirror_step(self, payments: list[Ref], trip: Wires | None = None) -> mirror_payment.MirrorPayments:
        """Gather a batch of payments, as one invocation of mirror_payment does."""
        wire = trip.wire if trip else _as_it_is
        ports = self._ports(mirror_payment.Ports, wire, _WiredSystems(self, wire))
        return mirror_payment.MirrorPayments(self.tenant, payments, ports)

    def bills_step(self, messages: list[MirrorBill], trip: Wires | None = None) -> mirror_bill.MirrorBills:
        """Gather a batch of payables, as one invocation of mirror_bill does."""
        wire = trip.wire if trip else _as_it_is
        ports = self._ports(mirror_bill.Ports, wire, _WiredSystems(self, wire))
        return mirror_bill.MirrorBills(self.tenant, messages, ports)

    def sync_step(self, requests: list[sync_batch.Request], trip: Wires | None = None) -> sync_batch.SyncWork:
        """Gather a batch of requests, as one invocation of sync_batch does."""
        wire = trip.wire if trip else _as_it_is
        ports = self._ports(sync_batch.Ports, wire, _WiredSystems(self, wire))
        return sync_batch.SyncWork(self.tenant, requests, ports, self.remaining_ms)

    def settle(self, trip: Trip | None = None, *, only: type[Message] | None = None) -> None:
        """Work until the queues are empty; what crashes or has to wait is delivered again, later.

        Takes: `trip` is on the wire for the messages of kind `only`; it strikes once.
        """
        for _ in range(MAX_DELIVERIES):
            if not self.queue.messages:
                return
            armed = trip if trip and (only is None or isinstance(self.queue.messages[0], only)) else None
            self.deliver(armed)
        raise AssertionError("the queues do not come to rest")

    def deliver(self, trip: Wires | None = None) -> None:
        """Work on the first message of the queues."""
        try:
            self.work(self.queue.messages[0], trip)
        except (Crash, Retryable):
            self.put_back()
        else:
            self.queue.messages.pop(0)

    def put_back(self) -> None:
        """Let the first message come again after the visibility timeout, by when a lease has run out. Others go first."""
        self.clock.advance(LEASE.total_seconds() + 1)
        self.queue.messages.append(self.queue.messages.pop(0))

    def fetch_and_settle(self) -> None:
        """Let the product see what people did, and come to rest."""
        self.clock.advance(10)
        self.nudge()
        self.settle()

    def crossfoot(self, *, live: bool = False, every_payment: bool = False) -> Report:
        """Compare the books, in as many invocations as it takes."""
        self._asked += 1
        asked = f"asked {self._asked}"
        request = CrossfootRequest(tenant=self.tenant, live=live, every_payment=every_payment, because=asked)
        todo: list[Message] = [request]
        while todo:
            self.work(todo.pop())
            todo = [m for m in self.queue.messages if isinstance(m, CrossfootRequest) and m.comparison]
            self.queue.messages = [message for message in self.queue.messages if message not in todo]
        report = self.reports.load_newest(self.tenant)
        assert report is not None
        return report

    # --- what must hold -------------------------------------------------------------------------------------------

    def check_at_rest(self) -> None:
        """Assert that every external payment is in ConnectWise exactly once, to the cent, and nothing is in flight."""
        assert not self.queue.messages
        assert all(effect.settled for effect in self.effects.effects.values())
        for ref in [r for r in self.quickbooks.records if isinstance(self.quickbooks.records[r], Invoice)]:
            link = self.book.load_link(self.tenant, ref)
            if link is None or link.psa not in self.connectwise.records:
                continue
            payments = [p for p in self.quickbooks.records.values() if isinstance(p, Payment)]
            expected = sum(part.amount_minor for part in external_parts(payments, ref))
            shown = sum(row.amount_minor for row in self.connectwise.rows.get(link.psa, []))
            assert shown == expected, f"{ref}: ConnectWise shows {shown}, QuickBooks {expected}"
            invoice = self.connectwise.invoice(link.psa.id)
            settled = shown + self.connectwise.credits.get(link.psa, 0)
            assert invoice.standing is not Standing.LIVE or invoice.balance_minor == invoice.total_minor - settled

    def effects_on(self, psa: Ref) -> list[Effect]:
        """List the effects on an invoice's rows."""
        return [effect for effect in self.effects.load_all(self.tenant, psa) if effect.kind == PAYMENT_ROWS]


@cache
def _needed_names(ports: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(ports) if each.default is MISSING)


def _as_it_is(port: Any) -> Any:
    return port


def _a_whole_invocation() -> int:
    return 900_000


class _WiredSystems:
    def __init__(self, world: World, wire: Callable[[Any], Any]) -> None:
        self._world = world
        self._wire = wire

    def source(self, tenant: str, system: System) -> Any:
        return self._wire(self._world.source(tenant, system))

    def accounting(self, tenant: str) -> Any:
        return self._wire(self._world.accounting(tenant))

    def receipts(self, tenant: str) -> Any:
        return self._wire(self._world.receipts(tenant))

    def deposits(self, tenant: str) -> Any:
        return self._wire(self._world.deposits(tenant))

    def sales(self, tenant: str) -> Any:
        return self._wire(self._world.sales(tenant))

    def payables(self, tenant: str) -> Any:
        return self._wire(self._world.payables(tenant))

    def payables_source(self, tenant: str) -> Any:
        return self._wire(self._world.payables_source(tenant))

    def psa(self, tenant: str) -> Any:
        return self._wire(self._world.psa(tenant))
