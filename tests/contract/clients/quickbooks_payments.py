"""Read and save payments and bills, and read what else we write, with python-quickbooks, unchanged but for its hosts.

Runs in an environment of its own: `python quickbooks_payments.py TOLD`, where TOLD is a JSON object: the sandbox's
`base_url`, the company's credentials, and the ids of `read`, `save`, `deposits`, `invoices`, `memos`, `vendors`, `bills`,
`credits`, `bill_payments` and `save_bills`. Prints what it saw as one JSON object.
"""

import json
import sys
from typing import Any

import intuitlib.config  # type: ignore[import-not-found]
from intuitlib.client import AuthClient  # type: ignore[import-not-found]
from quickbooks import QuickBooks  # type: ignore[import-not-found]
from quickbooks.objects.bill import Bill  # type: ignore[import-not-found]
from quickbooks.objects.creditmemo import CreditMemo  # type: ignore[import-not-found]
from quickbooks.objects.deposit import Deposit  # type: ignore[import-not-found]
from quickbooks.objects.invoice import Invoice  # type: ignore[import-not-found]
from quickbooks.objects.payment import Payment  # type: ignore[import-not-found]

from tests.contract.clients.quickbooks_owed import read_owed


def connect(told: dict[str, Any]) -> Any:
    """Open the company with the tokens that were handed over."""
    intuitlib.config.DISCOVERY_URL["sandbox"] = f"{told['base_url']}/.well-known/openid_sandbox_configuration/"
    QuickBooks.sandbox_api_url_v3 = QuickBooks.api_url_v3 = f"{told['base_url']}/v3"
    auth = AuthClient(
        told["client_id"], told["client_secret"], "http://localhost:9/return", "sandbox",
        access_token=told["access_token"], refresh_token=told["refresh_token"], realm_id=told["realm_id"],
    )  # fmt: skip
    return QuickBooks(
        auth_client=auth, refresh_token=told["refresh_token"], company_id=told["realm_id"], minorversion=75
    )


def shown(payment: Any) -> dict[str, Any]:
    """Give what a payment says, its amounts digit for digit."""
    return {
        "total": str(payment.TotalAmt),
        "unapplied": str(payment.UnappliedAmt),
        "day": payment.TxnDate,
        "customer": payment.CustomerRef.value,
        "account": payment.DepositToAccountRef.value,
        "currency": payment.CurrencyRef.value,
        "reference": payment.PaymentRefNum,
        "note": payment.PrivateNote,
        "token": payment.SyncToken,
        "lines": [[str(line.Amount), link.TxnType, link.TxnId] for line in payment.Line for link in line.LinkedTxn],
    }


def deposit_shown(deposit: Any) -> dict[str, Any]:
    """Give what a deposit says, its amounts digit for digit."""
    return {
        "total": str(deposit.TotalAmt),
        "day": deposit.TxnDate,
        "account": deposit.DepositToAccountRef.value,
        "note": deposit.PrivateNote,
        "lines": [[str(line.Amount), *_source(line)] for line in deposit.Line],
    }


def sale_shown(sale: Any) -> dict[str, Any]:
    """Give what an invoice or a credit memo says, its amounts digit for digit."""
    return {
        "number": sale.DocNumber,
        "total": str(sale.TotalAmt),
        "tax": str(sale.TxnTaxDetail.TotalTax),
        "tax_code": sale.TxnTaxDetail.TxnTaxCodeRef.value,
        "day": sale.TxnDate,
        "due": getattr(sale, "DueDate", None),
        "memo": sale.CustomerMemo.value,
        "note": sale.PrivateNote,
        "fields": [[field.DefinitionId, field.StringValue] for field in sale.CustomField],
        "lines": [_sold(line) for line in sale.Line if line.DetailType == "SalesItemLineDetail"],
    }


def _sold(line: Any) -> list[str]:
    detail = line.SalesItemLineDetail
    said = [line.Amount, detail.Qty, detail.UnitPrice, detail.ServiceDate]
    return [*map(str, said), detail.ItemRef.value, detail.TaxCodeRef.value]


def _source(line: Any) -> list[str]:
    """Name what a line of a deposit is of: a payment, or an account."""
    linked = [[link.TxnType, link.TxnId, link.TxnLineId] for link in line.LinkedTxn]
    return linked[0] if linked else [line.Description, line.DepositLineDetail.AccountRef.value]


def main(told: dict[str, Any]) -> dict[str, Any]:
    qb = connect(told)
    qb.use_decimal = True
    read = {id_: shown(Payment.get(id_, qb=qb)) for id_ in told["read"]}
    deposits = {id_: deposit_shown(Deposit.get(id_, qb=qb)) for id_ in told["deposits"]}
    sales = {id_: sale_shown(Invoice.get(id_, qb=qb)) for id_ in told["invoices"]}
    sales |= {id_: sale_shown(CreditMemo.get(id_, qb=qb)) for id_ in told["memos"]}
    owed = read_owed(qb, told)
    # It sends a Decimal as text.
    qb.use_decimal = False
    saved = {id_: Payment.get(id_, qb=qb).save(qb=qb).SyncToken for id_ in told["save"]}
    saved |= {id_: Bill.get(id_, qb=qb).save(qb=qb).SyncToken for id_ in told["save_bills"]}
    return {"read": read, "saved": saved, "deposits": deposits, "sales": sales, **owed}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
