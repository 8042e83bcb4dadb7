"""Wires connectwise_callback. What only a rare path needs is imported there, because it must start fast."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.connectwise import callback
from crossfoot.adapters.dynamodb.accounts import Accounts, PointReads
from crossfoot.adapters.sqs import SqsQueue
from crossfoot.core.model import System
from crossfoot.errors import Rejected
from crossfoot.steps import connectwise_callback

if TYPE_CHECKING:
    from crossfoot.adapters.dynamodb.connections import TableConnections
    from crossfoot.config import Config

# ConnectWise waits five seconds for our answer.
KEY_TIMEOUT_S = 3.0


def connectwise_callback_ports(config: Config) -> connectwise_callback.Ports:
    """Wire connectwise_callback."""
    config.require("table_name", "nudges_queue_url")
    return connectwise_callback.Ports(
        find_tenant=Accounts(PointReads(config.table_name)).find_tenant_by_callback,
        read_key_url=callback.read_key_url,
        is_genuine=callback.verify,
        signing_keys=connectwise_callback.SigningKeys(
            lambda tenant, key_url: _fetch_signing_key(config, tenant, key_url)
        ),
        queue=SqsQueue({"nudge": config.nudges_queue_url}),
        clock=SystemClock(),
        window_s=config.nudge_window_s,
    )


def _fetch_signing_key(config: Config, tenant: str, key_url: str) -> str:
    """Ask the partner's own host, as an unknown caller: this function has neither the partner's keys nor the right to."""
    from crossfoot.adapters.connectwise.signing_key import fetch_signing_key
    from crossfoot.adapters.connectwise.site import Account
    from crossfoot.http import LOCAL, STRICT, Door

    connection = _connections(config).load(tenant, System.CONNECTWISE)
    site = (connection.details or {}) if connection else {}
    if "site_url" not in site:
        raise Rejected("no_site", "the partner has no ConnectWise site any more")
    account = Account(site["site_url"], site.get("company_id", ""), public_key="", private_key="", client_id="")
    door = Door(LOCAL if config.is_local else STRICT, read_timeout_s=KEY_TIMEOUT_S)
    return fetch_signing_key(door, account, key_url)


@cache
def _connections(config: Config) -> TableConnections:
    from crossfoot.adapters.dynamodb.connections import TableConnections
    from crossfoot.adapters.dynamodb.table import Table
    from crossfoot.adapters.vault import KmsVault

    # Reading a connection opens no secret, so the vault is never asked.
    return TableConnections(Table(config.table_name), KmsVault(config.token_key_id), SystemClock())
