"""connectwise_callback: two locks, and what opens them (I8). The wire is tried in tests/functions."""

import hashlib
from datetime import timedelta

import pytest
from crossfoot.core.model import System
from crossfoot.errors import RateLimited, Rejected, RemoteUnavailable
from crossfoot.messages import Nudge
from crossfoot.steps.connectwise_callback import (
    KEY_LIFE,
    MAX_KEYS,
    Ports,
    Received,
    SigningKeys,
    connectwise_callback,
)

from tests.fakes.clock import FakeClock
from tests.fakes.table import FakeQueue

ONE, TWO = "t_00000001", "t_00000002"
TOKENS = {hashlib.sha256(token.encode()).hexdigest(): tenant for token, tenant in (("one", ONE), ("two", TWO))}


class Callback:
    """The step's world: a body is its key's address, and is signed by the key's own text."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.queue = FakeQueue(self.clock)
        self.fetched: list[tuple[str, str]] = []
        self.failing: Exception | None = None
        self.keys = SigningKeys(self.fetch)

    def fetch(self, tenant: str, key_url: str) -> str:
        self.fetched.append((tenant, key_url))
        if self.failing:
            raise self.failing
        return f"key of {tenant}"

    def receive(self, token: str, signature: str, body: bytes = b"url") -> Received:
        ports = Ports(
            find_tenant=lambda digest: (TOKENS[digest], System.CONNECTWISE) if digest in TOKENS else None,
            read_key_url=_read,
            is_genuine=lambda raw, given, key: given == key,
            signing_keys=self.keys,
            queue=self.queue,
            clock=self.clock,
            window_s=3,
        )
        return connectwise_callback(token, body, signature, ports)


def _read(raw: bytes) -> str:
    if not raw:
        raise ValueError("no key")
    return raw.decode()


@pytest.fixture
def callback() -> Callback:
    return Callback()


def test_both_locks_open_to_the_partners_own_site(callback: Callback) -> None:
    assert callback.receive("one", f"key of {ONE}") is Received.NUDGED
    assert [(m.tenant, m.system) for m in callback.queue.messages if isinstance(m, Nudge)] == [
        (ONE, System.CONNECTWISE)
    ]


def test_a_signature_of_another_partners_key_opens_nothing(callback: Callback) -> None:
    callback.receive("two", f"key of {TWO}")
    callback.queue.messages.clear()
    assert callback.receive("one", f"key of {TWO}") is Received.NOT_GENUINE
    assert callback.queue.messages == []


def test_nobodys_address_costs_no_fetch(callback: Callback) -> None:
    assert callback.receive("three", f"key of {ONE}") is Received.NOT_GENUINE
    assert callback.fetched == []


@pytest.mark.parametrize("error", [RemoteUnavailable("down"), RateLimited("429", 60)])
def test_the_address_alone_is_not_enough(callback: Callback, error: Exception) -> None:
    callback.failing = error
    assert callback.receive("one", f"key of {ONE}") is Received.KEY_UNAVAILABLE
    assert callback.queue.messages == []
    callback.failing = None
    assert callback.receive("one", f"key of {ONE}") is Received.NUDGED


def test_a_key_from_elsewhere_is_refused(callback: Callback) -> None:
    callback.failing = Rejected("foreign_key_url", "not on the partner's own site")
    assert callback.receive("one", "x") is Received.NOT_GENUINE
    assert callback.receive("one", "x", b"") is Received.NOT_GENUINE


def test_a_key_is_kept_for_an_hour_and_no_longer(callback: Callback) -> None:
    for _ in range(3):
        callback.receive("one", f"key of {ONE}")
    assert callback.fetched == [(ONE, "url")]
    callback.clock.advance((KEY_LIFE - timedelta(seconds=1)).total_seconds())
    callback.receive("one", f"key of {ONE}")
    assert len(callback.fetched) == 1
    callback.clock.advance(1)
    callback.receive("one", f"key of {ONE}")
    assert len(callback.fetched) == 2


def test_a_worker_keeps_a_bounded_number_of_keys(callback: Callback) -> None:
    for number in range(MAX_KEYS + 5):
        callback.receive("one", "x", str(number).encode())
    assert len(callback.keys._kept) <= MAX_KEYS
