"""What a QuickBooks company sets for what we write: its accounts, its currency, and up to when its books are closed."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from crossfoot.adapters.quickbooks.client import QuickBooksClient, Reply, ask_query
from crossfoot.core.company import AccountUse, Company, LedgerAccount

PAGE_ROWS = 1000
_USES = {
    "Bank": AccountUse.BANK,
    "Credit Card": AccountUse.CREDIT_CARD,
    "Expense": AccountUse.EXPENSE,
    "Other Expense": AccountUse.EXPENSE,
    "Cost of Goods Sold": AccountUse.EXPENSE,
    "Income": AccountUse.INCOME,
    "Other Income": AccountUse.INCOME,
}
# People rename it, and newer companies call it something else: its sub-type tells it.
_UNDEPOSITED = "UndepositedFunds"


def fetch_company(client: QuickBooksClient, page_rows: int = PAGE_ROWS) -> Company:
    """Read a company's settings in one metered call, and one more for every further page of accounts."""
    statements = (_accounts(1, page_rows), "SELECT * FROM Preferences")
    accounts, preferences = (_body(reply) for reply in client.batch([ask_query(each) for each in statements]))
    settings: Mapping[str, Any] = next(iter(preferences.get("Preferences") or ()), {})
    return to_company(_all_accounts(client, accounts, page_rows), settings)


def to_company(accounts: Iterable[Mapping[str, Any]], settings: Mapping[str, Any]) -> Company:
    """Read a company from its accounts and preferences."""
    closed_until = (settings.get("AccountingInfoPrefs") or {}).get("BookCloseDate")
    return Company(
        accounts=tuple(map(to_account, accounts)),
        closed_until=date.fromisoformat(closed_until) if closed_until else None,
        home_currency=str(((settings.get("CurrencyPrefs") or {}).get("HomeCurrency") or {}).get("value") or ""),
    )


def fetch_accounts(client: QuickBooksClient) -> tuple[LedgerAccount, ...]:
    """Read the active accounts, as they are now."""
    first = _body(client.query(_accounts(1, PAGE_ROWS)))
    found = (to_account(wire) for wire in _all_accounts(client, first, PAGE_ROWS))
    return tuple(account for account in found if account.active)


def to_account(wire: Mapping[str, Any]) -> LedgerAccount:
    """Read an account."""
    is_undeposited = wire.get("AccountSubType") == _UNDEPOSITED
    use = AccountUse.UNDEPOSITED_FUNDS if is_undeposited else _USES.get(str(wire.get("AccountType")), AccountUse.OTHER)
    name = str(wire.get("FullyQualifiedName") or wire["Name"])
    return LedgerAccount(str(wire["Id"]), name, use, active=wire.get("Active") is not False)


def _all_accounts(client: QuickBooksClient, first: Mapping[str, Any], page_rows: int) -> Iterator[Mapping[str, Any]]:
    page, start = first.get("Account") or (), 1
    yield from page
    while len(page) == page_rows:
        start += page_rows
        page = _body(client.query(_accounts(start, page_rows))).get("Account") or ()
        yield from page


def _accounts(start: int, rows: int) -> str:
    every = "SELECT * FROM Account WHERE Active IN (true, false) ORDERBY Id"
    return f"{every} STARTPOSITION {start} MAXRESULTS {rows}"


def _body(reply: Reply | Exception) -> Mapping[str, Any]:
    if isinstance(reply, Exception):
        raise reply
    return reply.body.get("QueryResponse") or {}
