"""What is known of a local stack between commands: addresses, process, demo sign-in. Only its owner may read it."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from local.stack.errors import StackError
from local.stack.paths import Home


@dataclass
class Record:
    """One local stack. `pid` is the process that holds it up; it stays behind when that process could not stop cleanly."""

    pid: int | None = None
    ready: bool = False
    ports: dict[str, int] = field(default_factory=dict)
    deployed: bool = False
    urls: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    sandboxes: dict[str, dict[str, Any]] = field(default_factory=dict)
    demo: dict[str, str] = field(default_factory=dict)


def load_record(home: Home) -> Record:
    """The record of a stack, an empty one where there never was a stack."""
    try:
        return Record(**json.loads(home.record.read_text()))
    except FileNotFoundError:
        return Record()


def save_record(home: Home, record: Record) -> None:
    """Replace the record in one step, so that a reader never sees half of it."""
    home.make()
    draft = home.record.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(record), indent=2))
    draft.replace(home.record)


@contextmanager
def holding(home: Home) -> Iterator[None]:
    """Be the one process that holds this stack up. The lock goes when the process does, however it ends.

    Raises: StackError when another process holds it.
    """
    home.make()
    with home.lock.open("w") as file:
        if not _take(file):
            raise up_already()
        yield


def up_already() -> StackError:
    """Say that another process holds this stack up."""
    return StackError("The local stack is up already", "see it: crossfoot status; end it: crossfoot down")


def is_up(home: Home) -> bool:
    """Whether a process holds this stack up."""
    if not home.lock.exists():
        return False
    with home.lock.open("r") as file:
        return not _take(file)


def _take(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
