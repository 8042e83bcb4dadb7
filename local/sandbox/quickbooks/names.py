"""Name lists: people, items, accounts and the short lists; never deleted, only made inactive and renamed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book
from local.sandbox.quickbooks.fields import check_length, currency_ref, need, one_of
from local.sandbox.store import Record

SUFFIX = " (deleted)"
DEEPEST_LEVEL = 4
DISPLAY_NAME_LENGTH = 500
NAME_LENGTH = 100
SHARED_NAMES = ("Customer", "Vendor", "Employee")
_NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")

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


@dataclass(frozen=True)
class NameList:
    """A name list: what a new record has, the flag that marks one below another, and what else holds for its records.

    Takes: `complete(book, record, before)` fills and checks what only this list has. `family` is whether records stand
    below each other, and so have a full name.
    """

    kind: str
    defaults: Record = field(default_factory=dict)
    family: bool = False
    sub_flag: str | None = None
    complete: Callable[[Book, Record, Record], None] = lambda _book, _record, _before: None


@dataclass(frozen=True)
class PersonList:
    """A list of people and firms; what a new record has, and the amounts that only transactions move."""

    kind: str
    defaults: Record
    balances: tuple[str, ...] = ()
    family: bool = False
    refs: Mapping[str, str] = field(default_factory=dict)


_CUSTOMER_DEFAULTS: Record = {
    "Taxable": True,
    "Job": False,
    "BillWithParent": False,
    "PreferredDeliveryMethod": "Print",
    "DefaultTaxCodeRef": {"value": "2"},
}


def build_person(people: PersonList, book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out a whole customer, vendor or employee; the three share one name space.

    Raises: Refusal 6080, 2040, 2050, 6240, 2500, 6180, 6220.
    """
    before = old or {}
    currency = {} if people.kind == "Employee" else {"CurrencyRef": currency_ref(book.home_currency)}
    person: Record = people.defaults | currency | {"Active": before.get("Active", True)} | wanted
    name = _display_name(person)
    _check_name("DisplayName", name, DISPLAY_NAME_LENGTH)
    person |= {"DisplayName": name, "PrintOnCheckName": wanted.get("PrintOnCheckName", name)}
    person |= {kept: before.get(kept, 0) for kept in people.balances}
    for ref, kind in people.refs.items():
        if ref in person and person[ref] != before.get(ref):
            book.reference(kind, person[ref], ref)
    _check_currency(book, person, before)
    if people.family:
        _put_family(book, people.kind, "DisplayName", person, before)
    _refuse_repeated_name(book, (people.kind, *SHARED_NAMES), "DisplayName", name, before.get("Id"))
    has_balance = any(before.get(balance) for balance in people.balances[-1:])
    return _with_activity(person, before, "DisplayName", has_balance=has_balance)


def build_listed(names: NameList, book: Book, wanted: Record, old: Record | None) -> Record:
    """Work out a whole record of a name list.

    Raises: Refusal 2020, 2040, 2050, 6240, 2500, 6180, and what is the list's own.
    """
    before = old or {}
    need(wanted, "Name")
    _check_name("Name", wanted["Name"], NAME_LENGTH)
    record: Record = {"Active": before.get("Active", True)} | names.defaults | wanted
    names.complete(book, record, before)
    unique = "Name"
    if names.family:
        _put_family(book, names.kind, "Name", record, before)
        unique = "FullyQualifiedName"
    if names.sub_flag:
        record[names.sub_flag] = "ParentRef" in record
    _refuse_repeated_name(book, (names.kind,), unique, record[unique], before.get("Id"))
    return _with_activity(record, before, "Name")


def _complete_item(book: Book, item: Record, before: Record) -> None:
    check_length(item, "Sku", NAME_LENGTH)
    kind = item.setdefault("Type", "Service")
    need(item, *_needed_of_item(kind))
    if "ParentRef" in item:
        parent = book.reference("Item", item["ParentRef"], "ParentRef", before.get("ParentRef"))
        if parent.get("Type") != "Category":
            raise refusals.business("The parent of an item is a category.")
    if before and (kind == "Category") != (before.get("Type") == "Category"):
        raise refusals.business("An item cannot become a category, nor a category an item.")
    if kind != "Category":
        for name, value in _ITEM_DEFAULTS.items():
            item.setdefault(name, value)
    for ref in ("IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef"):
        if ref in item:
            account = book.reference("Account", item[ref], ref, before.get(ref))
            item[ref] = {"value": account["Id"], "name": account["Name"]}


def _complete_account(book: Book, account: Record, before: Record) -> None:
    kind = account.get("AccountType") or _TYPE_OF_SUBTYPE.get(account.get("AccountSubType", ""))
    if kind is None:
        raise refusals.account_type_missing()
    classification, subtype = ACCOUNT_TYPES[one_of(kind, tuple(ACCOUNT_TYPES))]
    account.setdefault("AccountSubType", subtype)
    account.setdefault("CurrencyRef", currency_ref(book.home_currency))
    account |= {"AccountType": kind, "Classification": classification}
    account |= {kept: before.get(kept, 0) for kept in ("CurrentBalance", "CurrentBalanceWithSubAccounts")}
    if "ParentRef" in account:
        parent = book.reference("Account", account["ParentRef"], "ParentRef", before.get("ParentRef"))
        if parent.get("AccountType") != kind:
            raise refusals.business("An account has the type of the account above it.")


def _complete_term(_book: Book, term: Record, _before: Record) -> None:
    """A term counts days, or names a day of the month."""
    by_date = "DayOfMonthDue" in term
    if not by_date:
        need(term, "DueDays")
    term["Type"] = "DATE_DRIVEN" if by_date else "STANDARD"


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


def _check_currency(book: Book, person: Record, before: Record) -> None:
    asked = person.get("CurrencyRef", {}).get("value", book.home_currency)
    if before.get("CurrencyRef", {}).get("value", asked) != asked:
        raise refusals.business("The currency of a name cannot be changed.")
    if asked != book.home_currency and not book.preference("CurrencyPrefs", "MultiCurrencyEnabled") and not before:
        raise refusals.business("Multi-currency must be turned on to use another currency than the company's own.")


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
    for kind in dict.fromkeys(kinds):
        for other in book.store.find(book.realm, kind, key, name):
            if kind != kinds[0] or other["Id"] != own_id:
                raise refusals.duplicate_name()


def _with_activity(record: Record, before: Record, name_key: str, *, has_balance: bool = False) -> Record:
    was_active, active = before.get("Active", True), record["Active"]
    if was_active and not active and has_balance:
        raise refusals.has_balance()
    names: dict[str, Any] = {name: record[name] for name in (name_key, "FullyQualifiedName") if name in record}
    for name, text in names.items():
        bare = text.removesuffix(SUFFIX)
        if not active:
            record[name] = bare + SUFFIX
        elif not was_active:
            record[name] = bare
    return record


_ITEM_DEFAULTS: Record = {"Taxable": False, "UnitPrice": 0, "PurchaseCost": 0, "TrackQtyOnHand": False}
PEOPLE = {
    each.kind: each
    for each in (
        PersonList(
            "Customer",
            _CUSTOMER_DEFAULTS,
            ("Balance", "BalanceWithJobs"),
            family=True,
            refs={"SalesTermRef": "Term", "PaymentMethodRef": "PaymentMethod"},
        ),
        PersonList("Vendor", {"Vendor1099": False}, ("Balance",), refs={"TermRef": "Term", "APAccountRef": "Account"}),
        PersonList("Employee", {"BillableTime": False}),
    )
}
LISTS = {
    each.kind: each
    for each in (
        NameList("Item", family=True, sub_flag="SubItem", complete=_complete_item),
        NameList("Account", family=True, sub_flag="SubAccount", complete=_complete_account),
        NameList("Class", family=True, sub_flag="SubClass"),
        NameList("Department", family=True, sub_flag="SubDepartment"),
        NameList("Term", {"DiscountPercent": 0}, complete=_complete_term),
        NameList("PaymentMethod", {"Type": "NON_CREDIT_CARD"}),
    )
}
