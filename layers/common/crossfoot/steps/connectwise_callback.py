"""connectwise_callback: verify that the partner's own site calls, nudge (I8).

Two locks: the secret in the callback's address, and the body's signature by a key that only the partner's own host gives
out. The address alone opens nothing, because addresses end up in logs and proxies. Where the host does not give its key,
nothing is nudged: ConnectWise is asked to try again (it does so twice), and after that the sweep reads what changed.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from crossfoot.core.model import System
from crossfoot.core.windows import nudge_window
from crossfoot.errors import Rejected, Retryable
from crossfoot.messages import Nudge

if TYPE_CHECKING:
    from crossfoot.ports import Clock, Queue

_log = logging.getLogger(__name__)

KEY_LIFE = timedelta(hours=1)
MAX_KEYS = 1_000


class Received(Enum):
    """What came of a callback."""

    NUDGED = auto()
    NOT_GENUINE = auto()
    KEY_UNAVAILABLE = auto()


@dataclass(slots=True)
class SigningKeys:
    """The signing keys that a worker has seen, by partner and address: one partner's key never stands for another's.

    Takes: `fetch(tenant, key_url)` asks the partner's own host, and raises Rejected for an address anywhere else.
    """

    fetch: Callable[[str, str], str]
    _kept: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)

    def find(self, tenant: str, key_url: str, now: datetime) -> str:
        """Give a key, fetched at most an hour ago. Raises: as `fetch`."""
        kept = self._kept.get((tenant, key_url))
        if kept is not None and now - kept[1] < KEY_LIFE:
            return kept[0]
        key = self.fetch(tenant, key_url)
        if len(self._kept) >= MAX_KEYS:
            self._kept.clear()
        self._kept[tenant, key_url] = key, now
        return key


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs.

    Takes: `find_tenant(token_hash)` is None for nobody's address; `read_key_url(raw)` raises ValueError; `is_genuine(raw,
    signature, key)`.
    Units: `window_s` equals the nudges queue's delay.
    """

    find_tenant: Callable[[str], tuple[str, System] | None]
    read_key_url: Callable[[bytes], str]
    is_genuine: Callable[[bytes, str, str], bool]
    signing_keys: SigningKeys
    queue: Queue
    clock: Clock
    window_s: int


def connectwise_callback(token: str, raw: bytes, signature: str, ports: Ports) -> Received:
    """Nudge the partner whose site calls. Source: I8."""
    found = ports.find_tenant(hashlib.sha256(token.encode()).hexdigest())
    if found is None:
        _log.warning("a callback to nobody's address")
        return Received.NOT_GENUINE
    tenant, system = found
    verdict = _verify(tenant, raw, signature, ports)
    if verdict is Received.NUDGED:
        window = nudge_window(ports.clock.now(), ports.window_s)
        ports.queue.send([Nudge(tenant=tenant, system=system, window=window)])
    return verdict


def _verify(tenant: str, raw: bytes, signature: str, ports: Ports) -> Received:
    told = {"tenant": tenant}
    try:
        key = ports.signing_keys.find(tenant, ports.read_key_url(raw), ports.clock.now())
    except (ValueError, Rejected) as error:
        _log.warning("a callback that is not the partner's own: %s", error, extra=told)
        return Received.NOT_GENUINE
    except Retryable as error:
        _log.warning("the site gives no signing key: %s", error, extra=told)
        return Received.KEY_UNAVAILABLE
    if not ports.is_genuine(raw, signature, key):
        _log.warning("a callback with a bad signature", extra=told)
        return Received.NOT_GENUINE
    return Received.NUDGED
