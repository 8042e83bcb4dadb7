"""Journal entries: debits and credits that balance."""

from decimal import Decimal

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book, amount_of, money
from local.sandbox.quickbooks.fields import (
    check_head,
    currency_ref,
    finish_amounts,
    named,
    need,
    one_of,
    put_currency,
    put_number,
)
from local.sandbox.quickbooks.ledger import Effect
from local.sandbox.quickbooks.lines import Fill, built_lines, filled_text
from local.sandbox.store import Record

_DETAIL = "JournalEntryLineDetail"
_SIDES = ("Debit", "Credit")
# The account types that need to know whose they are: whose kind, and which side they owe on.
_OWED = {"Accounts Receivable": ("Customer", 1), "Accounts Payable": ("Vendor", -1)}
_ENTITIES = ("Customer", "Vendor", "Employee")


def build_journal_entry(book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out the whole entry; the ids of its lines begin at 0 (recorded).

    Raises: Refusal 2020, 2170, 2500, 6140, 6000 for sides that do not balance and for A/R or A/P without a name.
    """
    before = old or {}
    entry: Record = {"TxnDate": book.clock.today().isoformat(), "Adjustment": False, "TxnTaxDetail": {}} | wanted
    entry["Line"] = [
        {name: value for name, value in line.items() if name != "LineNum"}
        for line in built_lines(book, wanted.get("Line", []), before.get("Line", []), _FILLS, first_id=0)
    ]
    check_head(book, entry, before)
    put_currency(book, entry, {"CurrencyRef": entry.get("CurrencyRef", currency_ref(book.home_currency))})
    sides = [sum((_amount(line, side) for line in entry["Line"]), Decimal(0)) for side in _SIDES]
    if sides[0] != sides[1]:
        raise refusals.business(f"The debits come to {money(sides[0])} and the credits to {money(sides[1])}.")
    put_number(book, "JournalEntry", entry, before)
    return finish_amounts(entry | {"TotalAmt": money(sides[0])})


def journal_effect(book: Book, entry: Record) -> Effect:
    """Its postings, and what they make customers owe and vendors be owed."""
    effect, memory = Effect(), book.with_memory()
    for line in entry.get("Line", []):
        detail = line.get(_DETAIL)
        if not detail:
            continue
        debit = _amount(line, "Debit") - _amount(line, "Credit")
        account = memory.get("Account", detail["AccountRef"]["value"]) or {}
        effect.debit(account.get("Id"), debit)
        kind, sign = _OWED.get(account.get("AccountType", ""), ("", 0))
        if kind:
            effect.owed[kind, str(detail.get("Entity", {}).get("EntityRef", {}).get("value", ""))] += sign * debit
    return effect


def _amount(line: Record, side: str) -> Decimal:
    return amount_of(line, "Amount") if line.get(_DETAIL, {}).get("PostingType") == side else Decimal(0)


def _filled(book: Book, line: Record, before: Record) -> Record:
    need(line, "Amount", _DETAIL, within="Line.")
    if Decimal(line["Amount"]) < 0:
        raise refusals.business("The amounts of a journal entry cannot be negative: use the other side.")
    detail, kept = dict(line[_DETAIL]), before.get(_DETAIL, {})
    need(detail, "PostingType", "AccountRef", within=f"Line.{_DETAIL}.")
    one_of(detail["PostingType"], _SIDES)
    account = named(book, "Account", detail, "AccountRef", kept.get("AccountRef"), f"Line.{_DETAIL}.")
    entity = _filled_entity(book, detail, kept)
    owed_by, _ = _OWED.get(account["AccountType"], ("", 0))
    if owed_by and entity != owed_by:
        raise refusals.business(f"When you use {account['AccountType']}, you must choose a {owed_by.lower()} by name.")
    for ref, kind in (("ClassRef", "Class"), ("DepartmentRef", "Department")):
        if ref in detail:
            book.reference(kind, detail[ref], f"Line.{_DETAIL}.{ref}", kept.get(ref))
    return line | {"Amount": money(line["Amount"]), _DETAIL: detail}


def _filled_entity(book: Book, detail: Record, kept: Record) -> str | None:
    if "Entity" not in detail:
        return None
    entity = dict(detail["Entity"])
    need(entity, "Type", "EntityRef", within=f"Line.{_DETAIL}.Entity.")
    kind = one_of(entity["Type"], _ENTITIES)
    named(book, kind, entity, "EntityRef", kept.get("Entity", {}).get("EntityRef"), f"Line.{_DETAIL}.Entity.")
    detail["Entity"] = entity
    return kind


_FILLS: dict[str, Fill] = {_DETAIL: _filled, "DescriptionOnly": filled_text}
