"""A partner's accounting company, read live once a day (P1)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.failures import ConditionFailed
from crossfoot.adapters.dynamodb.table import Delete, Put, Table, When
from crossfoot.adapters.dynamodb.values import Item, Plain, rows, text, without_blanks
from crossfoot.core.company import NO_COMPANY, AccountUse, Company, LedgerAccount
from crossfoot.core.model import ACCOUNTING
from crossfoot.ports import FRESH_FOR, KEPT_FOR, Clock

_READ_AT, _ID, _ACCOUNTS, _CLOSED, _CURRENCY = "read_at", "id", "accounts", "closed_until", "home_currency"


class TableCompanies:
    """The port Companies in our table.

    Takes: `connected` gives the vendor's id of the company that a partner is connected to, so that another one's settings
    are never taken for its own; `fetch` reads that company live.
    """

    def __init__(
        self, table: Table, clock: Clock, connected: Callable[[str], str], fetch: Callable[[str], Company]
    ) -> None:
        self._table, self._clock, self._connected, self._fetch = table, clock, connected, fetch

    def load(self, tenant: str) -> Company:
        """Give it as it was read last, or read it live."""
        now, id_ = self._clock.now(), self._connected(tenant)
        item = self._table.get(keys.company(tenant, ACCOUNTING)) or {}
        if text(item, _ID) == id_ and now - keys.read_time(text(item, _READ_AT)) < KEPT_FOR:
            return _to_company(item)
        company = self._fetch(tenant)
        head: Item = {_ID: id_, _READ_AT: keys.time_text(now)}
        self._table.write(Put(keys.company(tenant, ACCOUNTING), head | _from_company(company)))
        return company

    def load_known(self, tenant: str) -> Company:
        """Give it as it was read last."""
        item = self._table.get(keys.company(tenant, ACCOUNTING)) or {}
        return _to_company(item) if text(item, _ID) == self._connected(tenant) else NO_COMPANY

    def forget(self, tenant: str) -> None:
        """Have it read live the next time, unless it was read just now."""
        before = keys.time_text(self._clock.now() - FRESH_FOR)
        with suppress(ConditionFailed):
            is_old = When("#read_at <= :before", {"before": before})
            self._table.write(Delete(keys.company(tenant, ACCOUNTING), is_old))


def _from_company(company: Company) -> Item:
    accounts: list[Plain] = [[each.id, each.name, each.use.value, each.active] for each in company.accounts]
    closed = company.closed_until.isoformat() if company.closed_until else ""
    return without_blanks({_ACCOUNTS: accounts, _CLOSED: closed, _CURRENCY: company.home_currency})


def _to_company(item: Item) -> Company:
    closed = text(item, _CLOSED)
    accounts = tuple(_to_account(row) for row in rows(item, _ACCOUNTS))
    return Company(accounts, date.fromisoformat(closed) if closed else None, text(item, _CURRENCY))


def _to_account(row: Plain) -> LedgerAccount:
    match row:
        case [str(id_), str(name), str(use), bool(active)]:
            return LedgerAccount(id_, name, AccountUse(use), active)
    raise TypeError("an item holds an account that cannot be read")
