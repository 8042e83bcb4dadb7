"""The mapping doctor: whether all that the tool is set up to use is still there, active, and called the same (S6, S7)."""

from crossfoot.core.sync.doctor import Finding, examine
from crossfoot.messages.api.sync_mappings import Checkup, FindingShape
from crossfoot.messages.api.sync_words import MappingName
from crossfoot.messages.routes import Asked
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.sync_bills import require_setup
from crossfoot.steps.api.sync_surveying import load_mapped_customers


def check_up(ports: Ports, asked: Asked) -> Checkup:
    """Examine every mapping and preference against what QuickBooks offers now, in one call.

    Raises: MappingMissing when the tool was never set up; NeedsPartner; errors of QuickBooks.
    Source: S6, S7.
    """
    setup = require_setup(ports, asked.tenant)
    catalogue = ports.systems.sales(asked.tenant).fetch_catalogue()
    customers = load_mapped_customers(ports, asked.tenant, list(setup.mappings.items()))
    found = examine(setup, catalogue, customers.values())
    return Checkup(findings=[_to_shape(each) for each in found], examined=len(setup.mappings))


def _to_shape(finding: Finding) -> FindingShape:
    key = finding.key
    return FindingShape(
        mapping=MappingName(kind=key.kind, key=key.key) if key is not None else None,
        code=finding.code,
        sentence=finding.sentence,
        fix=finding.fix,
        blocks=finding.blocks,
    )
