"""The queues between the steps, and the vendors' call limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crossfoot.core.model import System
from crossfoot.messages import Message

# A message that was revived so often stays with the dead letters, for a person: more than a day of trying, whatever it is.
MAX_REVIVALS = 24


class Queue(Protocol):
    """The queues between the steps."""

    def send(self, messages: Sequence[Message]) -> None:
        """Queue messages, each to the queue of its kind; all are accepted, or it raises Retryable."""
        ...


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up after too many attempts.

    Takes: `receipt` is what its dead-letter queue, named by `queue`, knows this delivery by.
    Units: `since` is when it was given up, aware UTC.
    """

    message: Message
    since: datetime
    receipt: str
    queue: str = ""

    @property
    def is_last_chance(self) -> bool:
        """Tell whether it is revived only once more."""
        return self.message.revivals + 1 >= MAX_REVIVALS


class DeadLetters(Protocol):
    """The messages that were given up, of all queues (X3)."""

    def take(self, limit: int) -> tuple[DeadLetter, ...]:
        """Read some of each queue; none are given where none is left that may be revived.

        They stay where they are until they are removed. What cannot be read stays, and so does what was revived
        MAX_REVIVALS times. More may be given after that.
        """
        ...

    def remove(self, letters: Sequence[DeadLetter]) -> None:
        """Take them away; one that is gone already is no error."""
        ...


class Budget(Protocol):
    """The calls that a vendor allows, shared by all workers, leased in blocks; and the count of metered ones."""

    def take(self, tenant: str, system: System, metered: bool, *, batch: bool = False) -> None:
        """Count one call before it is made.

        Takes: `batch` says that it asks several things at once, of which a vendor may allow fewer.
        Raises: RateLimited when the vendor's limit would be passed.
        """
        ...
