"""What a webhook costs: qbo_webhook against a handler that only returns, call by call in turn."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from benchmarks.deliveries import make_event
from benchmarks.emulator import PYTHON, Function
from benchmarks.figures import BenchError, Figure, percentile, ratio
from local.stack.paths import ROOT
from local.stack.processes import Server, first_line

COLD_STARTS = 10
WARM_CALLS = 600
# The first ones fill caches that no worker is ever without: compiled modules, opened connections.
UNCOUNTED_COLD, UNCOUNTED_WARM = 1, 50
START_TIMEOUT_S = 20

OURS = (ROOT / "functions/qbo_webhook", ROOT / "layers/common")
YARDSTICK = (ROOT / "benchmarks/only_returns",)
_IMPORTED = """
import json, sys
import handler
answer = handler.handler(json.load(sys.stdin), None)
print(answer["statusCode"], len(sys.modules))
"""


def measure_ingest(logs: Path) -> Iterator[Figure]:
    """Measure modules, cold starts and warm calls. Takes: a folder for what the functions log."""
    with stub_aws(logs) as environment:
        yield Figure("ingest_modules", count_modules(environment), "modules", 450)
        yield Figure("ingest_cold_ratio", _cold_ratio(environment, logs), "ratio", 6)
        yield Figure("ingest_warm_p99_ratio", _warm_ratio(environment, logs), "ratio", 4)


@contextmanager
def stub_aws(logs: Path) -> Iterator[dict[str, str]]:
    """Serve the AWS that answers at once. Gives: the environment in which qbo_webhook finds it."""
    server = Server("the stub", [sys.executable, "-m", "benchmarks.stub_aws"], {}, logs / "stub.log", ROOT)
    try:
        port = int(first_line(server, START_TIMEOUT_S))
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "made-up",
            "AWS_SECRET_ACCESS_KEY": "made-up",
            "AWS_DEFAULT_REGION": "us-east-1",
            "STAGE": "production",
            "LOG_LEVEL": "INFO",
            "TABLE_NAME": "table",
            "APP_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:app",
            "NUDGES_QUEUE_URL": f"http://127.0.0.1:{port}/123456789012/nudges.fifo",
        }
    finally:
        server.stop()


def count_modules(environment: Mapping[str, str], python: Path = PYTHON) -> int:
    """Count the modules that a worker holds after one call, Python's own among them."""
    paths = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(map(str, OURS))}
    done = subprocess.run(
        [str(python), "-c", _IMPORTED], input=json.dumps(make_event(1)), env=paths | dict(environment),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    status, _, modules = done.stdout.strip().rpartition("\n")[2].partition(" ")
    if status != "200":
        raise BenchError(f"qbo_webhook did not take a delivery: {done.stdout}{done.stderr}")
    return int(modules)


def _cold_ratio(environment: Mapping[str, str], logs: Path) -> float:
    ours, theirs = [], []
    for number in range(UNCOUNTED_COLD + COLD_STARTS):
        with Function(OURS, environment, logs / "ours.log") as function:
            ours.append(function.call(make_event(number)))
        with Function(YARDSTICK, environment, logs / "yardstick.log") as function:
            theirs.append(function.call(make_event(number)))
    return ratio(statistics.median(ours[UNCOUNTED_COLD:]), statistics.median(theirs[UNCOUNTED_COLD:]))


def _warm_ratio(environment: Mapping[str, str], logs: Path) -> float:
    numbers = count()
    with ExitStack() as stack:
        functions = [
            stack.enter_context(Function(folders, environment, logs / log))
            for folders, log in ((OURS, "ours.log"), (YARDSTICK, "yardstick.log"))
        ]
        rounds = [
            [function.call(event) for function in functions]
            for event in (make_event(next(numbers)) for _ in range(UNCOUNTED_WARM + WARM_CALLS))
        ]
    ours, theirs = zip(*rounds[UNCOUNTED_WARM:], strict=True)
    return ratio(percentile(ours, 99), percentile(theirs, 99))
