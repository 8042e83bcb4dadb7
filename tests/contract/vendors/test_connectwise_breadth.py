"""Lines, credit memos, ids and choices: the ConnectWise fake and the ConnectWise sandbox show the same."""

from decimal import Decimal
from typing import Any

from crossfoot.core.model import LineKind, Trait, TraitName

from tests.contract.vendors.both import LATER_S
from tests.contract.vendors.connectwise import Mood
from tests.fakes.filing import TODAY


def bill(site: Any) -> None:
    site.add_invoice("A", "1001", 0, "Standard")
    site.bill_product("A", "laptop", "3", 999)
    site.bill_time("A", "repair", "1.5", 12_000)
    site.bill_expense("A", "trip", 1_250)
    site.bill_time("A", "call", "0.25", 9_900)


def test_i1_an_invoice_shows_its_lines_by_source_and_comes_to_what_they_do(plain_site: Any) -> None:
    bill(plain_site)
    shown = plain_site.read()["A"]
    assert [(line["id"], line["kind"], line["amount_minor"]) for line in shown["lines"]] == [
        ("repair", LineKind.TIME, 18_000),
        ("call", LineKind.TIME, 2_475),
        ("trip", LineKind.EXPENSE, 1_250),
        ("laptop", LineKind.PRODUCT, 2_997),
    ]
    assert shown["total_minor"] == shown["balance_minor"] == 18_000 + 2_475 + 1_250 + 2_997
    repair = shown["lines"][0]
    assert (repair["quantity"], repair["unit_price"]) == (Decimal("1.5"), Decimal(120))
    assert (repair["item"], repair["description"], repair["worked_on"]) == ("Technician", "repair 🚗", TODAY)


def test_by_id_lines_are_not_read_which_is_not_to_have_none(plain_site: Any) -> None:
    bill(plain_site)
    assert plain_site.by_ids("A")["A"]["lines"] is None
    plain_site.add_invoice("B", "1002", 5_000)
    assert plain_site.read()["B"]["lines"] == []


def test_a_line_that_was_edited_is_read_with_its_invoice(plain_site: Any) -> None:
    bill(plain_site)
    plain_site.pass_time(LATER_S)
    plain_site.read()
    assert plain_site.read() == {}
    plain_site.bill_time("A", "repair", "2", 12_000)
    shown = plain_site.read()["A"]
    assert (shown["lines"][0]["amount_minor"], shown["total_minor"]) == (24_000, 30_722)


def test_c4_an_invoice_shows_its_type(plain_site: Any) -> None:
    plain_site.add_invoice("A", "1001", 5_000, "Standard")
    plain_site.add_invoice("B", "1002", 5_000)
    seen = plain_site.read()
    assert seen["A"]["traits"] == [Trait(TraitName.INVOICE_TYPE, "Standard")]
    assert seen["B"]["traits"] == [Trait(TraitName.INVOICE_TYPE, "Miscellaneous")]


def test_i3_a_credit_memo_is_a_record_of_its_own_and_no_invoice(plain_site: Any) -> None:
    plain_site.add_credit_memo("M", "CM-1", 10_000)
    shown = plain_site.read()["M"]
    assert (shown["number"], shown["total_minor"], shown["remaining_minor"]) == ("CM-1", 10_000, 10_000)
    assert shown["traits"] == [Trait(TraitName.INVOICE_TYPE, "CreditMemo")]
    assert plain_site.by_ids("M") == {}


def test_i3_what_is_applied_of_a_memo_lowers_the_balance_and_what_is_left_of_it(site: Any, mood: Mood) -> None:
    site.add_invoice("A", "1001", 25_000)
    site.add_credit_memo("M", "CM-1", 10_000)
    site.pass_time(LATER_S)
    site.read()
    site.apply_memo("M", "A", 4_000)
    assert site.apply_memo("M", "A", 6_001) == "refused: InvalidField"
    invoice = site.by_ids("A")["A"]
    assert (invoice["balance_minor"], invoice["credited_minor"], invoice["paid_minor"]) == (21_000, 4_000, 0)
    seen = site.read()
    assert set(seen) == ({"A", "M"} if mood.rows_move_invoice else set())
    if seen:
        assert (seen["M"]["remaining_minor"], seen["M"]["total_minor"]) == (6_000, 10_000)


def test_i3_what_is_left_of_a_memo_is_read_by_its_id_whether_or_not_it_shows_as_changed(site: Any) -> None:
    site.add_invoice("A", "1001", 10_000)
    site.add_credit_memo("M", "CM-1", 10_000)
    site.apply_memo("M", "A", 4_000)
    shown = site.memos("M", "A")
    assert {name: (memo["remaining_minor"], memo["lines"]) for name, memo in shown.items()} == {"M": (6_000, None)}


def test_i1_by_id_invoices_and_memos_are_read_whole_too(plain_site: Any) -> None:
    bill(plain_site)
    plain_site.add_credit_memo("M", "CM-1", 10_000)
    shown = plain_site.whole("A", "M")
    assert shown == plain_site.read()
    assert len(shown["A"]["lines"]) == 4


def test_i5_the_ids_are_those_of_what_is_there(plain_site: Any) -> None:
    plain_site.add_invoice("A", "1001", 5_000)
    plain_site.add_invoice("B", "1002", 5_000)
    plain_site.add_credit_memo("M", "CM-1", 10_000)
    assert plain_site.ids() == {"A", "B", "M"}
    plain_site.delete_invoice("B")
    assert plain_site.ids() == {"A", "M"}


def test_c4_a_choice_that_was_just_made_is_offered(plain_site: Any) -> None:
    assert plain_site.offers(TraitName.COMPANY_TYPE, "Dentist 🦷") is False
    plain_site.offer_company_type("Dentist 🦷")
    assert plain_site.offers(TraitName.COMPANY_TYPE, "Dentist 🦷") is True
