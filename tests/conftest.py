"""What every test has: no way out but loopback, and a count of the crash points that were tried."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import socket_allow_hosts

from local.stack.paths import DEFAULT_HOME, ROOT, Home
from local.stack.processes import Server, wait_until
from local.stack.record import is_up, load_record

_LOOPBACK = ["127.0.0.1", "::1", "localhost"]


@pytest.fixture(autouse=True)
def _only_loopback() -> None:
    socket_allow_hosts(_LOOPBACK, allow_unix_socket=True)


@pytest.fixture(scope="session")
def running_stack() -> Iterator[Home]:
    """Everything, deployed and running on this machine: started by the first test that asks, the same for all of them.

    It has a folder of its own beside a developer's stack, keeps what it built there for the next run, and ends with us.
    Two runs at once need two folders: CROSSFOOT_TEST_HOME names another.
    """
    environment = dict(os.environ)  # noqa: TID251 - a person's own
    home = Home(Path(environment.get("CROSSFOOT_TEST_HOME", DEFAULT_HOME / "for-tests")))
    if not is_up(home):
        home.record.unlink(missing_ok=True)
    command = [sys.executable, "-m", "local.cli", "up", "--fresh", "--home", str(home.folder)]
    server = Server("crossfoot up", command, environment, home.log("up"), ROOT)
    try:
        wait_until(lambda: server.poll() is not None or load_record(home).ready, timeout_s=600)
        assert server.poll() is None, server.output.read().decode() + server.last_words()
        yield home
    finally:
        server.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the running stack first, and on one of `make test`'s processes: there is one stack, and it is slow."""
    for item in items:
        if _needs_the_stack(item):
            item.add_marker(pytest.mark.xdist_group("stack"))
    items.sort(key=_needs_the_stack, reverse=True)


def _needs_the_stack(item: pytest.Item) -> bool:
    return "running_stack" in getattr(item, "fixturenames", ())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many crash points the tests tried."""
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind))
    points = sum(int(value) for report in reports for name, value in report.user_properties if name == "crash_points")
    if points:
        terminalreporter.write_line(f"crash points tried: {points}")
