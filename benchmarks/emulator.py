"""A Lambda function on the runtime interface emulator that ships inside aws-sam-cli, with the real runtime client."""

import http.client
import json
import platform
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.figures import BenchError
from local.stack.paths import ROOT
from local.stack.processes import Server, free_port, wait_until

EMULATORS = ".tools/sam/lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{}"
PYTHON = ROOT / ".tools/lambda/bin/python"
PATH = "/2015-03-31/functions/function/invocations"
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
START_TIMEOUT_S = 20
CALL_TIMEOUT_S = 60


def find_emulator() -> Path:
    """Give the emulator's path. Raises: BenchError where there is none that runs on this machine."""
    machine = ARCHITECTURES.get(platform.machine().lower())
    found = sorted(ROOT.glob(EMULATORS.format(machine)))
    if platform.system() != "Linux" or not found:
        raise BenchError(f"the Lambda runtime emulator does not run on {platform.system()} {platform.machine()}")
    return found[-1]


class Function:
    """One worker of a function; the runtime starts with the first call, as a cold start does."""

    def __init__(self, folders: Sequence[Path], environment: Mapping[str, str], log: Path) -> None:
        self._port = free_port()
        command = [
            # What it reports of each call goes to the log; a pipe that nobody reads would fill up and hold it.
            "/bin/sh", "-c", 'exec "$@" >&2', "sh", str(find_emulator()), "--log-level", "error",
            "--runtime-interface-emulator-address", f"127.0.0.1:{self._port}",
            "--runtime-api-address", f"127.0.0.1:{free_port()}",
            str(PYTHON), "-m", "awslambdaric", "handler.handler",
        ]  # fmt: skip
        own = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(map(str, folders)), "AWS_REGION": "us-east-1"}
        self._server = Server("the Lambda runtime emulator", command, own | dict(environment), log, ROOT)
        self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=CALL_TIMEOUT_S)

    def __enter__(self) -> Self:
        if not wait_until(self._listens, START_TIMEOUT_S, every_s=0.01):
            self._server.stop()
            raise BenchError(f"the Lambda runtime emulator does not start: {self._server.last_words()}")
        self._connection.connect()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()
        self._server.stop()

    def call(self, event: Mapping[str, Any]) -> float:
        """Call it once. Returns: seconds from the request to the whole answer. Raises: BenchError unless that is 200."""
        body = json.dumps(event).encode()
        began = time.perf_counter()
        self._connection.request("POST", PATH, body)
        content = self._connection.getresponse().read()
        took_s = time.perf_counter() - began
        answer = json.loads(content)
        if not isinstance(answer, dict) or answer.get("statusCode") != 200:
            raise BenchError(f"a function answered {content[:300]!r}")
        return took_s

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0
