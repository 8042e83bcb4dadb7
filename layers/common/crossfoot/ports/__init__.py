"""What the steps need from the world. Adapters implement these; tests bring fakes; only `wiring` chooses."""

from crossfoot.ports.attention import Attention
from crossfoot.ports.clock import Clock
from crossfoot.ports.companies import FRESH_FOR, KEPT_FOR, Companies
from crossfoot.ports.connecting import (
    CALLBACK_TOKEN,
    Accounts,
    ApiKeys,
    Grant,
    KeyDoor,
    OAuthDoor,
    callback_url,
)
from crossfoot.ports.connections import (
    CONNECTED_TO,
    Connection,
    ConnectionEvent,
    Connections,
    ConnectionState,
    check_up,
    is_connected,
    why_unread,
    worries_about,
)
from crossfoot.ports.decisions import Dated, EffectStore, FilterStore, History, PreferencesStore, Reports, RightsStore
from crossfoot.ports.documents import Documents
from crossfoot.ports.fetching import Cursors, FetchRuns, Limits, Position, RunPage
from crossfoot.ports.idempotency import Idempotency, Turn
from crossfoot.ports.matches import Decided, Matches, Page
from crossfoot.ports.notices import Mailbox, Notices, NotificationStore
from crossfoot.ports.origins import Origins
from crossfoot.ports.partners import Partners
from crossfoot.ports.payables import Outbox, Outgoing, PayableEntries, PayablesSettings, PayableSyncs
from crossfoot.ports.queues import MAX_REVIVALS, Budget, DeadLetter, DeadLetters, Queue
from crossfoot.ports.records import Book, ListPage, Numbered
from crossfoot.ports.secrets import Authorizations, SealedSecrets, Secrets
from crossfoot.ports.sync import (
    POSTINGS_PER_CALL,
    Entered,
    Entries,
    Postings,
    Sales,
    Schedules,
    SyncRuns,
    SyncSettings,
)
from crossfoot.ports.systems import (
    AccountingSource,
    Choice,
    Deposits,
    Found,
    PayablesSource,
    PaymentRows,
    Psa,
    Receipts,
    Source,
    Systems,
    Window,
)
from crossfoot.ports.waiting import Waiting

__all__ = [
    "CALLBACK_TOKEN",
    "CONNECTED_TO",
    "FRESH_FOR",
    "KEPT_FOR",
    "MAX_REVIVALS",
    "POSTINGS_PER_CALL",
    "AccountingSource",
    "Accounts",
    "ApiKeys",
    "Attention",
    "Authorizations",
    "Book",
    "Budget",
    "Choice",
    "Clock",
    "Companies",
    "Connection",
    "ConnectionEvent",
    "ConnectionState",
    "Connections",
    "Cursors",
    "Dated",
    "DeadLetter",
    "DeadLetters",
    "Decided",
    "Deposits",
    "Documents",
    "EffectStore",
    "Entered",
    "Entries",
    "FetchRuns",
    "FilterStore",
    "Found",
    "Grant",
    "History",
    "Idempotency",
    "KeyDoor",
    "Limits",
    "ListPage",
    "Mailbox",
    "Matches",
    "Notices",
    "NotificationStore",
    "Numbered",
    "OAuthDoor",
    "Origins",
    "Outbox",
    "Outgoing",
    "Page",
    "Partners",
    "PayableEntries",
    "PayableSyncs",
    "PayablesSettings",
    "PayablesSource",
    "PaymentRows",
    "Position",
    "Postings",
    "PreferencesStore",
    "Psa",
    "Queue",
    "Receipts",
    "Reports",
    "RightsStore",
    "RunPage",
    "Sales",
    "Schedules",
    "SealedSecrets",
    "Secrets",
    "Source",
    "SyncRuns",
    "SyncSettings",
    "Systems",
    "Turn",
    "Waiting",
    "Window",
    "callback_url",
    "check_up",
    "is_connected",
    "why_unread",
    "worries_about",
]
