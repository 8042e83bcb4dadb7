"""An effect that cannot be undone says why, in its story and where it is tried all the same (X1)."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    Kind,
    Ref,
    System,
)

from tests.fakes.api import OTHER_TENANT
from tests.fakes.office import ON, P1, PAY_1, PO_1, Office
from tests.fakes.world import TENANT


@pytest.fixture
def office() -> Office:
    return Office()


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
    assert "already" in why_not(office, PAY_1, "payment_rows", 0)
    assert office.told(PAY_1).count("taken_back_by_partner") == 1
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
