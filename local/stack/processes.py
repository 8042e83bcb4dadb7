"""Start servers and commands that end with us, and find out when one ends by itself."""

import contextlib
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

import requests

from local.stack import tether
from local.stack.errors import StackError

STOP_TIMEOUT_S = tether.GRACE_S + 5


class Server:
    """A running command; `stop` ends it and everything it started."""

    def __init__(self, name: str, command: list[str], env: Mapping[str, str], log: Path, cwd: Path) -> None:
        self.name, self.log = name, log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as stderr:
            self._tether = subprocess.Popen(
                [sys.executable, tether.__file__, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._tether.pid

    @property
    def output(self) -> IO[bytes]:
        """What the command prints on its standard output."""
        assert self._tether.stdout is not None
        return self._tether.stdout

    @property
    def was_killed(self) -> bool:
        """Whether it had to be killed, or somebody else killed it."""
        return self.poll() in {128 + signal.SIGKILL, -signal.SIGKILL}

    def poll(self) -> int | None:
        return self._tether.poll()

    def wait(self, timeout_s: float | None = None) -> int:
        return self._tether.wait(timeout_s)

    def stop(self) -> None:
        """End it and wait until it is gone.

        Raises: StackError when it is still there after the grace period.
        """
        self.let_go()
        try:
            self._tether.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            raise StackError(
                f"{self.name} (process {self.pid}) does not end", "end it by hand: kill -9 " + str(self.pid)
            ) from None
        self.output.close()

    def let_go(self) -> None:
        """Ask it to end, without waiting."""
        assert self._tether.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._tether.stdin.close()

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def run(name: str, command: list[str], env: Mapping[str, str], log: Path, cwd: Path) -> str:
    """Run a command to its end, with its errors in the log. Returns what it printed.

    Raises: StackError with the end of the log when the command fails.
    """
    log.unlink(missing_ok=True)
    server = Server(name, command, env, log, cwd)
    try:
        printed = server.output.read().decode(errors="replace")
        status = server.wait()
    finally:
        server.stop()
    with log.open("a") as file:
        file.write(printed)
    if status != 0:
        raise StackError(f"{name} failed (exit status {status})", f"its log: {log}", server.last_words())
    return printed


def first_line(server: Server, timeout_s: float) -> str:
    """The first line that a server prints: its sign that it serves.

    Raises: StackError when it ends or stays silent.
    """
    lines: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=lambda: lines.put(server.output.readline()), daemon=True).start()
    try:
        line = lines.get(timeout=timeout_s)
    except queue.Empty:
        raise StackError(
            f"{server.name} did not start within {timeout_s:.0f} s", f"its log: {server.log}", server.last_words()
        ) from None
    if not line.strip():
        raise StackError(f"{server.name} ended while starting", f"its log: {server.log}", server.last_words())
    return line.decode()


def wait_until(condition: Callable[[], bool], timeout_s: float, every_s: float = 0.1) -> bool:
    """Whether the condition came true within the time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True


def answers(url: str) -> bool:
    """Whether a server answers there, whatever it says."""
    try:
        return requests.get(url, timeout=2).ok
    except requests.ConnectionError:
        return False


def is_free(port: int) -> bool:
    """Whether we could listen on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
