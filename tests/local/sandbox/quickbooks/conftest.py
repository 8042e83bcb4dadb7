"""A fresh sandbox for every test, in this process."""

from collections.abc import Iterator

import pytest

from local.sandbox.quickbooks.app import Sandbox, build_app, build_sandbox
from tests.local.sandbox.asgi import InProcess
from tests.local.sandbox.quickbooks.driver import Company, frozen_clock


@pytest.fixture(scope="session")
def new() -> Iterator[Sandbox]:
    """A sandbox with a company in which nothing has happened: to make one takes longer than most tests do."""
    sandbox = build_sandbox(clock=frozen_clock())
    sandbox.first_realm()
    yield sandbox
    sandbox.store.close()


@pytest.fixture
def sandbox(new: Sandbox) -> Sandbox:
    """A sandbox whose clock stands still; without rate limits, because no second passes between two calls."""
    sandbox = build_sandbox(clock=frozen_clock(), app=new.companies.app)
    sandbox.store.become(new.store)
    sandbox.switches.turn({"rate_limits": False})
    return sandbox


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[InProcess]:
    spoken = InProcess(build_app(sandbox))
    yield spoken
    spoken.close()
    sandbox.store.close()


@pytest.fixture
def company(http: InProcess, sandbox: Sandbox) -> Company:
    return Company(http, sandbox, sandbox.first_realm())
