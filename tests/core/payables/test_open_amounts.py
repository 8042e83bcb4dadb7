"""What payments leave open of bills and credits (B1, B4, B6, B8)."""

from dataclasses import replace
from datetime import date

from crossfoot.core.model import PLATFORM, Keeping, Kind, OutsidePayment, Ref, Standing
from crossfoot.core.payables.entries import Part, PaymentEntry
from crossfoot.core.payables.open_amounts import OnPlatform, named_by, open_in_accounting_minor, stand_on_platform
from crossfoot.core.payables.records import BillPart, PayMethod, PayState

from tests.core.payables.in_accounting import AFTER, LEFT_OUT, bill, bill_ref, credit, credit_ref, paid

TOLD = Ref(PLATFORM, Kind.BILL, "bill_1")
OUR_PAYMENT = Ref(PLATFORM, Kind.BILL_PAYMENT, "pay_1")
COPIES = (TOLD, bill_ref("129"))


def _entry(bills: dict[str, int], credited: dict[str, int] | None = None) -> PaymentEntry:
    used = tuple(Part(id_, minor) for id_, minor in (credited or {}).items())
    parts = tuple(Part(id_, minor) for id_, minor in bills.items())
    return PaymentEntry("901", "56", AFTER, PayMethod.CHECK, "35", parts, used)


def test_a_payment_names_each_bill_and_credit_once() -> None:
    both = paid({"129": 10, "130": 20}, {"33": 5})

    assert named_by(both) == (bill_ref("129"), bill_ref("130"), credit_ref("33"))


def test_b4_open_in_quickbooks_is_what_neither_people_nor_our_other_payments_take() -> None:
    theirs = paid({"129": 30_00, "130": 1_00})
    ours_as_read = paid({"129": 20_00}, id_="901", origin=OUR_PAYMENT)
    gone = paid({"129": 5_00}, id_="79", standing=Standing.DELETED)

    assert open_in_accounting_minor(bill(), [theirs, ours_as_read, gone], [_entry({"129": 20_00})]) == 50_00
    assert open_in_accounting_minor(bill(), [theirs, ours_as_read, gone], []) == 70_00


def test_b4_what_remains_of_a_credit_is_worked_out_alike() -> None:
    theirs = paid({"129": 30_00}, {"33": 10_00})
    # A bill and a credit may have the same id.
    same_id = _entry({"33": 25_00}, {"34": 1_00})

    assert open_in_accounting_minor(credit(), [theirs], [same_id, _entry({"129": 5_00}, {"33": 5_00})]) == 25_00


def test_b8_open_on_the_platform_is_what_no_payment_that_counts_there_settles() -> None:
    told = replace(bill(), ref=TOLD)
    ours = replace(paid({}, id_="pay_1", system=PLATFORM), bills=(BillPart(TOLD, 30_00),))
    by_other_name = paid({"129": 10_00}, id_="pay_2", system=PLATFORM)
    void = paid({"129": 7_00}, id_="pay_3", system=PLATFORM, standing=Standing.VOID)

    assert stand_on_platform(told, COPIES, [ours, by_other_name, void]) == OnPlatform(100_00, paid_minor=40_00)


def test_b6_a_payment_in_quickbooks_counts_if_it_came_in_and_is_none_of_the_platforms() -> None:
    came = paid({"129": 30_00})
    kept_out = paid({"129": 20_00}, id_="78", keeping=LEFT_OUT)
    ours = paid({"129": 10_00}, id_="79", origin=OUR_PAYMENT)

    assert stand_on_platform(bill(), COPIES, [came, kept_out, ours]).open_minor == 70_00


def test_b4_what_is_scheduled_is_open_until_its_money_is_gone() -> None:
    scheduled = paid({"129": 60_00}, system=PLATFORM, state=PayState.SCHEDULED)
    covered = paid({"129": 40_00}, {"33": 40_00}, id_="78", system=PLATFORM, state=PayState.SCHEDULED)

    stands = stand_on_platform(bill(), COPIES, [scheduled, covered])

    assert stands == OnPlatform(100_00, paid_minor=40_00, scheduled_minor=60_00)
    assert (stands.open_minor, stands.unscheduled_minor) == (60_00, 0)
    left = stand_on_platform(credit(), (credit_ref("33"),), [covered])
    assert left.open_minor == 0


def test_b8_what_was_paid_outside_leaves_nothing_open() -> None:
    outside = Keeping(outside=OutsidePayment(date(2026, 11, 5), "cash"))
    partly = paid({"129": 30_00})

    stands = stand_on_platform(bill(keeping=outside), COPIES, [partly])

    assert (stands.outside_minor, stands.open_minor) == (70_00, 0)


def test_nothing_is_open_of_what_is_gone_and_never_less_than_nothing() -> None:
    assert stand_on_platform(bill(standing=Standing.DELETED), COPIES, []).open_minor == 0
    assert stand_on_platform(bill(), COPIES, [paid({"129": 120_00})]).open_minor == 0
