"""What the product as a whole keeps secret: one Secrets Manager secret, read once per worker."""

import json
from dataclasses import dataclass, field
from functools import cached_property

from crossfoot.aws import SECRETS_MANAGER, AwsService


@dataclass(frozen=True, slots=True)
class AppSettings:
    """The secret's members (template.yaml: AppSecret).

    Takes: `quickbooks_verifier_tokens` and `platform_webhook_secrets` may hold two while one replaces the other;
    `public_url` is the API's address as vendors and browsers reach it, without a slash at its end.
    """

    state_signing_key: str = field(repr=False)
    quickbooks_client_id: str = ""
    quickbooks_client_secret: str = field(default="", repr=False)
    quickbooks_verifier_tokens: tuple[str, ...] = field(default=(), repr=False)
    platform_webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    connectwise_client_id: str = field(default="", repr=False)
    public_url: str = ""


class AppSecret:
    """Reads the secret on first use and keeps it for the worker's life."""

    def __init__(self, arn: str) -> None:
        self._arn = arn

    @cached_property
    def settings(self) -> AppSettings:
        """Give the settings. Raises: RemoteUnavailable when Secrets Manager does not answer."""
        return read_settings(
            AwsService(SECRETS_MANAGER).call("GetSecretValue", {"SecretId": self._arn})["SecretString"]
        )


def read_settings(text: str) -> AppSettings:
    """Read the secret's JSON. Raises: KeyError, ValueError when it is not what template.yaml makes of it."""
    values = json.loads(text)
    return AppSettings(
        state_signing_key=values["state_signing_key"],
        quickbooks_client_id=values.get("quickbooks_client_id", ""),
        quickbooks_client_secret=values.get("quickbooks_client_secret", ""),
        quickbooks_verifier_tokens=tuple(token for token in values.get("quickbooks_verifier_tokens", ()) if token),
        platform_webhook_secrets=tuple(secret for secret in values.get("platform_webhook_secrets", ()) if secret),
        connectwise_client_id=values.get("connectwise_client_id", ""),
        public_url=values.get("public_url", "").rstrip("/"),
    )
