"""A sandbox of each kind for the whole suite, and for every story a fake beside a company of its own there."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.adapters.connectwise.site import Msp
from tests.adapters.quickbooks.company import Company
from tests.adapters.sandbox import Sandbox, running
from tests.contract.vendors.both import Both
from tests.contract.vendors.connectwise import FakeSite, Mood, SandboxSite
from tests.contract.vendors.quickbooks import FakeBooks, SandboxBooks

MOODS = [Mood(many, loud) for many in (False, True) for loud in (True, False)]


@pytest.fixture(scope="module")
def quickbooks_process() -> Iterator[Sandbox]:
    with running("quickbooks") as sandbox:
        sandbox.switch(rate_limits=False)
        yield sandbox


@pytest.fixture(scope="module")
def connectwise_process() -> Iterator[Sandbox]:
    with running("connectwise") as sandbox:
        yield sandbox


@pytest.fixture
def books(quickbooks_process: Sandbox) -> Any:
    return Both(FakeBooks(), SandboxBooks(Company(quickbooks_process)))


@pytest.fixture(params=MOODS, ids=str)
def mood(request: pytest.FixtureRequest) -> Mood:
    chosen: Mood = request.param
    return chosen


@pytest.fixture
def site(connectwise_process: Sandbox, mood: Mood) -> Any:
    return Both(FakeSite(mood), SandboxSite(Msp(connectwise_process), mood))


@pytest.fixture
def plain_site(connectwise_process: Sandbox) -> Any:
    """A site in one mood, for stories that no mood touches."""
    return Both(FakeSite(MOODS[0]), SandboxSite(Msp(connectwise_process), MOODS[0]))
