"""Keeps what the platform told, and queues what follows: whoever dies in between is made up for by the next telling."""

from dataclasses import replace
from typing import Protocol

from crossfoot.core.model import Payment, Payout
from crossfoot.core.payables.profile import ProfileFacts
from crossfoot.core.payables.records import Payable, vendor_of
from crossfoot.messages.platform import to_follow_up
from crossfoot.ports import Book, Outbox, Outgoing, PayablesSettings, Queue


class Keeping(Protocol):
    """What is needed to keep what the platform told; a step's own ports offer it."""

    @property
    def book(self) -> Book: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def queue(self) -> Queue: ...


def keep_told(tenant: str, record: Payment | Payout | Payable, ports: Keeping) -> None:
    """Keep a record, then queue what follows from it.

    The same telling again keeps nothing new, and asks for the same work: a worker may have died between the two.
    Raises: errors of our table and of the queue.
    Source: P1, P2, B4, D2.
    """
    news = ports.book.save(tenant, [record])
    if news and not isinstance(record, Payment | Payout):
        # Only of what is news: what was told before has been looked at, and may be as it should be by now.
        ports.outbox.put(tenant, [Outgoing(record.ref, vendor_of(record))])
    ports.queue.send(to_follow_up(tenant, record))


def keep_facts(tenant: str, told: ProfileFacts, settings: PayablesSettings) -> None:
    """Keep what a partner's profile follows from, unless something newer was told; an operator's word stays.

    Raises: Conflict when somebody else changed it at this moment.
    Source: B6.
    """
    seen = settings.load_facts(tenant)
    new = replace(told, override=seen.override)
    is_older = seen.told_at is not None and told.told_at is not None and told.told_at < seen.told_at
    if new != seen and not is_older:
        settings.replace_facts(tenant, seen, new)
