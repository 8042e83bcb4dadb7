"""Take back what was synced of one bill, or sync it anew (S9)."""

from crossfoot.core.model import Ref
from crossfoot.core.sync.batching import GL_BATCH, standing_batch
from crossfoot.core.sync.effects import SALE, standing_sale
from crossfoot.core.sync.runs import RunItem, RunKind
from crossfoot.errors import Rejected
from crossfoot.messages.api.sync_runs import ResyncStarted, RunShape
from crossfoot.messages.api.sync_words import OneBill
from crossfoot.messages.routes import Asked
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.sync_bills import find_bill, require_both, require_tool
from crossfoot.steps.api.sync_runs import begin_run


def undo_invoice(ports: Ports, asked: Asked[OneBill]) -> RunShape:
    """Begin to take one bill back: QuickBooks' entry first, then its ConnectWise batch. It is offered again after that.

    Raises: Rejected("not_found"); Rejected("not_synced") when nothing of ours stands; Rejected("sync_under_way").
    Source: S9.
    """
    tenant, bill = asked.tenant, find_bill(ports, asked.tenant, asked.path.id)
    if not _stands(ports, tenant, bill.ref):
        detail = f"this tool has nothing of {bill.number} in QuickBooks"
        raise Rejected("not_synced", detail, "Nothing to do; GET /v1/sync/unsynced says why it is not offered.")
    require_both(ports, tenant)
    return begin_run(ports, tenant, RunKind.UNDO, [RunItem(bill.ref, bill.number)])


def resync_invoice(ports: Ports, asked: Asked[OneBill]) -> ResyncStarted:
    """Begin the next part of syncing a bill anew: what stands is taken back; once it is, the next call syncs it again.

    One call cannot do both: taking back can be refused (it is paid, say), and then nothing may be entered beside it.
    Raises: as undo_invoice and start_batch.
    Source: S9.
    """
    tenant, bill = asked.tenant, find_bill(ports, asked.tenant, asked.path.id)
    require_tool(ports, tenant)
    stands = _stands(ports, tenant, bill.ref)
    kind = RunKind.UNDO if stands else RunKind.SYNC
    begun = begin_run(ports, tenant, kind, [RunItem(bill.ref, bill.number)])
    return ResyncStarted(step="undo" if stands else "sync", batch=begun)


def _stands(ports: Ports, tenant: str, bill: Ref) -> bool:
    """Tell whether anything of ours stands of a bill, or may: an entry, or the ConnectWise batch of one."""
    latest = ports.effects.load_latest(tenant, SALE, bill)
    may_stand = latest is not None and not (latest.settled or latest.never_sent)
    return (
        may_stand
        or standing_sale(latest) is not None
        or standing_batch(ports.effects.load_latest(tenant, GL_BATCH, bill)) is not None
    )
