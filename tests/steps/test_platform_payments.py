"""Payments of the platform in all three books: made, moved, refunded, returned, deleted, whoever did it (P1 to P4)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from crossfoot.core.model import (
    ACCOUNTING,
    IMPORTED,
    Invoice,
    Keeping,
    Kind,
    Payment,
    Ref,
    Standing,
    System,
    TakenBack,
    parse_ref,
)
from crossfoot.core.preferences import ClosedPeriod, Preferences, UnappliedMoney
from crossfoot.errors import OutcomeUnknown
from crossfoot.messages import MirrorPayment, Nudge
from crossfoot.ports import ConnectionState

from tests.fakes.api import FakeApi
from tests.fakes.faults import Faults
from tests.fakes.receipts import FUNDS
from tests.fakes.telling import FakePlatform
from tests.fakes.trip import Mode, Trip
from tests.fakes.world import TENANT, World

OFF = Preferences()


class Books:
    """What the three books show."""

    def __init__(self, world: World) -> None:
        self.world, self.platform = world, FakePlatform(world)

    def in_quickbooks(self) -> list[tuple[int, dict[str, int]]]:
        """Show the living payments in QuickBooks: their amounts, and what they pay."""
        found = [r for r in self.world.quickbooks.records.values() if isinstance(r, Payment)]
        living = [payment for payment in found if payment.standing is Standing.LIVE]
        return [(p.total_minor, {a.invoice.id: a.amount_minor for a in p.allocations}) for p in living]

    def in_connectwise(self, number: str) -> int:
        """Add up the rows of an invoice."""
        return sum(amount for amount, _ in self.world.rows(number))

    def keep(self, invoice: str, keeping: Keeping) -> None:
        """Let the book keep one copy of an invoice otherwise; the other copy stays as it is."""
        record = self.world.book.load(TENANT, parse_ref(Kind.INVOICE, invoice))
        assert isinstance(record, Invoice)
        self.world.book.records[TENANT, record.ref] = replace(record, keeping=keeping)

    def codes(self, id_: str) -> list[str]:
        """Give what was decided on a payment, in order."""
        return [each.item.code for each in self.world.history.load(TENANT, self.platform.payment(id_).ref)]


@pytest.fixture(params=[False, True], ids=["one row", "many rows"])
def books(request: pytest.FixtureRequest) -> Books:
    world = World(many_rows=request.param)
    for number, minor in (("1001", 100_00), ("1002", 50_00), ("1003", 80_00)):
        world.invoice_in_both(number, minor)
    world.preferences.save(TENANT, OFF)
    world.fetch_and_settle()
    return Books(world)


def settle(books: Books) -> None:
    """Let everything come to rest, and be seen by the product, twice: nothing may swing."""
    for _ in range(3):
        books.world.settle()
        books.world.fetch_and_settle()


def test_p1_a_payment_is_in_both_books_once(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    settle(books)
    assert books.in_quickbooks() == [(100_00, {"q1001": 100_00})]
    assert books.world.rows("1001") == [(100_00, "2026-11-03")]
    assert books.world.our_payments.writes == 1
    assert books.codes("pay_1") == []


def test_p4_told_again_and_again_it_is_still_one(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 60_00})
    for _ in range(3):
        books.platform.repeat("pay_1")
        settle(books)
        books.platform.tell("pay_1")
    settle(books)
    assert books.in_quickbooks() == [(60_00, {"q1001": 60_00})]
    assert books.in_connectwise("1001") == 60_00
    assert books.world.our_payments.writes == 1


@pytest.mark.parametrize("name", ["quickbooks-q1001", "connectwise-c1001"])
def test_p1_either_copy_of_an_invoice_may_be_named(books: Books, name: str) -> None:
    books.platform.pay("pay_1", {name: 40_00})
    settle(books)
    assert books.in_quickbooks() == [(40_00, {"q1001": 40_00})]
    assert books.in_connectwise("1001") == 40_00


def test_p1_one_payment_over_several_invoices_and_a_rest(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00, "connectwise-c1002": 20_00}, total_minor=150_00)
    settle(books)
    assert books.in_quickbooks() == [(150_00, {"q1001": 100_00, "q1002": 20_00})]
    assert (books.in_connectwise("1001"), books.in_connectwise("1002")) == (100_00, 20_00)


@pytest.mark.parametrize(
    ("preference", "expected"),
    [
        (UnappliedMoney.LEAVE_UNAPPLIED, {"q1002": 50_00}),
        (UnappliedMoney.OLDEST_FIRST, {"q1002": 50_00, "q1001": 60_00}),
        (UnappliedMoney.LARGEST_FIRST, {"q1002": 50_00, "q1001": 60_00}),
    ],
)
def test_p1_more_than_is_open_goes_where_the_partner_prefers(
    books: Books, preference: UnappliedMoney, expected: dict[str, int]
) -> None:
    books.world.preferences.save(TENANT, replace(OFF, unapplied_money=preference))
    books.platform.pay("pay_1", {"quickbooks-q1002": 110_00})
    settle(books)
    assert books.in_quickbooks() == [(110_00, expected)]
    assert books.in_connectwise("1002") == 50_00
    assert books.in_connectwise("1001") == expected.get("q1001", 0)
    assert books.codes("pay_1") == ["applied_to_what_is_open"]


@pytest.mark.parametrize(
    ("invoice", "keeping"),
    [
        ("quickbooks-q1001", Keeping(archived=True)),
        ("connectwise-c1001", Keeping(archived=True, by_run="r-1")),
        ("connectwise-c1001", Keeping(left_out=True)),
    ],
    ids=["archived", "archived as outside the filters", "left out"],
)
def test_p1_c4_i5_what_is_paid_too_much_goes_to_no_invoice_that_takes_no_part_in_either_system(
    books: Books, invoice: str, keeping: Keeping
) -> None:
    books.world.preferences.save(TENANT, replace(OFF, unapplied_money=UnappliedMoney.OLDEST_FIRST))
    books.keep(invoice, keeping)
    books.platform.pay("pay_1", {"quickbooks-q1002": 110_00})
    settle(books)
    assert books.in_quickbooks() == [(110_00, {"q1002": 50_00, "q1003": 60_00})]
    assert [books.in_connectwise(number) for number in ("1001", "1002", "1003")] == [0, 50_00, 60_00]


def test_p1_i5_what_is_named_though_archived_is_received_and_says_why_connectwise_has_none(books: Books) -> None:
    books.keep("connectwise-c1001", Keeping(archived=True))
    books.platform.pay("pay_1", {"quickbooks-q1001": 60_00})
    settle(books)
    assert books.in_quickbooks() == [(60_00, {"q1001": 60_00})], "the customer paid this invoice, and no other"
    assert books.in_connectwise("1001") == 0
    assert books.codes("pay_1") == ["archived"]
    said = books.world.history.load(TENANT, books.platform.payment("pay_1").ref)[-1].item
    assert "QuickBooks receives this one all the same" in said.sentence
    books.keep("connectwise-c1001", IMPORTED)
    books.platform.tell("pay_1")
    settle(books)
    assert books.in_connectwise("1001") == 60_00


@pytest.mark.parametrize("changes", [{"status": "refunded"}, {"refunded_amount": "40.00"}])
def test_p2_i5_what_was_entered_before_an_invoice_was_archived_follows_its_payment(
    books: Books, changes: dict[str, str]
) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 60_00})
    books.platform.pay("pay_2", {"quickbooks-q1001": 30_00})
    settle(books)
    for copy in ("quickbooks-q1001", "connectwise-c1001"):
        books.keep(copy, Keeping(archived=True))
    books.platform.pay("pay_3", {"quickbooks-q1001": 5_00})
    settle(books)
    assert books.in_connectwise("1001") == 90_00, "archiving takes nothing back, and lets nothing new in"
    books.platform.change("pay_1", **changes)
    settle(books)
    left = 0 if "status" in changes else 20_00
    assert books.in_connectwise("1001") == left + 30_00
    assert sum(amount for amount, _ in books.in_quickbooks()) == left + 35_00
    assert (books.codes("pay_1"), books.codes("pay_3")) == ([], ["archived"])


@pytest.mark.parametrize("status", ["refunded", "returned", "deleted"])
def test_p2_what_is_taken_back_on_the_platform_is_taken_back_in_both(books: Books, status: str) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00, "quickbooks-q1002": 50_00})
    books.platform.pay("pay_2", {"quickbooks-q1003": 80_00})
    settle(books)
    books.platform.change("pay_1", status=status)
    settle(books)
    assert books.in_quickbooks() == [(80_00, {"q1003": 80_00})]
    assert [books.in_connectwise(number) for number in ("1001", "1002", "1003")] == [0, 0, 80_00]
    assert books.platform.payment("pay_1").taken_back == TakenBack(status)


def test_p2_a_part_that_is_refunded_leaves_the_rest(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00, "quickbooks-q1002": 50_00})
    settle(books)
    books.platform.change("pay_1", refunded_amount="70.00")
    settle(books)
    assert books.in_quickbooks() == [(80_00, {"q1001": 80_00})]
    assert (books.in_connectwise("1001"), books.in_connectwise("1002")) == (80_00, 0)


def test_p2_what_is_refunded_before_anybody_heard_of_it_is_never_entered(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    books.world.queue.messages.clear()
    books.platform.change("pay_1", status="refunded")
    settle(books)
    assert books.in_quickbooks() == []
    assert books.in_connectwise("1001") == 0


def test_p3_a_payment_that_is_deleted_in_quickbooks_is_deleted_everywhere(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    settle(books)
    books.world.quickbooks.delete("7001")
    settle(books)
    assert books.in_quickbooks() == []
    assert books.in_connectwise("1001") == 0
    assert books.platform.payment("pay_1").taken_back is TakenBack.DELETED
    assert books.codes("pay_1") == ["deleted_in_accounting"]
    books.platform.repeat("pay_1")
    settle(books)
    assert books.in_quickbooks() == [], "what the platform told before does not raise it"


def test_p3_a_deletion_in_quickbooks_is_in_every_book_as_soon_as_quickbooks_tells(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00, "connectwise-c1002": 20_00})
    settle(books)
    books.world.quickbooks.delete("7001")
    books.world.clock.advance(10)
    books.world.queue.send([Nudge(tenant=TENANT, system=ACCOUNTING, because="deleted")])
    books.world.settle()
    assert (books.in_connectwise("1001"), books.in_connectwise("1002")) == (0, 0)


def test_p3_a_payment_whose_row_is_deleted_in_connectwise_is_deleted_everywhere(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    settle(books)
    invoice = books.world.connectwise.invoice("c1001").ref
    books.world.connectwise.remove(invoice, books.world.connectwise.rows[invoice][0].id)
    settle(books)
    assert books.in_quickbooks() == []
    assert books.in_connectwise("1001") == 0
    assert books.platform.payment("pay_1").taken_back is TakenBack.DELETED
    assert "deleted_in_psa" in books.codes("pay_1")


def test_p3_a_row_that_is_gone_does_not_stand_in_the_way_once_its_payment_counts_no_longer(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 40_00})
    settle(books)
    invoice = books.world.connectwise.invoice("c1001").ref
    books.world.connectwise.remove(invoice, books.world.connectwise.rows[invoice][0].id)
    books.platform.change("pay_1", status="refunded")
    books.world.queue.messages.clear()  # What follows from it dies, and another payment comes first.
    books.platform.pay("pay_2", {"quickbooks-q1001": 60_00})
    books.world.settle()
    assert books.in_connectwise("1001") == 60_00
    books.platform.tell("pay_1")
    settle(books)
    assert books.in_quickbooks() == [(60_00, {"q1001": 60_00})]
    assert books.in_connectwise("1001") == 60_00


@pytest.mark.parametrize("voids", [True, False])
def test_p3_what_people_did_before_we_heard_the_answer_is_followed(books: Books, voids: bool) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    deaf = Trip(mode=Mode.ANSWER_LOST, strike_on="create_receipt")
    books.world.deliver(deaf)
    if voids:
        books.world.quickbooks.void("7001")
    else:
        books.world.quickbooks.pay("7001", {"q1002": 30_00})
    books.world.nudge()
    settle(books)
    assert books.in_quickbooks() == ([] if voids else [(30_00, {"q1002": 30_00})])
    assert (books.in_connectwise("1001"), books.in_connectwise("1002")) == (0, 0 if voids else 30_00)


def test_p3_an_edit_in_quickbooks_is_followed(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    settle(books)
    books.world.quickbooks.pay("7001", {"q1002": 30_00, "q1003": 40_00}, on=date(2026, 11, 9))
    settle(books)
    assert books.in_quickbooks() == [(70_00, {"q1002": 30_00, "q1003": 40_00})]
    assert [books.in_connectwise(number) for number in ("1001", "1002", "1003")] == [0, 30_00, 40_00]
    assert books.world.rows("1002") == [(30_00, "2026-11-09")]
    payment = books.platform.payment("pay_1")
    assert (payment.total_minor, payment.paid_on) == (70_00, date(2026, 11, 9))
    assert books.codes("pay_1") == ["changed_in_accounting"]
    assert books.world.our_payments.writes == 1, "nobody's edit is written over"


def test_p2_a_refund_counts_though_somebody_edits_the_payment_at_the_same_time(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    books.platform.pay("pay_2", {"quickbooks-q1003": 80_00})
    settle(books)
    books.world.quickbooks.pay("7001", {"q1002": 30_00})
    books.world.quickbooks.pay("7002", {"q1003": 80_00}, on=date(2026, 11, 9))
    books.platform.change("pay_1", status="refunded")
    books.platform.change("pay_2", refunded_amount="20.00")
    books.world.nudge()
    settle(books)
    assert books.in_quickbooks() == [(60_00, {"q1003": 60_00})]
    assert [books.in_connectwise(number) for number in ("1001", "1002", "1003")] == [0, 0, 60_00]


def test_p2_what_somebody_only_touched_can_still_be_taken_back(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    settle(books)
    books.world.quickbooks.pay("7001", {"q1001": 100_00})
    settle(books)
    assert books.codes("pay_1") == []
    books.platform.change("pay_1", status="returned")
    settle(books)
    assert books.in_quickbooks() == []
    assert books.in_connectwise("1001") == 0


def test_p1_what_pays_an_invoice_that_is_paid_already_is_its_customers_unapplied_money(books: Books) -> None:
    books.world.quickbooks.pay("p1", {"q1002": 50_00})
    settle(books)
    books.platform.pay("pay_1", {"quickbooks-q1002": 50_00})
    settle(books)
    assert books.in_quickbooks() == [(50_00, {"q1002": 50_00}), (50_00, {})]
    assert books.codes("pay_1") == ["applied_to_what_is_open"]


def test_p1_what_quickbooks_reduces_is_taken_over_and_not_asked_for_again(books: Books) -> None:
    books.world.our_payments.reduces = True
    books.world.quickbooks.pay("p1", {"q1001": 30_00})  # Nobody has told us of it yet.
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    settle(books)
    assert sorted(books.in_quickbooks()) == [(30_00, {"q1001": 30_00}), (100_00, {"q1001": 70_00})]
    assert books.in_connectwise("1001") == 70_00
    assert books.world.our_payments.writes == 1


def test_p1_a_payment_in_another_currency_than_the_books_is_refused(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    books.platform.change("pay_1", currency="EUR")
    settle(books)
    assert books.in_quickbooks() == []
    assert "other_currency" in books.codes("pay_1")


def test_p4_a_payment_that_is_read_before_its_lost_answer_is_looked_for_is_known_as_ours(books: Books) -> None:
    create, ours = books.world.our_payments.create_receipt, books.world.our_payments

    def lose_the_answer(*asked: Any) -> Any:
        create(*asked)
        ours.create_receipt = create  # type: ignore[method-assign]
        raise OutcomeUnknown("read timeout")

    ours.create_receipt = lose_the_answer  # type: ignore[method-assign,assignment]
    ref = books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    with pytest.raises(OutcomeUnknown):
        books.world.work(books.world.queue.messages.pop(0))
    books.world.work(Nudge(tenant=TENANT, system=ACCOUNTING))
    copy = books.world.book.load(TENANT, Ref(ACCOUNTING, Kind.PAYMENT, "7001"))
    assert isinstance(copy, Payment)
    assert copy.origin == ref, "or its own part would look like somebody else's, and be taken for nothing left to pay"
    books.world.clock.advance(600)
    books.platform.repeat("pay_1")
    settle(books)
    assert books.in_quickbooks() == [(100_00, {"q1001": 100_00})]
    assert books.in_connectwise("1001") == 100_00


def test_x4_the_comparison_finds_a_payment_that_only_the_platform_shows(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    books.world.queue.messages.clear()
    settle(books)
    assert books.in_quickbooks() == []
    assert books.world.crossfoot().payments == 1
    settle(books)
    assert books.in_quickbooks() == [(100_00, {"q1001": 100_00})]
    report = books.world.crossfoot()
    assert (report.payments, report.difference_count) == (1, 0)


def test_x4_the_comparison_finds_what_one_book_lost_of_a_payment(books: Books) -> None:
    books.platform.pay("pay_1", {"connectwise-c1001": 100_00})
    settle(books)
    invoice = books.world.connectwise.invoice("c1001").ref
    books.world.connectwise.remove(invoice, books.world.connectwise.rows[invoice][0].id)
    report = books.world.crossfoot()
    assert report.difference_count == 1
    settle(books)
    assert books.in_quickbooks() == [], "deleted in one is deleted everywhere (P3)"


def test_e8_a_payment_waits_for_its_invoice_in_either_book_and_goes_on_when_it_comes(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1009": 70_00})
    settle(books)
    assert books.codes("pay_1") == ["invoice_not_in_accounting", "invoice_not_imported"]
    books.world.invoice_in_both("1009", 90_00, connectwise=False)
    settle(books)
    assert books.in_quickbooks() == [(70_00, {"q1009": 70_00})]
    assert books.codes("pay_1")[-1] == "invoice_not_in_psa"
    books.world.connectwise.add_invoice("c1009", "1009", 90_00)
    settle(books)
    assert books.in_connectwise("1009") == 70_00
    assert not books.world.waiting.noted


def test_e1_what_we_made_is_no_external_payment(books: Books) -> None:
    books.world.preferences.save(TENANT, Preferences(external_payments_enabled=True))
    books.platform.pay("pay_1", {"quickbooks-q1001": 60_00})
    books.world.quickbooks.pay("p1", {"q1001": 40_00})
    settle(books)
    assert sorted(books.in_quickbooks()) == [(40_00, {"q1001": 40_00}), (60_00, {"q1001": 60_00})]
    assert books.in_connectwise("1001") == 100_00


def test_p4_our_payment_is_ours_though_somebody_removes_its_note(books: Books) -> None:
    books.world.preferences.save(TENANT, Preferences(external_payments_enabled=True))
    books.platform.pay("pay_1", {"quickbooks-q1001": 60_00})
    settle(books)
    ours = books.world.quickbooks.records[Ref(ACCOUNTING, Kind.PAYMENT, "7001")]
    assert isinstance(ours, Payment)
    books.world.quickbooks.record(replace(ours, marker=""), {_accounting("q1001"): 60_00})
    settle(books)
    assert books.in_connectwise("1001") == 60_00


def test_p1_closed_books_refuse_or_move_by_the_partners_choice(books: Books) -> None:
    books.world.our_payments.close_books(date(2026, 11, 5))
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    settle(books)
    assert books.in_quickbooks() == []
    assert books.codes("pay_1") == ["period_closed"]
    assert books.in_connectwise("1001") == 100_00, "ConnectWise has no closed books"
    books.world.preferences.save(TENANT, replace(OFF, closed_period=ClosedPeriod.FIRST_OPEN_DAY))
    books.platform.tell("pay_1")
    settle(books)
    assert books.in_quickbooks() == [(100_00, {"q1001": 100_00})]
    made = books.world.quickbooks.records[Ref(ACCOUNTING, Kind.PAYMENT, "7001")]
    assert isinstance(made, Payment)
    assert made.paid_on == date(2026, 11, 6)


def test_p1_a_refusal_for_closed_books_is_not_held_against_a_payment_once_they_are_open(books: Books) -> None:
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    settle(books)
    books.world.our_payments.close_books(date(2026, 11, 5))
    books.platform.pay("pay_2", {"quickbooks-q1002": 50_00})
    books.world.settle()
    assert books.codes("pay_2") == ["refused_by_accounting"]
    books.world.our_payments.company = replace(books.world.our_payments.company, closed_until=None)
    books.platform.tell("pay_2")
    settle(books)
    assert books.in_quickbooks() == [(100_00, {"q1001": 100_00}), (50_00, {"q1002": 50_00})]


def test_e8_what_both_books_refuse_is_tried_again_when_its_invoice_changes(books: Books) -> None:
    books.world.our_payments.close_books(date(2026, 11, 5))
    invoice = books.world.connectwise.invoice("c1001").ref
    books.world.connectwise.lock(invoice)
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    settle(books)
    assert books.codes("pay_1")[-2:] == ["period_closed", "refused_by_psa"]
    books.world.connectwise.unlock(invoice)
    settle(books)
    assert books.in_connectwise("1001") == 100_00


def test_p1_a_refusal_is_told_with_its_fix_and_tried_again_when_it_may_pass(books: Books) -> None:
    books.world.our_payments.deactivate(FUNDS)
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    settle(books)
    assert books.codes("pay_1") == ["account_missing"]
    assert books.in_quickbooks() == []


@pytest.mark.parametrize("system", ["quickbooks", "connectwise"])
def test_c6_a_book_that_is_not_connected_is_waited_for(books: Books, system: str) -> None:
    books.world.connections.states[System(system)] = ConnectionState.DISCONNECTED
    books.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    settle(books)
    assert len(books.in_quickbooks()) == (system == "connectwise")
    assert books.in_connectwise("1001") == (0 if system == "connectwise" else 100_00)
    books.world.connections.states[System(system)] = ConnectionState.CONNECTED
    books.platform.tell("pay_1")
    settle(books)
    assert books.in_quickbooks() == [(100_00, {"q1001": 100_00})]
    assert books.in_connectwise("1001") == 100_00


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_x1_a_payment_says_how_far_it_has_come_in_each_book(books: Books) -> None:
    api = FakeApi(books.world)
    api.connect_both()

    def shown() -> tuple[str, str]:
        listed = api.call("GET", "/v1/payments").body["payments"]
        (payment,) = (each for each in listed if each["id"] == "platform-pay_1")
        return payment["status"], payment["reason"]["code"]

    books.platform.pay("pay_1", {"quickbooks-q1001": 60_00, "quickbooks-q1009": 20_00})
    assert shown() == ("pending", "pending")
    settle(books)
    assert shown() == ("waiting", "invoice_not_in_accounting")
    books.world.invoice_in_both("1009", 90_00)
    settle(books)
    assert shown() == ("synced", "entered")
    books.platform.change("pay_1", status="refunded")
    assert shown() == ("pending", "pending")
    settle(books)
    assert shown() == ("synced", "entered")
    story = api.call("GET", "/v1/records/payment/platform-pay_1/explain").body["story"]
    sentences = [line["why"]["sentence"] for line in story]
    assert "Entered 80.00 USD dated 2026-11-03 in QuickBooks on invoices 1001, 1009." in sentences
    assert any(
        sentence.startswith("Took the payment of 80.00 USD dated 2026-11-03 back in QuickBooks")
        for sentence in sentences
    )
    assert any("on ConnectWise invoice 1001" in sentence for sentence in sentences)


# --- crashes ---------------------------------------------------------------------------------------------------------


def _made(world: World) -> FakePlatform:
    platform = FakePlatform(world)
    platform.pay("pay_1", {"quickbooks-q1001": 100_00, "quickbooks-q1002": 70_00})
    return platform


def _refunded(world: World) -> FakePlatform:
    platform = _made(world)
    world.settle()
    world.fetch_and_settle()
    platform.change("pay_1", refunded_amount="60.00")
    return platform


def _edited(world: World) -> FakePlatform:
    platform = _made(world)
    world.settle()
    world.fetch_and_settle()
    world.quickbooks.pay("7001", {"q1003": 40_00})
    world.clock.advance(10)
    world.nudge()
    return platform


STORIES = {
    "made": (_made, [(170_00, {"q1001": 100_00, "q1002": 50_00})], [100_00, 50_00, 0]),
    "refunded": (_refunded, [(110_00, {"q1001": 100_00, "q1002": 10_00})], [100_00, 10_00, 0]),
    "edited": (_edited, [(40_00, {"q1003": 40_00})], [0, 0, 40_00]),
}


@pytest.mark.parametrize("story", STORIES)
def test_x2_p4_the_books_are_the_same_whatever_call_a_worker_dies_at(
    story: str, record_property: Callable[[str, object], None]
) -> None:
    play, in_quickbooks, in_connectwise = STORIES[story]
    world = World(many_rows=True)
    for number, minor in (("1001", 100_00), ("1002", 50_00), ("1003", 80_00)):
        world.invoice_in_both(number, minor)
    world.preferences.save(TENANT, OFF)
    world.fetch_and_settle()
    play(world)
    faults = Faults(MirrorPayment)
    for at, struck in faults.strike(world):
        books = Books(struck)
        settle(books)
        assert books.in_quickbooks() == in_quickbooks, at
        assert [books.in_connectwise(number) for number in ("1001", "1002", "1003")] == in_connectwise, at
    faults.record(record_property)


def _accounting(id_: str) -> Ref:
    return Ref(ACCOUNTING, Kind.INVOICE, id_)
