"""The product on a local AWS: the real steps, entry and adapters; only the queues between them are played."""

import json
import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import boto3
from crossfoot.adapters.dynamodb.budget import TableBudget
from crossfoot.config import read_config
from crossfoot.core.model import System
from crossfoot.core.preferences import Preferences
from crossfoot.entry import handle_batch
from crossfoot.messages import MirrorPayment, Nudge
from crossfoot.ports import Clock, Connection, ConnectionState
from crossfoot.steps.fetch_new_data import fetch_new_data
from crossfoot.steps.mirror_payment import MirrorPayments
from crossfoot.wiring.workers import Parts, fetch_new_data_ports, mirror_payment_ports

from benchmarks.figures import BenchError
from benchmarks.queues import FifoQueues, failed, to_event
from local.stack.aws import local_environment
from local.stack.ministack import start_ministack, wait_for_ministack
from local.stack.paths import Home
from local.stack.processes import free_port
from tests.adapters.dynamodb.doubles import write_units_of

TABLE = "crossfoot-bench"
# template.yaml: BatchSize of the two queues' event sources.
NUDGES_PER_BATCH, PAYMENTS_PER_BATCH = 1, 10
MAX_DELIVERIES = 5_000


@dataclass
class Spent:
    """What the product used up. Units: `write_units` as AWS bills them."""

    calls: int = 0
    write_units: int = 0

    def since(self, before: "Spent") -> "Spent":
        """Give what was used up since then."""
        return Spent(self.calls - before.calls, self.write_units - before.write_units)

    def copy(self) -> "Spent":
        """Note how things stand."""
        return Spent(self.calls, self.write_units)


class CountedBudget(TableBudget):
    """The real budget, that also counts every call to a vendor: each asks it first."""

    def __init__(self, parts: Parts, spent: Spent) -> None:
        super().__init__(parts.table, parts.clock)
        self._spent = spent

    def take(self, tenant: str, system: System, metered: bool, *, batch: bool = False) -> None:
        super().take(tenant, system, metered, batch=batch)
        self._spent.calls += 1


class Product:
    """The workers of fetch_new_data and mirror_payment, and the queues between them."""

    def __init__(self, parts: Parts, queues: FifoQueues, spent: Spent) -> None:
        self.parts, self.queues, self.spent = parts, queues, spent
        self._fetch, self._mirror = fetch_new_data_ports(parts), mirror_payment_ports(parts)

    def connect(
        self, tenant: str, system: System, account_id: str, secrets: dict[str, str], details: dict[str, str] | None
    ) -> None:
        """Connect a partner's system, as the API does once the vendor has agreed."""
        connection = Connection(tenant, system, ConnectionState.CONNECTED, account_id, "Harborlight", details=details)
        self.parts.connections.connect(connection, secrets)

    def turn_on(self, tenant: str) -> None:
        """Turn the toggle on (E3)."""
        self.parts.preferences.save(tenant, Preferences(external_payments_enabled=True))

    def nudge(self, tenant: str, system: System, because: str) -> None:
        """Queue a nudge."""
        self.queues.send([Nudge(tenant=tenant, system=system, because=because)])

    def work(self) -> None:
        """Let the workers empty the queues. Raises: BenchError when they do not get there."""
        self._empty("nudge", NUDGES_PER_BATCH)
        self._empty("mirror_payment", PAYMENTS_PER_BATCH)

    def _empty(self, kind: str, most: int) -> None:
        for number, batch in enumerate(self.queues.take(kind, most)):
            if number > MAX_DELIVERIES:
                raise BenchError(f"the queue of {kind} does not become empty")
            again = failed(batch, self._deliver(kind, to_event(batch)))
            if again:
                self.queues.put_back(again)
                _wait_for_the_next_minute(self.parts.clock)

    def _deliver(self, kind: str, event: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
        try:
            if kind == "nudge":
                return handle_batch(event, Nudge, lambda _tenant, _nudges: self._read)
            return handle_batch(event, MirrorPayment, self._gather)
        finally:
            self.parts.budget.flush()

    def _read(self, nudge: Nudge) -> None:
        fetch_new_data(nudge.tenant, nudge.system, self._fetch)

    def _gather(self, tenant: str, messages: Sequence[MirrorPayment]) -> Any:
        payments = MirrorPayments(tenant, [message.payment for message in messages], self._mirror)
        return lambda message: payments.mirror(message.payment, message.again)


def _wait_for_the_next_minute(clock: Clock) -> None:
    """Wait as a visibility timeout does: the vendor's limit for this minute is used up."""
    time.sleep(60 - clock.now().second)


@contextmanager
def running_product(quickbooks: Mapping[str, str], connectwise: Mapping[str, str], folder: Path) -> Iterator[Product]:
    """Set the product up with nobody connected.

    Takes: what the two sandboxes said of themselves; a folder for what the local AWS keeps.
    """
    logging.getLogger("crossfoot").setLevel(logging.CRITICAL)
    port = free_port()
    server = start_ministack(Home(folder), port)
    try:
        wait_for_ministack(server, port)
        os.environ.update(local_environment(f"http://127.0.0.1:{port}", folder))
        parts = Parts(read_config(_deployed(quickbooks, connectwise)))
        spent, queues = Spent(), FifoQueues()
        parts.__dict__.update(queue=queues, budget=CountedBudget(parts, spent))
        _weigh_writes(parts, spent)
        yield Product(parts, queues, spent)
    finally:
        server.stop()


def _deployed(quickbooks: Mapping[str, str], connectwise: Mapping[str, str]) -> dict[str, str]:
    """Make the table, the key and the secret. Returns: the environment that names them."""
    key = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    texts = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    boto3.client("dynamodb").create_table(
        TableName=TABLE, KeySchema=key, AttributeDefinitions=texts, BillingMode="PAY_PER_REQUEST"
    )
    settings = app_secret(quickbooks, connectwise)
    secret = boto3.client("secretsmanager").create_secret(Name="app", SecretString=settings)
    return {
        "STAGE": "local", "TABLE_NAME": TABLE, "APP_SECRET_ARN": secret["ARN"],
        "TOKEN_KEY_ID": boto3.client("kms").create_key()["KeyMetadata"]["Arn"],
        "QUICKBOOKS_API_URL": quickbooks["base_url"], "QUICKBOOKS_OAUTH_URL": quickbooks["base_url"],
    }  # fmt: skip


def app_secret(quickbooks: Mapping[str, str], connectwise: Mapping[str, str]) -> str:
    """Write the product's own secret."""
    return json.dumps({
        "state_signing_key": "made-up",
        "quickbooks_client_id": quickbooks["client_id"],
        "quickbooks_client_secret": quickbooks["client_secret"],
        "quickbooks_verifier_tokens": [quickbooks["verifier_token"]],
        "connectwise_client_id": connectwise["client_id"],
    })  # fmt: skip


def _weigh_writes(parts: Parts, spent: Spent) -> None:
    """Weigh every write as AWS bills it, which the local AWS does not."""
    lock = Lock()

    def weigh(params: dict[str, Any], model: Any, **_: object) -> None:
        with lock:
            spent.write_units += write_units_of(model.name, params)

    parts.table.client.meta.events.register("provide-client-params.dynamodb.*", weigh)
