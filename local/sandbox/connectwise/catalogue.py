"""Everything that the sandbox serves: every declared resource, and what of them is more than a plain record."""

from collections.abc import Callable, Mapping

from local.sandbox.connectwise import accounting, agreements, billing, taxes, unposted
from local.sandbox.connectwise.call import Answer, Call
from local.sandbox.connectwise.callbacks import Callbacks
from local.sandbox.connectwise.collection import Collection, Endpoint
from local.sandbox.connectwise.companies import Companies
from local.sandbox.connectwise.invoices import Invoices
from local.sandbox.connectwise.payments import Payments
from local.sandbox.connectwise.rights import INQUIRE, REPORT_WRITER
from local.sandbox.connectwise.schema import MODELS, Model

REPORTS = ("Agreement", "Company", "Expense", "Invoice", "Member", "Product", "Service", "Time")

KINDS: Mapping[str, Callable[[Model], Collection]] = {
    "AccountingBatch": accounting.Batches,
    "Addition": agreements.Additions,
    "Agreement": agreements.Agreements,
    "AgreementRecap": agreements.AgreementRecaps,
    "BatchEntry": accounting.BatchEntries,
    "CallbackEntry": Callbacks,
    "Company": Companies,
    "ExpenseEntry": billing.Expenses,
    "GLEntry": accounting.GLEntries,
    "Invoice": Invoices,
    "InvoicePayment": Payments,
    "ProductItem": billing.Products,
    "TaxCodeLevel": taxes.TaxCodeLevels,
    "TimeEntry": billing.TimeEntries,
    "UnpostedExpense": unposted.UnpostedExpenses,
    "UnpostedInvoice": unposted.UnpostedInvoices,
    "UnpostedInvoiceTaxableLevel": unposted.UnpostedTaxLevels,
    "UnpostedPayments": unposted.UnpostedPayments,
}


def endpoints() -> list[Endpoint]:
    collections = (KINDS.get(model.name, Collection)(model) for model in MODELS.values())
    return [
        Endpoint("GET", "/system/info", None, INQUIRE, _system_info),
        Endpoint("GET", "/system/reports", REPORT_WRITER, INQUIRE, _reports),
        *(endpoint for collection in collections for endpoint in collection.endpoints()),
    ]


def _system_info(call: Call) -> Answer:
    return Answer(200, {
        "version": f"{call.site.switches.codebase.strip('/').replace('_', '.')}.20431",
        "isCloud": call.site.switches.is_cloud,
        "serverTimeZone": "Eastern Standard Time",
        "licenseBits": [{"name": "FullLicense", "activeFlag": True}],
        "cloudRegion": "NA",
        "maxWorkFlowRecordsAllowed": 1000,
    })  # fmt: skip


def _reports(_call: Call) -> Answer:
    return Answer(200, [{"name": name} for name in REPORTS])
