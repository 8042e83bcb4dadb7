"""Say how a payable stands now, and of other records what payables make of them (B1, B2, B8, X1)."""

from collections.abc import Iterator

from crossfoot.coming_in import find_obstacle, judge_invoices, load_rules
from crossfoot.core.decisions import Decision, did, waits
from crossfoot.core.model import ACCOUNTING, PLATFORM, SYSTEM_NAMES, CreditMemo, Invoice, Kind, Record, Ref, Standing
from crossfoot.core.money import format_minor
from crossfoot.core.payables.eligibility import decide_credit_memo, decide_documents
from crossfoot.core.payables.outside import outside_of, say_outside
from crossfoot.core.payables.records import PAYABLE_KINDS, Bill, BillPayment, Payable, Vendor, VendorCredit
from crossfoot.core.payables.syncs import SyncState
from crossfoot.core.statuses import PaymentStatus
from crossfoot.errors import Rejected
from crossfoot.steps.api.needs import Ports, not_found
from crossfoot.steps.api.payables_pairing import Kept
from crossfoot.steps.api.payables_standing import Owing, load_owing, load_progress

_COMES = (
    "It comes to the platform with payables: it has a number, is in the currency that syncs, and nothing of it was paid"
    " before QuickBooks was connected."
)
_PAID_ALL_THE_SAME = (
    "A payment of the platform that names it is entered in QuickBooks all the same: that money came in, and has to be in"
    " the books. If it was paid twice, give one of the two back."
)
_SYNC_NOW = "Press Sync Now (POST /v1/syncs)."


def payable_title(record: Payable) -> str:
    """Name a payable as its story is headed."""
    match record:
        case Vendor():
            return record.name
        case BillPayment():
            on = f" on {record.paid_on}" if record.paid_on else ""
            return f"Bill payment of {format_minor(record.total_minor, record.currency)}{on}"
        case Bill() | VendorCredit():
            noun = "Bill" if isinstance(record, Bill) else "Vendor credit"
            return f"{noun} {record.number or record.ref.id} of {format_minor(record.total_minor, record.currency)}"


def payable_now(ports: Ports, tenant: str, kept: Kept) -> Iterator[Decision]:
    """Say how a payable stands now, tried or not. Source: B1 to B8, X1."""
    ref = kept.shown.ref
    progress = load_progress(ports, tenant, [kept], closely=True)[ref]
    yield progress.decision
    if progress.status is PaymentStatus.PENDING:
        yield from _held_up_by(ports, tenant, kept)
    if isinstance(kept.shown, Bill | VendorCredit):
        yield from _owing_now(kept, load_owing(ports, tenant, [kept])[ref])
    if isinstance(kept.shown, Bill):
        yield from outside_now(ref, *kept.copies)
    if not isinstance(kept.shown, Vendor) and kept.named.told is None:
        yield decide_documents(ref)


def outside_now(ref: Ref, *copies: Record) -> Iterator[Decision]:
    """Say that the partner marked a bill or an invoice as paid outside. Source: B8."""
    payment = outside_of(copies)
    if payment is not None:
        yield did(ref, "B8", "marked_paid_outside", f"You marked it as {say_outside(payment)}.")
        if ref.kind is Kind.INVOICE:
            yield did(ref, "B8", "payments_entered_all_the_same", _PAID_ALL_THE_SAME)


def invoice_in_payables(ports: Ports, tenant: str, invoice: Invoice) -> Iterator[Decision]:
    """Say whether an invoice comes in as payables read QuickBooks, once they are set up. Source: B1, B2."""
    if invoice.ref.system is not ACCOUNTING or not _is_set_up(ports, tenant):
        return
    if invoice.standing is Standing.LIVE:
        out = judge_invoices(tenant, [invoice], load_rules(tenant, ports), ports.book)
        yield out.get(invoice.ref) or did(invoice.ref, "B1", "comes_in", _COMES)
    yield decide_documents(invoice.ref)


def credit_memo_in_payables(ports: Ports, tenant: str, memo: CreditMemo) -> Iterator[Decision]:
    """Say that a credit memo does not sync in the profile of payables, once they are set up. Source: B2."""
    if memo.ref.system is ACCOUNTING and _is_set_up(ports, tenant):
        yield decide_credit_memo(memo)


def never_read(ports: Ports, tenant: str, ref: Ref) -> Rejected | None:
    """Say why the book does not have a payable, and what brings it; None for a record of another kind. Source: X1."""
    if ref.kind not in PAYABLE_KINDS:
        return None
    what = ref.kind.replace("_", " ")
    if ref.system is PLATFORM:
        return not_found(what, f"The platform has not told of it: POST /v1/{what.replace(' ', '-')}s does.")
    if ref.system is not ACCOUNTING:
        return not_found(what, f"{SYSTEM_NAMES[ref.system]} has no part in payables.")
    return not_found(what, _why_unread(ports, tenant))


def _why_unread(ports: Ports, tenant: str) -> str:
    obstacle = find_obstacle(tenant, ports)
    if obstacle is not None:
        return f"It was never read from QuickBooks. {obstacle.problem} {obstacle.fix}"
    newest = ports.payable_syncs.load_newest(tenant)
    if newest is None:
        return f"It was never read from QuickBooks: no sync of payables has run yet. {_SYNC_NOW}"
    match newest.state(ports.clock.now()):
        case SyncState.RUNNING | SyncState.STUCK:
            return f"It was not read from QuickBooks yet: a sync is under way. See GET /v1/syncs/{newest.id}."
        case SyncState.FAILED:
            failed = f"It was not read from QuickBooks, as the last sync failed: {newest.problem} {newest.fix}"
            return f"{failed} Once that is so, press Sync Now (POST /v1/syncs)."
        case SyncState.DONE:
            return f"It was not in QuickBooks at the last sync, on {newest.started_at:%Y-%m-%d %H:%M} UTC. {_SYNC_NOW}"


def _is_set_up(ports: Ports, tenant: str) -> bool:
    return ports.payables_settings.load(tenant) is not None


def _held_up_by(ports: Ports, tenant: str, kept: Kept) -> Iterator[Decision]:
    """Say what the partner has to do before a record that is next in line can go. Source: B3, C7."""
    obstacle = find_obstacle(tenant, ports)
    if obstacle is not None:
        yield waits(kept.shown.ref, obstacle.rule, "nothing_syncs", obstacle.problem, obstacle.fix)


def _owing_now(kept: Kept, owing: Owing) -> Iterator[Decision]:
    """Say what is open of a bill, or left of a credit, in both books. Source: B1, B4."""
    record = kept.shown
    assert isinstance(record, Bill | VendorCredit)
    if record.standing is not Standing.LIVE or record.keeping.left_out:
        return
    left, there = owing.on_platform.open_minor, owing.in_accounting_minor
    said = "open" if isinstance(record, Bill) else "not applied"
    sentence = f"{format_minor(left, record.currency)} of it is {said} on the platform"
    if owing.on_platform.scheduled_minor:
        sentence += f" ({format_minor(owing.on_platform.scheduled_minor, record.currency)} scheduled)"
    sentence += f", and {format_minor(there, record.currency)} in QuickBooks." if there is not None else "."
    yield did(record.ref, "B4", "open_amounts", sentence, *(each.ref for each in owing.payments))
