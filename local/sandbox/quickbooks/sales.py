"""Invoices and credit memos: lines, totals, terms and numbers, as QuickBooks Online works them out."""

from decimal import Decimal

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book, amount_of, money
from local.sandbox.quickbooks.custom_fields import put_custom_fields
from local.sandbox.quickbooks.fields import (
    applied_to,
    check_head,
    check_text,
    finish_amounts,
    named,
    need,
    put_currency,
    put_number,
    voided,
)
from local.sandbox.quickbooks.ledger import Effect, system_account
from local.sandbox.quickbooks.lines import Fill, built_lines, filled_group, filled_sale, filled_text
from local.sandbox.quickbooks.taxes import put_tax
from local.sandbox.quickbooks.times import add_days
from local.sandbox.store import Record

DEFAULT_TERM_DAYS = 30
MEMO_LENGTH = 1000
_SUBTOTAL = "SubTotalLineDetail"
_DISCOUNT = "DiscountLineDetail"
_ONLINE_PAYMENT = {
    "AllowIPNPayment": False,
    "AllowOnlinePayment": False,
    "AllowOnlineCreditCardPayment": False,
    "AllowOnlineACHPayment": False,
}


def build_invoice(book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out the whole invoice from what was asked for.

    Takes: the writable fields as they shall be; the invoice as it stands, for an update.
    Raises: Refusal.
    """
    customer = _customer(book, wanted, old or {})
    terms = {"SalesTermRef": customer["SalesTermRef"]} if "SalesTermRef" in customer and "DueDate" not in wanted else {}
    invoice = _built(book, "Invoice", customer, _ONLINE_PAYMENT | terms | wanted, old or {})
    _put_due_date(book, invoice, customer)
    return invoice


def build_credit_memo(book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out the whole credit memo; `RemainingCredit` is what no invoice was paid with yet.

    Raises: Refusal.
    """
    memo = _built(book, "CreditMemo", _customer(book, wanted, old or {}), wanted, old or {})
    return memo | {"RemainingCredit": memo["Balance"]}


def invoice_effect(book: Book, invoice: Record) -> Effect:
    """Owed by the customer, earned on the accounts of the items."""
    return _effect(book, invoice, 1)


def credit_memo_effect(book: Book, memo: Record) -> Effect:
    """The reverse of an invoice."""
    return _effect(book, memo, -1)


def void_sale(form: Record) -> Record:
    """Return an invoice or a credit memo as its void leaves it; the number stays.

    Raises: Refusal 6000 when it is paid, or has paid for something.
    """
    if applied_to(form):
        raise refusals.business("This transaction has payments applied to it. Remove them before you void it.")
    lines = [line | {"Amount": 0} for line in form.get("Line", [])]
    credit = {"RemainingCredit": 0} if "RemainingCredit" in form else {}
    return voided(form, Balance=0, LinkedTxn=[], Line=lines, TxnTaxDetail={"TotalTax": 0}, **credit)


def _customer(book: Book, wanted: Record, before: Record) -> Record:
    need(wanted, "CustomerRef")
    return book.reference("Customer", wanted["CustomerRef"], "CustomerRef", before.get("CustomerRef"))


def _built(book: Book, kind: str, customer: Record, wanted: Record, before: Record) -> Record:
    form = _defaults(book, customer) | wanted
    named(book, "Customer", form, "CustomerRef", before.get("CustomerRef"))
    form["Line"] = _lines(book, wanted.get("Line", []), before.get("Line", []))
    form["LinkedTxn"] = before.get("LinkedTxn", [])
    check_head(book, form, before)
    check_text(book, form.get("CustomerMemo", {}), "value", MEMO_LENGTH)
    put_custom_fields(book, form)
    put_currency(book, form, customer)
    tax = put_tax(book, form, before, "Sales")
    _put_totals(form, before, tax)
    _put_number(book, kind, form, before)
    return finish_amounts(form)


def _defaults(book: Book, customer: Record) -> Record:
    defaults: Record = {
        "TxnDate": book.clock.today().isoformat(),
        "ApplyTaxAfterDiscount": False,
        "PrintStatus": "NeedToPrint",
        "EmailStatus": "NotSet",
    }
    return defaults | {name: customer[name] for name in ("BillAddr", "ShipAddr") if name in customer}


def _lines(book: Book, wanted: list[Record], before: list[Record]) -> list[Record]:
    given = [line for line in wanted if line.get("DetailType") != _SUBTOTAL]
    built = built_lines(book, given, before, _FILLS)
    sales = [line for line in built if line["DetailType"] != _DISCOUNT]
    subtotal = sum((amount_of(line, "Amount") for line in sales), Decimal(0))
    discounts = [_with_discount(line, subtotal) for line in built if line["DetailType"] == _DISCOUNT]
    return [*sales, _subtotal(subtotal), *discounts]


def _subtotal(amount: Decimal) -> Record:
    return {"Amount": money(amount), "DetailType": _SUBTOTAL, _SUBTOTAL: {}}


def _filled_discount(_book: Book, line: Record, _before: Record) -> Record:
    detail = line.get(_DISCOUNT, {})
    holder, needed = (detail, "DiscountPercent") if detail.get("PercentBased") else (line, "Amount")
    if needed not in holder:
        raise refusals.discount_incomplete()
    return line


def _with_discount(line: Record, subtotal: Decimal) -> Record:
    detail = line.get(_DISCOUNT, {})
    if detail.get("PercentBased"):
        return line | {"Amount": money(subtotal * Decimal(detail["DiscountPercent"]) / 100)}
    return line | {"Amount": money(line["Amount"])}


def _put_totals(form: Record, before: Record, tax: Decimal) -> None:
    """Sum up; the subtotal again, because prices with tax inside have changed the lines."""
    subtotal, discount = Decimal(0), Decimal(0)
    for line in form["Line"]:
        if line["DetailType"] == _DISCOUNT:
            discount += amount_of(line, "Amount")
        elif line["DetailType"] != _SUBTOTAL:
            subtotal += amount_of(line, "Amount")
    form["Line"] = [_subtotal(subtotal) if line["DetailType"] == _SUBTOTAL else line for line in form["Line"]]
    total = subtotal - discount + tax
    if total < 0:
        raise refusals.business("Transaction amount must be 0 or greater.")
    applied = applied_to(before) if before else Decimal(0)
    balance = total - amount_of(form, "Deposit") - applied
    if balance < 0:
        raise refusals.business("The amount of the transaction is less than what is already applied to it.")
    if applied and before["CustomerRef"]["value"] != form["CustomerRef"]["value"]:
        raise refusals.business("The customer cannot be changed while payments are applied to this transaction.")
    form["TotalAmt"], form["Balance"] = money(total), money(balance)


def _put_number(book: Book, kind: str, form: Record, before: Record) -> None:
    custom = bool(book.preference("SalesFormsPrefs", "CustomTxnNumbers"))
    if form.get("DocNumber") == "AUTO_GENERATE" or ("DocNumber" not in form and not custom):
        form["DocNumber"] = before.get("DocNumber") or str(book.store.next_id(book.realm, "DocNumber"))
    else:
        put_number(book, kind, form, before)


def _put_due_date(book: Book, invoice: Record, customer: Record) -> None:
    if "DueDate" in invoice:
        return
    default = book.preference("SalesFormsPrefs", "DefaultTerms") or {}
    ref = invoice.get("SalesTermRef") or customer.get("SalesTermRef") or default
    invoice["DueDate"] = due_date(book, invoice["TxnDate"], ref)


def due_date(book: Book, day: str, term_ref: Record) -> str:
    """Return when a transaction of a day is due under a term."""
    term = book.get("Term", str(term_ref.get("value", ""))) or {}
    return add_days(day, int(term.get("DueDays", DEFAULT_TERM_DAYS)))


def _effect(book: Book, form: Record, sign: int) -> Effect:
    effect, memory = Effect(), book.with_memory()
    deposit = amount_of(form, "Deposit")
    open_amount = sign * (amount_of(form, "TotalAmt") - deposit)
    effect.owed["Customer", form["CustomerRef"]["value"]] = open_amount
    effect.debit(system_account(book, "AccountsReceivable"), open_amount)
    if deposit:
        ref = form.get("DepositToAccountRef", {}).get("value") or system_account(book, "UndepositedFunds")
        effect.debit(ref, deposit)
    effect.credit(system_account(book, "SalesTaxPayable"), sign * amount_of(form.get("TxnTaxDetail", {}), "TotalTax"))
    for line in form.get("Line", []):
        _post_line(memory, effect, line, sign)
    return effect


def _post_line(book: Book, effect: Effect, line: Record, sign: int) -> None:
    if line.get("DetailType") == _DISCOUNT:
        ref = line.get(_DISCOUNT, {}).get("DiscountAccountRef", {}).get("value")
        effect.debit(ref or system_account(book, "DiscountsRefundsGiven"), sign * amount_of(line, "Amount"))
    for each in [line, *line.get("GroupLineDetail", {}).get("Line", [])]:
        ref = each.get("SalesItemLineDetail", {}).get("ItemRef", {})
        item = book.get("Item", str(ref.get("value", ""))) or {}
        effect.credit(item.get("IncomeAccountRef", {}).get("value"), sign * amount_of(each, "Amount"))


_FILLS: dict[str, Fill] = {
    "SalesItemLineDetail": filled_sale,
    "GroupLineDetail": filled_group,
    "DescriptionOnly": filled_text,
    _DISCOUNT: _filled_discount,
}
