"""Wait for the system to come to rest: never for a time, always for a condition, and never for ever."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from local.demo.errors import DemoError
from local.demo.sandboxes import QuickBooksSandbox
from local.stack.aws import Stack
from local.stack.processes import wait_until

POLL_S = 0.2
# What is not there yet, what a worker holds, and what a delay holds back: only all three at 0 mean an empty queue.
COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
# In the order in which work flows from one to the next.
QUEUES = (
    "TendingQueueUrl",
    "UnpaidQueueUrl",
    "NudgesQueueUrl",
    "CrossfootQueueUrl",
    "SyncsQueueUrl",
    "SyncPostsQueueUrl",
    "PayableSyncsQueueUrl",
    "BillsQueueUrl",
    "PaymentsQueueUrl",
    "DepositsQueueUrl",
)


class Patience:
    """The time that the whole demo may take."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._ends = time.monotonic() + limit_s

    def wait_for(self, what: str, done: Callable[[], bool], seen: Callable[[], str] = lambda: "") -> None:
        """Wait until something holds.

        Takes: `seen` says how things stand, for the case that it never does.
        Raises: DemoError when the demo's time is over.
        """
        if not wait_until(done, max(0.0, self._ends - time.monotonic()), POLL_S):
            fix = "the logs are in .crossfoot/logs; a slow machine may need more time: crossfoot demo --limit SECONDS"
            raise DemoError(f"After {self.limit_s:.0f} s the demo still waits for {what}", fix, seen())


class Work:
    """What is still under way in a stack: webhooks that nobody took yet, and messages in its queues."""

    def __init__(self, stack: Stack, quickbooks: QuickBooksSandbox) -> None:
        self._sqs: Any = stack.session.client("sqs", endpoint_url=stack.endpoint_url)
        self._quickbooks = quickbooks
        self._urls = {name.removesuffix("QueueUrl").lower(): stack.outputs[name] for name in QUEUES}
        self._dead_urls = {name: self._dead_letter_url(url) for name, url in self._urls.items()}
        self._dead_before = self._count(self._dead_urls)
        self._others: dict[str, int] = {}
        self._may_die = 0

    def leave_to_others(self) -> None:
        """Take what is under way now for somebody else's: a queue says how many messages it holds, and not whose.

        It is not waited for, and may end in a dead-letter queue; what others begin from now on is waited for.
        """
        self._others = self.count()
        self._may_die = sum(self._others.values())

    def under_way(self) -> dict[str, int]:
        """Count what is under way, by where it is. Raises: DemoError when a message has ended in a dead-letter queue."""
        found = self.count()
        dead = self.dead_letters()
        if sum(dead.values()) > self._may_die:
            raise DemoError("A message ended in a dead-letter queue", "see .crossfoot/logs/ministack.log", str(dead))
        self._others = {name: min(number, found[name]) for name, number in self._others.items()}
        return {name: number - self._others.get(name, 0) for name, number in found.items()}

    def count(self) -> dict[str, int]:
        """Count what is under way, whatever has died.

        Read in the order in which work flows: what had left a place before it was counted is counted further down.
        """
        return dict(self._places())

    def dead_letters(self) -> dict[str, int]:
        """Count the messages that ended in each dead-letter queue since this object was made."""
        now = self._count(self._dead_urls)
        return {name: now[name] - self._dead_before[name] for name in now}

    def at_rest(self) -> bool:
        """Tell whether nothing is under way. Raises: DemoError when that is so, and a message has died."""
        # Whoever waits asks again and again: to count everything each time kept the emulator busier than the work did.
        if not self._others and any(number for _, number in self._places()):
            return False
        return not any(self.under_way().values())

    def _places(self) -> Iterator[tuple[str, int]]:
        yield "webhooks", self._quickbooks.webhooks_waiting()
        yield from self._counted(self._urls)

    def _count(self, urls: dict[str, str]) -> dict[str, int]:
        return dict(self._counted(urls))

    def _counted(self, urls: dict[str, str]) -> Iterator[tuple[str, int]]:
        for name, url in urls.items():
            yield name, sum(int(count) for count in self._read(url, *COUNTS).values())

    def _dead_letter_url(self, url: str) -> str:
        policy = json.loads(self._read(url, "RedrivePolicy")["RedrivePolicy"])
        name = policy["deadLetterTargetArn"].rpartition(":")[2]
        return str(self._sqs.get_queue_url(QueueName=name)["QueueUrl"])

    def _read(self, url: str, *names: str) -> dict[str, str]:
        read: dict[str, str] = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"]
        return read
