"""What a new company starts with: its preferences, a small chart of accounts, terms, payment methods and items."""

from local.sandbox.quickbooks.book import Book
from local.sandbox.quickbooks.names import build_account, build_item
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
]
_TERMS = [("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60)]
_METHODS = [
    ("Cash", "NON_CREDIT_CARD"),
    ("Check", "NON_CREDIT_CARD"),
    ("Visa", "CREDIT_CARD"),
    ("ACH", "NON_CREDIT_CARD"),
]
_ITEMS = ["Services", "Hours", "Managed Services", "Hardware"]


def seed_company(book: Book, name: str) -> None:
    """Fill an empty book."""
    book.add("CompanyInfo", _company_info(book, name), "CompanyInfo")
    book.add("Preferences", _preferences(), "Preferences")
    for account, kind, subtype in _ACCOUNTS:
        wanted = {"Name": account, "AccountType": kind, "AccountSubType": subtype}
        book.add("Account", build_account(book, wanted, None), "Account")
    for term, days in _TERMS:
        book.add(
            "Term", {"Name": term, "Active": True, "Type": "STANDARD", "DiscountPercent": 0, "DueDays": days}, "Term"
        )
    for method, kind in _METHODS:
        book.add("PaymentMethod", {"Name": method, "Active": True, "Type": kind}, "PaymentMethod")
    for item in _ITEMS:
        wanted_item: Record = {"Name": item, "Type": "Service", "IncomeAccountRef": {"value": "1"}}
        book.add("Item", build_item(book, wanted_item, None), "Item")
    book.store.reserve_id(book.realm, "DocNumber", FIRST_NUMBER)


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
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "TimeTrackingPrefs": {"UseServices": True, "BillCustomers": True, "WorkWeekStartDate": "Monday"},
        "OtherPrefs": {"NameValue": [{"Name": "SalesFormsPrefs.DefaultItem", "Value": "1"}]},
    }
