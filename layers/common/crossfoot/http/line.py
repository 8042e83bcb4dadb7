"""One partner's line to one system: what goes wrong on it bears the system's name, and its silence is told (C7)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crossfoot.core.model import System
from crossfoot.errors import AnswerTooLarge, AwsUnavailable, OutcomeUnknown, RateLimited, RemoteUnavailable

type Tell = Callable[[], None]


def _to_nobody() -> None:
    """Tell nobody: a system that is not connected yet has no connection to say it on."""


class Line:
    """Make one per partner, system and invocation.

    Takes: `unanswered` says that the last read that anybody made found the system silent; `tell_silence` is called when a
    read finds it so, `tell_answer` at the first good read after that. In good weather neither is called.
    """

    def __init__(
        self,
        system: System,
        *,
        unanswered: bool = False,
        tell_silence: Tell = _to_nobody,
        tell_answer: Tell = _to_nobody,
    ) -> None:
        self._system, self._unanswered = system, unanswered
        self._tell_silence, self._tell_answer = tell_silence, tell_answer
        self._misses = 0

    @contextmanager
    def asking(self, *, write: bool = False) -> Iterator[None]:
        """Ask the system something inside.

        Takes: of a `write` nothing is told: once it is carried out, nothing may fail any more.
        Raises: what is raised inside, with the system's name where it did not answer. What has a name already was refused
        by our own budget, and never asked.
        """
        misses = self._misses
        try:
            yield
        except (RateLimited, RemoteUnavailable, OutcomeUnknown) as error:
            if not isinstance(error, AwsUnavailable) and not error.system:
                error.system = self._system
                if not write:
                    self.miss(error)
            raise
        if not write and self._misses == misses:
            self._hear()

    def miss(self, part: object) -> None:
        """Note a read, or a part of one, that the system did not answer; what it did answer is none."""
        if not isinstance(part, RateLimited | RemoteUnavailable) or isinstance(part, AnswerTooLarge):
            return
        part.system = self._system
        self._misses += 1
        self._unanswered = True
        if self._misses == 1:
            self._tell_silence()

    def _hear(self) -> None:
        if self._unanswered:
            self._unanswered, self._misses = False, 0
            self._tell_answer()
