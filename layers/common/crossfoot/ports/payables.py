"""What payables need: what a partner chose, syncs, what waits to go out, and the entries in the accounting (B1 to B8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crossfoot.core.model import Kind, Ref
from crossfoot.core.payables.entries import Entry, PaymentEntry, VendorEntry
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.profile import ProfileFacts
from crossfoot.core.payables.syncs import PayableSync
from crossfoot.ports.matches import Page


class PayablesSettings(Protocol):
    """What a partner chose for its payables, and what its profile follows from (B3, B5, B6)."""

    def load(self, tenant: str) -> PayablesPreferences | None:
        """Read the preferences; None when they were never saved."""
        ...

    def save(self, tenant: str, preferences: PayablesPreferences) -> None:
        """Store the preferences whole; auto-sync begins or ends with them."""
        ...

    def load_facts(self, tenant: str) -> ProfileFacts:
        """Read what the profile follows from; NO_FACTS when nothing was told."""
        ...

    def replace_facts(self, tenant: str, seen: ProfileFacts, new: ProfileFacts) -> None:
        """Store it whole: the platform tells some of it, and an operator chooses the rest.

        Raises: Conflict when it is not as it was seen.
        """
        ...

    def list_due(self, before: datetime, limit: int) -> tuple[str, ...]:
        """List partners with auto-sync whose last sync ended before, those that never had one among them (B7)."""
        ...


class PayableSyncs(Protocol):
    """The syncs of payables: one at a time a partner (B7)."""

    def begin(self, tenant: str, sync: PayableSync) -> PayableSync:
        """Begin a sync, unless another one is under way.

        Returns: the one under way, or this one; it goes on reading where the last one came to.
        Raises: Conflict when others keep beginning at this moment.
        """
        ...

    def load(self, tenant: str, sync: str) -> PayableSync | None:
        """Read a sync."""
        ...

    def load_newest(self, tenant: str) -> PayableSync | None:
        """Read the sync that was begun last, consistently."""
        ...

    def replace(self, tenant: str, seen: PayableSync, new: PayableSync) -> None:
        """Store how a sync stands; one that is finished is no longer under way, and sets the time of the next.

        Raises: Conflict when it moved.
        """
        ...

    def list_under_way(self, limit: int) -> tuple[tuple[str, PayableSync], ...]:
        """List partners and the syncs that they have under way, so that a sweep finds those that are stuck (X3)."""
        ...

    def list_syncs(self, tenant: str, *, cursor: str, limit: int) -> Page[PayableSync]:
        """Read a page of syncs, newest first. Raises: Rejected("cursor_invalid")."""
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record of the platform that is not as it should be in the accounting yet.

    Takes: `sync` is the last sync that sent it off, and `code` why it did not go then; both "" until then.
    """

    record: Ref
    vendor: Ref | None
    sync: str = ""
    code: str = ""


class Outbox(Protocol):
    """The records of the platform that wait to go out."""

    def put(self, tenant: str, outgoing: Iterable[Outgoing]) -> None:
        """Note that records wait, in place of what was noted of them."""
        ...

    def remove(self, tenant: str, record: Ref) -> None:
        """Note that a record is as it should be; one that is gone is no error."""
        ...

    def load(self, tenant: str, record: Ref) -> Outgoing | None:
        """Read what is noted of a record, consistently."""
        ...

    def list_outgoing(self, tenant: str, *, cursor: str, limit: int) -> Page[Outgoing]:
        """Read a page, in no order that means anything. Raises: Rejected("cursor_invalid")."""
        ...


class PayableEntries(Protocol):
    """The entries that we keep in the accounting (B4). Every write raises as those of Receipts."""

    def create(self, entry: Entry, currency: str, note: str, request_id: str) -> Entry:
        """Make an entry. Takes: `note` holds the marker that it can be found by (a vendor is found by its name).

        Returns: what stands, with its id, revision and line ids.
        Raises: Rejected("6240") for a vendor whose name somebody has.
        """
        ...

    def update(self, entry: Entry, currency: str, request_id: str) -> Entry:
        """Change the entry of this id, as of this revision; what we know nothing of stays as it is."""
        ...

    def delete(self, entry: Entry, request_id: str) -> None:
        """Delete the entry of this id, as of this revision (a vendor becomes inactive); one that is gone is no error."""
        ...

    def void(self, entry: PaymentEntry, request_id: str) -> None:
        """Void a payment, as of this revision: it stays, with amounts of nothing. One that is void or gone is no error."""
        ...

    def fetch(self, kind: Kind, id_: str, currency: str) -> Entry | None:
        """Read an entry as it is now; None when it is gone or void."""
        ...

    def find(self, kind: Kind, marker: str, since: datetime, currency: str) -> Entry | None:
        """Look for an entry by its marker, among all that were made since, also a moment ago; not for vendors."""
        ...

    def find_vendors(self, name: str) -> tuple[VendorEntry, ...]:
        """Find vendors by their name, also inactive ones. A customer or employee of that name is none."""
        ...
