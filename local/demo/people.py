"""The people of the MSP: an accountant who works in QuickBooks and a bookkeeper who works in ConnectWise.

Both work through the vendors' own REST APIs, with credentials of their own that Crossfoot does not have.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from requests import Response

from local.demo.records import UNDEPOSITED
from local.demo.sandboxes import Calls
from local.demo.web import TIMEOUT_S, Web, refused
from local.sandbox.store import Record, load_json
from local.stack.processes import wait_until

THROTTLED = 429
PATIENCE_S = 20.0
PAGE = 1000

type Part = tuple[str, Decimal]


class Accountant:
    """Works in QuickBooks. `spent` counts the calls, so that they are not laid to Crossfoot's charge."""

    def __init__(self, credentials: Mapping[str, str]) -> None:
        headers = {"Authorization": f"Bearer {credentials['access_token']}", "Accept": "application/json"}
        self._web = Web("QuickBooks", f"{credentials['base_url']}/v3/company/{credentials['realm_id']}", headers)
        self._writes = 0

    @property
    def spent(self) -> Calls:
        return Calls(writes=self._writes)

    def record_payment(self, customer_id: str, parts: Sequence[Part], day: date, reference: str) -> Record:
        """Receive a payment. Takes: each invoice's id and what of the payment goes to it."""
        return self._save({
            "CustomerRef": {"value": customer_id}, "TxnDate": day.isoformat(), "PaymentRefNum": reference,
            "DepositToAccountRef": {"value": UNDEPOSITED}, **_amounts(parts),
        })  # fmt: skip

    def edit_payment(self, payment: Record, parts: Sequence[Part]) -> Record:
        """Change what a payment pays."""
        return self._save(_version(payment) | {"CustomerRef": payment["CustomerRef"], **_amounts(parts)})

    def void_payment(self, payment: Record) -> Record:
        """Void a payment: for QuickBooks an update of a special kind."""
        return self._save(_version(payment), operation="update", include="void")

    def delete_payment(self, payment: Record) -> None:
        """Delete a payment."""
        self._save({"Id": payment["Id"], "SyncToken": payment["SyncToken"]}, operation="delete")

    def read_all(self, entity: str) -> list[Record]:
        """Read every record of a kind."""
        found: list[Record] = []
        while True:
            query = f"SELECT * FROM {entity} STARTPOSITION {len(found) + 1} MAXRESULTS {PAGE}"  # noqa: S608
            page = self._call("GET", "/query", params={"query": query})["QueryResponse"].get(entity, [])
            found += page
            if len(page) < PAGE:
                return found

    def _save(self, body: Record, **params: str) -> Record:
        saved: Record = self._call("POST", "/payment", body, params={**params, "requestid": uuid4().hex})["Payment"]
        self._writes += 1
        return saved

    def _call(self, method: str, path: str, body: object = None, *, params: dict[str, str]) -> Any:
        """Call as soon as the company's rate limit has room: it is shared with whatever else is connected."""
        answers: list[Response] = []

        def had_room() -> bool:
            answers.append(self._web.send(method, path, body, params=params))
            return answers[-1].status_code != THROTTLED

        wait_until(had_room, PATIENCE_S, every_s=0.5)
        if not answers[-1].ok:
            raise refused("QuickBooks", f"{method} {path}", answers[-1])
        return load_json(answers[-1].content)


class Bookkeeper:
    """Works in ConnectWise. `spent` counts the calls, as above."""

    def __init__(self, credentials: Mapping[str, str], timeout_s: float = TIMEOUT_S) -> None:
        pair = f"{credentials['company_id']}+{credentials['public_key']}:{credentials['private_key']}"
        headers = {
            "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
            "clientId": credentials["client_id"],
        }
        self._web = Web("ConnectWise", f"{credentials['site_url']}/v4_6_release/apis/3.0", headers, timeout_s)
        self._writes = 0

    @property
    def spent(self) -> Calls:
        return Calls(writes=self._writes)

    def enter_payment(self, invoice_id: str, amount: Decimal, day: date) -> Record:
        """Enter a payment on an invoice by hand."""
        self._writes += 1
        row: Record = self._web.call(
            "POST", f"/finance/invoices/{invoice_id}/payments",
            {"type": "P", "amount": amount, "paymentDate": f"{day.isoformat()}T00:00:00Z"},
        )  # fmt: skip
        return row

    def read_invoices(self) -> list[Record]:
        """Read every invoice."""
        return self._read_all("/finance/invoices")

    def read_batches(self) -> list[Record]:
        """Read every accounting batch."""
        return self._read_all("/finance/accounting/batches")

    def read_unposted(self) -> list[Record]:
        """Read what ConnectWise would post now, with every line; it posts nothing by that."""
        asked = {"exportInvoicesFlag": True, "summarizeInvoices": "Detailed"}
        found: list[Record] = self._web.call("POST", "/finance/accounting/export", asked)["transactions"]
        return found

    def read_rows(self, invoice_id: str) -> list[Record]:
        """Read the payment rows of an invoice."""
        rows: list[Record] = self._web.call("GET", f"/finance/invoices/{invoice_id}/payments")
        return rows

    def _read_all(self, path: str) -> list[Record]:
        found: list[Record] = []
        while True:
            params = {"pageSize": str(PAGE), "page": str(len(found) // PAGE + 1), "orderBy": "id asc"}
            page = self._web.call("GET", path, params=params)
            found += page
            if len(page) < PAGE:
                return found


def _amounts(parts: Sequence[Part]) -> Record:
    lines = [{"Amount": amount, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]} for invoice, amount in parts]
    return {"TotalAmt": sum((amount for _, amount in parts), Decimal(0)), "Line": lines}


def _version(payment: Record) -> Record:
    return {"Id": payment["Id"], "SyncToken": payment["SyncToken"], "sparse": True}
