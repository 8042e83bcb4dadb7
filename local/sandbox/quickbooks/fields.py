"""What transactions share: lengths, references, voids, dates, numbers, currency."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book, amount_of, money
from local.sandbox.store import Record

NUMBER_LENGTH = 21
NOTE_LENGTH = 4000
# Currencies that have no smaller unit.
WHOLE_CURRENCIES = frozenset({"JPY", "KRW", "VND", "CLP", "ISK"})
_CURRENCY_NAMES = {
    "USD": "United States Dollar",
    "CAD": "Canadian Dollar",
    "AUD": "Australian Dollar",
    "GBP": "British Pound Sterling",
    "EUR": "Euro",
    "JPY": "Japanese Yen",
}
_AMOUNTS = ("TotalAmt", "Balance", "RemainingCredit", "UnappliedAmt", "HomeTotalAmt", "HomeBalance")
# The references that any transaction may hold at its head.
_HEAD_REFS = {
    "DepartmentRef": "Department",
    "ClassRef": "Class",
    "SalesTermRef": "Term",
    "PaymentMethodRef": "PaymentMethod",
}


def check_length(record: Record, name: str, limit: int) -> None:
    """Refuse a text that is too long.

    Raises: Refusal 2050.
    """
    length = len(str(record.get(name, "")))
    if length > limit:
        raise refusals.too_long(name, limit, length)


def check_text(book: Book, record: Record, name: str, limit: int) -> None:
    """Refuse a text that is too long, or that ISO-8859-1 cannot say in the United States: Intuit documents it can fail.

    Raises: Refusal 2040, 2050.
    """
    check_length(record, name, limit)
    text = str(record.get(name, ""))
    if any(ord(letter) > 0xFF for letter in text) and book.country == "US":
        raise refusals.invalid_text(name, text)


def need(record: Record, *names: str, within: str = "") -> None:
    """Refuse a request that leaves something out.

    Raises: Refusal 2020.
    """
    for name in names:
        if name not in record:
            raise refusals.missing(f"{within}{name}")


def one_of(value: Any, allowed: tuple[str, ...]) -> str:
    """Return the value when it is one of those that there are.

    Raises: Refusal 2170.
    """
    if value not in allowed:
        raise refusals.invalid_choice(value)
    return str(value)


def check_head(book: Book, record: Record, before: Record) -> None:
    """Check what the head of any transaction may hold.

    Raises: Refusal 2040, 2050 or 2500.
    """
    for name, limit in (("PrivateNote", NOTE_LENGTH), ("DocNumber", NUMBER_LENGTH), ("PaymentRefNum", NUMBER_LENGTH)):
        check_text(book, record, name, limit)
    for name, kind in _HEAD_REFS.items():
        if name in record and record[name] != before.get(name):
            book.reference(kind, record[name], name)


def named(book: Book, kind: str, holder: Record, name: str, kept: Record | None, within: str = "") -> Record:
    """Resolve a reference and write its name beside its value, as answers have it; return what it points to.

    Raises: Refusal 2500.
    """
    found = book.reference(kind, holder[name], f"{within}{name}", kept)
    holder[name] = {"value": found["Id"], "name": found.get("DisplayName") or found["Name"]}
    return found


def account_of_type(book: Book, holder: Record, name: str, kept: Record | None, *types: str) -> Record:
    """Resolve a reference to an account of one of the types that may stand there.

    Raises: Refusal 2500, 6000 for an account of another type.
    """
    account = named(book, "Account", holder, name, kept)
    if account.get("AccountType") not in types:
        raise refusals.business(f"{name} takes an account of the type {' or '.join(types)}.")
    return account


def put_number(book: Book, kind: str, record: Record, before: Record, party: str = "") -> None:
    """Refuse a number that another transaction of the kind, and of the same party, has already.

    Raises: Refusal 6140.
    """
    number, mode = record.get("DocNumber"), book.switches.purchase_numbers
    if kind in ("Invoice", "CreditMemo"):
        mode = book.switches.doc_numbers
    if not number or mode == "allow" or number == before.get("DocNumber"):
        return
    for other in book.store.find(book.realm, kind, "DocNumber", str(number)):
        if other["Id"] != before.get("Id") and (not party or other.get(party) == record.get(party)):
            raise refusals.duplicate_number(str(number), kind, other["Id"])


def currency_ref(code: str) -> Record:
    """Spell a currency as a reference."""
    return {"value": code, "name": _CURRENCY_NAMES.get(code, code)}


def put_currency(book: Book, record: Record, party: Record) -> None:
    """Settle the currency of a transaction: its party's, and another than the company's own only with MultiCurrency.

    Raises: Refusal 6000; also for an amount with a fraction of a unit that cannot be divided.
    """
    own: Record = party.get("CurrencyRef") or currency_ref(book.home_currency)
    asked: Record = record.setdefault("CurrencyRef", own)
    multi = bool(book.preference("CurrencyPrefs", "MultiCurrencyEnabled"))
    if asked.get("value") != own.get("value"):
        raise refusals.business("The currency of the transaction is not that of the name that it is for.")
    if multi:
        record["ExchangeRate"] = record.get("ExchangeRate") or 1
    elif asked.get("value") != book.home_currency:
        raise refusals.business("Multi-currency must be turned on to use another currency than the company's own.")
    else:
        record.pop("ExchangeRate", None)
    if asked.get("value") in WHOLE_CURRENCIES:
        _refuse_fractions(record)


def unit_of(record: Record) -> Decimal:
    """Return the smallest amount of a transaction's currency."""
    return Decimal(1) if record.get("CurrencyRef", {}).get("value") in WHOLE_CURRENCIES else Decimal("0.01")


def finish_amounts(record: Record) -> Record:
    """Put the amounts in home currency, and spell those of a currency without a smaller unit as whole numbers."""
    if "ExchangeRate" in record and "TotalAmt" in record:
        rate = Decimal(record["ExchangeRate"])
        for own, home in (("TotalAmt", "HomeTotalAmt"), ("Balance", "HomeBalance")):
            if own in record:
                record[home] = money(Decimal(record[own]) * rate)
    if unit_of(record) == 1:
        for holder in (record, *record.get("Line", [])):
            holder |= {name: int(holder[name]) for name in (*_AMOUNTS[:4], "Amount") if name in holder}
    return record


def voided(record: Record, **zeroed: object) -> Record:
    """Return a transaction as its void leaves it; the number stays, the note begins with the mark."""
    note = str(record.get("PrivateNote", ""))
    if not note.startswith("Voided"):
        note = f"Voided - {note}" if note else "Voided"
    home: Mapping[str, object] = {name: 0 for name in ("HomeTotalAmt", "HomeBalance") if name in record}
    return record | {"TotalAmt": 0, **zeroed, **home, "PrivateNote": note}


def is_voided(record: Record) -> bool:
    """Tell a voided transaction; the vendor has no field for it."""
    return not record.get("TotalAmt") and str(record.get("PrivateNote", "")).startswith("Voided")


def applied_to(record: Record) -> Decimal:
    """Return what payments and credits have taken off a transaction that stays open until it is settled."""
    return amount_of(record, "TotalAmt") - amount_of(record, "Deposit") - amount_of(record, "Balance")


def _refuse_fractions(record: Record) -> None:
    amounts = [record.get("TotalAmt"), *(line.get("Amount") for line in record.get("Line", []))]
    if any(amount is not None and Decimal(amount) % 1 for amount in amounts):
        raise refusals.business(f"Amounts in {record['CurrencyRef']['value']} have no decimals.")
