"""Walks the ConnectWise sandbox with pyconnectwise, unchanged: only its host is ours.

Runs in an environment of its own, which pyconnectwise (GPL) shares with nothing of this project.
Takes: the sandbox's ready line as its one argument. Prints: what it saw, as one JSON line.
"""

import json
import sys
from collections.abc import Callable
from functools import reduce
from typing import Any
from urllib.parse import urlsplit

from pyconnectwise import ConnectWiseManageAPIClient  # type: ignore[import-not-found]
from pyconnectwise.exceptions import (  # type: ignore[import-not-found]
    AuthenticationFailedException,
    ConnectWiseException,
    MalformedRequestException,
    NotFoundException,
    ObjectExistsError,
)


def refusal(kind: type[ConnectWiseException], act: Callable[[], Any]) -> bool:
    """Tell whether the client met exactly this kind of refusal."""
    try:
        act()
    except ConnectWiseException as error:
        return type(error) is kind
    return False


def patch(path: str, value: Any) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": path, "value": value}]


def payment(client: Any, invoice: int) -> dict[str, Any]:
    payments = client.finance.invoices.id(invoice).payments
    sent = {"type": "P", "amount": 60.1, "paymentDate": "2026-11-01T00:00:00Z"}
    row = payments.post(data=sent)
    refused = refusal(ObjectExistsError, lambda: payments.post(data=sent))
    changed = payments.id(row.id).patch(data=patch("amount", 100.35))
    balance = client.finance.invoices.id(invoice).get().balance
    rows = [[found.type, found.amount, found.payment_date.isoformat()] for found in payments.get()]
    payments.id(row.id).delete()
    return {
        "second_refused": refused, "changed": changed.amount, "balance": balance, "rows": rows,
        "left": len(payments.get()),
    }  # fmt: skip


def callback(client: Any) -> dict[str, Any]:
    callbacks = client.system.callbacks
    sent = {"url": "https://receiver.test/?recordId=", "objectId": 0, "type": "invoice", "level": "owner"}
    entry = callbacks.post(data=sent)
    refused = refusal(ObjectExistsError, lambda: callbacks.post(data=sent))
    callbacks.id(entry.id).delete()
    return {"object_id": entry.object_id, "again_refused": refused, "left": callbacks.count.get().count}


TABLES = (
    "company.companies.types", "company.companies.statuses", "finance.billing_statuses", "finance.billing_terms",
    "finance.tax_codes", "finance.gl_accounts", "finance.gl_accounts.mapped_types", "finance.gl_captions",
    "finance.accounting_package_setup", "finance.agreements.types", "time.work_roles", "time.work_types",
    "expense.types", "procurement.catalog", "system.locations", "system.departments", "system.members", "service.boards",
)  # fmt: skip


def endpoint(client: Any, dotted: str) -> Any:
    return reduce(getattr, dotted.split("."), client)


def tables(client: Any) -> dict[str, int]:
    """Read every table whole, and its first record by its id where the client can."""
    found = {}
    for dotted in TABLES:
        rows = endpoint(client, dotted).get(params={"pageSize": 1000})
        by_id = getattr(endpoint(client, dotted), "id", None)
        assert by_id is None or by_id(rows[0].id).get().id == rows[0].id, dotted
        found[dotted] = len(rows)
    return found


def billed(client: Any, company: int) -> int:
    """Make an invoice with a line of each kind. Returns: its id."""
    invoice = client.finance.invoices.post(data={"type": "Standard", "company": {"id": company}}).id
    named = {"invoice": {"id": invoice}, "billableOption": "Billable"}
    times = {"timeStart": "2026-11-02T09:00:00Z", "timeEnd": "2026-11-02T11:30:00Z", "workRole": {"id": 1}}
    entry = client.time.entries.post(data={**named, **times, "hourlyCost": "45.00"})
    client.expense.entries.post(data={**named, "type": {"id": 1}, "amount": 40.1, "date": "2026-11-02T00:00:00Z"})
    item = client.procurement.products.post(data={**named, "catalogItem": {"id": 1}, "quantity": 3, "price": 20})
    client.procurement.products.id(item.id).patch(data=patch("discount", 10))
    assert client.time.entries.id(entry.id).get().invoice_hours == 2.5
    return int(invoice)


def lines(client: Any, invoice: int) -> dict[str, Any]:
    asked = {"conditions": f"invoice/id in ({invoice},1)"}
    found = client.finance.invoices.id(invoice).get()
    info = client.finance.info.invoice.id(invoice).get()
    return {
        "hours": client.time.entries.get(params=asked)[0].invoice_hours,
        "expense": client.expense.entries.get(params=asked)[0].invoice_amount,
        "discount": client.procurement.products.get(params=asked)[0].discount,
        "totals": [found.service_total, found.expense_total, found.product_total, found.total],
        "in_one": [len(part) for part in (info.time_entries, info.expenses, info.products)],
        "no_null": refusal(
            MalformedRequestException, lambda: client.time.entries.get(params={"conditions": "invoice = null"})
        ),
    }


def agreement(client: Any, company: int) -> dict[str, Any]:
    agreements = client.finance.agreements
    sent = {"name": "Care", "type": {"id": 1}, "company": {"id": company}, "contact": {"id": 7}, "billAmount": 500}
    made = agreements.post(data=sent)
    added = agreements.id(made.id).additions.post(
        data={"product": {"id": 3}, "billCustomer": "Billable", "quantity": 10, "lessIncluded": 2}
    )
    return {
        "type": made.type.name, "billed": [added.billed_quantity, added.ext_price],
        "additions": len(agreements.id(made.id).additions.get()),
    }  # fmt: skip


def accounting(client: Any, invoice: int) -> dict[str, Any]:
    """Close, preview, post, read what was posted, and take it back."""
    interface = client.finance.accounting
    client.finance.invoices.id(invoice).patch(data=patch("status", {"id": 3}))
    [row] = [row for row in interface.unpostedinvoices.get() if row.billing_log_id == invoice]
    wanted = {"exportInvoicesFlag": True, "includedInvoiceIds": [invoice]}
    [transaction] = interface.export.post(data=wanted).transactions
    ids = [int(part) for part in transaction.gl_entry_ids.split(",")] + [part.id for part in transaction.detail]
    sent = {"exportInvoicesFlag": True, "processedRecordIds": sorted(ids), "batchIdentifier": "PY-1"}
    interface.batches.post(data=sent)
    [batch] = interface.batches.get(params={"conditions": 'batchIdentifier = "PY-1"'})
    entries = interface.batches.id(batch.id).entries.get()
    locked = refusal(
        MalformedRequestException, lambda: client.finance.invoices.id(invoice).patch(data=patch("status", {"id": 1}))
    )
    marked = client.finance.invoices.get(params={"conditions": f'glBatch/name = "PY-1" and id = {invoice}'})
    left = interface.unpostedinvoices.count.get().count
    interface.batches.id(batch.id).delete()
    return {
        "own_id": row.id != invoice, "total": transaction.total,
        "details": [[part.gl_type_id, part.total] for part in transaction.detail],
        "marked": len(marked), "left": left, "locked": locked, "again": interface.unpostedinvoices.count.get().count,
        "balanced": round(sum((each.debit or 0) - (each.credit or 0) for each in entries), 2),
    }  # fmt: skip


def merge(client: Any, gone: int, kept: int) -> dict[str, Any]:
    done = client.company.companies.id(gone).merge.post(data={"toCompanyId": kept})
    return {
        "success": done.success,
        "gone": refusal(NotFoundException, lambda: client.company.companies.id(gone).get()),
    }


def walk(ready: dict[str, str]) -> dict[str, Any]:
    host = urlsplit(ready["site_url"]).netloc
    keys = (ready["client_id"], ready["public_key"])
    client = ConnectWiseManageAPIClient(ready["company_id"], host, *keys, ready["private_key"])
    stranger = ConnectWiseManageAPIClient(ready["company_id"], host, *keys, "wrong")
    for n in range(1, 6):
        client.company.companies.post(data={"identifier": f"py{n}", "name": f"Py {n}", "accountNumber": f"P{n}"})
    pages = client.company.companies.paginated(1, 2, params={"conditions": 'identifier like "py*" and id > 0'})
    company = client.company.companies.get(params={"conditions": "identifier='py3'"})[0]
    sent = {"type": "Miscellaneous", "company": {"id": company.id}, "serviceTotal": 100.35}
    invoice = client.finance.invoices.post(data=sent)
    closed = client.finance.invoices.id(invoice.id).patch(data=patch("status", {"id": 3}))
    paged = [found.identifier for found in pages.all()]
    bill = billed(client, company.id)
    return {
        "tables": tables(client),
        "lines": lines(client, bill),
        "agreement": agreement(client, company.id),
        "accounting": accounting(client, bill),
        "merge": merge(client, company.id - 1, company.id),
        "codebase": client.codebase,
        "is_cloud": client.system.info.get().is_cloud,
        "paged": paged,
        "company": company.name,
        "closed": closed.status.name,
        "statuses": [status.name for status in client.finance.billing_statuses.get()],
        "payment": payment(client, invoice.id),
        "callback": callback(client),
        "missing": refusal(NotFoundException, lambda: client.finance.invoices.id(999999).get()),
        "stranger": refusal(AuthenticationFailedException, lambda: stranger.system.info.get()),
        "unknown_name": refusal(
            MalformedRequestException, lambda: client.finance.invoices.get(params={"conditions": "invoiceDate = null"})
        ),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(walk(json.loads(sys.argv[1]))) + "\n")
