"""Walks the ConnectWise sandbox with pyconnectwise, unchanged: only its host is ours.

Runs in an environment of its own, which pyconnectwise (GPL) shares with nothing of this project.
Takes: the sandbox's ready line as its one argument. Prints: what it saw, as one JSON line.
"""

import json
import sys
from collections.abc import Callable
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
    return {
        "codebase": client.codebase,
        "is_cloud": client.system.info.get().is_cloud,
        "paged": [found.identifier for found in pages.all()],
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
