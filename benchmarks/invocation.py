"""One invocation of a real handler in a process of its own: `python -m benchmarks.invocation <step>`, the event on stdin.

Prints what it took as one line of JSON: the answer, DynamoDB write units, seconds, and the most memory that it ever held.
"""

import importlib.util
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from crossfoot.wiring.workers import worker

from local.stack.paths import ROOT
from tests.adapters.dynamodb.doubles import write_units_of

# template.yaml: FetchTimeout of the stage production.
TIMEOUT_S = 120
# Of this program alone; what getrusage tells began with the process that started it.
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


class Context:
    """What Lambda tells a function of its invocation."""

    def __init__(self, timeout_s: float) -> None:
        self._ends_at = time.monotonic() + timeout_s

    def get_remaining_time_in_millis(self) -> int:
        """Tell how long it may still run."""
        return max(0, int(1000 * (self._ends_at - time.monotonic())))


class Weighed:
    """Weighs every write of this process as AWS bills it."""

    def __init__(self) -> None:
        self.write_units = 0
        self._lock = Lock()
        worker().table.client.meta.events.register("provide-client-params.dynamodb.*", self._weigh)

    def _weigh(self, params: dict[str, Any], model: Any, **_: object) -> None:
        with self._lock:
            self.write_units += write_units_of(model.name, params)


def peak_memory_mb() -> float:
    """Give the most memory that this process ever held. Units: 2**20 bytes."""
    found = _PEAK.search(Path("/proc/self/status").read_text())
    assert found
    return round(int(found[1]) / 1024, 1)


def load_handler(step: str) -> Callable[[dict[str, Any], Context], dict[str, Any]]:
    """Import a step's handler as Lambda does."""
    spec = importlib.util.spec_from_file_location("handler", ROOT / "functions" / step / "handler.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Callable[[dict[str, Any], Context], dict[str, Any]] = module.handler
    return handler


def invoke(step: str, event: dict[str, Any]) -> dict[str, Any]:
    """Import a step's handler, and call it once."""
    handler = load_handler(step)
    weighed, context, began = Weighed(), Context(TIMEOUT_S), time.monotonic()
    answer = handler(event, context)
    took_s = round(time.monotonic() - began, 3)
    return {
        "answer": answer, "write_units": weighed.write_units, "seconds": took_s, "peak_memory_mb": peak_memory_mb()
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(invoke(sys.argv[1], json.load(sys.stdin))))
