"""Show the QuickBooks items that line-item mode lacks, and make those that the partner asks for (S4)."""

from collections.abc import Collection, Sequence

from crossfoot.core.sync.auto_items import ProposedItem, find_unsaid, propose_items
from crossfoot.core.sync.settings import Target
from crossfoot.messages.api.sync_mappings import (
    ItemsMade,
    ItemsRequest,
    MadeItem,
    NewItemsQuery,
    ProposedItems,
    ProposedItemShape,
)
from crossfoot.messages.api.sync_mappings import Target as TargetShape
from crossfoot.messages.api.sync_words import MappingName
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import Ports, require_none_bad
from crossfoot.steps.api.sync_surveying import gather_surveyed


def list_items(ports: Ports, asked: Asked[Nothing, NewItemsQuery]) -> ProposedItems:
    """Propose items for the work on the next bills that are offered. Nothing is made by that. Source: S4."""
    surveyed = gather_surveyed(ports, asked.tenant, asked.query.cursor)
    proposed = propose_items(surveyed.billings, surveyed.setup, surveyed.catalogue)
    return ProposedItems(
        items=[_to_shape(each) for each in proposed],
        unsaid_accounts=list(find_unsaid(surveyed.billings, surveyed.setup, surveyed.catalogue)),
        surveyed=len(surveyed.billings),
        next_cursor=surveyed.next_cursor,
    )


def make_items(ports: Ports, asked: Asked[Nothing, Nothing, ItemsRequest]) -> ItemsMade:
    """Make some of the items that are proposed now, and have each stand for what it serves.

    Each is mapped as soon as it is made, so an error midway leaves nothing half done; the same again makes nothing twice,
    for one of that name that posts to the same account is taken over.
    Raises: BadFields for names that are not proposed; errors of both systems, also Rejected as QuickBooks refuses an item.
    Source: S4.
    """
    surveyed = gather_surveyed(ports, asked.tenant, asked.body.cursor)
    proposed = {each.name: each for each in propose_items(surveyed.billings, surveyed.setup, surveyed.catalogue)}
    wanted = _choose(asked.body.names, proposed.keys())
    sales, made = ports.systems.sales(asked.tenant), []
    for name in wanted:
        item = sales.create_item(name, proposed[name].account_id)
        target = Target(item.id, item.name)
        ports.sync_settings.save_mappings(asked.tenant, dict.fromkeys(proposed[name].keys, target))
        made.append(_to_made(target, proposed[name]))
    return ItemsMade(items=made)


def _choose(names: Sequence[str], proposed: Collection[str]) -> list[str]:
    require_none_bad(
        (f"names.{place}", f"No item {name} is proposed; GET /v1/sync/items lists them.")
        for place, name in enumerate(names)
        if name not in proposed
    )
    return list(dict.fromkeys(names))


def _to_shape(proposed: ProposedItem) -> ProposedItemShape:
    return ProposedItemShape(
        name=proposed.name,
        account=_account(proposed),
        ledger_accounts=list(proposed.ledger_accounts),
        serves=_serves(proposed),
        count=len(proposed.bills),
    )


def _to_made(target: Target, proposed: ProposedItem) -> MadeItem:
    return MadeItem(
        item=TargetShape(id=target.id, name=target.name), account=_account(proposed), serves=_serves(proposed)
    )


def _account(proposed: ProposedItem) -> TargetShape:
    return TargetShape(id=proposed.account_id, name=proposed.account_name)


def _serves(proposed: ProposedItem) -> list[MappingName]:
    return [MappingName(kind=key.kind, key=key.key) for key in proposed.keys]
