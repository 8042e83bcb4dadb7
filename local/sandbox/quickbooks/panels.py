"""What the page shows of the records: payments first, so that one can be seen to arrive."""

from collections.abc import Callable

from local.sandbox.page import SHOWN_ROWS, Panel
from local.sandbox.quickbooks.companies import Companies
from local.sandbox.store import Record, Scan

type CellMaker = Callable[[Record], dict[str, str]]

_MONEY = frozenset({"total", "open", "left", "unapplied", "balance"})
_NEWEST = Scan(order="stamp desc, id desc")


def record_panels(companies: Companies) -> list[Panel]:
    """Return the panels over all companies, newest records first."""
    return [
        _panel(companies, "Payment", "Payments", _payment_cells),
        _panel(companies, "Invoice", "Invoices", _invoice_cells),
        _panel(companies, "CreditMemo", "Credit memos", _credit_cells),
        _panel(companies, "Deposit", "Deposits", _deposit_cells),
        _panel(companies, "Customer", "Customers", _customer_cells),
    ]


def _panel(companies: Companies, kind: str, title: str, cells: CellMaker) -> Panel:
    rows: list[tuple[str, list[str]]] = []
    total = 0
    for realm, name in companies.listing():
        total += companies.store.count(realm, kind)
        for record in companies.store.scan(realm, kind, _NEWEST, SHOWN_ROWS):
            changed = str(record.get("MetaData", {}).get("LastUpdatedTime", ""))
            rows.append((changed, [name, *cells(record).values(), changed[:19].replace("T", " ")]))
    rows.sort(key=lambda row: row[0], reverse=True)
    columns = ("company", *cells({}), "changed")
    return Panel(title, columns, [row for _, row in rows[:SHOWN_ROWS]], total, _MONEY)


def _payment_cells(payment: Record) -> dict[str, str]:
    return {
        "id": str(payment.get("Id", "")),
        "date": str(payment.get("TxnDate", "")),
        "total": _amount(payment.get("TotalAmt")),
        "pays": _links(payment),
        "customer": str(payment.get("CustomerRef", {}).get("name", "")),
        "unapplied": _amount(payment.get("UnappliedAmt")),
        "note": str(payment.get("PrivateNote", "")),
    }


def _invoice_cells(invoice: Record) -> dict[str, str]:
    return {
        "id": str(invoice.get("Id", "")),
        "number": str(invoice.get("DocNumber", "")),
        "total": _amount(invoice.get("TotalAmt")),
        "open": _amount(invoice.get("Balance")),
        "customer": str(invoice.get("CustomerRef", {}).get("name", "")),
        "due": str(invoice.get("DueDate", "")),
        "note": str(invoice.get("PrivateNote", "")),
    }


def _credit_cells(memo: Record) -> dict[str, str]:
    return {
        "id": str(memo.get("Id", "")),
        "number": str(memo.get("DocNumber", "")),
        "total": _amount(memo.get("TotalAmt")),
        "left": _amount(memo.get("RemainingCredit")),
        "customer": str(memo.get("CustomerRef", {}).get("name", "")),
        "note": str(memo.get("PrivateNote", "")),
    }


def _deposit_cells(deposit: Record) -> dict[str, str]:
    return {
        "id": str(deposit.get("Id", "")),
        "date": str(deposit.get("TxnDate", "")),
        "total": _amount(deposit.get("TotalAmt")),
        "into": str(deposit.get("DepositToAccountRef", {}).get("name", "")),
        "holds": _links(deposit),
        "note": str(deposit.get("PrivateNote", "")),
    }


def _links(record: Record) -> str:
    links = [link for line in record.get("Line", []) for link in line.get("LinkedTxn", [])]
    return ", ".join(f"{link.get('TxnType')} {link.get('TxnId')}" for link in links)


def _customer_cells(customer: Record) -> dict[str, str]:
    return {
        "id": str(customer.get("Id", "")),
        "name": str(customer.get("FullyQualifiedName", customer.get("DisplayName", ""))),
        "active": "yes" if customer.get("Active", True) else "no",
        "balance": _amount(customer.get("Balance")),
    }


def _amount(value: object) -> str:
    return "" if value is None else f"{value:,.2f}"
