"""The OAuth endpoints: discovery, the authorize page, tokens and revocation."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from local.sandbox.quickbooks.grants import Grants, TokenError
from local.sandbox.store import Record, load_json

_HARD_EXPIRY_HEADER = "x-include-refresh-token-hard-expires-in"
_ASKED = ("client_id", "redirect_uri", "response_type", "scope", "state")


@dataclass(frozen=True)
class OAuth:
    """The endpoints of one app. `companies()` returns the realm and name of every company that can be chosen."""

    grants: Grants
    client_id: str
    client_secret: str
    companies: Callable[[], list[tuple[str, str]]]

    def routes(self) -> list[Route]:
        """Return the endpoints, at the vendor's own paths."""
        return [
            *(
                Route(f"/.well-known/{name}{slash}", _discovery, methods=["GET"])
                for name in ("openid_configuration", "openid_sandbox_configuration")
                for slash in ("", "/")
            ),
            Route("/connect/oauth2", self.authorize_page, methods=["GET"]),
            Route("/connect/oauth2", self.authorize, methods=["POST"]),
            Route("/oauth2/v1/tokens/bearer", self.tokens, methods=["POST"]),
            Route("/v2/oauth2/tokens/revoke", self.revoke, methods=["POST"]),
            Route("/op/v1/jwks", _no_keys, methods=["GET"]),
        ]

    async def authorize_page(self, request: Request) -> Response:
        """Show the companies, each with a Connect button."""
        asked = {name: request.query_params.get(name, "") for name in _ASKED}
        problem = self._problem(asked)
        if problem:
            return HTMLResponse(_page("Sorry, this app cannot be connected", f"<p>{escape(problem)}</p>"), 400)
        forms = "".join(_form(asked, realm, f"Connect {name}") for realm, name in self.companies())
        body = f"<p>Choose the company that the app may read and write.</p>{forms}{_form(asked, '', 'Cancel')}"
        return HTMLResponse(_page("Connect to QuickBooks Online (sandbox)", body))

    async def authorize(self, request: Request) -> Response:
        """Send the browser back with a code, the state and the company, or with access_denied."""
        posted = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        problem = self._problem(posted)
        if problem:
            return HTMLResponse(_page("Sorry, this app cannot be connected", f"<p>{escape(problem)}</p>"), 400)
        realm = posted.get("realmId", "")
        if not realm:
            return _redirect(posted, {"error": "access_denied", "state": posted["state"]})
        if realm not in dict(self.companies()):
            return HTMLResponse(_page("Sorry", "<p>There is no such company.</p>"), 404)
        code = self.grants.new_code(realm, posted["redirect_uri"], posted["scope"])
        return _redirect(posted, {"code": code, "state": posted["state"], "realmId": realm})

    async def tokens(self, request: Request) -> Response:
        """Exchange a code or a refresh token."""
        if not self._is_app(request):
            return _oauth_error("invalid_client", "The client credentials are wrong.", 401)
        posted = dict(parse_qsl((await request.body()).decode()))
        # A refusal is kept too: it uses up a code, and may end a connection.
        with self.grants.store.transaction():
            try:
                issued = self._issue(posted)
            except TokenError as error:
                return _oauth_error(error.name, error.description)
        if request.headers.get(_HARD_EXPIRY_HEADER, "").lower() != "true":
            del issued["x_refresh_token_hard_expires_in"]
        return JSONResponse(issued, headers={"Cache-Control": "no-store"})

    async def revoke(self, request: Request) -> Response:
        """End a connection."""
        if not self._is_app(request):
            return _oauth_error("invalid_client", "The client credentials are wrong.", 401)
        body = await request.body()
        if "json" in request.headers.get("content-type", ""):
            try:
                posted = load_json(body)
            except ValueError:
                posted = {}
        else:
            posted = dict(parse_qsl(body.decode()))
        token = posted.get("token") if isinstance(posted, dict) else None
        if not token or not self.grants.revoke(str(token)):
            return _oauth_error("invalid_request", "The token is unknown or already revoked.")
        return Response(status_code=200)

    def _issue(self, posted: Mapping[str, str]) -> Record:
        kind = posted.get("grant_type")
        if kind == "authorization_code":
            return self.grants.exchange(posted.get("code", ""), posted.get("redirect_uri", ""))
        if kind == "refresh_token":
            return self.grants.refresh(posted.get("refresh_token", ""))
        raise TokenError("unsupported_grant_type", "grant_type is authorization_code or refresh_token.")

    def _is_app(self, request: Request) -> bool:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            pair = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        return scheme.lower() == "basic" and pair == f"{self.client_id}:{self.client_secret}"

    def _problem(self, asked: Mapping[str, str]) -> str | None:
        if asked.get("client_id") != self.client_id:
            return "The client_id is not that of an app which this sandbox knows."
        if asked.get("response_type") != "code":
            return "response_type must be code."
        if not asked.get("redirect_uri", "").startswith(("http://", "https://")):
            return "redirect_uri is missing or is no web address."
        return None if asked.get("state") and asked.get("scope") else "scope and state must be given."


async def _discovery(request: Request) -> Response:
    host = str(request.base_url).rstrip("/")
    return JSONResponse(
        {
            "issuer": f"{host}/op/v1",
            "authorization_endpoint": f"{host}/connect/oauth2",
            "token_endpoint": f"{host}/oauth2/v1/tokens/bearer",
            "userinfo_endpoint": f"{host}/v1/openid_connect/userinfo",
            "revocation_endpoint": f"{host}/v2/oauth2/tokens/revoke",
            "jwks_uri": f"{host}/op/v1/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid", "email", "profile", "address", "phone"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }
    )


async def _no_keys(_request: Request) -> Response:
    return JSONResponse({"keys": []})


def _oauth_error(name: str, description: str, status: int = 400) -> Response:
    return JSONResponse({"error": name, "error_description": description}, status, {"Cache-Control": "no-store"})


def _redirect(posted: Mapping[str, str], answer: Mapping[str, str]) -> Response:
    target = posted["redirect_uri"]
    return RedirectResponse(f"{target}{'&' if '?' in target else '?'}{urlencode(answer)}", 302)


def _form(asked: Mapping[str, str], realm: str, label: str) -> str:
    fields = {**asked, "realmId": realm}
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    return f'<form method="post" action="/connect/oauth2">{hidden}<button type="submit">{escape(label)}</button></form>'


def _page(title: str, body: str) -> str:
    style = (
        "body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}"
        "button{font:inherit;padding:.6rem 1rem;margin:.3rem 0;width:100%;text-align:left;cursor:pointer}"
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{style}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )
