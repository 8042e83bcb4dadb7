"""The QuickBooks fake and the QuickBooks sandbox show the same, so that neither drifts.

Whatever a story does is done to the fake and, through the real adapter, to a sandbox's process, and each thing that it
reads must be the same in every field (`both.py`). What is asserted beyond that says what the two agree on. Where they do
not, the vendor's documents and recordings decide, never the story.
"""

from datetime import date
from typing import Any

import pytest

from tests.contract.vendors.both import LATER_S

MARKER = "xf:0123456789abcdef"
LATER = date(2026, 11, 9)


def pays(shown: dict[str, Any]) -> dict[str, int]:
    return {name: minor for part in shown["allocations"] for name, minor in part.items()}


def test_an_import_shows_invoices_and_payments(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.add_invoice("B", "1002", 12_345)
    books.pay("P", {"A": 10_000}, on=LATER)
    seen = books.read()
    assert set(seen) == {"A", "B", "P"}
    assert (seen["A"]["number"], seen["A"]["customer_name"], seen["A"]["total_minor"]) == ("1001", "Contoso", 25_000)
    assert (seen["A"]["balance_minor"], seen["B"]["balance_minor"]) == (15_000, 12_345)
    assert (seen["P"]["paid_on"], seen["P"]["total_minor"], pays(seen["P"])) == (LATER, 10_000, {"A": 10_000})


def test_a_read_shows_what_changed_since_the_cursor_and_reaches_back(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.read()
    assert set(books.read()) == {"A"}, "the overlap repeats what has just been read"
    books.pass_time(LATER_S)
    books.read()
    assert books.read() == {}
    books.add_invoice("B", "1002", 5_000)
    assert set(books.read()) == {"B"}
    books.pass_time(LATER_S)
    books.read()
    books.pay("P", {"A": 1_000})
    assert set(books.read()) == {"A", "P"}, "what a payment pays has changed with it"


def test_part_payments_move_a_balance_until_nothing_is_open(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    for name, minor, left in (("P", 9_999, 15_001), ("Q", 15_000, 1), ("R", 1, 0)):
        books.pay(name, {"A": minor})
        assert books.read()["A"]["balance_minor"] == left


def test_one_payment_over_several_invoices(books: Any) -> None:
    for name in "ABC":
        books.add_invoice(name, f"100{name}", 10_000)
    books.pay("P", {"A": 10_000, "B": 2_500, "C": 1})
    seen = books.read()
    assert pays(seen["P"]) == {"A": 10_000, "B": 2_500, "C": 1}
    assert [seen[name]["balance_minor"] for name in "ABC"] == [0, 7_500, 9_999]


def test_an_edit_changes_amount_and_date_and_the_balance_follows(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.pay("P", {"A": 25_000})
    books.read()
    books.pass_time(LATER_S)
    books.pay("P", {"A": 20_000}, on=LATER)
    seen = books.read()
    assert (seen["P"]["total_minor"], seen["P"]["paid_on"], seen["A"]["balance_minor"]) == (20_000, LATER, 5_000)


def test_a_move_frees_one_invoice_and_pays_another(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.add_invoice("B", "1002", 25_000)
    books.pay("P", {"A": 25_000})
    books.read()
    books.pass_time(LATER_S)
    books.pay("P", {"B": 25_000})
    seen = books.read()
    assert pays(seen["P"]) == {"B": 25_000}
    assert (seen["A"]["balance_minor"], seen["B"]["balance_minor"]) == (25_000, 0)


def test_a_payment_beyond_what_is_open_is_refused_and_changes_nothing(books: Any) -> None:
    books.add_invoice("A", "1001", 10_000)
    books.pay("P", {"A": 6_000})
    assert books.pay("Q", {"A": 4_001}) == "refused: 6000"
    assert books.pay("P", {"A": 10_001}) == "refused: 6000"
    assert books.read()["A"]["balance_minor"] == 4_000
    assert books.pay("P", {"A": 10_000}) is None, "its own part is open to it"


def test_a_void_payment_is_there_without_an_amount(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.pay("P", {"A": 25_000}, marker=MARKER)
    books.read()
    books.pass_time(LATER_S)
    books.void("P")
    seen = books.read()
    assert (seen["P"]["standing"], seen["P"]["total_minor"], seen["P"]["marker"]) == ("void", 0, MARKER)
    assert (pays(seen["P"]), seen["A"]["balance_minor"]) == ({}, 25_000)


def test_a_deleted_payment_is_an_id_and_nothing_more(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.pay("P", {"A": 25_000}, marker=MARKER)
    books.read()
    books.pass_time(LATER_S)
    books.delete("P")
    seen = books.read()
    assert (seen["P"]["standing"], seen["P"]["paid_on"], seen["P"]["marker"]) == ("deleted", None, "")
    assert (pays(seen["P"]), seen["A"]["balance_minor"]) == ({}, 25_000)
    books.pass_time(LATER_S)
    books.read()
    assert books.read() == {}, "it is told once, and for as long as the overlap reaches"


def test_a_first_import_knows_nothing_of_what_was_deleted_before(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.pay("P", {"A": 5_000})
    books.delete("P")
    books.pass_time(2 * LATER_S)
    assert set(books.read()) == {"A"}


def test_what_is_deleted_while_an_import_is_broken_off_is_seen_to_be_deleted(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.pay("P", {"A": 5_000})
    books.begin_import()
    books.delete("P")
    books.pass_time(LATER_S)
    assert books.read()["P"]["standing"] == "deleted"


def test_void_and_deleted_invoices(books: Any) -> None:
    for name in "ABC":
        books.add_invoice(name, f"100{name}", 10_000)
    books.read()
    books.pass_time(LATER_S)
    books.void_invoice("A")
    books.delete_invoice("B")
    seen = books.read()
    assert (seen["A"]["standing"], seen["A"]["total_minor"], seen["A"]["number"]) == ("void", 0, "100A")
    assert (seen["B"]["standing"], seen["B"]["number"], seen["B"]["customer"]) == ("deleted", "", None)
    assert set(books.by_ids("A", "B", "C")) == {"A", "C"}, "a void invoice is there, a deleted one is missing"


def test_our_marker_is_read_back(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.pay("P", {"A": 5_000}, marker=MARKER)
    books.pay("Q", {"A": 5_000})
    seen = books.read()
    assert (seen["P"]["marker"], seen["Q"]["marker"]) == (MARKER, "")


@pytest.mark.parametrize("cash_minor", [0, 3_000])
def test_a_credit_lowers_a_balance_and_is_no_cash(books: Any, cash_minor: int) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.add_credit_memo("M", "3001", 12_000)
    books.pay_with_credit("P", "A", cash_minor, "M", 10_000)
    seen = books.read()
    assert (seen["P"]["total_minor"], sum(pays(seen["P"]).values())) == (cash_minor, cash_minor)
    assert seen["A"]["balance_minor"] == 15_000 - cash_minor
    assert (seen["M"]["total_minor"], seen["M"]["remaining_minor"]) == (12_000, 2_000)
    books.pass_time(LATER_S)
    books.delete("P")
    assert books.read()["M"]["remaining_minor"] == 12_000, "a payment that is gone gives the credit back"


def test_a_deposit_holds_payments_until_it_is_deleted(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.pay("P", {"A": 5_000})
    books.pay("Q", {"A": 4_000})
    books.deposit("D", "P", "Q", fee_minor=300)
    seen = books.read()
    assert (seen["D"]["total_minor"], seen["P"]["deposit"], seen["Q"]["deposit"]) == (8_700, "D", "D")
    assert [line["payment"] for line in seen["D"]["lines"]] == ["P", "Q", None]
    books.pass_time(LATER_S)
    books.delete_deposit("D")
    seen = books.read()
    assert (seen["D"]["standing"], seen["P"]["deposit"], seen["Q"]["deposit"]) == ("deleted", None, None)


def test_of_two_changes_in_one_second_the_last_one_is_read(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.pay("P", {"A": 1_000})
    assert books.read()["P"]["total_minor"] == 1_000
    books.pay("P", {"A": 2_000})
    books.pay("P", {"A": 3_000})
    seen = books.read()
    assert (seen["P"]["total_minor"], seen["A"]["balance_minor"]) == (3_000, 22_000)
    books.delete("P")
    assert books.read()["P"]["standing"] == "deleted"


def test_invoices_by_id_are_seen_as_they_are_now(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.add_invoice("B", "1002", 5_000)
    books.note("A")
    books.pass_time(2)
    assert books.changes("A") == {"updated": False, "seen": True}
    books.pay("P", {"A": 100})
    assert books.changes("A") == {"updated": True, "seen": True}
    assert books.by_ids("A")["A"]["balance_minor"] == 24_900
    assert books.by_ids() == {}


def test_i9_a_renamed_customer_shows_on_its_invoices_which_have_not_changed(books: Any) -> None:
    books.add_invoice("A", "1001", 25_000)
    books.read()
    books.pass_time(LATER_S)
    books.read()
    books.note("A")
    books.rename_customer("Contoso AG")
    books.pass_time(60)
    assert books.read() == {}, "no list of changes names them"
    assert books.by_ids("A")["A"]["customer_name"] == "Contoso AG"
    assert books.changes("A") == {"updated": False, "seen": True}
