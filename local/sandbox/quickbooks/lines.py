"""The lines of transactions: their ids and order, and what each kind of line needs."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book, amount_of, money
from local.sandbox.quickbooks.fields import check_text, named, need, one_of
from local.sandbox.store import Record

MOST_LINES = 10_000
MOST_TAXED_LINES = 750
DESCRIPTION_LENGTH = 4000
BILLABLE = ("NotBillable", "Billable", "HasBeenBilled")

type Fill = Callable[[Book, Record, Record], Record]


def built_lines(
    book: Book, wanted: list[Record], before: list[Record], fills: Mapping[str, Fill], first_id: int = 1
) -> list[Record]:
    """Number the lines and fill each as its kind is filled; a known Id is an update, any other line is a new one.

    Raises: Refusal 2020, 2170, and what the kinds of lines refuse.
    """
    if not wanted:
        raise refusals.missing("Line")
    if len(wanted) > MOST_LINES:
        raise refusals.business(f"A transaction takes {MOST_LINES} lines at most.")
    known = {line["Id"]: line for line in before if "Id" in line}
    given = iter(range(max((int(each) for each in known if each.isdigit()), default=first_id - 1) + 1, 1 << 31))
    memo = book.with_memory()
    return [
        _built(memo, line, number, known.get(str(line.get("Id"))), given, fills)
        for number, line in enumerate(wanted, start=1)
    ]


def _built(
    book: Book, line: Record, number: int, before: Record | None, given: Iterator[int], fills: Mapping[str, Fill]
) -> Record:
    need(line, "DetailType", within="Line.")
    check_text(book, line, "Description", DESCRIPTION_LENGTH)
    kind = one_of(line["DetailType"], tuple(fills))
    head = {"Id": line["Id"] if before else str(next(given)), "LineNum": number}
    return fills[kind](book, head | {name: line[name] for name in line if name not in head}, before or {})


def filled_sale(book: Book, line: Record, before: Record) -> Record:
    """Fill a line that sells an item; one without an item only documents, and its amount is ignored (the vendor)."""
    name = "SalesItemLineDetail"
    need(line, "Amount", name, within="Line.")
    detail = dict(line[name])
    amount = _checked_amount(line["Amount"], detail)
    if "ItemRef" not in detail:
        return line | {"Amount": 0, name: detail}
    _name_item(book, detail, before.get(name, {}), name)
    _check_class(book, detail, before.get(name, {}), name)
    return line | {"Amount": amount, name: detail}


def filled_group(_book: Book, line: Record, _before: Record) -> Record:
    """Fill a bundle: its amount is that of its own lines."""
    inner = line.get("GroupLineDetail", {}).get("Line", [])
    return line | {"Amount": money(sum((amount_of(each, "Amount") for each in inner), Decimal(0)))}


def filled_text(_book: Book, line: Record, _before: Record) -> Record:
    """Fill a line that is only words."""
    return {name: value for name, value in line.items() if name != "Amount"}


def filled_expense(book: Book, line: Record, before: Record) -> Record:
    """Fill a line that is booked to an account."""
    name = "AccountBasedExpenseLineDetail"
    need(line, "Amount", name, within="Line.")
    detail: Record = {"BillableStatus": "NotBillable"} | line[name]
    need(detail, "AccountRef", within=f"Line.{name}.")
    named(book, "Account", detail, "AccountRef", before.get(name, {}).get("AccountRef"), f"Line.{name}.")
    return _filled_cost(book, line, before, name, detail)


def filled_purchase(book: Book, line: Record, before: Record) -> Record:
    """Fill a line that buys an item."""
    name = "ItemBasedExpenseLineDetail"
    need(line, "Amount", name, within="Line.")
    detail: Record = {"BillableStatus": "NotBillable"} | line[name]
    need(detail, "ItemRef", within=f"Line.{name}.")
    _checked_amount(line["Amount"], detail)
    _name_item(book, detail, before.get(name, {}), name)
    return _filled_cost(book, line, before, name, detail)


def cost_account(book: Book, line: Record) -> str | None:
    """Return the account that a line of a purchase is booked to."""
    detail = line.get("AccountBasedExpenseLineDetail")
    if detail:
        return str(detail["AccountRef"]["value"])
    ref = line.get("ItemBasedExpenseLineDetail", {}).get("ItemRef", {})
    item = book.get("Item", str(ref.get("value", ""))) or {}
    account = item.get("AssetAccountRef") if item.get("Type") == "Inventory" else None
    found = account or item.get("ExpenseAccountRef") or item.get("IncomeAccountRef")
    return str(found["value"]) if found else None


def _filled_cost(book: Book, line: Record, before: Record, name: str, detail: Record) -> Record:
    kept = before.get(name, {})
    one_of(detail["BillableStatus"], BILLABLE)
    if "CustomerRef" in detail:
        named(book, "Customer", detail, "CustomerRef", kept.get("CustomerRef"), f"Line.{name}.")
    elif detail["BillableStatus"] == "Billable":
        raise refusals.business("A billable line needs the customer that it is billed to.")
    _check_class(book, detail, kept, name)
    return line | {"Amount": money(line["Amount"]), name: detail}


def _name_item(book: Book, detail: Record, kept: Record, name: str) -> None:
    item = named(book, "Item", detail, "ItemRef", kept.get("ItemRef"), f"Line.{name}.")
    if item.get("Type") == "Category":
        raise refusals.business("An item in this transaction is set up as a category instead of a product or service.")


def _check_class(book: Book, detail: Record, kept: Record, name: str) -> None:
    if "ClassRef" in detail:
        book.reference("Class", detail["ClassRef"], f"Line.{name}.ClassRef", kept.get("ClassRef"))


def _checked_amount(amount: Decimal | int, detail: Record) -> Decimal | int:
    if "Qty" in detail and "UnitPrice" in detail:
        product = money(Decimal(detail["Qty"]) * Decimal(detail["UnitPrice"]))
        if product != money(amount):
            raise refusals.wrong_amount(amount)
    return money(amount)
