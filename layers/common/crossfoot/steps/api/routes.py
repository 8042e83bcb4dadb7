"""Every route of the API."""

from crossfoot.messages.api import (
    Accepted,
    AuthorizeUrl,
    BankAccountList,
    ConnectConnectWise,
    ConnectedShape,
    ConnectionList,
    CrossfootStart,
    Explanation,
    InvoiceList,
    InvoiceQuery,
    OAuthReturn,
    OneRecord,
    OneSystem,
    PaymentList,
    PaymentQuery,
    PreferencesShape,
    ReportShape,
)
from crossfoot.messages.routes import Nothing, Route
from crossfoot.steps.api import books, connections, explain, invoices, payments, preferences
from crossfoot.steps.api.needs import Ports

# Statuses of a route that calls the connected system while the caller waits.
_LIVE = (409, 422, 429, 503)

ROUTES: tuple[Route[Ports], ...] = (
    Route(
        "connectQuickBooks", "POST", "/v1/connections/quickbooks", "Begin to connect QuickBooks",
        connections.start_quickbooks, AuthorizeUrl, body=Nothing,
    ),
    Route(
        "finishQuickBooks", "GET", connections.RETURN_PATH, "Where Intuit sends the partner's browser back to",
        connections.finish_quickbooks, query=OAuthReturn, is_open=True, media_type="text/html",
    ),
    Route(
        "listBankAccounts", "GET", "/v1/connections/quickbooks/accounts", "Read the bank accounts for deposits",
        connections.list_bank_accounts, BankAccountList, problems=_LIVE,
    ),
    Route(
        "connectConnectWise", "POST", "/v1/connections/connectwise", "Test ConnectWise keys, and connect with them",
        connections.connect_connectwise, ConnectedShape, 201, body=ConnectConnectWise, problems=_LIVE,
    ),
    Route(
        "listConnections", "GET", "/v1/connections", "Show how both connections stand",
        connections.list_connections, ConnectionList,
    ),
    Route(
        "disconnect", "DELETE", "/v1/connections/{system}", "Revoke and destroy a connection's tokens or keys",
        connections.disconnect, None, 204, path_shape=OneSystem, problems=(404, 429, 503),
    ),
    Route(
        "getPreferences", "GET", "/v1/preferences", "Show the preferences",
        preferences.show_preferences, PreferencesShape,
    ),
    Route(
        "putPreferences", "PUT", "/v1/preferences", "Replace the preferences",
        preferences.put_preferences, PreferencesShape, body=PreferencesShape, problems=_LIVE,
    ),
    Route(
        "listInvoices", "GET", "/v1/invoices", "List invoices, newest first",
        invoices.list_invoices, InvoiceList, query=InvoiceQuery,
    ),
    Route(
        "listPayments", "GET", "/v1/payments", "List payments with how far each has come",
        payments.list_payments, PaymentList, query=PaymentQuery,
    ),
    Route(
        "explainRecord", "GET", "/v1/records/{kind}/{id}/explain", "Tell what happened to a record, and why",
        explain.explain_record, Explanation, path_shape=OneRecord, problems=(404,),
    ),
    Route(
        "startCrossfoot", "POST", "/v1/crossfoot", "Compare the books to the cent",
        books.start_crossfoot, Accepted, 202, body=CrossfootStart,
    ),
    Route(
        "getCrossfoot", "GET", "/v1/crossfoot", "Show the newest comparison",
        books.show_crossfoot, ReportShape, problems=(404,),
    ),
)  # fmt: skip
