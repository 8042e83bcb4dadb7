"""The sandbox as a process: its ready line, its state, loading, and its end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer

from local.sandbox.quickbooks.cli import serve_quickbooks
from tests.local.sandbox.quickbooks.receiver import Receiver

ROOT = Path(__file__).parents[4]
COMMAND = [sys.executable, "-m", "local.sandbox.quickbooks"]
DEADLINE_S = 60
READY = {"base_url", "realm_id", "client_id", "client_secret", "access_token", "refresh_token", "verifier_token"}


@contextmanager
def _running(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    process = subprocess.Popen(
        [*COMMAND, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate(timeout=DEADLINE_S)[1]
        yield process, json.loads(line)
    finally:
        process.terminate()
        process.communicate(timeout=DEADLINE_S)


def _until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < ends, "it did not come to pass"
        time.sleep(0.02)


def _api(ready: dict[str, str]) -> httpx.Client:
    url = f"{ready['base_url']}/v3/company/{ready['realm_id']}/"
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {ready['access_token']}"}, trust_env=False)


def test_it_says_how_to_reach_it_and_tells_of_a_write_whose_answer_is_lost() -> None:
    with Receiver() as receiver, _running("--webhook-url", receiver.url) as (_, ready), _api(ready) as api:
        assert set(ready) == READY
        httpx.post(f"{ready['base_url']}/_sandbox/faults", json={"fault": "lost_answer"}, trust_env=False)
        with pytest.raises(httpx.TransportError):
            api.post("customer", json={"DisplayName": "Amy"})
        answer = api.get("query", params={"query": "select count(*) from Customer"})
        assert answer.json()["QueryResponse"] == {"totalCount": 1}
        _until(lambda: receiver.types() == ["qbo.customer.created.v1"])


def test_a_restart_goes_on_where_it_stopped_and_loads_only_once(tmp_path: Path) -> None:
    state, records = tmp_path / "state.sqlite", tmp_path / "records.jsonl"
    customer = {"Id": "7", "SyncToken": "3", "DisplayName": "Amy", "Balance": 0, "Novelty": {"x": 1}}
    account = {"Id": "33", "SyncToken": "0", "Name": "Bank", "AccountType": "Bank"}
    lines = [{"entity": "Customer", "record": customer}, {"entity": "Account", "record": account}]
    records.write_text("\n".join(json.dumps(line) for line in lines))
    options = ("--port", "0", "--state", str(state), "--load", str(records), "--switch", "cdc_cap=5")
    with _running(*options) as (_, first), _api(first) as api:
        assert api.get("customer/7").json()["Customer"] == customer
        accounts = api.get("query", params={"query": "select * from Account"}).json()["QueryResponse"]["Account"]
        assert accounts == [account]
        renamed = api.post("customer", json={"Id": "7", "SyncToken": "3", "sparse": True, "DisplayName": "Amelia"})
        assert renamed.json()["Customer"]["SyncToken"] == "4"
    with _running(*options) as (_, second), _api(second) as api:
        assert (second["realm_id"], second["client_id"]) == (first["realm_id"], first["client_id"])
        assert api.get("customer/7").json()["Customer"]["DisplayName"] == "Amelia"
        assert api.post("customer", json={"DisplayName": "Bill"}).json()["Customer"]["Id"] == "8"


def test_a_taken_port_is_said_plainly() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [*COMMAND, "--port", port], cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"Port {port} on 127.0.0.1 is taken.")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"load": Path("no-such-file")}, "No such file"),
        ({"switch": ["nothing"]}, "--switch takes NAME=VALUE"),
        ({"switch": ["cdc_cap=many"]}, "cdc_cap takes int"),
        ({"client_id": "x"}, "come together"),
    ],
)
def test_what_cannot_be_started_says_why(
    options: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        serve_quickbooks(port=0, **options)
    assert ended.value.exit_code == 2
    said = capsys.readouterr().err
    assert said.startswith("The QuickBooks sandbox cannot start:")
    assert words in said


def test_it_ends_with_its_parent() -> None:
    shell = f"{' '.join(COMMAND)} --port 0 --die-with-parent & echo $!; read forever"
    parent = subprocess.Popen(
        ["/bin/sh", "-c", shell], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    ready = json.loads(parent.stdout.readline())
    parent.kill()
    try:
        _until(lambda: not _answers(ready["base_url"]))
    finally:
        parent.communicate(timeout=DEADLINE_S)
        if _lives(child):
            os.kill(child, signal.SIGKILL)


def _answers(base_url: str) -> bool:
    try:
        return httpx.get(f"{base_url}/_sandbox/switches", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
