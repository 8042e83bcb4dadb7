"""What follows from records: copies to join, read for many at once (I5, I9)."""

from types import SimpleNamespace

from crossfoot.core.model import Invoice, Link, LinkOrigin, Ref
from crossfoot.follow_ups import follow_ups
from crossfoot.messages import CheckSynced
from crossfoot.rereading import as_deleted

from tests.fakes.trip import Trip
from tests.fakes.world import TENANT, World

NUMBERS = ("1001", "1002", "1003", "1004", "1005")


def test_i9_what_took_the_place_of_many_invoices_is_found_in_one_go() -> None:
    world = World()
    pairs = [world.invoice_in_both(number, 10_000) for number in NUMBERS]
    world.fetch_and_settle()
    gone = [_delete(world, psa) for _, psa in pairs]
    for number in NUMBERS:
        again = world.connectwise.add_invoice(f"d{number}", number, 10_000)
        world.book.save(TENANT, [world.connectwise.invoice(again.id)])
    world.book.save(TENANT, gone)
    trip = Trip()
    names = ("book", "effects", "matches", "origins", "preferences", "waiting")
    follow_ups(TENANT, gone, SimpleNamespace(**{name: trip.wire(getattr(world, name)) for name in names}))
    links = [world.book.load_link(TENANT, accounting) for accounting, _ in pairs]
    assert [link and link.psa.id for link in links] == [f"d{number}" for number in NUMBERS]
    assert trip.calls.count("load_invoices_numbered") == 0
    assert trip.calls.count("load_numbered") == 2, "once for the twins, and once for all that is matched"


def test_s3_a_change_of_what_the_tool_entered_is_looked_at_and_of_nothing_else() -> None:
    world = World()
    synced, matched = world.invoice_in_both("1001", 10_000), world.invoice_in_both("1002", 10_000)
    memo = world.connectwise.add_credit_memo("c3", "3", 500)
    theirs = world.quickbooks.add_credit_memo("q3", "3", 500)
    world.book.save_link(TENANT, Link(*synced, LinkOrigin.SYNCED))
    world.book.save_link(TENANT, Link(theirs, memo, LinkOrigin.SYNCED))
    records = [world.connectwise.records[ref] for ref in (synced[1], matched[1], memo)]
    records.append(world.quickbooks.records[synced[0]])
    world.book.save(TENANT, records)
    told = [message for message in follow_ups(TENANT, records, world) if isinstance(message, CheckSynced)]
    assert [message.bill for message in told] == [synced[1], memo]


def _delete(world: World, psa: Ref) -> Invoice:
    del world.connectwise.records[psa]
    stored = world.book.load(TENANT, psa)
    assert isinstance(stored, Invoice)
    return as_deleted(stored, world.clock.now())
