"""Links between the two systems' invoices: an item on either side, written together or not at all."""

from collections.abc import Iterable

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.table import Delete, Put, Table, When
from crossfoot.adapters.dynamodb.values import Item, text
from crossfoot.core.model import Link, LinkOrigin, Ref, System
from crossfoot.errors import Conflict


class Links:
    """The links of a partner's invoices."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load_many(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Link]:
        """Read the links of many invoices, from either side."""
        by_key = {keys.link(tenant, ref): ref for ref in refs}
        items = self._table.get_many(by_key)
        return {ref: _to_link(ref, items[key]) for key, ref in by_key.items() if key in items}

    def save(self, tenant: str, link: Link) -> None:
        """Link two invoices; that the sync tool wrote one is never forgotten. Raises: Conflict."""
        self._save(tenant, link, self.load_many(tenant, [link.accounting]).get(link.accounting))

    def save_many(self, tenant: str, links: Iterable[Link]) -> frozenset[Link]:
        """Link many pairs side by side. Returns: those of which neither side is linked to another record."""
        wanted = list(dict.fromkeys(links))
        stored = self.load_many(tenant, [link.accounting for link in wanted])

        def save(link: Link) -> Link | None:
            try:
                self._save(tenant, link, stored.get(link.accounting))
            except Conflict:
                return None
            return link

        return frozenset(link for link in self._table.each(save, wanted) if link is not None)

    def _save(self, tenant: str, link: Link, stored: Link | None) -> None:
        if stored and stored.psa == link.psa and link.origin in (stored.origin, LinkOrigin.MATCHED):
            return
        self._table.transact(
            _put(tenant, link.accounting, link.psa, link.origin, side="accounting"),
            _put(tenant, link.psa, link.accounting, link.origin, side="psa"),
        )

    def remove(self, tenant: str, link: Link) -> None:
        """Take a link away from both sides. Raises: Conflict."""
        self._table.transact(
            Delete(keys.link(tenant, link.accounting), _leads_to(link.psa)),
            Delete(keys.link(tenant, link.psa), _leads_to(link.accounting)),
        )


def _leads_to(other: Ref) -> When:
    """Hold for a side that is free, or that leads to the other one."""
    return When(
        "attribute_not_exists(#pk) OR (#other_system = :other_system AND #other_id = :other_id)",
        {"other_system": other.system.value, "other_id": other.id},
    )


def _put(tenant: str, ref: Ref, other: Ref, origin: LinkOrigin, *, side: str) -> Put:
    item: Item = {"other_system": other.system.value, "other_id": other.id, "origin": origin.value, "side": side}
    return Put(keys.link(tenant, ref), item, _leads_to(other))


def _to_link(ref: Ref, item: Item) -> Link:
    other = Ref(System(text(item, "other_system")), ref.kind, text(item, "other_id"))
    accounting, psa = (ref, other) if text(item, "side") == "accounting" else (other, ref)
    return Link(accounting, psa, LinkOrigin(text(item, "origin")))
