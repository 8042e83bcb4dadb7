"""The queues between the steps, and the vendors' call limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crossfoot.core.model import System
from crossfoot.messages import Message, MirrorPayment


class Queue(Protocol):
    """The queues between the steps."""

    def send(self, messages: Sequence[Message]) -> None:
        """Queue messages, each to the queue of its kind; all are accepted, or it raises Retryable."""
        ...


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A payment that was given up after too many attempts.

    Takes: `receipt` is what the queue knows this delivery by.
    Units: `since` is when it was given up, aware UTC.
    """

    message: MirrorPayment
    since: datetime
    receipt: str


class DeadLetters(Protocol):
    """The payments that were given up (X3)."""

    def take(self, limit: int) -> tuple[DeadLetter, ...]:
        """Read some; none are given where none is left that can be read.

        They stay where they are until they are removed, and so does what cannot be read. More may be given after that.
        """
        ...

    def remove(self, letters: Sequence[DeadLetter]) -> None:
        """Take them away; one that is gone already is no error."""
        ...


class Budget(Protocol):
    """The calls that a vendor allows, shared by all workers, leased in blocks; and the count of metered ones."""

    def take(self, tenant: str, system: System, metered: bool) -> None:
        """Count one call before it is made. Raises: RateLimited when the vendor's limit would be passed."""
        ...
