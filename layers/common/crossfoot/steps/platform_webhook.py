"""platform_webhook: keep what the platform tells of its payments, payouts and payables (P1, P2, B4, B6, D2).

Unlike the vendors' webhooks this one is believed: the record is the platform's own, and it signed it.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from crossfoot.core.payables.profile import ProfileFacts
from crossfoot.messages.events import read_event
from crossfoot.ports import Book, Outbox, Partners, PayablesSettings, Queue
from crossfoot.told import keep_facts, keep_told

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs. Takes: `is_genuine(raw, headers)`, with header names in lower case."""

    is_genuine: Callable[[bytes, Mapping[str, str]], bool]
    partners: Partners
    book: Book
    outbox: Outbox
    payables_settings: PayablesSettings
    queue: Queue


class Received(Enum):
    """What became of a post."""

    NOT_GENUINE = auto()
    IGNORED = auto()
    NOBODYS = auto()
    KEPT = auto()


def platform_webhook(raw: bytes, headers: Mapping[str, str], ports: Ports) -> Received:
    """Keep the record that an event holds, then queue what follows from it.

    The same event again keeps nothing new, and is queued again: a worker may have died between the two.
    Raises: BadFields for an event that cannot be read; nothing is kept by then.
    Source: P1, P2, B4, B6, D2.
    """
    if not ports.is_genuine(raw, headers):
        _log.warning("a post with a bad signature")
        return Received.NOT_GENUINE
    event = read_event(raw)
    if event.told is None:
        _log.warning("an event of a type that is not known here: %.64s", event.type)
        return Received.IGNORED
    if not ports.partners.exists(event.partner):
        _log.warning("an event of somebody who is no partner")
        return Received.NOBODYS
    if isinstance(event.told, ProfileFacts):
        keep_facts(event.partner, event.told, ports.payables_settings)
    else:
        keep_told(event.partner, event.told, ports)
    return Received.KEPT
