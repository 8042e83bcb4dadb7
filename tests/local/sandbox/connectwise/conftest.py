"""A fresh sandbox for every test, in this process."""

from collections.abc import Iterator

import pytest

from local.sandbox.connectwise.site import Site
from local.sandbox.connectwise.timestamps import Clock
from local.sandbox.faults import Faults
from local.sandbox.store import Store
from tests.local.sandbox.connectwise.driver import InProcess, Sandbox


@pytest.fixture(scope="session")
def new() -> Iterator[Store]:
    """What a sandbox holds in which there is a login company, and in which nothing has happened."""
    store = Store(None)
    site = Site(store, Clock(), Faults())
    site.add_company("Acme MSP")
    site.turn({"retry_scale": 0.01})
    yield store
    store.close()


@pytest.fixture
def sandbox(new: Store) -> Iterator[Sandbox]:
    """One login company whose API member may do everything; callbacks are retried a hundred times faster."""
    store = Store(None)
    store.become(new)
    site = Site(store, Clock(), Faults())
    (company,) = site.companies.values()
    http = InProcess(site)
    yield Sandbox(site, http, company)
    http.close()
    store.close()
