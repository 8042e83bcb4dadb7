"""The product on an AWS in memory: the real handlers, each invocation in a process of its own, and the queues between."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crossfoot.adapters.quickbooks.tokens import Tokens
from crossfoot.aws import SQS, AwsService
from crossfoot.config import read_config
from crossfoot.core.model import System
from crossfoot.messages import Message
from crossfoot.ports import Connection, ConnectionState
from crossfoot.wiring.workers import Parts

from benchmarks.figures import BenchError
from benchmarks.product import app_secret
from local.stack.aws import local_environment
from local.stack.paths import ROOT
from local.stack.processes import Server, first_line

MOST_INVOCATIONS = 200
# An invocation ends itself long before; Lambda would have killed it at 120 s.
KILL_AFTER_S = 180
START_TIMEOUT_S = 20
# The queue of each kind of message, as template.yaml names them to the functions.
QUEUES = {
    "nudge": "NUDGES_QUEUE_URL",
    "mirror_payment": "PAYMENTS_QUEUE_URL",
    "record_deposit": "DEPOSITS_QUEUE_URL",
    "fetch_unpaid": "UNPAID_QUEUE_URL",
    "tend_connection": "TENDING_QUEUE_URL",
    "crossfoot": "CROSSFOOT_QUEUE_URL",
    "sync_batch": "SYNCS_QUEUE_URL",
    "post_batch": "SYNC_POSTS_QUEUE_URL",
    "mirror_bill": "BILLS_QUEUE_URL",
    "sync_payables": "PAYABLE_SYNCS_QUEUE_URL",
    **{
        f"dead {kind}": f"{kind.upper()}_DEAD_QUEUE_URL"
        for kind in (
            "nudges",
            "payments",
            "deposits",
            "unpaid",
            "tending",
            "crossfoot",
            "syncs",
            "sync_posts",
            "bills",
            "payable_syncs",
        )
    },
}


@dataclass
class Used:
    """What some invocations used. Units: `peak_memory_mb` of the worst of them, 2**20 bytes."""

    write_units: int = 0
    peak_memory_mb: float = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def invocations(self) -> int:
        """Count them."""
        return len(self.seconds)

    def add(self, took: Mapping[str, Any]) -> None:
        """Count one more."""
        self.write_units += took["write_units"]
        self.peak_memory_mb = max(self.peak_memory_mb, took["peak_memory_mb"])
        self.seconds.append(took["seconds"])


class Lambdas:
    """Queues on which messages wait, and the functions that take them one by one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.parts = Parts(read_config(environment))

    def run(self, step: str, message: Message) -> Used:
        """Queue a message for a step, and let it be handled with all that it leads to on the same queue."""
        self.parts.queue.send([message])
        used = Used()
        url = self.environment[QUEUES[message.kind]]
        while received := AwsService(SQS).call("ReceiveMessage", {"QueueUrl": url, "MaxNumberOfMessages": 1})[
            "Messages"
        ]:
            if used.invocations == MOST_INVOCATIONS:
                raise BenchError(f"{step} does not come to an end")
            used.add(self._invoke(step, str(received[0]["Body"])))
            done = [{"Id": "0", "ReceiptHandle": received[0]["ReceiptHandle"]}]
            AwsService(SQS).call("DeleteMessageBatch", {"QueueUrl": url, "Entries": done})
        return used

    def _invoke(self, step: str, body: str) -> Mapping[str, Any]:
        command = [sys.executable, "-m", "benchmarks.invocation", step]
        event = json.dumps({"Records": [{"messageId": "1", "body": body}]})
        done = subprocess.run(
            command, input=event, env=dict(self.environment), cwd=ROOT, capture_output=True, text=True,
            timeout=KILL_AFTER_S, check=False,
        )  # fmt: skip
        took: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) if not done.returncode else {}
        if not took or took["answer"]["batchItemFailures"]:
            raise BenchError(f"{step} failed: {(done.stdout + done.stderr)[-1500:]}")
        return took


def connect(parts: Parts, tenant: str, quickbooks: Mapping[str, str], connectwise: Mapping[str, str]) -> None:
    """Connect both systems of a partner, as the API does once the vendors have agreed."""
    connect_accounting(parts, tenant, quickbooks)
    keys = {name: connectwise[name] for name in ("public_key", "private_key")}
    site = {"site_url": connectwise["site_url"], "company_id": connectwise["company_id"]}
    parts.connections.connect(_connected(tenant, System.CONNECTWISE, site["company_id"], site), keys)


def connect_accounting(parts: Parts, tenant: str, quickbooks: Mapping[str, str]) -> None:
    """Connect a partner's QuickBooks alone."""
    expires_at = datetime.now(UTC) + timedelta(hours=1)
    tokens = Tokens(quickbooks["access_token"], quickbooks["refresh_token"], expires_at, None)
    parts.connections.connect(_connected(tenant, System.QUICKBOOKS, quickbooks["realm_id"]), tokens.to_secrets())


def _connected(tenant: str, system: System, account_id: str, details: dict[str, str] | None = None) -> Connection:
    return Connection(tenant, system, ConnectionState.CONNECTED, account_id, "Harborlight", details=details)


@contextmanager
def running_lambdas(ready: Mapping[str, Mapping[str, str]], folder: Path) -> Iterator[Lambdas]:
    """Run the AWS in memory. Takes: what the sandboxes said of themselves; a folder for its log."""
    secret = app_secret(ready["quickbooks"], ready["connectwise"])
    command = [sys.executable, "-m", "benchmarks.stub_table", secret]
    server = Server("the AWS in memory", command, {}, folder / "table.log", ROOT)
    try:
        url = f"http://127.0.0.1:{int(first_line(server, START_TIMEOUT_S))}"
        environment = local_environment(url, folder) | {
            "STAGE": "local", "LOG_LEVEL": "ERROR", "TABLE_NAME": "table", "TOKEN_KEY_ID": "key",
            "APP_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:app",
            "QUICKBOOKS_API_URL": ready["quickbooks"]["base_url"],
            "QUICKBOOKS_OAUTH_URL": ready["quickbooks"]["base_url"],
        }  # fmt: skip
        environment |= {name: f"{url}/123456789012/{kind}.fifo" for kind, name in QUEUES.items()}
        # What this process itself reads and writes goes there too.
        os.environ.update({name: value for name, value in environment.items() if name.startswith("AWS_")})
        yield Lambdas(environment)
    finally:
        server.stop()
