"""Starts a real sandbox process for a test module, and speaks to its control doors."""

import atexit
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from typing import Any

import httpx
from crossfoot.core.model import System


class Sandbox:
    """A running simulator. `ready` is the line that it printed."""

    def __init__(self, ready: Mapping[str, str]) -> None:
        self.ready = ready
        self.url = ready.get("base_url") or ready["site_url"]
        # Over plain http there is nobody to verify, and to read whom the machine trusts takes longer than a test.
        self.http = httpx.Client(base_url=self.url, timeout=60, trust_env=False, verify=False)

    def control(self, path: str, body: Mapping[str, Any]) -> Any:
        answer = self.http.post(f"/_sandbox/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def switch(self, **values: Any) -> None:
        self.control("switches", values)

    def fault(self, fault: str, **where: Any) -> None:
        self.control("faults", {"fault": fault, **where})

    def load(self, company: str, records: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        lines = "\n".join(json.dumps({"entity": entity, "record": record}) for entity, record in records)
        answer = self.http.post("/_sandbox/load", params={"company": company}, content=lines)
        assert answer.is_success, answer.text

    def calm(self) -> None:
        """Take back every fault."""
        assert self.http.delete("/_sandbox/faults").is_success

    def requests(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.http.get("/_sandbox/requests").json()
        return listed


class _Forks:
    """Our end of `tests/adapters/forking.py`, which is a process of its own: this one has threads, and must not fork."""

    def __init__(self) -> None:
        self._door, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "tests.adapters.forking", str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()])

    def fork(self, vendor: str, output: int) -> int:
        socket.send_fds(self._door, [json.dumps({"fork": vendor}).encode()], [output])
        return self._answer()

    def end(self, pid: int) -> None:
        self._door.send(json.dumps({"end": pid}).encode())
        self._answer()

    def close(self) -> None:
        self._door.close()
        self._process.wait(timeout=60)

    def _answer(self) -> int:
        answer = self._door.recv(20)
        assert answer, "the process that forks sandboxes is gone"
        return int(answer)


@cache
def _forks() -> _Forks:
    forks = _Forks()
    atexit.register(forks.close)
    return forks


@contextmanager
def running(vendor: str) -> Iterator[Sandbox]:
    reads, writes = os.pipe()
    pid = _forks().fork(vendor, writes)
    os.close(writes)
    with os.fdopen(reads) as output:
        try:
            sandbox = Sandbox(json.loads(output.readline()))
            with sandbox.http:
                yield sandbox
        finally:
            _forks().end(pid)


class CountingBudget:
    """Counts calls, and refuses none."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, System, bool]] = []
        self.batches = 0

    def take(self, tenant: str, system: System, metered: bool, *, batch: bool = False) -> None:
        self.calls.append((tenant, system, metered))
        self.batches += batch


def exact(text: str) -> Any:
    """Parse JSON without losing a digit."""
    return json.loads(text, parse_float=Decimal)
