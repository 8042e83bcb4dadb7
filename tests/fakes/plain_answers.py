"""What makes moto's DynamoDB cheap to ask: most of a call's time went into looking up names, and into signing."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from moto.core.serialize import SERVICE_SPECIFIC_SERIALIZERS, JSONSerializer
from moto.core.utils import method_names_from_class

_LIGHT = Config(signature_version=UNSIGNED, user_agent="tests")


@contextmanager
def cheap_calls() -> Iterator[None]:
    """Make DynamoDB's client once, which signs nothing, and let moto's DynamoDB answer with its items as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "client", _light)
        patch.setattr("moto.core.responses.method_names_from_class", cache(method_names_from_class))
        patch.setitem(SERVICE_SPECIFIC_SERIALIZERS, "dynamodb", {"json": PlainItems})
        yield


_make = boto3.client


def _light(service: str, **how: Any) -> Any:
    return _light_dynamodb(**how) if service == "dynamodb" else _make(service, **how)


@cache
def _light_dynamodb(config: Config = Config(), **how: Any) -> Any:  # noqa: B008
    """Make a client that signs nothing; moto stands behind every client, whichever test made it."""
    return _make("dynamodb", config=config.merge(_LIGHT), **how)


class PlainItems(JSONSerializer):
    """Writes items as moto holds them, which otherwise looks in every value for ten members, each under several names."""

    def _serialize_type_map(self, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.value.name == "AttributeValue":
            self._default_serialize(serialized, value, shape, key)
        else:
            super()._serialize_type_map(serialized, value, shape, key)

    def _serialize_body(self, body: Any) -> str:
        return json.dumps(body, default=lambda binary: b64encode(binary).decode())
