"""Our deposits in QuickBooks: the fake and the sandbox take, refuse and show the same."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.contract.vendors.both import LATER_S
from tests.fakes.filing import TODAY

MARKER = "xf:0123456789abcdef"
NOTE = f"Payout po_1 of the platform. {MARKER}"
LATER = date(2026, 11, 9)


@pytest.fixture
def ours(books: Any) -> Any:
    """Our worker on both."""
    return books.part("deposits")


@pytest.fixture
def paid(books: Any) -> Any:
    """Two payments of ours in undeposited funds."""
    books.add_invoice("A", "1001", 25_000)
    receipts = books.part("receipts")
    receipts.create("P", {"A": 10_000})
    receipts.create("Q", {"A": 5_000})
    return receipts


def test_d2_a_deposit_holds_payments_and_lines_of_its_own(books: Any, ours: Any, paid: Any) -> None:
    made = ours.create("D", {"P": 10_000, "Q": 5_000}, {"fees": -450, "funds": -1_000}, note=NOTE)
    assert (made["total_minor"], made["held"], made["day"], made["revision"]) == (13_550, ["P", "Q"], TODAY, "0")
    assert made["own"] == {"fees": ("fees", -450), "funds": ("funds", -1_000)}
    assert ours.fetch("D") == made
    seen = books.read()
    assert (seen["D"]["total_minor"], seen["P"]["deposit"], seen["Q"]["deposit"]) == (13_550, "D", "D")
    assert (paid.update("P", {"A": 1}), paid.delete("P")) == ("refused: 6540", "refused: 6540")


def test_p2_a_change_lets_a_payment_go_and_takes_another_in(books: Any, ours: Any, paid: Any) -> None:
    ours.create("D", {"P": 10_000}, {"fees": -450}, note=NOTE)
    changed = ours.update("D", {"Q": 5_000}, {"fees": -450, "funds": 10_000}, on=LATER)
    assert (changed["held"], changed["total_minor"], changed["day"], changed["revision"]) == (["Q"], 14_550, LATER, "1")
    seen = books.read()
    assert (seen["P"]["deposit"], seen["Q"]["deposit"], seen["D"]["revision"]) == (None, "D", "1")
    assert paid.update("P", {"A": 4_000})["amount_minor"] == 4_000, "it may be changed now"
    assert ours.find(MARKER) == "D", "its note stays"


def test_d2_a_deposit_that_is_taken_back_frees_its_payments(books: Any, ours: Any, paid: Any) -> None:
    ours.create("D", {"P": 10_000, "Q": 5_000})
    books.read()
    books.pass_time(LATER_S)
    ours.delete("D")
    seen = books.read()
    assert (seen["D"]["standing"], seen["P"]["deposit"], seen["Q"]["deposit"]) == ("deleted", None, None)
    assert ours.delete("D") is None, "what is gone already is no error"
    assert ours.update("D", {"P": 10_000}) == "refused: 610"
    assert (ours.fetch("D"), ours.find(MARKER)) == (None, None)


def test_d2_a_payment_is_deposited_whole_and_once(books: Any, ours: Any, paid: Any) -> None:
    assert ours.create("D", {"P": 9_999}) == "refused: 6000"
    ours.create("D", {"P": 10_000})
    assert ours.create("E", {"P": 10_000, "Q": 5_000}) == "refused: 620"
    paid.create("R", {}, more_minor=700, account="bank")
    assert ours.create("E", {"R": 700}) == "refused: 620", "it is in the bank already"


@pytest.mark.parametrize(
    ("deed", "outcome"),
    [(lambda books: books.void("P"), "refused: 620"), (lambda books: books.delete("P"), "refused: 610")],
    ids=["void", "deleted"],
)
def test_d2_a_payment_that_is_no_longer_there_is_not_deposited(
    books: Any, ours: Any, deed: Callable[[Any], None], outcome: str
) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.pay("P", {"A": 10_000})
    deed(books)
    assert ours.create("D", {"P": 10_000}) == outcome


def test_d2_a_deposit_of_nothing_is_one_and_of_less_than_nothing_none(ours: Any, paid: Any) -> None:
    assert ours.create("D", {"P": 10_000}, {"funds": -10_000})["total_minor"] == 0
    assert ours.create("E", {"Q": 5_000}, {"funds": -5_001}) == "refused: 6000"


def test_d2_closed_books_and_inactive_accounts_refuse(books: Any, ours: Any, paid: Any) -> None:
    ours.create("D", {"P": 10_000})
    books.close_books(TODAY)
    assert ours.create("E", {"Q": 5_000}) == "refused: 6210"
    assert ours.update("D", {"Q": 5_000}, on=LATER) == "refused: 6210"
    assert ours.delete("D") == "refused: 6210"
    books.deactivate_bank()
    assert ours.create("E", {"Q": 5_000}, on=LATER) == "refused: 2500"


def test_p4_a_request_is_carried_out_once_and_a_stale_one_not_at_all(ours: Any, paid: Any) -> None:
    assert ours.create("D", {"P": 9_999}, request="one") == "refused: 6000"
    made = ours.create("D", {"P": 10_000}, request="one", note=NOTE)
    assert ours.create("D", {"P": 10_000}, request="one", note=NOTE) == made
    ours.update("D", {"Q": 5_000})
    ours.create("D", {"P": 10_000}, request="one", note=NOTE)
    assert (ours.update("D", {"P": 10_000}), ours.delete("D")) == ("conflict", "conflict")
    assert (ours.find(MARKER), ours.find("xf:fedcba9876543210")) == ("D", None)
