"""Which invoices a platform payment pays, and what people changed of that (P1, P3)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from crossfoot.core.applying import Ledger, apply_money, follow_people, reapplied, take_back
from crossfoot.core.model import (
    ACCOUNTING,
    PLATFORM,
    PSA,
    Allocation,
    Invoice,
    Kind,
    Payment,
    Ref,
    Standing,
    TakenBack,
    Version,
)
from crossfoot.core.parts import invoices_of
from crossfoot.core.preferences import UnappliedMoney
from crossfoot.core.receipts import Receipt
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 11, 3)
NOW = datetime(2026, 11, 3, 17, 4, 5, tzinfo=UTC)
TOLD = "2026-11-03T17:00:00.000000Z"
CUSTOMER = Ref(ACCOUNTING, Kind.CUSTOMER, "58")
KEEP = UnappliedMoney.LEAVE_UNAPPLIED


def of(id_: str, system=ACCOUNTING) -> Ref:  # type: ignore[no-untyped-def]
    return Ref(system, Kind.INVOICE, id_)


def invoice(id_: str, open_minor: int, issued_on: date = DAY, standing: Standing = Standing.LIVE) -> Invoice:
    version = Version("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z")
    return Invoice(
        of(id_), version, standing, f"INV-{id_}", CUSTOMER, "Weiskopf", issued_on, None, "USD", 900_00, open_minor
    )


def payment(*parts: tuple[Ref, int], total: int = 0, id_: str = "pay_1") -> Payment:
    allocations = tuple(Allocation(ref, minor) for ref, minor in parts)
    total_minor = total or sum(minor for _, minor in parts)
    return Payment(
        Ref(PLATFORM, Kind.PAYMENT, id_),
        Version(TOLD, TOLD),
        Standing.LIVE,
        CUSTOMER,
        DAY,
        "USD",
        total_minor,
        allocations,
    )


def copy_of(receipt: Receipt, *, revision: str, origin: str = "pay_1") -> Payment:
    """Give a receipt as the book sees it."""
    return Payment(
        Ref(ACCOUNTING, Kind.PAYMENT, receipt.id), Version(TOLD, TOLD), Standing.LIVE, receipt.customer,
        receipt.received_on, "USD", receipt.amount_minor, receipt.applied, revision=revision,
        origin=Ref(PLATFORM, Kind.PAYMENT, origin),
    )  # fmt: skip


def given_to(parts: tuple[Allocation, ...]) -> dict[str, int]:
    return {str(part.invoice): part.amount_minor for part in parts}


def test_p1_each_invoice_gets_what_is_meant_for_it() -> None:
    paid = payment((of("1"), 60_00), (of("2"), 40_00))
    ledger = Ledger({of("1"): invoice("1", 60_00), of("2"): invoice("2", 100_00)})
    assert apply_money(paid, ledger, KEEP) == paid.allocations


def test_p1_no_invoice_gets_more_than_it_has_open() -> None:
    paid = payment((of("1"), 100_00))
    assert given_to(apply_money(paid, Ledger({of("1"): invoice("1", 30_00)}), KEEP)) == {"quickbooks-1": 30_00}


@pytest.mark.parametrize("standing", [Standing.VOID, Standing.DELETED])
def test_p1_an_invoice_that_is_gone_gets_nothing(standing: Standing) -> None:
    ledger = Ledger({of("1"): invoice("1", 100_00, standing=standing)})
    assert apply_money(payment((of("1"), 100_00)), ledger, KEEP) == ()


@pytest.mark.parametrize(
    ("preference", "expected"),
    [
        (KEEP, {"quickbooks-1": 10_00}),
        (UnappliedMoney.OLDEST_FIRST, {"quickbooks-1": 10_00, "quickbooks-2": 20_00, "quickbooks-3": 70_00}),
        (UnappliedMoney.LARGEST_FIRST, {"quickbooks-1": 10_00, "quickbooks-3": 90_00}),
    ],
)
def test_p1_unapplied_money_goes_where_the_partner_prefers(
    preference: UnappliedMoney, expected: dict[str, int]
) -> None:
    others = [invoice("3", 500_00, date(2026, 10, 2)), invoice("2", 20_00, date(2026, 9, 1))]
    ledger = Ledger({of("1"): invoice("1", 10_00)}, others)
    assert given_to(apply_money(payment((of("1"), 100_00)), ledger, preference)) == expected


def test_p4_what_the_accounting_counts_of_the_payment_already_is_still_its_own() -> None:
    made = Receipt("181", CUSTOMER, 100_00, DAY, (Allocation(of("1"), 100_00),), "UF")
    ledger = Ledger({of("1"): invoice("1", 0)}, paying={of("1"): (copy_of(made, revision="0"),)})
    assert given_to(apply_money(payment((of("1"), 100_00)), ledger, KEEP)) == {"quickbooks-1": 100_00}


def test_p4_of_two_payments_on_the_way_the_earlier_one_is_first() -> None:
    first, second = payment((of("1"), 60_00)), payment((of("1"), 60_00), id_="pay_2")
    ledger = Ledger({of("1"): invoice("1", 100_00)}, paying={of("1"): (first, second)})
    assert given_to(apply_money(first, ledger, KEEP)) == {"quickbooks-1": 60_00}
    assert given_to(apply_money(second, ledger, KEEP)) == {"quickbooks-1": 40_00}


def test_p4_what_is_applied_already_gives_way_to_no_earlier_payment_that_is_still_on_its_way() -> None:
    first, second = payment((of("1"), 60_00)), payment((of("1"), 60_00), id_="pay_2")
    made = Receipt("182", CUSTOMER, 60_00, DAY, (Allocation(of("1"), 60_00),), "UF", "pay_2", "0")
    paying = {of("1"): (first, second, copy_of(made, revision="0", origin="pay_2"))}
    ledger = Ledger({of("1"): invoice("1", 10_00)}, paying=paying)
    assert given_to(apply_money(second, ledger, KEEP)) == {"quickbooks-1": 60_00}, (
        "or the two would take turns for ever"
    )
    assert given_to(apply_money(first, ledger, KEEP)) == {"quickbooks-1": 10_00}


def test_both_copies_of_an_invoice_are_one() -> None:
    named = of("501", PSA)
    paid = payment((named, 60_00), (of("1"), 60_00))
    ledger = Ledger({named: invoice("1", 100_00), of("1"): invoice("1", 100_00)})
    assert given_to(apply_money(paid, ledger, KEEP)) == {"connectwise-501": 100_00}


opens = st.integers(0, 10**6)


@given(parts=st.lists(st.integers(1, 10**6), min_size=1, max_size=4), room=st.lists(opens, min_size=8, max_size=8),
       extra=st.integers(0, 10**6), preference=st.sampled_from(UnappliedMoney))  # fmt: skip
def test_p4_never_more_than_was_paid_nor_than_is_open(
    parts: list[int], room: list[int], extra: int, preference: UnappliedMoney
) -> None:
    paid = payment(*((of(str(n)), minor) for n, minor in enumerate(parts)), total=sum(parts) + extra)
    copies = [invoice(str(n), open_minor) for n, open_minor in enumerate(room)]
    ledger = Ledger({of(str(n)): copies[n] for n in range(len(parts))}, copies[4:])
    applied = apply_money(paid, ledger, preference)
    assert sum(part.amount_minor for part in applied) <= paid.total_minor
    assert all(0 < part.amount_minor <= copies[int(part.invoice.id)].balance_minor for part in applied)
    named = Ledger({copy.ref: copy for copy in copies}, copies[4:])
    assert apply_money(replace(paid, allocations=applied), named, preference) == applied, "it comes to rest"


MADE = Receipt("181", CUSTOMER, 100_00, DAY, (Allocation(of("1"), 100_00),), "UF", "pay_1", "3")
OTHER = Receipt(
    "182", Ref(ACCOUNTING, Kind.CUSTOMER, "7"), 50_00, DAY, (Allocation(of("2"), 50_00),), "UF", "pay_1", "0"
)
PAID = payment((of("1"), 100_00), (of("2"), 50_00))


@pytest.mark.parametrize(
    "copy",
    [
        copy_of(MADE, revision="3"),
        replace(copy_of(MADE, revision="2"), total_minor=1),
        replace(copy_of(MADE, revision="2"), standing=Standing.VOID),
    ],
    ids=["as written", "an older state", "void long ago"],
)
def test_p3_what_nobody_changed_is_left(copy: Payment) -> None:
    assert follow_people(PAID, (MADE, OTHER), {"181": copy}, NOW) is None


TOUCHED = copy_of(MADE, revision="4")
REFUNDED = replace(PAID, allocations=(), standing=Standing.DELETED, taken_back=TakenBack.REFUNDED)


@pytest.mark.parametrize(
    ("paid", "copy"),
    [
        (PAID, TOUCHED),
        (PAID, replace(TOUCHED, deposit=Ref(ACCOUNTING, Kind.DEPOSIT, "9"))),
        (REFUNDED, replace(TOUCHED, total_minor=1)),
        (replace(PAID, total_minor=149_00), replace(TOUCHED, total_minor=80_00)),
    ],
    ids=["touched", "deposited", "refunded meanwhile", "refunded in part meanwhile"],
)
def test_p2_p3_what_does_not_count_is_no_change_of_the_payment_but_its_revision_is_what_stands(
    paid: Payment, copy: Payment
) -> None:
    followed = follow_people(paid, (MADE, OTHER), {"181": copy}, NOW)
    assert followed is not None
    assert followed.payment == paid
    assert [receipt.revision for receipt in followed.standing] == ["4", "0"]
    assert follow_people(paid, followed.standing, {"181": copy}, NOW) is None


def test_p3_an_edit_in_quickbooks_changes_the_payment_itself() -> None:
    edited = replace(
        copy_of(MADE, revision="4"), total_minor=80_00, paid_on=date(2026, 11, 9),
        allocations=(Allocation(of("3"), 70_00),),
    )  # fmt: skip
    followed = follow_people(PAID, (MADE, OTHER), {"181": edited}, NOW)
    assert followed is not None
    assert (followed.payment.total_minor, followed.payment.paid_on) == (130_00, date(2026, 11, 9))
    assert given_to(followed.payment.allocations) == {"quickbooks-3": 70_00, "quickbooks-2": 50_00}
    assert followed.standing[0].revision == "4"
    assert follow_people(followed.payment, followed.standing, {"181": edited}, NOW) is None, "it is followed once"


@pytest.mark.parametrize("standing", [Standing.VOID, Standing.DELETED])
def test_p3_a_payment_that_is_deleted_or_void_in_quickbooks_is_deleted_here(standing: Standing) -> None:
    gone = replace(copy_of(MADE, revision="4"), standing=standing, allocations=())
    followed = follow_people(payment((of("1"), 100_00)), (MADE,), {"181": gone}, NOW)
    assert followed is not None
    assert (followed.payment.standing, followed.payment.taken_back, followed.standing) == (
        Standing.DELETED, TakenBack.DELETED, ()
    )  # fmt: skip


def test_p3_of_two_customers_only_the_one_whose_part_is_deleted_is_affected() -> None:
    gone = replace(copy_of(MADE, revision="4"), standing=Standing.VOID, allocations=())
    followed = follow_people(PAID, (MADE, OTHER), {"181": gone}, NOW)
    assert followed is not None
    assert (followed.payment.standing, followed.payment.total_minor) == (Standing.LIVE, 50_00)
    assert followed.standing == (OTHER,)


def test_p3_invoices_that_are_paid_no_longer_are_remembered_and_so_hear_of_it() -> None:
    moved = replace(copy_of(MADE, revision="4"), allocations=(Allocation(of("3"), 100_00),))
    followed = follow_people(PAID, (MADE, OTHER), {"181": moved}, NOW)
    assert followed is not None
    for changed in (followed.payment, reapplied(PAID, (), NOW), take_back(PAID, TakenBack.DELETED, NOW)):
        assert set(invoices_of(PAID)) <= set(invoices_of(changed))


@pytest.mark.parametrize("now", [NOW, datetime(2026, 11, 3, 16, 0, tzinfo=UTC)], ids=["", "our clock is behind"])
def test_what_is_changed_here_stands_over_repeats_and_gives_way_to_the_platforms_next_word(now: datetime) -> None:
    for changed in (take_back(PAID, TakenBack.DELETED, now), reapplied(PAID, (), now)):
        assert changed.version.updated_at == PAID.version.updated_at
        assert changed.version.seen_at > PAID.version.seen_at
        assert len(changed.version.seen_at) == len(PAID.version.seen_at)
