"""The partner's verdicts and the open matters, in memory."""

from collections.abc import Iterable

from crossfoot.core.model import Kind, Ref
from crossfoot.core.verdicts import MatterKey, Pair, Verdict, Verdicts
from crossfoot.errors import Conflict, Rejected
from crossfoot.ports import Decided, Page


class FakeMatches:
    """With the same conditions as the real table."""

    def __init__(self) -> None:
        self.decided: dict[tuple[str, Pair], Decided] = {}
        self.open: dict[str, set[MatterKey]] = {}

    def load_verdicts(self, tenant: str, refs: Iterable[Ref]) -> Verdicts:
        wanted = set(refs)
        said: dict[Ref, dict[Ref, Verdict]] = {}
        for (owner, pair), decided in self.decided.items():
            for ref, other in ((pair.accounting, pair.psa), (pair.psa, pair.accounting)):
                if owner == tenant and ref in wanted:
                    said.setdefault(ref, {})[other] = decided.verdict
        return Verdicts(said)

    def load_decided(self, tenant: str, pair: Pair) -> Decided | None:
        return self.decided.get((tenant, pair))

    def save_verdict(self, tenant: str, decided: Decided) -> None:
        pair = decided.pair
        for (owner, other), kept in self.decided.items():
            shares = other != pair and {other.accounting, other.psa} & {pair.accounting, pair.psa}
            both_same = kept.verdict is decided.verdict is Verdict.SAME
            if owner == tenant and shares and both_same and pair.accounting.kind is Kind.INVOICE:
                raise Conflict(f"one of {pair} is the same as another invoice")
        self.decided[tenant, pair] = decided

    def remove_verdict(self, tenant: str, pair: Pair) -> None:
        self.decided.pop((tenant, pair), None)

    def list_decided(self, tenant: str, kind: Kind, *, cursor: str, limit: int) -> Page[Decided]:
        kept = {
            f"{pair.accounting.kind}#{pair.accounting.id}#{pair.psa.id}": decided
            for (owner, pair), decided in self.decided.items()
            if owner == tenant and pair.accounting.kind is kind
        }
        return _page(kept, cursor, limit)

    def load_open(self, tenant: str, keys: Iterable[MatterKey]) -> frozenset[MatterKey]:
        return frozenset(self.open.get(tenant, set()) & set(keys))

    def note_open(self, tenant: str, keys: Iterable[MatterKey]) -> None:
        self.open.setdefault(tenant, set()).update(keys)

    def remove_open(self, tenant: str, keys: Iterable[MatterKey]) -> None:
        self.open.get(tenant, set()).difference_update(keys)

    def list_open(self, tenant: str, *, customers: Pair | None, cursor: str, limit: int) -> Page[MatterKey]:
        kept = {_place(key): key for key in self.open.get(tenant, set()) if customers in (None, key.customers)}
        return _page(kept, cursor, limit)

    def list_open_customers(self, tenant: str, *, cursor: str, limit: int) -> Page[Pair]:
        pairs = {key.customers for key in self.open.get(tenant, set()) if key.customers is not None}
        return _page({f"{pair.accounting.id}#{pair.psa.id}": pair for pair in pairs}, cursor, limit)


def _place(key: MatterKey) -> str:
    customers = f"{key.customers.accounting.id}#{key.customers.psa.id}" if key.customers else "!#!"
    return f"{customers}#{key.number}"


def _page[T](kept: dict[str, T], cursor: str, limit: int) -> Page[T]:
    if cursor and "#" not in cursor:
        raise Rejected("cursor_invalid", "this page cursor does not belong to this list", "Start again without it.")
    behind = sorted(place for place in kept if place > cursor)
    return Page(tuple(kept[place] for place in behind[:limit]), behind[limit - 1] if len(behind) > limit else "")
