"""What the partner decided about pairs, and what is open for a decision (I9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crossfoot.core.model import Kind, Ref
from crossfoot.core.verdicts import MatterKey, Pair, Verdict, Verdicts


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict and when it was given (aware UTC)."""

    pair: Pair
    verdict: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class Page[T]:
    """A page of something, and where the next one starts ("" after the last)."""

    items: tuple[T, ...]
    next_cursor: str


class Matches(Protocol):
    """The partner's verdicts, and the open matters."""

    def load_verdicts(self, tenant: str, refs: Iterable[Ref]) -> Verdicts:
        """Read every verdict on some records, consistently."""
        ...

    def load_decided(self, tenant: str, pair: Pair) -> Decided | None:
        """Read the verdict on a pair."""
        ...

    def save_verdict(self, tenant: str, decided: Decided) -> None:
        """Keep a verdict, at both sides and in the list of them, in one transaction; it replaces the one before.

        Raises: Conflict when an invoice is to be the same as one, and was confirmed with another; or when somebody else
        decides on it at this moment.
        """
        ...

    def remove_verdict(self, tenant: str, pair: Pair) -> None:
        """Forget a verdict; one that is gone is no error. Raises: Conflict as save_verdict."""
        ...

    def list_decided(self, tenant: str, kind: Kind, *, cursor: str, limit: int) -> Page[Decided]:
        """Read a page of the verdicts on invoices, or on customers. Raises: Rejected("cursor_invalid")."""
        ...

    def load_open(self, tenant: str, keys: Iterable[MatterKey]) -> frozenset[MatterKey]:
        """Tell which of some open matters are noted."""
        ...

    def note_open(self, tenant: str, keys: Iterable[MatterKey]) -> None:
        """Note open matters; again is no error."""
        ...

    def remove_open(self, tenant: str, keys: Iterable[MatterKey]) -> None:
        """Take open matters off the list; one that is gone is no error."""
        ...

    def list_open(self, tenant: str, *, customers: Pair | None, cursor: str, limit: int) -> Page[MatterKey]:
        """Read a page of the open matters, those that a pair of customers keeps apart together.

        Takes: with `customers`, only those of that pair. What is noted may be over by now; the reader finds out.
        Raises: Rejected("cursor_invalid").
        """
        ...

    def list_open_customers(self, tenant: str, *, cursor: str, limit: int) -> Page[Pair]:
        """Read a page of the pairs of customers that keep invoices apart. Raises: Rejected("cursor_invalid")."""
        ...
