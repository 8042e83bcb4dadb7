"""qbo_webhook: verify QuickBooks' signature, split by company, nudge (I8). Imports as little as it can."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crossfoot.core.model import System
from crossfoot.core.windows import nudge_window
from crossfoot.messages import Nudge

if TYPE_CHECKING:
    from crossfoot.ports import Clock, Queue

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs.

    Takes: `is_genuine(raw, signature)`; `read_accounts(raw)` gives the vendor accounts that a post names, and raises
    ValueError for a post that is not readable as a whole; `find_tenant(system, account)` is None for nobody's account.
    Units: `window_s` equals the nudges queue's delay.
    """

    is_genuine: Callable[[bytes, str], bool]
    read_accounts: Callable[[bytes], Iterable[str]]
    find_tenant: Callable[[System, str], str | None]
    queue: Queue
    clock: Clock
    window_s: int


@dataclass(frozen=True, slots=True)
class Received:
    """What a genuine post led to."""

    nudged: int = 0
    unknown: int = 0


def qbo_webhook(raw: bytes, signature: str, ports: Ports) -> Received | None:
    """Nudge every partner whose company a post names.

    Returns: None for a post that Intuit did not sign; nothing was read or stored then.
    Source: I8; the events say where to look, so a burst on one company is one nudge.
    """
    if not ports.is_genuine(raw, signature):
        _log.warning("a post with a bad signature")
        return None
    try:
        accounts = tuple(dict.fromkeys(ports.read_accounts(raw)))
    except ValueError as error:
        # Intuit signed it, so sending it again will not make it readable, and would hold back what follows it.
        _log.error("a genuine post that cannot be read: %s", error)
        return Received()
    tenants = [ports.find_tenant(System.QUICKBOOKS, account) for account in accounts]
    found = tuple(dict.fromkeys(tenant for tenant in tenants if tenant))
    unknown = tenants.count(None)
    if unknown:
        _log.warning("events of %d companies that are connected to no partner", unknown, extra={"unknown": unknown})
    window = nudge_window(ports.clock.now(), ports.window_s)
    ports.queue.send([Nudge(tenant=tenant, system=System.QUICKBOOKS, window=window) for tenant in found])
    return Received(len(found), unknown)
