"""What the partner's accounting company itself sets, kept for a day: a thousand payments ask for it, and one read does."""

from datetime import timedelta
from typing import Protocol

from crossfoot.core.company import Company

KEPT_FOR = timedelta(hours=24)
# What was read a moment ago is not read again: whatever was refused meanwhile was not refused because it is old.
FRESH_FOR = timedelta(minutes=1)


class Companies(Protocol):
    """The companies that the partners' accounting is connected to."""

    def load(self, tenant: str) -> Company:
        """Give the company as it was read last, a day ago at most; where it was not, it is read live and kept.

        Raises: NeedsPartner when the accounting is not connected; as every read of the system.
        """
        ...

    def load_known(self, tenant: str) -> Company:
        """Give the company as it was read last, however long ago; nothing is read live. One never read has nothing set."""
        ...

    def forget(self, tenant: str) -> None:
        """Have it read live the next time, because the system refused what it says; not when it was read just now."""
        ...
