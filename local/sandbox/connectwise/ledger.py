"""The general ledger: what closing an invoice posts, by the mapping of that moment, and what a batch takes.

The order of ids is that of a recorded export: revenue lines, six receivable entries, sales tax; all adjoining.
Receivable entries are positive and the rest negative, so that a document's entries add up to nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.sandbox.connectwise import lines
from local.sandbox.connectwise.records import Record, Records, value_at

POSTING = "Posting"
"""What one closed invoice posted, under the invoice's id. Without `entries` no mapping covered it: it can never be
posted, until it is opened and closed again."""
EXPENSE_POSTING = "ExpensePosting"
OWNER, RECEIVABLE, TAX, DOWN_PAYMENT = "Owner", "AR", "ST", "RD"
SEGMENTS = tuple(f"segment{n}" for n in range(1, 11))
COSTS = tuple(f"cogs{n}" for n in range(1, 11))
CODES = frozenset((*SEGMENTS, *COSTS, "productId", "salesCode", "inventory"))
RECEIVABLES = ("service", "expense", "product", "agreement", "other", "tax")


@dataclass(frozen=True)
class Entry:
    """One entry before it has an id. `amount` is a debit when positive; `context` is what a mapping may go by;
    `receivable` tells in which part of what is owed a revenue is counted, and `line` which line it comes from."""

    gl_type: str
    amount: Decimal
    description: str
    context: Mapping[str, int | None]
    quantity: Decimal = Decimal(0)
    price: Decimal = lines.ZERO
    cost: Decimal = lines.ZERO
    receivable: str = "other"
    line: Record | None = None


class _UnmappedError(Exception):
    pass


def post(records: Records, invoice: Record) -> None:
    """Save what an invoice that was closed posts."""
    records.put(POSTING, posted(records, invoice, lambda count: records.next_id("GLEntry", count)))


def posted(records: Records, invoice: Record, take: Callable[[int], int]) -> Record:
    """Make the entries of an invoice; none where a mapping is missing.

    Takes: `take` gives out so many adjoining ids and tells the first.
    """
    try:
        revenue, receivable, tax = _entries(records, invoice)
        mapped = [(entry, mapping(records, entry)) for entry in (*revenue, *receivable, *tax)]
    except _UnmappedError:
        mapped = []
    first = take(len(mapped) or 1)
    entries = [_numbered(first + place, entry, account) for place, (entry, account) in enumerate(mapped)]
    return {"id": invoice["id"], "recordId": _record_id(entries, first), "entries": entries, "batch": None}


def unpost(records: Records, invoice_id: int) -> None:
    records.delete(POSTING, invoice_id)


def posting_of(records: Records, invoice_id: int) -> Record | None:
    return records.get(POSTING, invoice_id)


def mapping(records: Records, entry: Entry) -> Record:
    """Choose the mapping that says the most about an entry. Raises: _UnmappedError when there is none."""
    fitting = [
        row
        for row in records.where("GLAccount", ("glType",), [entry.gl_type])
        if row["mappedType"]["name"] == OWNER
        or entry.context.get(row["mappedType"]["name"]) == row["mappedRecord"]["id"]
    ]
    if not fitting:
        raise _UnmappedError(entry.gl_type)
    return fitting[0] if len(fitting) == 1 else max(fitting, key=lambda row: _weight(records, row))


def _weight(records: Records, row: Record) -> int:
    return int((records.get("MappedType", row["mappedType"].get("id") or 0) or {}).get("sortOrder") or 0)


def _record_id(entries: list[Record], first: int) -> int:
    """The id by which the document is listed as unposted: that of its first receivable entry."""
    return next((int(entry["id"]) for entry in entries if entry["type"] == RECEIVABLE), first)


def _numbered(entry_id: int, entry: Entry, account: Record) -> Record:
    codes = {name: value for name, value in account.items() if value and name in CODES}
    counted = {"quantity": entry.quantity, "price": entry.price, "cost": entry.cost}
    counted = {name: value for name, value in counted.items() if value}
    made = {"id": entry_id, "type": entry.gl_type, "amount": entry.amount, "description": entry.description}
    return {**made, **counted, **codes, **({"line": entry.line} if entry.line else {})}


def _entries(records: Records, invoice: Record) -> tuple[list[Entry], list[Entry], list[Entry]]:
    revenue = list(_revenue(records, invoice))
    tax = lines.number(invoice, "salesTax")
    context = _context(invoice, {})
    owed = dict.fromkeys(RECEIVABLES, lines.ZERO)
    for entry in revenue:
        owed[entry.receivable] -= entry.amount
    owed["tax"] = tax
    receivable = [Entry(RECEIVABLE, amount, "Accounts Receivable", context) for amount in owed.values()]
    code = {**context, "Tax Code": value_at(invoice, ("taxCode", "id"))}
    taxes = [Entry(TAX, -tax, "Level 1 Sales Tax", code)] if tax or _is_mapped(records, code) else []
    return revenue, receivable, taxes


def _is_mapped(records: Records, context: Mapping[str, int | None]) -> bool:
    try:
        mapping(records, Entry(TAX, lines.ZERO, "", context))
    except _UnmappedError:
        return False
    return True


def _revenue(records: Records, invoice: Record) -> Iterator[Entry]:
    """Give the revenue: each line, and for every part of the invoice what its lines do not make up."""
    if invoice.get("type") == "DownPayment":
        yield _whole(invoice, DOWN_PAYMENT, _untaxed(invoice), "Down payment", "other")
        return
    left = _untaxed(invoice)
    for kind, found in lines.lines_of(records, invoice["id"]).items():
        whole = lines.number(invoice, kind.part)
        for entry in (_of_line(records, kind, line, invoice) for line in found):
            yield entry
            whole += entry.amount
        left -= lines.number(invoice, kind.part)
        if whole:
            yield _whole(invoice, kind.gl_type, whole, "Adjustment" if found else "Billing", _RECEIVABLE_OF[kind])
    agreed = lines.number(invoice, "agreementAmount")
    if agreed:
        yield _whole(invoice, "RA", agreed, "Agreement", "agreement", _agreement_type(records, invoice))
    applied = lines.number(invoice, "downpaymentApplied")
    if applied:
        yield _whole(invoice, DOWN_PAYMENT, -applied, "Down payment applied", "other")
    if left := left - agreed + applied:
        yield _whole(invoice, "R", left, "Billing", "other")


_RECEIVABLE_OF = {lines.TIME: "service", lines.EXPENSES: "expense", lines.PRODUCTS: "product"}


def _untaxed(invoice: Record) -> Decimal:
    return lines.number(invoice, "total") - lines.number(invoice, "salesTax")


def _whole(
    invoice: Record, gl_type: str, amount: Decimal, text: str, receivable: str, more: Mapping[str, Any] | None = None
) -> Entry:
    context = {**_context(invoice, {}), **(more or {})}
    sign = 1 if amount > 0 else -1
    return Entry(gl_type, -amount, text, context, Decimal(-sign), abs(amount), receivable=receivable)


def _of_line(records: Records, kind: lines.LineKind, line: Record, invoice: Record) -> Entry:
    amount = kind.amount(line)
    quantity, price, cost = kind.figures(line)
    context = {**_context(invoice, line), **_line_context(records, kind, line)}
    text = str(line.get("description") or line.get("notes") or kind.model)
    named = {"kind": kind.model, "id": line["id"]}
    return Entry(kind.gl_type, -amount, text, context, -quantity, price, cost, _RECEIVABLE_OF[kind], named)


def _context(invoice: Record, line: Record) -> dict[str, int | None]:
    return {
        "Location": line.get("locationId") or invoice.get("locationId"),
        "Department": line.get("businessUnitId") or invoice.get("departmentId"),
    }


def _line_context(records: Records, kind: lines.LineKind, line: Record) -> dict[str, int | None]:
    if kind is lines.TIME:
        ticket = records.get("Ticket", value_at(line, ("ticket", "id"))) or {}
        return {
            "Work Role": value_at(line, ("workRole", "id")),
            "Work Type": value_at(line, ("workType", "id")),
            "Service Board": value_at(ticket, ("board", "id")),
        }
    if kind is lines.EXPENSES:
        return {"Expense Type": value_at(line, ("type", "id"))}
    item = records.get("CatalogItem", value_at(line, ("catalogItem", "id"))) or {}
    return {"Product Type": value_at(item, ("type", "id"))}


def _agreement_type(records: Records, invoice: Record) -> dict[str, int | None]:
    agreement = records.get("Agreement", value_at(invoice, ("agreement", "id"))) or {}
    return {"Agreement Type": value_at(agreement, ("type", "id"))}


def post_expense(records: Records, entry: Record) -> None:
    """Make the two entries of an approved expense: its cost, and what is owed to the one who paid it."""
    context = {**_context({}, entry), "Expense Type": value_at(entry, ("type", "id"))}
    spent = lines.number(entry, "amount")
    text = str(entry.get("notes") or "Expense")
    pair = [Entry("EE", spent, text, context), Entry("AP", -spent, "Accounts Payable", context)]
    try:
        mapped = [(each, mapping(records, each)) for each in pair]
    except _UnmappedError:
        mapped = []
    first = records.next_id("GLEntry", len(mapped) or 1)
    entries = [_numbered(first + place, each, account) for place, (each, account) in enumerate(mapped)]
    made = {"id": entry["id"], "expense": entry["id"], "recordId": first, "entries": entries, "batch": None}
    records.put(EXPENSE_POSTING, made)
