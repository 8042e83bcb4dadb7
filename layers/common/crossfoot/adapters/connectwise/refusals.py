"""ConnectWise's refusals, and what each means for the caller."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossfoot.core.rights import RIGHTS
from crossfoot.errors import CrossfootError, Rejected, RemoteUnavailable
from crossfoot.http import Answer, read_json
from crossfoot.log import redact_text

NOT_FOUND = "NotFound"
SECURITY = "Security"

# Which right of a security role opens a path, in ConnectWise's own words (C3); the longest path that fits tells.
_RIGHTS = {
    "/finance/": "Finance › Invoicing",
    "/finance/accounting/": "Finance › Accounting Interface",
    "/system/callbacks": "System › Table Setup, or the API member's rights on callbacks",
    **{right.probe: right.name for right in RIGHTS},
}
_FIXES = {
    NOT_FOUND: "The record is gone in ConnectWise. Fetch new data; restore it there if it was deleted by mistake.",
    "ObjectExists": "ConnectWise holds such a record already. Fetch new data, then try again.",
    "MaxLengthField": "A text is longer than ConnectWise allows. Shorten it at its source.",
    "ApiFindCondition": "ConnectWise did not understand the question. Please report this with the code.",
}
_DEFAULT_FIX = "Correct what ConnectWise names, then try again; if its words do not help, report this with the code."


@dataclass(frozen=True, slots=True)
class Refusal:
    """What ConnectWise said. Takes: `code` is the innermost one, which is the telling one."""

    status: int
    code: str
    detail: str


def read_refusal(answer: Answer) -> Refusal:
    """Read an error body; what is no JSON is told by its status alone."""
    try:
        body = read_json(answer.content)
    except ValueError:
        body = None
    if not isinstance(body, Mapping):
        return Refusal(answer.status, "", f"HTTP status {answer.status}")
    inner = [error for error in body.get("errors") or () if isinstance(error, Mapping)]
    details = [str(error.get("message") or "") for error in inner] or [str(body.get("message") or "")]
    # The words are shown to people and kept with the record, and some servers quote the request in them.
    return Refusal(answer.status, _code(body, inner), redact_text(" ".join(details)))


def to_error(refusal: Refusal, path: str) -> CrossfootError:
    """Give the error that a refusal becomes. What is about the keys themselves is the client's affair."""
    if refusal.status == 409:
        return RemoteUnavailable(f"ConnectWise was busy with {path}: {refusal.detail}")
    if refusal.status < 400:
        return RemoteUnavailable(f"ConnectWise sent us elsewhere (HTTP status {refusal.status})")
    if refusal.status == 403:
        return Rejected(refusal.code or SECURITY, refusal.detail, _permission_fix(path))
    code = refusal.code or f"http_{refusal.status}"
    return Rejected(code, refusal.detail, _FIXES.get(code, _DEFAULT_FIX))


def right_for(path: str) -> str:
    """Name the security role's right that opens a path."""
    fitting = [start for start in _RIGHTS if path.startswith(start)]
    return _RIGHTS[max(fitting, key=len)] if fitting else "the right for this call"


def _permission_fix(path: str) -> str:
    return f"In ConnectWise, give the API member's security role: {right_for(path)} (level All), then connect again."


def _code(body: Mapping[str, Any], inner: list[Any]) -> str:
    codes = [error.get("code") for error in inner] + [body.get("code"), body.get("error")]
    return next((str(code) for code in codes if code), "")
