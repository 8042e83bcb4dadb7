"""Deposits: payments out of undeposited funds, direct lines such as a fee, and cash kept back."""

from decimal import Decimal

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book, amount_of, money
from local.sandbox.quickbooks.fields import (
    account_of_type,
    check_head,
    currency_ref,
    finish_amounts,
    is_voided,
    named,
    need,
    one_of,
    put_currency,
)
from local.sandbox.quickbooks.ledger import Effect, Link, system_account
from local.sandbox.quickbooks.lines import built_lines
from local.sandbox.store import Record

WHOLE_TRANSACTION = "0"
_DETAIL = "DepositLineDetail"
_LINKABLE = ("Payment",)
_ENTITIES = {"CUSTOMER": "Customer", "VENDOR": "Vendor", "EMPLOYEE": "Employee"}


def build_deposit(book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out the whole deposit; its total is the sum of its lines less the cash kept back.

    Raises: Refusal 2020, 2500, 610 or 620 for what it would hold, 6000 for a part of a payment or a negative total.
    """
    before = old or {}
    need(wanted, "DepositToAccountRef")
    if not wanted.get("Line"):
        raise refusals.missing("Line")
    deposit: Record = {"TxnDate": book.clock.today().isoformat()} | wanted
    account_of_type(
        book, deposit, "DepositToAccountRef", before.get("DepositToAccountRef"), "Bank", "Other Current Asset"
    )
    check_head(book, deposit, before)
    deposit["Line"] = _lines(book, deposit["Line"], before)
    put_currency(book, deposit, {"CurrencyRef": currency_ref(book.home_currency)})
    total = sum((amount_of(line, "Amount") for line in deposit["Line"]), Decimal(0)) - _cash_back(book, deposit, before)
    if total < 0:
        raise refusals.business("The total of a deposit cannot be negative.")
    deposit["TotalAmt"] = money(total)
    return finish_amounts(deposit)


def deposit_effect(book: Book, deposit: Record) -> Effect:
    """Money in the bank: out of undeposited funds, or booked to the accounts of the direct lines."""
    effect = Effect(links=dict.fromkeys(held_by(deposit), Decimal(0)), called="Deposit")
    undeposited = system_account(book, "UndepositedFunds")
    effect.debit(deposit["DepositToAccountRef"]["value"], amount_of(deposit, "TotalAmt"))
    for line in deposit.get("Line", []):
        own = line.get(_DETAIL, {}).get("AccountRef", {}).get("value")
        effect.credit(undeposited if line.get("LinkedTxn") else own, amount_of(line, "Amount"))
    cash = deposit.get("CashBack", {})
    effect.debit(cash.get("AccountRef", {}).get("value"), amount_of(cash, "Amount"))
    return effect


def held_by(deposit: Record) -> list[Link]:
    """Return the transactions that stand on a deposit."""
    lines = deposit.get("Line", [])
    return [(str(link["TxnType"]), str(link["TxnId"])) for line in lines for link in line.get("LinkedTxn", [])]


def _lines(book: Book, wanted: list[Record], before: Record) -> list[Record]:
    held = held_by(before)
    direct = [line for line in wanted if not line.get("LinkedTxn")]
    # A client may send `DetailType` or nothing with a direct line; the vendor knows one kind only.
    asked = [{"DetailType": _DETAIL} | line for line in direct]
    built = iter(built_lines(book, asked, before.get("Line", []), {_DETAIL: _filled}) if direct else [])
    lines = [_linked_line(book, line, held) if line.get("LinkedTxn") else next(built) for line in wanted]
    links = [link for line in lines for link in held_by({"Line": [line]})]
    for _, txn_id in (each for each in links if links.count(each) > 1):
        raise refusals.cannot_link(txn_id, "it is on this deposit already.")
    return lines


def _filled(book: Book, line: Record, before: Record) -> Record:
    need(line, "Amount", _DETAIL, within="Line.")
    detail, kept = dict(line[_DETAIL]), before.get(_DETAIL, {})
    need(detail, "AccountRef", within=f"Line.{_DETAIL}.")
    named(book, "Account", detail, "AccountRef", kept.get("AccountRef"), f"Line.{_DETAIL}.")
    if "Entity" in detail:
        kind = one_of(str(detail["Entity"].get("type", "CUSTOMER")).upper(), tuple(_ENTITIES))
        named(book, _ENTITIES[kind], detail, "Entity", kept.get("Entity"), f"Line.{_DETAIL}.")
        detail["Entity"]["type"] = kind
    if "PaymentMethodRef" in detail:
        named(book, "PaymentMethod", detail, "PaymentMethodRef", kept.get("PaymentMethodRef"), f"Line.{_DETAIL}.")
    return line | {"Amount": money(line["Amount"]), _DETAIL: detail}


def _linked_line(book: Book, line: Record, held: list[Link]) -> Record:
    """Build a line that holds a whole payment; it has neither Id nor LineNum nor DetailType (recorded)."""
    need(line, "Amount", within="Line.")
    if len(line["LinkedTxn"]) != 1:
        raise refusals.business("Each line of a deposit must be linked to exactly one transaction.")
    link = line["LinkedTxn"][0]
    need(link, "TxnId", "TxnType", "TxnLineId", within="Line.LinkedTxn.")
    kind, txn_id = one_of(link["TxnType"], _LINKABLE), str(link["TxnId"])
    if link["TxnLineId"] != WHOLE_TRANSACTION:
        raise refusals.cannot_link(txn_id, f"there is no line {link['TxnLineId']}.")
    target = _holdable(book, kind, txn_id, held)
    if Decimal(line["Amount"]) != amount_of(target, "TotalAmt"):
        raise refusals.business(f"{kind} {txn_id} comes to {target['TotalAmt']}, and is deposited whole or not at all.")
    detail = {_DETAIL: line[_DETAIL]} if line.get(_DETAIL) else {}
    linked = [{"TxnId": txn_id, "TxnType": kind, "TxnLineId": WHOLE_TRANSACTION}]
    return {"Amount": money(line["Amount"]), "LinkedTxn": linked, **detail}


def _holdable(book: Book, kind: str, txn_id: str, held: list[Link]) -> Record:
    target = book.get(kind, txn_id)
    if target is None:
        raise refusals.not_found()
    if (kind, txn_id) in held:
        return target
    if is_voided(target):
        raise refusals.cannot_link(txn_id, "it has been voided.")
    if any(link.get("TxnType") == "Deposit" for link in target.get("LinkedTxn", [])):
        raise refusals.cannot_link(txn_id, "it is on another deposit.")
    account = book.get("Account", target.get("DepositToAccountRef", {}).get("value", "")) or {}
    if account.get("AccountSubType") != "UndepositedFunds":
        raise refusals.cannot_link(txn_id, "it is not in undeposited funds.")
    return target


def _cash_back(book: Book, deposit: Record, before: Record) -> Decimal:
    if "CashBack" not in deposit:
        return Decimal(0)
    cash = dict(deposit["CashBack"])
    need(cash, "AccountRef", "Amount", within="CashBack.")
    named(book, "Account", cash, "AccountRef", before.get("CashBack", {}).get("AccountRef"), "CashBack.")
    deposit["CashBack"] = cash | {"Amount": money(cash["Amount"])}
    return amount_of(cash, "Amount")
