"""Credits that a company lets QuickBooks apply on its own: payments that nobody sent, which a sync must not echo."""

from decimal import Decimal
from typing import Any

from local.sandbox.quickbooks.book import TRANSACTION_IDS, Book, amount_of
from local.sandbox.quickbooks.ledger import Effect, post
from local.sandbox.quickbooks.settlements import build_payment, payment_effect
from local.sandbox.store import Record


def apply_credits(book: Book, kind: str, record: Record) -> None:
    """Bring a new invoice and the credits of its customer together, oldest first, as the company's preferences allow.

    `AutoApplyPayments` uses unapplied payments; `AutoApplyCredit` makes a payment of nothing for each credit memo, and
    for each invoice that a new credit memo pays.
    """
    if kind == "Invoice" and book.preference("SalesFormsPrefs", "AutoApplyPayments"):
        _use_payments(book, record)
    if kind in ("Invoice", "CreditMemo") and book.preference("SalesFormsPrefs", "AutoApplyCredit"):
        _use_credits(book, kind, record)


def _use_payments(book: Book, invoice: Record) -> None:
    for payment in book.of_party("Payment", "CustomerRef", invoice["CustomerRef"]["value"]):
        amount = min(amount_of(payment, "UnappliedAmt"), _open(book, "Invoice", invoice["Id"]))
        if amount > 0:
            _extend(book, payment, [_line(amount, "Invoice", invoice["Id"])])


def _use_credits(book: Book, kind: str, record: Record) -> None:
    other = "CreditMemo" if kind == "Invoice" else "Invoice"
    customer_id = record["CustomerRef"]["value"]
    for each in book.of_party(other, "CustomerRef", customer_id):
        amount = min(_open(book, other, each["Id"]), _open(book, kind, record["Id"]))
        if amount > 0:
            ids = {kind: record["Id"], other: each["Id"]}
            _pay_nothing(book, customer_id, [_line(amount, name, ids[name]) for name in ("Invoice", "CreditMemo")])


def _open(book: Book, kind: str, id: str) -> Decimal:  # noqa: A002
    return amount_of(book.get(kind, id) or {}, "Balance")


def _line(amount: Decimal, kind: str, txn_id: str) -> dict[str, Any]:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": txn_id, "TxnType": kind}]}


def _extend(book: Book, payment: Record, lines: list[Record]) -> None:
    wanted = payment | {"Line": [*payment.get("Line", []), *lines]}
    changed = book.change("Payment", payment, build_payment(book, wanted, payment))
    post(book, payment["Id"], payment_effect(book, payment), payment_effect(book, changed))


def _pay_nothing(book: Book, customer_id: str, lines: list[Record]) -> None:
    wanted = {"CustomerRef": {"value": customer_id}, "TotalAmt": 0, "Line": lines}
    made = book.add("Payment", build_payment(book, wanted, None), TRANSACTION_IDS)
    post(book, made["Id"], Effect(), payment_effect(book, made))
