"""What the steps need from the world. Adapters implement these; tests bring fakes; only `wiring` chooses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from crossfoot.core.crossfoot import Report
from crossfoot.core.decisions import Decision
from crossfoot.core.effects import Effect
from crossfoot.core.model import Invoice, Kind, Link, Payment, PaymentRow, Record, Ref, System
from crossfoot.core.preferences import Preferences
from crossfoot.messages import Message


class Clock(Protocol):
    """The time, passed in."""

    def now(self) -> datetime:
        """Give the aware UTC time."""
        ...


# --- outside systems ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """What one read returned.

    Takes: `cursor` is where the next read goes on, in the adapter's own words; `more` says that the next read should
    follow at once (a first import, or more changes than one answer holds); `unreadable` are records that hold something
    we cannot keep exactly (an amount finer than its currency, say): they are left out, so that one does not sink the rest.
    """

    records: tuple[Record, ...]
    cursor: str
    more: bool = False
    unreadable: tuple[Ref, ...] = ()


class Source(Protocol):
    """A system that records are fetched from (I1, I8)."""

    @property
    def system(self) -> System:
        """Name the system."""
        ...

    def fetch_changes(self, cursor: str) -> Window:
        """Read what changed since the cursor; "" starts a first import.

        Raises: RateLimited, RemoteUnavailable, AuthExpired; never after a partial result was given.
        """
        ...

    def fetch_invoices(self, ids: Sequence[str]) -> tuple[Invoice, ...]:
        """Read some invoices as they are now, in as few calls as the vendor allows; missing ones are left out."""
        ...


class PaymentRows(Protocol):
    """Payment rows on ConnectWise invoices (E1, E7). ConnectWise has no idempotency key: look before repeating."""

    def fetch_rows(self, invoice: Ref, currency: str) -> tuple[PaymentRow, ...]:
        """Read the cash rows of an invoice; credit rows are left out."""
        ...

    def create_row(self, invoice: Ref, amount_minor: int, paid_on: date, currency: str) -> PaymentRow:
        """Add a row.

        Raises: OutcomeUnknown when it may have been written; RateLimited, RemoteUnavailable, Rejected, AuthExpired when
        it certainly was not.
        """
        ...

    def update_row(self, invoice: Ref, row_id: str, amount_minor: int, paid_on: date, currency: str) -> PaymentRow:
        """Set a row's amount and date. Raises: as create_row."""
        ...

    def delete_row(self, invoice: Ref, row_id: str) -> None:
        """Remove a row; one that is gone already is no error. Raises: as create_row."""
        ...


class Psa(Source, PaymentRows, Protocol):
    """ConnectWise PSA: records, and the payment rows that we keep on its invoices."""


class Systems(Protocol):
    """The outside systems of one partner, opened with the partner's own credentials."""

    def source(self, tenant: str, system: System) -> Source:
        """Open a system for reading. Raises: NeedsPartner when it is not connected."""
        ...

    def psa(self, tenant: str) -> Psa:
        """Open the partner's PSA. Raises: NeedsPartner when it is not connected."""
        ...


# --- our own table -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list, and where the next one starts ("" after the last)."""

    records: tuple[Record, ...]
    next_cursor: str


class Book(Protocol):
    """The book: what both systems hold, under the partner's key."""

    def load(self, tenant: str, ref: Ref) -> Record | None:
        """Read one record."""
        ...

    def load_many(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Read many records; missing ones are left out."""
        ...

    def save(self, tenant: str, records: Sequence[Record]) -> None:
        """Save records whose version is not older than the stored one; older ones are passed over silently.

        Pointers (list, number, paid-by) are written before the record, so that a crash between leaves a pointer too many
        and never one too few; readers check a pointer against the record. A record that did not change costs no write.
        A payment keeps every invoice that any of its versions paid in `former_invoices`, and a deleted record (which
        vendors send as an id only) keeps what was known of it.
        """
        ...

    def load_payments_of(self, tenant: str, invoice: Ref) -> tuple[Payment, ...]:
        """Read every payment that pays or ever paid the invoice."""
        ...

    def load_invoices_numbered(self, tenant: str, number: str) -> tuple[Invoice, ...]:
        """Read the invoices of both systems that carry a number (compared without case and spaces)."""
        ...

    def list_records(
        self,
        tenant: str,
        kind: Kind,
        *,
        first: date | None,
        last: date | None,
        system: System | None,
        cursor: str,
        limit: int,
    ) -> ListPage:
        """Read a page of records, newest date first, dates inclusive."""
        ...

    def load_link(self, tenant: str, ref: Ref) -> Link | None:
        """Read the link of an invoice, from either side."""
        ...

    def load_links(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Link]:
        """Read the links of many invoices, from either side; missing ones are left out."""
        ...

    def save_link(self, tenant: str, link: Link) -> None:
        """Link two invoices, both directions in one transaction. The same link again is no error.

        Raises: Conflict when either side is linked to another record.
        """
        ...


@dataclass(frozen=True, slots=True)
class Dated[T]:
    """Something with the time when it was recorded (aware UTC)."""

    at: datetime
    item: T


class History(Protocol):
    """The decisions on every record (X1)."""

    def save(self, tenant: str, decisions: Sequence[Decision]) -> None:
        """Add decisions. One that equals the record's newest is not repeated."""
        ...

    def load(self, tenant: str, record: Ref) -> tuple[Dated[Decision], ...]:
        """Read a record's decisions, oldest first."""
        ...


class EffectStore(Protocol):
    """Where effects live. Every change is one conditional write on the fence that was seen; a lost race is Conflict."""

    def load_latest(self, tenant: str, kind: str, subject: Ref) -> Effect | None:
        """Read the subject's newest effect, consistently."""
        ...

    def load_latest_of(self, tenant: str, kind: str, subjects: Iterable[Ref]) -> dict[Ref, Effect]:
        """Read the newest effect of many subjects; subjects without one are left out."""
        ...

    def load_all(self, tenant: str, subject: Ref) -> tuple[Effect, ...]:
        """Read every effect on a subject, oldest first."""
        ...

    def insert(self, effect: Effect) -> bool:
        """Store a new generation; False when that generation exists already."""
        ...

    def replace(self, seen: Effect, new: Effect) -> None:
        """Store `new` in place of `seen`. Raises: Conflict when the stored fence is not `seen.fence`."""
        ...


class PreferencesStore(Protocol):
    """The partner's preferences."""

    def load(self, tenant: str) -> Preferences:
        """Read them; what was never set has its default."""
        ...

    def save(self, tenant: str, preferences: Preferences) -> None:
        """Store them whole."""
        ...


class Cursors(Protocol):
    """How far each system was read."""

    def load(self, tenant: str, system: System) -> str:
        """Read a cursor; "" before the first import."""
        ...

    def move(self, tenant: str, system: System, seen: str, to: str) -> None:
        """Move a cursor on. Raises: Conflict when it is no longer where it was seen."""
        ...


class Reports(Protocol):
    """Crossfoot reports (X4)."""

    def save(self, tenant: str, report: Report) -> None:
        """Store a report as the newest."""
        ...

    def load_newest(self, tenant: str) -> Report | None:
        """Read the newest report."""
        ...


# --- connections -------------------------------------------------------------------------------------------------------


class ConnectionState(StrEnum):
    """Where a connection stands (C7)."""

    CONNECTED = "connected"
    NEEDS_ATTENTION = "needs_attention"
    DISCONNECTED = "disconnected"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Connection:
    """A partner's connection to a system, without its secrets.

    Takes: `account_id` is the vendor's name of the partner (realm id, login company); `reason` and `fix` say why it needs
    attention; `details` holds what only that vendor's adapter reads (site URL, deposit account …).
    Units: `credentials_expire_at` is the refresh token's known end of life (C7); None where keys do not expire.
    """

    tenant: str
    system: System
    state: ConnectionState
    account_id: str
    account_name: str = ""
    reason: str = ""
    fix: str = ""
    connected_at: datetime | None = None
    last_read_at: datetime | None = None
    credentials_expire_at: datetime | None = None
    details: dict[str, str] | None = None


def is_connected(connections: "Connections", tenant: str, system: System) -> bool:
    """Tell whether a system may be read and written now."""
    connection = connections.load(tenant, system)
    return connection is not None and connection.state is ConnectionState.CONNECTED


@dataclass(frozen=True, slots=True)
class ConnectionEvent:
    """A line in a connection's history."""

    at: datetime
    what: str


class Connections(Protocol):
    """Connections and their secrets; secrets are encrypted under the partner's name and never leave in a Connection."""

    def load(self, tenant: str, system: System) -> Connection | None:
        """Read one connection."""
        ...

    def load_all(self, tenant: str) -> tuple[Connection, ...]:
        """Read the partner's connections."""
        ...

    def load_history(self, tenant: str, system: System) -> tuple[ConnectionEvent, ...]:
        """Read what happened to a connection, oldest first."""
        ...

    def connect(self, connection: Connection, secrets: dict[str, str]) -> None:
        """Store a connection with its secrets and claim the vendor account for this partner.

        Raises: Rejected("account_taken") when another partner holds the same vendor account.
        """
        ...

    def disconnect(self, tenant: str, system: System) -> None:
        """Destroy the secrets, keep the cursor and the history (C6)."""
        ...

    def need_attention(self, tenant: str, system: System, reason: str, fix: str) -> None:
        """Mark a connection as needing the partner; a disconnected one stays so."""
        ...

    def touch(self, tenant: str, system: System) -> None:
        """Note that the system answered a read now."""
        ...

    def find_tenant(self, system: System, account_id: str) -> str | None:
        """Find whose vendor account this is."""
        ...

    def find_tenant_by_callback(self, token_hash: str) -> tuple[str, System] | None:
        """Find whose callback URL this is."""
        ...

    def list_due(self, system: System, read_before: datetime, limit: int) -> tuple[str, ...]:
        """List partners that are connected to a system and were not read since a time, longest waiting first."""
        ...


@dataclass(frozen=True, slots=True)
class SealedSecrets:
    """A connection's secrets as they were read, and which writing of them this is (grows with every write)."""

    values: dict[str, str]
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


@dataclass(frozen=True, slots=True)
class PendingAuthorization:
    """An OAuth flow that was started: who started it, and until when it may return."""

    tenant: str
    expires_at: datetime


class Authorizations(Protocol):
    """Started OAuth flows. Each state is signed, usable once, for ten minutes (C1)."""

    def start(self, tenant: str) -> str:
        """Begin a flow and give its state."""
        ...

    def finish(self, state: str) -> str:
        """Use a state up and give its tenant. Raises: Rejected("state_invalid") when forged, old or used."""
        ...


@dataclass(frozen=True, slots=True)
class Grant:
    """What a vendor gave us for a partner: who it is there, and the secrets to store."""

    account_id: str
    account_name: str
    secrets: dict[str, str]
    credentials_expire_at: datetime | None = None
    details: dict[str, str] | None = None


class OAuthDoor(Protocol):
    """A system that is connected by OAuth 2 (C1)."""

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Give the page on which the partner consents."""
        ...

    def exchange(self, code: str, account_id: str, redirect_uri: str) -> Grant:
        """Trade a code for tokens and read the company's name with them. Raises: Rejected, RemoteUnavailable."""
        ...

    def revoke(self, secrets: dict[str, str]) -> None:
        """Revoke tokens at the vendor; tokens that are dead already are no error."""
        ...


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """What a partner types to connect ConnectWise (C2)."""

    site_url: str
    company_id: str
    public_key: str
    private_key: str


class KeyDoor(Protocol):
    """A system that is connected by keys (C2)."""

    def check(self, keys: ApiKeys) -> Grant:
        """Try the keys, on a finance call too. Raises: Rejected naming which input is wrong, RemoteUnavailable."""
        ...

    def register_callbacks(self, grant: Grant, callback_url: str) -> None:
        """Ask the system to call us on changes; what is registered already is no error."""
        ...

    def remove_callbacks(self, grant: Grant, callback_url: str) -> None:
        """Take the registrations back, as far as the keys still allow."""
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the partner's chart of accounts."""

    id: str
    name: str


class Accounts(Protocol):
    """The accounts that deposits may go to (C1)."""

    def fetch_bank_accounts(self, tenant: str) -> tuple[Account, ...]:
        """Read the active bank accounts live. Raises: NeedsPartner when the accounting system is not connected."""
        ...


# --- queues ------------------------------------------------------------------------------------------------------------


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
