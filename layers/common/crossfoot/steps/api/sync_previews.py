"""Preview the exact QuickBooks entries of bills: plan without apply, from what both systems say just now (S8)."""

from crossfoot.billing import load_billings
from crossfoot.core.sync.planning import plan_sale
from crossfoot.messages.api.sync_previews import PreviewList, PreviewRequest
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.sync_bills import find_bills, require_both, require_setup
from crossfoot.steps.api.sync_entries import show_plans


def preview(ports: Ports, asked: Asked[Nothing, Nothing, PreviewRequest]) -> PreviewList:
    """Show exactly what would be written for some bills, and keep it: a run that is given its digest writes nothing else.

    Raises: MappingMissing when the tool was never set up; NeedsPartner; BadFields for bills that are not there; errors of
    both systems, of which ConnectWise is asked once and QuickBooks too.
    Source: S7, S8.
    """
    tenant = asked.tenant
    setup = require_setup(ports, tenant)
    require_both(ports, tenant)
    bills = find_bills(ports, tenant, asked.body.invoices)
    billings = load_billings(tenant, list(bills), setup, ports)
    catalogue = ports.systems.sales(tenant).fetch_catalogue()
    plans = {ref: plan_sale(billing, setup, catalogue) for ref, billing in billings.items()}
    ports.entries.save_many(tenant, {ref: plan.sale for ref, plan in plans.items() if plan.sale is not None})
    planned = [(billings[ref], plan) for ref, plan in plans.items()]
    return PreviewList(previews=show_plans(planned, catalogue))
