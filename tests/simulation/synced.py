"""What must hold of the Sync Invoices tool: a bill stands once, exactly as planned, in a batch of its own, or says why."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from crossfoot.core.effects import Effect, marker_of
from crossfoot.core.matching import differences
from crossfoot.core.model import PSA, Billed, CreditMemo, Invoice, LineKind, LinkOrigin, Payment, Record, Ref, Standing
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.rows import standing_of
from crossfoot.core.sync.batching import GL_BATCH, standing_batch
from crossfoot.core.sync.effects import SALE, accounting_ref, record_ids_of, standing_sale
from crossfoot.core.sync.runs import ItemState, RunItem, RunKind, SyncRun
from crossfoot.core.sync.sales import Sale, SaleWrite, from_body

from tests.fakes.table import Tables
from tests.fakes.world import World
from tests.simulation.people import Office
from tests.simulation.received import paid_on_platform

ENDS = frozenset(ItemState) - {ItemState.WAITING, ItemState.WRITTEN}
# How our batches are named.
OURS = "CF-"
# How a bill that is not as it was written says so: in its newest run, or among what needs attention.
NAMED = frozenset({ItemState.CONFLICT, ItemState.REFUSED})


def entries_of_ours(world: World) -> Mapping[Ref, list[Ref]]:
    """Give all that we ever entered for each bill, by the marker in its note."""
    found: dict[Ref, list[Ref]] = defaultdict(list)
    notes = world.our_sales.notes
    if notes:
        sales = {marker_of(effect.key): effect.subject for effect in _effects(world, SALE)}
        for entry, note in notes.items():
            found[sales[note.rpartition(" ")[2]]].append(entry)
    return found


def check_entered_once(office: Office) -> None:
    """Check at any moment that no bill stands twice, that nothing was entered which another tool had claimed, and that
    what is entered for a bill is what the partner was shown (X2, S3, S8)."""
    world = office.world
    for bill, entries in entries_of_ours(world).items():
        living = [entry for entry in entries if _lives(world, entry)]
        assert len(living) <= 1, f"{bill} stands {len(living)} times in QuickBooks: {living}"
        claimed = office.claimed.get(bill, len(entries))
        assert len(entries) <= claimed, f"{bill} was entered though another tool had batched it: {entries}"
    run = world.sync_runs.load_under_way(world.tenant)
    if run is not None and run.kind is RunKind.SYNC:
        for item in world.sync_runs.load_items(world.tenant, run.id):
            _check_previewed(world, run, item)


def _check_previewed(world: World, run: SyncRun, item: RunItem) -> None:
    latest = world.effects.load_latest(world.tenant, SALE, item.bill) if item.previewed else None
    if latest is not None and latest.planned_at is not None and latest.planned_at >= run.started_at:
        write = from_body(latest.body)
        assert write.digest == item.previewed, (
            f"{item.bill} was shown as {item.previewed}, and written as {write.digest}"
        )


def check_synced(office: Office, tables: Tables) -> None:
    """Check the tool at rest. Raises: AssertionError in words."""
    world, newest = office.world, _newest_items(office.world)
    synced = _newest_items(world, RunKind.SYNC)
    _check_runs(world)
    for bill, entries in entries_of_ours(world).items():
        latest = tables.effects.load_latest(world.tenant, SALE, bill)
        standing = standing_sale(latest)
        there = [entry for entry in entries if _lives(world, entry)]
        known = [accounting_ref(standing)] if standing is not None else []
        assert set(there) <= set(known), f"{there} stand in QuickBooks for {bill}, and the ledger knows of {known}"
        if there:
            assert latest is not None
            assert standing is not None
            _check_entry(world, bill, latest, standing)
            _check_flagged(world, bill, synced.get(bill))
            _check_link(world, bill, there[0], newest.get(bill))
            _check_paid(office, tables, bill, there[0])
    for bill, (run, item) in newest.items():
        _check_end(world, bill, run, item)
    _check_batches(world, newest)


# --- runs ----------------------------------------------------------------------------------------------------------


def _check_runs(world: World) -> None:
    """Each run is over, and each of its bills came to an end that is told with its rule and its fix (S2, X3)."""
    for run in _runs(world):
        assert run.finished_at is not None, f"a run is not over at rest: {run}"
        for item in world.sync_runs.load_items(world.tenant, run.id):
            assert item.state in ENDS, f"{item.bill} is {item.state} in a run that is over: {run}"
            is_told = item.state is ItemState.DONE or all((item.rule, item.code, item.sentence, item.fix))
            assert is_told, f"{item.bill} is {item.state}, and nothing says why: {item}"


def _check_end(world: World, bill: Ref, run: SyncRun, item: RunItem) -> None:
    """What a run says is done is so (S2, S9)."""
    if item.state is ItemState.DONE:
        standing = standing_sale(world.effects.load_latest(world.tenant, SALE, bill))
        batch = standing_batch(world.effects.load_latest(world.tenant, GL_BATCH, bill))
        stands = (standing is not None, batch is not None)
        due = run.kind is RunKind.SYNC
        assert stands == (due, due), f"{bill} is done in {run}, and of entry and batch stand {stands}"


# --- what was entered --------------------------------------------------------------------------------------------


def _check_entry(world: World, bill: Ref, latest: Effect, standing: SaleWrite) -> None:
    """What nobody changed since is what was planned, and comes to what ConnectWise's ledger says by account (S5, S8)."""
    entry = accounting_ref(standing)
    sale = world.entries.load(world.tenant, bill, standing.digest)
    assert sale is not None, f"the entry of {bill} was not kept"
    if world.quickbooks.revision_of(entry) == standing.revision:
        record = world.quickbooks.records[entry]
        assert isinstance(record, Invoice | CreditMemo)
        assert _says(record) == _asks(world, sale), f"{bill} is to say {_asks(world, sale)}, and says {_says(record)}"
    posted = world.connectwise.posted.get(bill)
    if posted is not None and posted.record_ids == record_ids_of(latest):
        ledger = _by_account((line.account, line.amount_minor) for line in posted.lines)
        written = _by_account((line.ledger_account, line.amount_minor) for line in sale.lines)
        assert written == ledger, f"{bill}: ConnectWise's ledger has {ledger}, and written was {written}"


def _says(record: Billed) -> tuple[object, ...]:
    """Give what an entry says, less the name of its customer, which may be another one by now."""
    lines = [
        (line.item, line.amount_minor, line.description) for line in record.lines or () if line.kind is LineKind.ITEM
    ]
    tax = sum(line.amount_minor for line in record.lines or () if line.kind is LineKind.TAX)
    return type(record), record.number, record.issued_on, record.currency, record.total_minor, tax, lines


def _asks(world: World, sale: Sale) -> tuple[object, ...]:
    items = world.our_sales.catalogue.items
    lines = [(items[line.item_id].name, line.amount_minor, line.description) for line in sale.lines]
    kind = Invoice if sale.kind == "invoice" else CreditMemo
    return kind, sale.number, sale.issued_on, sale.currency, sale.total_minor, sale.tax.tax_minor, lines


def _by_account(lines: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for account, minor in lines:
        sums[account] += minor
    return {account: minor for account, minor in sums.items() if minor}


def _check_flagged(world: World, bill: Ref, newest: tuple[SyncRun, RunItem] | None) -> None:
    """What stands in QuickBooks is in our batch in ConnectWise, or that it is not is shown (S3)."""
    batch = standing_batch(world.effects.load_latest(world.tenant, GL_BATCH, bill))
    shown = world.connectwise.records.get(bill)
    is_flagged = isinstance(shown, Invoice | CreditMemo) and batch is not None and shown.batch == batch.identifier
    assert is_flagged or _is_named(world, bill, newest), (
        f"{bill} stands, is not in our batch {batch}, and nobody is told"
    )


def _check_batches(world: World, newest: Mapping[Ref, tuple[SyncRun, RunItem]]) -> None:
    """A batch of ours flags what stands, or what people took away themselves (S3, S9)."""
    for batch in world.connectwise.batches.values():
        for bill in batch.bills if batch.identifier.startswith(OURS) else ():
            ours = standing_batch(world.effects.load_latest(world.tenant, GL_BATCH, bill))
            is_known = ours is not None and ours.identifier == batch.identifier
            assert is_known, f"{bill} is in batch {batch.identifier}, and the ledger knows of {ours}"
            standing = standing_sale(world.effects.load_latest(world.tenant, SALE, bill))
            is_right = standing is not None or _is_named(world, bill, newest.get(bill))
            assert is_right, f"{bill} is in our batch {batch.identifier}, and nothing of it stands in QuickBooks"


def _is_named(world: World, bill: Ref, newest: tuple[SyncRun, RunItem] | None) -> bool:
    if world.attention.load(world.tenant, [bill])[bill].reasons:
        return True
    return newest is not None and newest[1].state in NAMED


# --- what is joined with it --------------------------------------------------------------------------------------


def _check_link(world: World, bill: Ref, entry: Ref, newest: tuple[SyncRun, RunItem] | None) -> None:
    link = world.book.load_link(world.tenant, bill)
    is_linked = link is not None and link.accounting == entry and link.origin is LinkOrigin.SYNCED
    assert is_linked or _is_named(world, bill, newest), f"{bill} was entered as {entry}, and is joined with {link}"


def _check_paid(office: Office, tables: Tables, bill: Ref, entry: Ref) -> None:
    """A payment on an invoice that we entered is in ConnectWise, if the two are the same still, and shown (E1, E4)."""
    world = office.world
    one, other = world.quickbooks.records[entry], world.connectwise.records.get(bill)
    link = world.book.load_link(world.tenant, bill)
    if not isinstance(one, Invoice) or not isinstance(other, Invoice) or link is None or link.accounting != entry:
        return
    kept = world.book.load_many(world.tenant, (bill, entry)).values()
    if differences(one, other) or any(_is_set_aside(record) for record in kept):
        return
    outside = sum(
        part.amount_minor for payment in _payments(world) for part in payment.allocations if part.invoice == entry
    )
    rows = sum(row.amount_minor for row in world.connectwise.rows.get(bill, ()))
    carries = standing_of(world.effects.load_latest(world.tenant, PAYMENT_ROWS, bill)).carries
    paid = outside + paid_on_platform(office, tables, link)
    assert rows == paid, f"{paid} is paid on {entry}, and ConnectWise has {rows} on {bill}: {carries}"


def _is_set_aside(record: Record) -> bool:
    return isinstance(record, Invoice) and (record.keeping.archived or record.keeping.left_out)


# --- whatever is looked at ---------------------------------------------------------------------------------------


def _newest_items(world: World, kind: RunKind | None = None) -> dict[Ref, tuple[SyncRun, RunItem]]:
    """Give each bill's newest run, of any kind or of one: they are kept in the order in which they were begun."""
    found: dict[Ref, tuple[SyncRun, RunItem]] = {}
    for run in (run for run in _runs(world) if kind in (None, run.kind)):
        found |= {item.bill: (run, item) for item in world.sync_runs.load_items(world.tenant, run.id)}
    return found


def _runs(world: World) -> list[SyncRun]:
    return [run for (tenant, _), run in world.sync_runs.runs.items() if tenant == world.tenant]


def _payments(world: World) -> Sequence[Payment]:
    records = world.quickbooks.records.values()
    return [
        each for each in records if isinstance(each, Payment) and each.standing is Standing.LIVE and not each.marker
    ]


def _effects(world: World, kind: str) -> list[Effect]:
    effects = world.effects.effects.values()
    return [effect for effect in effects if effect.kind == kind and effect.tenant == world.tenant]


def _lives(world: World, entry: Ref) -> bool:
    return world.quickbooks.records[entry].standing is Standing.LIVE


def is_bill(ref: Ref) -> bool:
    """Tell whether somebody billed it for the tool's sake; the office's own invoices stay out of it."""
    return ref.system is PSA and ref.id.startswith(INITIAL)


# What the ids of the bills begin with.
INITIAL = "s"
