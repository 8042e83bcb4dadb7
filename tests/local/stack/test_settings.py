"""The app's own secret on a local stack: what the sandboxes say, and a secret of the platform's that is made once."""

import json
from types import SimpleNamespace
from typing import Any, cast

from standardwebhooks import Webhook

from local.stack.aws import Stack
from local.stack.settings import PLATFORM_SECRETS, fill_settings


class _Secrets:
    """Secrets Manager with one secret."""

    def __init__(self) -> None:
        self.text = '{"state_signing_key": "k"}'
        self.writes = 0

    def get_secret_value(self, SecretId: str) -> dict[str, Any]:  # noqa: N803 - AWS's own name
        return {"SecretString": self.text}

    def put_secret_value(self, SecretId: str, SecretString: str) -> None:  # noqa: N803
        self.text, self.writes = SecretString, self.writes + 1


def test_the_platform_has_a_secret_that_stays_and_what_is_set_stands_beside_it() -> None:
    secrets = _Secrets()
    session = SimpleNamespace(client=lambda *_, **__: secrets)
    stack = cast(Stack, SimpleNamespace(session=session, endpoint_url=None, outputs={"AppSecretArn": "arn"}))
    fill_settings(stack, {"public_url": "http://one"})
    made = json.loads(secrets.text)
    (secret,) = made[PLATFORM_SECRETS]
    assert made["state_signing_key"] == "k"
    assert made["public_url"] == "http://one"
    assert len(Webhook(secret)._whsecret) == 32
    fill_settings(stack, {"public_url": "http://one"})
    assert (json.loads(secrets.text), secrets.writes) == (made, 1)
