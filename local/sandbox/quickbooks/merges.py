"""What points to a record of a name list: merged into another one, as a person does on the vendor's page, or renamed."""

from collections.abc import Mapping
from typing import Any

from local.sandbox.quickbooks.book import Book, amount_of, money
from local.sandbox.quickbooks.kinds import KINDS, Kind
from local.sandbox.store import Record, Scan

# The properties that point to a record of a kind, wherever they stand.
_POINTERS: Mapping[str, tuple[str, ...]] = {
    "Customer": ("CustomerRef",),
    "Vendor": ("VendorRef", "PrefVendorRef"),
    "Employee": ("EmployeeRef",),
    "Item": ("ItemRef",),
    "Class": ("ClassRef",),
    "Department": ("DepartmentRef",),
    "PaymentMethod": ("PaymentMethodRef",),
    "Account": (
        "AccountRef",
        "APAccountRef",
        "ARAccountRef",
        "AssetAccountRef",
        "BankAccountRef",
        "CCAccountRef",
        "DepositToAccountRef",
        "DiscountAccountRef",
        "ExpenseAccountRef",
        "IncomeAccountRef",
        "ItemAccountRef",
    ),
}
# Properties that may point to several kinds, and say to which: `type` in a deposit, `Type` beside it in a journal.
_NAMES = ("Entity", "EntityRef")
_BALANCES = ("Balance", "BalanceWithJobs", "CurrentBalance", "CurrentBalanceWithSubAccounts")


def merge(book: Book, kind: Kind, gone_id: str, kept_id: str) -> Record:
    """Let one record take over another's transactions, sub-records and balance; the other is gone as if never there.

    Returns: the record that stays.
    Raises: ValueError for a list that cannot be merged, or records that are not there or are one.
    """
    if "merged" not in kind.verbs:
        raise ValueError(f"{kind.name} records cannot be merged")
    gone, kept = book.get(kind.name, gone_id), book.get(kind.name, kept_id)
    if gone is None or kept is None or gone_id == kept_id:
        raise ValueError(f"there are no two {kind.name} records {gone_id!r} and {kept_id!r}")
    _point_anew(book, kind, gone_id, kept, leaves_trace=book.switches.merge_trace)
    sums = {name: money(amount_of(kept, name) + amount_of(gone, name)) for name in _BALANCES if name in kept}
    merged = book.change(kind.name, kept, kept | sums, "merged")
    if book.switches.merge_trace:
        book.leave_marker(kind.name, gone)
    book.store.delete(book.realm, kind.name, gone_id)
    return merged


def show_name(book: Book, kind: Kind, old: Record, renamed: Record) -> None:
    """Let whatever points to a record show its new name. That changes nothing of it: no token, no time."""
    if kind.name in _POINTERS and old.get(str(kind.list_name)) != renamed.get(str(kind.list_name)):
        _point_anew(book, kind, renamed["Id"], renamed, leaves_trace=False)


def _point_anew(book: Book, kind: Kind, gone_id: str, kept: Record, *, leaves_trace: bool) -> None:
    to = {"value": kept["Id"], "name": kept[str(kind.list_name)]}
    for name in book.store.kinds(book.realm):
        if name not in KINDS or not (KINDS[name].transaction or KINDS[name].list_name):
            continue
        pointers = (*_POINTERS.get(kind.name, ()), *(("ParentRef",) if name == kind.name else ()))
        for record in book.store.scan(book.realm, name, Scan(holding=f'"value":"{gone_id}"')):
            moved = _moved(record, kind.name, pointers, gone_id, to)
            if moved == record:
                continue
            if name == kind.name and moved.get("ParentRef") != record.get("ParentRef"):
                moved["FullyQualifiedName"] = f"{kept['FullyQualifiedName']}:{record[str(kind.list_name)]}"
            if leaves_trace:
                book.change(name, record, moved, verb=None, token=False)
            else:
                book.put_as_is(name, moved, name)


def _moved(value: Any, kind: str, pointers: tuple[str, ...], gone_id: str, to: Record) -> Any:
    if isinstance(value, list):
        return [_moved(each, kind, pointers, gone_id, to) for each in value]
    if not isinstance(value, dict):
        return value
    moved: Record = {}
    for name, inner in value.items():
        points = name in pointers or (name in _NAMES and _named_kind(name, value) == kind)
        if points and isinstance(inner, dict) and inner.get("value") == gone_id:
            moved[name] = inner | (to if "name" in inner else {"value": to["value"]})
        else:
            moved[name] = _moved(inner, kind, pointers, gone_id, to)
    return moved


def _named_kind(name: str, holder: Record) -> str:
    if name == "EntityRef":
        return str(holder.get("Type", ""))
    return str(holder["Entity"].get("type", "")).capitalize() if isinstance(holder["Entity"], dict) else ""
