"""Calls of our API that carry an idempotency key: what was answered to each."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be done about a call. Takes: `answer` was given to it before; None where `token` is to carry it out."""

    token: str
    answer: str | None = None


class Idempotency(Protocol):
    """What was answered to a key, for a day."""

    def begin(self, tenant: str, key: str, asked: str) -> Turn:
        """Take a key for a call, or find what it was answered.

        Takes: `asked` names all that the call asks for. One that was begun and never ended, because its worker died, can be
        taken again when no worker lives so long.
        Raises: Rejected("idempotency_key_reused") when the key was for another call; UnderWay when somebody is at it.
        """
        ...

    def finish(self, tenant: str, key: str, turn: Turn, answer: str) -> None:
        """Keep the answer; one whose turn was taken over keeps nothing, for the other one does."""
        ...

    def give_back(self, tenant: str, key: str, turn: Turn) -> None:
        """Free the key again, because the call could not be carried out."""
        ...
