"""crossfoot: the books are compared to the cent, every difference has a cause, and what waits is picked up (X4)."""

from dataclasses import replace

import pytest
from crossfoot.core.model import PSA, Invoice, Standing
from crossfoot.core.preferences import Preferences
from crossfoot.messages import CrossfootRequest, MirrorPayment
from crossfoot.steps import crossfoot

from tests.fakes.world import TENANT, World


@pytest.fixture
def world() -> World:
    return World()


def test_x4_books_that_agree_have_no_difference(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.invoice_in_both("1002", 10_000, connectwise=False)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    report = world.crossfoot(live=True)
    assert report.line == "crossfoot: 2 invoices, 1 payments, 0 differences"
    assert (report.pairs, report.one_sided) == (1, {"no_counterpart": 1})
    assert world.reports.load_newest(TENANT) == report


def test_x4_a_payment_that_was_not_taken_over_is_named_and_picked_up(world: World) -> None:
    world.preferences.save(TENANT, Preferences())
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    world.preferences.save(TENANT, Preferences(external_payments_enabled=True))
    (difference,) = world.crossfoot().differences
    assert difference.code == "not_mirrored"
    assert "open 0.00 USD in QuickBooks, 250.00 USD in ConnectWise" in difference.sentence
    assert [m.payment_id for m in world.queue.messages if isinstance(m, MirrorPayment)] == ["p1"]


def test_x4_a_payment_that_only_connectwise_shows_is_named(world: World) -> None:
    _, psa = world.invoice_in_both("1001", 25_000)
    world.connectwise.enter(psa, 5_000)
    world.fetch_and_settle()
    (difference,) = world.crossfoot(live=True).differences
    assert difference.code == "entered_in_psa"


def test_x4_totals_that_drifted_apart_are_named(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.quickbooks.add_invoice("q1001", "1001", 25_001)
    (difference,) = world.crossfoot(live=True).differences
    assert difference.code == "totals_differ"
    assert "250.01 USD in QuickBooks, 250.00 USD in ConnectWise" in difference.sentence


def test_x4_a_live_comparison_finds_what_a_lost_webhook_spoke_of(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.quickbooks.pay("p1", {"q1001": 25_000})
    assert world.crossfoot(live=False).difference_count == 0
    assert world.crossfoot(live=True).difference_count == 1


def test_i5_a_live_comparison_archives_an_invoice_that_is_gone(world: World) -> None:
    _, psa = world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    del world.connectwise.records[psa]
    (difference,) = world.crossfoot(live=True).differences
    assert difference.code == "gone_in_psa"
    stored = world.book.load(TENANT, psa)
    assert stored is not None
    assert stored.standing is Standing.DELETED


def test_i5_invoices_that_a_role_hides_are_not_archived_because_their_copies_differ(world: World) -> None:
    world.preferences.save(TENANT, Preferences())
    copies = [world.invoice_in_both(str(number), 25_000)[1] for number in range(1001, 1011)]
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    hidden = {ref: world.connectwise.records.pop(ref) for ref in copies}
    assert [difference.code for difference in world.crossfoot().differences] == ["not_mirrored"]
    assert {record.standing for record in world.book.load_many(TENANT, hidden).values()} == {Standing.LIVE}


def test_i6_a_void_invoice_is_no_paid_one(world: World) -> None:
    accounting, _ = world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    invoice = world.quickbooks.records[accounting]
    assert isinstance(invoice, Invoice)
    world.quickbooks.put(replace(invoice, standing=Standing.VOID, total_minor=0, balance_minor=0))
    world.fetch_and_settle()
    (difference,) = world.crossfoot().differences
    assert difference.code == "void_in_accounting"


def test_x3_an_effect_that_is_stuck_is_counted_as_a_difference_until_it_is_settled(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.clock.advance(10)
    world.nudge()
    world.queue.messages = [m for m in world.queue.messages if m.kind == "nudge"]
    for message in list(world.queue.messages):
        world.work(message)
    world.queue.messages.clear()
    assert [d.code for d in world.crossfoot().differences] == ["not_mirrored"]
    world.settle()
    assert world.crossfoot(live=True).difference_count == 0


def test_x4_nightly_every_connected_partner_is_asked_for_once(world: World) -> None:
    class Everybody:
        def list_due(self, system: object, read_before: object, limit: int) -> tuple[str, ...]:
            assert system is PSA
            return ("t_00000001", "t_00000002")

    ports = crossfoot.Ports(
        book=world.book,
        clock=world.clock,
        connections=Everybody(),  # type: ignore[arg-type]
        effects=world.effects,
        matches=world.matches,
        preferences=world.preferences,
        queue=world.queue,
        reports=world.reports,
        systems=world,
    )
    assert crossfoot.request_for_all(ports) == 2
    crossfoot.request_for_all(ports)
    assert [m.tenant for m in world.queue.messages if isinstance(m, CrossfootRequest)] == ["t_00000001", "t_00000002"]


def test_x4_a_payment_that_is_carried_over_while_the_books_are_compared_is_no_difference(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.remaining_ms = lambda: 0
    world.work(CrossfootRequest(tenant=TENANT, because="asked"))
    (rest,) = world.queue.messages
    world.queue.messages.clear()
    world.clock.advance(10)
    world.nudge()
    nudges = [message for message in world.queue.messages if getattr(message, "system", None) is not PSA]
    world.queue.messages[:] = nudges
    world.settle()
    assert world.rows("1001"), "it was entered after the ConnectWise copies were read, and nothing has told of it yet"
    world.remaining_ms = lambda: 900_000
    world.work(rest)
    report = world.reports.load_newest(TENANT)
    assert report is not None
    assert (report.pairs, report.differences) == (1, ())
