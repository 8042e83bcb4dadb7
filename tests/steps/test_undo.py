"""Undo of a single effect, and letting it go on again: in every book once, whoever does what meanwhile (X1)."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    Kind,
    Ref,
    Standing,
    TakenBack,
)
from crossfoot.ports import ConnectionState

from tests.fakes.office import ON, P1, PAY_1, PO_1, SINCE, Office
from tests.fakes.world import TENANT, World


@pytest.fixture
def office() -> Office:
    return Office()


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


def test_p1_what_pays_the_invoice_of_a_held_payment_changes_nothing_of_it_before_it_is_let_go_on(
    office: Office,
) -> None:
    office.world.preferences.save(TENANT, replace(ON, external_payments_enabled=False))
    office.paid()
    office.undo(PAY_1, "receipts")
    office.settle()
    office.world.quickbooks.pay("p1", {"q1001": 100_00})
    office.settle()
    office.platform.tell("pay_1")
    office.settle()
    assert [part.amount_minor for part in office.payment().allocations] == [100_00]
    assert office.rows() == 100_00
    office.release(PAY_1)
    office.settle()
    assert office.payment().allocations == (), "now it is its customer's unapplied money"
    assert office.books() == ([100_00, 100_00], 0, [])


def test_c6_a_held_payment_waits_for_no_connection(office: Office) -> None:
    office.paid()
    office.undo(PAY_1, "receipts")
    office.settle()
    office.world.connections.states[ACCOUNTING] = ConnectionState.DISCONNECTED
    office.platform.tell("pay_1")
    office.settle()
    assert office.told(PAY_1) == ["taken_back_by_partner", "held"]


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
