"""The receipts of a platform payment: the next single write, and what is stored of it."""

from datetime import date

import pytest
from crossfoot.core.model import ACCOUNTING, Allocation, Kind, Ref
from crossfoot.core.receipts import (
    Operation,
    Receipt,
    ReceiptWrite,
    arrange_receipts,
    from_body,
    says_the_same,
    standing_of,
    to_body,
    to_result,
)
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 11, 3)


def invoice(id_: str, minor: int) -> Allocation:
    return Allocation(Ref(ACCOUNTING, Kind.INVOICE, id_), minor)


def receipt(customer: str, *applied: Allocation, more_minor: int = 0, id_: str = "", revision: str = "") -> Receipt:
    amount_minor = sum(part.amount_minor for part in applied) + more_minor
    return Receipt(
        id_, Ref(ACCOUNTING, Kind.CUSTOMER, customer), amount_minor, DAY, applied, "UF", "pay_1", revision
    )  # fmt: skip


ONE = receipt("58", invoice("129", 100_00))
ONE_MADE = receipt("58", invoice("129", 100_00), id_="181", revision="0")
TWO = receipt("7", invoice("130", 50_00))
TWO_MADE = receipt("7", invoice("130", 50_00), id_="182", revision="2")
LESS = receipt("58", invoice("129", 60_00), more_minor=10_00)

CASES = [
    ("nothing is wanted and nothing stands", (), (), None, None),
    ("p1 what is wanted is made", (ONE,), (), Operation.CREATE, ONE),
    ("p1 of two customers the second is made next", (ONE, TWO), (ONE_MADE,), Operation.CREATE, TWO),
    ("p4 what stands is left alone", (ONE, TWO), (TWO_MADE, ONE_MADE), None, None),
    ("p2 what is taken back goes", (), (ONE_MADE,), Operation.DELETE, ONE_MADE),
    ("what is for another customer now goes before the other is made", (TWO,), (ONE_MADE,), Operation.DELETE, ONE_MADE),
    ("what is less now is changed", (LESS,), (ONE_MADE,), Operation.UPDATE, None),
]


@pytest.mark.parametrize(
    ("wanted", "standing", "operation", "written"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_p1_p2_p4_the_next_write(
    wanted: tuple[Receipt, ...], standing: tuple[Receipt, ...], operation: Operation | None, written: Receipt | None
) -> None:
    write = arrange_receipts(wanted, standing, "USD")
    assert (write.operation if write else None) == operation
    if write is not None and written is not None:
        assert write.receipt == written


def test_a_change_is_written_on_the_receipt_that_stands() -> None:
    write = arrange_receipts((LESS,), (ONE_MADE, TWO_MADE), "USD")
    assert write is not None
    assert write.operation is Operation.DELETE  # the other customer's goes first
    after = arrange_receipts((LESS,), write.standing_after(None), "USD")
    assert after is not None
    assert after.receipt is not None
    assert (after.operation, after.receipt.id, after.receipt.revision) == (Operation.UPDATE, "181", "0")


def test_the_order_of_the_invoices_says_nothing() -> None:
    one, other = receipt("58", invoice("1", 5), invoice("2", 7)), receipt("58", invoice("2", 7), invoice("1", 5))
    assert says_the_same(one, other)
    assert not says_the_same(one, receipt("58", invoice("1", 7), invoice("2", 5)))


receipts = st.builds(
    receipt,
    st.sampled_from(["1", "2", "3"]),
    st.builds(invoice, st.sampled_from(["8", "9"]), st.integers(1, 10**9)),
    more_minor=st.integers(0, 100),
)
one_each = st.lists(receipts, max_size=3, unique_by=lambda each: each.customer).map(tuple)


@given(wanted=one_each, standing=one_each)
def test_p4_writes_end_and_leave_what_is_wanted(wanted: tuple[Receipt, ...], standing: tuple[Receipt, ...]) -> None:
    for _ in range(7):
        write = arrange_receipts(wanted, standing, "USD")
        if write is None:
            break
        assert from_body(to_body(write)) == write
        standing = write.standing_after(None if write.operation is Operation.DELETE else write.receipt)
    assert arrange_receipts(wanted, standing, "USD") is None
    assert sum(each.amount_minor for each in standing) == sum(each.amount_minor for each in wanted)


def test_what_stands_is_read_back_from_an_effect() -> None:
    assert standing_of(None) == ()
    adopted = ReceiptWrite(Operation.ADOPT, None, (ONE_MADE,), "USD")
    assert from_body(to_body(adopted)) == adopted
    assert adopted.standing_after(None) == (ONE_MADE,)
    assert to_result(adopted.standing_after(None)) == {"receipts": [_plain(ONE_MADE)]}


def _plain(each: Receipt) -> dict[str, object]:
    return {
        "id": "181", "customer": "58", "amount_minor": each.amount_minor, "received_on": "2026-11-03",
        "applied": [["129", 100_00]], "account_id": "UF", "reference": "pay_1", "revision": "0",
    }  # fmt: skip
