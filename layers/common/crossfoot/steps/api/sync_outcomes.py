"""Show what became of each bill of a run, as an answer or as a row of a sheet (S2, S8)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crossfoot.core.model import ACCOUNTING, Billed, CreditMemo, Invoice, Kind, Ref
from crossfoot.core.sync.changes import tell_changes
from crossfoot.core.sync.runs import RunItem
from crossfoot.messages.api.sync_runs import ItemShape
from crossfoot.messages.api.words import CustomerName
from crossfoot.steps.api.needs import Ports, to_id, to_money

COLUMNS = (
    "number", "kind", "customer", "date", "total", "currency", "connectwise_id", "quickbooks_id", "connectwise_batch",
    "state", "rule", "code", "reason", "fix", "settled_at",
)  # fmt: skip
# How a spreadsheet knows a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class BillOutcome:
    """What became of a bill in a run.

    Takes: `bill` is it as the book has it now, None where the book lost sight of it; `changes` say how what was written
    differs from what was previewed.
    """

    item: RunItem
    bill: Billed | None
    changes: tuple[str, ...]


def load_outcomes(ports: Ports, tenant: str, items: Sequence[RunItem]) -> Iterator[BillOutcome]:
    """Read what is told of each bill beside its outcome: whose it is, and over how much. Source: S2."""
    bills = ports.book.load_many(tenant, [item.bill for item in items]) if items else {}
    for item in items:
        bill = bills.get(item.bill)
        known = bill if isinstance(bill, Invoice | CreditMemo) else None
        yield BillOutcome(item, known, _changes(ports, tenant, item))


def to_shape(outcome: BillOutcome) -> ItemShape:
    """Show it in an answer."""
    item, bill = outcome.item, outcome.bill
    return ItemShape(
        id=str(item.bill),
        kind=Kind.CREDIT_MEMO if item.bill.kind is Kind.CREDIT_MEMO else Kind.INVOICE,
        number=item.number,
        customer=CustomerName(id=to_id(bill.customer), name=bill.customer_name) if bill is not None else None,
        issued_on=bill.issued_on if bill is not None else None,
        currency=bill.currency if bill is not None else None,
        total=to_money(bill.total_minor, bill.currency) if bill is not None else None,
        state=item.state,
        accounting=str(Ref(ACCOUNTING, item.bill.kind, item.accounting_id)) if item.accounting_id else None,
        batch=item.batch,
        previewed=item.previewed,
        digest=item.digest,
        changes=list(outcome.changes),
        rule=item.rule,
        code=item.code,
        sentence=item.sentence,
        fix=item.fix,
        settled_at=item.settled_at,
    )


def to_row(outcome: BillOutcome) -> list[str]:
    """Write it as cells, in the order of COLUMNS."""
    item, bill = outcome.item, outcome.bill
    reason = " ".join((item.sentence, *outcome.changes)).lstrip()
    return [
        _safe(item.number), item.bill.kind.value, *_cells_of(bill), item.bill.id, item.accounting_id, _safe(item.batch),
        item.state.value, item.rule, item.code, _safe(reason), _safe(item.fix),
        item.settled_at.isoformat() if item.settled_at else "",
    ]  # fmt: skip


def _cells_of(bill: Billed | None) -> tuple[str, str, str, str]:
    if bill is None:
        return "", "", "", ""
    total = to_money(bill.total_minor, bill.currency)
    return _safe(bill.customer_name), bill.issued_on.isoformat(), str(total), bill.currency


def _safe(cell: str) -> str:
    """Keep a spreadsheet from carrying out what other people wrote: a number, a name, a reason."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _changes(ports: Ports, tenant: str, item: RunItem) -> tuple[str, ...]:
    """Say how what was written differs from what was previewed, as by a rounding of QuickBooks' own tax. Source: S8."""
    if not item.digest or item.previewed in ("", item.digest):
        return ()
    previewed, written = (ports.entries.load(tenant, item.bill, each) for each in (item.previewed, item.digest))
    return tell_changes(previewed, written) if previewed is not None and written is not None else ()
