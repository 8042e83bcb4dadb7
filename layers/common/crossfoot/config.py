"""The configuration: read once from the environment, and refused when it could reach what it must not."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import urlsplit

STAGES = ("local", "staging", "production")
# How AWS spells its services in AWS_ENDPOINT_URL_...
_ENDPOINTS = {"dynamodb": "DYNAMODB", "secretsmanager": "SECRETS_MANAGER", "sqs": "SQS"}
_SECONDS = ("nudge_window_s", "payment_timeout_s", "sync_timeout_s", "vendor_commit_s")


class ConfigError(Exception):
    """The environment does not describe a stack that may run; the message names the variable."""


@dataclass(frozen=True, slots=True)
class Config:
    """What template.yaml tells a function. A field is the variable of the same name in capitals.

    Takes: "" for what this function was not given; `require` says so by name before anything fails in the dark.
    Units: `nudge_window_s` equals the nudges queue's delay; `payment_timeout_s` is the timeout of mirror_payment, of
    record_deposit and of mirror_bill, `sync_timeout_s` that of sync_batch, and `vendor_commit_s` how long a vendor may take
    to commit what it took in (ledger.Patience).
    """

    stage: str
    table_name: str = ""
    token_key_id: str = ""
    app_secret_arn: str = ""
    nudges_queue_url: str = ""
    nudges_dead_queue_url: str = ""
    payments_queue_url: str = ""
    payments_dead_queue_url: str = ""
    deposits_queue_url: str = ""
    deposits_dead_queue_url: str = ""
    crossfoot_queue_url: str = ""
    crossfoot_dead_queue_url: str = ""
    unpaid_queue_url: str = ""
    unpaid_dead_queue_url: str = ""
    tending_queue_url: str = ""
    tending_dead_queue_url: str = ""
    syncs_queue_url: str = ""
    syncs_queue_arn: str = ""
    syncs_dead_queue_url: str = ""
    sync_posts_queue_url: str = ""
    sync_posts_dead_queue_url: str = ""
    bills_queue_url: str = ""
    bills_dead_queue_url: str = ""
    payable_syncs_queue_url: str = ""
    payable_syncs_dead_queue_url: str = ""
    schedule_group: str = ""
    schedule_role_arn: str = ""
    documents_bucket: str = ""
    mail_from: str = ""
    user_pool_client_id: str = ""
    quickbooks_api_url: str = ""
    quickbooks_oauth_url: str = ""
    quickbooks_authorize_url: str = ""
    quickbooks_revoke_url: str = ""
    log_level: str = "INFO"
    powertools_service_name: str = "crossfoot"
    nudge_window_s: int = 3
    payment_timeout_s: int = 30
    sync_timeout_s: int = 300
    vendor_commit_s: int = 45

    @property
    def is_local(self) -> bool:
        """Tell whether this is a stack on somebody's own machine: only that one may speak plain http, to sandboxes."""
        return self.stage == "local"

    def require(self, *names: str) -> Self:
        """Make sure that some fields are set. Raises: ConfigError naming those that are not."""
        missing = [name.upper() for name in names if not getattr(self, name)]
        if missing:
            raise ConfigError(f"not set in this function's environment: {', '.join(missing)}")
        return self


def read_config(environ: Mapping[str, str]) -> Config:
    """Read the configuration from environment variables.

    Raises: ConfigError when the stage is unknown, a number is none, or a vendor's URL is not allowed in the stage.
    """
    given = {field.name: environ[field.name.upper()] for field in fields(Config) if environ.get(field.name.upper())}
    stage = given.pop("stage", "")
    if stage not in STAGES:
        raise ConfigError(f"STAGE is {stage!r}, and not one of {', '.join(STAGES)}")
    seconds: dict[str, Any] = {name: _read_seconds(name.upper(), given.pop(name)) for name in _SECONDS if name in given}
    if stage != "local":
        for name, value in given.items():
            if name.startswith("quickbooks_"):
                _check_public(name.upper(), value)
    texts: dict[str, Any] = dict(given)
    return Config(stage=stage, **texts, **seconds)


@cache
def load_config() -> Config:
    """Read this worker's configuration, once. Raises: ConfigError."""
    return read_config(os.environ)  # noqa: TID251 - this is the one place that reads it


def locate_aws(service: str, environ: Mapping[str, str] = os.environ) -> tuple[str, str]:  # noqa: TID251 - as above
    """Find this worker's region and a service's address there. Raises: ConfigError when no region is set."""
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
    if not region:
        raise ConfigError("AWS_REGION is not set")
    given = environ.get(f"AWS_ENDPOINT_URL_{_ENDPOINTS[service]}") or environ.get("AWS_ENDPOINT_URL")
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return region, (given or f"https://{service}.{region}.{suffix}").rstrip("/") + "/"


def _read_seconds(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 900:
        raise ConfigError(f"{name} is {text!r}, and not a number of seconds from 1 to 900")
    return int(text)


def _check_public(name: str, url: str) -> None:
    """Make sure that a vendor's URL is one of the real world. Source: section 7 of docs/architecture.md."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" or not host or parts.username is not None:
        raise ConfigError(f"{name} is {url!r}; outside the stage local a vendor is reached by https only")
    if host == "localhost" or host.endswith(".localhost") or _is_private_address(host):
        raise ConfigError(f"{name} is {url!r}; only the stage local may talk to this machine or a private network")


def _is_private_address(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        # A name. Numbers in other spellings (2130706433, 0x7f.1) have no letter beyond hexadecimal ones and no suffix.
        return "." not in host or host.rpartition(".")[2].isdigit()
