"""The sandbox as a process of its own: the ready line, a taken port, the end, TLS, and a connection that is really cut."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import typer
from typer.testing import CliRunner

from local.sandbox.connectwise.cli import serve_connectwise

PROJECT = Path(__file__).parents[4]
type Start = Callable[..., tuple[subprocess.Popen[str], dict[str, str]]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a sandbox with these options and wait for its ready line; it is ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def run(*options: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
        command = [sys.executable, "-m", "local.sandbox.connectwise", "--port", "0", "--die-with-parent", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PROJECT)
        started.append(process)
        assert process.stdout
        line = process.stdout.readline()
        return process, json.loads(line) if line else {}

    yield run
    for process in started:
        process.terminate()
        process.communicate(timeout=60)


def session(ready: dict[str, str]) -> requests.Session:
    caller = requests.Session()
    caller.auth = (f"{ready['company_id']}+{ready['public_key']}", ready["private_key"])
    caller.headers["clientId"] = ready["client_id"]
    return caller


def test_it_says_when_it_serves_and_ends_when_told(start: Start, tmp_path: Path) -> None:
    load = tmp_path / "records.jsonl"
    load.write_text('{"entity": "Company", "record": {"id": 7, "identifier": "bob", "name": "Bob"}}\n')
    process, ready = start("--load", str(load), "--switch", "one_payment_per_invoice=false")
    assert set(ready) == {"site_url", "company_id", "public_key", "private_key", "client_id"}
    with session(ready) as caller:
        base = f"{ready['site_url']}/v4_6_release/apis/3.0"
        assert [c["id"] for c in caller.get(f"{base}/company/companies", timeout=60).json()] == [7]
        dates = caller.get(f"{base}/system/info", timeout=60).raw.headers.getlist("date")
        assert len(dates) == 1, "one clock only"
        switches = caller.get(f"{ready['site_url']}/_sandbox/switches", timeout=60).json()
        assert switches["one_payment_per_invoice"] is False
        arm = {"fault": "lost_answer", "method": "POST"}
        assert caller.post(f"{ready['site_url']}/_sandbox/faults", json=arm, timeout=60).status_code == 201
        with pytest.raises(requests.ConnectionError):
            caller.post(f"{base}/company/companies", json={"identifier": "ann", "name": "Ann"}, timeout=60)
        assert len(caller.get(f"{base}/company/companies", timeout=60).json()) == 2
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--switch", "nonsense=1"), "no switch 'nonsense'"),
        (("--switch", "requests_per_minute=soon"), "invalid literal"),
        (("--load", "/nonexistent.jsonl"), "No such file"),
    ],
)
def test_bad_options_end_it_with_a_reason(options: tuple[str, ...], why: str) -> None:
    command = typer.Typer()
    command.command()(serve_connectwise)
    done = CliRunner().invoke(command, options)
    assert done.exit_code == 2
    assert why in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_said_plainly(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process, _ = start("--port", port)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"Port {port}" in errors


def test_over_tls_it_is_the_same(start: Start, tmp_path: Path) -> None:
    _, ready = start("--tls", str(tmp_path / "tls"))
    assert ready["site_url"].startswith("https://127.0.0.1:")
    with session(ready) as caller:
        caller.trust_env = False
        caller.verify = ready["ca_file"]
        answer: Any = caller.get(f"{ready['site_url']}/v4_6_release/apis/3.0/system/info", timeout=60)
        assert answer.json()["isCloud"] is True
