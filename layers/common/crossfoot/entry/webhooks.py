"""Webhooks: cap the size, hand on the raw bytes, and say no more to a stranger than that it was not understood."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from crossfoot.entry.http import Answer, Call, TooLarge, answer_problem, read_call, too_large
from crossfoot.entry.problems import Problem, bad_fields, problem
from crossfoot.errors import Retryable
from crossfoot.messages.fields import BadFields

_log = logging.getLogger(__name__)


def answer_webhook(
    event: Mapping[str, Any], receive: Callable[[Call], Answer], *, max_body_bytes: int, busy_status: int = 503
) -> dict[str, Any]:
    """Answer one delivery.

    Takes: `busy_status` is what makes this sender try again later; it is the answer when our table or queue is not there.
    Anything else that fails is a bug: it crashes, the function's alarm is heard, and the sweep reads what was missed.
    """
    try:
        answer = receive(read_call(event, max_body_bytes))
    except TooLarge:
        answer = answer_problem(too_large(max_body_bytes))
    except BadFields as error:
        _log.warning("cannot be read: %s", error)
        answer = answer_problem(bad_fields(error.errors))
    except Retryable as error:
        _log.warning("not taken: %s", error, extra={"error": type(error).__name__})
        answer = answer_problem(_busy(busy_status))
    return answer.to_event()


def _busy(status: int) -> Problem:
    return problem(status, "busy", "Not now", "This delivery could not be taken.", "Send it again.", retry_after_s=5)


def not_genuine() -> Answer:
    """Refuse a delivery that is not signed as it should be."""
    return answer_problem(
        problem(
            401,
            "bad_signature",
            "Not signed",
            "The signature of this delivery is missing or wrong.",
            "Nothing was stored. Check that the signing secret on both sides is the same.",
        )
    )


def nobodys() -> Answer:
    """Refuse a delivery about somebody who is no partner here."""
    return answer_problem(
        problem(
            404,
            "not_found",
            "No such partner",
            "`data.partner` names nobody that was added here.",
            "Nothing was stored. Send the id that the operator was given when the partner was added.",
        )
    )
