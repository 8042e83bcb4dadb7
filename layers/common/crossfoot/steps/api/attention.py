"""Show what needs attention: parked records by what holds them, connections, matches to decide (X1, X3, C7, I9)."""

from collections.abc import Iterator
from datetime import date

from crossfoot.core.attention import Cause, Parked
from crossfoot.core.decisions import Decision, skipped
from crossfoot.core.model import CONNECTED, CreditMemo, Invoice, Kind, Payment, Payout, Record, Ref
from crossfoot.core.payables.records import Bill, BillPayment, VendorCredit
from crossfoot.core.sync.runs import ItemState
from crossfoot.core.tending import say
from crossfoot.linking import find_open
from crossfoot.messages.api.attention import AttentionList, CauseShape, OneCause, ParkedList, ParkedQuery, ParkedShape
from crossfoot.messages.api.words import MAX_LIMIT
from crossfoot.messages.routes import Asked
from crossfoot.offered import load_offered
from crossfoot.ports import ConnectionState, worries_about
from crossfoot.steps.api.needs import Ports, not_found, to_money, to_why

LISTED = "/v1/attention"

type _Amounting = Payment | Payout | Invoice | CreditMemo | Bill | VendorCredit | BillPayment
# A vendor has neither an amount nor a day.
_AMOUNTS = (Payment, Payout, Invoice, CreditMemo, Bill, VendorCredit, BillPayment)


def list_attention(ports: Ports, asked: Asked) -> AttentionList:
    """List everything that needs attention, by cause, with the fix. Source: X1, X3."""
    counted = ports.attention.load_causes(asked.tenant)
    tenant = asked.tenant
    others = (*_connections(ports, tenant), *_matches(ports, tenant), *_unsynced(ports, tenant))
    causes = [*others, *map(_to_shape, counted)]
    return AttentionList(
        causes=causes, total=sum(each.count for each in causes), is_more=any(each.is_more for each in causes)
    )


def list_parked(ports: Ports, asked: Asked[OneCause, ParkedQuery]) -> ParkedList:
    """List a page of the records that a cause holds. Raises: Rejected("not_found") where it holds none at all."""
    tenant, code, query = asked.tenant, asked.path.cause, asked.query
    page = ports.attention.list_parked(tenant, code, ignored=query.ignored, cursor=query.cursor, limit=query.limit)
    # A later page may be empty because all that it was to show went on meanwhile.
    is_all = not query.cursor and not page.next_cursor
    if not page.items and is_all and not _holds_any(ports, tenant, code, ignored=not query.ignored):
        raise not_found("cause", f"GET {LISTED} lists what holds something up.")
    records = ports.book.load_many(tenant, [parked.record for parked in page.items])
    shown = (_to_parked(parked, code, records.get(parked.record)) for parked in page.items)
    return ParkedList(records=[each for each in shown if each is not None], next_cursor=page.next_cursor)


def _holds_any(ports: Ports, tenant: str, code: str, *, ignored: bool) -> bool:
    return bool(ports.attention.list_parked(tenant, code, ignored=ignored, cursor="", limit=1).items)


def ignored_now(ports: Ports, tenant: str, record: Ref) -> Iterator[Decision]:
    """Say of a record what of that which holds it up the partner ignores. Source: X1."""
    for reason in ports.attention.load(tenant, [record])[record].reasons:
        if reason.ignored_at is not None:
            said = reason.decision.sentence
            sentence = f"You ignored this on {reason.ignored_at:%Y-%m-%d %H:%M} UTC, so it needs no attention: {said}"
            yield skipped(record, "X1", "ignored", sentence, "Retry it under Attention; then it counts again.")


def _to_shape(cause: Cause) -> CauseShape:
    remedy = cause.remedy
    return CauseShape(
        cause=cause.code,
        what="records",
        title=remedy.title,
        fix=remedy.fix,
        count=cause.count,
        is_more=cause.is_more,
        ignored=cause.ignored,
        is_more_ignored=cause.is_more_ignored,
        oldest_since=cause.oldest_since,
        actions=["retry", "ignore"],
        path=f"{LISTED}/{cause.code}",
    )


def _connections(ports: Ports, tenant: str) -> Iterator[CauseShape]:
    """Show the connections that do not work, or will not for long. Source: C7."""
    for system in CONNECTED:
        connection = ports.connections.load(tenant, system)
        if connection is None or connection.state is ConnectionState.DISCONNECTED:
            continue
        reason, fix = say(worries_about(connection))
        if reason:
            yield CauseShape(
                cause=f"connection_{system}",
                what="connection",
                title=reason,
                fix=fix,
                count=1,
                is_more=False,
                ignored=0,
                is_more_ignored=False,
                oldest_since=connection.unanswered_since,
                actions=[],
                path="/v1/connections",
            )


def _matches(ports: Ports, tenant: str) -> Iterator[CauseShape]:
    """Show that matches are to be decided. Source: I9."""
    noted = ports.matches.list_open(tenant, customers=None, cursor="", limit=MAX_LIMIT)
    found = find_open(tenant, noted.items, ports.book, ports.matches)
    if found:
        yield CauseShape(
            cause="matches",
            what="matches",
            title="Invoices may be the same in both systems, and only you can say so",
            fix="Decide on them under Matches; their payments then follow.",
            count=len(found),
            is_more=bool(noted.next_cursor),
            ignored=0,
            is_more_ignored=False,
            oldest_since=None,
            actions=[],
            path="/v1/matches",
        )


def _unsynced(ports: Ports, tenant: str) -> Iterator[CauseShape]:
    """Show that a schedule of the Sync Invoices tool had invoices refused: nobody looks at its runs. Source: S7, X1."""
    setup = ports.sync_settings.load(tenant)
    if setup is None or setup.preferences.schedule is None or not ports.preferences.load(tenant).sync_tool_enabled:
        return
    offered, further = load_offered(tenant, setup, ports.book, MAX_LIMIT)
    newest = ports.sync_runs.load_newest_of(tenant, [bill.ref for bill in offered]) if offered else {}
    refused = [item for _, item in newest.values() if item.state is ItemState.REFUSED]
    if refused:
        yield CauseShape(
            cause="sync_refused",
            what="unsynced",
            title="Invoices could not be entered in QuickBooks by the schedule",
            fix="Each says why, and what mends it; it is then entered by the schedule, or at once by hand.",
            count=len(refused),
            is_more=bool(further),
            ignored=0,
            is_more_ignored=False,
            oldest_since=min((item.settled_at for item in refused if item.settled_at is not None), default=None),
            actions=[],
            path="/v1/sync/unsynced",
        )


def _to_parked(parked: Parked, code: str, record: Record | None) -> ParkedShape | None:
    """Show a parked record, also one that never came into the book; None where it went on while the page was read."""
    reason, kind = parked.under(code), parked.record.kind
    if reason is None or kind is Kind.CUSTOMER or kind is Kind.DEPOSIT:
        return None
    known = record if isinstance(record, _AMOUNTS) else None
    return ParkedShape(
        kind=kind,
        id=str(parked.record),
        since=reason.since,
        ignored_at=reason.ignored_at,
        why=to_why(reason.decision),
        currency=known.currency if known else "",
        amount=to_money(known.total_minor, known.currency) if known else None,
        on=_day(known) if known else None,
    )


def _day(record: _Amounting) -> date | None:
    match record:
        case Payment() | BillPayment():
            return record.paid_on
        case Payout():
            return record.arrives_on
        case _:
            return record.issued_on
