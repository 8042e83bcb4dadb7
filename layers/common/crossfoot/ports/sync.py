"""What the Sync Invoices tool needs: runs, what a partner chose, entries in the accounting, batches in the PSA."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crossfoot.core.model import Billed, Ref
from crossfoot.core.sync.catalogue import Catalogue, Item
from crossfoot.core.sync.correcting import Journal
from crossfoot.core.sync.postings import PostedLine, Posting
from crossfoot.core.sync.runs import RunItem, SyncRun
from crossfoot.core.sync.sales import Sale, SaleKind, StandingSale
from crossfoot.core.sync.settings import MappingKey, Schedule, Setup, SyncPreferences, Target
from crossfoot.ports.matches import Page


class SyncRuns(Protocol):
    """The runs of the tool, and what became of every bill in them (S2)."""

    def begin(self, tenant: str, run: SyncRun, items: Sequence[RunItem]) -> SyncRun:
        """Begin a run, its items first, unless another one is under way: a partner has one at a time.

        One that is abandoned gives way: what it had not started is cancelled.
        Returns: the one under way, or this one. The same run again is no error, and is given as it stands by then.
        Raises: Conflict when others keep beginning at this moment.
        """
        ...

    def load(self, tenant: str, run: str) -> SyncRun | None:
        """Read a run."""
        ...

    def load_under_way(self, tenant: str) -> SyncRun | None:
        """Read the run that is under way."""
        ...

    def replace(self, tenant: str, seen: SyncRun, new: SyncRun) -> None:
        """Store how a run stands; one that is finished is no longer under way. Raises: Conflict when it moved."""
        ...

    def list_runs(self, tenant: str, *, cursor: str, limit: int) -> Page[SyncRun]:
        """Read a page of runs, newest first. Raises: Rejected("cursor_invalid")."""
        ...

    def load_items(self, tenant: str, run: str) -> tuple[RunItem, ...]:
        """Read every item of a run, consistently, in the order in which it was begun."""
        ...

    def save_items(self, tenant: str, run: str, items: Iterable[RunItem]) -> None:
        """Store how items stand: the last word wins where it may follow what is stored (`gives_way_to`), and else nothing.

        Raises: LookupError for an item that was not begun with the run.
        """
        ...

    def load_item(self, tenant: str, run: str, bill: Ref) -> RunItem | None:
        """Read one item, consistently."""
        ...

    def load_newest_of(self, tenant: str, bills: Iterable[Ref]) -> dict[Ref, tuple[SyncRun, RunItem]]:
        """Read the newest run of bills, and how they stand in it; bills that were in none are left out."""
        ...


class SyncSettings(Protocol):
    """What a partner chose for the tool (S1, S6)."""

    def load(self, tenant: str) -> Setup | None:
        """Read preferences and mappings; None when the preferences were never saved."""
        ...

    def load_mappings(self, tenant: str) -> Mapping[MappingKey, Target]:
        """Read the mappings alone: they may be confirmed before the preferences are saved."""
        ...

    def save_preferences(self, tenant: str, preferences: SyncPreferences) -> None:
        """Store the preferences whole; the mappings stay."""
        ...

    def save_mappings(self, tenant: str, changes: Mapping[MappingKey, Target | None]) -> None:
        """Store some mappings, or forget them (None)."""
        ...


class Entries(Protocol):
    """Entries as they were previewed and written, each under its bill and digest."""

    def save(self, tenant: str, bill: Ref, sale: Sale) -> None:
        """Keep an entry; the same again is no error."""
        ...

    def save_many(self, tenant: str, sales: Mapping[Ref, Sale]) -> None:
        """Keep many entries in as few calls as it takes."""
        ...

    def load(self, tenant: str, bill: Ref, digest: str) -> Sale | None:
        """Read an entry."""
        ...


class Schedules(Protocol):
    """The schedules on which the tool runs by itself, one a partner (S1)."""

    def put(self, tenant: str, schedule: Schedule) -> None:
        """Set a partner's schedule, in place of the one before."""
        ...

    def remove(self, tenant: str) -> None:
        """Take a partner's schedule away; one that is gone is no error."""
        ...


@dataclass(frozen=True, slots=True)
class Entered:
    """What a write on an entry left: how it stands, and the record of it for the book."""

    standing: StandingSale
    record: Billed


class Sales(Protocol):
    """The entries that we keep in the accounting for ConnectWise bills (S). Every write raises as those of Receipts."""

    def fetch_catalogue(self) -> Catalogue:
        """Read what the company offers, in as few metered calls as the vendor allows."""
        ...

    def create_sale(self, sale: Sale, note: str, request_id: str) -> Entered:
        """Make an entry. Takes: `note` holds our marker, and goes where only the partner's people read it."""
        ...

    def create_sales(self, sales: Sequence[tuple[Sale, str]], request_id: str) -> list[Entered | Exception]:
        """Make several entries in one metered call, each by itself.

        Takes: at most 30, each with its note.
        Returns: in the order of the sales, each as it stands, or what create_sale would have raised for it.
        Raises: what a call as a whole ends with; then OutcomeUnknown means any of them may stand.
        """
        ...

    def delete_sale(self, kind: SaleKind, id_: str, revision: str, request_id: str) -> None:
        """Delete an entry as of a revision; one that is gone already is no error."""
        ...

    def fetch_sale(self, kind: SaleKind, id_: str, currency: str) -> Entered | None:
        """Read an entry as it is now; None when it is gone."""
        ...

    def fetch_sales(self, kind: SaleKind, ids: Sequence[str], currency: str) -> Mapping[str, Entered]:
        """Read several entries as they are now, by their ids, in one metered call; those that are gone are left out."""
        ...

    def find_sale(self, kind: SaleKind, marker: str, since: datetime, currency: str) -> Entered | None:
        """Look for an entry by its marker, among all that were made since, also a moment ago."""
        ...

    def find_sales(
        self, kind: SaleKind, markers: Collection[str], since: datetime, currency: str
    ) -> Mapping[str, Entered]:
        """Look for several entries as find_sale, in one walk. Returns: those that are there, by their markers."""
        ...

    def create_item(self, name: str, account_id: str) -> Item:
        """Make an item for services that posts to an income account; one of that name that is there is taken over.

        Raises: Rejected when the one that is there posts elsewhere, or is not active.
        """
        ...

    def create_journal(self, journal: Journal, note: str, request_id: str) -> str:
        """Make a journal entry. Returns: its id."""
        ...

    def find_journal(self, marker: str, since: datetime) -> str | None:
        """Look for a journal entry by its marker, as find_sale. Returns: its id."""
        ...


class Postings(Protocol):
    """ConnectWise's general ledger and its accounting batches (S3, S5, S10)."""

    def fetch_postings(self, bills: Sequence[Billed]) -> Mapping[Ref, Posting]:
        """Read how ConnectWise would post bills; nothing is posted by that.

        Takes: any number; so many of them take one call: POSTINGS_PER_CALL.
        Returns: those that it would post now. What is missing is open, in a batch, covered by no mapping, or gone.
        """
        ...

    def fetch_ledger(self, bill: Billed) -> tuple[PostedLine, ...]:
        """Read what ConnectWise's general ledger says of a bill now, batched or not."""
        ...

    def create_batch(self, identifier: str, record_ids: Sequence[int]) -> None:
        """Mark a bill as posted, by a batch of its own. Raises: as create_row; Rejected when it is posted already."""
        ...

    def find_batch(self, identifier: str) -> str | None:
        """Look for a batch by the name that we gave it. Returns: its id."""
        ...

    def delete_batch(self, id_: str) -> None:
        """Take a batch back, and with it the mark on all that is in it; one that is gone already is no error."""
        ...


POSTINGS_PER_CALL = 480
