"""The real handlers on an AWS in process, each imported as a Lambda worker does it: once, with its own environment."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urlparse

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.dynamodb.connections import TableConnections
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.vault import KmsVault
from crossfoot.config import load_config
from crossfoot.core.model import System
from crossfoot.ports import Connection, ConnectionState
from crossfoot.wiring.workers import worker
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from tests.adapters.sandbox import Sandbox, exact
from tests.architecture.deployed import ROOT, steps
from tests.fakes.api import AUDIENCE
from tests.fakes.aws import aws_in_process
from tests.functions.table import MemoryDynamo

VERIFIER_TOKEN = "verifier-canary"
PLATFORM_SECRET = "whsec_platformcanary0123456789AB"
APP_SECRET = {
    "state_signing_key": "signing-canary-0123456789",
    "quickbooks_client_id": "app",
    "quickbooks_client_secret": "client-canary",
    "quickbooks_verifier_tokens": ["", VERIFIER_TOKEN],
    "platform_webhook_secrets": ["", PLATFORM_SECRET],
    "connectwise_client_id": "client-id-canary",
    "public_url": "https://crossfoot.example/",
}
TOKENS = {
    "access_token": "access-canary",
    "refresh_token": "refresh-canary",
    "access_expires_at": "2999-01-01T00:00:00+00:00",
}
REGION = "us-east-1"
QUEUES_URL = f"https://sqs.{REGION}.amazonaws.com"
SENDER = "crossfoot@crossfoot.example"
_NUMBERS = count(1)


@dataclass
class Aws:
    """What the functions are deployed on."""

    environment: dict[str, str]
    table: MemoryDynamo
    queues: dict[str, str] = field(default_factory=dict)

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """Take what waits in a queue."""
        found = boto3.client("sqs").receive_message(
            QueueUrl=self.queues[queue], MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        )
        return [
            {**json.loads(each["Body"]), "group": each["Attributes"]["MessageGroupId"]}
            for each in found.get("Messages", [])
        ]

    def connect(
        self,
        tenant: str,
        system: System,
        account_id: str,
        *,
        token: str = "",
        site_url: str = "",
        secrets: dict[str, str] | None = None,
    ) -> None:
        """Connect a partner's system in our table, as the API does."""
        details = {"site_url": site_url, "company_id": "acme"} if site_url else None
        connection = Connection(tenant, system, ConnectionState.CONNECTED, account_id, "Acme", details=details)
        vault = KmsVault(self.environment["TOKEN_KEY_ID"])
        table = TableConnections(Table(self.environment["TABLE_NAME"]), vault, SystemClock())
        table.connect(connection, secrets or ({"callback_token": token} if token else TOKENS))

    def items(self) -> list[dict[str, Any]]:
        """Read the whole table."""
        return self.table.items()


@pytest.fixture(scope="package")
def cloud() -> Iterator[str]:
    """One AWS for all tests here; what a test deploys has names of its own. Only the KMS key is shared: moto takes as long
    to make one as for everything else, and what it sealed is bound to partner, system and part.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        with aws_in_process():
            yield boto3.client("kms").create_key()["KeyMetadata"]["Arn"]


@pytest.fixture(scope="session")
def make_client() -> Callable[..., Any]:
    """Make each of boto3's clients once: one takes longer to make than a call to moto takes."""
    return cache(boto3.client)


@pytest.fixture
def aws(cloud: str, make_client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Aws:
    number = next(_NUMBERS)
    table = MemoryDynamo(f"crossfoot-local-{number}")
    send = URLLib3Session.send

    def client(service: str, **how: Any) -> Any:
        return table.client if service == "dynamodb" else make_client(service, **how)

    def answer(self: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
        return table.answer(request) or send(self, request)

    # For these tests only: others hang something on the clients that they make.
    monkeypatch.setattr(boto3, "client", client)
    monkeypatch.setattr(URLLib3Session, "send", answer)
    return _deploy(number, cloud, table)


def _deploy(number: int, token_key: str, table: MemoryDynamo) -> Aws:
    secret = boto3.client("secretsmanager").create_secret(Name=f"app-{number}", SecretString=json.dumps(APP_SECRET))
    # By moto's own hand: asking it for these by its API takes longer than most tests do.
    sqs = get_backend("sqs")[DEFAULT_ACCOUNT_ID][REGION]
    queues = {
        name: sqs.create_queue(f"{name}-{number}.fifo", FifoQueue="true").url(urlparse(QUEUES_URL))
        for work in (
            "nudges",
            "payments",
            "deposits",
            "crossfoot",
            "unpaid",
            "tending",
            "syncs",
            "sync_posts",
            "bills",
            "payable_syncs",
        )
        for name in (work, f"{work}_dead")
    }
    bucket = f"documents-{number}"
    get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(bucket, REGION)
    return Aws(
        {
            "STAGE": "local",
            "LOG_LEVEL": "INFO",
            "TABLE_NAME": table.name,
            "APP_SECRET_ARN": secret["ARN"],
            "TOKEN_KEY_ID": token_key,
            "QUICKBOOKS_API_URL": "http://127.0.0.1:9",
            "QUICKBOOKS_OAUTH_URL": "http://127.0.0.1:9",
            "QUICKBOOKS_AUTHORIZE_URL": "http://127.0.0.1:9/connect/oauth2",
            "QUICKBOOKS_REVOKE_URL": "http://127.0.0.1:9/revoke",
            "NUDGE_WINDOW_S": "3",
            "PAYMENT_TIMEOUT_S": "30",
            "SYNC_TIMEOUT_S": "300",
            "SYNCS_QUEUE_ARN": f"arn:aws:sqs:{REGION}:{DEFAULT_ACCOUNT_ID}:syncs-{number}.fifo",
            "SCHEDULE_GROUP": f"crossfoot-local-{number}",
            "SCHEDULE_ROLE_ARN": f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/schedules-{number}",
            "VENDOR_COMMIT_S": "45",
            "USER_POOL_CLIENT_ID": AUDIENCE,
            "DOCUMENTS_BUCKET": bucket,
            "MAIL_FROM": SENDER,
            **{f"{name.upper()}_QUEUE_URL": url for name, url in queues.items()},
        },
        table,
        queues,
    )


type Load = Callable[[str], ModuleType]


@pytest.fixture
def load(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Import a handler with the variables that the template gives it, and no other."""

    def start(step: str) -> ModuleType:
        _forget()
        given = {**steps()[step]["Environment"]["Variables"], "STAGE": "", "LOG_LEVEL": "", "TABLE_NAME": ""}
        for name in given:
            monkeypatch.setenv(name, aws.environment.get(name, step))
        for name in aws.environment.keys() - given.keys():
            monkeypatch.delenv(name, raising=False)
        path = ROOT / "functions" / step / "handler.py"
        spec = spec_from_file_location(f"handler_of_{step}", path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    root = logging.getLogger()
    before = [(handler, handler.formatter, list(handler.filters)) for handler in root.handlers]
    level = root.level
    yield start
    _forget()
    root.setLevel(level)
    for handler, formatter, filters in before:
        handler.setFormatter(formatter)
        handler.filters[:] = filters


def connect_sandbox(aws: Aws, quickbooks: Sandbox, tenant: str) -> None:
    """Connect a partner to the sandbox's company, for the handlers that are loaded from now on."""
    ready = quickbooks.ready
    aws.environment |= {"QUICKBOOKS_API_URL": quickbooks.url, "QUICKBOOKS_OAUTH_URL": quickbooks.url}
    client = {f"quickbooks_{name}": ready[name] for name in ("client_id", "client_secret")}
    arn = aws.environment["APP_SECRET_ARN"]
    boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=json.dumps(APP_SECRET | client))
    expires = datetime(2999, 1, 1, tzinfo=UTC).isoformat()
    tokens = {name: ready[name] for name in ("access_token", "refresh_token")} | {"access_expires_at": expires}
    aws.connect(tenant, System.QUICKBOOKS, ready["realm_id"], secrets=tokens)


def query_sandbox(quickbooks: Sandbox, entity: str) -> list[dict[str, Any]]:
    """Read what an accountant sees in the sandbox's company."""
    answer = quickbooks.http.get(
        f"/v3/company/{quickbooks.ready['realm_id']}/query",
        params={"query": f"SELECT * FROM {entity}", "minorversion": "75"},
        headers={"Authorization": f"Bearer {quickbooks.ready['access_token']}", "Accept": "application/json"},
    )
    found: list[dict[str, Any]] = exact(answer.text)["QueryResponse"].get(entity, [])
    return found


def _forget() -> None:
    """A new worker remembers nothing."""
    load_config.cache_clear()
    worker.cache_clear()


def in_time(remaining_ms: int = 15_000) -> SimpleNamespace:
    """Give the context of an invocation that has some time left."""
    return SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: remaining_ms)


def sample(step: str) -> dict[str, Any]:
    """Read a step's sample event."""
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{step}.json").read_text())
    return event
