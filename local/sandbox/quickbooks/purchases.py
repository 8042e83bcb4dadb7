"""Bills and vendor credits: what a vendor is owed, and what the vendor owes."""

from decimal import Decimal

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book, amount_of, money
from local.sandbox.quickbooks.fields import (
    account_of_type,
    applied_to,
    check_head,
    finish_amounts,
    named,
    need,
    put_currency,
    put_number,
)
from local.sandbox.quickbooks.ledger import Effect, system_account
from local.sandbox.quickbooks.lines import Fill, built_lines, cost_account, filled_expense, filled_purchase
from local.sandbox.quickbooks.sales import due_date
from local.sandbox.quickbooks.taxes import put_tax
from local.sandbox.store import Record

_FILLS: dict[str, Fill] = {
    "AccountBasedExpenseLineDetail": filled_expense,
    "ItemBasedExpenseLineDetail": filled_purchase,
}


def build_bill(book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out the whole bill.

    Raises: Refusal 2020, 2500, 6000, 6140 for a number that the vendor's bills have already.
    """
    vendor = _vendor(book, wanted, old or {})
    terms = {"SalesTermRef": vendor["TermRef"]} if "TermRef" in vendor and "DueDate" not in wanted else {}
    bill = _built(book, "Bill", vendor, terms | wanted, old or {})
    if "DueDate" not in bill:
        ref = bill.get("SalesTermRef")
        bill["DueDate"] = due_date(book, bill["TxnDate"], ref) if ref else bill["TxnDate"]
    return bill


def build_vendor_credit(book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out the whole vendor credit; it is used up by bill payments, never by itself.

    Raises: Refusal 2020, 2500, 6000, 6140.
    """
    return _built(book, "VendorCredit", _vendor(book, wanted, old or {}), wanted, old or {})


def bill_effect(book: Book, bill: Record) -> Effect:
    """Owed to the vendor, spent on the accounts of the lines."""
    return _effect(book, bill, 1)


def vendor_credit_effect(book: Book, credit: Record) -> Effect:
    """The reverse of a bill."""
    return _effect(book, credit, -1)


def _vendor(book: Book, wanted: Record, before: Record) -> Record:
    need(wanted, "VendorRef")
    return book.reference("Vendor", wanted["VendorRef"], "VendorRef", before.get("VendorRef"))


def _built(book: Book, kind: str, vendor: Record, wanted: Record, before: Record) -> Record:
    record: Record = {"TxnDate": book.clock.today().isoformat()} | wanted
    payable = system_account(book, "AccountsPayable")
    if "APAccountRef" not in record and payable:
        record["APAccountRef"] = {"value": payable}
    named(book, "Vendor", record, "VendorRef", before.get("VendorRef"))
    if "APAccountRef" in record:
        account_of_type(book, record, "APAccountRef", before.get("APAccountRef"), "Accounts Payable")
    record["Line"] = built_lines(book, wanted.get("Line", []), before.get("Line", []), _FILLS)
    record["LinkedTxn"] = before.get("LinkedTxn", [])
    check_head(book, record, before)
    put_currency(book, record, vendor)
    _put_totals(book, record, before)
    put_number(book, kind, record, before, "VendorRef")
    return finish_amounts(record)


def _put_totals(book: Book, record: Record, before: Record) -> None:
    tax = put_tax(book, record, before, "Purchase")
    if not tax and not before.get("TxnTaxDetail") and not record["TxnTaxDetail"].get("TaxLine"):
        del record["TxnTaxDetail"]  # a purchase without tax has none (recorded)
    total = sum((amount_of(line, "Amount") for line in record["Line"]), Decimal(0)) + tax
    if total < 0:
        raise refusals.business("Transaction amount must be 0 or greater.")
    applied = applied_to(before) if before else Decimal(0)
    if total < applied:
        raise refusals.business("The amount of the transaction is less than what is already applied to it.")
    if applied and before["VendorRef"]["value"] != record["VendorRef"]["value"]:
        raise refusals.business("The vendor cannot be changed while payments are applied to this transaction.")
    record["TotalAmt"], record["Balance"] = money(total), money(total - applied)


def _effect(book: Book, record: Record, sign: int) -> Effect:
    effect, memory = Effect(), book.with_memory()
    total = sign * amount_of(record, "TotalAmt")
    effect.owed["Vendor", record["VendorRef"]["value"]] = total
    effect.credit(record.get("APAccountRef", {}).get("value"), total)
    effect.debit(system_account(book, "SalesTaxPayable"), sign * amount_of(record.get("TxnTaxDetail", {}), "TotalTax"))
    for line in record.get("Line", []):
        effect.debit(cost_account(memory, line), sign * amount_of(line, "Amount"))
    return effect
