"""What makes moto's DynamoDB cheap to ask: most of a call's time went into looking up names and addresses, and signing."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.request import normalize_request
from moto.core.serialize import SERVICE_SPECIFIC_SERIALIZERS, JSONSerializer
from moto.core.utils import method_names_from_class
from moto.dynamodb.responses import DynamoHandler

_LIGHT = Config(signature_version=UNSIGNED, user_agent="tests")


@contextmanager
def cheap_calls() -> Iterator[None]:
    """Make DynamoDB's client once, which signs nothing, and let moto's DynamoDB answer with its items as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "client", _light)
        patch.setattr("moto.core.responses.method_names_from_class", cache(method_names_from_class))
        patch.setitem(SERVICE_SPECIFIC_SERIALIZERS, "dynamodb", {"json": PlainItems})
        patch.setattr(BotocoreStubber, "process_request", _ask)
        yield


_make = boto3.client


def _light(service: str, **how: Any) -> Any:
    return _light_dynamodb(**how) if service == "dynamodb" else _make(service, **how)


@cache
def _light_dynamodb(config: Config = Config(), **how: Any) -> Any:  # noqa: B008
    """Make a client that signs nothing; moto stands behind every client, whichever test made it."""
    return _make("dynamodb", config=config.merge(_LIGHT), **how)


_ask_whom_it_may_concern = BotocoreStubber.process_request


def _ask(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Any:
    """Give what is for DynamoDB to DynamoDB: moto tries the addresses of all services, and makes its own anew each time."""
    if not request.url.startswith("https://dynamodb."):
        return _ask_whom_it_may_concern(stubber, request)
    asked = normalize_request(request)
    return DynamoHandler.dispatch(asked, asked.raw_url, asked.headers)


class PlainItems(JSONSerializer):
    """Writes items as moto holds them, which otherwise looks in every value for ten members, each under several names."""

    def _serialize_type_map(self, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.value.name == "AttributeValue":
            self._default_serialize(serialized, value, shape, key)
        else:
            super()._serialize_type_map(serialized, value, shape, key)

    def _serialize_body(self, body: Any) -> str:
        return json.dumps(body, default=lambda binary: b64encode(binary).decode())
