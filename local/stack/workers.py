"""The Lambda workers of a local stack, as processes that can be looked at and killed."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from local.stack.paths import Home


def worker_pids(home: Home, step: str) -> list[int]:
    """The processes that run a step right now, busy or idle."""
    code = str(home.ministack / "workers" / f"ministack-lambda-crossfoot-local-{step}-")
    return [pid for pid, command in processes() if code in command]


def processes() -> Iterator[tuple[int, str]]:
    """Every process of this machine that we may see, with its command line."""
    if Path("/proc/self/cmdline").exists():
        yield from _processes_of_linux()
        return
    listed = subprocess.run(["ps", "-Ao", "pid=,command="], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        pid, _, command = line.strip().partition(" ")
        yield int(pid), command


def _processes_of_linux() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue  # It ended while we looked.
