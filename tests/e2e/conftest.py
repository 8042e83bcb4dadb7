"""The deployed stack, with IAM enforced, and two partners on it."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from local.stack.aws import LOCAL_KEY, LOCAL_REGION
from local.stack.paths import Home
from tests.e2e.partner import Deployed, Partner
from tests.e2e.platform import Platform


@pytest.fixture(scope="session")
def deployed(running_stack: Home) -> Deployed:
    return Deployed(running_stack)


@pytest.fixture(autouse=True, scope="module")
def _no_faults(deployed: Deployed) -> Iterator[None]:
    yield
    for sandbox in (deployed.quickbooks, deployed.connectwise):
        sandbox.clear_faults()


@pytest.fixture
def owner(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let our adapters reach the stack's AWS, with the rights of its owner."""
    for name, value in {
        "AWS_ENDPOINT_URL": deployed.urls["aws"],
        "AWS_ACCESS_KEY_ID": LOCAL_KEY,
        "AWS_SECRET_ACCESS_KEY": LOCAL_KEY,
        "AWS_DEFAULT_REGION": LOCAL_REGION,
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def platform(deployed: Deployed) -> Platform:
    return Platform(deployed)


@pytest.fixture(scope="session")
def two(deployed: Deployed) -> tuple[Partner, Partner]:
    """Two partners with the same ids everywhere and different amounts, connected at once.

    All files share them, as one test follows another; test_isolation.py, which disconnects its own, has two of its own.
    """
    return connect_two(deployed)


def connect_two(deployed: Deployed) -> tuple[Partner, Partner]:
    """Make two partners and connect them."""
    partners = (Partner(deployed, "North IT", Decimal("770.00")), Partner(deployed, "South IT", Decimal("110.00")))
    for partner in partners:
        partner.enter_invoices()
    for partner in partners:
        partner.connect()
    return partners
