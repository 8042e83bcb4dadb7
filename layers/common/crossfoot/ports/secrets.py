"""The secrets of a connection, and of a connection that is being made."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from crossfoot.core.model import System


@dataclass(frozen=True, slots=True)
class SealedSecrets:
    """A connection's secrets as they were read, and which writing of them this is (grows with every write)."""

    values: dict[str, str] = field(repr=False)
    version: int


class Secrets(Protocol):
    """The secrets of a connection, for the one adapter that uses them.

    Vendors rotate tokens: of two workers that refresh at once, the slower one would present a token that is dead already.
    So a refresh holds the lease, reads again under it, and stores every new token in one write.
    """

    def load(self, tenant: str, system: System) -> SealedSecrets:
        """Read them, consistently. Raises: NeedsPartner when the system is not connected."""
        ...

    def save(
        self,
        tenant: str,
        system: System,
        values: dict[str, str],
        seen_version: int,
        credentials_expire_at: datetime | None,
    ) -> None:
        """Store them whole in one write, give the lease back, and note the connection's new end of life (C7; None leaves
        the known one). Raises: Conflict when they are no longer what was seen, or the system was disconnected meanwhile.
        """
        ...

    def lease(self, tenant: str, system: System, seconds: int) -> bool:
        """Take the right to refresh for some seconds; False while another worker holds it."""
        ...

    def release(self, tenant: str, system: System) -> None:
        """Give the lease back without a change; a lease that ran out is no error."""
        ...


class Authorizations(Protocol):
    """Started OAuth flows. Each state is signed, usable once, for ten minutes (C1)."""

    def start(self, tenant: str) -> str:
        """Begin a flow and give its state."""
        ...

    def finish(self, state: str) -> str:
        """Use a state up and give its tenant. Raises: Rejected("state_invalid") when forged, old or used."""
        ...
