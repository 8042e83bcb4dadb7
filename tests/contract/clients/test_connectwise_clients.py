"""Clients that others wrote for ConnectWise PSA do their work against the sandbox, unchanged but for the host.

Both insist on https, so the sandbox serves it with a certificate of its own, which they are told to trust the way each
documents it. They are installed into git-ignored folders; pyconnectwise is GPL and stays out of the project's lock.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
NODE = HERE / "node"
PYCONNECTWISE = "pyconnectwise==0.6.1.2"
TIMEOUT_S = 300


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A sandbox of its own over https. Returns: its ready line."""
    command = [sys.executable, "-m", "local.sandbox.connectwise", "--die-with-parent", "--tls", str(tmp_path / "tls")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())
        process.terminate()


def payments_in(ready: dict[str, str]) -> list[dict[str, Any]]:
    answer = requests.get(f"{ready['site_url']}/_sandbox/payments", verify=ready["ca_file"], timeout=10)
    return list(answer.json())


def walked(command: list[str], ready: dict[str, str], trust: str) -> dict[str, Any]:
    """Run one walk. Takes: `trust`, the variable by which the client is told to trust the certificate."""
    environment = ["env", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1", f"{trust}={ready['ca_file']}"]
    done = subprocess.run(
        [*environment, *command, json.dumps(ready)], capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def installed(marker: Path, wanted: str, *commands: list[str], folder: Path) -> None:
    """Install once per version of what is wanted; skip, saying so, where the registry cannot be reached."""
    if marker.exists() and marker.read_text() == wanted:
        return
    for command in commands:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        if done.returncode != 0:
            pytest.skip(f"cannot install a client: {command[0]}: {done.stderr.strip().splitlines()[-1:]}")
    marker.write_text(wanted)


def test_the_lock_of_the_node_clients_names_no_registry() -> None:
    lock = json.loads((NODE / "package-lock.json").read_text())
    assert len(lock["packages"]) > 10
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


REVENUE = [["R", -300.0], ["RE", -40.1], ["RP", -50.0], ["ST", 0.0]]
# How many records a new company has in each table, in the order in which both walks read them.
TABLE_COUNTS = [3, 3, 3, 3, 2, 9, 21, 1, 1, 2, 2, 2, 2, 3, 3, 3, 1, 2]


def test_connectwise_rest_from_npm_works_unchanged(ready: dict[str, str]) -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("Node.js is not installed")
    lock = hashlib.sha256((NODE / "package-lock.json").read_bytes()).hexdigest()
    install = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    installed(NODE / "node_modules" / ".installed", lock, install, folder=NODE)
    seen = walked([node, str(NODE / "walk.js")], ready, trust="NODE_EXTRA_CA_CERTS")
    callback = seen.pop("callback")
    assert list(seen.pop("tables").values()) == TABLE_COUNTS
    refused = {"status": 400, "code": "InvalidObject", "inner": "InvalidObject"}
    assert seen == {
        "lines": {
            "amounts": [300, 40.1, 50],
            "hourlyCost": "45.00",
            "totals": [300, 40.1, 50, 390.1],
            "inOne": [1, 1, 1],
            "noNull": {"status": 400, "code": "ApiFindCondition"},
        },
        "printed": "%PDF-",
        "reports": 8,
        "agreement": {"type": "Managed Services", "billed": [8, 760], "additions": 1},
        "accounting": {
            "ownId": True,
            "total": 390.1,
            "details": REVENUE,
            "part": refused,
            "posted": "NODE-1",
            "exportedAgain": 1,
            "locked": refused,
            "left": {"count": 0},
            "takenBack": {"count": 1},
            "balanced": 0,
        },
        "merge": {"success": True, "gone": {"status": 404, "code": "NotFound"}},
        "isCloud": True,
        "paged": ["node5", "node4", "node3", "node2", "node1"],
        "company": {"id": 22, "name": "Node 3"},
        "closed": True,
        "changed": {"count": 1},
        "payment": {
            "second": {"status": 400, "code": "InvalidObject", "inner": "ObjectExists"},
            "rows": [{"type": "P", "amount": 100.35, "paymentDate": "2026-11-01T00:00:00Z"}],
            "balance": 0,
        },
        "unknownName": {"status": 400, "code": "ApiFindCondition"},
        "missing": {"status": 404, "code": "NotFound"},
        "strangers": {"status": 401, "code": "Unauthorized"},
    }
    assert callback.pop("query").endswith("&action=added")
    again = {"status": 400, "code": "InvalidObject", "inner": "ObjectExists"}
    assert callback == {"objectId": 1, "again": again, "action": "added", "verified": True, "forged": False}
    assert [row["amount"] for row in payments_in(ready)] == [100.35]


def test_pyconnectwise_works_unchanged(ready: dict[str, str]) -> None:
    folder = PROJECT / ".tools" / "clients" / "pyconnectwise"
    folder.mkdir(parents=True, exist_ok=True)
    python = folder / "bin" / "python"
    make = [sys.executable, "-m", "venv", "--clear", str(folder)]
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PYCONNECTWISE]
    installed(folder / ".installed", f"{PYCONNECTWISE} on {sys.version}", make, install, folder=folder.parent)
    seen = walked([str(python), str(HERE / "pyconnectwise_walk.py")], ready, trust="REQUESTS_CA_BUNDLE")
    assert list(seen.pop("tables").values()) == TABLE_COUNTS
    assert seen == {
        "lines": {
            "hours": 2.5,
            "expense": 40.1,
            "discount": 10,
            "totals": [300, 40.1, 50, 390.1],
            "in_one": [1, 1, 1],
            "no_null": True,
        },
        "agreement": {"type": "Managed Services", "billed": [8, 760], "additions": 1},
        "accounting": {
            "own_id": True,
            "total": 390.1,
            "details": REVENUE,
            "marked": 1,
            "left": 1,
            "locked": True,
            "again": 2,
            "balanced": 0,
        },
        "merge": {"success": True, "gone": True},
        "codebase": "v2026_1/",
        "is_cloud": True,
        "paged": ["py1", "py2", "py3", "py4", "py5"],
        "company": "Py 3",
        "closed": "Closed",
        "statuses": ["New", "Sent", "Closed"],
        "payment": {
            "second_refused": True,
            "changed": 100.35,
            "balance": 0,
            "rows": [["P", 100.35, "2026-11-01T00:00:00+00:00"]],
            "left": 0,
        },
        "callback": {"object_id": 1, "again_refused": True, "left": 0},
        "missing": True,
        "stranger": True,
        "unknown_name": True,
    }
    assert payments_in(ready) == []
