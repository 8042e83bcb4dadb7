"""The demo's audit: silent when both systems are right, and loud about every way in which they can be wrong."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from local.demo.audit import Held, audit
from local.demo.seed import Books
from local.demo.stories import make_stories
from local.sandbox.store import Record
from tests.local.demo.conftest import TODAY, Office


def test_payments_that_were_mirrored_leave_nothing_to_say(office: Office) -> None:
    stories = make_stories(office.books, TODAY)
    for story in stories:
        payment = office.pay(story)
        if story is stories.edited:
            office.accountant.edit_payment(payment, [(payment["Line"][0]["LinkedTxn"][0]["TxnId"], story.last[0][1])])
        if story is stories.voided:
            office.accountant.void_payment(payment)
        office.mirror(story)
    assert audit(office.books, stories, TODAY, office.held()) == []


def test_a_payment_that_never_arrived_is_found(office: Office) -> None:
    stories = make_stories(office.books, TODAY)
    office.pay(stories.full)
    number = stories.full.invoices[0].number
    total = stories.full.invoices[0].total
    assert audit(office.books, [stories.full], TODAY, office.held()) == [
        f"ConnectWise invoice {number}: open is {total}, should be 0.00",
        f"ConnectWise invoice {number}: payment rows is 0, should be 1",
        f"ConnectWise invoice {number}: paid by its rows is 0, should be {total}",
    ]


def _first_row_twice(held: Held) -> Held:
    row = held.connectwise_rows[0]
    return replace(held, connectwise_rows=[*held.connectwise_rows, row | {"id": 99_999}])


def _first_row_a_cent_less(held: Held) -> Held:
    first, *rest = held.connectwise_rows
    return replace(held, connectwise_rows=[first | {"amount": first["amount"] - Decimal("0.01")}, *rest])


def _first_row_a_day_late(held: Held) -> Held:
    first, *rest = held.connectwise_rows
    return replace(held, connectwise_rows=[first | {"paymentDate": "2026-11-19T00:00:00Z"}, *rest])


def _row_on_a_strange_invoice(held: Held) -> Held:
    row: Record = {"id": 99_999, "invoice": {"id": 88_888}, "amount": Decimal(5)}
    return replace(held, connectwise_rows=[*held.connectwise_rows, row])


def _no_last_invoice(held: Held) -> Held:
    return replace(held, connectwise_invoices=held.connectwise_invoices[:-1])


def _an_invoice_twice(held: Held) -> Held:
    return replace(held, invoices=[*held.invoices, held.invoices[0]])


def _an_invoice_too_many(held: Held) -> Held:
    return replace(held, connectwise_invoices=[*held.connectwise_invoices, {"id": 1, "invoiceNumber": "X-1"}])


def _first_payment_twice(held: Held) -> Held:
    return replace(held, payments=[*held.payments, held.payments[0]])


def _first_total_a_cent_more(held: Held) -> Held:
    first, *rest = held.invoices
    return replace(held, invoices=[first | {"TotalAmt": first["TotalAmt"] + Decimal("0.01")}, *rest])


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_first_row_twice, "payment rows is 2, should be 1"),
        (_first_row_a_cent_less, "paid by its rows is"),
        (_first_row_a_day_late, "date of its payment is 2026-11-19"),
        (_row_on_a_strange_invoice, "should not be there (88888)"),
        (_no_last_invoice, "ConnectWise lacks invoice"),
        (_an_invoice_twice, "QuickBooks holds 201 invoices, 200 were made"),
        (_an_invoice_too_many, "ConnectWise has an invoice X-1 that nobody made"),
        (_first_payment_twice, "paid by its payments is"),
        (_first_total_a_cent_more, "total is"),
    ],
)
def test_what_is_wrong_is_found(untouched: tuple[Books, Held], spoil: Callable[[Held], Held], words: str) -> None:
    books, held = untouched
    found = audit(books, (), TODAY, spoil(held))
    assert any(words in sentence for sentence in found), found
