"""platform_webhook: keep what the platform tells of its payments and payouts (P1, P2, D2).

Unlike the vendors' webhooks this one is believed: the record is the platform's own, and it signed it.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from crossfoot.messages.events import read_event
from crossfoot.messages.platform import to_follow_up
from crossfoot.ports import Book, Partners, Queue

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs. Takes: `is_genuine(raw, headers)`, with header names in lower case."""

    is_genuine: Callable[[bytes, Mapping[str, str]], bool]
    partners: Partners
    book: Book
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
    Source: P1, P2, D2.
    """
    if not ports.is_genuine(raw, headers):
        _log.warning("a post with a bad signature")
        return Received.NOT_GENUINE
    event = read_event(raw)
    if event.record is None:
        _log.warning("an event of a type that is not known here: %.64s", event.type)
        return Received.IGNORED
    if not ports.partners.exists(event.partner):
        _log.warning("an event of somebody who is no partner")
        return Received.NOBODYS
    ports.book.save(event.partner, [event.record])
    ports.queue.send(to_follow_up(event.partner, event.record))
    return Received.KEPT
