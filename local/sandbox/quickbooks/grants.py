"""OAuth 2.0 grants: codes, access tokens of an hour, refresh tokens that change with every use."""

import secrets
from dataclasses import dataclass
from typing import Any

from local.sandbox.quickbooks.switches import Switches
from local.sandbox.quickbooks.times import Clock
from local.sandbox.store import Record, Store

ACCESS_TOKEN_S = 3600
REFRESH_TOKEN_S = 8_726_400
HARD_EXPIRY_S = 5 * 365 * 86_400
CODE_S = 300
_BOOK = "_oauth"


class TokenError(Exception):
    """What the token endpoint refuses, by its OAuth name."""

    def __init__(self, name: str, description: str) -> None:
        super().__init__(description)
        self.name, self.description = name, description


@dataclass(frozen=True)
class Grants:
    """The connections that people have made; everything is kept in the store, so a restart forgets none."""

    store: Store
    clock: Clock
    switches: Switches

    def new_code(self, realm: str, redirect_uri: str, scope: str) -> str:
        """Make the code that the browser carries back; good once, for five minutes."""
        code = f"AB1{secrets.token_hex(23)}"
        self._put("code", code, {"realm": realm, "redirect_uri": redirect_uri, "scope": scope}, CODE_S)
        return code

    def exchange(self, code: str, redirect_uri: str) -> Record:
        """Turn a code into tokens.

        Raises: TokenError invalid_grant for one that is unknown, used, old or of another redirect URI.
        """
        held = self._get("code", code)
        self.store.delete(_BOOK, "code", code)
        if held is None or held["redirect_uri"] != redirect_uri:
            raise TokenError("invalid_grant", "The authorization code is invalid, expired or already used.")
        return self.connect(held["realm"])

    def connect(self, realm: str) -> Record:
        """Make a connection and its first tokens."""
        grant = f"{self.store.next_id(_BOOK, 'grant')}"
        born = int(self.clock.seconds())
        self.store.put(_BOOK, "grant", grant, {"grant": grant, "realm": realm, "hard_expires_at": born + HARD_EXPIRY_S})
        return self._issue(grant)

    def refresh(self, token: str) -> Record:
        """Turn a refresh token into new tokens; the old one is dead from now on.

        Raises: TokenError invalid_grant; the reuse of an old one may cost the whole connection (switch).
        """
        held = self._get("refresh", token)
        if held is None or held.get("used") or self.store.get(_BOOK, "grant", held["grant"]) is None:
            if held is not None and self.switches.refresh_reuse == "revoke":
                self.store.delete(_BOOK, "grant", held["grant"])
            raise TokenError("invalid_grant", "Incorrect or invalid refresh token")
        self._put("refresh", token, held | {"used": True}, REFRESH_TOKEN_S)
        return self._issue(held["grant"])

    def revoke(self, token: str) -> bool:
        """End the connection that a token of either kind belongs to; False for a token that nobody knows."""
        held = self._get("refresh", token) or self._get("access", token)
        return held is not None and self.store.delete(_BOOK, "grant", held["grant"])

    def realm_of(self, access_token: str) -> str | None:
        """Return the company of a live access token."""
        held = self._get("access", access_token)
        grant = self.store.get(_BOOK, "grant", held["grant"]) if held else None
        return grant["realm"] if grant else None

    def connected(self, realm: str) -> bool:
        """Tell whether some connection to the company lives; without one no events are sent."""
        return any(grant["realm"] == realm for grant in self.store.all(_BOOK, "grant"))

    def expire_access_tokens(self) -> int:
        """Make every access token old, as an hour would; the refresh tokens live on."""
        return self.store.clear(_BOOK, "access")

    def _issue(self, grant: str) -> Record:
        access, refresh = (
            f"eyJ{secrets.token_urlsafe(90)}",
            f"RT1-{secrets.token_hex(2)}-H0-{secrets.token_urlsafe(24)}",
        )
        self._put("access", access, {"grant": grant}, ACCESS_TOKEN_S)
        self._put("refresh", refresh, {"grant": grant}, REFRESH_TOKEN_S)
        hard = int((self.store.get(_BOOK, "grant", grant) or {})["hard_expires_at"])
        return {
            "token_type": "bearer",
            "access_token": access,
            "expires_in": ACCESS_TOKEN_S,
            "refresh_token": refresh,
            "x_refresh_token_expires_in": REFRESH_TOKEN_S,
            "x_refresh_token_hard_expires_in": hard - int(self.clock.seconds()),
        }

    def _put(self, kind: str, id: str, record: dict[str, Any], life_s: int) -> None:  # noqa: A002
        ends = record.get("expires_at", int(self.clock.seconds()) + life_s)
        self.store.put(_BOOK, kind, id, record | {"expires_at": ends})

    def _get(self, kind: str, id: str) -> Record | None:  # noqa: A002
        held = self.store.get(_BOOK, kind, id) if id else None
        return held if held and held["expires_at"] > self.clock.seconds() else None
