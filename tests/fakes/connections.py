"""Connections, their secrets, started OAuth flows and the two vendors' doors, in memory."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crossfoot.core.company import AccountUse, LedgerAccount
from crossfoot.core.model import SYSTEM_NAMES, System
from crossfoot.core.silence import is_worth_telling
from crossfoot.errors import CrossfootError, NeedsPartner, Rejected
from crossfoot.ports import (
    ApiKeys,
    Clock,
    Connection,
    ConnectionEvent,
    ConnectionState,
    Grant,
    SealedSecrets,
)


class FakeConnections:
    """Connections with the same conditions as the real table; `secrets` is what it keeps sealed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.connections: dict[tuple[str, System], Connection] = {}
        self.secrets: dict[tuple[str, System], dict[str, str]] = {}
        self.events: dict[tuple[str, System], list[ConnectionEvent]] = defaultdict(list)

    def load(self, tenant: str, system: System) -> Connection | None:
        return self.connections.get((tenant, system))

    def load_all(self, tenant: str) -> tuple[Connection, ...]:
        return tuple(kept for (owner, _), kept in self.connections.items() if owner == tenant)

    def load_history(self, tenant: str, system: System) -> tuple[ConnectionEvent, ...]:
        return tuple(self.events[tenant, system])

    def connect(self, connection: Connection, secrets: dict[str, str]) -> None:
        key = (connection.tenant, connection.system)
        if self.find_tenant(connection.system, connection.account_id) not in (None, connection.tenant):
            raise Rejected("account_taken", "this company is connected to another partner", "Disconnect it there.")
        before = self.connections.get(key)
        if before is not None and before.account_id != connection.account_id:
            raise Rejected("another_company", "this partner's book belongs to another company", "Connect that one.")
        self.connections[key] = connection
        self.secrets[key] = secrets
        self.note(connection.tenant, connection.system, f"Connected to {connection.account_name}")

    def disconnect(self, tenant: str, system: System) -> None:
        self._change(tenant, system, ConnectionState.DISCONNECTED)
        self.secrets.pop((tenant, system), None)
        self.note(tenant, system, "Disconnected")

    def need_attention(self, tenant: str, system: System, reason: str, fix: str) -> None:
        self._change(tenant, system, ConnectionState.NEEDS_ATTENTION, reason=reason, fix=fix)
        self.note(tenant, system, reason)

    def touch(self, tenant: str, system: System) -> None:
        kept = self.connections[tenant, system]
        self.connections[tenant, system] = replace(kept, last_read_at=self._clock.now())

    def warn(self, tenant: str, system: System, reason: str, fix: str) -> None:
        kept = self.connections[tenant, system]
        if kept.state is not ConnectionState.CONNECTED or kept.reason == reason:
            return
        self._change(tenant, system, kept.state, reason=reason, fix=fix)
        if reason:
            self.note(tenant, system, reason)

    def note_silence(self, tenant: str, system: System) -> None:
        kept = self.connections[tenant, system]
        since = kept.unanswered_since or self._clock.now()
        silent = is_worth_telling(since, self._clock.now())
        self.connections[tenant, system] = replace(kept, unanswered_since=since, silent=silent)

    def note_answer(self, tenant: str, system: System) -> None:
        kept = self.connections[tenant, system]
        self.connections[tenant, system] = replace(kept, unanswered_since=None, silent=False)

    def set_back(self, system: System, tenants: Iterable[str], to: datetime) -> None:
        for tenant in tenants:
            kept = self.connections[tenant, system]
            if kept.last_read_at is None or kept.last_read_at < to:
                self.connections[tenant, system] = replace(kept, last_read_at=to)

    def find_tenant(self, system: System, account_id: str) -> str | None:
        for (tenant, kept_system), kept in self.connections.items():
            if (kept_system, kept.account_id) == (system, account_id) and _is_on(kept):
                return tenant
        return None

    def find_tenant_by_callback(self, token_hash: str) -> tuple[str, System] | None:
        for key, secrets in self.secrets.items():
            token = secrets.get("callback_token", "")
            if token and hashlib.sha256(token.encode()).hexdigest() == token_hash:
                return key
        return None

    def list_due(self, system: System, read_before: datetime, limit: int) -> tuple[str, ...]:
        due = [c for c in self.connections.values() if c.system is system and _is_on(c)]
        late = [c for c in due if c.last_read_at is None or c.last_read_at < read_before]
        return tuple(c.tenant for c in late[:limit])

    def _change(self, tenant: str, system: System, state: ConnectionState, reason: str = "", fix: str = "") -> None:
        kept = self.connections[tenant, system]
        self.connections[tenant, system] = replace(kept, state=state, reason=reason, fix=fix)

    def note(self, tenant: str, system: System, what: str) -> None:
        self.events[tenant, system].append(ConnectionEvent(self._clock.now(), what))


def _is_on(connection: Connection) -> bool:
    return connection.state is not ConnectionState.DISCONNECTED


class FakeSecrets:
    """Reads what FakeConnections keeps."""

    def __init__(self, connections: FakeConnections) -> None:
        self._connections = connections

    def load(self, tenant: str, system: System) -> SealedSecrets:
        values = self._connections.secrets.get((tenant, system))
        if values is None:
            raise NeedsPartner(f"{SYSTEM_NAMES[system]} is not connected", "Connect it.")
        return SealedSecrets(dict(values), 1)

    def save(
        self,
        tenant: str,
        system: System,
        values: dict[str, str],
        seen_version: int,
        credentials_expire_at: datetime | None,
    ) -> None:
        self._connections.secrets[tenant, system] = values

    def lease(self, tenant: str, system: System, seconds: int) -> bool:
        return True

    def release(self, tenant: str, system: System) -> None:
        return None


class FakeAuthorizations:
    """Flows that can be finished once, within ten minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._flows: dict[str, tuple[str, datetime]] = {}

    def start(self, tenant: str) -> str:
        state = f"state-{len(self._flows)}-of-{tenant}"
        self._flows[state] = (tenant, self._clock.now() + timedelta(minutes=10))
        return state

    def finish(self, state: str) -> str:
        tenant, until = self._flows.pop(state, ("", self._clock.now()))
        if self._clock.now() >= until:
            raise Rejected("state_invalid", "this sign-in was not started here, or is over", "Start connecting again.")
        return tenant


@dataclass
class FakeOAuth:
    """Intuit. `refusal` is raised instead of an answer."""

    account_name: str = "Acme MSP Books"
    revoked: list[dict[str, str]] = field(default_factory=list)
    refusal: CrossfootError | None = None
    expires_at: datetime | None = None

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        return f"https://intuit.example/authorize?state={state}&redirect_uri={redirect_uri}"

    def exchange(self, code: str, account_id: str, redirect_uri: str) -> Grant:
        if self.refusal:
            raise self.refusal
        secrets = {"access_token": f"access-of-{code}", "refresh_token": f"refresh-of-{code}"}
        return Grant(account_id, self.account_name, secrets, self.expires_at)

    def revoke(self, secrets: dict[str, str]) -> None:
        if self.refusal:
            raise self.refusal
        self.revoked.append(secrets)


@dataclass
class FakeKeys:
    """ConnectWise. `refusal` stands in for wrong keys, `callback_refusal` for keys that may not register callbacks."""

    callbacks: list[str] = field(default_factory=list)
    refusal: CrossfootError | None = None
    callback_refusal: CrossfootError | None = None

    def check(self, keys: ApiKeys) -> Grant:
        if self.refusal:
            raise self.refusal
        secrets = {"public_key": keys.public_key, "private_key": keys.private_key}
        details = {"site_url": keys.site_url, "company_id": keys.company_id}
        return Grant(f"{keys.company_id}@{keys.site_url}", keys.company_id.title(), secrets, details=details)

    def register_callbacks(self, grant: Grant, callback_url: str) -> None:
        if self.callback_refusal:
            raise self.callback_refusal
        self.callbacks.append(callback_url)

    def ensure_callbacks(self, grant: Grant, callback_url: str) -> int:
        if callback_url in self.callbacks:
            return 0
        self.callbacks.append(callback_url)
        return 1

    def remove_callbacks(self, grant: Grant, callback_url: str) -> None:
        if self.callback_refusal:
            raise self.callback_refusal
        self.callbacks.remove(callback_url)


@dataclass
class FakeAccounts:
    """The chart of accounts in QuickBooks."""

    accounts: tuple[LedgerAccount, ...] = (
        LedgerAccount("4", "Undeposited Funds", AccountUse.UNDEPOSITED_FUNDS),
        LedgerAccount("35", "Checking", AccountUse.BANK),
        LedgerAccount("36", "Savings", AccountUse.BANK),
        LedgerAccount("70", "Bank Charges", AccountUse.EXPENSE),
    )

    def fetch_accounts(self, tenant: str) -> tuple[LedgerAccount, ...]:
        return self.accounts
