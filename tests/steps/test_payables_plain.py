"""What a bookkeeper reads of payables is true of both books, and each fix works when it is followed (X1)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from crossfoot.core.model import PLATFORM, Kind, Ref, Standing
from crossfoot.core.payables.profile import PaymentSync, ProfileFacts
from crossfoot.core.payables.records import CostLine, CostLineKind

from tests.fakes.filing import TODAY
from tests.fakes.payables_office import PayablesOffice

VENDOR = Ref(PLATFORM, Kind.VENDOR, "ven_1")
CLASSIC = ProfileFacts(override=PaymentSync.CLASSIC)


@pytest.fixture
def office() -> PayablesOffice:
    office = PayablesOffice()
    office.vendor()
    return office


def entered(office: PayablesOffice, kind: str, ref: Ref) -> str:
    """Give the sentence on what was done last."""
    return str(office.now(kind, str(ref))["entered"]["sentence"])


# --- what was done -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("standing", "said"), [(Standing.VOID, "voided"), (Standing.DELETED, "deleted")])
def test_b4_a_bill_that_went_says_what_the_platform_did_and_is_at_once_open_nowhere(
    office: PayablesOffice, standing: Standing, said: str
) -> None:
    bill = office.bill()
    office.settle()
    office.change(bill, standing=standing)
    office.world.settle()
    assert entered(office, "bill", bill).endswith(f"it was {said} on the platform.")
    assert office.get(f"/v1/bills/{bill}")["open_in_quickbooks"] is None


def test_b4_a_payment_that_went_names_its_bills_by_their_numbers(office: PayablesOffice) -> None:
    office.bill()
    payment = office.pay("bp_1", {"platform-bill_1": 60_00})
    office.settle()
    office.change(payment, standing=Standing.DELETED)
    office.world.settle()
    assert " on BILL_1: it was deleted on the platform." in entered(office, "bill_payment", payment)


def test_b6_a_payment_whose_bill_was_deleted_there_says_what_money_it_still_has(office: PayablesOffice) -> None:
    bill = office.bill()
    payment = office.pay("bp_1", {"platform-bill_1": 60_00})
    office.settle()
    payables = office.world.our_payables
    copy = office.copy_id(payment)
    payables.pay(office.copy_id(VENDOR), {office.copy_id(bill): 50_00}, id_=copy, more_minor=10_00)
    payables.delete_bill(office.copy_id(bill))
    office.settle()
    assert f"it is over 60.00 USD dated {TODAY} on the platform now" in entered(office, "bill_payment", payment)


def test_b5_a_vendor_that_was_renamed_there_says_its_new_name(office: PayablesOffice) -> None:
    office.settle()
    payables = office.world.our_payables
    payables.keep(replace(payables.vendor(office.copy_id(VENDOR)), name="Acme Inc"))
    office.settle()
    assert entered(office, "vendor", VENDOR).endswith("it is Acme Inc on the platform now.")


# --- what to do ----------------------------------------------------------------------------------------------------------


def test_b3_a_line_that_names_an_account_that_is_not_there_is_mended_at_the_line(office: PayablesOffice) -> None:
    bill = office.bill(lines=(CostLine("", CostLineKind.ACCOUNT, "", 100_00, "4711"),))
    office.settle()
    assert "name another on the line" in office.now("bill", str(bill))["account_missing"]["fix"]
    office.choose(expense_account_id="4711")
    unnamed = office.bill("bill_2", account="")
    office.settle()
    assert "under the preferences" in office.now("bill", str(unnamed))["account_missing"]["fix"]


def test_b4_what_was_told_before_its_vendor_follows_once_that_is_told(office: PayablesOffice) -> None:
    bill = office.bill(vendor="platform-ven_9")
    payment = office.pay("bp_1", {"platform-bill_1": 60_00}, vendor="platform-ven_9")
    office.world.settle()
    assert (office.held(bill), office.held(payment)) == (["named_not_known"], ["named_not_known"])
    office.vendor("ven_9", "Nine")
    office.world.settle()
    assert (office.held(bill), office.held(payment), office.waiting()) == ([], [], {})
    assert office.payments() == [(60_00, [60_00], [])]


def test_b4_what_a_closing_date_held_up_goes_with_the_next_sync_once_the_books_are_open(office: PayablesOffice) -> None:
    office.settle()
    office.world.our_payments.close_books(TODAY)
    office.world.clock.advance(90_000)
    bill = office.bill()
    office.settle()
    assert office.held(bill) == ["period_closed"]
    office.world.our_payments.close_books(TODAY - timedelta(days=30))
    office.world.clock.advance(120)
    office.sync()
    assert (office.held(bill), office.waiting()) == ([], {})


def test_b6_a_payment_on_what_did_not_come_does_not_ask_to_mark_that(office: PayablesOffice) -> None:
    office.follow(CLASSIC)
    payables = office.world.our_payables
    vendor = payables.add_vendor("Mill").ref.id
    foreign = office.bill_there("EUR-1", vendor=vendor, currency="EUR")
    payables.pay(vendor, {foreign.ref.id: 50_00}, currency="EUR")
    shown = office.bill_there("Q-2", vendor=vendor)
    payables.pay(vendor, {shown.ref.id: 50_00})
    office.sync()
    listed = office.get("/v1/payables/not-imported", kind="bill_payment")["records"]
    fixes = {each["currency"]: each["why"]["fix"] for each in listed}
    assert fixes["USD"].startswith("Mark the bill as paid outside")
    assert fixes["EUR"] == "Nothing here: what it settles has not come in either."


def test_b4_what_takes_more_than_is_open_says_where(office: PayablesOffice) -> None:
    office.follow(CLASSIC)
    there = office.bill_there("Q-1")
    assert there.vendor is not None
    office.sync()
    office.world.our_payables.pay(there.vendor.id, {there.ref.id: 20_00})
    office.sync()
    payment = office.pay("bp_1", {str(there.ref): 50_00}, vendor=str(there.vendor))
    office.settle()
    sentence = office.now("bill_payment", str(payment))["more_than_open"]["sentence"]
    assert sentence == "It takes 50.00 USD of the bill Q-1, of which 30.00 USD is open in QuickBooks."


def test_b4_what_goes_after_its_payments_names_them_all(office: PayablesOffice) -> None:
    bill = office.bill()
    office.pay("bp_1", {"platform-bill_1": 60_00})
    office.pay("bp_2", {"platform-bill_1": 40_00})
    office.settle()
    office.change(bill, standing=Standing.DELETED)
    office.world.settle()
    sentence = office.now("bill", str(bill))["payments_first"]["sentence"]
    assert sentence == "The bill BILL_1 goes when the payments on it (bp_1, bp_2) are gone."


def test_b1_nothing_of_a_bill_that_did_not_come_is_open_on_the_platform(office: PayablesOffice) -> None:
    foreign = office.bill_there("EUR-1", currency="EUR")
    office.sync()
    bill = office.get(f"/v1/bills/{foreign.ref}")
    assert (bill["status"], bill["open"], bill["open_in_quickbooks"]) == ("left_out", "0.00", "50.00")
