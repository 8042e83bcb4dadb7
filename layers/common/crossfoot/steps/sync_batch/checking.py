"""check_synced: whether a bill that was synced still says what was written (S3)."""

from collections.abc import Mapping
from datetime import timedelta

from crossfoot.core.decisions import Decision
from crossfoot.core.effects import Effect
from crossfoot.core.model import Billed, CreditMemo, Invoice, Standing
from crossfoot.core.sync.checking import compare_synced
from crossfoot.core.sync.effects import SALE, accounting_ref, batch_of, misfit_standing, standing_sale
from crossfoot.core.sync.settings import MappingKey, MappingKind, Target
from crossfoot.messages import CheckSynced
from crossfoot.parking import note_parked
from crossfoot.steps.sync_batch.batches import BatchLedger
from crossfoot.steps.sync_batch.gathering import OpenPsa, fetch_bill
from crossfoot.steps.sync_batch.needs import Ports
from crossfoot.steps.sync_batch.posting import CLOSING
from crossfoot.steps.sync_batch.running import to_post
from crossfoot.steps.sync_batch.sales import SaleLedger

# By so much the clocks of two workers may differ.
CLOCKS_APART = timedelta(seconds=10)
_STAMP, _SECONDS = "%Y-%m-%dT%H:%M:%S", "2026-11-03T17:00:00"


def check_synced(message: CheckSynced, open_psa: OpenPsa, ports: Ports) -> None:
    """Compare a bill with what was written of it; what differs is shown with its choices, and never written over.

    Takes: `open_psa` opens ConnectWise, or has it open for the messages that came with this one.
    One that stands as written and missed its ConnectWise batch is posted.
    Raises: Conflict while one of the two is being written; errors of reads.
    Source: S3.
    """
    tenant, bill = message.tenant, message.bill
    latest = ports.effects.load_latest(tenant, SALE, bill)
    # A run that was given up may have left either on its way, and nobody else looks for it before the next run.
    sale = SaleLedger(tenant, ports).settled(latest) if latest is not None else None
    batch = BatchLedger(tenant, bill, ports, open_psa).load()
    decision = _compare(message, sale, batch, open_psa, ports)
    decisions = [decision] if decision is not None else []
    seen = ports.attention.load(tenant, [bill])[bill]
    if decisions or seen.reasons:
        ports.history.save(tenant, decisions)
        note_parked(tenant, seen, decisions, ports)
    if decision is None:
        _post_late(message, sale, batch, ports)


def _post_late(message: CheckSynced, sale: Effect | None, batch: Effect | None, ports: Ports) -> None:
    """Have a bill posted that its run left without a batch: whatever kept it may be over by now."""
    standing, tenant = standing_sale(sale), message.tenant
    if standing is None or misfit_standing(sale) is not None or batch_of(batch, standing) is not None:
        return
    bill = ports.book.load(tenant, message.bill)
    if (
        not isinstance(bill, Invoice | CreditMemo)
        or not bill.closed
        or bill.batch
        or bill.standing is not Standing.LIVE
    ):
        return
    found = ports.sync_runs.load_newest_of(tenant, [message.bill]).get(message.bill)
    # What is under way posts its bills by itself.
    if found is not None and found[0].finished_at is not None:
        ports.queue.send([to_post(tenant, found[0].id, found[1], f"{CLOSING}, {message.because}"[:500])])


def _compare(
    message: CheckSynced, latest: Effect | None, batch: Effect | None, open_psa: OpenPsa, ports: Ports
) -> Decision | None:
    standing = standing_sale(latest)
    if standing is None:
        return None
    tenant, known = message.tenant, ports.book.load(message.tenant, message.bill)
    bill = _since_its_batch(known, batch, open_psa) if isinstance(known, Invoice | CreditMemo) else None
    if bill is None:
        return None
    entry = ports.entries.load(tenant, message.bill, standing.digest)
    assert entry is not None, f"the entry of {message.bill} was kept before it was written"
    payer = _payer_of_another(bill, entry.customer_id, ports.sync_settings.load_mappings(tenant))
    copy = ports.book.load(tenant, accounting_ref(standing))
    seen = copy if isinstance(copy, Invoice | CreditMemo) else None
    return compare_synced(bill, batch_of(batch, standing), entry, payer=payer, copy=seen)


def _since_its_batch(bill: Billed, batch: Effect | None, open_psa: OpenPsa) -> Billed | None:
    """Give a bill as it is since we put it into its batch; None where the next read shows that, and asks again.

    What the book saw while we did is read again: if somebody took it out at once, no read would show anything new.
    """
    if batch is None or batch.planned_at is None or batch.settled_at is None:
        return bill
    seen = bill.version.seen_at[: len(_SECONDS)]
    if seen >= f"{batch.settled_at:{_STAMP}}":
        return bill
    if seen < f"{batch.planned_at - CLOCKS_APART:{_STAMP}}":
        return None
    return fetch_bill(bill.ref, open_psa())


def _payer_of_another(bill: Billed, written: str, mappings: Mapping[MappingKey, Target]) -> Target | None:
    """Say what stands for who pays, where what was written stands for another company: then the bill was moved.

    Else its company alone may have been mapped anew since, and the bill did not change.
    """
    key = MappingKey(MappingKind.CUSTOMER, bill.customer.id) if bill.customer else None
    stands_for = {
        each for each, target in mappings.items() if each.kind is MappingKind.CUSTOMER and target.id == written
    }
    return mappings.get(key) if key is not None and stands_for - {key} else None
