"""Two partners with the same customers, numbers and ids, over the steps and the real table's adapters (X6)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from crossfoot.core.fetching import FetchKind, new_run
from crossfoot.core.model import ACCOUNTING, CONNECTED, PSA, Invoice, Kind, Ref, Standing
from crossfoot.messages import CrossfootRequest, FetchUnpaid, Nudge, TendConnection
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.stores import RealTables
from tests.fakes.clock import FakeClock
from tests.fakes.filing import CUSTOMER_ID
from tests.fakes.table import FakeQueue
from tests.fakes.world import World

PARTNERS = ("t_0000000a", "t_0000000b")
NUMBERS = ("1001", "1002")
MAX_MESSAGES = 300

type Deed = tuple[str, int, int]


class Houses:
    """Some partners on one table and one queue."""

    def __init__(self, *tenants: str) -> None:
        self.clock = FakeClock()
        self.queue = FakeQueue(self.clock)
        tables: Any = RealTables(self.clock, MemoryTable())
        self.worlds = {t: World(tenant=t, clock=self.clock, tables=tables, queue=self.queue) for t in tenants}
        for world in self.worlds.values():
            for vendor in (world.quickbooks, world.connectwise):
                vendor.add_customer(CUSTOMER_ID, "Contoso")
            for number in NUMBERS:
                world.invoice_in_both(number, 10_000)

    def play(self, tenant: str, deed: Deed) -> None:
        """Let something happen at a partner's; nothing happens where that partner is not."""
        self.clock.advance(61)
        if tenant in self.worlds:
            what, number, amount = deed
            DEEDS[what](self.worlds[tenant], NUMBERS[number], amount)

    def rest(self) -> None:
        """Read both systems of everybody, walk the unpaid invoices, tend and compare, until nothing is left to do."""
        for world in self.worlds.values():
            world.nudge()
        self._work()
        self.clock.advance(600)
        for tenant in self.worlds:
            self.queue.send([TendConnection(tenant=tenant, system=system) for system in CONNECTED])
            self._walk(tenant)
            self.queue.send([CrossfootRequest(tenant=tenant)])
        self._work()

    def _walk(self, tenant: str) -> None:
        for system in CONNECTED:
            wanted = new_run(system, FetchKind.UNPAID_INVOICES, self.clock.now(), f"unpaid-{system}")
            run = self.worlds[tenant].runs.begin_walk(tenant, wanted)
            self.queue.send([FetchUnpaid(tenant=tenant, system=system, run=run.id)])

    def _work(self) -> None:
        for _ in range(MAX_MESSAGES):
            if not self.queue.messages:
                return
            message = self.queue.messages.pop(0)
            self.worlds[message.tenant].work(message)
        raise AssertionError("the queues do not come to rest")


def _pay(world: World, number: str, amount: int) -> None:
    invoice = world.quickbooks.invoice(f"q{number}")
    if invoice.standing is Standing.LIVE and amount <= invoice.balance_minor:
        world.quickbooks.pay("p1" if amount % 2 else f"p{number}", {f"q{number}": amount})


def _void(world: World, number: str, _: int) -> None:
    if Ref(ACCOUNTING, Kind.PAYMENT, f"p{number}") in world.quickbooks.records:
        world.quickbooks.void(f"p{number}")


def _edit(world: World, number: str, amount: int) -> None:
    """Let both copies come to another total, of which nothing is paid."""
    ours, theirs = (
        world.quickbooks.invoice(f"q{number}"),
        world.connectwise.records.get(Ref(PSA, Kind.INVOICE, f"c{number}")),
    )
    for vendor, invoice in ((world.quickbooks, ours), (world.connectwise, theirs)):
        if isinstance(invoice, Invoice) and invoice.total_minor == invoice.balance_minor:
            vendor.put(replace(invoice, total_minor=amount, balance_minor=amount))


def _rename(world: World, number: str, amount: int) -> None:
    for vendor in (world.quickbooks, world.connectwise):
        vendor.rename_customer(CUSTOMER_ID, f"Contoso {amount}")


def _forget(world: World, number: str, _: int) -> None:
    psa = Ref(PSA, Kind.INVOICE, f"c{number}")
    if psa in world.connectwise.records and not world.connectwise.rows.get(psa):
        world.connectwise.delete_invoice(psa.id)


def _give_credit(world: World, number: str, amount: int) -> None:
    world.quickbooks.add_credit_memo(f"m{number}", f"3{number}", amount)
    world.connectwise.add_credit_memo(f"m{number}", f"3{number}", amount)


def _nudge(world: World, *_: object) -> None:
    stamp = world.clock.stamp()
    world.queue.send([Nudge(tenant=world.tenant, system=system, because=stamp) for system in CONNECTED])


DEEDS: dict[str, Callable[[World, str, int], None]] = {
    "pay": _pay,
    "void": _void,
    "edit": _edit,
    "rename": _rename,
    "forget": _forget,
    "give credit": _give_credit,
    "nudge": _nudge,
}
deeds = st.tuples(
    st.sampled_from(PARTNERS),
    st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, len(NUMBERS) - 1), st.integers(1, 9_000)),
)


def told(houses: Houses, tenant: str) -> dict[str, Any]:
    """Give everything that the steps and the API would read of a partner, without when a run began."""
    world = houses.worlds[tenant]
    lists: dict[Kind, Any] = {kind: _listed(world, kind) for kind in Kind if kind is not Kind.CUSTOMER}
    lists[Kind.CUSTOMER] = world.book.list_named(
        tenant, Kind.CUSTOMER, prefix="", system=None, cursor="", limit=50
    ).records
    invoices = [record for record in lists[Kind.INVOICE] if isinstance(record, Invoice)]
    unpaid = [world.book.list_unpaid(tenant, system, cursor="", limit=50).records for system in CONNECTED]
    runs = world.runs.list_runs(tenant, cursor="", limit=50).runs
    return {
        "lists": lists,
        "lines": [world.book.load_lines(tenant, invoice) for invoice in invoices],
        "links": world.book.load_links(tenant, [invoice.ref for invoice in invoices]),
        "payments": [world.book.load_payments_of(tenant, invoice.ref) for invoice in invoices],
        "numbered": world.book.load_numbered(tenant, NUMBERS),
        "unpaid": [sorted(records, key=lambda record: record.ref) for records in unpaid],
        "open": world.matches.list_open(tenant, customers=None, cursor="", limit=50).items,
        "runs": sorted((run.system, run.kind, sorted(run.progress.read.items())) for run in runs),
        "rows": {
            ref: [(row.amount_minor, row.paid_on) for row in rows] for ref, rows in world.connectwise.rows.items()
        },
        "decisions": {r.ref: [each.item for each in world.history.load(tenant, r.ref)] for r in lists[Kind.PAYMENT]},
        "parked": [
            (parked.record, [reason.decision for reason in parked.reasons])
            for parked in world.attention.list_parked(tenant, "", ignored=False, cursor="", limit=50).items
        ],
        "causes": [(cause.code, cause.count) for cause in world.attention.load_causes(tenant)],
        "report": world.reports.load_newest(tenant),
    }


def _listed(world: World, kind: Kind) -> Any:
    return world.book.list_records(world.tenant, kind, first=None, last=None, system=None, cursor="", limit=50).records


@settings(max_examples=10, deadline=None)
@given(st.lists(deeds, max_size=12))
def test_x6_a_partner_beside_one_with_the_same_names_numbers_and_ids_is_told_what_it_is_told_alone(
    history: list[tuple[str, Deed]],
) -> None:
    together, alone = Houses(*PARTNERS), [Houses(tenant) for tenant in PARTNERS]
    for houses in (together, *alone):
        for tenant, deed in history:
            houses.play(tenant, deed)
        houses.rest()
    for tenant, houses in zip(PARTNERS, alone, strict=True):
        seen = told(together, tenant)
        assert seen == told(houses, tenant)
        assert len(seen["lists"][Kind.INVOICE]) >= len(NUMBERS), "there is something to mix up"
