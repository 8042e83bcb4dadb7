"""Fifty workers whose access token has expired, on the table's own lease: one of them refreshes it (C7)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import cycle
from random import Random

import pytest
from crossfoot.adapters.dynamodb.connections import TableConnections
from crossfoot.adapters.dynamodb.secrets import TableSecrets
from crossfoot.adapters.quickbooks.oauth import TokenEndpoint
from crossfoot.adapters.quickbooks.tokens import Tokens, TokenSource
from crossfoot.core.model import System
from crossfoot.ports import Connection, ConnectionState
from greenlet import getcurrent

from tests.adapters.dynamodb.doubles import PlainVault
from tests.adapters.dynamodb.memory import Interleaving, Items, MemoryTable
from tests.adapters.quickbooks.company import TENANT, Company

WORKERS = 50


class Counted:
    """Trades refresh tokens at the sandbox, and notes which."""

    def __init__(self, company: Company, traded: list[str]) -> None:
        self._endpoint = TokenEndpoint(company.door, company.app, company.clock)
        self._traded = traded

    def refresh(self, refresh_token: str) -> Tokens:
        self._traded.append(refresh_token)
        return self._endpoint.refresh(refresh_token)


type Ask = Callable[[TokenSource, str], str]

ASKS: dict[str, Ask] = {
    "refused": lambda source, old: source.renew(old),
    "run out": lambda source, old: source.access_token(),
}


def _orders() -> Iterator[tuple[str, Iterator[int]]]:
    yield "in step", cycle(range(WORKERS))
    for seed in range(3):
        yield f"by chance {seed}", iter(partial(Random(seed).randrange, WORKERS), None)


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("order", [name for name, _ in _orders()])
def test_c7_fifty_workers_on_an_expired_token_refresh_it_once(company: Company, order: str, ask: str) -> None:
    items: Items = {}
    connection = Connection(TENANT, System.QUICKBOOKS, ConnectionState.CONNECTED, company.realm)
    TableConnections(MemoryTable(items), PlainVault(), company.clock).connect(connection, company.secrets.sealed.values)
    old = company.secrets.sealed.values["access_token"]
    company.sandbox.control("tokens/expire", {})
    company.clock.ahead += timedelta(hours=1)
    traded: list[str] = []
    given: list[str] = []

    def work(table: MemoryTable) -> None:
        secrets = TableSecrets(table, PlainVault(), company.clock)
        source = TokenSource(TENANT, secrets, company.attention, Counted(company, traded), company.clock, sleep=_wait)
        given.append(ASKS[ask](source, old))

    assert Interleaving(dict(_orders())[order]).run(items, [work] * WORKERS) == []
    assert len(traded) == 1
    stored = TableSecrets(MemoryTable(items), PlainVault(), company.clock).load(TENANT, System.QUICKBOOKS)
    assert given == [stored.values["access_token"]] * WORKERS
    assert given[0] != old
    assert not company.attention.reasons


def _wait(_: float) -> None:
    scheduler = getcurrent().parent
    assert scheduler is not None
    scheduler.switch()
