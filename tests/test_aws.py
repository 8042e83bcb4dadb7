"""The short way to AWS: the same words as boto3's client, signed, repeated while AWS is busy, and named when it fails."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import boto3
import pytest
from botocore import exceptions as aws_errors
from crossfoot import aws
from crossfoot.aws import ATTEMPTS, DYNAMODB, SECRETS_MANAGER, SQS, AwsService, Protocol
from crossfoot.errors import RemoteUnavailable

from tests.fakes.aws import Asked, Said, ScriptedAws, scripted_aws

GET = {"TableName": "t", "Key": {"pk": {"S": "é"}, "sk": {"S": "x"}}, "ConsistentRead": True}
SEND = {"QueueUrl": "https://sqs/1/q.fifo", "Entries": [{"Id": "0", "MessageBody": "{}", "MessageGroupId": "g"}]}
CALLS = [
    (DYNAMODB, "GetItem", "get_item", GET),
    (SECRETS_MANAGER, "GetSecretValue", "get_secret_value", {"SecretId": "arn"}),
    (SQS, "SendMessageBatch", "send_message_batch", SEND),
]


@pytest.fixture
def server() -> Iterator[ScriptedAws]:
    aws._credentials.cache_clear()
    with scripted_aws() as scripted:
        yield scripted
    aws._credentials.cache_clear()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def table(server: ScriptedAws, pauses: list[float]) -> AwsService:
    return AwsService(DYNAMODB, pause=pauses.append)


def signed(asked: Asked) -> tuple[str, str]:
    """Give whom a request is signed by, and for what, without its time; and which headers the signature covers."""
    credential, headers, _ = asked.headers["authorization"].removeprefix("AWS4-HMAC-SHA256 ").split(", ")
    who, _, region, service, end = credential.removeprefix("Credential=").split("/")
    return f"{who}/{region}/{service}/{end}", headers


@pytest.mark.parametrize(("protocol", "operation", "method", "request_"), CALLS, ids=lambda value: str(value)[:20])
def test_it_says_what_a_client_of_boto3_says(
    server: ScriptedAws, protocol: Protocol, operation: str, method: str, request_: dict[str, Any]
) -> None:
    server.script = [Said(), Said()]
    AwsService(protocol).call(operation, request_)
    getattr(boto3.Session().client(protocol.service), method)(**request_)
    ours, theirs = server.asked
    for name in ("content-type", "x-amz-target", "host"):
        assert ours.headers[name] == theirs.headers[name], name
    assert (ours.path, ours.json) == (theirs.path, theirs.json)
    assert signed(ours)[0] == signed(theirs)[0] == f"AKIAMADEUP/eu-west-3/{protocol.service}/aws4_request"
    assert {"content-type", "host", "x-amz-date", "x-amz-target"} <= set(signed(ours)[1].partition("=")[2].split(";"))


def test_a_session_token_goes_along_and_is_signed(server: ScriptedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    server.script = [Said()]
    AwsService(SQS).call("SendMessageBatch", SEND)
    assert server.asked[0].headers["x-amz-security-token"] == "session"
    assert "x-amz-security-token" in signed(server.asked[0])[1]


def test_a_worker_from_a_snapshot_is_given_its_keys_by_a_local_address(
    server: ScriptedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {"AccessKeyId": "AKIASNAPSHOT", "SecretAccessKey": "s", "Token": "t", "Expiration": "2999-01-01T00:00:00Z"}
    monkeypatch.setattr(server.RequestHandlerClass, "do_GET", _give(keys), raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{server.url}/keys")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "local")
    server.script = [Said(), Said()]
    for _ in range(2):
        AwsService(SQS).call("SendMessageBatch", SEND)
    assert [signed(asked)[0].partition("/")[0] for asked in server.asked] == ["AKIASNAPSHOT"] * 2
    assert server.asked[0].headers["x-amz-security-token"] == "t"


def _give(keys: dict[str, str]) -> Any:
    def get(self: BaseHTTPRequestHandler) -> None:
        assert (self.path, self.headers["Authorization"]) == ("/keys", "local")
        body = json.dumps(keys).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    return get


def test_without_keys_it_crashes(server: ScriptedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(aws_errors.NoCredentialsError):
        AwsService(SQS).call("SendMessageBatch", SEND)


BUSY = [
    Said.refusal("ProvisionedThroughputExceededException"),
    Said.refusal("ThrottlingException"),
    Said.refusal("InternalServerError", 500),
    Said(503, "<html>busy</html>"),
    Said(200, '{"Item": {"pk"'),
    Said(0),
]


@pytest.mark.parametrize("busy", BUSY, ids=lambda said: f"{said.status} {said.body[:50]}")
def test_what_passes_is_waited_for_longer_each_time(
    server: ScriptedAws, table: AwsService, pauses: list[float], busy: Said
) -> None:
    server.script = [*[busy] * (ATTEMPTS - 1), Said(200, '{"Item": {}}')]
    assert table.call("GetItem", GET) == {"Item": {}}
    assert len(server.asked) == ATTEMPTS
    assert pauses == sorted(pauses)
    assert sum(pauses) < 1


@pytest.mark.parametrize("busy", BUSY, ids=lambda said: f"{said.status} {said.body[:50]}")
def test_what_does_not_pass_is_named_and_the_attempts_are_bounded(
    server: ScriptedAws, table: AwsService, busy: Said
) -> None:
    server.script = [busy] * (ATTEMPTS + 1)
    with pytest.raises(RemoteUnavailable, match="dynamodb"):
        table.call("GetItem", GET)
    assert len(server.asked) == ATTEMPTS


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Said.refusal("AccessDeniedException"), "AccessDeniedException"),
        (Said(400, '{"__type": "ResourceNotFoundException:http://internal/"}'), "ResourceNotFoundException"),
        (Said(400, "{}", {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"}),
         "AWS.SimpleQueueService.NonExistentQueue"),
        (Said(404, "[]"), "404"),
    ],
)  # fmt: skip
def test_a_refusal_is_no_weather_and_crashes_at_once(
    server: ScriptedAws, table: AwsService, said: Said, code: str
) -> None:
    server.script = [said]
    with pytest.raises(aws_errors.ClientError) as raised:
        table.call("GetItem", GET)
    assert raised.value.response["Error"]["Code"] == code
    assert raised.value.operation_name == "GetItem"


def test_aws_that_cannot_be_reached_is_away(server: ScriptedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
    with pytest.raises(RemoteUnavailable):
        AwsService(DYNAMODB, pause=lambda _: None).call("GetItem", GET)
    assert server.asked == []
