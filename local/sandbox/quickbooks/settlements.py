"""Payments of customers and to vendors: what they settle, which credits they use up, and what stays over."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book, amount_of, money
from local.sandbox.quickbooks.fields import (
    account_of_type,
    check_head,
    finish_amounts,
    is_voided,
    named,
    need,
    one_of,
    put_currency,
    put_number,
    voided,
)
from local.sandbox.quickbooks.ledger import OPEN_KINDS, Effect, Link, stored_as, system_account
from local.sandbox.store import Record

_SCHEMA = "{http://schema.intuit.com/finance/v3}NameValue"


@dataclass(frozen=True)
class Settlement:
    """A kind of payment: whose it is, what it may pay, and which credits it may use. Every line is a positive amount."""

    kind: str
    party: str
    charges: tuple[str, ...]
    credits: tuple[str, ...]

    @property
    def party_ref(self) -> str:
        return f"{self.party}Ref"


_SALES_CHARGES = ("Invoice", "JournalEntry", "Expense", "Check", "CreditCardCredit")
RECEIVED = Settlement("Payment", "Customer", _SALES_CHARGES, ("CreditMemo",))
PAID = Settlement("BillPayment", "Vendor", ("Bill", "JournalEntry"), ("VendorCredit",))
SETTLEMENTS = {each.kind: each for each in (RECEIVED, PAID)}


def build_payment(book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out the whole payment from what was asked for.

    Raises: Refusal 2020, 2500, 610 or 620 for what it would pay, 6000 for more than is open or was received.
    """
    undeposited = system_account(book, "UndepositedFunds")
    into = {"DepositToAccountRef": {"value": undeposited}} if undeposited else {}
    before = old or {}
    payment = _built(book, RECEIVED, {"ProcessPayment": False} | into | wanted, before)
    if "DepositToAccountRef" in payment:
        kept = before.get("DepositToAccountRef")
        book.reference("Account", payment["DepositToAccountRef"], "DepositToAccountRef", kept)
    return payment


def build_bill_payment(book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out the whole bill payment; what goes beyond the bills stays with the vendor.

    Raises: Refusal 2020, 2170, 2500, 610 or 620 for what it would pay, 6000, 6140.
    """
    need(wanted, "PayType")
    wanted = wanted | {"PayType": one_of(wanted["PayType"], tuple(_PAY_TYPES))}
    method, ref, account_type = _PAY_TYPES[wanted["PayType"]]
    payment = _built(book, PAID, wanted, old or {})
    detail = dict(payment.get(method, {}))
    need(detail, ref, within=f"{method}.")
    kept = (old or {}).get(method, {}).get(ref)
    account_of_type(book, detail, ref, kept, account_type)
    others = {name for name, _, _ in _PAY_TYPES.values()} - {method}
    printed = {"PrintStatus": "NeedToPrint"} if method == "CheckPayment" else {}
    put_number(book, "BillPayment", payment, old or {}, "VendorRef")
    return {name: value for name, value in payment.items() if name not in others} | {method: printed | detail}


def payment_effect(book: Book, payment: Record) -> Effect:
    """Money in, and so much less owed by the customer."""
    total = amount_of(payment, "TotalAmt")
    effect = Effect(links=applied_by(payment), called="Payment")
    effect.owed["Customer", payment["CustomerRef"]["value"]] = -total
    effect.debit(payment.get("DepositToAccountRef", {}).get("value"), total)
    effect.credit(system_account(book, "AccountsReceivable"), total)
    return effect


def bill_payment_effect(book: Book, payment: Record) -> Effect:
    """Money out, and so much less owed to the vendor; bills know it by the way in which it was paid."""
    total = amount_of(payment, "TotalAmt")
    method, ref, _ = _PAY_TYPES[payment["PayType"]]
    effect = Effect(links=applied_by(payment), called=f"BillPayment{payment['PayType']}")
    effect.owed["Vendor", payment["VendorRef"]["value"]] = -total
    payable = payment.get("APAccountRef", {}).get("value") or system_account(book, "AccountsPayable")
    effect.debit(payable, total)
    effect.credit(payment.get(method, {}).get(ref, {}).get("value"), total)
    return effect


def void_payment(payment: Record) -> Record:
    """Return a payment as its void leaves it: no amount, no lines."""
    return voided(payment, Line=[], **({"UnappliedAmt": 0} if "UnappliedAmt" in payment else {}))


def check_not_deposited(record: Record) -> None:
    """Refuse a change to a payment that stands on a deposit.

    Raises: Refusal 6540.
    """
    if any(link.get("TxnType") == "Deposit" for link in record.get("LinkedTxn", [])):
        raise refusals.deposited()


def applied_by(payment: Record) -> dict[Link, Decimal]:
    """Return what a payment applies to each transaction; credits count as positive amounts, as on the wire."""
    applied: dict[Link, Decimal] = {}
    for line in payment.get("Line", []):
        for link in _links(line):
            applied[link] = applied.get(link, Decimal(0)) + amount_of(line, "Amount")
    return applied


def without(rules: Settlement, payment: Record, link: Link) -> Record:
    """Return a payment that has nothing to do with a transaction any more, and uses no credit that pays for nothing.

    What it paid stays with it; what it paid out of a credit that goes is open again.
    """
    lines = [line for line in payment.get("Line", []) if link not in _links(line)]
    charges, credits_used = _sums(rules, {"Line": lines})
    lines = _trimmed(lines, rules.credits, credits_used - charges)
    charges, credits_used = _sums(rules, {"Line": lines})
    lines = _trimmed(lines, rules.charges, charges - credits_used - amount_of(payment, "TotalAmt"))
    freed = payment | {"Line": lines}
    _put_amounts(rules, freed)
    return freed


def _trimmed(lines: list[Record], kinds: tuple[str, ...], excess: Decimal) -> list[Record]:
    """Take an excess off the lines that link to such kinds, from the last one on."""
    kept: list[Record] = []
    for line in reversed(lines):
        taken = min(max(excess, Decimal(0)), amount_of(line, "Amount")) if _links(line)[0][0] in kinds else Decimal(0)
        excess -= taken
        left = amount_of(line, "Amount") - taken
        if left:
            kept.append(line | {"Amount": money(left)})
    return kept[::-1]


def _links(line: Record) -> list[Link]:
    return [(str(link["TxnType"]), str(link["TxnId"])) for link in line.get("LinkedTxn", [])]


def _built(book: Book, rules: Settlement, wanted: Record, before: Record) -> Record:
    need(wanted, rules.party_ref, "TotalAmt")
    if Decimal(wanted["TotalAmt"]) < 0:
        raise refusals.business("You must set a transaction amount that is not negative.")
    payment: Record = {"TxnDate": book.clock.today().isoformat()} | wanted
    party = named(book, rules.party, payment, rules.party_ref, before.get(rules.party_ref))
    put_currency(book, payment, party)
    check_head(book, payment, before)
    payment["Line"] = [_built_line(book, rules, line, party["Id"], before) for line in wanted.get("Line", [])]
    if book.switches.over_application == "reduce":
        payment["Line"] = list(_within_open_balances(book, payment["Line"], before))
    _put_amounts(rules, payment)
    _check_open_balances(book, payment, before)
    return finish_amounts(payment)


def _built_line(book: Book, rules: Settlement, line: Record, party_id: str, before: Record) -> Record:
    need(line, "Amount", within="Line.")
    links = line.get("LinkedTxn", [])
    if len(links) != 1:
        raise refusals.business("Each line of a payment must be linked to exactly one transaction.")
    need(links[0], "TxnId", "TxnType", within="Line.LinkedTxn.")
    kind, txn_id = str(links[0]["TxnType"]), str(links[0]["TxnId"])
    target = _target(book, rules, kind, txn_id, party_id)
    amount = Decimal(line["Amount"])
    if amount < 0:
        raise refusals.business("The amount applied to a transaction cannot be negative.")
    built: Record = {"Amount": money(amount), "LinkedTxn": [{"TxnId": txn_id, "TxnType": kind}]}
    if rules is PAID:
        return built
    return built | {"LineEx": _line_noise(txn_id, _open_balance(target, (kind, txn_id), before), target)}


def _open_balance(target: Record, link: Link, before: Record) -> Decimal:
    return amount_of(target, "Balance") + applied_by(before).get(link, Decimal(0))


def _within_open_balances(book: Book, lines: list[Record], before: Record) -> Iterator[Record]:
    """Take off the lines what goes beyond the open balances; a line with nothing left is left out."""
    applied: dict[Link, Decimal] = {}
    for line in lines:
        (link,), amount = _links(line), amount_of(line, "Amount")
        target = book.get(*link) if link[0] in OPEN_KINDS else None
        if target is not None:
            amount = min(amount, _open_balance(target, link, before) - applied.get(link, Decimal(0)))
            applied[link] = applied.get(link, Decimal(0)) + amount
        if amount:
            yield line | {"Amount": money(amount)}


def _check_open_balances(book: Book, payment: Record, before: Record) -> None:
    for (kind, txn_id), amount in applied_by(payment).items():
        target = book.get(kind, txn_id) if kind in OPEN_KINDS else None
        if target is not None and amount > (left := _open_balance(target, (kind, txn_id), before)):
            raise refusals.business(
                f"{money(amount)} is applied to {kind} {txn_id}, more than its open balance of {money(left)}."
            )


def _target(book: Book, rules: Settlement, kind: str, txn_id: str, party_id: str) -> Record:
    one_of(kind, (*rules.charges, *rules.credits))
    target = book.get(stored_as(kind), txn_id)
    if target is None:
        raise refusals.not_found()
    if is_voided(target):
        raise refusals.cannot_link(txn_id, "it has been voided.")
    owner = target.get(rules.party_ref, {}).get("value")
    if owner is not None and owner != party_id:
        raise refusals.cannot_link(txn_id, f"it belongs to another {rules.party.lower()}.")
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


def _sums(rules: Settlement, payment: Record) -> tuple[Decimal, Decimal]:
    def total(kinds: tuple[str, ...]) -> Iterator[Decimal]:
        return (amount for (kind, _), amount in applied_by(payment).items() if kind in kinds)

    return sum(total(rules.charges), Decimal(0)), sum(total(rules.credits), Decimal(0))


def _put_amounts(rules: Settlement, payment: Record) -> None:
    charges, credits_used = _sums(rules, payment)
    total = Decimal(payment["TotalAmt"])
    if credits_used > charges:
        raise refusals.business(f"Credits of {money(credits_used)} are used to pay {money(charges)}.")
    if charges - credits_used > total:
        raise refusals.business(
            f"The amounts applied come to {money(charges - credits_used)}, "
            f"more than the payment's total of {money(total)}."
        )
    payment["TotalAmt"] = money(total)
    if rules is RECEIVED:
        payment["UnappliedAmt"] = money(total - charges + credits_used)


# PayType: where its account stands, and of which type that is.
_PAY_TYPES = {
    "Check": ("CheckPayment", "BankAccountRef", "Bank"),
    "CreditCard": ("CreditCardPayment", "CCAccountRef", "Credit Card"),
}
