"""Undo of a single effect, and letting it go on again: in every book once, whoever does what meanwhile (X1)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from crossfoot.core.model import (
    ACCOUNTING,
    PLATFORM,
    PSA,
    Deposit,
    Kind,
    Payment,
    Ref,
    Standing,
    System,
    TakenBack,
)
from crossfoot.core.preferences import Preferences
from crossfoot.messages import MirrorPayment, RecordDeposit

from tests.fakes.api import OTHER_TENANT, FakeApi, Reply
from tests.fakes.faults import Faults
from tests.fakes.payouts import FakePayouts
from tests.fakes.receipts import BANK, FEES
from tests.fakes.telling import FakePlatform
from tests.fakes.world import TENANT, World

ON = Preferences(external_payments_enabled=True, deposits_enabled=True, deposit_account_id=BANK, fee_account_id=FEES)
PAY_1 = ("payment", "platform-pay_1")
P1 = ("payment", "quickbooks-p1")
PO_1 = ("payout", "platform-po_1")
SINCE = "2026-11-03"


def new_world() -> World:
    world = World(many_rows=True)
    for number, minor in (("1001", 100_00), ("1002", 50_00), ("1003", 80_00)):
        world.invoice_in_both(number, minor)
    world.preferences.save(TENANT, ON)
    world.fetch_and_settle()
    return world


class Office:
    """A partner who sees its stories, and presses undo."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or new_world()
        self.platform, self.payouts = FakePlatform(self.world), FakePayouts(self.world)
        self.api = FakeApi(self.world)
        self.api.connect_both()

    def settle(self) -> None:
        """Let everything come to rest, and be seen by the product, again and again: nothing may swing."""
        for _ in range(3):
            self.world.settle()
            self.world.fetch_and_settle()

    def paid(self) -> None:
        self.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
        self.settle()

    def paid_out(self) -> None:
        self.paid()
        self.payouts.pay_out("po_1", ("payment", 100_00, "pay_1"), ("fee", -2_00, "Card fee"))
        self.settle()

    def paid_in_quickbooks(self) -> None:
        self.world.quickbooks.pay("p1", {"q1001": 100_00})
        self.settle()

    # --- what people see and press --------------------------------------------------------------------------------

    def story(self, record: tuple[str, str]) -> dict[str, Any]:
        kind, id_ = record
        reply = self.api.call("GET", f"/v1/records/{kind}/{id_}/explain")
        assert reply.status == 200, reply.text
        found: dict[str, Any] = reply.body
        return found

    def effects(self, record: tuple[str, str], kind: str = "") -> list[dict[str, Any]]:
        found = (line["effect"] for line in self.story(record)["story"] if line["effect"])
        return [effect for effect in found if kind in ("", effect["kind"])]

    def undo_of(self, record: tuple[str, str], kind: str, place: int = -1) -> dict[str, Any]:
        undo: dict[str, Any] = self.effects(record, kind)[place]["undo"]
        return undo

    def press(self, record: tuple[str, str], key: str, *, tenant: str = TENANT) -> Reply:
        kind, id_ = record
        return self.api.call("POST", f"/v1/records/{kind}/{id_}/effects/{key}/undo", body={}, tenant=tenant)

    def undo(self, record: tuple[str, str], kind: str, place: int = -1) -> None:
        reply = self.press(record, self.effects(record, kind)[place]["key"])
        assert reply.status == 202, reply.text

    def release(self, record: tuple[str, str]) -> Reply:
        kind, id_ = record
        return self.api.call("POST", f"/v1/records/{kind}/{id_}/release", body={})

    def now(self, record: tuple[str, str]) -> list[str]:
        return [why["code"] for why in self.story(record)["now"]]

    def told(self, record: tuple[str, str]) -> list[str]:
        return [line["why"]["code"] for line in self.story(record)["story"] if not line["effect"]]

    def status(self, record: tuple[str, str]) -> tuple[str, str]:
        listed = self.api.call("GET", "/v1/payments").body["payments"]
        (found,) = (each for each in listed if each["id"] == record[1])
        return found["status"], found["reason"]["code"]

    # --- what the books show --------------------------------------------------------------------------------------

    def receipts(self) -> list[int]:
        found = [record for record in self.world.quickbooks.records.values() if isinstance(record, Payment)]
        return [payment.total_minor for payment in found if payment.standing is Standing.LIVE]

    def deposits(self) -> list[int]:
        found = [record for record in self.world.quickbooks.records.values() if isinstance(record, Deposit)]
        return [deposit.total_minor for deposit in found if deposit.standing is Standing.LIVE]

    def rows(self, number: str = "1001") -> int:
        return sum(amount for amount, _ in self.world.rows(number))

    def books(self) -> tuple[list[int], int, list[int]]:
        return self.receipts(), self.rows(), self.deposits()

    def payment(self, id_: str = "pay_1", system: System = PLATFORM) -> Payment:
        found = self.world.book.load(TENANT, Ref(system, Kind.PAYMENT, id_))
        assert isinstance(found, Payment)
        return found


@pytest.fixture
def office() -> Office:
    return Office()


# --- taken back, and let go on ---------------------------------------------------------------------------------------


def test_x1_a_payment_is_taken_back_from_connectwise_alone_and_entered_again_when_it_is_let_go_on(
    office: Office,
) -> None:
    office.paid()
    assert office.undo_of(PAY_1, "payment_rows") == {
        "possible": True, "reason": "", "takes_back": ["platform-pay_1"],
    }  # fmt: skip
    office.undo(PAY_1, "payment_rows")
    office.settle()
    assert office.books() == ([100_00], 0, [])
    assert office.payment().standing is Standing.LIVE
    assert office.told(PAY_1) == ["taken_back_by_partner", "held"]
    assert office.status(PAY_1) == ("skipped", "held")
    assert "held" in office.now(PAY_1)
    (back,) = (line["why"] for line in office.story(PAY_1)["story"] if line["why"]["rule"] == "X1" and line["effect"])
    taken_out = "Took back 100.00 USD dated 2026-11-03 from ConnectWise invoice 1001: you took it back."
    assert back["sentence"] == taken_out
    held = office.story(PAY_1)["now"][-1]
    assert held["sentence"].startswith(f"You took this back from ConnectWise on {SINCE};")
    writes = office.world.connectwise.writes
    office.settle()
    assert office.world.connectwise.writes == writes
    assert office.release(PAY_1).status == 202
    assert office.status(PAY_1) == ("pending", "pending")
    office.settle()
    assert office.books() == ([100_00], 100_00, [])
    assert office.status(PAY_1) == ("synced", "entered")
    assert office.told(PAY_1)[-1] == "let_go_on"
    assert office.payment().keeping.held == ()


def test_x1_a_payment_is_taken_back_from_quickbooks_alone_and_that_is_nobodys_deletion(office: Office) -> None:
    office.paid()
    office.undo(PAY_1, "receipts")
    office.settle()
    assert office.books() == ([], 100_00, [])
    payment = office.payment()
    assert (payment.standing, payment.taken_back) == (Standing.LIVE, None), "P3 is for what somebody else deletes"
    assert office.status(PAY_1) == ("skipped", "held")
    assert office.told(PAY_1) == ["taken_back_by_partner", "held"]
    assert office.release(PAY_1).status == 202
    office.settle()
    assert office.books() == ([100_00], 100_00, [])
    assert office.status(PAY_1) == ("synced", "entered")
    assert office.world.crossfoot(live=True).difference_count == 0


def test_x1_an_external_payment_is_taken_back_and_entered_again(office: Office) -> None:
    office.paid_in_quickbooks()
    assert office.rows() == 100_00
    office.undo(P1, "payment_rows")
    office.settle()
    assert office.books() == ([100_00], 0, [])
    assert office.status(P1) == ("skipped", "held")
    office.release(P1)
    office.settle()
    assert office.books() == ([100_00], 100_00, [])
    assert office.status(P1) == ("synced", "mirrored")


def test_x1_a_deposit_is_taken_back_and_made_again(office: Office) -> None:
    office.paid_out()
    assert office.deposits() == [98_00]
    office.undo(PO_1, "deposit")
    office.settle()
    assert office.books() == ([100_00], 100_00, [])
    proof = office.api.call("GET", "/v1/payouts/platform-po_1").body
    assert (proof["tied"], proof["reason"]["code"], proof["deposit"]) == (False, "held", None)
    assert office.told(PO_1) == ["taken_back_by_partner", "held"]
    office.release(PO_1)
    assert office.api.call("GET", "/v1/payouts/platform-po_1").body["reason"]["code"] == "pending"
    office.settle()
    assert office.books() == ([100_00], 100_00, [98_00])
    assert office.api.call("GET", "/v1/payouts/platform-po_1").body["tied"]


def test_x1_what_shares_a_row_stays(office: Office) -> None:
    office.platform.pay("pay_1", {"quickbooks-q1001": 40_00})
    office.settle()
    office.world.quickbooks.pay("p1", {"q1001": 60_00})
    office.settle()
    assert office.rows() == 100_00
    first, second = office.effects(("invoice", "quickbooks-q1001"), "payment_rows")
    assert [each["undo"]["takes_back"] for each in (first, second)] == [["platform-pay_1"], ["quickbooks-p1"]]
    office.press(PAY_1, first["key"])
    office.settle()
    assert office.rows() == 60_00
    assert office.undo_of(P1, "payment_rows", 0)["takes_back"] == ["quickbooks-p1"]


# --- held while people and the platform go on ------------------------------------------------------------------------


def test_e5_an_edit_in_quickbooks_keeps_the_hold(office: Office) -> None:
    office.paid_in_quickbooks()
    office.undo(P1, "payment_rows")
    office.settle()
    office.world.quickbooks.pay("p1", {"q1002": 30_00, "q1003": 40_00}, on=date(2026, 11, 9))
    office.settle()
    assert [office.rows(number) for number in ("1001", "1002", "1003")] == [0, 0, 0]
    assert office.status(P1) == ("skipped", "held")
    office.release(P1)
    office.settle()
    assert [office.rows(number) for number in ("1001", "1002", "1003")] == [0, 30_00, 40_00]


def test_p2_what_the_platform_tells_later_keeps_the_hold(office: Office) -> None:
    office.paid()
    office.undo(PAY_1, "payment_rows")
    office.undo(PAY_1, "receipts")
    office.settle()
    assert office.books() == ([], 0, [])
    office.platform.change("pay_1", refunded_amount="30.00")
    office.settle()
    assert office.books() == ([], 0, [])
    office.release(PAY_1)
    office.settle()
    assert office.books() == ([70_00], 70_00, [])


def test_p2_a_held_payment_that_is_refunded_is_over(office: Office) -> None:
    office.paid()
    office.undo(PAY_1, "payment_rows")
    office.settle()
    office.platform.change("pay_1", status="refunded")
    office.settle()
    assert office.books() == ([], 0, [])
    assert office.payment().taken_back is TakenBack.REFUNDED
    assert office.status(PAY_1)[0] == "synced"


def test_p3_a_receipt_that_somebody_deletes_while_it_is_held_is_no_deletion(office: Office) -> None:
    office.paid()
    office.undo(PAY_1, "receipts")
    office.world.queue.messages.clear()  # Nobody took it back yet.
    office.world.quickbooks.delete("7001")
    office.settle()
    assert (office.payment().standing, office.books()) == (Standing.LIVE, ([], 100_00, []))
    assert office.status(PAY_1) == ("skipped", "held")


def test_p3_a_row_that_somebody_deletes_while_its_payment_is_held_deletes_only_the_others(office: Office) -> None:
    office.world = new = World()  # One row for an invoice (E7).
    new.invoice_in_both("1001", 100_00)
    new.preferences.save(TENANT, ON)
    new.fetch_and_settle()
    office = Office(new)
    for id_, minor in (("pay_1", 40_00), ("pay_2", 60_00)):
        office.platform.pay(id_, {"quickbooks-q1001": minor})
        office.settle()
    first = office.effects(PAY_1, "payment_rows")[0]
    assert office.press(PAY_1, first["key"]).status == 202
    office.world.queue.messages.clear()
    invoice = Ref(PSA, Kind.INVOICE, "c1001")
    (row,) = office.world.connectwise.rows[invoice]
    office.world.connectwise.remove(invoice, row.id)
    office.settle()
    assert office.payment("pay_1").standing is Standing.LIVE
    assert office.payment("pay_2").taken_back is TakenBack.DELETED
    assert office.books() == ([40_00], 0, [])


def test_e5_a_row_that_is_gone_with_a_held_payment_stands_in_nobodys_way(office: Office) -> None:
    office.world.quickbooks.pay("p1", {"q1001": 40_00})
    office.settle()
    office.undo(P1, "payment_rows")
    office.world.queue.messages.clear()
    invoice = Ref(PSA, Kind.INVOICE, "c1001")
    office.world.connectwise.remove(invoice, office.world.connectwise.rows[invoice][0].id)
    office.world.quickbooks.pay("p2", {"q1001": 60_00})
    office.settle()
    assert office.rows() == 60_00
    assert office.status(("payment", "quickbooks-p2")) == ("synced", "mirrored")


def test_p1_what_a_held_payment_leaves_open_in_quickbooks_can_be_paid(office: Office) -> None:
    office.paid()
    office.undo(PAY_1, "receipts")
    office.settle()
    office.platform.pay("pay_2", {"quickbooks-q1001": 100_00})
    office.settle()
    assert office.receipts() == [100_00]
    assert office.payment("pay_2").allocations, "nothing is kept free for one that does not come"


def test_d2_a_payout_waits_for_a_payment_that_is_held_from_quickbooks(office: Office) -> None:
    office.paid()
    office.undo(PAY_1, "receipts")
    office.payouts.pay_out("po_1", ("payment", 100_00, "pay_1"))
    office.settle()
    reason = office.api.call("GET", "/v1/payouts/platform-po_1").body["reason"]
    assert (reason["rule"], reason["code"]) == ("X1", "payment_not_ready")
    office.release(PAY_1)
    office.settle()
    assert office.books() == ([100_00], 100_00, [100_00])
    assert office.api.call("GET", "/v1/payouts/platform-po_1").body["tied"]


# --- not possible, and why -------------------------------------------------------------------------------------------


def why_not(office: Office, record: tuple[str, str], kind: str, place: int = -1) -> str:
    """Give the reason why an effect cannot be undone: the same in its story and where it is tried all the same."""
    undo = office.undo_of(record, kind, place)
    before = office.books(), office.world.book.records[TENANT, office.payment().ref]
    reply = office.press(record, office.effects(record, kind)[place]["key"])
    assert (undo["possible"], undo["takes_back"], reply.status) == (False, [], 409)
    assert (reply.body["code"], reply.body["detail"]) == ("cannot_undo", undo["reason"])
    assert (office.books(), office.world.book.records[TENANT, office.payment().ref]) == before
    reason: str = undo["reason"]
    return reason


def test_x1_what_was_taken_back_cannot_be_undone_nor_what_it_took_back(office: Office) -> None:
    office.paid()
    office.undo(PAY_1, "payment_rows")
    assert "already" in why_not(office, PAY_1, "payment_rows")
    office.settle()
    assert why_not(office, PAY_1, "payment_rows", 0) == "It was taken back since."
    assert why_not(office, PAY_1, "payment_rows", 1) == "It took something back, and entered nothing."
    office.release(PAY_1)
    office.settle()
    assert why_not(office, PAY_1, "payment_rows", 0) == "A later write entered it anew: undo that one."
    assert office.undo_of(PAY_1, "payment_rows", 2)["possible"]


def test_x1_what_only_follows_an_edit_cannot_be_undone(office: Office) -> None:
    office.paid()
    office.platform.change("pay_1", refunded_amount="30.00")
    office.settle()
    for kind in ("payment_rows", "receipts"):
        assert why_not(office, PAY_1, kind).startswith("It follows the payment")
        assert office.undo_of(PAY_1, kind, 0)["possible"]


def test_x1_what_was_there_already_cannot_be_undone(office: Office) -> None:
    office.world.connectwise.enter(Ref(PSA, Kind.INVOICE, "c1001"), 100_00)
    office.paid()
    assert why_not(office, PAY_1, "payment_rows") == "It was there already; Crossfoot entered nothing."


def test_x1_a_receipt_in_a_deposit_cannot_be_undone_before_its_deposit(office: Office) -> None:
    office.paid_out()
    reason = why_not(office, PAY_1, "receipts")
    assert reason == "In QuickBooks it lies in the deposit of payout po_1, which locks it."
    office.undo(PO_1, "deposit")
    office.settle()
    office.undo(PAY_1, "receipts")
    office.settle()
    assert office.books() == ([], 100_00, [])


def test_x1_a_receipt_that_somebody_deposited_cannot_be_undone(office: Office) -> None:
    office.paid()
    office.world.quickbooks.deposit("d1", ["7001"])
    office.settle()
    assert "deposit that somebody else made" in why_not(office, PAY_1, "receipts")


def test_x1_nothing_is_undone_in_closed_books(office: Office) -> None:
    office.paid_out()
    office.world.our_payments.close_books(date(2026, 11, 30))
    office.world.companies.kept.clear()
    office.world.companies.load(TENANT)
    assert "closed" in why_not(office, PO_1, "deposit")
    reads = office.world.our_payments.reads
    assert office.undo_of(PAY_1, "payment_rows")["possible"], "ConnectWise has no closed books"
    assert office.world.our_payments.reads == reads, "a story costs no metered call"


def test_x1_a_row_in_another_products_batch_cannot_be_undone(office: Office) -> None:
    office.paid()
    invoice = Ref(PSA, Kind.INVOICE, "c1001")
    (row,) = office.world.connectwise.rows[invoice]
    office.world.connectwise.rows[invoice] = [replace(row, foreign=True)]
    office.undo(PAY_1, "payment_rows")
    office.settle()
    assert office.rows() == 100_00
    assert office.told(PAY_1)[-1] == "row_taken"
    assert office.status(PAY_1) == ("refused", "row_taken")
    office.release(PAY_1)
    office.settle()
    assert office.status(PAY_1) == ("synced", "entered")
    assert "Another product" in why_not(office, PAY_1, "payment_rows")


@pytest.mark.parametrize(("system", "kind"), [(PSA, "payment_rows"), (ACCOUNTING, "receipts")])
def test_c6_nothing_is_undone_in_a_system_that_is_not_connected(office: Office, system: System, kind: str) -> None:
    office.paid()
    assert office.api.call("DELETE", f"/v1/connections/{system}").status == 204
    assert "is not connected" in why_not(office, PAY_1, kind)


def test_e3_nothing_is_undone_for_external_payments_while_they_are_off(office: Office) -> None:
    office.paid()
    office.world.quickbooks.pay("p1", {"q1002": 50_00})
    office.settle()
    office.world.preferences.save(TENANT, replace(ON, external_payments_enabled=False))
    assert why_not(office, P1, "payment_rows") == "External payments sync is off."


def test_x1_what_connectwise_refuses_to_give_back_is_said_by_the_payment(office: Office) -> None:
    office.paid()
    invoice = Ref(PSA, Kind.INVOICE, "c1001")
    office.world.connectwise.lock(invoice)
    office.undo(PAY_1, "payment_rows")
    office.settle()
    assert office.rows() == 100_00
    assert office.told(PAY_1)[-1] == "refused_by_psa"
    assert why_not(office, PAY_1, "payment_rows") == "It was refused: nothing was entered."
    office.world.connectwise.unlock(invoice)
    office.settle()
    assert office.rows() == 0


def test_x6_an_effect_that_is_not_there_or_anothers_is_not_found(office: Office) -> None:
    office.paid()
    key = office.effects(PAY_1, "payment_rows")[0]["key"]
    before = office.payment()
    assert office.press(PAY_1, "0" * 32).status == 404
    assert office.press(("payment", "platform-pay_9"), key).status == 404
    assert office.press(PO_1, key).status == 404
    assert office.press(PAY_1, key, tenant=OTHER_TENANT).status == 404
    assert office.release(("payment", "platform-pay_9")).status == 404
    assert office.release(("invoice", "quickbooks-q1001")).status == 409
    assert (office.payment(), office.world.queue.messages) == (before, [])


# --- pressed twice, and crashes --------------------------------------------------------------------------------------


def test_x2_pressed_twice_it_is_undone_once_and_heard_though_the_first_died(office: Office) -> None:
    office.paid()
    key = office.effects(PAY_1, "receipts")[0]["key"]
    assert office.press(PAY_1, key).status == 202
    office.world.queue.messages.clear()  # Whoever pressed first died before it was queued.
    office.world.clock.advance(1)
    writes = office.world.our_payments.writes
    assert office.press(PAY_1, key).status == 409
    office.settle()
    assert office.books() == ([], 100_00, [])
    assert office.world.our_payments.writes == writes + 1
    assert office.told(PAY_1) == ["taken_back_by_partner", "held"]
    for _ in range(2):
        assert office.release(PAY_1).status == 202
    office.settle()
    assert office.books() == ([100_00], 100_00, [])
    assert office.told(PAY_1).count("let_go_on") == 1
    assert office.world.our_payments.writes == writes + 2


def _undone(office: Office) -> None:
    office.undo(PAY_1, "payment_rows")
    office.undo(PAY_1, "receipts")


def _released(office: Office) -> None:
    _undone(office)
    office.settle()
    office.release(PAY_1)


def _deposit_undone(office: Office) -> None:
    office.payouts.pay_out("po_1", ("payment", 100_00, "pay_1"), ("fee", -2_00, "Card fee"))
    office.settle()
    office.undo(PO_1, "deposit")


def _deposit_released(office: Office) -> None:
    _deposit_undone(office)
    office.settle()
    office.release(PO_1)


STORIES: dict[str, tuple[Callable[[Office], None], type[Any], tuple[list[int], int, list[int]]]] = {
    "undone": (_undone, MirrorPayment, ([], 0, [])),
    "let go on": (_released, MirrorPayment, ([100_00], 100_00, [])),
    "deposit undone": (_deposit_undone, RecordDeposit, ([100_00], 100_00, [])),
    "deposit let go on": (_deposit_released, RecordDeposit, ([100_00], 100_00, [98_00])),
}


@pytest.mark.parametrize("story", STORIES)
def test_x2_the_books_are_the_same_whatever_call_a_worker_dies_at(
    story: str, record_property: Callable[[str, object], None]
) -> None:
    play, kind, expected = STORIES[story]
    office = Office()
    office.paid()
    play(office)
    faults = Faults(kind)
    for at, struck in faults.strike(office.world):
        left = Office.__new__(Office)
        left.world = struck
        left.settle()
        assert left.books() == expected, at
        assert left.payment().standing is Standing.LIVE, at
    faults.record(record_property)
    assert faults.points


# --- the comparison of the books -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("record", "kind"), [(PAY_1, "payment_rows"), (PAY_1, "receipts"), (P1, "payment_rows")])
def test_x4_the_comparison_says_that_it_is_held_back_and_tries_nothing_again(
    office: Office, record: tuple[str, str], kind: str
) -> None:
    office.paid() if record == PAY_1 else office.paid_in_quickbooks()
    assert office.world.crossfoot().difference_count == 0
    office.world.settle()
    office.undo(record, kind)
    report = office.world.crossfoot()
    assert report.difference_count == 0, "nothing was taken back yet"
    office.settle()
    office.world.clock.advance(4 * 86_400)  # What was told lately is looked at anyway.
    report = office.world.crossfoot(every_payment=True)
    assert [each.code for each in report.differences] == ["held_back"]
    assert office.world.queue.messages == []
