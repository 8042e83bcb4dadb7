"""Problem details: every error that our API answers, in words that a bookkeeper understands (RFC 9457)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crossfoot.core.model import SYSTEM_NAMES, System
from crossfoot.errors import (
    AuthExpired,
    AwsUnavailable,
    BadMessage,
    Conflict,
    CrossfootError,
    MappingMissing,
    NeedsPartner,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RemoteUnavailable,
    Retryable,
    TooSoon,
    UnderWay,
)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

# A refusal is 422, unless it is one of our own that HTTP has a better word for.
_STATUS_OF_CODE = {
    "account_taken": 409,
    "another_company": 409,
    "cannot_undo": 409,
    "changed_since_shown": 409,
    "corrected_already": 409,
    "cursor_invalid": 400,
    "gone_there": 409,
    "nothing_in_common": 409,
    "never_held": 409,
    "not_found": 404,
    "not_payable": 409,
    "not_synced": 409,
    "nothing_to_correct": 409,
    "nothing_to_do": 409,
    "paid_here": 409,
    "run_under_way": 409,
    "sync_under_way": 409,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as the caller sees it.

    Takes: `code` is stable for programs; `detail` and `fix` are for people; `more` holds further members, for example
    `errors`, which names each bad field.
    """

    status: int
    code: str
    title: str
    detail: str
    fix: str
    headers: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def to_body(self) -> dict[str, Any]:
        """Give the members of the problem document."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "fix": self.fix,
            **self.more,
        }


def problem(
    status: int, code: str, title: str, detail: str, fix: str, *, retry_after_s: float | None = None, **more: Any
) -> Problem:
    """Make a problem."""
    headers = {} if retry_after_s is None else {"Retry-After": str(max(1, round(retry_after_s)))}
    return Problem(status, code, title, detail, fix, headers, more)


def bad_fields(errors: Sequence[tuple[str, str]]) -> Problem:
    """Name every member that is not as it should be."""
    first_field, first_message = errors[0]
    listed = [{"field": field, "message": message} for field, message in errors]
    return problem(
        400, "bad_request", "Something in the request is wrong", f"{first_field}: {first_message}",
        "Correct what `errors` names, and send it again.", errors=listed,
    )  # fmt: skip


def problem_of(error: CrossfootError) -> Problem:
    """Say what an error of ours means to the caller of the API."""
    match error:
        case RateLimited():
            return problem(
                429, "rate_limited", "Too many calls for now",
                f"{_name(error)} allows only so many calls a minute, and they are used up.",
                "Wait for the time in Retry-After and try again.", retry_after_s=error.retry_after_s, **_system(error),
            )  # fmt: skip
        case AwsUnavailable():
            return problem(
                503, "storage_unavailable", "Crossfoot is busy",
                "Crossfoot could not reach its own storage just now. Your systems have nothing to do with it.",
                "Try again in a moment.", retry_after_s=RETRY_AFTER_S,
            )  # fmt: skip
        case RemoteUnavailable():
            return problem(
                503, "system_unavailable", f"{_name(error)} does not answer",
                f"{_name(error)} could not be reached, or did not answer as it should. Nothing was written.",
                "Try again in a moment.", retry_after_s=error.retry_after_s or RETRY_AFTER_S, **_system(error),
            )  # fmt: skip
        case OutcomeUnknown():
            return problem(
                503, "outcome_unknown", "The answer was lost",
                f"{_name(error)} did not answer in time, so this may have been done or not.",
                "Look at the result before trying again.", **_system(error),
            )  # fmt: skip
        case UnderWay():
            return problem(
                409, "under_way", "This is being done", _sentence(str(error)),
                "Send the same request with the same key again.", retry_after_s=error.retry_after_s,
            )  # fmt: skip
        case Conflict():
            return problem(
                409, "conflict", "Changed by somebody else",
                "Something else changed this at the same moment.", "Load it again, then try again.",
            )  # fmt: skip
        case BadMessage():
            return problem(400, "bad_request", "This cannot be read", _sentence(str(error)), "Correct the request.")
        case NeedsPartner():
            return _problem_of_refusal(error)
        case _:
            return problem(503, "retry", "Not now", _sentence(str(error)), "Try again.", retry_after_s=RETRY_AFTER_S)


def _name(error: Retryable) -> str:
    return SYSTEM_NAMES[System(error.system)] if error.system else "The connected system"


def _system(error: Retryable) -> dict[str, Any]:
    return {"system": error.system} if error.system else {}


def _sentence(text: str) -> str:
    """Make a sentence of an error's words. An id or a host at its beginning stays as it is written."""
    first = text.partition(" ")[0].rstrip(",;:")
    begun = f"{text[:1].upper()}{text[1:]}" if first.isalpha() else text
    return f"{begun.rstrip('.')}."


def _problem_of_refusal(error: NeedsPartner) -> Problem:
    match error:
        case AuthExpired():
            fix = error.fix or "Connect the system again."
            return problem(409, "connection_expired", "The connection has to be renewed", _sentence(str(error)), fix)
        case MappingMissing():
            return problem(409, "preference_missing", "A choice is missing", _sentence(str(error)), error.fix)
        case TooSoon():
            return problem(
                429, error.code, "Not yet", _sentence(error.detail), error.fix, retry_after_s=error.retry_after_s
            )
        case Rejected():
            status = _STATUS_OF_CODE.get(error.code, 422)
            fix = error.fix or "Correct this and try again."
            title = "Not found" if status == 404 else "Refused"
            found = problem(status, error.code, title, _sentence(error.detail), fix)
            if error.code == "cursor_invalid":
                found.more["errors"] = [{"field": "query.cursor", "message": found.detail}]
            return found
        case _:
            fix = error.fix or "Connect the system under Connections."
            return problem(409, "needs_attention", "This needs you first", _sentence(str(error)), fix)
