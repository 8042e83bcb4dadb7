"""List what waits for the Sync Invoices tool, and say of each bill that is not offered why (S1, S3, X1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crossfoot.core.decisions import Decision
from crossfoot.core.model import PSA, Billed, CreditMemo, Invoice, Kind, Link, Ref
from crossfoot.core.sync.offering import decide_amount, decide_offer
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.postings import Posting
from crossfoot.core.sync.refusing import decide_posting
from crossfoot.core.sync.runs import ItemState, RunItem, RunKind, SyncRun
from crossfoot.core.sync.settings import Setup
from crossfoot.errors import CrossfootError, NeedsPartner, Rejected
from crossfoot.messages.api.sync_unsynced import LastTry, UnsyncedList, UnsyncedQuery, UnsyncedShape
from crossfoot.messages.api.words import CustomerName
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.offered import read_unsynced
from crossfoot.steps.api.needs import Ports, to_id, to_money, to_why, why_closed


@dataclass(frozen=True, slots=True)
class _Checked:
    """What ConnectWise's general ledger said just now. Takes: `note` says why it said nothing, "" where it did."""

    decisions: Mapping[Ref, Decision] = field(default_factory=dict)
    note: str = ""


def list_unsynced(ports: Ports, asked: Asked[Nothing, UnsyncedQuery]) -> UnsyncedList:
    """List a page of what is closed and in no batch, or the invoices of a number wherever they stand.

    The general ledger is asked once a page; where it cannot be asked, the page says so, and shows what the book knows.
    Source: S1, S3.
    """
    tenant, query = asked.tenant, asked.query
    setup = ports.sync_settings.load(tenant)
    bills, next_cursor = _read(ports, tenant, query, setup)
    links = ports.book.load_links(tenant, [bill.ref for bill in bills]) if bills else {}
    held = {bill.ref: decide_offer(bill, links.get(bill.ref), setup) for bill in bills}
    checked = _check(ports, tenant, [bill for bill in bills if held[bill.ref] is None], links, setup)
    why = {ref: decision or checked.decisions.get(ref) for ref, decision in held.items()}
    wanted = [bill for bill in bills if query.offered in (None, why[bill.ref] is None)]
    tried = ports.sync_runs.load_newest_of(tenant, [bill.ref for bill in wanted]) if wanted else {}
    return UnsyncedList(
        bills=[_to_shape(bill, why[bill.ref], tried.get(bill.ref)) for bill in wanted],
        next_cursor=next_cursor,
        ledger_checked=not checked.note,
        ledger_note=checked.note,
    )


def _read(ports: Ports, tenant: str, query: UnsyncedQuery, setup: Setup | None) -> tuple[Sequence[Billed], str]:
    if query.number:
        numbered = ports.book.load_invoices_numbered(tenant, query.number)
        return [bill for bill in numbered if bill.ref.system is PSA][: query.limit], ""
    page = read_unsynced(tenant, setup if query.offered else None, ports.book, query.cursor, query.limit)
    return [record for record in page.records if isinstance(record, Invoice | CreditMemo)], page.next_cursor


def _check(
    ports: Ports, tenant: str, bills: Sequence[Billed], links: Mapping[Ref, Link], setup: Setup | None
) -> _Checked:
    """Ask ConnectWise which bills its ledger has nothing for. The list stands without: a run refuses these anyway (S7)."""
    closed = why_closed(ports, tenant, PSA)
    if closed is not None:
        return _Checked(note=f"{closed.reason} {closed.fix}")
    if not bills:
        return _Checked()
    try:
        postings = ports.systems.psa(tenant).fetch_postings(bills)
    except NeedsPartner as error:
        detail = error.detail if isinstance(error, Rejected) else str(error)
        return _Checked(note=f"ConnectWise would not tell: {detail} {error.fix}".rstrip())
    except CrossfootError as error:
        return _Checked(note=f"ConnectWise was asked, and did not answer as it should: {error}.")
    said = (_look(bill, postings.get(bill.ref), links.get(bill.ref), setup or Setup()) for bill in bills)
    return _Checked({decision.record: decision for decision in said if decision is not None})


def _look(bill: Billed, posting: Posting | None, link: Link | None, setup: Setup) -> Decision | None:
    if posting is not None:
        return decide_amount(bill, posting)
    return decide_amount(bill, None) or decide_posting(Billing(bill, link=link), setup)


def _to_shape(bill: Billed, why: Decision | None, tried: tuple[SyncRun, RunItem] | None) -> UnsyncedShape:
    return UnsyncedShape(
        id=str(bill.ref),
        kind=Kind.INVOICE if isinstance(bill, Invoice) else Kind.CREDIT_MEMO,
        number=bill.number,
        customer=CustomerName(id=to_id(bill.customer), name=bill.customer_name),
        issued_on=bill.issued_on,
        currency=bill.currency,
        total=to_money(bill.total_minor, bill.currency),
        offered=why is None,
        why=to_why(why) if why is not None else None,
        last=_to_last(*tried) if tried is not None else None,
    )


def _to_last(run: SyncRun, item: RunItem) -> LastTry:
    return LastTry(
        run=run.id,
        kind=run.kind,
        outcome=_tell_outcome(run.kind, item.state),
        state=item.state,
        code=item.code,
        sentence=item.sentence,
        fix=item.fix,
        at=item.settled_at,
    )


def _tell_outcome(kind: RunKind, state: ItemState) -> str:
    match state:
        case ItemState.WAITING:
            how = "is still to come"
        case ItemState.WRITTEN:
            how = "is under way"
        case ItemState.DONE:
            how = "is done"
        case ItemState.SKIPPED:
            how = "was not needed"
        case ItemState.REFUSED:
            how = "was refused"
        case ItemState.CONFLICT:
            how = "met a conflict"
        case ItemState.CANCELLED:
            how = "was cancelled"
    return f"The {kind} {how}."
