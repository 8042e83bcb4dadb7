"""The access token of one partner, refreshed by one worker at a time.

Intuit gives a new refresh token with an answer and may revoke the whole family when an old one is presented. So:

    lease -> read again under the lease -> refresh -> store both tokens in one write (which gives the lease back)

`invalid_grant` alone means little: another worker may have stored newer tokens meanwhile. Only when the store still holds
what we presented is the grant dead.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from crossfoot.core.model import System
from crossfoot.errors import AuthExpired, Conflict, RemoteUnavailable
from crossfoot.ports import Clock, SealedSecrets, Secrets

# A token that dies while a request is under way costs a call and a refresh: leave it out a little early.
EARLY = timedelta(seconds=90)
LEASE_S = 60
WAIT_S = 0.5
WAITS = 20
SAVE_ATTEMPTS = 3

EXPIRED = "QuickBooks no longer accepts our access to this company."
RECONNECT = "Press Connect to QuickBooks and consent again; nothing is lost meanwhile."


class InvalidGrant(Exception):
    """The authorization server does not know the code or the refresh token that we presented."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an authorization server gave. Units: times are aware UTC."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime | None

    def to_secrets(self) -> dict[str, str]:
        """Give what is stored, sealed."""
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "access_expires_at": self.access_expires_at.isoformat(),
        }


class TokenRefresh(Protocol):
    """The authorization server's refresh grant."""

    def refresh(self, refresh_token: str) -> Tokens:
        """Trade a refresh token for new tokens. Raises: InvalidGrant, RemoteUnavailable."""
        ...


class Attention(Protocol):
    """The one thing that a token source asks of the port Connections."""

    def need_attention(self, tenant: str, system: System, reason: str, fix: str) -> None:
        """Mark a connection as needing the partner."""
        ...


class TokenSource:
    """Gives one partner's access token. Make one per partner and invocation."""

    def __init__(
        self,
        tenant: str,
        secrets: Secrets,
        connections: Attention,
        refresh: TokenRefresh,
        clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._tenant, self._secrets, self._connections = tenant, secrets, connections
        self._refresh, self._clock, self._sleep = refresh, clock, sleep
        self._sealed: SealedSecrets | None = None

    def access_token(self) -> str:
        """Give a token that is good for the next call. Raises: AuthExpired, NeedsPartner, RemoteUnavailable, Conflict."""
        sealed = self._sealed or self._read()
        if self._runs_out(sealed):
            return self.renew(sealed.values["access_token"])
        return sealed.values["access_token"]

    def renew(self, refused: str) -> str:
        """Replace a token that was refused or is running out. Raises: as access_token."""
        sealed = self._read()
        for _ in range(WAITS):
            if sealed.values["access_token"] != refused:
                return sealed.values["access_token"]
            if self._secrets.lease(self._tenant, System.QUICKBOOKS, LEASE_S):
                return self._renew_under_lease(refused)
            self._sleep(WAIT_S)
            sealed = self._read()
        raise Conflict("another worker is refreshing this partner's QuickBooks tokens")

    def give_up(self, reason: str = EXPIRED, fix: str = RECONNECT) -> AuthExpired:
        """Mark the connection as needing the partner, and give the error to raise."""
        self.need_attention(reason, fix)
        return AuthExpired(reason, fix)

    def need_attention(self, reason: str, fix: str) -> None:
        """Mark the connection as needing the partner."""
        self._connections.need_attention(self._tenant, System.QUICKBOOKS, reason, fix)

    def _read(self) -> SealedSecrets:
        self._sealed = self._secrets.load(self._tenant, System.QUICKBOOKS)
        return self._sealed

    def _runs_out(self, sealed: SealedSecrets) -> bool:
        return self._clock.now() >= datetime.fromisoformat(sealed.values["access_expires_at"]) - EARLY

    def _renew_under_lease(self, refused: str) -> str:
        try:
            seen = self._read()
            tokens = self._trade(seen) if seen.values["access_token"] == refused else None
        except BaseException:
            self._secrets.release(self._tenant, System.QUICKBOOKS)
            raise
        if tokens is None:
            self._secrets.release(self._tenant, System.QUICKBOOKS)
        else:
            self._save(seen, tokens)
        return self._read().values["access_token"]

    def _trade(self, seen: SealedSecrets) -> Tokens | None:
        """Refresh; None when another worker stored newer tokens after all."""
        try:
            return self._refresh.refresh(seen.values["refresh_token"])
        except InvalidGrant:
            if self._read().version != seen.version:
                return None
            raise self.give_up() from None

    def _save(self, seen: SealedSecrets, tokens: Tokens) -> None:
        """Store both tokens. A lost write would lose the only refresh token that still works, so it is worth repeating."""
        values = {**seen.values, **tokens.to_secrets()}
        for attempt in range(1, SAVE_ATTEMPTS + 1):
            try:
                return self._secrets.save(
                    self._tenant, System.QUICKBOOKS, values, seen.version, tokens.refresh_expires_at
                )
            except RemoteUnavailable:
                if attempt == SAVE_ATTEMPTS:
                    raise
            except Conflict:
                # Either a reconnect stored newer tokens, or our own first attempt did arrive: what stands is right.
                return None
        return None
