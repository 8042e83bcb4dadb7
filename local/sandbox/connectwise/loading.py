"""Raw vendor records from a JSONL file: `{"entity": "Invoice", "record": {…}}` a line, values and ids kept as they are.

An entity is a model's name in `resources/*.toml`; others are kept, but nothing serves them. What lies below another
record names it in `parent`, an InvoicePayment in its own `invoice.id`. A record without `_info.lastUpdated` gets the
time of loading. What an invoice states as paid holds, whether or not its rows are loaded too; loaded again, it follows
the rows that it has by then.
"""

from collections.abc import Iterable
from typing import Any

from local.sandbox.connectwise import ledger, timestamps
from local.sandbox.connectwise.amounts import OPENING, completed, figures, opening_of
from local.sandbox.connectwise.invoices import is_closed
from local.sandbox.connectwise.records import Record
from local.sandbox.connectwise.schema import MODELS
from local.sandbox.connectwise.site import LoginCompany, Site
from local.sandbox.store import load_json

ALIASES = {"Payment": "InvoicePayment"}


def load_lines(site: Site, company: LoginCompany, lines: Iterable[str]) -> dict[str, int]:
    """Load every line or none. Returns: how many records of each entity.

    Raises: ValueError that names the line.
    """
    counts: dict[str, int] = {}
    loaded: dict[str, set[int]] = {}
    known = {invoice["id"] for invoice in company.records.all("Invoice")}
    try:
        with site.store.transaction():
            for number, line in enumerate(lines, 1):
                if line.strip():
                    entity, parent, record = _record(number, line)
                    counts[entity] = counts.get(entity, 0) + 1
                    loaded.setdefault(entity, set()).add(_put(site, company, entity, parent, record))
            invoices = loaded.get("Invoice", set())
            _complete(company, invoices, known)
            _follow_rows(company, invoices & known | loaded.get("InvoicePayment", set()) - invoices)
    except BaseException:
        company.records.rolled_back()
        raise
    company.records.committed()
    return counts


def _record(number: int, line: str) -> tuple[str, int | None, Record]:
    """Read one line. Returns: the entity, the id of the record that it lies below, and the record."""
    try:
        parsed: Any = load_json(line)
    except ValueError as error:
        raise ValueError(f"line {number}: not JSON: {error}") from None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("record"), dict) or not parsed.get("entity"):
        raise ValueError(f'line {number}: expected {{"entity": …, "record": {{…}}}}')
    entity, record = str(parsed["entity"]), parsed["record"]
    if not isinstance(record.get("id"), int) or isinstance(record["id"], bool):
        raise ValueError(f"line {number}: the {entity} has no whole number as its id")
    entity = ALIASES.get(entity, entity)
    if entity not in MODELS or MODELS[entity].parent is None:
        return entity, None, record
    named = record.get("invoice")
    parent = named.get("id") if entity == "InvoicePayment" and isinstance(named, dict) else parsed.get("parent")
    if not isinstance(parent, int):
        what = "its invoice.id" if entity == "InvoicePayment" else f"the {MODELS[entity].parent} as its parent"
        raise ValueError(f"line {number}: the {entity} does not name {what}")
    return entity, parent, record


def _put(site: Site, company: LoginCompany, entity: str, parent: int | None, record: Record) -> int:
    """Save one record. Returns: its id, or that of the record that it lies below."""
    moment = timestamps.to_wire(site.now)
    record = {**record, "_info": {"lastUpdated": moment, "dateEntered": moment, **(record.get("_info") or {})}}
    company.records.reserve_id(entity, record["id"])
    company.records.put(MODELS[entity].shelf(parent) if entity in MODELS else entity, record)
    return int(record["id"]) if parent is None else parent


def _complete(company: LoginCompany, invoices: set[int], known: set[int]) -> None:
    """Fill in what loaded invoices leave out, and keep as opening figures what new ones state beyond their rows."""
    records = company.records
    statuses = {status["id"]: bool(status.get("closedFlag")) for status in records.all("BillingStatus")}
    for invoice_id in invoices:
        invoice = completed(records, _with_closed_flag(records.get("Invoice", invoice_id) or {}, statuses))
        if invoice_id not in known:
            opening = opening_of(records, invoice)
            if any(opening[name] for name in ("payments", "credits", "balance")):
                records.put(OPENING, opening)
        invoice = {**figures(records, invoice), **invoice}
        records.put("Invoice", invoice)
        if is_closed(invoice) and not invoice.get("glBatch"):
            ledger.post(records, invoice)
        _reserve_number(company, invoice)


def _follow_rows(company: LoginCompany, invoices: set[int]) -> None:
    for invoice_id in invoices:
        if invoice := company.records.get("Invoice", invoice_id):
            company.records.put("Invoice", {**invoice, **figures(company.records, invoice)})


def _reserve_number(company: LoginCompany, invoice: Record) -> None:
    """Move the counter of invoice numbers past a plain number."""
    number = str(invoice.get("invoiceNumber") or "")
    if number.isdecimal() and len(number) < 10:
        company.records.reserve_id("invoiceNumber", int(number))


def _with_closed_flag(invoice: Record, statuses: dict[int, bool]) -> Record:
    """Older records name the status only; whether it is a closed one stands in the table of statuses."""
    status = invoice.get("status")
    if not isinstance(status, dict) or "isClosed" in status or status.get("id") not in statuses:
        return invoice
    return {**invoice, "status": {**status, "isClosed": statuses[status["id"]]}}
