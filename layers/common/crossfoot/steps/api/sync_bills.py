"""What the routes of the Sync Invoices tool share: the bills that are named, what is offered, whether it is set up (S1)."""

from collections.abc import Iterator, Mapping, Sequence

from crossfoot.core.model import ACCOUNTING, PSA, CreditMemo, Invoice, Kind, Link, Ref, Standing
from crossfoot.core.shelves import Shelf
from crossfoot.core.sync.offering import decide_offer
from crossfoot.core.sync.settings import Setup
from crossfoot.errors import MappingMissing, Rejected
from crossfoot.ports import Bill, ListPage
from crossfoot.steps.api.needs import BadField, Ports, not_found, read_ref, require_connected

LISTED = "/v1/sync/unsynced"
# The kinds in the order in which they are listed; a list's cursor begins with the one that it goes on in.
_KINDS = (Kind.INVOICE, Kind.CREDIT_MEMO)
_LARGEST_READ = 200


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


def find_bill(ports: Ports, tenant: str, text: str) -> Bill:
    """Read a bill by its id. Raises: Rejected("not_found")."""
    found = _find(ports, tenant, [text])[text]
    if found is None:
        raise not_found("invoice or credit memo in ConnectWise", f"GET {LISTED} lists what can be synced.")
    return found


def find_bills(ports: Ports, tenant: str, texts: Sequence[str], field: str = "invoices.{}") -> dict[Ref, Bill]:
    """Read bills by their ids, each once, in their order. Takes: `field` names the member of each, by its place.

    Raises: BadField for the first one that is not there.
    """
    found = _find(ports, tenant, texts)
    for place, text in enumerate(texts):
        if found[text] is None:
            raise BadField(field.format(place), f"ConnectWise shows no invoice or credit memo {text}.")
    return {bill.ref: bill for text in texts if (bill := found[text]) is not None}


def _find(ports: Ports, tenant: str, texts: Sequence[str]) -> dict[str, Bill | None]:
    """Find what carries each id: ConnectWise's invoices and credit memos share theirs, and a live one counts first."""
    refs = {text: [read_ref(kind, text) for kind in _KINDS] for text in texts}
    records = ports.book.load_many(tenant, dict.fromkeys(ref for both in refs.values() for ref in both))
    found: dict[str, Bill | None] = {}
    for text, both in refs.items():
        bills = [bill for ref in both if isinstance(bill := records.get(ref), Invoice | CreditMemo)]
        found[text] = min(bills, key=lambda bill: bill.standing is not Standing.LIVE, default=None)
    return found


# --- what is unsynced --------------------------------------------------------------------------------------------------


def read_unsynced(ports: Ports, tenant: str, setup: Setup | None, cursor: str, limit: int) -> ListPage:
    """Read a page of what is closed in ConnectWise and in no batch: invoices first, then credit memos, oldest first.

    A page can be short or empty, and the list go on behind it. Takes: with `setup`, nothing before the cut-over date.
    Raises: Rejected("cursor_invalid").
    Source: S1, S3.
    """
    name, _, place = cursor.partition(":")
    kind = next((each for each in _KINDS if each == name), None) if cursor else Kind.INVOICE
    if kind is None:
        raise Rejected("cursor_invalid", "this page cursor does not belong to this list", "Start without the cursor.")
    first = setup.preferences.cut_over if setup is not None else None
    page = ports.book.list_records(
        tenant, kind, first=first, last=None, system=PSA, cursor=place, limit=limit, oldest_first=True,
        shelf=Shelf.UNSYNCED,
    )  # fmt: skip
    behind = f"{Kind.CREDIT_MEMO}:" if kind is Kind.INVOICE else ""
    return ListPage(page.records, f"{kind}:{page.next_cursor}" if page.next_cursor else behind)


def choose_offered(
    ports: Ports, tenant: str, setup: Setup | None, page: ListPage
) -> tuple[list[Bill], Mapping[Ref, Link]]:
    """Give the bills of a page that are offered, and the links of all. Source: S1."""
    bills = [record for record in page.records if isinstance(record, Invoice | CreditMemo)]
    links = ports.book.load_links(tenant, [bill.ref for bill in bills]) if bills else {}
    return [bill for bill in bills if decide_offer(bill, links.get(bill.ref), setup) is None], links


def load_offered(ports: Ports, tenant: str, setup: Setup, most: int, cursor: str = "") -> tuple[list[Bill], str]:
    """Read what is offered, as far as so many bills of the list hold it. Returns: them, and where the list goes on."""
    offered: list[Bill] = []
    looked_at = 0
    while True:
        page = read_unsynced(ports, tenant, setup, cursor, min(most - looked_at, _LARGEST_READ))
        offered += choose_offered(ports, tenant, setup, page)[0]
        looked_at, cursor = looked_at + len(page.records), page.next_cursor
        if not cursor or looked_at >= most:
            return offered, cursor


def walk_offered(ports: Ports, tenant: str, setup: Setup) -> Iterator[Bill]:
    """Go through all that is offered. Source: S1."""
    cursor = ""
    while True:
        page = read_unsynced(ports, tenant, setup, cursor, _LARGEST_READ)
        yield from choose_offered(ports, tenant, setup, page)[0]
        cursor = page.next_cursor
        if not cursor:
            return
