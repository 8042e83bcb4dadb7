"""The ConnectWise fake and the ConnectWise sandbox show the same, in every mood that ConnectWise may have.

As in `test_quickbooks.py`: everything is done to both and read from both, field by field.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.contract.vendors.both import LATER_S
from tests.contract.vendors.connectwise import Mood
from tests.fakes.filing import TODAY

LATER = date(2026, 11, 9)

type Deed = Callable[[], Any]


def test_an_import_shows_invoices(site: Any) -> None:
    site.add_invoice("A", "1001", 25_000)
    site.add_invoice("B", "1002", 12_345)
    seen = site.read()
    assert set(seen) == {"A", "B"}
    assert (seen["A"]["number"], seen["A"]["customer_name"], seen["A"]["issued_on"]) == ("1001", "Contoso", TODAY)
    assert (seen["B"]["total_minor"], seen["B"]["balance_minor"], seen["B"]["paid_minor"]) == (12_345, 12_345, 0)


def test_a_read_shows_what_changed_and_reaches_back(site: Any) -> None:
    site.add_invoice("A", "1001", 25_000)
    site.read()
    assert set(site.read()) == {"A"}
    site.pass_time(LATER_S)
    site.read()
    assert site.read() == {}
    site.add_invoice("B", "1002", 5_000)
    assert set(site.read()) == {"B"}


def test_a_row_is_created_changed_and_deleted_and_the_figures_follow(site: Any) -> None:
    site.add_invoice("A", "1001", 25_000)
    figures = []
    deeds: tuple[Deed, ...] = (
        lambda: site.create("A", "R", 10_000),
        lambda: site.update("A", "R", 25_000, LATER),
        lambda: site.delete("A", "R"),
    )
    for deed in deeds:
        deed()
        shown = site.by_ids("A")["A"]
        figures.append((site.rows("A"), shown["paid_minor"], shown["balance_minor"]))
    assert figures == [
        ([("R", 10_000, TODAY, False)], 10_000, 15_000),
        ([("R", 25_000, LATER, False)], 25_000, 0),
        ([], 0, 25_000),
    ]


def test_a_write_gives_the_row_as_it_stands(site: Any) -> None:
    site.add_invoice("A", "1001", 25_000)
    assert site.create("A", "R", 10_001, LATER) == ("R", 10_001, LATER, False)
    assert site.update("A", "R", 29, TODAY) == ("R", 29, TODAY, False)


def test_a_second_row_is_refused_where_one_is_allowed(site: Any, mood: Mood) -> None:
    site.add_invoice("A", "1001", 25_000)
    site.create("A", "R", 10_000)
    second = site.create("A", "S", 5_000)
    by_hand = site.enter("A", "T", 1_000)
    if mood.many_rows:
        assert [row[0] for row in site.rows("A")] == ["R", "S", "T"]
        assert site.by_ids("A")["A"]["balance_minor"] == 9_000
    else:
        assert (second, by_hand) == ("refused: ObjectExists", "refused: ObjectExists")
        assert [row[0] for row in site.rows("A")] == ["R"]


def test_another_products_row_counts_and_is_told_apart(site: Any, mood: Mood) -> None:
    site.add_invoice("A", "1001", 25_000)
    site.enter("A", "W", 5_000, foreign=True)
    assert site.rows("A") == [("W", 5_000, TODAY, True)]
    assert site.by_ids("A")["A"]["paid_minor"] == 5_000
    created = site.create("A", "R", 20_000)
    assert (created == "refused: ObjectExists") is not mood.many_rows


def test_a_row_that_is_gone_cannot_be_changed_and_is_no_error_to_delete(site: Any) -> None:
    site.add_invoice("A", "1001", 25_000)
    site.enter("A", "R", 10_000)
    site.remove("A", "R")
    assert site.update("A", "R", 9_000) == "refused: NotFound"
    assert site.update("A", "missing", 9_000) == "refused: NotFound"
    site.note("A")
    site.pass_time(2)
    assert site.delete("A", "R") is None
    assert site.delete("A", "missing") is None
    assert site.changes("A") == {"updated": False, "seen": True}


def test_whether_rows_move_the_invoices_time_is_as_the_mood_says_for_every_write(site: Any, mood: Mood) -> None:
    site.add_invoice("A", "1001", 25_000)
    deeds: tuple[Deed, ...] = (
        lambda: site.create("A", "R", 10_000),
        lambda: site.update("A", "R", 12_000),
        lambda: site.delete("A", "R"),
        lambda: site.enter("A", "H", 700),
        lambda: site.remove("A", "H"),
        lambda: site.apply_credit("A", 500),
    )
    for deed in deeds:
        site.note("A")
        site.pass_time(2)
        deed()
        assert site.changes("A") == {"updated": mood.rows_move_invoice, "seen": True}


def test_what_a_row_changed_is_read_later_only_where_it_moves_the_invoices_time(site: Any, mood: Mood) -> None:
    site.add_invoice("A", "1001", 25_000)
    site.pass_time(LATER_S)
    site.read()
    site.enter("A", "R", 10_000)
    seen = site.read()
    assert (seen["A"]["balance_minor"] if mood.rows_move_invoice else seen) == (
        15_000 if mood.rows_move_invoice else {}
    )
    assert site.by_ids("A")["A"]["balance_minor"] == 15_000


def test_a_credit_lowers_the_balance_and_is_neither_cash_nor_a_row(site: Any) -> None:
    site.add_invoice("A", "1001", 25_000)
    site.apply_credit("A", 4_000)
    shown = site.by_ids("A")["A"]
    assert (shown["paid_minor"], shown["balance_minor"], site.rows("A")) == (0, 21_000, [])
    assert site.create("A", "R", 21_000) == ("R", 21_000, TODAY, False), "a credit is not the one row that is allowed"
    assert site.by_ids("A")["A"]["balance_minor"] == 0


def test_a_row_beyond_the_balance_is_taken(site: Any) -> None:
    site.add_invoice("A", "1001", 10_000)
    site.create("A", "R", 10_050)
    shown = site.by_ids("A")["A"]
    assert (shown["paid_minor"], shown["balance_minor"]) == (10_050, -50)


def test_of_two_changes_in_one_second_the_last_one_stands(site: Any) -> None:
    site.add_invoice("A", "1001", 25_000)
    site.create("A", "R", 1_000)
    site.update("A", "R", 2_000)
    site.update("A", "R", 3_000)
    assert site.read()["A"]["paid_minor"] == 3_000
    assert site.rows("A") == [("R", 3_000, TODAY, False)]


def test_a_deleted_invoice_is_simply_gone(site: Any) -> None:
    site.add_invoice("A", "1001", 25_000)
    site.add_invoice("B", "1002", 25_000)
    site.read()
    site.delete_invoice("A")
    assert set(site.read()) == {"B"}, "there is no marker of what was deleted"
    assert set(site.by_ids("A", "B")) == {"B"}
    assert site.rows("A") == "refused: NotFound"
    assert site.create("A", "R", 100) == "refused: NotFound"
    assert site.delete("A", "missing") is None


def test_invoices_by_id_are_seen_as_they_are_now_and_missing_ones_left_out(site: Any) -> None:
    for name in "ABC":
        site.add_invoice(name, f"100{name}", 25_000)
    site.delete_invoice("B")
    assert set(site.by_ids("C", "B", "A")) == {"A", "C"}
    site.note("A")
    site.pass_time(2)
    assert site.changes("A") == {"updated": False, "seen": True}


def test_i9_a_renamed_customer_shows_on_its_invoices_which_have_not_changed(site: Any) -> None:
    site.add_invoice("A", "1001", 25_000)
    site.read()
    site.pass_time(LATER_S)
    site.read()
    site.note("A")
    site.rename_customer("Contoso AG")
    site.pass_time(60)
    assert site.read() == {}, "no list of changes names them"
    assert site.by_ids("A")["A"]["customer_name"] == "Contoso AG"
    assert site.changes("A") == {"updated": False, "seen": True}
