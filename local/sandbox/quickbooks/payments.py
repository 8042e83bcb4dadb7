"""Payments received: what they pay, what stays unapplied, and what that does to the invoices."""

from decimal import Decimal
from typing import Any

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book, money
from local.sandbox.quickbooks.invoices import NOTE_LENGTH, check_length, is_voided, voided_note
from local.sandbox.store import Record

_LINKABLE = ("Invoice", "CreditMemo", "JournalEntry", "Expense", "Check", "CreditCardCredit")
_BALANCED = ("Invoice", "CreditMemo")
_SCHEMA = "{http://schema.intuit.com/finance/v3}NameValue"

type Link = tuple[str, str]


def build_payment(book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out the whole payment from what was asked for.

    Raises: Refusal 2020, 2500, 610 or 620 for what it would pay, 6000 for more than is open or was received.
    """
    before = old or {}
    for name in ("CustomerRef", "TotalAmt"):
        if name not in wanted:
            raise refusals.missing(name)
    if Decimal(wanted["TotalAmt"]) < 0:
        raise refusals.business("You must set a transaction amount that is not negative.")
    customer = book.reference("Customer", wanted["CustomerRef"], "CustomerRef", before.get("CustomerRef"))
    payment = _defaults(book, customer) | wanted
    payment["CustomerRef"] = {"value": customer["Id"], "name": customer["DisplayName"]}
    book.reference("Account", payment["DepositToAccountRef"], "DepositToAccountRef", before.get("DepositToAccountRef"))
    payment["Line"] = [_built_line(book, line, customer["Id"], before) for line in wanted.get("Line", [])]
    _put_amounts(payment)
    _check_open_balances(book, payment, before)
    check_length(payment, "PrivateNote", NOTE_LENGTH)
    return payment


def void_payment(payment: Record) -> Record:
    """Return the payment as its void leaves it: no amount, no lines."""
    zeroed: Record = {"TotalAmt": 0, "UnappliedAmt": 0, "Line": []}
    return payment | zeroed | {"PrivateNote": voided_note(payment)}


def check_not_deposited(payment: Record) -> None:
    """Refuse a change to a payment that stands on a deposit.

    Raises: Refusal 6540.
    """
    if any(link.get("TxnType") == "Deposit" for link in payment.get("LinkedTxn", [])):
        raise refusals.deposited()


def post_payment(book: Book, id: str, old: Record | None, new: Record | None) -> None:  # noqa: A002
    """Carry the difference between two versions of a payment into invoices, credits, customers and accounts."""
    was, now = (applied_by(old) if old else {}), (applied_by(new) if new else {})
    for link in sorted(was.keys() | now.keys()):
        _move_open_balance(book, id, link, now.get(link, Decimal(0)) - was.get(link, Decimal(0)), link in now)
    receivable = book.account_of_subtype("AccountsReceivable")
    for payment, sign in ((old, -1), (new, 1)):
        if payment is None:
            continue
        total = sign * Decimal(payment.get("TotalAmt") or 0)
        book.move_customer_balance(payment["CustomerRef"]["value"], -total)
        book.move_account_balance(payment.get("DepositToAccountRef", {}).get("value", ""), total)
        if receivable:
            book.move_account_balance(receivable["Id"], -total)


def free_invoice(book: Book, invoice: Record) -> None:
    """Take an invoice out of the payments that paid it; what they paid stays with them, unapplied."""
    for link in invoice.get("LinkedTxn", []):
        payment = book.get("Payment", link["TxnId"]) if link.get("TxnType") == "Payment" else None
        if payment is None:
            continue
        kept = [line for line in payment.get("Line", []) if ("Invoice", invoice["Id"]) not in _links(line)]
        freed = payment | {"Line": kept}
        _put_amounts(freed)
        book.change("Payment", payment, freed)


def applied_by(payment: Record) -> dict[Link, Decimal]:
    """Return what a payment applies to each transaction; credits count as positive amounts, as on the wire."""
    applied: dict[Link, Decimal] = {}
    for line in payment.get("Line", []):
        for link in _links(line):
            applied[link] = applied.get(link, Decimal(0)) + Decimal(line.get("Amount") or 0)
    return applied


def _links(line: Record) -> list[Link]:
    return [(str(link["TxnType"]), str(link["TxnId"])) for link in line.get("LinkedTxn", [])]


def _defaults(book: Book, customer: Record) -> Record:
    undeposited = book.account_of_subtype("UndepositedFunds")
    return {
        "TxnDate": book.clock.today().isoformat(),
        "CurrencyRef": customer.get("CurrencyRef", {"value": "USD", "name": "United States Dollar"}),
        "ProcessPayment": False,
        **({"DepositToAccountRef": {"value": undeposited["Id"]}} if undeposited else {}),
    }


def _built_line(book: Book, line: Record, customer_id: str, before: Record) -> Record:
    if "Amount" not in line:
        raise refusals.missing("Line.Amount")
    links = line.get("LinkedTxn", [])
    if len(links) != 1:
        raise refusals.business("Each line of a payment must be linked to exactly one transaction.")
    for name in ("TxnId", "TxnType"):
        if name not in links[0]:
            raise refusals.missing(f"Line.LinkedTxn.{name}")
    kind, txn_id = str(links[0]["TxnType"]), str(links[0]["TxnId"])
    target = _target(book, kind, txn_id, customer_id)
    amount = Decimal(line["Amount"])
    if amount < 0:
        raise refusals.business("The amount applied to a transaction cannot be negative.")
    open_balance = _open_balance(target, (kind, txn_id), before)
    return {
        "Amount": money(amount),
        "LinkedTxn": [{"TxnId": txn_id, "TxnType": kind}],
        "LineEx": _line_noise(txn_id, open_balance, target),
    }


def _open_balance(target: Record, link: Link, before: Record) -> Decimal:
    return Decimal(target.get("Balance") or 0) + applied_by(before).get(link, Decimal(0))


def _check_open_balances(book: Book, payment: Record, before: Record) -> None:
    for (kind, txn_id), amount in applied_by(payment).items():
        target = book.get(kind, txn_id) if kind in _BALANCED else None
        if target is not None and amount > (left := _open_balance(target, (kind, txn_id), before)):
            raise refusals.business(
                f"{money(amount)} is applied to {kind} {txn_id}, more than its open balance of {money(left)}."
            )


def _target(book: Book, kind: str, txn_id: str, customer_id: str) -> Record:
    if kind not in _LINKABLE:
        raise refusals.invalid_choice(kind)
    stored_as = {"Expense": "Purchase", "Check": "Purchase", "CreditCardCredit": "Purchase"}.get(kind, kind)
    target = book.get(stored_as, txn_id)
    if target is None:
        raise refusals.not_found()
    if is_voided(target):
        raise refusals.cannot_link(txn_id, "it has been voided.")
    owner = target.get("CustomerRef", {}).get("value")
    if owner is not None and owner != customer_id:
        raise refusals.cannot_link(txn_id, "it belongs to another customer.")
    return target


def _line_noise(txn_id: str, open_balance: Decimal, target: Record) -> Record:
    pairs = [("txnId", txn_id), ("txnOpenBalance", f"{open_balance:.2f}")]
    if "DocNumber" in target:
        pairs.append(("txnReferenceNumber", target["DocNumber"]))
    return {"any": [_name_value(name, value) for name, value in pairs]}


def _name_value(name: str, value: str) -> dict[str, Any]:
    return {
        "name": _SCHEMA,
        "declaredType": "com.intuit.schema.finance.v3.NameValue",
        "scope": "javax.xml.bind.JAXBElement$GlobalScope",
        "value": {"Name": name, "Value": value},
        "nil": False,
        "globalScope": True,
        "typeSubstituted": False,
    }


def _put_amounts(payment: Record) -> None:
    applied = sum(
        (-amount if kind == "CreditMemo" else amount for (kind, _), amount in applied_by(payment).items()), Decimal(0)
    )
    total = Decimal(payment["TotalAmt"])
    if applied > total:
        raise refusals.business(
            f"The amounts applied come to {money(applied)}, more than the payment's total of {money(total)}."
        )
    payment["TotalAmt"], payment["UnappliedAmt"] = money(total), money(total - applied)


def _move_open_balance(book: Book, payment_id: str, link: Link, amount: Decimal, linked: bool) -> None:
    kind, txn_id = link
    target = book.get(kind, txn_id) if kind in _BALANCED else None
    if target is None:
        return
    mine = {"TxnId": payment_id, "TxnType": "Payment"}
    before = target.get("LinkedTxn", [])
    others = [each for each in before if (each.get("TxnId"), each.get("TxnType")) != (payment_id, "Payment")]
    moved = target | {
        "Balance": money(Decimal(target.get("Balance") or 0) - amount),
        "LinkedTxn": before if linked and len(others) < len(before) else [*others, mine] if linked else others,
    }
    if kind == "CreditMemo":
        moved["RemainingCredit"] = moved["Balance"]
    if not amount and moved["LinkedTxn"] == before:
        return
    book.change(
        kind,
        target,
        moved,
        verb="updated" if book.switches.linked_events else None,
        token=book.switches.invoice_token_moves,
    )
