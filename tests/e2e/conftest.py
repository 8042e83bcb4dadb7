"""The deployed stack, with IAM enforced, and partners on it."""

from collections.abc import Iterator

import pytest

from local.sandbox.store import Record
from local.stack.aws import LOCAL_KEY, LOCAL_REGION
from local.stack.paths import Home
from tests.e2e.cast import Cast, connect_everybody
from tests.e2e.killing import kill_writers
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
def cast(deployed: Deployed) -> Cast:
    return connect_everybody(deployed)


@pytest.fixture(scope="session")
def two(cast: Cast) -> tuple[Partner, Partner]:
    return cast.north, cast.south


@pytest.fixture(scope="session")
def killed(deployed: Deployed, platform: Platform, two: tuple[Partner, Partner]) -> Record:
    """Have workers killed while they write to each system. What they held comes back later: other tests run meanwhile.

    Returns: the payment of the first that was killed, as QuickBooks holds it.
    """
    return kill_writers(deployed, platform, *two)
