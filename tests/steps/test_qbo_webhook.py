"""qbo_webhook: who is nudged (I8). The signature and the handler are tried in tests/functions."""

from collections.abc import Iterable

import pytest
from crossfoot.core.model import System
from crossfoot.core.windows import nudge_window
from crossfoot.errors import RemoteUnavailable
from crossfoot.messages import Nudge
from crossfoot.steps.qbo_webhook import Ports, Received, qbo_webhook

from tests.fakes.clock import FakeClock
from tests.fakes.table import FakeQueue

OWNERS = {"r1": "t_00000001", "r2": "t_00000002", "r3": "t_00000001"}
WINDOW_S = 3


class Webhook:
    """The step's world: posts are signed "good", and their body lists companies, comma-separated."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.queue = FakeQueue(self.clock)
        self.looked_up: list[str] = []

    def receive(self, body: str, signature: str = "good") -> Received | None:
        ports = Ports(
            is_genuine=lambda raw, given: given == "good",
            read_accounts=_read,
            find_tenant=self.find,
            queue=self.queue,
            clock=self.clock,
            window_s=WINDOW_S,
        )
        return qbo_webhook(body.encode(), signature, ports)

    def find(self, system: System, account: str) -> str | None:
        assert system is System.QUICKBOOKS
        self.looked_up.append(account)
        if account == "down":
            raise RemoteUnavailable("DynamoDB")
        return OWNERS.get(account)


def _read(raw: bytes) -> Iterable[str]:
    if raw == b"unreadable":
        raise ValueError("neither form")
    return raw.decode().split(",") if raw else []


@pytest.fixture
def webhook() -> Webhook:
    return Webhook()


def test_a_nudge_names_the_window_that_the_post_came_in(webhook: Webhook) -> None:
    assert webhook.receive("r1") == Received(nudged=1)
    window = nudge_window(webhook.clock.now(), WINDOW_S)
    assert webhook.queue.messages == [Nudge(tenant="t_00000001", system=System.QUICKBOOKS, window=window)]


def test_a_company_is_looked_up_and_a_partner_nudged_once_per_post(webhook: Webhook) -> None:
    assert webhook.receive("r1,r1,r2,r1,r3,nobody,nobody") == Received(nudged=2, unknown=1)
    assert webhook.looked_up == ["r1", "r2", "r3", "nobody"]
    assert [message.tenant for message in webhook.queue.messages] == ["t_00000001", "t_00000002"]


def test_posts_of_one_window_are_one_nudge_and_the_next_window_has_its_own(webhook: Webhook) -> None:
    for _ in range(3):
        webhook.receive("r1")
    assert len(webhook.queue.messages) == 1
    webhook.clock.advance(WINDOW_S)
    webhook.receive("r1")
    assert len(webhook.queue.messages) == 2


def test_nothing_is_read_before_the_signature_holds(webhook: Webhook) -> None:
    assert webhook.receive("r1", "bad") is None
    assert (webhook.looked_up, webhook.queue.messages) == ([], [])


def test_a_genuine_post_that_cannot_be_read_is_taken(webhook: Webhook) -> None:
    assert webhook.receive("unreadable") == Received()


def test_the_sender_hears_of_a_table_that_is_away(webhook: Webhook) -> None:
    with pytest.raises(RemoteUnavailable):
        webhook.receive("r1,down")
    assert webhook.queue.messages == [], "the post comes again, whole"
