"""Invoices: lines, totals, terms and numbers, as QuickBooks Online works them out."""

from decimal import Decimal
from typing import Any

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book, money
from local.sandbox.quickbooks.times import add_days
from local.sandbox.store import Record

NUMBER_LENGTH = 21
NOTE_LENGTH = 4000
DEFAULT_TERM_DAYS = 30
_CLOSED_TAX_CODES = ("TAX", "NON")


def build_invoice(book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out the whole invoice from what was asked for.

    Takes: the writable fields as they shall be; the invoice as it stands, for an update.
    Raises: Refusal.
    """
    before = old or {}
    if "CustomerRef" not in wanted:
        raise refusals.missing("CustomerRef")
    customer = book.reference("Customer", wanted["CustomerRef"], "CustomerRef", before.get("CustomerRef"))
    lines = _lines(book, wanted.get("Line", []), before.get("Line", []))
    invoice = _defaults(book, customer, wanted) | wanted | {"Line": lines}
    invoice["CustomerRef"] = {"value": customer["Id"], "name": customer["DisplayName"]}
    invoice["LinkedTxn"] = before.get("LinkedTxn", [])
    _put_totals(invoice, before)
    _put_number(book, invoice, before)
    _put_due_date(book, invoice, customer)
    check_length(invoice, "PrivateNote", NOTE_LENGTH)
    return invoice


def void_invoice(invoice: Record) -> Record:
    """Return the invoice as its void leaves it; the number stays.

    Raises: Refusal 6000 when a payment is applied to it.
    """
    if applied_to(invoice):
        raise refusals.business("This invoice has payments applied to it. Remove them before you void it.")
    lines = [line | {"Amount": 0} for line in invoice.get("Line", [])]
    zeroed = {"TotalAmt": 0, "Balance": 0, "LinkedTxn": [], "Line": lines, "TxnTaxDetail": {"TotalTax": 0}}
    return invoice | zeroed | {"PrivateNote": voided_note(invoice)}


def voided_note(record: Record) -> str:
    """Return the note of a voided transaction: the mark in front of what was there."""
    note = str(record.get("PrivateNote", ""))
    if note.startswith("Voided"):
        return note
    return f"Voided - {note}" if note else "Voided"


def is_voided(record: Record) -> bool:
    """Tell a voided transaction; the vendor has no field for it."""
    return not record.get("TotalAmt") and str(record.get("PrivateNote", "")).startswith("Voided")


def applied_to(invoice: Record) -> Decimal:
    """Return what payments and credits have taken off an invoice."""
    total = Decimal(invoice.get("TotalAmt") or 0) - Decimal(invoice.get("Deposit") or 0)
    return total - Decimal(invoice.get("Balance") or 0)


def post_invoice(book: Book, old: Record | None, new: Record | None) -> None:
    """Carry the difference between two versions of an invoice into the customer's and the accounts' balances."""
    receivable = book.account_of_subtype("AccountsReceivable")
    for invoice, sign in ((old, -1), (new, 1)):
        if invoice is None:
            continue
        total = sign * Decimal(invoice.get("TotalAmt") or 0)
        book.move_customer_balance(invoice["CustomerRef"]["value"], total)
        if receivable:
            book.move_account_balance(receivable["Id"], total)
        for line in invoice.get("Line", []):
            _post_income(book, line, sign)


def _post_income(book: Book, line: Record, sign: int) -> None:
    item_id = line.get("SalesItemLineDetail", {}).get("ItemRef", {}).get("value")
    item = book.get("Item", item_id) if item_id else None
    if item and "IncomeAccountRef" in item:
        book.move_account_balance(item["IncomeAccountRef"]["value"], sign * Decimal(line.get("Amount") or 0))


def check_length(record: Record, name: str, limit: int) -> None:
    """Refuse a text that is too long.

    Raises: Refusal 2050.
    """
    length = len(str(record.get(name, "")))
    if length > limit:
        raise refusals.too_long(name, limit, length)


def _defaults(book: Book, customer: Record, wanted: Record) -> Record:
    defaults: Record = {
        "AllowIPNPayment": False,
        "AllowOnlinePayment": False,
        "AllowOnlineCreditCardPayment": False,
        "AllowOnlineACHPayment": False,
        "TxnDate": book.clock.today().isoformat(),
        "CurrencyRef": customer.get("CurrencyRef", {"value": "USD", "name": "United States Dollar"}),
        "TxnTaxDetail": {"TotalTax": 0},
        "ApplyTaxAfterDiscount": False,
        "PrintStatus": "NeedToPrint",
        "EmailStatus": "NotSet",
    }
    terms = {"SalesTermRef": customer["SalesTermRef"]} if "SalesTermRef" in customer else {}
    addresses = {name: customer[name] for name in ("BillAddr", "ShipAddr") if name in customer}
    return defaults | addresses | ({} if "DueDate" in wanted else terms)


def _lines(book: Book, wanted: list[Record], before: list[Record]) -> list[Record]:
    given = [line for line in wanted if line.get("DetailType") != "SubTotalLineDetail"]
    if not given:
        raise refusals.missing("Line")
    known = {line["Id"] for line in before if "Id" in line}
    last = max((int(each) for each in known if each.isdigit()), default=0)
    built: list[Record] = []
    for number, line in enumerate(given, start=1):
        _check_line(line)
        if line.get("Id") in known:
            built.append(line | {"LineNum": number})
        else:
            last += 1
            built.append({"Id": str(last), "LineNum": number} | _without(line, "Id", "LineNum"))
    sales = [_filled_sales_line(book, line, before) for line in built if line["DetailType"] != "DiscountLineDetail"]
    subtotal = sum((Decimal(line.get("Amount") or 0) for line in sales), Decimal(0))
    discounts = [_filled_discount(line, subtotal) for line in built if line["DetailType"] == "DiscountLineDetail"]
    total: Record = {"Amount": money(subtotal), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    return [*sales, total, *discounts]


def _check_line(line: Record) -> None:
    if "DetailType" not in line:
        raise refusals.missing("Line.DetailType")
    kind = line["DetailType"]
    if kind not in ("SalesItemLineDetail", "GroupLineDetail", "DescriptionOnly", "DiscountLineDetail"):
        raise refusals.invalid_choice(kind)
    if kind == "SalesItemLineDetail" and "Amount" not in line:
        raise refusals.missing("Line.Amount")
    if kind == "SalesItemLineDetail" and kind not in line:
        raise refusals.missing("Line.SalesItemLineDetail")


def _filled_sales_line(book: Book, line: Record, before: list[Record]) -> Record:
    if line["DetailType"] == "GroupLineDetail":
        inner = line.get("GroupLineDetail", {}).get("Line", [])
        return line | {"Amount": money(sum((Decimal(each.get("Amount") or 0) for each in inner), Decimal(0)))}
    if line["DetailType"] == "DescriptionOnly":
        return _without(line, "Amount")
    detail = dict(line["SalesItemLineDetail"])
    tax_code = detail.setdefault("TaxCodeRef", {"value": "NON"})
    if tax_code.get("value") not in _CLOSED_TAX_CODES:
        raise refusals.wrong_tax_code(tax_code.get("value"))
    amount = _checked_amount(line["Amount"], detail)
    if "ItemRef" not in detail:
        # The vendor: a line without an item is documentation, and its amount is ignored.
        return line | {"Amount": 0, "SalesItemLineDetail": detail}
    same = next((each for each in before if each.get("Id") == line["Id"]), {})
    kept = same.get("SalesItemLineDetail", {}).get("ItemRef")
    item = book.reference("Item", detail["ItemRef"], "Line.SalesItemLineDetail.ItemRef", kept)
    detail["ItemRef"] = {"value": item["Id"], "name": item["Name"]}
    return line | {"Amount": amount, "SalesItemLineDetail": detail}


def _checked_amount(amount: Any, detail: Record) -> Decimal | int:
    if "Qty" in detail and "UnitPrice" in detail:
        product = money(Decimal(detail["Qty"]) * Decimal(detail["UnitPrice"]))
        if product != money(amount):
            raise refusals.wrong_amount(amount)
    return money(amount)


def _filled_discount(line: Record, subtotal: Decimal) -> Record:
    detail = line.get("DiscountLineDetail", {})
    if detail.get("PercentBased"):
        if "DiscountPercent" not in detail:
            raise refusals.discount_incomplete()
        return line | {"Amount": money(subtotal * Decimal(detail["DiscountPercent"]) / 100)}
    if "Amount" not in line:
        raise refusals.discount_incomplete()
    return line | {"Amount": money(line["Amount"])}


def _put_totals(invoice: Record, before: Record) -> None:
    tax = Decimal(invoice["TxnTaxDetail"].get("TotalTax") or 0)
    invoice["TxnTaxDetail"] = invoice["TxnTaxDetail"] | {"TotalTax": money(tax)}
    total = tax
    for line in invoice["Line"]:
        if line["DetailType"] == "SubTotalLineDetail":
            total += Decimal(line["Amount"])
        elif line["DetailType"] == "DiscountLineDetail":
            total -= Decimal(line["Amount"])
    applied = applied_to(before) if before else Decimal(0)
    balance = total - Decimal(invoice.get("Deposit") or 0) - applied
    if balance < 0:
        raise refusals.business("The amount of the transaction is less than what is already applied to it.")
    if applied and before["CustomerRef"]["value"] != invoice["CustomerRef"]["value"]:
        raise refusals.business("The customer cannot be changed while payments are applied to this invoice.")
    invoice["TotalAmt"], invoice["Balance"] = money(total), money(balance)


def _put_number(book: Book, invoice: Record, before: Record) -> None:
    custom = bool(book.preference("SalesFormsPrefs", "CustomTxnNumbers"))
    if invoice.get("DocNumber") == "AUTO_GENERATE" or ("DocNumber" not in invoice and not custom):
        invoice["DocNumber"] = before.get("DocNumber") or str(book.store.next_id(book.realm, "DocNumber"))
        return
    if "DocNumber" in invoice:
        check_length(invoice, "DocNumber", NUMBER_LENGTH)
        if book.switches.doc_numbers == "refuse" and invoice["DocNumber"] != before.get("DocNumber"):
            _refuse_repeated_number(book, invoice["DocNumber"])


def _refuse_repeated_number(book: Book, number: str) -> None:
    for other in book.store.find(book.realm, "Invoice", "DocNumber", number):
        raise refusals.duplicate_number(number, "Invoice", other["Id"])


def _put_due_date(book: Book, invoice: Record, customer: Record) -> None:
    if "DueDate" in invoice:
        return
    default = book.preference("SalesFormsPrefs", "DefaultTerms") or {}
    ref = invoice.get("SalesTermRef") or customer.get("SalesTermRef") or default
    term = book.get("Term", str(ref.get("value", ""))) or {}
    invoice["DueDate"] = add_days(invoice["TxnDate"], int(term.get("DueDays", DEFAULT_TERM_DAYS)))


def _without(record: Record, *names: str) -> Record:
    return {name: value for name, value in record.items() if name not in names}
