"""Gather what a look over the bills that are offered needs: how they would be posted, and what QuickBooks offers (S6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from crossfoot.billing import load_billings
from crossfoot.core.model import ACCOUNTING, PSA, Customer, Kind, Ref
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.settings import MappingKey, MappingKind, Setup, SyncPreferences, Target
from crossfoot.offered import load_offered
from crossfoot.ports import POSTINGS_PER_CALL
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.sync_bills import require_both

# As many bills are looked at in one go as ConnectWise tells of in one call.
LOOKED_AT = POSTINGS_PER_CALL
# Among so many customers of the accounting, suggestions are looked for.
MOST_CUSTOMERS = 5_000
_LARGEST_READ = 200


@dataclass(frozen=True, slots=True)
class Surveyed:
    """The bills of one go, and what bears on them. Takes: `setup` has defaults where nothing was saved yet."""

    setup: Setup
    catalogue: Catalogue
    billings: Sequence[Billing]
    next_cursor: str


def gather_surveyed(
    ports: Ports, tenant: str, cursor: str, setup: Setup | None = None, *, to_plan: bool = False
) -> Surveyed:
    """Read the next bills that are offered, in one call to each system; by the partner's own setup, or by another.

    Takes: `to_plan` for whoever plans their entries; else what only that needs is left out.
    The preferences need not be saved yet: what has to be mapped is among what they are chosen by.
    Raises: NeedsPartner when a system is not connected; Rejected("cursor_invalid"); errors of both systems.
    """
    require_both(ports, tenant)
    setup = setup or load_setup(ports, tenant)
    offered, next_cursor = load_offered(tenant, setup, ports.book, LOOKED_AT, cursor)
    billings = load_billings(tenant, [bill.ref for bill in offered], setup, ports, with_namesakes=to_plan)
    catalogue = ports.systems.sales(tenant).fetch_catalogue()
    return Surveyed(setup, catalogue, tuple(billings.values()), next_cursor)


def load_setup(ports: Ports, tenant: str) -> Setup:
    """Give what the partner chose, with defaults where nothing was saved yet."""
    saved = ports.sync_settings.load(tenant)
    return saved or Setup(SyncPreferences(), ports.sync_settings.load_mappings(tenant))


def load_customers(ports: Ports, tenant: str) -> tuple[Customer, ...]:
    """Read the customers of the accounting to suggest from, by name."""
    return tuple(islice(walk_customers(ports, tenant), MOST_CUSTOMERS))


def load_mapped_customers(
    ports: Ports, tenant: str, mappings: Sequence[tuple[MappingKey, Target]]
) -> dict[Ref, Customer]:
    """Read both sides of the mappings of customers: the companies, and what stands for them; missing ones are left out."""
    pairs = [(key, target) for key, target in mappings if key.kind is MappingKind.CUSTOMER]
    refs = [Ref(PSA, Kind.CUSTOMER, key.key) for key, _ in pairs if key.key]
    refs += [Ref(ACCOUNTING, Kind.CUSTOMER, target.id) for _, target in pairs if target.id]
    found = ports.book.load_many(tenant, dict.fromkeys(refs)) if refs else {}
    return {ref: record for ref, record in found.items() if isinstance(record, Customer)}


def walk_customers(ports: Ports, tenant: str, prefix: str = "") -> Iterator[Customer]:
    """Go through the customers of the accounting whose names begin so, by name."""
    cursor = ""
    while True:
        page = ports.book.list_named(
            tenant, Kind.CUSTOMER, prefix=prefix, system=ACCOUNTING, cursor=cursor, limit=_LARGEST_READ
        )
        yield from (record for record in page.records if isinstance(record, Customer))
        cursor = page.next_cursor
        if not cursor:
            return
