"""What every test has: no way out but loopback, and a count of the crash points that were tried."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import socket_allow_hosts
from xdist.scheduler import LoadFileScheduling

from local.stack.paths import DEFAULT_HOME, ROOT, Home
from local.stack.processes import Server, wait_until
from local.stack.record import is_up, load_record

_LOOPBACK = ["127.0.0.1", "::1", "localhost"]
# The files that take longest, longest first: one that is begun last would keep one process busy and the others waiting.
_LONGEST = (
    "tests/simulation/test_simulation.py",
    "tests/steps/test_crashes.py",
    "tests/functions/test_canaries.py",
)
# The tests of the running stack: those that ask nothing of its queues run while what killed workers held is hidden there.
_ON_THE_STACK = (
    "tests/e2e/test_ingest.py",
    "tests/e2e/test_payments.py",
    "tests/e2e/test_isolation.py",
    "tests/local/stack/test_running_stack.py",
    "tests/e2e/test_killed_workers.py",
    "tests/e2e/",
)
_BEGUN = pytest.StashKey[bool]()
_STEP_BACK = 5

# How long an example takes says how busy the machine is, and nothing about the product.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


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
    """Put the tests of the running stack first: it is slow to start, and the others can run meanwhile. Then long files."""
    items.sort(key=lambda item: _turn(item.nodeid))


def pytest_collectstart() -> None:
    """Look for nothing that can go while tests are collected: all of it stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Spare the collector what is imported and collected by now: it would walk through all of it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)
    gc.enable()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Give a file's tests to one of `make test`'s processes; those of the running stack, of which there is one, too."""
    # It would put first whichever file has the most tests.
    config.option.loadscopereorder = False
    return _OneStack(config, log)


class _OneStack(LoadFileScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        return "stack" if _needs_the_stack(nodeid) else str(super()._split_scope(nodeid))


def _needs_the_stack(nodeid: str) -> bool:
    return nodeid.startswith(_ON_THE_STACK)


def _turn(nodeid: str) -> int:
    first = (*_ON_THE_STACK, *_LONGEST)
    return next((place for place, start in enumerate(first) if nodeid.startswith(start)), len(first))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let the process that has the stack go first: all the tests of the stack are its own, so the others wait for it."""
    if _BEGUN not in item.session.stash:
        item.session.stash[_BEGUN] = True
        if "PYTEST_XDIST_WORKER" in os.environ and not _needs_the_stack(item.nodeid):  # noqa: TID251
            os.nice(_STEP_BACK)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many crash points the tests tried, and how many worlds came of them that differ in anything."""
    points, worlds = _count(terminalreporter, "crash_points"), _count(terminalreporter, "crash_worlds")
    if points:
        told = f"crash points tried: {points}; they left {worlds} different worlds, each worked on to its end"
        terminalreporter.write_line(told)


def _count(terminalreporter: pytest.TerminalReporter, what: str) -> int:
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind))
    return sum(int(value) for report in reports for name, value in report.user_properties if name == what)
