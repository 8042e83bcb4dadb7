"""The routes by which payables are shown and marked (B1 to B8)."""

from crossfoot.messages.api.invoices import InvoiceDetail
from crossfoot.messages.api.outside_payments import OutsidePaymentShape
from crossfoot.messages.api.payables_book import (
    BillDetail,
    BillList,
    BillPaymentList,
    BillPaymentQuery,
    BillPaymentShape,
    BillQuery,
    NotImportedList,
    NotImportedQuery,
    VendorCreditDetail,
    VendorCreditList,
    VendorCreditQuery,
    VendorList,
    VendorQuery,
    VendorShape,
)
from crossfoot.messages.api.words import OneId
from crossfoot.messages.routes import Route
from crossfoot.steps.api import bill_payments, bills, not_imported, outside_payments, vendor_credits, vendors
from crossfoot.steps.api.needs import Ports

PAYABLES_BOOK: tuple[Route[Ports], ...] = (
    Route(
        "listVendors", "GET", "/v1/vendors", "List vendors by name",
        vendors.list_vendors, VendorList, query=VendorQuery,
    ),
    Route(
        "getVendor", "GET", "/v1/vendors/{id}", "Show a vendor",
        vendors.show_vendor, VendorShape, path_shape=OneId, problems=(404,),
    ),
    Route(
        "listBills", "GET", "/v1/bills", "List bills with what is open of each, and how far it has come",
        bills.list_bills, BillList, query=BillQuery,
    ),
    Route(
        "getBill", "GET", "/v1/bills/{id}", "Show a bill with its lines, its payments and both copies",
        bills.show_bill, BillDetail, path_shape=OneId, problems=(404,),
    ),
    Route(
        "markBillPaidOutside", "PUT", "/v1/bills/{id}/outside-payment",
        "Mark a bill as paid without the platform; that is sent nowhere",
        outside_payments.mark_bill, BillDetail, path_shape=OneId, body=OutsidePaymentShape, problems=(404, 409),
    ),
    Route(
        "unmarkBillPaidOutside", "DELETE", "/v1/bills/{id}/outside-payment",
        "Take back that a bill was paid without the platform",
        outside_payments.unmark_bill, BillDetail, path_shape=OneId, problems=(404,),
    ),
    Route(
        "markInvoicePaidOutside", "PUT", "/v1/invoices/{id}/outside-payment",
        "Mark an invoice as paid without the platform; that is sent nowhere",
        outside_payments.mark_invoice, InvoiceDetail, path_shape=OneId, body=OutsidePaymentShape, problems=(404, 409),
    ),
    Route(
        "unmarkInvoicePaidOutside", "DELETE", "/v1/invoices/{id}/outside-payment",
        "Take back that an invoice was paid without the platform",
        outside_payments.unmark_invoice, InvoiceDetail, path_shape=OneId, problems=(404,),
    ),
    Route(
        "listVendorCredits", "GET", "/v1/vendor-credits", "List vendor credits with what remains of each",
        vendor_credits.list_vendor_credits, VendorCreditList, query=VendorCreditQuery,
    ),
    Route(
        "getVendorCredit", "GET", "/v1/vendor-credits/{id}", "Show a vendor credit with its lines and what uses it up",
        vendor_credits.show_vendor_credit, VendorCreditDetail, path_shape=OneId, problems=(404,),
    ),
    Route(
        "listBillPayments", "GET", "/v1/bill-payments", "List bill payments with how far each has come",
        bill_payments.list_bill_payments, BillPaymentList, query=BillPaymentQuery,
    ),
    Route(
        "getBillPayment", "GET", "/v1/bill-payments/{id}", "Show a bill payment",
        bill_payments.show_bill_payment, BillPaymentShape, path_shape=OneId, problems=(404,),
    ),
    Route(
        "listNotImported", "GET", "/v1/payables/not-imported", "List what does not come from QuickBooks, and why",
        not_imported.list_not_imported, NotImportedList, query=NotImportedQuery,
    ),
)  # fmt: skip
