"""Starts a real sandbox process for a test module, and speaks to its control doors."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
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


@contextmanager
def running(vendor: str) -> Iterator[Sandbox]:
    command = [sys.executable, "-m", f"local.sandbox.{vendor}", "--port", "0", "--die-with-parent"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        sandbox = Sandbox(json.loads(process.stdout.readline()))
        with sandbox.http:
            yield sandbox
    finally:
        process.terminate()
        process.wait(timeout=60)
        process.stdout.close()


class CountingBudget:
    """Counts calls, and refuses none."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, System, bool]] = []

    def take(self, tenant: str, system: System, metered: bool) -> None:
        self.calls.append((tenant, system, metered))


def exact(text: str) -> Any:
    """Parse JSON without losing a digit."""
    return json.loads(text, parse_float=Decimal)
