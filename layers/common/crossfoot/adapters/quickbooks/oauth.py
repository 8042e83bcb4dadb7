"""QuickBooks' OAuth 2: consent, tokens, revocation. oauthlib prepares and parses; our own door sends."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crossfoot.adapters.quickbooks.client import MINOR_VERSION
from crossfoot.adapters.quickbooks.tokens import RECONNECT, InvalidGrant, Tokens
from crossfoot.errors import Rejected, RemoteUnavailable
from crossfoot.http import Answer, Door, write_json
from crossfoot.ports import Clock, Grant

SCOPE = "com.intuit.quickbooks.accounting"
TOKEN_PATH = "/oauth2/v1/tokens/bearer"  # noqa: S105 a path
_REALM = re.compile(r"\d{1,32}")
_FORM = "application/x-www-form-urlencoded"
# Source: RFC 6749, 4.1.2.1. Anything else that Intuit says of a refresh, it says again however often it is asked.
_PASSING = frozenset({"server_error", "temporarily_unavailable"})


@dataclass(frozen=True, slots=True)
class IntuitApp:
    """Our registration with Intuit, and where its servers are.

    Takes: `oauth_url` and `api_url` are origins; `authorize_url` and `revoke_url` are whole.
    """

    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str
    oauth_url: str
    revoke_url: str
    api_url: str


class TokenEndpoint:
    """Intuit's token endpoint. oauthlib is imported on first use: only few invocations trade tokens."""

    def __init__(self, door: Door, app: IntuitApp, clock: Clock) -> None:
        self._door, self._app, self._clock = door, app, clock

    def exchange(self, code: str, redirect_uri: str) -> Tokens:
        """Trade a consent code for tokens. Raises: InvalidGrant, Rejected, RemoteUnavailable."""
        return self._trade(self._oauthlib().prepare_request_body(code=code, redirect_uri=redirect_uri))

    def refresh(self, refresh_token: str) -> Tokens:
        """Trade a refresh token for new tokens. Raises: InvalidGrant, Rejected, RemoteUnavailable."""
        return self._trade(self._oauthlib().prepare_refresh_body(refresh_token=refresh_token))

    def _oauthlib(self) -> Any:
        from oauthlib.oauth2 import WebApplicationClient

        return WebApplicationClient(self._app.client_id)

    def _trade(self, body: str) -> Tokens:
        # Not a `write`: a lost answer is tried again, and Intuit takes the same refresh token for about a day.
        answer = self._door.request(
            "POST",
            self._app.oauth_url + TOKEN_PATH,
            write=False,
            headers={
                "Authorization": basic(self._app),
                "Accept": "application/json",
                "Content-Type": _FORM,
                "x-include-refresh-token-hard-expires-in": "true",
            },
            body=body.encode(),
        )
        return self._read(answer)

    def _read(self, answer: Answer) -> Tokens:
        from oauthlib.oauth2 import InvalidClientError, InvalidGrantError, OAuth2Error

        answer.json()
        try:
            token = self._oauthlib().parse_request_body_response(answer.content.decode())
        except InvalidGrantError as error:
            raise InvalidGrant from error
        except InvalidClientError:
            raise Rejected(
                "app_refused",
                "Intuit does not accept this installation's client id and secret",
                "The operator of Crossfoot corrects quickbooks_client_id and quickbooks_client_secret.",
            ) from None
        except OAuth2Error as error:
            if answer.status >= 400 and error.error not in _PASSING:
                raise Rejected("access_refused", f"Intuit refuses us access ({error.error})", RECONNECT) from None
            raise RemoteUnavailable(f"Intuit refused the token request: {error.error}") from None
        return self._to_tokens(token)

    def _to_tokens(self, token: Mapping[str, Any]) -> Tokens:
        now = self._clock.now()
        lives = [token[name] for name in _REFRESH_LIVES if token.get(name)]
        return Tokens(
            access_token=token["access_token"],
            refresh_token=token["refresh_token"],
            access_expires_at=now + timedelta(seconds=int(token["expires_in"])),
            refresh_expires_at=_end(now, lives),
        )


# The rolling end of life (100 days) and the hard one (five years): the earlier counts.
_REFRESH_LIVES = ("x_refresh_token_expires_in", "x_refresh_token_hard_expires_in")


def _end(now: datetime, lives: list[Any]) -> datetime | None:
    return now + timedelta(seconds=min(int(life) for life in lives)) if lives else None


def basic(app: IntuitApp) -> str:
    """Give the Authorization header of the app itself."""
    return "Basic " + base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()


class QuickBooksOAuth:
    """Connects a QuickBooks company (C1). Implements the port OAuthDoor."""

    def __init__(self, door: Door, app: IntuitApp, clock: Clock) -> None:
        self._door, self._app = door, app
        self._tokens = TokenEndpoint(door, app, clock)

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Give the page on which the partner consents."""
        from oauthlib.common import add_params_to_uri

        # prepare_request_uri refuses plain http, which the sandbox speaks; the parameters are these five in any case.
        params = {
            "client_id": self._app.client_id,
            "response_type": "code",
            "scope": SCOPE,
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return str(add_params_to_uri(self._app.authorize_url, list(params.items())))

    def exchange(self, code: str, account_id: str, redirect_uri: str) -> Grant:
        """Trade a code for tokens and read the company's name with them.

        The realm id comes through the partner's browser: that the tokens open that very company is what proves it.
        Raises: Rejected, RemoteUnavailable.
        """
        if not _REALM.fullmatch(account_id):
            raise Rejected("realm_invalid", "the company id is not one of QuickBooks", _START_AGAIN)
        try:
            tokens = self._tokens.exchange(code, redirect_uri)
        except InvalidGrant:
            raise Rejected("code_refused", "QuickBooks does not accept the consent code", _START_AGAIN) from None
        return Grant(
            account_id=account_id,
            account_name=self._company_name(account_id, tokens.access_token),
            secrets=tokens.to_secrets(),
            credentials_expire_at=tokens.refresh_expires_at,
        )

    def revoke(self, secrets: dict[str, str]) -> None:
        """Revoke both tokens; dead ones are no error. Raises: RemoteUnavailable, Rejected when Intuit refuses the app."""
        answer = self._door.request(
            "POST",
            self._app.revoke_url,
            write=False,
            headers={"Authorization": basic(self._app), "Content-Type": "application/json"},
            body=write_json({"token": secrets["refresh_token"]}).encode(),
        )
        if answer.status in (401, 403):
            raise Rejected("app_refused", "Intuit does not accept this installation's client id and secret")

    def _company_name(self, realm_id: str, access_token: str) -> str:
        answer = self._door.request(
            "GET",
            f"{self._app.api_url}/v3/company/{realm_id}/companyinfo/{realm_id}",
            write=False,
            params={"minorversion": MINOR_VERSION},
            headers={"Authorization": f"Bearer {access_token}", "Accept": "application/json"},
        )
        if not answer.ok:
            raise Rejected("realm_refused", "the consent does not open this QuickBooks company", _START_AGAIN)
        return str(answer.json()["CompanyInfo"]["CompanyName"])


_START_AGAIN = "Press Connect to QuickBooks and consent again."
