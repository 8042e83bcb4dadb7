"""Our entries of the Sync Invoices tool in QuickBooks: the fake and the sandbox take, refuse and show the same."""

from collections.abc import Iterator
from typing import Any

import pytest
from crossfoot.core.model import Kind, System
from crossfoot.core.sync.sales import SaleKind

from tests.adapters.quickbooks.company import Company
from tests.adapters.sandbox import Sandbox
from tests.contract.vendors.both import LATER_S, Both, Names
from tests.contract.vendors.selling import fake_abroad, sandbox_abroad
from tests.contract.vendors.writing import CUSTOMER
from tests.fakes.clock import FakeClock
from tests.fakes.filing import CUSTOMER_ID, TODAY
from tests.fakes.receipts import FakeReceipts
from tests.fakes.vendors import FakeQuickBooks

MARKER, OTHER_MARKER = "xf:0123456789abcdef", "xf:fedcba9876543210"
NOTE = f"ConnectWise invoice 4711. {MARKER}"
HOURS, SWITCH = (118_750, "Services", "", "9.5", "125"), (24_999, "Hardware")


@pytest.fixture
def ours(books: Any) -> Any:
    """Our worker on both."""
    return books.part("sales")


@pytest.fixture
def people(books: Any) -> Iterator[Any]:
    """Those who set both up."""
    shop = books.part("shop")
    shop.refuse_deleting_what_is_paid(True)
    yield shop
    shop.refuse_deleting_what_is_paid(False)
    shop.unique_numbers(False)


@pytest.fixture
def abroad(quickbooks_process: Sandbox) -> Any:
    """Our worker on companies outside the United States."""
    fake, real = Names(System.QUICKBOOKS), Names(System.QUICKBOOKS)
    fake.give(Kind.CUSTOMER, CUSTOMER, CUSTOMER_ID)
    company = Company(quickbooks_process, country="CA", currency="CAD")
    return Both(fake_abroad(FakeReceipts(FakeQuickBooks(FakeClock())), fake), sandbox_abroad(company, real))


def test_s8_an_invoice_stands_as_it_was_asked_for_and_is_read_so(books: Any, ours: Any) -> None:
    made = ours.create("A", HOURS, SWITCH, (-3_749, "Services"), note=NOTE, number="4711")
    assert (made["number"], made["total_minor"], made["open_minor"], made["revision"]) == (
        "4711",
        140_000,
        140_000,
        "0",
    )
    assert (made["linked"], made["due"], made["tax_minor"]) == (False, TODAY, 0)
    seen = books.read()["A"]
    assert (seen["number"], seen["total_minor"], seen["standing"], len(seen["lines"])) == ("4711", 140_000, "live", 3)
    assert ours.fetch("A") == made


def test_s8_a_credit_memo_stands_as_it_was_asked_for(books: Any, ours: Any) -> None:
    made = ours.create("C", SWITCH, (-1, "Services"), kind=SaleKind.CREDIT_MEMO, number="CM-1")
    assert (made["kind"], made["total_minor"], made["open_minor"]) == (SaleKind.CREDIT_MEMO, 24_998, 24_998)
    assert books.read()["C"]["remaining_minor"] == 24_998
    assert ours.fetch("C") == made


def test_s6_tax_in_the_united_states_is_what_it_is_said_to_be(ours: Any) -> None:
    made = ours.create(
        "A", (24_999, "Hardware", "TAX"), (100, "Services", "NON"), tax_code="California", tax_minor=2_001
    )
    assert (made["tax_minor"], made["total_minor"]) == (2_001, 27_100)
    assert [code for _, _, _, code in made["lines"]] == ["TAX", "NON", ""]
    assert ours.create("B", (100, "Hardware", "TAX"))["tax_minor"] == 0
    assert ours.create("C", (100, "Hardware", "California")) == "refused: 6100"


def test_s7_automated_tax_is_what_quickbooks_makes_of_it(ours: Any, people: Any) -> None:
    people.automate_tax()
    made = ours.create("A", (24_999, "Hardware", "TAX"), (100, "Services"), tax_code="California", tax_minor=2_001)
    assert (made["tax_minor"], made["total_minor"]) == (2_000, 27_099)
    assert ours.create("B", (1_000, "Hardware", "TAX"))["tax_minor"] == 80, "the customer's own code"
    assert ours.create("C", (1_000, "Hardware", "NON"))["tax_minor"] == 0


@pytest.mark.parametrize(
    ("lines", "tax", "total_minor", "tax_minor"),
    [
        ([(10_000, "Services", "Standard"), (5, "Services", "Reduced")], "excluded", 11_005, 1_000),
        ([(3, "Services", "Standard"), (2, "Hardware", "Standard")], "excluded", 6, 1),
        ([(20, "Services", "Reduced"), (20, "Hardware", "Reduced"), (7, "Services", "Exempt")], "excluded", 48, 1),
        ([(10_001, "Services", "Standard"), (99, "Hardware", "Reduced")], "inclusive", 10_100, 911),
        ([(5, "Services", "Standard"), (5, "Services", "Standard")], "inclusive", 10, 0),
        ([(10_000, "Services"), (1, "Hardware")], "not_applicable", 10_001, 0),
    ],
)
def test_s6_tax_elsewhere_follows_the_codes(
    abroad: Any, lines: Any, tax: str, total_minor: int, tax_minor: int
) -> None:
    made = abroad.create("A", *lines, tax=tax)
    assert (made["total_minor"], made["tax_minor"]) == (total_minor, tax_minor)
    assert sum(amount for _, amount, _, _ in made["lines"]) == total_minor


def test_s7_elsewhere_a_line_needs_a_code_that_is_there(abroad: Any) -> None:
    assert abroad.create("A", (100, "Services"), tax="excluded") == "refused: 6000"
    assert abroad.create("A", (100, "Services", "404"), tax="excluded") == "refused: 2500"


def test_s9_what_is_taken_back_is_gone_and_may_come_again(books: Any, ours: Any) -> None:
    ours.create("A", HOURS, note=NOTE, number="4711")
    ours.create("C", SWITCH, kind=SaleKind.CREDIT_MEMO, note=NOTE)
    books.read()
    books.pass_time(LATER_S)
    ours.delete("A")
    ours.delete("C")
    assert {name: shown["standing"] for name, shown in books.read().items()} == {"A": "deleted", "C": "deleted"}
    assert ours.delete("A") is None, "what is gone already is no error"
    assert (ours.fetch("A"), ours.find(SaleKind.INVOICE, MARKER)) == (None, None)
    assert ours.create("B", HOURS, number="4711")["number"] == "4711"


def test_s9_what_people_changed_or_paid_stays(books: Any, ours: Any, people: Any) -> None:
    ours.create("A", HOURS, number="4711")
    books.pay("P", {"A": 10_000})
    paid = ours.fetch("A")
    assert (paid["open_minor"], paid["linked"], paid["revision"]) == (108_750, True, "0")
    assert ours.delete("A") == "refused: 6000"
    books.delete("P")
    people.renumber("A", "4712")
    assert ours.delete("A") == "conflict"
    assert (ours.fetch("A")["number"], ours.fetch("A")["revision"]) == ("4712", "1")
    assert ours.delete("A") is None


def test_s9_a_void_entry_is_there_and_comes_to_nothing(books: Any, ours: Any) -> None:
    ours.create("A", HOURS, note=NOTE)
    books.void_invoice("A")
    void = ours.fetch("A")
    assert (void["standing"], void["total_minor"], void["revision"]) == ("void", 0, "1")
    assert ours.find(SaleKind.INVOICE, MARKER) == "A"


def test_s7_what_quickbooks_refuses(books: Any, ours: Any, people: Any) -> None:
    assert ours.create("A", (-1, "Services")) == "refused: 6000"
    assert ours.create("A", (118_751, "Services", "", "9.5", "125")) == "refused: 6070"
    assert ours.create("A", (1, "404")) == "refused: 2500"
    assert ours.create("A", SWITCH, number="4" * 22) == "refused: 2050"
    assert ours.create("A", SWITCH, terms_id="404") == "refused: 2500"
    people.deactivate_item("Hardware")
    assert ours.create("A", SWITCH) == "refused: 2500"
    books.close_books(TODAY)
    assert ours.create("A", HOURS) == "refused: 6210"
    assert ours.correct(1, -1) == "refused: 6210"


def test_s7_closed_books_keep_what_they_have(books: Any, ours: Any) -> None:
    ours.create("A", HOURS)
    books.close_books(TODAY)
    assert ours.delete("A") == "refused: 6210"


def test_s6_whose_number_it_is(ours: Any, people: Any) -> None:
    people.custom_numbers(False)
    assert ours.create("A", SWITCH)["number"] == "1001"
    assert ours.create("B", SWITCH, number="CW-7")["number"] == "CW-7"
    people.custom_numbers(True)
    assert ours.create("C", SWITCH)["number"] == ""
    people.unique_numbers(True)
    assert ours.create("D", SWITCH, number="CW-7") == "refused: 6140"
    assert ours.create("D", SWITCH, number="CW-7", kind=SaleKind.CREDIT_MEMO)["number"] == "CW-7"


def test_p4_a_request_is_carried_out_once(ours: Any) -> None:
    assert ours.create("A", (-1, "Services"), request="one") == "refused: 6000"
    made = ours.create("A", SWITCH, request="one", note=NOTE)
    assert ours.create("A", SWITCH, request="one", note=NOTE) == made
    assert (ours.find(SaleKind.INVOICE, MARKER), ours.find(SaleKind.INVOICE, OTHER_MARKER)) == ("A", None)
    assert ours.find(SaleKind.CREDIT_MEMO, MARKER) is None


def test_s2_each_of_several_has_its_own_outcome(ours: Any) -> None:
    several = {"1": [HOURS], "2": [(-1, "Services")], "3": [SWITCH, HOURS], "4": [(5, "404")]}
    first, second, third, fourth = made = ours.create_together(several, "together")
    assert (first["total_minor"], second, third["total_minor"], fourth) == (
        118_750, "refused: 6000", 143_749, "refused: 2500",
    )  # fmt: skip
    assert ours.create_together(several, "together") == made
    assert (ours.fetch("1"), ours.fetch("3")) == (first, third)


def test_s4_an_item_is_made_once(ours: Any, people: Any) -> None:
    assert ours.make_item("Technician-Project", "Services") == ("Technician-Project", True)
    assert ours.make_item("Technician-Project", "Services") == ("Technician-Project", True)
    assert ours.make_item("Technician-Project", "Sales of Product Income") == "refused: item_taken"
    assert ours.make_item("Projects", "404") == "refused: 2500"
    assert ours.create("A", (700, "Technician-Project"))["lines"][0][2] == "Technician-Project"


def test_s10_a_journal_entry_balances_and_is_found(ours: Any) -> None:
    assert ours.correct(3_750, -3_751, request="one") == "refused: 6000"
    assert ours.correct(3_750, -3_750, note=NOTE, request="one")
    assert (ours.finds_journal(MARKER), ours.finds_journal(OTHER_MARKER)) == (True, False)
