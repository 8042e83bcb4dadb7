"""What needs the partner's attention."""

from collections.abc import Iterable
from typing import Protocol

from crossfoot.core.attention import Cause, Parked
from crossfoot.core.model import Ref
from crossfoot.ports.matches import Page


class Attention(Protocol):
    """The records that are parked, and what holds each (X1, X3)."""

    def load(self, tenant: str, records: Iterable[Ref]) -> dict[Ref, Parked]:
        """Read what holds some records up, consistently; every record has an entry."""
        ...

    def replace(self, tenant: str, seen: Parked, new: Parked) -> Parked:
        """Store what holds a record up, with its place in every list, in one write.

        Returns: it as it stands then. Raises: Conflict when it is no longer what was seen.
        """
        ...

    def load_causes(self, tenant: str) -> tuple[Cause, ...]:
        """Count the parked records of each cause, by code; those that are ignored for themselves."""
        ...

    def list_parked(self, tenant: str, code: str, *, ignored: bool, cursor: str, limit: int) -> Page[Parked]:
        """Read a page of the records that a cause holds. Takes: "" as the code for those of all causes, cause by cause.

        Raises: Rejected("cursor_invalid").
        """
        ...
