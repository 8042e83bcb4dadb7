"""Webhooks: cap the size, hand on the raw bytes, and say no more to a stranger than that it was not understood."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from crossfoot.entry.http import Answer, Call, TooLarge, answer_problem, read_call, too_large
from crossfoot.entry.problems import problem, problem_of
from crossfoot.errors import CrossfootError

_log = logging.getLogger(__name__)


def answer_webhook(
    event: Mapping[str, Any], receive: Callable[[Call], Answer], *, max_body_bytes: int
) -> dict[str, Any]:
    """Answer one delivery. An error of ours is 503, upon which the sender tries again."""
    try:
        answer = receive(read_call(event, max_body_bytes))
    except TooLarge:
        answer = answer_problem(too_large(max_body_bytes))
    except CrossfootError as error:
        _log.warning("not taken: %s", error, extra={"error": type(error).__name__})
        answer = answer_problem(problem_of(error))
    return answer.to_event()


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
