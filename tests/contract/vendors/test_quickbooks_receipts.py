"""Our payments in QuickBooks: the fake and the sandbox take, refuse and show the same."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from tests.contract.vendors.both import LATER_S, Both
from tests.fakes.filing import TODAY

MARKER = "xf:0123456789abcdef"
NOTE = f"Paid through the platform {MARKER}"
LATER = date(2026, 11, 9)


@pytest.fixture
def ours(books: Any) -> Any:
    """Our worker on both."""
    return books.part("receipts")


@pytest.fixture
def reducing(books: Any) -> Iterator[None]:
    books.over_application("reduce")
    yield
    books.over_application("refuse")


def balances(books: Any, *names: str) -> list[int]:
    return [shown["balance_minor"] for shown in books.by_ids(*names).values()]


def test_p1_what_is_entered_stands_and_is_read(books: Any, ours: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.add_invoice("B", "1002", 5_000)
    made = ours.create("R", {"A": 25_000, "B": 1}, more_minor=7, note=NOTE)
    assert (made["amount_minor"], made["applied"], made["revision"]) == (25_008, {"A": 25_000, "B": 1}, "0")
    seen = books.read()
    assert (seen["R"]["marker"], seen["R"]["reference"], seen["R"]["total_minor"]) == (MARKER, "pay_1", 25_008)
    assert (seen["A"]["balance_minor"], seen["B"]["balance_minor"]) == (0, 4_999)
    assert ours.fetch("R") == made


def test_p2_a_change_replaces_what_was_applied(books: Any, ours: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.add_invoice("B", "1002", 5_000)
    ours.create("R", {"A": 20_000}, note=NOTE)
    changed = ours.update("R", {"A": 1_000, "B": 5_000}, on=LATER)
    assert (changed["amount_minor"], changed["received_on"], changed["revision"]) == (6_000, LATER, "1")
    assert ours.update("R", {}, more_minor=400)["applied"] == {}
    assert balances(books, "A", "B") == [25_000, 5_000]
    assert books.read()["R"]["marker"] == MARKER


def test_p2_what_is_taken_back_is_gone(books: Any, ours: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    ours.create("R", {"A": 20_000}, note=NOTE)
    books.read()
    books.pass_time(LATER_S)
    ours.delete("R")
    seen = books.read()
    assert (seen["R"]["standing"], seen["A"]["balance_minor"]) == ("deleted", 25_000)
    assert ours.delete("R") is None, "what is gone already is no error"
    assert ours.update("R", {"A": 1}) == "refused: 610"
    assert (ours.fetch("R"), ours.find(MARKER)) == (None, None)


def test_what_applies_more_than_is_open_is_refused(books: Any, ours: Any) -> None:
    books.add_invoice("A", "1001", 10_000)
    assert ours.create("R", {"A": 10_001}) == "refused: 6000"
    ours.create("R", {"A": 6_000})
    assert ours.create("S", {"A": 4_001}) == "refused: 6000"
    assert ours.update("R", {"A": 10_001}) == "refused: 6000"
    assert ours.update("R", {"A": 10_000})["applied"] == {"A": 10_000}


@pytest.mark.usefixtures("reducing")
def test_what_applies_more_than_is_open_may_be_reduced_to_it(books: Any, ours: Any) -> None:
    books.add_invoice("A", "1001", 10_000)
    books.pay("P", {"A": 3_000})
    made = ours.create("R", {"A": 10_001})
    assert (made["applied"], made["amount_minor"]) == ({"A": 7_000}, 10_001)
    assert balances(books, "A") == [0]
    assert ours.update("R", {"A": 8_000})["applied"] == {"A": 7_000}


def test_p2_what_was_deposited_is_locked_until_the_deposit_is_gone(books: Any, ours: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    ours.create("R", {"A": 20_000})
    books.deposit("D", "R")
    assert books.read()["R"]["deposit"] == "D"
    assert ours.update("R", {"A": 1_000}) == "refused: 6540"
    assert ours.delete("R") == "refused: 6540"
    books.delete_deposit("D")
    assert ours.update("R", {"A": 1_000})["amount_minor"] == 1_000


def test_p1_closed_books_refuse_every_write_on_their_days(books: Any, ours: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    ours.create("R", {"A": 1_000})
    ours.create("S", {"A": 1_000}, on=LATER)
    books.close_books(TODAY)
    assert ours.create("T", {"A": 1_000}) == "refused: 6210"
    assert ours.update("R", {"A": 2_000}, on=LATER) == "refused: 6210"
    assert ours.update("S", {"A": 2_000}) == "refused: 6210"
    assert ours.delete("R") == "refused: 6210"
    assert ours.update("S", {"A": 2_000}, on=LATER)["amount_minor"] == 2_000


def test_p1_an_account_that_was_made_inactive_is_refused(books: Any, ours: Any) -> None:
    assert ours.create("R", {}, more_minor=5, account="bank")["account"] == "bank"
    books.deactivate_bank()
    assert ours.create("S", {}, more_minor=5, account="bank") == "refused: 2500"


@pytest.mark.parametrize(
    ("deed", "outcome"),
    [
        (lambda books: books.void_invoice("A"), "refused: 620"),
        (lambda books: books.delete_invoice("A"), "refused: 610"),
    ],
    ids=["void", "deleted"],
)
def test_p1_an_invoice_that_is_no_longer_there_is_not_paid(
    books: Any, ours: Any, deed: Callable[[Any], None], outcome: str
) -> None:
    books.add_invoice("A", "1001", 25_000)
    deed(books)
    assert ours.create("R", {"A": 5}) == outcome


@pytest.mark.parametrize("deed", ["edited", "voided"])
def test_p3_what_people_changed_meanwhile_is_a_conflict(books: Any, ours: Any, deed: str) -> None:
    books.add_invoice("A", "1001", 25_000)
    ours.create("R", {"A": 1_000}, note=NOTE)
    if deed == "edited":
        books.pay("R", {"A": 2_000}, on=LATER, marker=MARKER)
    else:
        books.void("R")
    assert ours.update("R", {"A": 3_000}) == "conflict"
    assert ours.delete("R") == "conflict"
    edited = deed == "edited"
    assert ours.find(MARKER) == ("R", 2_000 if edited else 0)
    standing = ours.fetch("R")
    assert (standing and standing["amount_minor"], books.read()["R"]["revision"]) == (2_000 if edited else None, "1")


def test_p4_a_request_is_carried_out_once_and_a_refusal_is_not_remembered(books: Any, ours: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    assert ours.create("R", {"A": 25_001}, request="one") == "refused: 6000"
    made = ours.create("R", {"A": 1_000}, request="one")
    assert ours.create("R", {"A": 1_000}, request="one") == made
    assert balances(books, "A") == [24_000]


def test_p4_a_payment_is_found_by_its_own_marker(books: Any, ours: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.pay("P", {"A": 1_000})
    ours.create("R", {"A": 2_000}, note=NOTE)
    assert ours.find(MARKER) == ("R", 2_000)
    assert ours.find("xf:fedcba9876543210") is None


def test_i3_a_credit_that_people_applied_stays_when_ours_changes(books: Any, ours: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.add_credit_memo("M", "3001", 12_000)
    ours.create("R", {"A": 5_000}, note=NOTE)
    books.pay_with_credit("R", "A", 5_000, "M", 12_000)
    ours.fetch("R")
    assert ours.update("R", {"A": 1_000})["applied"] == {"A": 1_000}
    seen = books.read()
    assert (seen["A"]["balance_minor"], seen["M"]["remaining_minor"]) == (12_000, 0)


def test_two_of_one_kind_that_differ_are_told() -> None:
    with pytest.raises(AssertionError, match="they differ in upper"):
        Both("a", "b").upper()
