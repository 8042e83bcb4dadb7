"""What the steps need from the world. Adapters implement these; tests bring fakes; only `wiring` chooses."""

from crossfoot.ports.clock import Clock
from crossfoot.ports.connecting import Account, Accounts, ApiKeys, Grant, KeyDoor, OAuthDoor
from crossfoot.ports.connections import Connection, ConnectionEvent, Connections, ConnectionState, is_connected
from crossfoot.ports.decisions import Cursors, Dated, EffectStore, History, PreferencesStore, Reports
from crossfoot.ports.queues import Budget, Queue
from crossfoot.ports.records import Book, ListPage
from crossfoot.ports.secrets import Authorizations, SealedSecrets, Secrets
from crossfoot.ports.systems import AccountingSource, PaymentRows, Psa, Source, Systems, Window

__all__ = [
    "Account",
    "AccountingSource",
    "Accounts",
    "ApiKeys",
    "Authorizations",
    "Book",
    "Budget",
    "Clock",
    "Connection",
    "ConnectionEvent",
    "ConnectionState",
    "Connections",
    "Cursors",
    "Dated",
    "EffectStore",
    "Grant",
    "History",
    "KeyDoor",
    "ListPage",
    "OAuthDoor",
    "PaymentRows",
    "PreferencesStore",
    "Psa",
    "Queue",
    "Reports",
    "SealedSecrets",
    "Secrets",
    "Source",
    "Systems",
    "Window",
    "is_connected",
]
