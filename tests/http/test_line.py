"""A line names the system on it, and tells its silence and its answer once each (C7)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from crossfoot.core.model import System
from crossfoot.errors import (
    AnswerTooLarge,
    AuthExpired,
    AwsUnavailable,
    Conflict,
    CrossfootError,
    OutcomeUnknown,
    RateLimited,
    RemoteUnavailable,
    Retryable,
)
from crossfoot.http import Line

PSA = System.CONNECTWISE


class Told:
    """A line, and what it told."""

    def __init__(self, *, unanswered: bool = False) -> None:
        self.lines: list[str] = []
        self.line = Line(
            PSA,
            unanswered=unanswered,
            tell_silence=lambda: self.lines.append("silence"),
            tell_answer=lambda: self.lines.append("answer"),
        )

    def fail(self, error: CrossfootError, *, write: bool = False) -> None:
        with pytest.raises(type(error)) as raised, self.line.asking(write=write):
            raise error
        assert raised.value is error

    def read(self) -> None:
        with self.line.asking():
            pass


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RemoteUnavailable("503"), ["silence"]),
        (RateLimited("429", 60), ["silence"]),
        (AnswerTooLarge("33 MB"), []),
        (OutcomeUnknown("a write that was lost"), []),
    ],
)
def test_c7_what_a_system_did_not_answer_bears_its_name(error: Retryable, told: list[str]) -> None:
    seen = Told()
    seen.fail(error)
    assert (error.system, seen.lines) == ("connectwise", told)


@pytest.mark.parametrize("error", [AwsUnavailable("DynamoDB is busy"), Conflict("stale"), AuthExpired("401")])
def test_c7_what_no_silence_of_the_system_was_is_not_told_as_one(error: CrossfootError) -> None:
    seen = Told()
    seen.fail(error)
    assert (getattr(error, "system", ""), seen.lines) == ("", [])


def test_c7_our_own_budget_is_no_silence() -> None:
    seen, used_up = Told(), RateLimited("used up", 20, system="quickbooks")
    seen.fail(used_up)
    assert (used_up.system, seen.lines) == ("quickbooks", [])


def test_c7_in_good_weather_nothing_is_told() -> None:
    seen = Told()
    for _ in range(3):
        seen.read()
    assert seen.lines == []


def test_c7_a_silence_is_told_once_and_so_is_the_first_answer_after_it() -> None:
    seen = Told()
    for _ in range(3):
        seen.fail(RemoteUnavailable("503"))
    for _ in range(3):
        seen.read()
    seen.fail(RemoteUnavailable("503"))
    assert seen.lines == ["silence", "answer", "silence"]


def test_c7_the_answer_after_a_silence_that_another_worker_met_is_told() -> None:
    seen = Told(unanswered=True)
    seen.read()
    seen.read()
    assert seen.lines == ["answer"]


def test_c7_of_a_write_nothing_is_told_because_nothing_may_fail_once_it_is_carried_out() -> None:
    seen = Told(unanswered=True)
    with seen.line.asking(write=True):
        pass
    seen.fail(RemoteUnavailable("refused connection"), write=True)
    assert seen.lines == []


def test_c7_an_answer_that_lacks_a_part_is_none() -> None:
    seen, part = Told(unanswered=True), RemoteUnavailable("left a question out")
    with seen.line.asking():
        for outcome in ("fine", AuthExpired("its own affair"), part):
            seen.line.miss(outcome)
    assert (part.system, seen.lines) == ("connectwise", ["silence"])


def test_what_breaks_off_while_it_is_read_bears_the_name_too() -> None:
    seen, error = Told(), RemoteUnavailable("cut")

    @contextmanager
    def stream() -> Iterator[None]:
        with seen.line.asking():
            yield

    with pytest.raises(RemoteUnavailable), stream():
        raise error
    assert (error.system, seen.lines) == ("connectwise", ["silence"])
