"""The environment of other people's clients, below `.tools/`: the one that tests/contract/clients uses."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures import BenchError
from local.stack.paths import ROOT

REQUIREMENTS = ROOT / "tests/contract/clients/quickbooks-requirements.txt"
MAKE_S, RUN_S = 300, 120


def client_python() -> Path:
    """Give its interpreter; the environment is made when it is missing or was not finished."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    place = ROOT / ".tools" / "clients" / f"quickbooks-{digest}"
    python, finished = place / "bin" / "python", place / "finished"
    if not finished.exists():
        _run([sys.executable, "-m", "venv", "--clear", str(place)], "", None, MAKE_S)
        _run([str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(REQUIREMENTS)], "", None, MAKE_S)
        finished.touch()
    return python


def run_one_by_one(asked: Mapping[str, Any]) -> dict[str, float]:
    """Do the job one by one. Returns: its calls and seconds."""
    command = [str(client_python()), str(ROOT / "benchmarks/one_by_one.py")]
    # Plain http is allowed to the clients by their own variable, as their documentation says for one machine.
    done: dict[str, float] = json.loads(_run(command, json.dumps(asked), {"OAUTHLIB_INSECURE_TRANSPORT": "1"}, RUN_S))
    return done


def _run(command: list[str], given: str, environment: dict[str, str] | None, timeout_s: float) -> str:
    try:
        done = subprocess.run(
            command, input=given, env=environment, check=True, capture_output=True, text=True, timeout=timeout_s
        )
    except subprocess.CalledProcessError as error:
        raise BenchError(f"{command[1]} failed: {error.stderr[-600:]}") from error
    return done.stdout
