"""Credits that a company lets QuickBooks apply on its own: payments that nobody sent, which a sync must not echo."""

from decimal import Decimal
from typing import Any

from local.sandbox.quickbooks.book import TRANSACTION_IDS, Book
from local.sandbox.quickbooks.payments import build_payment, post_payment
from local.sandbox.store import Record


def apply_credits(book: Book, invoice: Record) -> None:
    """Pay a new invoice from what the customer has left over, oldest first, as the company's preferences allow.

    `AutoApplyPayments` uses unapplied payments; `AutoApplyCredit` makes a payment of nothing for each credit memo.
    """
    customer_id, invoice_id = invoice["CustomerRef"]["value"], invoice["Id"]
    if book.preference("SalesFormsPrefs", "AutoApplyPayments"):
        for payment in _of_customer(book, "Payment", customer_id):
            amount = min(Decimal(payment.get("UnappliedAmt") or 0), _open(book, invoice_id))
            if amount > 0:
                _extend(book, payment, [_line(amount, "Invoice", invoice_id)])
    if book.preference("SalesFormsPrefs", "AutoApplyCredit"):
        for memo in _of_customer(book, "CreditMemo", customer_id):
            amount = min(Decimal(memo.get("Balance") or 0), _open(book, invoice_id))
            if amount > 0:
                lines = [_line(amount, "Invoice", invoice_id), _line(amount, "CreditMemo", memo["Id"])]
                _pay_nothing(book, customer_id, lines)


def _of_customer(book: Book, kind: str, customer_id: str) -> list[Record]:
    return [each for each in book.all(kind) if each.get("CustomerRef", {}).get("value") == customer_id]


def _open(book: Book, invoice_id: str) -> Decimal:
    return Decimal((book.get("Invoice", invoice_id) or {}).get("Balance") or 0)


def _line(amount: Decimal, kind: str, txn_id: str) -> dict[str, Any]:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": txn_id, "TxnType": kind}]}


def _extend(book: Book, payment: Record, lines: list[Record]) -> None:
    wanted = payment | {"Line": [*payment.get("Line", []), *lines]}
    changed = book.change("Payment", payment, build_payment(book, wanted, payment))
    post_payment(book, payment["Id"], payment, changed)


def _pay_nothing(book: Book, customer_id: str, lines: list[Record]) -> None:
    wanted = {"CustomerRef": {"value": customer_id}, "TotalAmt": 0, "Line": lines}
    made = book.add("Payment", build_payment(book, wanted, None), TRANSACTION_IDS)
    post_payment(book, made["Id"], None, made)
