"""Name lists: customers, items and accounts; they are never deleted, only made inactive and renamed."""

from collections.abc import Callable
from typing import Any

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book
from local.sandbox.quickbooks.invoices import check_length
from local.sandbox.store import Record

SUFFIX = " (deleted)"
DEEPEST_LEVEL = 4
DISPLAY_NAME_LENGTH = 500
NAME_LENGTH = 100
_SHARED_NAMES = ("Customer", "Vendor", "Employee")
_NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
_USD = {"value": "USD", "name": "United States Dollar"}

# AccountType: (Classification, the AccountSubType that a new account gets)
ACCOUNT_TYPES = {
    "Bank": ("Asset", "Checking"),
    "Accounts Receivable": ("Asset", "AccountsReceivable"),
    "Other Current Asset": ("Asset", "OtherCurrentAssets"),
    "Fixed Asset": ("Asset", "OtherFixedAssets"),
    "Other Asset": ("Asset", "OtherLongTermAssets"),
    "Accounts Payable": ("Liability", "AccountsPayable"),
    "Credit Card": ("Liability", "CreditCard"),
    "Other Current Liability": ("Liability", "OtherCurrentLiabilities"),
    "Long Term Liability": ("Liability", "OtherLongTermLiabilities"),
    "Equity": ("Equity", "OpeningBalanceEquity"),
    "Income": ("Revenue", "ServiceFeeIncome"),
    "Other Income": ("Revenue", "OtherMiscellaneousIncome"),
    "Cost of Goods Sold": ("Expense", "SuppliesMaterialsCogs"),
    "Expense": ("Expense", "OtherMiscellaneousServiceCost"),
    "Other Expense": ("Expense", "OtherMiscellaneousExpense"),
}
_TYPE_OF_SUBTYPE = {subtype: kind for kind, (_, subtype) in ACCOUNT_TYPES.items()} | {
    "UndepositedFunds": "Other Current Asset",
    "Savings": "Bank",
    "SalesOfProductIncome": "Income",
}

type Builder = Callable[[Book, Record, Record | None], Record]


def build_customer(book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out the whole customer, sub-customers and their full names included.

    Raises: Refusal 6080, 2040, 2050, 6240, 2500, 6180, 6220.
    """
    before = old or {}
    customer: Record = {
        "Taxable": True,
        "Job": False,
        "BillWithParent": False,
        "CurrencyRef": _USD,
        "PreferredDeliveryMethod": "Print",
        "DefaultTaxCodeRef": {"value": "2"},
        "Active": before.get("Active", True),
    } | wanted
    name = _display_name(customer)
    _check_name("DisplayName", name, DISPLAY_NAME_LENGTH)
    customer |= {"DisplayName": name, "PrintOnCheckName": wanted.get("PrintOnCheckName", name)}
    customer |= {kept: before.get(kept, 0) for kept in ("Balance", "BalanceWithJobs")}
    _put_family(book, "Customer", "DisplayName", customer, before)
    _refuse_repeated_name(book, _SHARED_NAMES, "DisplayName", name, before.get("Id"))
    return _with_activity(customer, before, "DisplayName", has_balance=bool(before.get("BalanceWithJobs")))


def build_item(book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out the whole item.

    Raises: Refusal 2020, 2040, 2050, 2170, 2500, 6240, 6180.
    """
    before = old or {}
    if "Name" not in wanted:
        raise refusals.missing("Name")
    _check_name("Name", wanted["Name"], NAME_LENGTH)
    check_length(wanted, "Sku", NAME_LENGTH)
    kind = wanted.get("Type", "Service")
    for needed in _needed_of_item(kind):
        if needed not in wanted:
            raise refusals.missing(needed)
    defaults = {"Active": before.get("Active", True), "Taxable": False, "UnitPrice": 0, "Type": kind}
    item: Record = defaults | {"PurchaseCost": 0, "TrackQtyOnHand": False} | wanted
    for ref in ("IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef"):
        if ref in item:
            account = book.reference("Account", item[ref], ref, before.get(ref))
            item[ref] = {"value": account["Id"], "name": account["Name"]}
    _put_family(book, "Item", "Name", item, before)
    _refuse_repeated_name(book, ("Item",), "FullyQualifiedName", item["FullyQualifiedName"], before.get("Id"))
    return _with_activity(item, before, "Name")


def build_account(book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out the whole account; its classification follows from its type.

    Raises: Refusal 2020, 2040, 2050, 2170, 6010, 6240, 2500, 6180.
    """
    before = old or {}
    if "Name" not in wanted:
        raise refusals.missing("Name")
    _check_name("Name", wanted["Name"], NAME_LENGTH)
    kind = wanted.get("AccountType") or _TYPE_OF_SUBTYPE.get(wanted.get("AccountSubType", ""))
    if kind is None:
        raise refusals.account_type_missing()
    if kind not in ACCOUNT_TYPES:
        raise refusals.invalid_choice(kind)
    classification, subtype = ACCOUNT_TYPES[kind]
    account: Record = {"AccountSubType": subtype, "CurrencyRef": _USD, "Active": before.get("Active", True)} | wanted
    account |= {"AccountType": kind, "Classification": classification, "SubAccount": "ParentRef" in wanted}
    account |= {kept: before.get(kept, 0) for kept in ("CurrentBalance", "CurrentBalanceWithSubAccounts")}
    _put_family(book, "Account", "Name", account, before)
    _refuse_repeated_name(book, ("Account",), "FullyQualifiedName", account["FullyQualifiedName"], before.get("Id"))
    return _with_activity(account, before, "Name")


def stays_inactive(wanted: Record, old: Record) -> bool:
    """Tell the update that makes an inactive record inactive: the vendor changes nothing, not even the SyncToken."""
    return old.get("Active") is False and wanted.get("Active") is False


def _display_name(customer: Record) -> str:
    parts = " ".join(str(customer[part]) for part in _NAME_PARTS if part in customer)
    name = str(customer.get("DisplayName") or parts or customer.get("CompanyName", "")).strip()
    if not name:
        raise refusals.no_name()
    return name


def _check_name(element: str, name: str, limit: int) -> None:
    if any(sign in name for sign in ":\t\n"):
        raise refusals.invalid_text(element, name)
    check_length({element: name}, element, limit)


def _needed_of_item(kind: str) -> tuple[str, ...]:
    needed: dict[str, tuple[str, ...]] = {
        "Service": ("IncomeAccountRef",),
        "NonInventory": ("IncomeAccountRef",),
        "Inventory": ("IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef", "QtyOnHand", "InvStartDate"),
        "Category": (),
        "Group": (),
    }
    if kind not in needed:
        raise refusals.invalid_choice(kind)
    return needed[kind]


def _put_family(book: Book, kind: str, name_key: str, record: Record, before: Record) -> None:
    own_name = record[name_key]
    record.pop("Level", None)
    record["FullyQualifiedName"] = own_name
    if "ParentRef" not in record:
        return
    parent = book.reference(kind, record["ParentRef"], "ParentRef", before.get("ParentRef"))
    if parent["Id"] == before.get("Id"):
        raise refusals.business("A record cannot be its own parent.")
    level = int(parent.get("Level", 0)) + 1
    if level > DEEPEST_LEVEL:
        raise refusals.too_deep()
    record["ParentRef"] = {"value": parent["Id"]}
    record["Level"] = level
    record["FullyQualifiedName"] = f"{parent.get('FullyQualifiedName', parent[name_key])}:{own_name}"


def _refuse_repeated_name(book: Book, kinds: tuple[str, ...], key: str, name: str, own_id: str | None) -> None:
    for kind in kinds:
        for other in book.store.find(book.realm, kind, key, name):
            if kind != kinds[0] or other["Id"] != own_id:
                raise refusals.duplicate_name()


def _with_activity(record: Record, before: Record, name_key: str, *, has_balance: bool = False) -> Record:
    was_active, active = before.get("Active", True), record["Active"]
    if was_active and not active and has_balance:
        raise refusals.has_balance()
    names: dict[str, Any] = {name: record[name] for name in (name_key, "FullyQualifiedName")}
    for name, text in names.items():
        bare = text.removesuffix(SUFFIX)
        if not active:
            record[name] = bare + SUFFIX
        elif not was_active:
            record[name] = bare
    return record
