"""A trip wire on every call to a port: a process that dies before or after it, or never hears the answer."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any

from crossfoot.errors import OutcomeUnknown, RemoteUnavailable

_WRITTEN = ("row", "receipt", "deposit", "sale", "sales", "item", "journal", "batch")
_ON_ENTRIES = frozenset({"create", "update", "delete", "void"})
VENDOR_WRITES = _ON_ENTRIES | {f"{verb}_{what}" for verb in ("create", "update", "delete") for what in _WRITTEN}


class Crash(BaseException):
    """The worker died. Nothing in the product may catch it."""


class Mode(StrEnum):
    """What happens at the chosen call."""

    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    ANSWER_LOST = "answer lost after it was accepted"


class Trip:
    """Counts the calls to ports, and strikes at one of them: by its place, or at each of a name."""

    def __init__(
        self, strike_at: int | None = None, mode: Mode = Mode.CRASH_BEFORE, *, strike_on: str | None = None
    ) -> None:
        self.calls: list[str] = []
        self._strike_at, self._strike_on = strike_at, strike_on
        self._mode = mode

    def wire(self, port: Any) -> Any:
        """Put the wire on every method of a port."""
        return Wired(port, self.call)

    def call(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.calls.append(name)
        if len(self.calls) - 1 != self._strike_at and name != self._strike_on:
            return method(*args, **kwargs)
        if self._mode is Mode.CRASH_BEFORE:
            raise Crash(name)
        method(*args, **kwargs)
        if self._mode is Mode.CRASH_AFTER:
            raise Crash(name)
        raise OutcomeUnknown(name) if name in VENDOR_WRITES else RemoteUnavailable(name)


class Wired:
    """A port whose methods go through `call`, which is given the name, the method and what it was called with."""

    def __init__(self, port: Any, call: Callable[..., Any]) -> None:
        self._port = port
        self._call = call

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._port, name)
        return partial(self._call, name, attribute) if callable(attribute) else attribute


class Meanwhile:
    """Lets something happen once, right after a call of a name."""

    def __init__(self, after: str, deed: Callable[[], None]) -> None:
        self._after, self._deed = after, deed

    def wire(self, port: Any) -> Any:
        return Wired(port, self.call)

    def call(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        answer = method(*args, **kwargs)
        if name == self._after:
            self._after = ""
            self._deed()
        return answer
