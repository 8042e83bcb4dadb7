"""E-mail to partners: which they want, what they were told, and who is to be told something."""

from collections.abc import Sequence
from typing import Protocol

from crossfoot.core.mails import Mail
from crossfoot.core.notices import Notice
from crossfoot.core.notifications import Notifications


class NotificationStore(Protocol):
    """The e-mail that partners want."""

    def load(self, tenant: str) -> Notifications:
        """Read what a partner chose; what was never chosen has its default."""
        ...

    def save(self, tenant: str, notifications: Notifications) -> None:
        """Store it whole; who wants to hear of connections is told at the next look how they stand."""
        ...

    def list_digests(self, limit: int) -> tuple[tuple[str, Notifications], ...]:
        """List the partners that want a digest, with when they want it, and without addresses."""
        ...


class Notices(Protocol):
    """What partners were told. A turn of a connection is noted in the write that makes it, and so never lost."""

    def load(self, tenant: str, about: str) -> Notice:
        """Read what a partner was told of a matter, consistently."""
        ...

    def save(self, tenant: str, about: str, notice: Notice) -> Notice:
        """Store it. Returns: it as it stands then. Raises: Conflict when it is no longer the revision that was read."""
        ...

    def load_turn(self, tenant: str) -> str:
        """Read the stamp of the last turn of any connection that nobody has looked at since; "" for none."""
        ...

    def end_turn(self, tenant: str, stamp: str) -> None:
        """Note that a turn was looked at; one that came since then stays. Takes: "" for none."""
        ...

    def list_turns(self, limit: int) -> tuple[str, ...]:
        """List the partners of whose connections one turned."""
        ...


class Mailbox(Protocol):
    """Where e-mail is handed over."""

    def send(self, to: Sequence[str], mail: Mail, key: str) -> None:
        """Hand a mail over. Takes: `key` is the same for the same mail; the mailbox does not tell two of them apart.

        Raises: RemoteUnavailable or BadMessage where it certainly was not; OutcomeUnknown where it may have been.
        """
        ...
