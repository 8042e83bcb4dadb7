"""What a QuickBooks company owes, read by a first import and by changes: the fake and the sandbox show the same.

Whatever is read is the same in every field (`both.py`); what is asserted beyond that says what the two agree on.
"""

from datetime import date
from typing import Any

import pytest
from crossfoot.core.payables.records import PayMethod

from tests.adapters.quickbooks.company import Company
from tests.adapters.sandbox import Sandbox
from tests.contract.vendors.both import LATER_S, Both
from tests.contract.vendors.payables import FakeLedger, SandboxLedger

MARKER = "xf:0123456789abcdef"
NOTE = f"Bill bill_1 of the platform. {MARKER}"


@pytest.fixture
def books(quickbooks_process: Sandbox) -> Any:
    """A vendor with two bills and a credit."""
    books: Any = Both(FakeLedger(), SandboxLedger(Company(quickbooks_process)))
    made = books.part("ours")
    made.vendor("V", "Norton Lumber")
    made.bill("A", "V", "1001", [("costs", 10_000, "Paper"), ("fees", 9_240, "Delivery")], note=NOTE)
    made.bill("B", "V", "1002", [("costs", 5_000, "Ink")], due_on=date(2026, 12, 2))
    made.credit("C", "V", "CR-1", [("costs", 3_000, "Paper back")])
    return books


@pytest.fixture
def ours(books: Any) -> Any:
    """Our worker on both."""
    return books.part("ours")


def read_later(books: Any) -> Any:
    """Read, and then let so much time pass that the overlap repeats nothing."""
    books.read()
    books.pass_time(LATER_S)
    return books.read()


def parts(shown: list[dict[str, int]]) -> dict[str, int]:
    return {name: minor for part in shown for name, minor in part.items()}


def test_b1_an_import_shows_bills_credits_and_payments_in_every_field(books: Any, ours: Any) -> None:
    ours.pay("P", "V", {"A": 10_000, "B": 5_000}, {"C": 2_000}, number="501", note=NOTE)
    seen = books.read()
    assert set(seen) == {"A", "B", "C", "P"}
    assert (seen["A"]["number"], seen["A"]["vendor"], seen["A"]["vendor_name"]) == ("1001", "V", "Norton Lumber")
    assert [line["amount_minor"] for line in seen["A"]["lines"]] == [10_000, 9_240]
    assert (seen["A"]["marker"], seen["B"]["marker"], seen["P"]["marker"]) == (MARKER, "", MARKER)
    assert (seen["A"]["balance_minor"], seen["B"]["balance_minor"], seen["C"]["remaining_minor"]) == (9_240, 0, 1_000)
    assert (parts(seen["P"]["bills"]), parts(seen["P"]["credits"])) == ({"A": 10_000, "B": 5_000}, {"C": 2_000})
    assert (seen["P"]["total_minor"], seen["P"]["other_minor"], seen["P"]["method"]) == (13_000, 0, "check")


def test_b1_a_read_shows_what_changed_since_the_cursor(books: Any, ours: Any) -> None:
    read_later(books)
    assert books.read() == {}
    ours.pay("P", "V", {"A": 4_000}, by=PayMethod.CREDIT_CARD)
    seen = books.read()
    assert set(seen) == {"A", "P"}, "what a payment settles has changed with it"
    assert (seen["A"]["balance_minor"], seen["P"]["method"]) == (15_240, "credit_card")


def test_a_deleted_payment_is_an_id_and_nothing_more_and_is_told_once(books: Any, ours: Any) -> None:
    ours.pay("P", "V", {"A": 10_000}, note=NOTE)
    read_later(books)
    books.delete_payment("P")
    seen = books.read()
    assert (seen["P"]["standing"], seen["P"]["paid_on"], seen["P"]["vendor"]) == ("deleted", None, None)
    assert (seen["P"]["marker"], seen["A"]["balance_minor"]) == ("", 19_240)
    read_later(books)
    assert books.read() == {}


def test_a_first_import_knows_nothing_of_what_was_deleted_before(books: Any) -> None:
    books.pay("P", "V", {"A": 5_000})
    books.delete_payment("P")
    books.pass_time(2 * LATER_S)
    assert set(books.read()) == {"A", "B", "C"}


def test_what_is_deleted_while_an_import_is_broken_off_is_seen_to_be_deleted(books: Any) -> None:
    books.pay("P", "V", {"A": 5_000})
    books.begin_import()
    books.delete_payment("P")
    books.pass_time(LATER_S)
    assert books.read()["P"]["standing"] == "deleted"
