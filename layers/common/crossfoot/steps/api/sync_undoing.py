"""Take back what was synced of one bill or of some, or sync it anew (S9)."""

from collections.abc import Collection

from crossfoot.core.effects import Effect
from crossfoot.core.model import Ref
from crossfoot.core.sync.batching import GL_BATCH, standing_batch
from crossfoot.core.sync.effects import SALE, standing_sale
from crossfoot.core.sync.runs import RunItem, RunKind
from crossfoot.errors import Rejected
from crossfoot.messages.api.sync_runs import ResyncStarted, RunShape, UndoRequest
from crossfoot.messages.api.sync_words import OneBill
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.sync_bills import find_bill, find_bills, require_both, require_tool
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


def undo_invoices(ports: Ports, asked: Asked[Nothing, Nothing, UndoRequest]) -> RunShape:
    """Begin to take some bills back, as undo_invoice does one; of what does not stand, the run says so.

    Raises: BadFields for bills that are not there; Rejected("not_synced") when none stands; as undo_invoice.
    Source: S9.
    """
    tenant = asked.tenant
    require_both(ports, tenant)
    bills = find_bills(ports, tenant, asked.body.invoices)
    if not _any_stands(ports, tenant, bills):
        detail = "this tool has nothing of these in QuickBooks"
        raise Rejected("not_synced", detail, "Nothing to do; GET /v1/sync/unsynced says why they are not offered.")
    return begin_run(ports, tenant, RunKind.UNDO, [RunItem(ref, bill.number) for ref, bill in bills.items()])


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
    return _any_stands(ports, tenant, [bill])


def _any_stands(ports: Ports, tenant: str, bills: Collection[Ref]) -> bool:
    """Tell whether anything of ours stands of bills, or may: an entry, or the ConnectWise batch of one."""
    sales, batches = (ports.effects.load_latest_of(tenant, kind, bills) for kind in (SALE, GL_BATCH))
    return any(map(_may_stand, sales.values())) or any(map(standing_batch, batches.values()))


def _may_stand(latest: Effect) -> bool:
    return standing_sale(latest) is not None or latest.in_flight
