"""Create, update, void and delete: the checks that every entity shares, then the entity's own rules."""

from collections.abc import Callable, Mapping
from typing import Any

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import OTHER_USER, TRANSACTION_IDS, Book
from local.sandbox.quickbooks.credits import apply_credits
from local.sandbox.quickbooks.invoices import applied_to, build_invoice, post_invoice, void_invoice
from local.sandbox.quickbooks.kinds import Kind, cleaned
from local.sandbox.quickbooks.names import build_account, build_customer, build_item, stays_inactive
from local.sandbox.quickbooks.payments import (
    build_payment,
    check_not_deposited,
    free_invoice,
    post_payment,
    void_payment,
)
from local.sandbox.store import Record

type Builder = Callable[[Book, Record, Record | None], Record]

_BUILDERS: Mapping[str, Builder] = {
    "Account": build_account,
    "Customer": build_customer,
    "Item": build_item,
    "Invoice": build_invoice,
    "Payment": build_payment,
}
# What a request may carry but not decide: it is overwritten, silently, as the vendor does.
_READ_ONLY = ("Id", "SyncToken", "MetaData", "domain", "sparse", "status")
_COMPUTED = {
    "Invoice": ("TotalAmt", "Balance", "HomeBalance", "LinkedTxn"),
    "Payment": ("UnappliedAmt", "LinkedTxn"),
    "Customer": ("Balance", "BalanceWithJobs", "FullyQualifiedName", "Level"),
    "Account": ("CurrentBalance", "CurrentBalanceWithSubAccounts", "FullyQualifiedName", "Classification"),
    "Item": ("FullyQualifiedName", "Level"),
}


def counter_of(kind: Kind) -> str:
    """Name the id counter: transactions share one."""
    return TRANSACTION_IDS if kind.transaction else kind.name


def save(book: Book, kind: Kind, body: Mapping[str, Any]) -> Record:
    """Create or update, as the vendor tells them apart: by the Id.

    Raises: Refusal.
    """
    wanted = cleaned(kind.name, body)
    return update(book, kind, wanted, body) if "Id" in wanted else create(book, kind, wanted)


def create(book: Book, kind: Kind, wanted: Record) -> Record:
    """Make a record and post it.

    Raises: Refusal.
    """
    if kind.name not in _BUILDERS:
        raise refusals.unsupported(f"create on {kind.name}")
    record = _BUILDERS[kind.name](book, _writable(kind, wanted), None)
    if kind.transaction:
        book.check_open_period(record["TxnDate"])
    added = book.add(kind.name, record, counter_of(kind))
    _post(book, kind, None, added)
    if kind.name == "Invoice":
        apply_credits(book, added)
    return book.get(kind.name, added["Id"]) or added


def update(book: Book, kind: Kind, wanted: Record, body: Mapping[str, Any]) -> Record:
    """Update: sparse keeps what was not sent, full clears it; lines are all or nothing either way.

    Raises: Refusal.
    """
    old = _current(book, kind, wanted)
    if kind.name in ("Preferences", "CompanyInfo"):
        return book.change(kind.name, old, _merged_singleton(kind, old, wanted))
    if kind.list_name and stays_inactive(wanted, old):
        return old
    if kind.name not in _BUILDERS:
        raise refusals.unsupported(f"update on {kind.name}")
    if kind.transaction:
        book.check_open_period(old.get("TxnDate"), wanted.get("TxnDate"))
    if kind.name == "Payment":
        check_not_deposited(old)
    asked = _asked(kind, wanted, body, old)
    changed = book.change(kind.name, old, _kept(kind, old) | _BUILDERS[kind.name](book, asked, old))
    _post(book, kind, old, changed)
    return book.get(kind.name, changed["Id"]) or changed


def void(book: Book, kind: Kind, body: Mapping[str, Any]) -> Record:
    """Void an invoice or a payment.

    Raises: Refusal; 500 for an entity that cannot be voided.
    """
    wanted = cleaned(kind.name, body)
    if kind.name not in ("Invoice", "Payment"):
        raise refusals.unsupported(f"void on {kind.name}")
    old = _current(book, kind, wanted)
    book.check_open_period(old.get("TxnDate"))
    if kind.name == "Payment":
        check_not_deposited(old)
    voided = book.change(kind.name, old, void_invoice(old) if kind.name == "Invoice" else void_payment(old), "void")
    _post(book, kind, old, voided)
    return voided


def delete(book: Book, kind: Kind, body: Mapping[str, Any]) -> Record:
    """Delete a transaction.

    Returns: what the vendor answers: domain, status and Id.
    Raises: Refusal; 500 for a name-list entity, which can only be made inactive.
    """
    wanted = cleaned(kind.name, body)
    if not kind.modelled or not kind.transaction:
        raise refusals.unsupported(f"delete on {kind.name}")
    old = _current(book, kind, wanted)
    book.check_open_period(old.get("TxnDate"))
    if kind.name == "Payment":
        check_not_deposited(old)
    elif applied_to(old):
        if book.switches.paid_invoice_delete == "refuse":
            raise refusals.business("This invoice has payments applied to it. Remove them before you delete it.")
        free_invoice(book, old)
    _post(book, kind, old, None)
    book.remove(kind.name, old)
    return {"domain": "QBO", "status": "Deleted", "Id": old["Id"]}


def _current(book: Book, kind: Kind, wanted: Record) -> Record:
    if "Id" not in wanted:
        raise refusals.missing("Id")
    old = book.need(kind.name, wanted["Id"])
    if "SyncToken" not in wanted:
        raise refusals.missing("SyncToken")
    if wanted["SyncToken"] != old.get("SyncToken", "0"):
        raise refusals.stale(OTHER_USER)
    return old


def _writable(kind: Kind, record: Record) -> Record:
    closed = (*_READ_ONLY, *_COMPUTED.get(kind.name, ()))
    return {name: value for name, value in record.items() if name not in closed}


def _asked(kind: Kind, wanted: Record, body: Mapping[str, Any], old: Record) -> Record:
    asked = _writable(kind, wanted)
    if wanted.get("sparse") is not True:
        return asked
    cleared = {name for name, value in body.items() if value is None or value == ""}
    kept = {name: value for name, value in _writable(kind, old).items() if name not in cleared}
    return kept | asked


def _kept(kind: Kind, old: Record) -> Record:
    names = (*_COMPUTED.get(kind.name, ()), "CustomField")
    return {name: old[name] for name in names if name in old}


def _merged_singleton(kind: Kind, old: Record, wanted: Record) -> Record:
    asked = _writable(kind, wanted)
    if wanted.get("sparse") is not True:
        # A preference always has a value: a full update replaces the groups that it names, and no others.
        return (old if kind.name == "Preferences" else {}) | asked
    merged = dict(old)
    for name, value in asked.items():
        inner = old.get(name)
        merged[name] = inner | value if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged


def _post(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    if kind.name == "Invoice":
        post_invoice(book, old, new)
    elif kind.name == "Payment":
        some = new or old
        if some is not None:
            post_payment(book, some["Id"], old, new)
