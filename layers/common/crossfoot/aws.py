"""The short way to AWS for what a webhook needs: signed JSON posts, without a client of boto3.

A client of boto3 reads the description of its whole service before the first call: for three services that is half of a
cold start (docs/decisions/0011-webhooks-post-signed-json.md). Signing, credentials, connections and the errors are
botocore's own. Every other adapter uses boto3.
"""

import json
import random
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from botocore import exceptions as aws
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.credentials import ContainerProvider, CredentialResolver, Credentials, EnvProvider
from botocore.httpsession import URLLib3Session

from crossfoot.config import locate_aws
from crossfoot.errors import AwsUnavailable

CONNECT_TIMEOUT_S = 2
READ_TIMEOUT_S = 5
ATTEMPTS = 4
FIRST_PAUSE_S = 0.05
_BUSY = frozenset(
    (
        "InternalServerError",
        "InternalServiceError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ThrottlingException",
    )
)

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a service of the AWS JSON protocol is spoken to. Source: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html"""

    service: str
    target: str
    version: str


DYNAMODB = Protocol("dynamodb", "DynamoDB_20120810", "1.0")
SECRETS_MANAGER = Protocol("secretsmanager", "secretsmanager", "1.1")
SQS = Protocol("sqs", "AmazonSQS", "1.0")


class AwsService:
    """One service. Nothing is looked up before the first call, because a snapshot of the worker may be taken until then."""

    def __init__(self, protocol: Protocol, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._protocol, self._pause = protocol, pause

    def call(self, operation: str, request: Mapping[str, Any]) -> Json:
        """Make a call that may be carried out twice: it is repeated while AWS is busy or away.

        Raises: RemoteUnavailable when it stays so; botocore's ClientError for a refusal, which is a bug of ours.
        """
        body = json.dumps(request).encode()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._post(operation, body)
            except (aws.ClientError, aws.ConnectionError, aws.HTTPClientError) as error:
                if not _is_passing(error):
                    raise
                if attempt == ATTEMPTS:
                    raise AwsUnavailable(f"{self._protocol.service} does not answer: {error}") from error
            # Chance keeps the workers of a burst apart.
            self._pause(FIRST_PAUSE_S * 2**attempt * random.uniform(0.5, 1))  # noqa: S311
        raise AssertionError("the last attempt returns or raises")

    @cached_property
    def _place(self) -> tuple[str, str]:
        return locate_aws(self._protocol.service)

    def _post(self, operation: str, body: bytes) -> Json:
        region, url = self._place
        headers = {
            "Content-Type": f"application/x-amz-json-{self._protocol.version}",
            "X-Amz-Target": f"{self._protocol.target}.{operation}",
        }
        request = AWSRequest(method="POST", url=url, headers=headers, data=body)
        SigV4Auth(_credentials().get_frozen_credentials(), self._protocol.service, region).add_auth(request)
        return _read(_connections().send(request.prepare()), operation)


def _is_passing(error: Exception) -> bool:
    if not isinstance(error, aws.ClientError):
        return True
    code = error.response["Error"]["Code"].rpartition(".")[2]
    return code in _BUSY or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500


@cache
def _connections() -> URLLib3Session:
    # Head and body are two packets: without this the second one waits 40 ms for the first one's acknowledgement.
    at_once: Any = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    timeouts: Any = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
    return URLLib3Session(timeout=timeouts, socket_options=at_once)


@cache
def _credentials() -> Credentials:
    """Find the worker's credentials. A worker that comes from a snapshot gets them from a local address, in place of
    variables, and they expire: https://docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html"""
    found = CredentialResolver([EnvProvider(), ContainerProvider()]).load_credentials()
    if found is None:
        raise aws.NoCredentialsError
    return found


def _read(answer: AWSResponse, operation: str) -> Json:
    try:
        content: Any = json.loads(answer.content)
    except ValueError as error:
        if answer.status_code < 300:
            raise aws.HTTPClientError(error=error) from error
        content = {}
    if answer.status_code < 300:
        return dict(content)
    raise _refusal(answer, content, operation)


def _refusal(answer: AWSResponse, content: Any, operation: str) -> aws.ClientError:
    said = content if isinstance(content, dict) else {}
    # SQS spells the codes of its older protocol in a header, and callers know them by those.
    code = answer.headers.get("x-amzn-query-error", "").partition(";")[0] or str(said.get("__type", ""))
    return aws.ClientError(
        {
            "Error": {
                "Code": code.partition(":")[0].rpartition("#")[2] or str(answer.status_code),
                "Message": str(said.get("message") or said.get("Message") or ""),
            },
            "ResponseMetadata": {
                "HTTPStatusCode": answer.status_code,
                "RequestId": answer.headers.get("x-amzn-requestid", ""),
                "HostId": "",
                "HTTPHeaders": {},
                "RetryAttempts": 0,
            },
        },
        operation,
    )
