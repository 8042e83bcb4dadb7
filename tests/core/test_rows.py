"""E5 to E7 on one ConnectWise invoice: whatever stands there, the writes lead to the right rows and stop."""

from datetime import date, timedelta

from crossfoot.core.model import PaymentRow
from crossfoot.core.rows import (
    Arrangement,
    Obstacle,
    Operation,
    Paid,
    RowWrite,
    Standing,
    arrange_rows,
    from_body,
    to_body,
)
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 11, 3)
PLENTY = 10**9

amounts = st.integers(1, 4).map(lambda n: n * 5_000)
days = st.integers(0, 2).map(lambda n: DAY + timedelta(days=n))


@st.composite
def parts(draw: st.DrawFn) -> list[Paid]:
    ids = draw(st.lists(st.sampled_from("abcd"), unique=True))
    return [Paid(id_, draw(amounts), draw(days)) for id_ in ids]


@st.composite
def rows(draw: st.DrawFn) -> list[PaymentRow]:
    ids = draw(st.lists(st.sampled_from(["11", "12", "13"]), unique=True))
    return [PaymentRow(id_, draw(amounts), draw(days), draw(st.booleans())) for id_ in ids]


def _carry_out(write: RowWrite, live: list[PaymentRow], new_id: str) -> PaymentRow | None:
    """Do a write on the live rows, as ConnectWise does."""
    assert write.row is not None
    if write.operation is Operation.DELETE:
        live[:] = [row for row in live if row.id != write.row.id]
        return None
    made = PaymentRow(write.row.id or new_id, write.row.amount_minor, write.row.paid_on)
    live[:] = [*(row for row in live if row.id != made.id), made]
    return made


def _arrange(paid: list[Paid], standing: Standing, live: list[PaymentRow]) -> Arrangement:
    return arrange_rows(paid, standing, tuple(live), balance_minor=PLENTY, currency="USD")


def _run(paid: list[Paid], standing: Standing, live: list[PaymentRow]) -> tuple[Arrangement, Standing]:
    """Arrange until nothing is left to do."""
    for round_ in range(20):
        arranged = _arrange(paid, standing, live)
        if arranged.write is None:
            return arranged, standing
        write = from_body(to_body(arranged.write))
        assert write == arranged.write
        written = _carry_out(write, live, f"new{round_}") if write.row else None
        standing = write.standing_after(standing.generation + 1, written)
    raise AssertionError("the writes do not end")


@given(paid=parts(), live=rows(), edited=parts(), removed=st.booleans())
def test_e5_e6_e7_the_rows_end_up_right_and_other_peoples_rows_are_untouched(
    paid: list[Paid], live: list[PaymentRow], edited: list[Paid], removed: bool
) -> None:
    foreign = {row for row in live if row.foreign}
    by_hand = {row for row in live if not row.foreign}
    standing = Standing()
    for wanted in (paid, edited):
        arranged, standing = _run(wanted, standing, live)
        elsewhere = set(arranged.elsewhere)
        assert arranged.obstacle is None
        assert standing.total_minor == sum(part.amount_minor for part in wanted if part.payment not in elsewhere)
        assert {row for row in live if row.foreign} == foreign
        assert set(standing.rows) <= set(live)
    never_ours = by_hand - {row for row in by_hand if any(row.id == kept.id for kept in standing.rows)}
    assert all(row in live or _was_adopted(row, [*paid, *edited]) for row in never_ours)


def _was_adopted(row: PaymentRow, wanted: list[Paid]) -> bool:
    return any((row.amount_minor, row.paid_on) == (part.amount_minor, part.paid_on) for part in wanted)


def test_e6_two_equal_payments_adopt_one_row_each_and_no_row_twice() -> None:
    live = [PaymentRow("11", 5_000, DAY)]
    _, standing = _run([Paid("a", 5_000, DAY), Paid("b", 5_000, DAY)], Standing(), live)
    assert live == [PaymentRow("11", 10_000, DAY)]
    assert standing.carries == ("a", "b")


def test_e7_what_would_overpay_the_connectwise_invoice_is_an_obstacle() -> None:
    arranged = arrange_rows([Paid("a", 5_000, DAY)], Standing(), (), balance_minor=4_999, currency="USD")
    assert arranged.obstacle is Obstacle.BALANCE_TOO_SMALL


def test_e5_a_row_of_ours_that_is_gone_is_an_obstacle_until_it_is_entered_again() -> None:
    standing = Standing(1, (PaymentRow("11", 5_000, DAY),), ("a",))
    assert _arrange([Paid("a", 5_000, DAY)], standing, []).obstacle is Obstacle.ROW_GONE
    arranged, standing = _run([Paid("a", 5_000, DAY)], standing, [PaymentRow("12", 5_000, DAY)])
    assert arranged.obstacle is None
    assert standing.rows == (PaymentRow("12", 5_000, DAY),)


def test_e5_a_row_of_ours_that_is_gone_is_no_obstacle_when_nothing_is_to_be_shown() -> None:
    _, standing = _run([], Standing(1, (PaymentRow("11", 5_000, DAY),), ("a",)), [])
    assert standing.rows == ()


def test_x1_a_payment_that_takes_the_place_of_an_equal_one_is_recorded_though_nothing_is_written() -> None:
    live: list[PaymentRow] = []
    _, standing = _run([Paid("a", 5_000, DAY)], Standing(), live)
    arranged = _arrange([Paid("b", 5_000, DAY)], standing, live)
    assert arranged.write is not None
    assert (arranged.write.operation, arranged.write.carries) == (Operation.ADOPT, ("b",))
