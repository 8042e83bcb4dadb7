"""What must hold at rest, whatever happened before (X2, X4, X6)."""

from crossfoot.core.decisions import Outcome
from crossfoot.core.effects import Effect
from crossfoot.core.model import Link, Payment, Ref, Standing
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.rows import standing_of

from tests.fakes.table import Tables
from tests.simulation.deposited import check_deposited, check_deposited_once
from tests.simulation.owed import check_owed, check_owed_once
from tests.simulation.people import MAIN_NUMBERS, Office
from tests.simulation.received import check_never_twice, check_received, paid_on_platform
from tests.simulation.synced import check_entered_once, check_synced


def check(office: Office, tables: Tables) -> None:
    """Check one partner. Raises: AssertionError in words."""
    _check_nothing_is_in_flight(office, tables)
    _check_nothing_crossed_over(office, tables)
    check_at_any_moment(office)
    for number in MAIN_NUMBERS:
        _check_invoice(office, tables, number)
    check_received(office, tables)
    check_deposited(office, tables)
    check_synced(office, tables)
    check_owed(office)
    _check_everything_has_a_reason(office, tables)


def _check_nothing_is_in_flight(office: Office, tables: Tables) -> None:
    mine = [effect for effect in tables.effects.effects.values() if effect.tenant == office.world.tenant]
    assert all(effect.settled for effect in mine), "an effect is not settled at rest"


def check_at_any_moment(office: Office) -> None:
    """Check what holds in between too (E7): one row of our making on an invoice, and nobody else's row touched."""
    check_never_twice(office)
    check_deposited_once(office)
    check_entered_once(office)
    check_owed_once(office)
    connectwise = office.world.connectwise
    for ref, rows in connectwise.rows.items():
        made = [row for row in rows if row.id in connectwise.made]
        assert len(made) <= 1, f"{ref} holds {len(made)} rows that we made: {made}"
    rows_by_id = {row.id: row for rows in connectwise.rows.values() for row in rows}
    for row_id, row in office.foreign_rows.items():
        assert rows_by_id.get(row_id) == row, f"another product's row {row} became {rows_by_id.get(row_id)}"


def _check_nothing_crossed_over(office: Office, tables: Tables) -> None:
    for ref, rows in office.world.connectwise.rows.items():
        for row in rows:
            assert row.amount_minor % office.unit_minor == 0, f"{ref} holds a row of another partner: {row}"
    for (tenant, ref), record in tables.book.records.items():
        if tenant == office.world.tenant:
            known = (
                office.world.quickbooks.ever
                | office.world.connectwise.ever
                | office.told.keys()
                | office.payouts.keys()
                | office.told_payables.keys()
                | office.world.our_payables.ever
            )
            assert ref in known, f"{ref} is in the book of a partner that never had it"
            total = getattr(record, "total_minor", 0)
            assert total % office.unit_minor == 0, f"{ref} in the book holds another partner's amount"


def _check_invoice(office: Office, tables: Tables, number: str) -> None:
    """An invoice that nobody meddled with agrees to the cent; on any other no payment of ours stands twice."""
    world = office.world
    accounting = world.quickbooks.invoice(f"q{number}").ref
    link = tables.book.load_link(world.tenant, accounting)
    assert link is not None, f"invoice {number} is in both systems and not linked"
    outside, platform = _paid_from_outside(office, accounting), paid_on_platform(office, tables, link)
    expected = outside + platform
    rows = world.connectwise.rows.get(link.psa, [])
    shown = sum(row.amount_minor for row in rows)
    if number not in office.meddled:
        assert shown == expected, f"invoice {number}: {outside} + {platform}, ConnectWise {shown}"
    kept = standing_of(_latest(tables, world.tenant, link))
    ours = [row for row in rows if row.id in {kept_row.id for kept_row in kept.rows}]
    assert sum(row.amount_minor for row in ours) <= expected or number in office.meddled
    made = [effect for effect in tables.effects.load_all(world.tenant, link.psa) if effect.remote_id]
    assert len({effect.generation for effect in made}) == len(made)


def _paid_from_outside(office: Office, invoice: Ref) -> int:
    """Add up what stands in QuickBooks and was not made by us (E1): read here anew, for the product may be wrong."""
    live = [
        record
        for record in office.world.quickbooks.records.values()
        if isinstance(record, Payment) and record.standing is Standing.LIVE and not record.marker
    ]
    return sum(part.amount_minor for payment in live for part in payment.allocations if part.invoice == invoice)


def _check_everything_has_a_reason(office: Office, tables: Tables) -> None:
    """A payment that is not in ConnectWise says why."""
    world = office.world
    for payment in world.quickbooks.records.values():
        if not isinstance(payment, Payment) or payment.standing is not Standing.LIVE:
            continue
        if payment.ref in world.our_payments.notes:
            continue  # What it stands for says it.
        for part in payment.allocations:
            if not _is_carried(tables, world.tenant, payment.ref, part.invoice):
                told = tables.history.load(world.tenant, payment.ref)
                assert told, f"{payment.ref} is not in ConnectWise, and nothing says why"
                newest = told[-1].item
                assert newest.outcome is not Outcome.DID or newest.code == "elsewhere", newest
                assert newest.outcome is not Outcome.REFUSED or newest.fix, newest
                if newest.outcome in (Outcome.WAITS, Outcome.REFUSED):
                    parked = tables.attention.load(world.tenant, [payment.ref])[payment.ref]
                    assert parked.under(newest.code), f"{payment.ref} waits, and is not parked: {newest}"


def _is_carried(tables: Tables, tenant: str, payment: Ref, invoice: Ref) -> bool:
    link = tables.book.load_link(tenant, invoice)
    return link is not None and payment.id in standing_of(_latest(tables, tenant, link)).carries


def _latest(tables: Tables, tenant: str, link: Link) -> Effect | None:
    return tables.effects.load_latest(tenant, PAYMENT_ROWS, link.psa)
