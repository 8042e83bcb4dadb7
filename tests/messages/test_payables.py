"""What the platform tells of its payables: what is kept of it, and what is refused by name (B2, B4, B6, X5)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Ref, Standing
from crossfoot.core.payables.profile import ProfileFacts
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CostLine,
    CostLineKind,
    CreditPart,
    Payable,
    PayMethod,
    PayState,
    Vendor,
    VendorCredit,
)
from crossfoot.messages.bill_payments import PlatformBillPayment
from crossfoot.messages.fields import BadFields
from crossfoot.messages.payable_work import MirrorBill
from crossfoot.messages.payables import (
    PlatformBill,
    PlatformPartner,
    PlatformVendor,
    PlatformVendorCredit,
)
from crossfoot.messages.platform import to_follow_up
from crossfoot.messages.reading import read_shape

from tests.fakes.platform import bill_data, bill_payment_data, partner_data, vendor_credit_data, vendor_data

VENDOR = Ref(PLATFORM, Kind.VENDOR, "ven_1")


def vendor(**other: Any) -> Vendor:
    return read_shape(PlatformVendor, vendor_data(**other), strict=True).to_record()


def bill(**other: Any) -> Bill:
    return read_shape(PlatformBill, bill_data(**other), strict=True).to_record()


def credit(**other: Any) -> VendorCredit:
    return read_shape(PlatformVendorCredit, vendor_credit_data(**other), strict=True).to_record()


def payment(**other: Any) -> BillPayment:
    return read_shape(PlatformBillPayment, bill_payment_data(**other), strict=True).to_record()


def part(name: str, amount: str, what: str = "bill") -> dict[str, str]:
    return {what: name, "amount": amount}


# --- what is kept ------------------------------------------------------------------------------------------------------


def test_b4_a_vendor_is_kept_as_it_is_told() -> None:
    told = vendor(copy_of="quickbooks-56")
    assert (told.ref, told.name, told.email) == (VENDOR, "Northwind Hosting", "billing@northwind.example")
    assert (told.account_number, told.active, told.standing) == ("A-77", True, Standing.LIVE)
    assert told.copy_of == Ref(ACCOUNTING, Kind.VENDOR, "56")
    assert vendor(status="inactive").active is False
    assert vendor(status="deleted").standing is Standing.DELETED


def test_b4_a_bill_is_kept_with_its_lines_to_the_cent() -> None:
    told = bill(copy_of="quickbooks-129")
    assert (told.ref, told.number, told.vendor) == (Ref(PLATFORM, Kind.BILL, "bill_1"), "INV-7", VENDOR)
    assert (told.issued_on, told.due_on) == (date(2026, 11, 1), date(2026, 11, 30))
    assert (told.currency, told.total_minor, told.balance_minor, told.approved) == ("USD", 30_000, 30_000, True)
    assert told.lines == (
        CostLine("", CostLineKind.ACCOUNT, "Hosting", 25_000, account_id="70"),
        CostLine("", CostLineKind.ACCOUNT, "Set-up", 5_000),
    )
    assert told.copy_of == Ref(ACCOUNTING, Kind.BILL, "129")
    (bought,) = bill(lines=[{"amount": "300.00", "item_id": "9"}]).lines or ()
    assert (bought.kind, bought.item_id, bought.account_id) == (CostLineKind.ITEM, "9", "")


def test_b3_a_bill_without_lines_is_its_amount() -> None:
    assert (bill(lines=[]).lines, bill(lines=[]).total_minor) == ((), 30_000)


@pytest.mark.parametrize("number", ["", "x" * 22, "x" * 100])
def test_b2_a_number_that_quickbooks_cannot_have_is_kept_so_that_the_bill_can_say_why_it_waits(number: str) -> None:
    assert bill(number=number).number == number


def test_b4_a_vendor_credit_is_kept_as_it_is_told() -> None:
    told = credit(lines=[{"amount": "40.00", "account_id": "70"}])
    assert (told.ref, told.vendor, told.number) == (Ref(PLATFORM, Kind.VENDOR_CREDIT, "vc_1"), VENDOR, "CR-7")
    assert (told.total_minor, told.remaining_minor, len(told.lines or ())) == (4_000, None, 1)


def test_b4_a_payment_is_kept_with_the_bills_and_the_credits_that_it_settles() -> None:
    told = payment(account_id="35", credits=[part("quickbooks-60", "40.00", "credit")])
    assert (told.ref, told.vendor) == (Ref(PLATFORM, Kind.BILL_PAYMENT, "bp_1"), VENDOR)
    assert told.bills == (BillPart(Ref(PLATFORM, Kind.BILL, "bill_1"), 30_000),)
    assert told.credits == (CreditPart(Ref(ACCOUNTING, Kind.VENDOR_CREDIT, "60"), 4_000),)
    assert (told.total_minor, told.paid_on, told.number) == (26_000, date(2026, 11, 3), "1041")
    assert (told.method, told.account_id, told.state) == (PayMethod.CHECK, "35", PayState.PAID)


def test_b4_a_payment_that_credits_cover_is_of_no_money() -> None:
    told = payment(status="scheduled", bills=[part("platform-bill_1", "40.00")], amount="0")
    assert (told.total_minor, told.state, told.standing) == (0, PayState.SCHEDULED, Standing.LIVE)


@pytest.mark.parametrize("make", [bill, credit, payment])
def test_b4_what_is_voided_or_deleted_goes_on_to_say_what_it_was(make: Callable[..., Payable]) -> None:
    voided, deleted = make(status="voided"), make(status="deleted")
    assert (voided.standing, deleted.standing) == (Standing.VOID, Standing.DELETED)
    if isinstance(voided, BillPayment):
        assert voided.bills == payment().bills


@pytest.mark.parametrize(
    ("make", "states"),
    [
        (vendor, ["active", "inactive", "deleted"]),
        (bill, ["active", "voided", "deleted"]),
        (credit, ["active", "voided", "deleted"]),
        (payment, ["scheduled", "paid", "voided", "deleted"]),
    ],
)
def test_b4_of_two_states_of_one_time_the_further_one_is_the_later(
    make: Callable[..., Payable], states: list[str]
) -> None:
    versions = [make(status=state).version for state in states]
    assert len({version.updated_at for version in versions}) == 1
    seen = [version.seen_at for version in versions]
    assert sorted(set(seen)) == seen


def test_b6_what_a_profile_follows_from_is_told_without_a_word_of_the_operators() -> None:
    told = read_shape(PlatformPartner, partner_data(updated_at="2026-11-03T18:04:05+01:00"), strict=True).to_facts()
    assert told == ProfileFacts(date(2017, 9, 15), told_at=datetime(2026, 11, 3, 17, 4, 5, tzinfo=UTC))


def test_x2_the_same_telling_is_the_same_work_in_the_lane_of_the_vendor() -> None:
    messages = [to_follow_up("t_00000001", told)[0] for told in (vendor(), bill(), credit(), payment())]
    assert {message.lane for message in messages} == {messages[0].lane}
    assert [str(message.record) for message in messages if isinstance(message, MirrorBill)] == [
        "platform-ven_1", "platform-bill_1", "platform-vc_1", "platform-bp_1",
    ]  # fmt: skip
    (again,), (other,) = to_follow_up("t_00000001", bill()), to_follow_up("t_00000001", bill(approved=False))
    assert messages[1].deduplication_id == again.deduplication_id != other.deduplication_id


# --- what is refused ---------------------------------------------------------------------------------------------------


def refused(make: Callable[..., Payable], data: dict[str, Any]) -> list[str]:
    with pytest.raises(BadFields) as bad:
        make(**data)
    return [name for name, _ in bad.value.errors]


@pytest.mark.parametrize(
    ("data", "member"),
    [
        ({"id": "ven#1"}, "id"),
        ({"name": ""}, "name"),
        ({"name": "x" * 501}, "name"),
        ({"status": "gone"}, "status"),
        ({"copy_of": "platform-ven_2"}, "copy_of"),
        ({"copy_of": "connectwise-5"}, "copy_of"),
        ({"updated_at": "2026-11-03T17:04:05"}, "updated_at"),
        ({"updated_at": "1999-12-31T23:59:59Z"}, "updated_at"),
        ({"vendor_name": "x"}, "vendor_name"),
    ],
)
def test_x5_a_vendor_that_cannot_be_kept_exactly_is_refused_by_name(data: dict[str, Any], member: str) -> None:
    assert refused(vendor, data) == [member]


@pytest.mark.parametrize("make", [bill, credit])
@pytest.mark.parametrize(
    ("data", "member"),
    [
        ({"amount": "300.01", "lines": [{"amount": "300.00"}]}, "amount"),
        ({"amount": "-1.00", "lines": []}, "amount"),
        ({"amount": 300, "lines": []}, "amount"),
        ({"amount": "300.001", "lines": []}, "amount"),
        ({"currency": "JPY", "amount": "300.50", "lines": []}, "amount"),
        ({"currency": "usd"}, "currency"),
        ({"vendor": "ven_1"}, "vendor"),
        ({"vendor": "connectwise-1"}, "vendor"),
        ({"issued_on": "2026-11-01T00:00:00Z"}, "issued_on"),
        ({"status": "paid"}, "status"),
        ({"number": "x" * 101}, "number"),
        ({"lines": [{"amount": "1.00"}] * 501}, "lines"),
        ({"lines": [{"amount": "300.00", "account_id": "70", "item_id": "9"}]}, "lines.0.item_id"),
        ({"lines": [{"amount": "300.00", "account": "70"}]}, "lines.0.account"),
        ({"balance": "1.00"}, "balance"),
    ],
)
def test_x5_what_is_owed_and_cannot_be_kept_exactly_is_refused_by_name(
    make: Callable[..., Payable], data: dict[str, Any], member: str
) -> None:
    assert refused(make, data) == [member]


@pytest.mark.parametrize(
    ("data", "member"),
    [
        ({"amount": "260.01"}, "amount"),
        ({"amount": "-260.00"}, "amount"),
        ({"bills": []}, "bills"),
        ({"bills": [part("platform-bill_1", "0.00")]}, "bills"),
        ({"bills": [part("platform-bill_1", "150.00")] * 2}, "bills"),
        ({"bills": [part("connectwise-1", "300.00")]}, "bills.0.bill"),
        ({"bills": [part("platform-bill_1", "-300.00")]}, "bills.0.amount"),
        ({"bills": [part("platform-bill_1", "300.001")]}, "bills"),
        ({"credits": [part("platform-vc_1", "20.00", "credit")] * 2}, "credits"),
        ({"credits": [part("platform-vc_1", "0", "credit")]}, "credits"),
        ({"credits": [part("platform-vc_1", "300.01", "credit")], "amount": "0"}, "amount"),
        ({"method": "cash"}, "method"),
        ({"status": "active"}, "status"),
        ({"number": "x" * 22}, "number"),
        ({"paid_on": None}, "paid_on"),
    ],
)
def test_b4_a_payment_that_does_not_tie_is_refused_by_name(data: dict[str, Any], member: str) -> None:
    assert refused(payment, data) == [member]


@pytest.mark.parametrize(
    ("read", "data", "sentence"),
    [
        (bill, {"amount": "99.00"}, "the lines come to 300.00, and not to 99.00"),
        (payment, {"amount": "299.5"}, "the bills less the credits come to 260.00, and not to 299.5"),
    ],
)
def test_b4_what_does_not_tie_is_said_in_amounts(read: Callable[..., Any], data: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadFields) as bad:
        read(**data)
    assert sentence in bad.value.errors[0][1]
