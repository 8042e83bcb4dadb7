"""crossfoot: the books are compared to the cent, every difference has a cause, and what waits is picked up (X4)."""

from dataclasses import replace

import pytest
from crossfoot.core.model import ACCOUNTING, PSA, Invoice, Standing
from crossfoot.core.preferences import Preferences
from crossfoot.errors import AuthExpired
from crossfoot.messages import CrossfootRequest, MirrorPayment
from crossfoot.ports import ConnectionState, Found
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
    report = world.crossfoot(live=True)
    (difference,) = report.differences
    assert report.line == "crossfoot: 1 invoices, 0 payments, 1 difference"
    assert difference.code == "totals_differ"
    assert "250.01 USD in QuickBooks, 250.00 USD in ConnectWise" in difference.sentence


def test_x4_a_live_comparison_finds_what_a_lost_webhook_spoke_of(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.quickbooks.pay("p1", {"q1001": 25_000})
    assert world.crossfoot(live=False).difference_count == 0
    assert world.crossfoot(live=True).difference_count == 1


def test_x4_a_report_says_which_system_was_not_read_and_why(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.connections.warnings[ACCOUNTING] = ("QuickBooks refused the sign-in.", "Connect it again.")
    world.connections.states[ACCOUNTING] = ConnectionState.NEEDS_ATTENTION
    report = world.crossfoot(live=True)
    assert (report.live, report.unread) == (False, {ACCOUNTING: "QuickBooks refused the sign-in."})
    assert report.line == "crossfoot: 1 invoices, 0 payments, 0 differences, without reading QuickBooks"
    assert world.crossfoot(live=False).unread == {}, "nobody asked for it to be read"
    world.connections.states[PSA] = ConnectionState.DISCONNECTED
    assert world.crossfoot(live=False).unread == {PSA: "It is not connected."}


def test_x4_a_sign_in_that_ends_while_the_books_are_compared_leaves_a_report_that_says_so(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()

    def refuse(ids: object) -> Found[Invoice]:
        world.connections.states[ACCOUNTING] = ConnectionState.NEEDS_ATTENTION
        raise AuthExpired("QuickBooks refused the sign-in.", "Connect it again.")

    world.quickbooks.fetch_invoices = refuse  # type: ignore[method-assign]
    report = world.crossfoot(live=True)
    assert (report.pairs, report.live, report.unread) == (1, False, {ACCOUNTING: "QuickBooks refused the sign-in."})
    assert world.reports.load_under_way(TENANT) is None


def test_x4_a_payment_that_is_not_fetched_yet_is_not_taken_for_a_credit(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.quickbooks.pay("p1", {"q1001": 10_523})
    (difference,) = world.crossfoot(live=True).differences
    assert difference.code == "unknown_in_accounting"
    assert "QuickBooks shows 105.23 USD less open than its known payments explain" in difference.sentence
    assert difference.fix.startswith("Nothing for now: compare again")
    world.fetch_and_settle()
    assert world.crossfoot(live=True).difference_count == 0


def test_x4_i3_a_credit_that_only_quickbooks_shows_is_named(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.add_credit_memo("m1", "C-1", 9_000)
    world.quickbooks.pay("p1", {"q1001": 0}, credited={"q1001": 9_000}, memo="m1")
    world.fetch_and_settle()
    (difference,) = world.crossfoot(live=True).differences
    assert difference.code == "credit"
    assert "Credits take off 90.00 USD in QuickBooks, and 0.00 USD in ConnectWise." in difference.sentence
    assert difference.fix == "Apply the credit in ConnectWise too."


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
