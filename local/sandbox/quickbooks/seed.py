"""What a new company starts with: its preferences, a small chart of accounts, terms, payment methods and items."""

from decimal import Decimal

from local.sandbox.quickbooks.book import Book
from local.sandbox.quickbooks.custom_fields import shown_fields
from local.sandbox.quickbooks.entities import ENTITIES
from local.sandbox.store import Record

FIRST_NUMBER = 1000
_ADDRESS = {
    "Id": "1",
    "Line1": "2500 Garcia Ave",
    "City": "Mountain View",
    "Country": "USA",
    "CountrySubDivisionCode": "CA",
    "PostalCode": "94043",
}
_ACCOUNTS = [
    ("Services", "Income", "ServiceFeeIncome"),
    ("Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Checking", "Bank", "Checking"),
    ("Savings", "Bank", "Savings"),
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("Bank Charges", "Expense", "BankCharges"),
    ("Uncategorized Income", "Income", "ServiceFeeIncome"),
    ("Uncategorized Expense", "Expense", "OtherMiscellaneousServiceCost"),
    ("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("Discounts given", "Income", "DiscountsRefundsGiven"),
    ("Sales Tax Payable", "Other Current Liability", "SalesTaxPayable"),
    ("Business Visa", "Credit Card", "CreditCard"),
]
_TERMS = [("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60)]
_METHODS = [
    ("Cash", "NON_CREDIT_CARD"),
    ("Check", "NON_CREDIT_CARD"),
    ("Visa", "CREDIT_CARD"),
    ("ACH", "NON_CREDIT_CARD"),
]
# Code: its rate in percent on sales and purchases, or None for a code without rates.
_TAXES: dict[str, dict[str, Decimal | None]] = {
    "US": {"California": Decimal(8)},
    "": {"Standard": Decimal(10), "Reduced": Decimal("2.5"), "Exempt": None},
}
FIRST_TAX_CODE = 2
_ITEMS = ["Services", "Hours", "Managed Services", "Hardware"]


def seed_company(book: Book, name: str, country: str = "US", currency: str = "USD") -> None:
    """Fill an empty book."""
    book.add("CompanyInfo", _company_info(book, name) | {"Country": country}, "CompanyInfo")
    home = {"CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": currency}}}
    book.add("Preferences", _preferences() | home, "Preferences")
    _seed_taxes(book, country)
    for account, kind, subtype in _ACCOUNTS:
        wanted = {"Name": account, "AccountType": kind, "AccountSubType": subtype}
        book.add("Account", ENTITIES["Account"].build(book, wanted, None), "Account")
    for term, days in _TERMS:
        book.add(
            "Term", {"Name": term, "Active": True, "Type": "STANDARD", "DiscountPercent": 0, "DueDays": days}, "Term"
        )
    for method, kind in _METHODS:
        book.add("PaymentMethod", {"Name": method, "Active": True, "Type": kind}, "PaymentMethod")
    for item in _ITEMS:
        wanted_item: Record = {"Name": item, "Type": "Service", "IncomeAccountRef": {"value": "1"}}
        book.add("Item", ENTITIES["Item"].build(book, wanted_item, None), "Item")
    book.store.reserve_id(book.realm, "DocNumber", FIRST_NUMBER)


def _seed_taxes(book: Book, country: str) -> None:
    """Make the tax codes, which no request can: in the United States there are the two that only mark a line."""
    book.add("TaxAgency", {"DisplayName": "Tax office", "TaxTrackedOnSales": True}, "TaxAgency")
    if country == "US":
        for id, taxable in (("TAX", True), ("NON", False)):  # noqa: A001
            pseudo = {"Name": id, "Description": id, "Active": True, "Taxable": taxable, "TaxGroup": False}
            book.put_as_is(
                "TaxCode", {"domain": "QBO", "sparse": False, "Id": id, "SyncToken": "0"} | pseudo, "TaxCode"
            )
    for number, (name, percent) in enumerate(_TAXES.get(country, _TAXES[""]).items(), start=FIRST_TAX_CODE):
        book.store.reserve_id(book.realm, "TaxCode", number - 1)
        sides = {f"{side}TaxRateList": {"TaxRateDetail": _rate(book, name, percent)} for side in ("Sales", "Purchase")}
        code: Record = {"Name": name, "Description": name, "Active": True, "Taxable": True, "TaxGroup": True}
        book.add("TaxCode", code | sides, "TaxCode")


def _rate(book: Book, name: str, percent: Decimal | None) -> list[Record]:
    if percent is None:
        return []
    rate: Record = {"Name": name, "Description": name, "Active": True, "RateValue": percent}
    rate |= {"AgencyRef": {"value": "1"}, "SpecialTaxType": "NONE", "DisplayType": "ReadOnly"}
    made = book.add("TaxRate", rate, "TaxRate")
    ref = {"value": made["Id"], "name": name}
    return [{"TaxRateRef": ref, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}]


def _company_info(book: Book, name: str) -> Record:
    return {
        "CompanyName": name,
        "LegalName": name,
        "CompanyAddr": _ADDRESS,
        "CustomerCommunicationAddr": _ADDRESS,
        "LegalAddr": _ADDRESS,
        "PrimaryPhone": {"FreeFormNumber": "(650)944-4444"},
        "CompanyStartDate": book.clock.today().isoformat(),
        "FiscalYearStartMonth": "January",
        "Country": "US",
        "Email": {"Address": "books@example.com"},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "DefaultTimeZone": "America/Los_Angeles",
        "NameValue": [{"Name": "NeoEnabled", "Value": "true"}, {"Name": "SubscriptionStatus", "Value": "PAID"}],
    }


def _preferences() -> Record:
    return {
        "AccountingInfoPrefs": {
            "FirstMonthOfFiscalYear": "January",
            "UseAccountNumbers": False,
            "TrackDepartments": False,
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": False,
            "CustomerTerminology": "Customers",
        },
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": True,
        },
        "SalesFormsPrefs": {
            "CustomField": shown_fields("P.O. Number"),
            "CustomTxnNumbers": False,
            "AllowDeposit": False,
            "AllowDiscount": True,
            "AllowEstimates": True,
            "AllowServiceDate": False,
            "AllowShipping": False,
            "AutoApplyCredit": False,
            "AutoApplyPayments": False,
            "DefaultTerms": {"value": "3"},
            "DefaultCustomerMessage": "Thank you for your business!",
        },
        "TaxPrefs": {"UsingSalesTax": False, "PartnerTaxEnabled": False},
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "TimeTrackingPrefs": {"UseServices": True, "BillCustomers": True, "WorkWeekStartDate": "Monday"},
        "OtherPrefs": {"NameValue": [{"Name": "SalesFormsPrefs.DefaultItem", "Value": "1"}]},
    }
