"""A trip wire on every call to a port: a process that dies before or after it, or never hears the answer."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from crossfoot.errors import OutcomeUnknown, RemoteUnavailable

VENDOR_WRITES = frozenset({"create_row", "update_row", "delete_row"})


class Crash(BaseException):
    """The worker died. Nothing in the product may catch it."""


class Mode(StrEnum):
    """What happens at the chosen call."""

    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    ANSWER_LOST = "answer lost after it was accepted"


class Trip:
    """Counts the calls to ports, and strikes at one of them."""

    def __init__(self, strike_at: int | None = None, mode: Mode = Mode.CRASH_BEFORE) -> None:
        self.calls: list[str] = []
        self._strike_at = strike_at
        self._mode = mode

    def wire(self, port: Any) -> Any:
        """Put the wire on every method of a port."""
        return _Wired(port, self)

    def call(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.calls.append(name)
        if len(self.calls) - 1 != self._strike_at:
            return method(*args, **kwargs)
        if self._mode is Mode.CRASH_BEFORE:
            raise Crash(name)
        method(*args, **kwargs)
        if self._mode is Mode.CRASH_AFTER:
            raise Crash(name)
        raise OutcomeUnknown(name) if name in VENDOR_WRITES else RemoteUnavailable(name)


class _Wired:
    def __init__(self, port: Any, trip: Trip) -> None:
        self._port = port
        self._trip = trip

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._port, name)
        if not callable(attribute):
            return attribute
        return lambda *args, **kwargs: self._trip.call(name, attribute, *args, **kwargs)
