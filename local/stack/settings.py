"""What an operator sets: the app's own secret, but for the signing key that the stack makes, and who sends e-mail."""

import json
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from secrets import token_bytes
from typing import Any

from local.stack.aws import Stack

PLATFORM_SECRETS = "platform_webhook_secrets"


def fill_settings(stack: Stack, settings: Mapping[str, Any]) -> None:
    """Set some of the secret's fields and leave the others as they are; what the platform signs with is made once."""
    secrets = stack.session.client("secretsmanager", endpoint_url=stack.endpoint_url)
    secret_id = stack.outputs["AppSecretArn"]
    current = json.loads(secrets.get_secret_value(SecretId=secret_id)["SecretString"])
    wanted = current | dict(settings)
    wanted[PLATFORM_SECRETS] = wanted.get(PLATFORM_SECRETS) or [_new_webhook_secret()]
    if wanted != current:
        secrets.put_secret_value(SecretId=secret_id, SecretString=json.dumps(wanted))


def verify_sender(stack: Stack, address: str) -> None:
    """Have SES know who sends, as an operator does in production. The emulator asks nobody for a proof."""
    ses = stack.session.client("sesv2", endpoint_url=stack.endpoint_url)
    with suppress(ses.exceptions.AlreadyExistsException):  # of a stack that was kept
        ses.create_email_identity(EmailIdentity=address)


def _new_webhook_secret() -> str:
    """Make a secret as the Standard Webhooks specification has them."""
    return "whsec_" + b64encode(token_bytes(32)).decode()


def sandbox_settings(quickbooks: Mapping[str, Any], connectwise: Mapping[str, Any], api_url: str) -> dict[str, Any]:
    """The settings that fit the two sandboxes, from what they said of themselves."""
    return {
        "quickbooks_client_id": quickbooks["client_id"],
        "quickbooks_client_secret": quickbooks["client_secret"],
        "quickbooks_verifier_tokens": [quickbooks["verifier_token"]],
        "connectwise_client_id": connectwise["client_id"],
        "public_url": api_url,
    }
