"""A ConnectWise sandbox per run, and a login company of its own for every test."""

from collections.abc import Iterator

import pytest

from tests.adapters.connectwise.site import Msp
from tests.adapters.sandbox import Sandbox, running


@pytest.fixture(scope="session")
def connectwise_process() -> Iterator[Sandbox]:
    with running("connectwise") as sandbox:
        yield sandbox


@pytest.fixture
def msp(connectwise_process: Sandbox) -> Iterator[Msp]:
    before = connectwise_process.http.get("/_sandbox/switches").json()
    yield Msp(connectwise_process)
    connectwise_process.calm()
    connectwise_process.switch(**before)
