"""What the routes need, and the small things that they share."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from crossfoot.core.decisions import Decision
from crossfoot.core.model import SYSTEM_NAMES, Kind, Ref, System, parse_ref
from crossfoot.core.money import from_minor
from crossfoot.core.tending import Worry
from crossfoot.errors import NeedsPartner, Rejected
from crossfoot.messages.api.words import Why
from crossfoot.messages.fields import BadFields
from crossfoot.ports import (
    Accounts,
    Attention,
    Authorizations,
    Book,
    Clock,
    Companies,
    Connections,
    ConnectionState,
    Cursors,
    Documents,
    EffectStore,
    Entries,
    FetchRuns,
    FilterStore,
    History,
    Idempotency,
    KeyDoor,
    Limits,
    Matches,
    NotificationStore,
    OAuthDoor,
    Origins,
    Outbox,
    PayablesSettings,
    PayableSyncs,
    PreferencesStore,
    Queue,
    Reports,
    RightsStore,
    Schedules,
    Secrets,
    SyncRuns,
    SyncSettings,
    Systems,
    Waiting,
)

# So many members that are wrong are named at once.
MOST_NAMED = 10


def new_token() -> str:
    """Make up a token that nobody can guess."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the routes need.

    Takes: `mail_is_on` tells whether this installation sends e-mail;
    `public_url` is where the world reaches this API, without a slash at the end.
    """

    attention: Attention
    book: Book
    history: History
    idempotency: Idempotency
    effects: EffectStore
    matches: Matches
    origins: Origins
    preferences: PreferencesStore
    notifications: NotificationStore
    reports: Reports
    rights: RightsStore
    filters: FilterStore
    cursors: Cursors
    runs: FetchRuns
    limits: Limits
    companies: Companies
    connections: Connections
    secrets: Secrets
    authorizations: Authorizations
    oauth: OAuthDoor
    keys: KeyDoor
    accounts: Accounts
    systems: Systems
    waiting: Waiting
    documents: Documents
    entries: Entries
    schedules: Schedules
    sync_runs: SyncRuns
    sync_settings: SyncSettings
    outbox: Outbox
    payables_settings: PayablesSettings
    payable_syncs: PayableSyncs
    queue: Queue
    clock: Clock
    public_url: str
    mail_is_on: bool
    new_token: Callable[[], str] = new_token


class BadField(BadFields):
    """A member of the request that is well-formed, and wrong all the same."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__([(field, message)])


def require_none_bad(errors: Iterable[tuple[str, str]]) -> None:
    """Make sure that no member is wrong. Raises: BadFields, which names the first MOST_NAMED."""
    named = list(islice(errors, MOST_NAMED))
    if named:
        raise BadFields(named)


def read_ref(kind: Kind, text: str) -> Ref:
    """Read an id that was found well-formed."""
    return parse_ref(kind, text)


def not_found(what: str, fix: str) -> Rejected:
    """Say that something is not there, or is another partner's: the two look the same from outside (X6)."""
    return Rejected("not_found", f"There is no such {what}.", fix)


def why_closed(ports: Ports, tenant: str, system: System) -> Worry | None:
    """Say why a system may not be read now, and what opens it again; None where it may. Source: C7."""
    connection, name = ports.connections.load(tenant, system), SYSTEM_NAMES[system]
    match connection and connection.state:
        case ConnectionState.CONNECTED:
            return None
        case None | ConnectionState.DISCONNECTED:
            return Worry(f"{name} is not connected.", f"Connect {name} under Connections.")
        case state:
            assert connection is not None
            reason = connection.reason or f"The connection to {name} is {state}."
            return Worry(reason, connection.fix or f"Look at {name} under Connections.")


def require_connected(ports: Ports, tenant: str, system: System) -> None:
    """Make sure that a system may be read now. Raises: NeedsPartner with the true reason. Source: C7."""
    closed = why_closed(ports, tenant, system)
    if closed is not None:
        raise NeedsPartner(closed.reason, closed.fix)


def to_money(amount_minor: int, currency: str) -> str:
    """Write an amount exactly."""
    return f"{from_minor(amount_minor, currency):f}"


def to_id(ref: Ref | None) -> str | None:
    """Write a record's id, where there is one."""
    return str(ref) if ref else None


def to_why(decision: Decision) -> Why:
    """Show a decision."""
    return Why(
        outcome=decision.outcome,
        rule=decision.rule,
        code=decision.code,
        sentence=decision.sentence,
        fix=decision.fix,
        about=[str(ref) for ref in decision.about],
    )
