"""What the routes of the Sync Invoices tool share: the bills that are named, and whether it is set up (S1)."""

from collections.abc import Sequence

from crossfoot.core.model import ACCOUNTING, PSA, Billed, CreditMemo, Invoice, Kind, Ref, Standing
from crossfoot.core.sync.settings import Setup
from crossfoot.errors import MappingMissing
from crossfoot.steps.api.needs import Ports, not_found, read_ref, require_connected, require_none_bad

LISTED = "/v1/sync/unsynced"
# ConnectWise's invoices and credit memos share their ids.
_KINDS = (Kind.INVOICE, Kind.CREDIT_MEMO)


def require_setup(ports: Ports, tenant: str) -> Setup:
    """Give what the partner chose. Raises: MappingMissing when the preferences were never saved. Source: S1."""
    setup = ports.sync_settings.load(tenant)
    if setup is None:
        raise MappingMissing(
            "the preferences of the Sync Invoices tool were never saved",
            "Choose them first: PUT /v1/sync/preferences.",
        )
    return setup


def require_tool(ports: Ports, tenant: str) -> Setup:
    """Make sure that the tool can run. Raises: MappingMissing, NeedsPartner; each says what is in the way. Source: S1."""
    if not ports.preferences.load(tenant).sync_tool_enabled:
        fix = "Turn it on: `sync_tool_enabled` of PUT /v1/preferences."
        raise MappingMissing("the Sync Invoices tool is off", fix)
    setup = require_setup(ports, tenant)
    require_both(ports, tenant)
    return setup


def require_both(ports: Ports, tenant: str) -> None:
    """Make sure that both systems may be asked. Raises: NeedsPartner. Source: C7."""
    for system in (ACCOUNTING, PSA):
        require_connected(ports, tenant, system)


def find_bill(ports: Ports, tenant: str, text: str) -> Billed:
    """Read a bill by its id. Raises: Rejected("not_found")."""
    found = _find(ports, tenant, [text])[text]
    if found is None:
        raise not_found("invoice or credit memo in ConnectWise", f"GET {LISTED} lists what can be synced.")
    return found


def find_bills(ports: Ports, tenant: str, texts: Sequence[str], field: str = "invoices.{}") -> dict[Ref, Billed]:
    """Read bills by their ids, each once, in their order. Takes: `field` names the member of each, by its place.

    Raises: BadFields for those that are not there.
    """
    found = _find(ports, tenant, texts)
    require_none_bad(
        (field.format(place), f"ConnectWise shows no invoice or credit memo {text}.")
        for place, text in enumerate(texts)
        if found[text] is None
    )
    return {bill.ref: bill for text in texts if (bill := found[text]) is not None}


def _find(ports: Ports, tenant: str, texts: Sequence[str]) -> dict[str, Billed | None]:
    """Find what carries each id; of two, a live one counts first."""
    refs = {text: [read_ref(kind, text) for kind in _KINDS] for text in texts}
    records = ports.book.load_many(tenant, dict.fromkeys(ref for both in refs.values() for ref in both))
    found: dict[str, Billed | None] = {}
    for text, both in refs.items():
        bills = [bill for ref in both if isinstance(bill := records.get(ref), Invoice | CreditMemo)]
        found[text] = min(bills, key=lambda bill: bill.standing is not Standing.LIVE, default=None)
    return found
