"""API Gateway's REST events in, answers out. Standard library only: the webhooks start with this."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crossfoot.entry.problems import MEDIA_TYPE, Problem, problem

MAX_BODY_BYTES = 256 * 1024

_BETWEEN_GROUPS = str.maketrans("[],", "   ")
_SAFE_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Call:
    """A request.

    Takes: `headers` have lower-case names; `body` is the raw bytes; `tenant` is the caller's partner, `user` who of it,
    by the e-mail address, and `groups` are those of the user: all from the claims of a verified ID token and nowhere
    else, "" and none on an open route.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    tenant: str = ""
    user: str = ""
    groups: frozenset[str] = frozenset()
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: `body` is JSON, or text when `media_type` says so."""

    status: int
    body: Any = None
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_event(self) -> dict[str, Any]:
        """Write it as API Gateway wants it."""
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        return {
            "statusCode": self.status,
            "headers": {"Content-Type": self.media_type, **_SAFE_HEADERS, **self.headers},
            "body": "" if self.body is None else text,
            "isBase64Encoded": False,
        }


class TooLarge(Exception):
    """The body is over the cap; it was not looked at."""


def read_call(event: Mapping[str, Any], max_body_bytes: int = MAX_BODY_BYTES, *, audience: str = "") -> Call:
    """Read an API Gateway REST event.

    Takes: `audience` is the app client whose ID tokens name a partner; without one, nobody is signed in.
    Raises: TooLarge before anything of the body is parsed.
    """
    context = event.get("requestContext") or {}
    claims = _read_claims(context, audience)
    return Call(
        method=event["httpMethod"].upper(),
        path=event["path"],
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        query=event.get("queryStringParameters") or {},
        body=_read_body(event, max_body_bytes),
        tenant=str(claims.get("custom:tenant") or ""),
        user=str(claims.get("email") or claims.get("sub") or ""),
        groups=_read_groups(claims.get("cognito:groups")),
        path_parameters=event.get("pathParameters") or {},
        request_id=context.get("requestId", ""),
    )


def answer_problem(found: Problem) -> Answer:
    """Turn a problem into an answer."""
    return Answer(found.status, found.to_body(), MEDIA_TYPE, found.headers)


def too_large(max_body_bytes: int = MAX_BODY_BYTES) -> Problem:
    """Say that a body is over the cap."""
    detail = f"The request is larger than {max_body_bytes // 1024} KB."
    return problem(413, "too_large", "Too large", detail, "Send it in smaller pieces.")


def _read_body(event: Mapping[str, Any], max_body_bytes: int) -> bytes:
    text = event.get("body") or ""
    encoded = bool(event.get("isBase64Encoded"))
    # Characters are at least a byte each, and base64 is at most 4/3 of what it holds: too long here is too long decoded.
    if len(text) > (max_body_bytes * 4 // 3 + 4 if encoded else max_body_bytes):
        raise TooLarge
    body = _decode(text) if encoded else text.encode("utf-8", errors="surrogatepass")
    if len(body) > max_body_bytes:
        raise TooLarge
    return body


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def _read_claims(context: Mapping[str, Any], audience: str) -> Mapping[str, Any]:
    """Read what the token says that API Gateway verified; nothing where it is not one of ours.

    Its authorizer checks signature, pool and time, and no more: access tokens pass it, and so do the tokens of any other
    app client that the pool may have one day. Only an ID token made for our own client names a partner.
    """
    claims = (context.get("authorizer") or {}).get("claims") or {}
    if claims.get("token_use") != "id" or not audience or claims.get("aud") != audience:
        return {}
    return claims


def _read_groups(claim: object) -> frozenset[str]:
    """Read the groups of a user: a list by now, or its text, with commas or spaces between and sometimes in brackets."""
    text = " ".join(map(str, claim)) if isinstance(claim, list) else str(claim or "")
    return frozenset(text.translate(_BETWEEN_GROUPS).split())
