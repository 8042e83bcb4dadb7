"""Whether a bill still says in ConnectWise what was written of it (S3)."""

from collections.abc import Iterator

from crossfoot.core.decisions import Decision, refused
from crossfoot.core.latin import to_latin
from crossfoot.core.model import Billed, Invoice, Standing
from crossfoot.core.money import format_minor
from crossfoot.core.sync.batching import BatchWrite
from crossfoot.core.sync.refusing import MAX_NUMBER
from crossfoot.core.sync.sales import Sale
from crossfoot.core.sync.settings import Target

_RULE = "S3"
_CHOICES = (
    "Choose: undo it here and sync it again; or put it back in ConnectWise as it was; or, if the accounts alone are wrong, "
    "correct it by a journal entry; or ignore this."
)
_CHOICES_GONE = (
    "Choose: undo it here, which takes it out of QuickBooks; or enter it in ConnectWise again; or ignore this."
)
_CHOICES_ENTRY_GONE = (
    "Choose: undo it here, which takes it out of its ConnectWise batch, and sync it again; or ignore this if it is not to "
    "be in the books."
)
_CHOICES_ELSEWHERE = "If QuickBooks shows it twice, undo it here; else ignore this."


def compare_synced(
    bill: Billed | None,
    batch: BatchWrite | None,
    sale: Sale,
    *,
    payer: Target | None = None,
    copy: Billed | None = None,
) -> Decision | None:
    """Say how a bill that stands in the accounting differs from what was written; None where it stands as written.

    Takes: `bill` as the book has it, None where the book lost sight of it: nothing can be said then; `batch` is ours, None
    while it is still to come; `payer` is what stands for the bill's company now, None where that is not known: then it is
    not compared; `copy` is the entry as the book has it, None where no read brought it yet.
    Source: S3.
    """
    if bill is None:
        return None
    is_there = copy is None or copy.standing is Standing.LIVE
    if bill.standing is not Standing.LIVE:
        return _gone(bill, sale) if is_there else None
    if copy is not None and not is_there:
        return _entry_gone(bill, copy)
    found = [*_differences(bill, sale, payer), *_state(bill, batch)]
    if found:
        sentence = f"It changed in ConnectWise after it was written to QuickBooks: {'; '.join(found)}."
        return refused(bill.ref, _RULE, "changed_after_sync", sentence, _CHOICES)
    if bill.batch and batch is None:
        sentence = (
            f"It was written to QuickBooks, and somebody else put it into the ConnectWise batch {bill.batch}: another tool "
            "may have written it too."
        )
        return refused(bill.ref, _RULE, "batched_elsewhere", sentence, _CHOICES_ELSEWHERE)
    return None


def _gone(bill: Billed, sale: Sale) -> Decision:
    how = "voided" if bill.standing is Standing.VOID else "deleted"
    amount = format_minor(sale.total_minor, sale.currency)
    sentence = f"It was {how} in ConnectWise after it was written to QuickBooks, where {amount} stand."
    return refused(bill.ref, _RULE, "changed_after_sync", sentence, _CHOICES_GONE)


def _entry_gone(bill: Billed, copy: Billed) -> Decision:
    how = "voided" if copy.standing is Standing.VOID else "deleted"
    where = f"has it in batch {bill.batch}" if bill.batch else "still shows it closed"
    sentence = f"Its entry was {how} in QuickBooks, and ConnectWise {where}: nothing of it is in the books."
    return refused(bill.ref, _RULE, "entry_gone", sentence, _CHOICES_ENTRY_GONE, copy.ref)


def _differences(bill: Billed, sale: Sale, payer: Target | None) -> Iterator[str]:
    total, written = format_minor(bill.total_minor, bill.currency), format_minor(sale.total_minor, sale.currency)
    if total != written:
        yield f"the total is {total}, and {written} was written"
    number = to_latin(bill.number, MAX_NUMBER)
    if sale.number and number != sale.number:
        yield f"the number is {bill.number or '(none)'}, and {sale.number} was written"
    if _is_moved(bill, sale):
        yield f"it is dated {bill.issued_on}, and {sale.issued_on} was written"
    if payer is not None and payer.id != sale.customer_id:
        yield f"it bills {bill.customer_name}, which is {payer.name} in QuickBooks, and another customer was written"


def _is_moved(bill: Billed, sale: Sale) -> bool:
    """Tell whether its date is another one. An entry of closed books is dated later than its bill, on the first open day:
    such a one moved only if its due date, which is never put off, is another one too.
    """
    if bill.issued_on >= sale.issued_on:
        return bill.issued_on > sale.issued_on
    return isinstance(bill, Invoice) and None not in (bill.due_on, sale.due_on) and bill.due_on != sale.due_on


def _state(bill: Billed, batch: BatchWrite | None) -> Iterator[str]:
    if not bill.closed:
        yield "it was reopened"
    if batch is None or bill.batch == batch.identifier:
        return
    if bill.batch:
        yield f"it is in the batch {bill.batch}, and no longer in ours, {batch.identifier}"
    else:
        yield f"it was taken out of our batch {batch.identifier}"
