"""Every route of the API."""

from crossfoot.messages.api.attention import (
    AttentionList,
    AttentionTaken,
    IgnoreRequest,
    OneCause,
    ParkedList,
    ParkedQuery,
    RetryRequest,
)
from crossfoot.messages.api.books import CrossfootStart, ReportShape
from crossfoot.messages.api.connections import (
    AccountList,
    AccountQuery,
    AuthorizeUrl,
    ConnectConnectWise,
    ConnectedShape,
    ConnectionList,
    OAuthReturn,
    OneSystem,
    PermissionsShape,
)
from crossfoot.messages.api.credit_memos import CreditMemoDetail, CreditMemoList, CreditMemoQuery
from crossfoot.messages.api.customers import CustomerList, CustomerQuery, CustomerShape
from crossfoot.messages.api.deposits import DepositDetail, DepositList, DepositQuery
from crossfoot.messages.api.explain import Explanation, OneEffect, OneRecord
from crossfoot.messages.api.fetches import FetchesStarted, FetchList, FetchShape, FetchStart, OneFetch
from crossfoot.messages.api.filters import ChoicesShape, FiltersSaved, FiltersShape, OutsideList, OutsideQuery
from crossfoot.messages.api.invoices import InvoiceDetail, InvoiceList, InvoiceQuery, PdfLink
from crossfoot.messages.api.matches import MatchDecision, MatchList, MatchQuery, OneMatch
from crossfoot.messages.api.notifications import NotificationsShape, NotificationsStanding
from crossfoot.messages.api.payments import PaymentList, PaymentQuery
from crossfoot.messages.api.payouts import PayoutDetail, PayoutList, PayoutQuery
from crossfoot.messages.api.preferences import PreferencesShape
from crossfoot.messages.api.telling import Told
from crossfoot.messages.api.words import Accepted, OneId, PageQuery
from crossfoot.messages.platform import PlatformPayment, PlatformPayout
from crossfoot.messages.routes import Nothing, Route
from crossfoot.steps.api import (
    archiving,
    attention,
    books,
    connections,
    credit_memos,
    customers,
    deposits,
    explain,
    fetches,
    filters,
    invoices,
    matches,
    notifications,
    payments,
    payouts,
    pdfs,
    permissions,
    preferences,
    retrying,
    telling,
    undoing,
)
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.payables_book_routes import PAYABLES_BOOK
from crossfoot.steps.api.payables_routes import PAYABLES_CONTROL
from crossfoot.steps.api.sync_routes import SYNC

# Statuses of a route that calls the connected system while the caller waits.
_LIVE = (409, 422, 429, 503)
_FILTERS = "/v1/connections/connectwise/filters"

_CONNECTIONS: tuple[Route[Ports], ...] = (
    Route(
        "connectQuickBooks", "POST", "/v1/connections/quickbooks", "Begin to connect QuickBooks",
        connections.start_quickbooks, AuthorizeUrl, body=Nothing,
    ),
    Route(
        "finishQuickBooks", "GET", connections.RETURN_PATH, "Where Intuit sends the partner's browser back to",
        connections.finish_quickbooks, query=OAuthReturn, is_open=True, media_type="text/html",
    ),
    Route(
        "listAccounts", "GET", "/v1/connections/quickbooks/accounts",
        "Read the accounts to choose from: for deposits, for fees",
        connections.list_accounts, AccountList, query=AccountQuery, problems=_LIVE,
    ),
    Route(
        "connectConnectWise", "POST", "/v1/connections/connectwise", "Test ConnectWise keys, and connect with them",
        connections.connect_connectwise, ConnectedShape, 201, body=ConnectConnectWise, problems=_LIVE,
    ),
    Route(
        "getPermissions", "GET", "/v1/connections/connectwise/permissions",
        "Show which rights were there when they were last tried, and what stops without them",
        permissions.show_permissions, PermissionsShape, problems=(409,),
    ),
    Route(
        "testPermissions", "POST", "/v1/connections/connectwise/permissions",
        "Try every right that is needed in ConnectWise just now, once a minute at most",
        permissions.try_permissions, PermissionsShape, body=Nothing, problems=_LIVE,
    ),
    Route(
        "getFilters", "GET", _FILTERS, "Show which records come in from ConnectWise",
        filters.show_filters, FiltersShape,
    ),
    Route(
        "putFilters", "PUT", _FILTERS, "Replace the import filters, and read everything again",
        filters.put_filters, FiltersSaved, body=FiltersShape, problems=_LIVE,
    ),
    Route(
        "listFilterChoices", "GET", f"{_FILTERS}/choices", "Read the values to filter by from ConnectWise",
        filters.list_choices, ChoicesShape, problems=_LIVE,
    ),
    Route(
        "listOutside", "GET", f"{_FILTERS}/outside", "List the records that the filters no longer let in",
        filters.list_outside, OutsideList, query=OutsideQuery,
    ),
    Route(
        "archiveOutside", "POST", f"{_FILTERS}/outside/archive", "Archive the records that the filters no longer let in",
        filters.archive_outside, FetchShape, 202, body=Nothing, problems=(409,),
    ),
    Route(
        "restoreOutside", "POST", f"{_FILTERS}/outside/restore",
        "Bring back what was archived because it lies outside the filters",
        filters.restore_outside, FetchShape, 202, body=Nothing, problems=(409,),
    ),
    Route(
        "listConnections", "GET", "/v1/connections", "Show how both connections stand",
        connections.list_connections, ConnectionList,
    ),
    Route(
        "disconnect", "DELETE", "/v1/connections/{system}", "Revoke and destroy a connection's tokens or keys",
        connections.disconnect, None, 204, path_shape=OneSystem, problems=(404, 429, 503),
    ),
)  # fmt: skip

_BOOK: tuple[Route[Ports], ...] = (
    Route(
        "listCustomers", "GET", "/v1/customers", "List customers by name",
        customers.list_customers, CustomerList, query=CustomerQuery,
    ),
    Route(
        "getCustomer", "GET", "/v1/customers/{id}", "Show a customer",
        customers.show_customer, CustomerShape, path_shape=OneId, problems=(404,),
    ),
    Route(
        "archiveCustomer", "POST", "/v1/customers/{id}/archive", "Archive a customer; outside nothing changes",
        archiving.archive_customer, CustomerShape, path_shape=OneId, body=Nothing, problems=(404, 409),
    ),
    Route(
        "unarchiveCustomer", "POST", "/v1/customers/{id}/unarchive", "Bring an archived customer back",
        archiving.unarchive_customer, CustomerShape, path_shape=OneId, body=Nothing, problems=(404, 409),
    ),
    Route(
        "listInvoices", "GET", "/v1/invoices", "List invoices by date, or search them by number",
        invoices.list_invoices, InvoiceList, query=InvoiceQuery,
    ),
    Route(
        "getInvoice", "GET", "/v1/invoices/{id}", "Show an invoice with its lines, its payments and both copies",
        invoices.show_invoice, InvoiceDetail, path_shape=OneId, problems=(404,),
    ),
    Route(
        "linkInvoicePdf", "POST", "/v1/invoices/{id}/pdf", "Give a short-lived link to an invoice's PDF",
        pdfs.link_pdf, PdfLink, path_shape=OneId, body=Nothing, problems=(404, *_LIVE),
    ),
    Route(
        "archiveInvoice", "POST", "/v1/invoices/{id}/archive", "Archive an invoice; outside nothing changes",
        archiving.archive_invoice, InvoiceDetail, path_shape=OneId, body=Nothing, problems=(404, 409),
    ),
    Route(
        "unarchiveInvoice", "POST", "/v1/invoices/{id}/unarchive", "Bring an archived invoice back",
        archiving.unarchive_invoice, InvoiceDetail, path_shape=OneId, body=Nothing, problems=(404, 409),
    ),
    Route(
        "listPayments", "GET", "/v1/payments", "List payments with how far each has come",
        payments.list_payments, PaymentList, query=PaymentQuery,
    ),
    Route(
        "tellPayment", "POST", "/v1/payments", "Tell what became of a payment on the platform",
        telling.tell_payment, Told, 202, body=PlatformPayment, idempotent=True, problems=(409, 422),
    ),
    Route(
        "listPayouts", "GET", "/v1/payouts", "List payouts by the day that they arrive on",
        payouts.list_payouts, PayoutList, query=PayoutQuery,
    ),
    Route(
        "getPayout", "GET", "/v1/payouts/{id}", "Show a payout with what it holds",
        payouts.show_payout, PayoutDetail, path_shape=OneId, problems=(404,),
    ),
    Route(
        "tellPayout", "POST", "/v1/payouts", "Tell what became of a payout of the platform",
        telling.tell_payout, Told, 202, body=PlatformPayout, idempotent=True, problems=(409, 422),
    ),
    Route(
        "listCreditMemos", "GET", "/v1/credit-memos", "List credit memos by date",
        credit_memos.list_credit_memos, CreditMemoList, query=CreditMemoQuery,
    ),
    Route(
        "getCreditMemo", "GET", "/v1/credit-memos/{id}", "Show a credit memo with its lines and where it was applied",
        credit_memos.show_credit_memo, CreditMemoDetail, path_shape=OneId, problems=(404,),
    ),
    Route(
        "listDeposits", "GET", "/v1/deposits", "List deposits by date",
        deposits.list_deposits, DepositList, query=DepositQuery,
    ),
    Route(
        "getDeposit", "GET", "/v1/deposits/{id}", "Show a deposit with the payments that it holds",
        deposits.show_deposit, DepositDetail, path_shape=OneId, problems=(404,),
    ),
    Route(
        "explainRecord", "GET", "/v1/records/{kind}/{id}/explain", "Tell what happened to a record, and why",
        explain.explain_record, Explanation, path_shape=OneRecord, problems=(404,),
    ),
    Route(
        "undoEffect", "POST", "/v1/records/{kind}/{id}/effects/{key}/undo",
        "Take back what was written, and keep it from being written again",
        undoing.undo_effect, Accepted, 202, path_shape=OneEffect, body=Nothing, problems=(404, 409),
    ),
    Route(
        "releaseRecord", "POST", "/v1/records/{kind}/{id}/release", "Let a payment or payout that was taken back go on",
        undoing.release_record, Accepted, 202, path_shape=OneRecord, body=Nothing, problems=(404, 409),
    ),
)  # fmt: skip

_MATCHES: tuple[Route[Ports], ...] = (
    Route(
        "listMatches", "GET", "/v1/matches", "List what is to be decided about matches, or was decided",
        matches.list_matches, MatchList, query=MatchQuery,
    ),
    Route(
        "decideMatch", "POST", "/v1/matches", "Say once that two invoices, or customers, are the same or different",
        matches.decide_match, MatchList, body=MatchDecision, problems=(404, 409, 422),
    ),
    Route(
        "takeBackMatch", "DELETE", "/v1/matches/{id}", "Take a decision about a match back",
        matches.take_back_match, None, 204, path_shape=OneMatch, problems=(404, 409),
    ),
)  # fmt: skip

_ATTENTION: tuple[Route[Ports], ...] = (
    Route(
        "listAttention", "GET", "/v1/attention", "List all that needs attention, by cause, with what mends it",
        attention.list_attention, AttentionList,
    ),
    Route(
        "listParked", "GET", "/v1/attention/{cause}", "List the records that a cause holds up",
        attention.list_parked, ParkedList, path_shape=OneCause, query=ParkedQuery, problems=(404,),
    ),
    Route(
        "retryParked", "POST", "/v1/attention/retry", "Try records again: some, all of a cause, or all",
        retrying.retry, AttentionTaken, 202, body=RetryRequest,
    ),
    Route(
        "ignoreParked", "POST", "/v1/attention/ignore", "Note that records need no attention: some, all of a cause, or all",
        retrying.ignore_parked, AttentionTaken, 202, body=IgnoreRequest,
    ),
)  # fmt: skip

_WORK: tuple[Route[Ports], ...] = (
    Route(
        "getPreferences", "GET", "/v1/preferences", "Show the preferences",
        preferences.show_preferences, PreferencesShape,
    ),
    Route(
        "putPreferences", "PUT", "/v1/preferences", "Replace the preferences",
        preferences.put_preferences, PreferencesShape, body=PreferencesShape, problems=_LIVE,
    ),
    Route(
        "getNotifications", "GET", "/v1/notifications", "Show who is told what by e-mail",
        notifications.show_notifications, NotificationsStanding,
    ),
    Route(
        "putNotifications", "PUT", "/v1/notifications", "Replace who is told what by e-mail",
        notifications.put_notifications, NotificationsStanding, body=NotificationsShape, problems=(422,),
    ),
    Route(
        "startFetch", "POST", "/v1/fetches", "Fetch new data, or every unpaid invoice again",
        fetches.start_fetch, FetchesStarted, 202, body=FetchStart, problems=(409,),
    ),
    Route(
        "listFetches", "GET", "/v1/fetches", "List fetches with how far each has come",
        fetches.list_fetches, FetchList, query=PageQuery,
    ),
    Route(
        "getFetch", "GET", "/v1/fetches/{id}", "Show how far a fetch has come",
        fetches.show_fetch, FetchShape, path_shape=OneFetch, problems=(404,),
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

ROUTES = (*_CONNECTIONS, *_BOOK, *_MATCHES, *_ATTENTION, *_WORK, *SYNC, *PAYABLES_CONTROL, *PAYABLES_BOOK)
