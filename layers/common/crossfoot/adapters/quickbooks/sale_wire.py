"""An entry of the Sync Invoices tool on QuickBooks' wire: as it is asked for, and as it stands (S6, S8)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from crossfoot.adapters.quickbooks.translate import to_credit_memo, to_invoice
from crossfoot.core.latin import to_latin
from crossfoot.core.model import Billed
from crossfoot.core.money import from_minor, to_minor
from crossfoot.core.sync.sales import Sale, SaleKind, SaleLine, StandingSale, TaxCalculation
from crossfoot.http import Wire
from crossfoot.ports import Entered

ENTITIES = {SaleKind.INVOICE: "Invoice", SaleKind.CREDIT_MEMO: "CreditMemo"}
DESCRIPTION_LENGTH = 4000
MEMO_LENGTH = 1000
CUSTOM_FIELD_LENGTH = 31
_DETAIL = "SalesItemLineDetail"
_CALCULATIONS = {
    TaxCalculation.EXCLUDED: "TaxExcluded",
    TaxCalculation.INCLUSIVE: "TaxInclusive",
    TaxCalculation.NOT_APPLICABLE: "NotApplicable",
}


def write_sale(sale: Sale) -> dict[str, Wire]:
    """Write an entry, without its note. Its total is QuickBooks' to add up, and is read from what it answers."""
    due_on = sale.due_on if sale.kind is SaleKind.INVOICE else None
    said: dict[str, Wire] = {
        "CustomerRef": {"value": sale.customer_id},
        "TxnDate": sale.issued_on.isoformat(),
        "CurrencyRef": {"value": sale.currency},
        "Line": [_line(line, sale) for line in sale.lines],
        # A number is never cut: two of them could become one.
        "DocNumber": sale.number or None,
        "DueDate": _day(due_on),
        "SalesTermRef": _ref(sale.terms_id),
        "DepartmentRef": _ref(sale.department_id),
        "CustomerMemo": {"value": to_latin(sale.memo, MEMO_LENGTH)} if sale.memo else None,
        "CustomField": _custom_fields(sale),
    }
    return _given(said | _tax(sale))


def read_sale(kind: SaleKind, wire: Mapping[str, Any], seen_at: str, currency: str) -> Entered:
    """Read how an entry stands. Takes: `currency` where it names none. Raises: KeyError, ValueError and their like."""
    record: Billed
    if kind is SaleKind.INVOICE:
        record = to_invoice(wire, seen_at, currency)
        open_minor = record.balance_minor
    else:
        record = to_credit_memo(wire, seen_at, currency)
        open_minor = record.remaining_minor
    standing = StandingSale(
        kind=kind,
        id=record.ref.id,
        revision=str(wire["SyncToken"]),
        number=record.number,
        customer_id=str(wire["CustomerRef"]["value"]),
        issued_on=record.issued_on,
        currency=record.currency,
        total_minor=record.total_minor,
        tax_minor=to_minor((wire.get("TxnTaxDetail") or {}).get("TotalTax") or 0, record.currency),
        open_minor=open_minor,
        # A credit memo that was used up can do without a link (recorded).
        linked=bool(wire.get("LinkedTxn")) or open_minor != record.total_minor,
    )
    return Entered(standing, record)


def _tax(sale: Sale) -> dict[str, Wire]:
    """Say the tax: in the United States what it comes to, elsewhere only how the prices are meant."""
    if sale.tax.calculation is not TaxCalculation.DOMESTIC:
        return {"GlobalTaxCalculation": _CALCULATIONS[sale.tax.calculation]}
    if not (sale.tax.code_id or sale.tax.tax_minor):
        return {}
    total_tax = from_minor(sale.tax.tax_minor, sale.currency)
    return {"TxnTaxDetail": _given({"TxnTaxCodeRef": _ref(sale.tax.code_id), "TotalTax": total_tax})}


def _line(line: SaleLine, sale: Sale) -> Wire:
    amount, words = from_minor(line.amount_minor, sale.currency), to_latin(line.description, DESCRIPTION_LENGTH)
    inclusive = sale.tax.calculation is TaxCalculation.INCLUSIVE
    detail: dict[str, Wire] = {
        "ItemRef": _ref(line.item_id),
        "Qty": line.quantity,
        "UnitPrice": line.unit_price,
        "TaxCodeRef": _ref(line.tax_code_id),
        "ClassRef": _ref(line.class_id),
        "ServiceDate": _day(line.served_on),
        # The price with its tax: what the line has without it, QuickBooks works out.
        "TaxInclusiveAmt": amount if inclusive else None,
    }
    return _given({"Amount": amount, "DetailType": _DETAIL, _DETAIL: _given(detail), "Description": words or None})


def _custom_fields(sale: Sale) -> Wire:
    if not (sale.purchase_order and sale.purchase_order_field):
        return None
    text = to_latin(sale.purchase_order, CUSTOM_FIELD_LENGTH)
    return [{"DefinitionId": sale.purchase_order_field, "Type": "StringType", "StringValue": text}]


def _ref(id_: str) -> Wire:
    return {"value": id_} if id_ else None


def _day(day: date | None) -> Wire:
    return day.isoformat() if day else None


def _given(said: Mapping[str, Wire]) -> dict[str, Wire]:
    """Leave out what is not said."""
    return {name: value for name, value in said.items() if value is not None}
