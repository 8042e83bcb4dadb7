"""A QuickBooks sandbox per run, and a company of its own for every test."""

from collections.abc import Iterator

import pytest

from tests.adapters.quickbooks.company import Company
from tests.adapters.sandbox import Sandbox, running


@pytest.fixture(scope="session")
def quickbooks_process() -> Iterator[Sandbox]:
    with running("quickbooks") as sandbox:
        sandbox.switch(rate_limits=False)
        yield sandbox


@pytest.fixture
def company(quickbooks_process: Sandbox) -> Iterator[Company]:
    yield Company(quickbooks_process)
    quickbooks_process.calm()
    quickbooks_process.switch(cdc_cap=1000, throttle_body="xml", refresh_reuse="refuse")
