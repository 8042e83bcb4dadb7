"""What every test has: no way out but loopback, and a count of the crash points that were tried."""

import pytest
from pytest_socket import socket_allow_hosts

_LOOPBACK = ["127.0.0.1", "::1", "localhost"]


@pytest.fixture(autouse=True)
def _only_loopback() -> None:
    socket_allow_hosts(_LOOPBACK, allow_unix_socket=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many crash points the tests tried."""
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind))
    points = sum(int(value) for report in reports for name, value in report.user_properties if name == "crash_points")
    if points:
        terminalreporter.write_line(f"crash points tried: {points}")
