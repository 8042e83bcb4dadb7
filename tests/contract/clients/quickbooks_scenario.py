"""Drive python-quickbooks and intuit-oauth, unchanged but for their hosts, through all that the sandbox offers.

Runs in an environment of its own: `python quickbooks_scenario.py READY_LINE`. Prints what it saw as one JSON object.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import intuitlib.config  # type: ignore[import-not-found]
import requests
from intuitlib.client import AuthClient  # type: ignore[import-not-found]
from intuitlib.enums import Scopes  # type: ignore[import-not-found]
from intuitlib.exceptions import AuthClientError  # type: ignore[import-not-found]
from quickbooks import QuickBooks  # type: ignore[import-not-found]
from quickbooks.batch import batch_create, batch_delete, batch_update  # type: ignore[import-not-found]
from quickbooks.cdc import change_data_capture  # type: ignore[import-not-found]
from quickbooks.exceptions import QuickbooksException  # type: ignore[import-not-found]
from quickbooks.objects.account import Account  # type: ignore[import-not-found]
from quickbooks.objects.base import Ref  # type: ignore[import-not-found]
from quickbooks.objects.company_info import CompanyInfo  # type: ignore[import-not-found]
from quickbooks.objects.customer import Customer  # type: ignore[import-not-found]
from quickbooks.objects.detailline import SalesItemLine, SalesItemLineDetail  # type: ignore[import-not-found]
from quickbooks.objects.invoice import Invoice  # type: ignore[import-not-found]
from quickbooks.objects.item import Item  # type: ignore[import-not-found]
from quickbooks.objects.payment import Payment, PaymentLine  # type: ignore[import-not-found]
from quickbooks.objects.preferences import Preferences  # type: ignore[import-not-found]

REDIRECT = "http://localhost:9/return"
TIMEOUT_S = 10


class _Forms(HTMLParser):
    """The hidden fields of each form on the authorize page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        elif tag == "input":
            self.forms[-1][given["name"]] = given["value"]


def connect(ready: dict[str, str]) -> tuple[Any, dict[str, Any]]:
    """Walk the OAuth way as a person and intuit-oauth together."""
    for name, document in (("sandbox", "openid_sandbox_configuration"), ("production", "openid_configuration")):
        intuitlib.config.DISCOVERY_URL[name] = f"{ready['base_url']}/.well-known/{document}/"
    auth = AuthClient(ready["client_id"], ready["client_secret"], REDIRECT, "sandbox")
    url = auth.get_authorization_url([Scopes.ACCOUNTING])
    page = _Forms()
    page.feed(requests.get(url, timeout=TIMEOUT_S).text)
    sent = requests.post(url.partition("?")[0], data=page.forms[0], allow_redirects=False, timeout=TIMEOUT_S)
    answer = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    auth.get_bearer_token(answer["code"], realm_id=answer["realmId"])
    old = auth.refresh_token
    auth.refresh()
    seen = {
        "state": answer["state"] == auth.state_token,
        "realm": answer["realmId"] == ready["realm_id"],
        "rotated": auth.refresh_token != old,
        "expires_in": auth.expires_in,
        "reuse": _auth_error(lambda: auth.refresh(refresh_token=old)),
    }
    return auth, seen


def _auth_error(call: Callable[[], object]) -> str:
    try:
        call()
    except AuthClientError as error:
        return str(json.loads(error.content)["error"])
    return "none"


def _error(call: Callable[[], object]) -> list[Any]:
    try:
        call()
    except QuickbooksException as error:
        return [type(error).__name__, error.error_code]
    return ["none"]


def _ref(value: str) -> Any:
    ref = Ref()
    ref.value = value
    return ref


def _invoice(customer: Any, item_id: str, amount: float | Decimal) -> Any:
    line = SalesItemLine()
    line.Amount = amount
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = _ref(item_id)
    line.SalesItemLineDetail.Qty, line.SalesItemLineDetail.UnitPrice = 1, amount
    invoice = Invoice()
    invoice.CustomerRef = _ref(customer.Id)
    invoice.Line.append(line)
    return invoice


def _payment(customer: Any, invoice: Any, amount: float | Decimal) -> Any:
    line = PaymentLine()
    line.Amount = amount
    line.LinkedTxn.append(invoice.to_linked_txn())
    payment = Payment()
    payment.CustomerRef, payment.TotalAmt = _ref(customer.Id), amount
    payment.Line.append(line)
    return payment


def names(qb: Any) -> dict[str, Any]:
    """Account, customer and item: create, read, update, query, make inactive."""
    account = Account()
    account.Name, account.AccountType, account.AccountSubType = "Cloud income", "Income", "ServiceFeeIncome"
    account = account.save(qb=qb)
    item = Item()
    item.Name, item.Type, item.IncomeAccountRef, item.UnitPrice = "Backup", "Service", account.to_ref(), 25
    item = item.save(qb=qb)
    item.Description = "Nightly"
    item = item.save(qb=qb)
    customer = Customer()
    customer.DisplayName, customer.CompanyName = "Amy's Bird Sanctuary", "Amy's"
    customer = customer.save(qb=qb)
    customer.Notes = "likes birds"
    customer = customer.save(qb=qb)
    gone = Customer()
    gone.DisplayName = "Leaving"
    gone = gone.save(qb=qb)
    gone.Active = False
    gone = gone.save(qb=qb)
    return {
        "item": [Item.get(item.Id, qb=qb).Description, item.SyncToken, len(Item.all(qb=qb))],
        "account": Account.filter(Name="Cloud income", qb=qb)[0].Classification,
        "customer": [
            Customer.get(customer.Id, qb=qb).Notes,
            Customer.where("DisplayName = 'Amy\\'s Bird Sanctuary'", qb=qb)[0].Id,
        ],
        "choose": sorted(each.Id for each in Customer.choose([customer.Id, "999"], qb=qb)),
        "gone": [gone.DisplayName, Customer.count(qb=qb), Customer.count("Active IN (true, false)", qb=qb)],
        "duplicate": _error(lambda: customer_named("Amy's Bird Sanctuary").save(qb=qb)),
    }


def customer_named(name: str) -> Any:
    customer = Customer()
    customer.DisplayName = name
    return customer


def sales(qb: Any) -> dict[str, Any]:
    """Invoice and payment: create, read, update, query, void, delete, and what they do to each other."""
    customer = Customer.all(qb=qb)[0]
    invoice = _invoice(customer, "1", 100.0).save(qb=qb)
    invoice.CustomerMemo = None
    invoice.PrivateNote = "edited"
    invoice = invoice.save(qb=qb)
    payment = _payment(customer, invoice, 60.1).save(qb=qb, request_id="pay-1")
    again = _payment(customer, invoice, 60.1).save(qb=qb, request_id="pay-1")
    paid = Invoice.get(invoice.Id, qb=qb)
    stale = Payment.get(payment.Id, qb=qb)
    payment = Payment.get(payment.Id, qb=qb)
    payment.PaymentRefNum = "check 7"
    payment = payment.save(qb=qb)
    seen = {
        "invoice": [invoice.TotalAmt, invoice.SyncToken, invoice.PrivateNote, invoice.DocNumber],
        "paid": [paid.Balance, paid.LinkedTxn[0].TxnType],
        "replayed": again.Id == payment.Id,
        "edited": [payment.PaymentRefNum, payment.SyncToken, payment.UnappliedAmt, payment.Line[0].Amount],
        "stale": _error(lambda: stale.save(qb=qb)),
        "too_much": _error(lambda: _payment(customer, invoice, 50.0).save(qb=qb)),
        "found": [each.Id == payment.Id for each in Payment.where("TotalAmt > '60.00'", order_by="Id", qb=qb)],
    }
    payment.void(qb=qb)
    seen["voided"] = [Payment.get(payment.Id, qb=qb).PrivateNote, Invoice.get(invoice.Id, qb=qb).Balance]
    Invoice.get(invoice.Id, qb=qb).void(qb=qb)
    voided = Invoice.get(invoice.Id, qb=qb)
    seen["void_invoice"] = [voided.TotalAmt, voided.PrivateNote]
    voided.delete(qb=qb)
    seen["deleted"] = _error(lambda: Invoice.get(invoice.Id, qb=qb))
    Payment.get(payment.Id, qb=qb).delete(qb=qb)
    seen["left"] = Payment.count(qb=qb)
    return seen


def batches(qb: Any) -> dict[str, Any]:
    """Batch create, update and delete, with one fault among the successes."""
    made = batch_create([customer_named(name) for name in ("One", "Two", "One")], qb=qb)
    for customer in made.successes:
        customer.Notes = "batched"
    changed = batch_update(made.successes, qb=qb)
    customer = made.successes[0]
    invoices = batch_create([_invoice(customer, "1", 5.0), _invoice(customer, "1", 7.5)], qb=qb)
    deleted = batch_delete(invoices.successes, qb=qb)
    return {
        "made": [len(made.successes), [fault.Error[0].code for fault in made.faults]],
        "changed": [each.Notes for each in changed.successes],
        "deleted": [each.status for each in deleted.successes],
    }


def changes(qb: Any) -> dict[str, Any]:
    """CDC as the client reads it; the answer's raw form shows the markers, which its models lose."""
    since = datetime.fromtimestamp(time.time(), UTC) - timedelta(hours=1)
    captured = change_data_capture([Invoice, Customer], since.isoformat(timespec="seconds"), qb=qb)
    raw = qb.change_data_capture("Payment,Invoice", since.isoformat(timespec="seconds"))
    groups = [part.get("Payment", []) + part.get("Invoice", []) for part in raw["CDCResponse"][0]["QueryResponse"]]
    statuses = [each.get("status") for group in groups for each in group]
    return {"customers": len(captured.Customer), "statuses": sorted(set(statuses), key=str)}


def company(qb: Any) -> dict[str, Any]:
    """CompanyInfo and Preferences: read and update."""
    info = CompanyInfo.get(1, qb=qb)
    info.LegalName = "Larkspur LLC"
    saved = info.save(qb=qb)
    preferences = Preferences.get(qb=qb)
    preferences.AccountingInfoPrefs.TrackDepartments = True
    kept = preferences.save(qb=qb)
    return {
        "info": [saved.LegalName, saved.CompanyName == info.CompanyName],
        "preferences": [kept.AccountingInfoPrefs.TrackDepartments, kept.AccountingInfoPrefs.CustomerTerminology],
        "queried": len(CompanyInfo.query("select * from CompanyInfo", qb=qb)),
    }


def exact(qb: Any) -> dict[str, Any]:
    """Money as Decimal: the client reads it exactly, and sends it as text."""
    customer = customer_named("Exact").save(qb=qb)
    qb.use_decimal = True
    invoice = _invoice(customer, "1", Decimal("1234567.89"))
    saved = Invoice.get(invoice.save(qb=qb).Id, qb=qb)
    qb.use_decimal = False
    return {"total": [type(saved.TotalAmt).__name__, str(saved.TotalAmt)]}


def trouble(qb: Any, auth: Any) -> dict[str, Any]:
    """What the client makes of refusals, and what is left after the connection ended."""
    seen = {
        "unknown": _error(lambda: Customer.get(424242, qb=qb)),
        "query": _error(lambda: qb.query("select * from Custmoer")),
        "syntax": _error(lambda: qb.query("select * frm Customer")),
        "missing": _error(lambda: Payment().save(qb=qb)),
    }
    seen["revoked"] = [str(auth.revoke())]
    seen["after"] = [_error(lambda: CompanyInfo.get(1, qb=qb))[0], _auth_error(auth.refresh)]
    return seen


def main(ready: dict[str, str]) -> dict[str, Any]:
    QuickBooks.sandbox_api_url_v3 = QuickBooks.api_url_v3 = f"{ready['base_url']}/v3"
    auth, connected = connect(ready)
    qb = QuickBooks(auth_client=auth, refresh_token=auth.refresh_token, company_id=auth.realm_id, minorversion=75)
    seen: dict[str, Any] = {"connected": connected}
    for part in (names, sales, batches, changes, company, exact):
        seen[part.__name__] = part(qb)
    seen["trouble"] = trouble(qb, auth)
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
