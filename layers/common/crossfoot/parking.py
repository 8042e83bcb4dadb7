"""Records that wait for somebody: noted where it is decided, and tried again page by page (X1, X3)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from crossfoot.core.attention import Parked, add_reason, heed, ignore, note_reasons
from crossfoot.core.decisions import Decision
from crossfoot.core.model import Kind, Ref
from crossfoot.core.pacing import Pace, in_no_hurry
from crossfoot.errors import Conflict
from crossfoot.messages import CheckSynced, Message, MirrorBill, MirrorPayment, RecordDeposit, RetryParked
from crossfoot.ports import Attention, Clock, Page, Queue

PAGE = 100

type Change = Callable[[Parked], Parked]


class Notes(Protocol):
    """What is needed to note what holds records up; a step's own ports offer it."""

    @property
    def attention(self) -> Attention: ...
    @property
    def clock(self) -> Clock: ...


class Lot(Notes, Protocol):
    """What is needed to try parked records again; a step's own ports offer it."""

    @property
    def queue(self) -> Queue: ...


def note_parked(tenant: str, seen: Parked, decisions: Iterable[Decision], ports: Notes) -> Parked:
    """Note what holds a record up, or no longer. One that goes on, and did, costs no write.

    Takes: what held it up when this worker looked, and all that was decided on it since.
    Raises: Conflict when somebody keeps changing it.
    """
    decided, now = list(decisions), ports.clock.now()
    return change_parked(tenant, seen, lambda before: note_reasons(before, decided, now), ports.attention)


def let_go(tenant: str, record: Ref, ports: Notes) -> None:
    """Note that nothing holds a record up any more; where nothing did, that costs a read. Raises: Conflict."""
    seen = ports.attention.load(tenant, [record])[record]
    if seen.reasons:
        note_parked(tenant, seen, [], ports)


def note_stuck(tenant: str, decision: Decision, ports: Notes) -> None:
    """Note that work on a record was given up for now; whatever was decided on it before stands. Raises: Conflict."""
    record, now = decision.record, ports.clock.now()
    seen = ports.attention.load(tenant, [record])[record]
    change_parked(tenant, seen, lambda before: add_reason(before, decision, now), ports.attention)


def change_parked(tenant: str, seen: Parked, change: Change, attention: Attention) -> Parked:
    """Change what is noted of a record; where somebody else has, look again once. Raises: Conflict."""
    try:
        return attention.replace(tenant, seen, change(seen))
    except Conflict:
        now = attention.load(tenant, [seen.record])[seen.record]
        return attention.replace(tenant, now, change(now))


def to_retry(
    tenant: str, record: Ref, because: str, again: str, vendor: Ref | None = None
) -> MirrorPayment | RecordDeposit | CheckSynced | MirrorBill:
    """Make the message that tries a parked record again; what was synced is only looked at, the partner decides.

    Takes: `vendor` is the one that a payable is of, so that it goes into the vendor's lane.
    """
    match record.kind:
        case Kind.INVOICE | Kind.CREDIT_MEMO:
            return CheckSynced(tenant=tenant, bill_id=record.id, bill_kind=record.kind, because=because)
        case Kind.PAYOUT:
            return RecordDeposit(tenant=tenant, payout_id=record.id, because=because, again=again)
        case Kind.VENDOR | Kind.BILL | Kind.VENDOR_CREDIT | Kind.BILL_PAYMENT:
            return MirrorBill.of(tenant, record, vendor, because=because, again=again)
        case _:
            return MirrorPayment(
                tenant=tenant, system=record.system, payment_id=record.id, because=because, again=again
            )


def retry_parked(tenant: str, parked: Parked, because: str, again: str) -> Message:
    """Make the message that tries a parked record again, in the lane of the vendor that its reasons name, if any do."""
    about = (ref for reason in parked.reasons for ref in reason.decision.about)
    vendor = next((ref for ref in about if ref.kind is Kind.VENDOR), None)
    return to_retry(tenant, parked.record, because, again, vendor)


def retry_what_is_parked(tenant: str, because: str, ports: Lot, again: str = "") -> None:
    """Have everything that is parked tried again, because something has changed that it may rest on.

    Takes: `because` is unique to that change; `again` as RetryParked.
    """
    ports.queue.send([RetryParked(tenant=tenant, because=because, again=again)])


def is_anything_parked(tenant: str, attention: Attention) -> bool:
    """Tell whether a partner has parked records, ignored ones too."""
    pages = (attention.list_parked(tenant, "", ignored=ignored, cursor="", limit=1) for ignored in (False, True))
    return any(page.items for page in pages)


def walk_parked(message: RetryParked, ports: Lot, remaining_ms: Callable[[], int] = in_no_hurry) -> None:
    """Try parked records again, or ignore them, as the message says, until the time is nearly over.

    The rest goes on by message. What is tried again leaves its place by itself when it goes through; the walk never comes
    back to where it was, so it ends. Doing a page again changes nothing.
    Raises: errors of our table.
    """
    pace, place = Pace(remaining_ms), message.place
    while place := _walk_page(message, place, ports):
        if not pace.has_time():
            ports.queue.send([replace(message, place=place, revivals=0)])
            return


def _walk_page(message: RetryParked, place: str, ports: Lot) -> str:
    """Do a page of a walk. Returns: where the next one is, "" behind the last."""
    lists, (at, cursor) = _lists(message), _read_place(place)
    code, ignored = lists[at]
    page = ports.attention.list_parked(message.tenant, code, ignored=ignored, cursor=cursor, limit=PAGE)
    if message.ignore:
        _ignore(message, page.items, ports)
    else:
        _retry(message, page, ports, ignored=ignored)
    if page.next_cursor:
        return f"{at} {page.next_cursor}"
    return f"{at + 1} " if at + 1 < len(lists) else ""


def _lists(message: RetryParked) -> list[tuple[str, bool]]:
    """List what a walk goes over: causes, and of each those that are not ignored, then those that are."""
    also_ignored = () if message.ignore else (True,)
    return [(code, ignored) for code in message.codes or ("",) for ignored in (False, *also_ignored)]


def _read_place(place: str) -> tuple[int, str]:
    at, _, cursor = place.partition(" ")
    return int(at or 0), cursor


def _ignore(message: RetryParked, parked: Sequence[Parked], ports: Lot) -> None:
    now = ports.clock.now()
    for each in parked:
        change_parked(message.tenant, each, lambda before: ignore(before, message.codes, now), ports.attention)


def _retry(message: RetryParked, page: Page[Parked], ports: Lot, *, ignored: bool) -> None:
    if message.heed and ignored:
        for each in page.items:
            change_parked(message.tenant, each, lambda before: heed(before, message.codes), ports.attention)
    tenant, because = message.tenant, f"retry {message.because}"[:1000]
    ports.queue.send([retry_parked(tenant, each, because, message.again) for each in page.items])
