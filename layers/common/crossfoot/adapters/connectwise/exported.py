"""What ConnectWise's general ledger says, on the wire and in our words: an export's transactions, and ledger entries."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crossfoot.adapters.connectwise.translate import currency_of, id_of, to_date
from crossfoot.core.model import Billed, CreditMemo, Kind, LineKind, Ref, System
from crossfoot.core.money import to_minor
from crossfoot.core.sync.postings import SALES_TAX, PostedLine, Posting

type Wire = Mapping[str, Any]
_RECEIVABLE = "AR"
# Whether a line is taxed stands in one flag for each of the first five levels of a tax code.
_TAXABLE = ("taxableFlag", *(f"taxable{level}Flag" for level in range(2, 6)))


def number_of(transaction: Wire) -> str:
    """Give the invoice's number: it is the only thing of the invoice itself that an export is documented to say."""
    return _text(transaction.get("documentNumber"))


def to_posting(transaction: Wire, bill: Billed) -> Posting:
    """Read a transaction of an export as the posting of a bill. Raises: KeyError, TypeError, ValueError.

    ConnectWise counts as a ledger does: what is earned is negative, and on a credit memo so is its total.
    """
    currency = currency_of(transaction) if transaction.get("currency") else bill.currency
    sign = _sign(bill, Decimal(transaction["total"]))
    lines = tuple(_to_line(detail, currency, sign) for detail in transaction["detail"])
    tax_minor = _tax_minor(transaction, lines, currency, sign)
    company = transaction.get("company") or {}
    is_taxed = bool(tax_minor) or any(line.taxed for line in lines)
    return Posting(
        bill=bill.ref,
        number=number_of(transaction),
        issued_on=to_date(transaction["documentDate"]),
        due_on=to_date(transaction["dueDate"]) if transaction.get("dueDate") else None,
        customer=Ref(System.CONNECTWISE, Kind.CUSTOMER, str(int(company["id"]))) if company.get("id") else None,
        customer_name=_text(company.get("name")) or _text(company.get("identifier")),
        currency=currency,
        total_minor=sign * to_minor(transaction["total"], currency),
        tax_minor=tax_minor,
        lines=lines,
        record_ids=_record_ids(transaction),
        customer_account=_text(transaction.get("companyAccountNumber")),
        receivable=_text(transaction.get("accountNumber")),
        terms=_text(transaction.get("billingTermsXref")) or _name(transaction.get("billingTerms")),
        tax_code=_tax_code(transaction) if is_taxed else "",
        tax_rate=_tax_rate(transaction),
        memo=_text(transaction.get("memo")),
        purchase_order=_name(transaction.get("purchaseOrder")),
        ledger_class=_text(transaction.get("glClass")),
    )


def to_ledger(entries: Sequence[Wire], bill: Billed) -> tuple[PostedLine, ...]:
    """Read a bill's entries in the general ledger, but for what is owed. Raises: KeyError, TypeError, ValueError."""
    owed = sum((Decimal(each["amount"]) for each in entries if each.get("type") == _RECEIVABLE), Decimal(0))
    sign = _sign(bill, owed)
    return tuple(_to_entry(each, bill.currency, sign) for each in entries if each.get("type") != _RECEIVABLE)


def _to_line(detail: Wire, currency: str, sign: int) -> PostedLine:
    quantity, price = (_positive(detail.get(name)) for name in ("quantity", "itemPrice"))
    ledger_type = _text(detail["glTypeId"])
    return PostedLine(
        id=int(detail["id"]),
        ledger_type=ledger_type,
        account=_text(detail.get("accountNumber")),
        description=_text(detail.get("memo")) or _text(detail.get("description")),
        amount_minor=-sign * to_minor(detail["total"], currency),
        item=_text(detail.get("glItemId")),
        ledger_class=_text(detail.get("glClass")),
        quantity=quantity,
        unit_price=None if quantity is None else price,
        taxed=ledger_type != SALES_TAX and _is_taxed(detail),
        source=_source(detail),
    )


def _to_entry(entry: Wire, currency: str, sign: int) -> PostedLine:
    return PostedLine(
        id=int(entry["id"]),
        ledger_type=_text(entry["type"]),
        account=_text(entry.get("segment1")),
        description=_text(entry.get("description")),
        amount_minor=-sign * to_minor(entry["amount"], currency),
        item=_text(entry.get("productId")),
        ledger_class=_text(entry.get("segment2")),
    )


def _sign(bill: Billed, total: Decimal) -> int:
    """Give what a total is multiplied with: the screens take credit memos below zero only."""
    return -1 if isinstance(bill, CreditMemo) and total <= 0 else 1


def _record_ids(transaction: Wire) -> tuple[int, ...]:
    """Name all that a batch posts of an invoice: what is owed stands in one text, what is earned in the details.

    Raises: ValueError when one of the two is missing, for half of an invoice cannot be posted.
    """
    owed = [int(each) for each in _text(transaction.get("glEntryIds")).split(",")]
    earned = [int(detail["id"]) for detail in transaction["detail"]]
    if not earned:
        raise ValueError("a transaction without details")
    return tuple(sorted({*owed, *earned}))


def _tax_minor(transaction: Wire, lines: Iterable[PostedLine], currency: str, sign: int) -> int:
    if transaction.get("salesTax") is not None:
        return sign * to_minor(transaction["salesTax"], currency)
    return sum(line.amount_minor for line in lines if line.is_tax)


def _is_taxed(detail: Wire) -> bool:
    """Tell whether a line is taxed; what its item usually is tells only where the line itself says nothing."""
    said = [detail[name] for name in _TAXABLE if detail.get(name) is not None]
    return any(said) if said else bool(detail.get("itemTaxableFlag"))


def _tax_code(transaction: Wire) -> str:
    """Name the tax code for the accounting: the cross reference of its only level, or its own name where it has more."""
    levels = {_text(level.get("taxCodeXref")) for level in transaction.get("taxLevels") or ()} - {""}
    xrefs = levels or {_text(transaction.get(name)) for name in ("stateTaxXref", "countyTaxXref")} - {""}
    name = _name(transaction.get("taxCode"))
    return next(iter(xrefs)) if len(xrefs) == 1 else name or "+".join(sorted(xrefs))


def _tax_rate(transaction: Wire) -> Decimal | None:
    """Give the percentage: of the whole code where ConnectWise says it, else that of the only line of tax."""
    if transaction.get("taxGroupRate") is not None:
        return Decimal(transaction["taxGroupRate"]) * 100
    taxes = [detail for detail in transaction["detail"] if detail.get("glTypeId") == SALES_TAX]
    rates = [detail.get("taxRatePercent") for detail in taxes]
    return Decimal(rates[0]) if len(rates) == 1 and rates[0] is not None else None


def _source(detail: Wire) -> tuple[LineKind, str] | None:
    """Find the line of the bill that is posted; of an expense ConnectWise names none."""
    for name, kind in (("timeEntry", LineKind.TIME), ("product", LineKind.PRODUCT)):
        if id_ := id_of(detail.get(name)):
            return kind, id_
    return None


def _positive(value: Any) -> Decimal | None:
    number = None if value is None else Decimal(value)
    return abs(number) if number else None


def _name(reference: Wire | None) -> str:
    return _text((reference or {}).get("name"))


def _text(value: object) -> str:
    return "" if value is None else str(value)
