"""Telling partners by e-mail: each turn of a connection, and once a day what needs attention (C7, X1)."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crossfoot.core.mails import Mail, Tally, write_digest, write_turn
from crossfoot.core.notices import Checkup
from crossfoot.core.notifications import Notifications, digest_day
from crossfoot.errors import BadMessage, Conflict, RemoteUnavailable
from crossfoot.linking import find_open
from crossfoot.messages import SendNotice
from crossfoot.ports import (
    Attention,
    Book,
    Clock,
    Connections,
    Mailbox,
    Matches,
    Notices,
    NotificationStore,
    check_up,
)

DIGEST = "digest"
MATCHES_LOOKED_AT = 200

_log = logging.getLogger(__name__)


class Desk(Protocol):
    """What is needed to tell partners; a step's own ports offer it. Takes: `mailbox` is None where e-mail is off."""

    @property
    def attention(self) -> Attention: ...
    @property
    def book(self) -> Book: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def connections(self) -> Connections: ...
    @property
    def mailbox(self) -> Mailbox | None: ...
    @property
    def matches(self) -> Matches: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def notifications(self) -> NotificationStore: ...


def day_of_digest(chosen: Notifications, now: datetime) -> date | None:
    """Say of which of the partner's days a digest is due now; None for none."""
    return digest_day(chosen.digest_hour, now.astimezone(find_zone(chosen.time_zone) or ZoneInfo("UTC")))


def find_zone(name: str) -> ZoneInfo | None:
    """Find a time zone by its IANA name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def send_notice(request: SendNotice, ports: Desk) -> None:
    """Tell a partner what there is to tell, if anything; again tells nothing twice.

    Raises: Conflict while another worker is at it; errors of the mailbox, after what is certain about them is noted.
    Source: C7, X1.
    """
    tenant, mailbox = request.tenant, ports.mailbox
    if mailbox is None:
        _log.info("e-mail is off: nobody is told", extra={"tenant": tenant})
        ports.notices.end_turn(tenant, ports.notices.load_turn(tenant))
        return
    chosen = ports.notifications.load(tenant)
    if request.about == DIGEST:
        _tell_day(tenant, chosen, mailbox, ports)
    else:
        _tell_turns(tenant, chosen, mailbox, ports)


def _tell_turns(tenant: str, chosen: Notifications, mailbox: Mailbox, ports: Desk) -> None:
    """Tell how each connection has turned. The stamp is read first: what turns from then on is looked at again."""
    stamp = ports.notices.load_turn(tenant)
    for now in _check_all(tenant, ports):
        write = partial(write_turn, now=now)
        _Telling(tenant, now.system, now.mark, chosen.connection_trouble, mailbox, ports).tell(write)
    ports.notices.end_turn(tenant, stamp)


def _tell_day(tenant: str, chosen: Notifications, mailbox: Mailbox, ports: Desk) -> None:
    """Tell what needs attention today. A day on which nothing does counts as told: its hour is over."""
    day = day_of_digest(chosen, ports.clock.now())
    if day is None or not chosen.daily_digest:
        return

    def write(told: str) -> Mail | None:
        if told >= day.isoformat():
            return None
        causes, matches = ports.attention.load_causes(tenant), _count_matches(tenant, ports)
        return write_digest(causes, _check_all(tenant, ports), matches)

    _Telling(tenant, DIGEST, day.isoformat(), chosen.daily_digest, mailbox, ports).tell(write)


def _count_matches(tenant: str, ports: Desk) -> Tally:
    noted = ports.matches.list_open(tenant, customers=None, cursor="", limit=MATCHES_LOOKED_AT)
    return Tally(len(find_open(tenant, noted.items, ports.book, ports.matches)), bool(noted.next_cursor))


def _check_all(tenant: str, ports: Desk) -> list[Checkup]:
    found = map(check_up, ports.connections.load_all(tenant))
    return [checkup for checkup in found if checkup is not None]


@dataclass(frozen=True, slots=True)
class _Telling:
    """One matter that a partner is to be told of: which, and to whom."""

    tenant: str
    about: str
    mark: str
    to: tuple[str, ...]
    mailbox: Mailbox
    ports: Desk

    def tell(self, write: Callable[[str], Mail | None]) -> None:
        """Send what is written, with what is about to be sent stored before and what was sent stored after.

        Takes: `write` is given what was told before.
        """
        notices, now = self.ports.notices, self.ports.clock.now()
        before = notices.load(self.tenant, self.about)
        if before.is_held(now):
            raise Conflict("another worker may be sending this mail")
        # Who has no address is told as things stand when there is one.
        wanted = self.mark if self.to else ""
        mail = write(before.told_before(wanted)) if self.to else None
        if mail is None:
            if not before.is_told(wanted):
                notices.save(self.tenant, self.about, before.ended(wanted))
            return
        begun = notices.save(self.tenant, self.about, before.begun(wanted, now))
        try:
            self.mailbox.send(self.to, mail, self._key)
        except (RemoteUnavailable, BadMessage):
            notices.save(self.tenant, self.about, begun.ended(begun.told))
            raise
        notices.save(self.tenant, self.about, begun.ended(wanted))

    @property
    def _key(self) -> str:
        return hashlib.sha256(f"{self.tenant} {self.about} {self.mark}".encode()).hexdigest()[:32]
