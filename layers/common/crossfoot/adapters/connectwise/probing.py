"""Tries every right that we need, each on its own endpoint (C3)."""

import time
from collections.abc import Callable

from crossfoot.adapters.connectwise.client import ConnectWiseClient
from crossfoot.adapters.connectwise.refusals import SECURITY
from crossfoot.core.rights import RIGHTS, Probed, Right, RightState
from crossfoot.errors import CrossfootError, Rejected

# A person waits for the answer, and API Gateway waits 29 seconds, in which one call may take 20.
PATIENCE_S = 8.0
_TOO_SLOW = "not tried: ConnectWise answers too slowly just now"


def probe_rights(client: ConnectWiseClient, now: Callable[[], float] = time.monotonic) -> tuple[Probed, ...]:
    """Try them all, as long as ConnectWise answers in reasonable time.

    What stays unseen: the level "My" instead of "All" gives no refusal, only fewer records.
    Source: C3.
    """
    deadline = now() + PATIENCE_S
    return tuple(
        _probe(client, right) if now() < deadline else Probed(right, RightState.UNKNOWN, _TOO_SLOW) for right in RIGHTS
    )


def _probe(client: ConnectWiseClient, right: Right) -> Probed:
    try:
        client.get(right.probe, {"pageSize": "1"}, quiet=True)
    except CrossfootError as error:
        if isinstance(error, Rejected) and error.code == SECURITY:
            return Probed(right, RightState.MISSING)
        return Probed(right, RightState.UNKNOWN, str(error))
    return Probed(right, RightState.GRANTED, right.untried)
