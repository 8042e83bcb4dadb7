"""QuickBooks' refusals in all their shapes, and what each means for the caller."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossfoot.errors import Conflict, CrossfootError, OutcomeUnknown, RateLimited, Rejected, RemoteUnavailable
from crossfoot.http import DEFAULT_RETRY_AFTER_S, Answer, read_json
from crossfoot.log import redact_text

# Source: developer.intuit.com, "error codes" and "handling common errors".
_AUTHORIZATION = frozenset({"120", "3100", "3200"})
_THROTTLE = frozenset({"3001"})
_STALE = frozenset({"5010"})
_SYSTEM_FAILURE = frozenset({"10000"})
# Intuit says only that the id was used before, not what became of it.
_SEEN_BEFORE = frozenset({"600"})
_FIXES = {
    "500": "Crossfoot asked for something that QuickBooks does not offer. Please report this with the code.",
    "600": "QuickBooks has seen this request before. Fetch new data; if the record is there, nothing is left to do.",
    "610": "The record was deleted or made inactive in QuickBooks. Restore or reactivate it there, or leave it so.",
    "620": "QuickBooks cannot link these two. Check that both are open and belong to the same customer or vendor.",
    "2040": "QuickBooks does not take some of these characters (a name has no colon, tab or line break). Change it.",
    "2050": "This is longer than QuickBooks takes (a number has 21 characters at most). Shorten it.",
    "2500": "Something that this record points to was deleted or made inactive in QuickBooks. Reactivate it there.",
    "5020": "The QuickBooks plan of this company does not include this. Upgrade the plan, or do without.",
    "6000": "QuickBooks' own rules refuse this; its words say why. Correct it in QuickBooks, then try again.",
    "6140": "The number is used by another transaction in QuickBooks. Renumber one of the two.",
    "6190": "The QuickBooks subscription of this company has ended or is on hold. Renew it with Intuit, then reconnect.",
    "6210": "The accounting period is closed in QuickBooks. Open it (Account and settings, Advanced), or change the date.",
    "6220": "There is still an open balance in QuickBooks. Settle it there first, then try again.",
    "6240": "Another customer, vendor or employee in QuickBooks has this name. Rename one of them.",
    "6540": "The payment was deposited in QuickBooks. Take it out of its deposit first.",
}
_DEFAULT_FIX = "Correct what QuickBooks names, then try again; if its words do not help, report this with the code."

# A gateway's refusal: "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403".
_CODE_IN_WORDS = re.compile(r"\berrorCode=(\d+)")
_XML_CODE = re.compile(r"<Error\b[^>]*\bcode=\"(\d+)\"")
_XML_TEXT = {name: re.compile(rf"<{name}>(.*?)</{name}>", re.DOTALL) for name in ("Message", "Detail")}


@dataclass(frozen=True, slots=True)
class Fault:
    """One refusal. Takes: `code` without leading zeros, "" where the answer names none."""

    code: str
    detail: str

    @property
    def authorization(self) -> bool:
        """Tell whether it is about who we are rather than what we asked."""
        return self.code in _AUTHORIZATION


def read_fault(answer: Answer) -> Fault:
    """Read a refusal from any of its shapes: `Fault`, small-letter `fault`, XML, or nothing of the kind."""
    text = answer.content.decode("utf-8", "replace")
    try:
        body = read_json(text)
    except ValueError:
        return _from_xml(text, answer.status)
    return find_fault(body) or Fault("", f"HTTP status {answer.status}")


def find_fault(body: Any) -> Fault | None:
    """Find a refusal in a parsed answer, also in one of status 200."""
    if not isinstance(body, Mapping):
        return None
    fault = body.get("Fault") or body.get("fault")
    if not isinstance(fault, Mapping):
        return None
    errors = fault.get("Error") or fault.get("error") or [{}]
    error = errors[0] if isinstance(errors, list) else errors
    message = str(error.get("Message") or error.get("message") or "")
    detail = str(error.get("Detail") or error.get("detail") or message)
    code = error.get("code") or next(iter(_CODE_IN_WORDS.findall(message)), "")
    # The words are shown to people and kept with the record, and a gateway may quote the request in them.
    return Fault(_short(str(code)), redact_text(detail))


def to_error(fault: Fault, subject: str, *, write: bool = False) -> CrossfootError:
    """Give the error that a refusal becomes; authorization is the client's affair.

    Takes: `write` says that the call was to change something: then what does not say that it was refused may have been
    carried out.
    """
    detail = fault.detail or "QuickBooks gave no reason"
    if write and (not fault.code or fault.code in _SYSTEM_FAILURE | _SEEN_BEFORE):
        return OutcomeUnknown(f"{subject}: QuickBooks may have carried the write out ({detail})")
    if not fault.code:
        return RemoteUnavailable(f"{subject}: no answer of QuickBooks' own ({fault.detail})")
    if fault.code in _THROTTLE:
        return RateLimited("QuickBooks asks us to slow down", DEFAULT_RETRY_AFTER_S)
    if fault.code in _STALE:
        return Conflict(f"{subject} was changed by somebody else: {detail}")
    if fault.code in _SYSTEM_FAILURE:
        return RemoteUnavailable(f"QuickBooks failed: {detail}")
    return Rejected(fault.code, detail, _FIXES.get(fault.code, _DEFAULT_FIX))


def _from_xml(text: str, status: int) -> Fault:
    code = _XML_CODE.search(text)
    words = [found.group(1).strip() for pattern in _XML_TEXT.values() if (found := pattern.search(text))]
    return Fault(_short(code.group(1)) if code else "", redact_text(words[-1]) if words else f"HTTP status {status}")


def _short(code: str) -> str:
    return code.lstrip("0")
