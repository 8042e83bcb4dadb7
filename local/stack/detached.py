"""Hold a local stack up in the background, and end it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from local.stack.errors import StackError
from local.stack.paths import ROOT, Home
from local.stack.processes import STOP_TIMEOUT_S, wait_until
from local.stack.record import is_up, load_record, up_already

START_TIMEOUT_S = 600.0


def bring_up_in_background(home: Home, port: int | None, *, fresh: bool, echo: Callable[[str], None]) -> None:
    """Start `crossfoot up` as a process of its own and follow what it says until the stack is up.

    Raises: StackError when one is up already or there is no room, or when it ends before that; what it said has been echoed
    by then.
    """
    if is_up(home):
        # Before anything is started: it would write over the log of the one that is up.
        raise up_already()
    home.make()
    home.check_room()
    log = home.log("up")
    log.parent.mkdir(parents=True, exist_ok=True)
    holder = _start_holder(home, log, [*(["--fresh"] if fresh else []), *([f"--port={port}"] if port else [])])
    with log.open(encoding="utf-8") as said:

        def settled() -> bool:
            echo(said.read())
            record = load_record(home)
            return holder.poll() is not None or (record.ready and record.pid == holder.pid)

        in_time = wait_until(settled, START_TIMEOUT_S)
        echo(said.read())
    if not in_time:
        holder.send_signal(signal.SIGTERM)
    if not in_time or holder.poll() is not None:
        raise StackError("The local stack did not come up", f"its log: {log}")


def _start_holder(home: Home, log: Path, options: list[str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "local.cli", "up", "--home", str(home.folder), *options]
    with log.open("wb") as output:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=ROOT, start_new_session=True
        )


def take_down(home: Home) -> bool:
    """End the stack and wait until everything is gone. Returns whether it was up.

    Raises: StackError when it does not end.
    """
    if not is_up(home):
        return False
    pid = load_record(home).pid
    if pid is None:
        raise StackError("The local stack is just starting", "try again in a second")
    os.kill(pid, signal.SIGTERM)
    if not wait_until(lambda: not is_up(home), 2 * STOP_TIMEOUT_S):
        raise StackError(f"The local stack (process {pid}) does not end", f"its log: {home.log('up')}")
    return True
