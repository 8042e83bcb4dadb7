"""What the import can be filtered by, read live (C4)."""

from collections.abc import Mapping
from typing import Any

from crossfoot.adapters.connectwise.client import ConnectWiseClient
from crossfoot.adapters.connectwise.refusals import SECURITY
from crossfoot.core.model import TraitName
from crossfoot.errors import Rejected
from crossfoot.ports import Choice

TABLES = {
    TraitName.COMPANY_TYPE: "/company/companies/types",
    TraitName.COMPANY_STATUS: "/company/companies/statuses",
    TraitName.AGREEMENT_TYPE: "/finance/agreements/types",
    TraitName.LOCATION: "/system/locations",
    TraitName.DEPARTMENT: "/system/departments",
}
# These have no table: they are the values of the field `type` of an invoice, API version 2026.4.
INVOICE_TYPES = (
    Choice("Agreement", "Agreement"),
    Choice("Consolidated", "Consolidated"),
    Choice("CreditMemo", "Credit Memo"),
    Choice("DownPayment", "Down Payment"),
    Choice("Miscellaneous", "Miscellaneous"),
    Choice("Progress", "Progress"),
    Choice("Standard", "Standard"),
)


def fetch_choices(client: ConnectWiseClient) -> Mapping[TraitName, tuple[Choice, ...]]:
    """Read the values as they are now, by name; what may not be read is not there. Source: C4."""
    read = {name: _fetch_table(client, path) for name, path in TABLES.items()}
    return {name: found for name, found in read.items() if found is not None} | {TraitName.INVOICE_TYPE: INVOICE_TYPES}


def _fetch_table(client: ConnectWiseClient, path: str) -> tuple[Choice, ...] | None:
    try:
        found = [_to_choice(wire) for page in client.pages(path, quiet=True) for wire in page.records if wire.get("id")]
    except Rejected as refusal:
        if refusal.code != SECURITY:
            raise
        return None
    return tuple(sorted(found, key=lambda choice: (choice.label.casefold(), choice.value)))


def _to_choice(wire: Mapping[str, Any]) -> Choice:
    return Choice(str(wire["id"]), str(wire.get("name") or wire.get("identifier") or wire["id"]))
