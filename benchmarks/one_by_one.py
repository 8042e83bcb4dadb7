"""The same jobs as they are usually done: each payment by itself, with python-quickbooks and plain requests.

Runs in the clients' own environment: `python one_by_one.py`, with what it needs as JSON on standard input. For each of
its `payments`: read it, read each invoice that it pays, find that invoice in ConnectWise by its number, look at its rows,
and add one if the payment is not there. For each that was `received`: read the invoice that it pays, enter the payment in
QuickBooks, and go on with ConnectWise as before. For each of its `bills`: read the ConnectWise invoice and its lines, find
its customer in QuickBooks by name, look whether the number is there, enter the invoice line by line, read the ids of its
ledger records and put them into a batch. Prints how many calls that took, and how long.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import intuitlib.config  # type: ignore[import-not-found]
import requests
from intuitlib.client import AuthClient  # type: ignore[import-not-found]
from quickbooks import QuickBooks  # type: ignore[import-not-found]
from quickbooks.exceptions import QuickbooksException  # type: ignore[import-not-found]
from quickbooks.objects.base import LinkedTxn, Ref  # type: ignore[import-not-found]
from quickbooks.objects.customer import Customer  # type: ignore[import-not-found]
from quickbooks.objects.detailline import SalesItemLine, SalesItemLineDetail  # type: ignore[import-not-found]
from quickbooks.objects.invoice import Invoice  # type: ignore[import-not-found]
from quickbooks.objects.payment import Payment, PaymentLine  # type: ignore[import-not-found]

TIMEOUT_S = 30
# QuickBooks allows ten calls a second. The library fails on one that came too early, so that one is made again.
QUICKBOOKS_PACE_S, THROTTLED_S = 0.1, 1.0
INVOICES = "/finance/invoices"
# Where the lines of a ConnectWise invoice are, and what each of them says of its amount.
LINES = {
    "/time/entries": "extendedInvoiceAmount",
    "/expense/entries": "invoiceAmount",
    "/procurement/products": "extPrice",
}


class OneByOne:
    """Reads QuickBooks through its library, and ConnectWise through a session with the partner's keys."""

    def __init__(self, quickbooks: dict[str, str], connectwise: dict[str, str]) -> None:
        self.calls = 0
        self._next = 0.0
        self._qb = _open_quickbooks(quickbooks)
        self._root = f"{connectwise['site_url']}/v4_6_release/apis/3.0"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = (f"{connectwise['company_id']}+{connectwise['public_key']}", connectwise["private_key"])
        self._session.headers["clientId"] = connectwise["client_id"]

    def mirror(self, payment_id: str) -> None:
        payment = self._read(Payment, payment_id)
        for line in payment.Line:
            for linked in line.LinkedTxn:
                invoice = self._read(Invoice, linked.TxnId)
                self._add_row(invoice.DocNumber, line.Amount, payment.TxnDate)

    def enter(self, received: dict[str, str]) -> None:
        invoice = self._read(Invoice, received["invoice"])
        payment, line, paid = Payment(), PaymentLine(), LinkedTxn()
        paid.TxnId, paid.TxnType = received["invoice"], "Invoice"
        line.Amount, line.LinkedTxn = float(received["amount"]), [paid]
        payment.CustomerRef, payment.Line, payment.TotalAmt = invoice.CustomerRef, [line], line.Amount
        payment.TxnDate, payment.PaymentRefNum = received["day"], received["reference"]
        self._ask(lambda: payment.save(qb=self._qb))
        self._add_row(invoice.DocNumber, line.Amount, received["day"])

    def sync(self, bill: str, item: str) -> None:
        closed = self._call("GET", f"{INVOICES}/{bill}")
        lines = [(path, line) for path in LINES for line in self._lines_of(path, bill)]
        (customer,) = self._find(Customer, DisplayName=closed["company"]["name"])
        if self._find(Invoice, DocNumber=closed["invoiceNumber"]):
            return
        invoice = Invoice()
        invoice.CustomerRef, invoice.DocNumber = _ref(customer.Id), closed["invoiceNumber"]
        invoice.TxnDate, invoice.DueDate = closed["date"][:10], closed["dueDate"][:10]
        invoice.Line = [_sale(line, LINES[path], item) for path, line in lines]
        self._ask(lambda: invoice.save(qb=self._qb))
        entries = self._call("GET", f"{INVOICES}/{bill}/glEntries/")
        batch = {"batchIdentifier": f"I{closed['invoiceNumber']}", "exportInvoicesFlag": True}
        self._call(
            "POST", "/finance/accounting/batches", json={**batch, "processedRecordIds": [e["id"] for e in entries]}
        )

    def _lines_of(self, path: str, bill: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("GET", path, params={"conditions": f"invoice/id = {bill}"})
        return found

    def _find(self, kind: Any, **values: str) -> Any:
        return self._ask(lambda: kind.filter(**values, qb=self._qb))

    def _read(self, kind: Any, record_id: str) -> Any:
        return self._ask(lambda: kind.get(record_id, qb=self._qb))

    def _ask(self, call: Callable[[], Any]) -> Any:
        time.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + QUICKBOOKS_PACE_S
        self.calls += 1
        try:
            return call()
        except QuickbooksException as error:
            if "ThrottleExceeded" not in str(error):
                raise
            self._next = time.monotonic() + THROTTLED_S
            return self._ask(call)

    def _add_row(self, number: str, amount: float, day: str) -> None:
        (found,) = self._call("GET", INVOICES, params={"conditions": f'invoiceNumber = "{number}"'})
        rows = self._call("GET", f"{INVOICES}/{found['id']}/payments")
        if not any(float(row["amount"]) == float(amount) and row["paymentDate"][:10] == day for row in rows):
            row = {"type": "P", "amount": amount, "paymentDate": f"{day}T00:00:00Z"}
            self._call("POST", f"{INVOICES}/{found['id']}/payments", json=row)

    def _call(self, method: str, path: str, **options: Any) -> Any:
        self.calls += 1
        answer = self._session.request(method, self._root + path, timeout=TIMEOUT_S, **options)
        answer.raise_for_status()
        return answer.json()


def _ref(id_: str) -> Any:
    ref = Ref()
    ref.value = id_
    return ref


def _sale(line: dict[str, Any], amount: str, item: str) -> Any:
    sold = SalesItemLine()
    sold.Amount, sold.Description = line[amount], line.get("notes") or line.get("description")
    sold.SalesItemLineDetail = SalesItemLineDetail()
    sold.SalesItemLineDetail.ItemRef = _ref(item)
    sold.SalesItemLineDetail.Qty, sold.SalesItemLineDetail.UnitPrice = 1, line[amount]
    return sold


def _open_quickbooks(ready: dict[str, str]) -> Any:
    QuickBooks.sandbox_api_url_v3 = QuickBooks.api_url_v3 = f"{ready['base_url']}/v3"
    for name, document in (("sandbox", "openid_sandbox_configuration"), ("production", "openid_configuration")):
        intuitlib.config.DISCOVERY_URL[name] = f"{ready['base_url']}/.well-known/{document}/"
    auth = AuthClient(ready["client_id"], ready["client_secret"], "http://localhost:9/return", "sandbox")
    return QuickBooks(
        auth_client=auth, refresh_token=ready["refresh_token"], company_id=ready["realm_id"], minorversion=75
    )


def main() -> None:
    asked = json.load(sys.stdin)
    job = OneByOne(asked["quickbooks"], asked["connectwise"])
    began = time.perf_counter()
    for payment_id in asked.get("payments", ()):
        job.mirror(payment_id)
    for payment in asked.get("received", ()):
        job.enter(payment)
    for bill in asked.get("bills", ()):
        job.sync(bill, asked["item"])
    print(json.dumps({"calls": job.calls, "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()
