"""The secrets that a sender signs its webhooks with, as they are now: a warm worker outlives their replacement by hours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossfoot.ports import Clock

REREAD_AFTER = timedelta(minutes=1)
# How long a secret may still count after an operator took it away.
SECRETS_LIFE = timedelta(minutes=5)


class SigningSecrets:
    """Secrets that are read again when they are old, so that one which was taken away counts no longer, however often it is
    shown.

    A signature that none of them made is a reason to read them sooner, at most once a minute, so that strangers who post
    rubbish cannot make us call Secrets Manager as often as they like.
    """

    def __init__(self, read: Callable[[], Sequence[str]], clock: Clock) -> None:
        self._read, self._clock = read, clock
        self._secrets: Sequence[str] = ()
        self._read_at: datetime | None = None

    def made(self, is_signed: Callable[[Sequence[str]], bool]) -> bool:
        """Tell whether one of the secrets made a signature. Takes: `is_signed` compares it with those of some secrets."""
        if self._is_older_than(SECRETS_LIFE):
            self._read_again()
        if is_signed(self._secrets):
            return True
        if not self._is_older_than(REREAD_AFTER):
            return False
        self._read_again()
        return is_signed(self._secrets)

    def _is_older_than(self, age: timedelta) -> bool:
        return self._read_at is None or self._clock.now() - self._read_at >= age

    def _read_again(self) -> None:
        self._secrets, self._read_at = self._read(), self._clock.now()
