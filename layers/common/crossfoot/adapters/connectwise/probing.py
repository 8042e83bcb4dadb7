"""Tries every right that we need, each on its own endpoint (C3)."""

from crossfoot.adapters.connectwise.client import ConnectWiseClient
from crossfoot.adapters.connectwise.refusals import SECURITY
from crossfoot.core.rights import RIGHTS, Probed, Right, RightState
from crossfoot.errors import CrossfootError, Rejected


def probe_rights(client: ConnectWiseClient) -> tuple[Probed, ...]:
    """Try them all. What stays unseen: the level "My" instead of "All" gives no refusal, only fewer records. Source: C3."""
    return tuple(_probe(client, right) for right in RIGHTS)


def _probe(client: ConnectWiseClient, right: Right) -> Probed:
    try:
        client.get(right.probe, {"pageSize": "1"}, quiet=True)
    except CrossfootError as error:
        if isinstance(error, Rejected) and error.code == SECURITY:
            return Probed(right, RightState.MISSING)
        return Probed(right, RightState.UNKNOWN, str(error))
    return Probed(right, RightState.GRANTED)
