"""The queues between the steps, and the vendors' call limits."""

from collections.abc import Sequence
from typing import Protocol

from crossfoot.core.model import System
from crossfoot.messages import Message


class Queue(Protocol):
    """The queues between the steps."""

    def send(self, messages: Sequence[Message]) -> None:
        """Queue messages, each to the queue of its kind; all are accepted, or it raises Retryable."""
        ...


class Budget(Protocol):
    """The calls that a vendor allows, shared by all workers, leased in blocks; and the count of metered ones."""

    def take(self, tenant: str, system: System, metered: bool) -> None:
        """Count one call before it is made. Raises: RateLimited when the vendor's limit would be passed."""
        ...
