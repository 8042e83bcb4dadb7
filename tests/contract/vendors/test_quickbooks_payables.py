"""Our vendors, bills, credits and bill payments in QuickBooks: the fake and the sandbox take, refuse and show the same."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from crossfoot.core.model import Kind
from crossfoot.core.payables.records import PayMethod

from tests.adapters.quickbooks.company import Company
from tests.adapters.sandbox import Sandbox
from tests.contract.vendors.both import LATER_S, Both
from tests.contract.vendors.payables import FakeLedger, SandboxLedger
from tests.fakes.filing import TODAY

MARKER = "xf:0123456789abcdef"
NOTE = f"Bill bill_1 of the platform. {MARKER}"
LATER = date(2026, 11, 9)


@pytest.fixture
def books(quickbooks_process: Sandbox) -> Iterator[Any]:
    yield Both(FakeLedger(), SandboxLedger(Company(quickbooks_process)))
    quickbooks_process.switch(paid_invoice_delete="unapply")


@pytest.fixture
def ours(books: Any) -> Any:
    """Our worker on both, with a vendor, two bills and a credit."""
    worker = books.part("ours")
    worker.vendor("V", "Norton Lumber", email="ap@norton.example", account_number="C-77")
    worker.bill("A", "V", "1001", [("costs", 10_000, "Paper"), ("fees", 5_000, "Delivery")], due_on=LATER, note=NOTE)
    worker.bill("B", "V", "1002", [("costs", 20_000, "Ink")])
    worker.credit("C", "V", "CR-1", [("costs", 3_000, "Paper back")])
    return worker


def _open(books: Any) -> dict[str, tuple[str, int, int]]:
    """Read, and show standing, total and what is open of each bill and credit."""
    return _shown_open(books.read())


def _shown_open(seen: dict[str, Any]) -> dict[str, tuple[str, int, int]]:
    owed = {name: each for name, each in seen.items() if "bills" not in each}
    return {
        name: (each["standing"], each["total_minor"], each.get("balance_minor", each.get("remaining_minor")) or 0)
        for name, each in owed.items()
    }


def test_b4_what_is_made_stands_as_it_was_asked_for(books: Any, ours: Any) -> None:
    bill = ours.fetch("A")
    assert bill == {
        "name": "A", "revision": "0", "vendor": "V", "number": "1001", "on": TODAY, "due_on": LATER,
        "total_minor": 15_000, "lines": [("1", "costs", 10_000, "Paper"), ("2", "fees", 5_000, "Delivery")],
    }  # fmt: skip
    assert ours.fetch("B")["due_on"] == TODAY, "a bill without terms is due on its day"
    vendor = ours.fetch("V")
    assert (vendor["called"], vendor["email"], vendor["account_number"], vendor["active"]) == (
        "Norton Lumber", "ap@norton.example", "C-77", True,
    )  # fmt: skip
    assert (ours.find(Kind.BILL, MARKER), ours.find(Kind.VENDOR_CREDIT, MARKER)) == (("A", 15_000), None)
    assert _open(books) == {
        "A": ("live", 15_000, 15_000), "B": ("live", 20_000, 20_000), "C": ("live", 3_000, 3_000),
    }  # fmt: skip


def test_b4_one_payment_settles_bills_by_money_and_by_credit(books: Any, ours: Any) -> None:
    paid = ours.pay("P", "V", {"A": 15_000, "B": 5_000}, {"C": 3_000}, number="501", note=NOTE)
    assert (paid["minor"], paid["by"], paid["from"], paid["number"]) == (17_000, "check", "bank", "501")
    assert (paid["bills"], paid["credits"]) == ({"A": 15_000, "B": 5_000}, {"C": 3_000})
    assert ours.fetch("P") == paid
    seen = books.read()
    assert {name: _shown_open(seen)[name][2] for name in "ABC"} == {"A": 0, "B": 15_000, "C": 0}
    assert (seen["P"]["total_minor"], seen["P"]["other_minor"], seen["P"]["marker"]) == (17_000, 0, MARKER)
    assert ours.find(Kind.BILL_PAYMENT, MARKER) == ("P", 17_000)


def test_b4_a_credit_that_covers_all_is_a_payment_of_nothing(books: Any, ours: Any) -> None:
    paid = ours.pay("P", "V", {"A": 3_000}, {"C": 3_000})
    assert (paid["minor"], paid["bills"], paid["credits"]) == (0, {"A": 3_000}, {"C": 3_000})
    assert _open(books)["A"] == ("live", 15_000, 12_000)
    assert ours.fetch("P") == paid, "one over nothing is not void"


def test_b4_a_bill_is_paid_by_credit_card(books: Any, ours: Any) -> None:
    paid = ours.pay("P", "V", {"A": 15_000}, by=PayMethod.CREDIT_CARD)
    assert (paid["by"], paid["from"]) == ("credit_card", "card")
    assert ours.change("P", method=PayMethod.CHECK) == "refused: 6000", "not from a card's account"
    changed = ours.change_way("P", PayMethod.CHECK)
    assert (changed["by"], changed["from"], changed["bills"]) == ("check", "bank", {"A": 15_000})


def test_b4_a_void_or_deleted_payment_opens_what_it_settled(books: Any, ours: Any) -> None:
    ours.pay("P", "V", {"A": 15_000}, {"C": 3_000}, note=NOTE)
    ours.pay("Q", "V", {"B": 20_000})
    books.read()
    books.pass_time(LATER_S)
    assert (ours.void("P"), ours.delete("Q")) == (None, None)
    seen = books.read()
    assert (seen["P"]["standing"], seen["P"]["total_minor"], seen["Q"]["standing"]) == ("void", 0, "deleted")
    assert {name: _shown_open(seen)[name][2] for name in "ABC"} == {"A": 15_000, "B": 20_000, "C": 3_000}
    assert (ours.fetch("P"), ours.fetch("Q")) == (None, None)
    assert ours.find(Kind.BILL_PAYMENT, MARKER) == ("P", 0), "what is void is there"
    assert (ours.void("P"), ours.delete("Q"), ours.void("Q")) == (None, None, None), "what is so already is no error"


def test_b4_a_payment_is_changed_and_keeps_what_people_added(books: Any, ours: Any) -> None:
    ours.pay("P", "V", {"A": 10_000}, note=NOTE)
    books.pay_beyond("P", 700)
    assert ours.change_parts("P", {"A": 15_000}) == "conflict"
    ours.fetch("P")
    changed = ours.change_parts("P", {"A": 4_000, "B": 1_000}, {"C": 2_000})
    assert (changed["minor"], changed["bills"], changed["credits"]) == (3_000, {"A": 4_000, "B": 1_000}, {"C": 2_000})
    seen = books.read()
    assert (seen["P"]["total_minor"], seen["P"]["other_minor"]) == (3_700, 700)
    assert {name: _shown_open(seen)[name][2] for name in "ABC"} == {"A": 11_000, "B": 19_000, "C": 1_000}
    assert ours.find(Kind.BILL_PAYMENT, MARKER) == ("P", 3_000), "its note stays"


def test_b4_a_change_of_a_bill_keeps_what_else_stands_on_its_lines(books: Any, ours: Any) -> None:
    books.pass_on("A")
    ours.fetch("A")
    kept = ours.change("A", number="1001-B", issued_on=LATER, due_on=None)
    assert (kept["number"], kept["on"], kept["due_on"], kept["total_minor"]) == ("1001-B", LATER, LATER, 15_000)
    changed = ours.change_costs("A", ("costs", 9_000, "Less paper"), ("fees", 5_000, "Delivery"), ("fees", 100, ""))
    assert changed["lines"] == [
        ("1", "costs", 9_000, "Less paper"), ("2", "fees", 5_000, "Delivery"), ("3", "fees", 100, ""),
    ]  # fmt: skip
    lines = books.read()["A"]["lines"]
    assert [(line["amount_minor"], line["billable"]) for line in lines] == [
        (9_000, "Billable"), (5_000, "Billable"), (100, "NotBillable"),
    ]  # fmt: skip
    assert ours.find(Kind.BILL, MARKER) == ("A", 14_100), "its note stays"
    assert len(ours.change_costs("A", ("costs", 1_000, "Paper"))["lines"]) == 1


def test_b4_a_bill_or_credit_is_deleted(books: Any, ours: Any) -> None:
    books.read()
    books.pass_time(LATER_S)
    assert (ours.delete("A"), ours.delete("C"), ours.delete("A")) == (None, None, None)
    assert (ours.fetch("A"), ours.fetch("C"), ours.find(Kind.BILL, MARKER)) == (None, None, None)
    assert ours.change("A", number="1") == "refused: 610"
    amounts = _open(books)
    assert (amounts["A"], amounts["C"]) == (("deleted", 0, 0), ("deleted", 0, 0))


def test_b4_what_is_deleted_under_a_payment_is_no_longer_on_it(books: Any, ours: Any) -> None:
    books.pay("P", "V", {"A": 15_000, "B": 1_000})
    ours.pay("Q", "V", {"B": 3_000}, {"C": 3_000})
    books.read()
    books.pass_time(LATER_S)
    ours.delete("A")
    ours.delete("C")
    seen = books.read()
    assert (seen["P"]["total_minor"], seen["P"]["bills"], seen["P"]["other_minor"]) == (16_000, [{"B": 1_000}], 15_000)
    assert (seen["Q"]["standing"], seen["B"]["balance_minor"]) == ("deleted", 19_000)


def test_b4_what_is_paid_may_have_to_stay_until_its_payments_are_gone(books: Any, ours: Any) -> None:
    books.keep_what_is_paid()
    ours.pay("P", "V", {"A": 3_000}, {"C": 3_000})
    assert (ours.delete("A"), ours.delete("C")) == ("refused: 6000", "refused: 6000")
    ours.delete("P")
    assert (ours.delete("A"), ours.delete("C")) == (None, None)


def test_b4_a_payment_that_does_not_fit_is_refused(books: Any, ours: Any) -> None:
    ours.vendor("W", "Books by Bessie")
    ours.bill("D", "W", "1")
    books.pay("P", "V", {"A": 14_000})
    assert ours.pay("Q", "V", {"A": 1_001}) == "refused: 6000", "more than is open"
    assert ours.pay("Q", "V", {"A": 1_000}, {"C": 3_001}) == "refused: 6000", "more than the credit"
    assert ours.pay("Q", "V", {"A": 1_000}, {"C": 2_000}) == "refused: 6000", "less than nothing"
    assert ours.pay("Q", "V", {"D": 1_000}) == "refused: 620", "another vendor's"
    assert ours.pay("Q", "V", {"A": 1_000}, account="costs") == "refused: 6000", "not from a bank"
    assert ours.pay("Q", "V", {"A": 1_000}, by=PayMethod.CREDIT_CARD, account="bank") == "refused: 6000"
    ours.delete("B")
    assert ours.pay("Q", "V", {"B": 1_000}) == "refused: 610", "a bill that is gone"
    assert ours.pay("Q", "V", {"A": 1_000})["minor"] == 1_000


def test_b4_a_paid_bill_stays_as_much_and_its_vendors(ours: Any) -> None:
    ours.pay("P", "V", {"A": 15_000})
    assert ours.change_costs("A", ("costs", 14_999, "")) == "refused: 6000"
    assert ours.change_costs("A", ("costs", 15_500, "Dearer"))["total_minor"] == 15_500


def test_b4_letters_that_quickbooks_lacks_are_said_with_others(ours: Any) -> None:
    ours.vendor("W", "Jos\u00e9 \u0141ukasz: Zo\u00eb", account_number="\u2116 7")
    assert ours.find_vendors("Jos\u00e9 \u0141ukasz: Zo\u00eb") == [("W", "Jos\u00e9 ?ukasz- Zo\u00eb", True)]
    assert ours.fetch("W")["account_number"] == "No 7"
    bill = ours.bill("D", "W", "\u2116 7", [("costs", 10_000, "Ink \u2013 black")])
    assert (bill["number"], bill["lines"][0][3]) == ("No 7", "Ink - black")
    assert ours.change_costs("D", ("costs", 10_000, "Ink \u2013 black")) == {**bill, "revision": "1"}


def test_b4_a_number_is_a_vendors_once(ours: Any) -> None:
    ours.vendor("W", "Books by Bessie")
    assert ours.bill("D", "V", "1001") == "refused: 6140"
    assert ours.bill("D", "W", "1001")["number"] == "1001"
    assert ours.change("B", number="1001") == "refused: 6140"
    assert ours.credit("E", "V", "1001")["number"] == "1001", "a credit is not a bill"
    ours.pay("P", "V", {"A": 1}, number="501")
    assert ours.pay("Q", "V", {"A": 1}, number="501") == "refused: 6140"


def test_b4_a_vendor_is_found_by_its_name_also_when_it_is_inactive(books: Any, ours: Any) -> None:
    assert ours.find_vendors("Norton Lumber") == [("V", "Norton Lumber", True)]
    assert ours.vendor("W", "Norton Lumber") == "refused: 6240"
    books.add_customer("O'Brien \\ Sons")
    assert ours.vendor("W", "O'Brien \\ Sons") == "refused: 6240", "a customer's name"
    assert ours.find_vendors("O'Brien \\ Sons") == []
    ours.vendor("W", "Bob's Burgers")
    assert (ours.delete("W"), ours.delete("W")) == (None, None), "it becomes inactive, and is so already"
    assert ours.find_vendors("Bob's Burgers") == [("W", "Bob's Burgers", False)]
    gone = ours.fetch("W")
    assert (gone["called"], gone["active"]) == ("Bob's Burgers", False)
    assert ours.bill("D", "W", "1") == "refused: 2500"
    back = ours.change("W", active=True, email="bob@burgers.example")
    assert (back["called"], back["active"], back["email"]) == ("Bob's Burgers", True, "bob@burgers.example")


def test_b4_a_vendor_that_is_owed_stays_and_is_renamed(ours: Any) -> None:
    assert ours.delete("V") == "refused: 6220"
    renamed = ours.change("V", name="Norton & Sons", email="", account_number="")
    assert (renamed["called"], renamed["email"], renamed["account_number"]) == (
        "Norton & Sons", "ap@norton.example", "C-77",
    )  # fmt: skip
    assert ours.find_vendors("Norton Lumber") == []


def test_b4_closed_books_and_inactive_accounts_refuse(books: Any, ours: Any) -> None:
    ours.pay("P", "V", {"A": 1_000})
    books.close_books(TODAY)
    assert ours.bill("D", "V", "9") == "refused: 6210"
    assert ours.change("A", issued_on=LATER) == "refused: 6210"
    assert (ours.delete("A"), ours.void("P"), ours.delete("P")) == ("refused: 6210",) * 3
    books.deactivate_bank()
    assert ours.pay("Q", "V", {"A": 1_000}, on=LATER) == "refused: 2500"


def test_b4_people_pay_void_and_delete_there(books: Any, ours: Any) -> None:
    books.pay("P", "V", {"A": 15_000})
    books.pay("Q", "V", {"B": 500}, more_minor=50)
    seen = books.read()
    assert (seen["P"]["bills"], seen["Q"]["other_minor"], seen["A"]["balance_minor"]) == ([{"A": 15_000}], 50, 0)
    books.pass_time(LATER_S)
    books.void_payment("P")
    books.delete_payment("Q")
    books.delete_bill("B")
    seen = books.read()
    assert [seen[name]["standing"] for name in "PQAB"] == ["void", "deleted", "live", "deleted"]
    assert seen["A"]["balance_minor"] == 15_000


def test_x2_a_request_is_carried_out_once_and_a_stale_one_not_at_all(ours: Any) -> None:
    assert ours.pay("P", "V", {"A": 99_999}, request="one") == "refused: 6000"
    made = ours.pay("P", "V", {"A": 1_000}, request="one", note=NOTE)
    assert ours.pay("P", "V", {"A": 1_000}, request="one", note=NOTE) == made
    ours.change_parts("P", {"A": 2_000})
    ours.pay("P", "V", {"A": 1_000}, request="one", note=NOTE)
    stale = (ours.change_parts("P", {"A": 3_000}), ours.delete("P"), ours.void("P"))
    assert stale == ("conflict", "conflict", "conflict")
    assert ours.find(Kind.BILL_PAYMENT, MARKER) == ("P", 2_000)
    assert ours.vendor("W", "Bob's Burgers", request="two")["name"] == "W"
    assert ours.vendor("W", "Bob's Burgers", request="two")["name"] == "W"
