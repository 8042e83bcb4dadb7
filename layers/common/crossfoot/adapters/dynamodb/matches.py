"""What the partner decided about pairs, kept at both of them; and a small item for each open matter (I9)."""

from collections.abc import Iterable, Iterator
from itertools import islice

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import FIRST, LAST
from crossfoot.adapters.dynamodb.paging import from_cursor, name_list, require_limit, to_cursor
from crossfoot.adapters.dynamodb.table import Delete, Put, Table, Update, When
from crossfoot.adapters.dynamodb.values import Item, Plain, text
from crossfoot.core.matching import other_system
from crossfoot.core.model import Kind, Ref
from crossfoot.core.verdicts import MatterKey, Pair, Verdict, Verdicts
from crossfoot.ports import Decided, Page

# An attribute for each verdict, named by the other record's id in hex: names take letters and digits only.
_ON = "v"


class TableMatches:
    """The port Matches in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load_verdicts(self, tenant: str, refs: Iterable[Ref]) -> Verdicts:
        """Read every verdict on some records."""
        by_key = {keys.verdicts(tenant, ref): ref for ref in refs}
        items = self._table.get_many(by_key)
        return Verdicts({by_key[key]: _to_verdicts(by_key[key], item) for key, item in items.items()})

    def load_decided(self, tenant: str, pair: Pair) -> Decided | None:
        """Read the verdict on a pair."""
        item = self._table.get(keys.decided(tenant, pair))
        return _to_decided(pair, item) if item else None

    def save_verdict(self, tenant: str, decided: Decided) -> None:
        """Keep a verdict. Raises: Conflict."""
        pair, verdict = decided.pair, decided.verdict
        was = self.load_verdicts(tenant, [pair.accounting]).on(pair.accounting, pair.psa)
        item: Item = {"verdict": verdict.value, "at": keys.time_text(decided.at)}
        self._table.transact(
            _at_side(tenant, pair.accounting, pair.psa, was, verdict),
            _at_side(tenant, pair.psa, pair.accounting, was, verdict),
            Put(keys.decided(tenant, pair), item),
        )

    def remove_verdict(self, tenant: str, pair: Pair) -> None:
        """Forget a verdict. Raises: Conflict."""
        was = self.load_verdicts(tenant, [pair.accounting]).on(pair.accounting, pair.psa)
        if was is None:
            return
        self._table.transact(
            _at_side(tenant, pair.accounting, pair.psa, was, None),
            _at_side(tenant, pair.psa, pair.accounting, was, None),
            Delete(keys.decided(tenant, pair)),
        )

    def list_decided(self, tenant: str, kind: Kind, *, cursor: str, limit: int) -> Page[Decided]:
        """Read a page of the verdicts. Raises: Rejected("cursor_invalid")."""
        require_limit(limit)
        digest = name_list(tenant, "decided", kind)
        after = from_cursor(digest, cursor, lambda place: place.startswith(f"{kind}#") and place.count("#") == 2)
        places = self._table.starting(keys.decided_pk(tenant), f"{kind}#", after=after, page=limit + 1)
        found = list(islice(places, limit + 1))
        decided = tuple(_to_decided(keys.decided_pair(key), item) for key, item in found[:limit])
        return Page(decided, to_cursor(digest, found[limit - 1][0].sk) if len(found) > limit else "")

    def load_open(self, tenant: str, about: Iterable[MatterKey]) -> frozenset[MatterKey]:
        """Tell which of some open matters are noted."""
        found = self._table.get_many(keys.matter(tenant, each) for each in about)
        return frozenset(keys.matter_key(key) for key in found)

    def note_open(self, tenant: str, about: Iterable[MatterKey]) -> None:
        """Note open matters."""
        self._table.put_many({keys.matter(tenant, each): {} for each in about})

    def remove_open(self, tenant: str, about: Iterable[MatterKey]) -> None:
        """Take open matters off the list."""
        self._table.delete_many(keys.matter(tenant, each) for each in about)

    def list_open(self, tenant: str, *, customers: Pair | None, cursor: str, limit: int) -> Page[MatterKey]:
        """Read a page of the open matters. Raises: Rejected("cursor_invalid")."""
        require_limit(limit)
        of_customers = keys.apart(customers) if customers else ""
        digest = name_list(tenant, "matters", of_customers)
        after = from_cursor(digest, cursor, lambda place: place.startswith(of_customers) and place.count("#") == 2)
        places = self._table.starting(keys.matters_pk(tenant), of_customers, after=after, page=limit + 1)
        found = [key for key, _ in islice(places, limit + 1)]
        matters = tuple(keys.matter_key(key) for key in found[:limit])
        return Page(matters, to_cursor(digest, found[limit - 1].sk) if len(found) > limit else "")

    def list_open_customers(self, tenant: str, *, cursor: str, limit: int) -> Page[Pair]:
        """Read a page of the pairs of customers that keep invoices apart. Raises: Rejected("cursor_invalid")."""
        require_limit(limit)
        digest = name_list(tenant, "matters", "customers")
        after = from_cursor(digest, cursor, lambda place: place.count("#") == 2)
        found = list(islice(self._customers(tenant, after), limit + 1))
        last = keys.apart(found[limit - 1]) if len(found) > limit else ""
        return Page(tuple(found[:limit]), to_cursor(digest, last) if last else "")

    def _customers(self, tenant: str, after: str) -> Iterator[Pair]:
        """Leap from one pair to the next, however many invoices each keeps apart."""
        start = f"{after or keys.apart(None)}{LAST}"
        while True:
            place = next(self._table.query(keys.matters_pk(tenant), max(start, FIRST), LAST, page=1), None)
            if place is None:
                return
            customers = keys.matter_key(place[0]).customers
            if customers is not None:
                yield customers
            start = f"{keys.apart(customers)}{LAST}"


def _at_side(tenant: str, ref: Ref, other: Ref, was: Verdict | None, verdict: Verdict | None) -> Update:
    """Change a verdict at one side, if it is the one that was seen; an invoice is the same as one other at most."""
    name = _ON + other.id.encode(errors="surrogatepass").hex()
    unchanged = f"#{name} = :was" if was else f"attribute_not_exists(#{name})"
    condition: dict[str, Plain] = {"was": was.value} if was else {}
    if verdict is None:
        change = f"REMOVE #{name}, #same" if was is Verdict.SAME else f"REMOVE #{name}"
        return Update(keys.verdicts(tenant, ref), change, when=When(unchanged, condition))
    change = f"SET #{name} = :verdict"
    if ref.kind is Kind.INVOICE and verdict is Verdict.SAME:
        change += ", #same = :other"
        unchanged += " AND (attribute_not_exists(#same) OR #same = :other)"
        condition["other"] = other.id
    elif was is Verdict.SAME:
        change += " REMOVE #same"
    return Update(keys.verdicts(tenant, ref), change, {"verdict": verdict.value}, When(unchanged, condition))


def _to_verdicts(ref: Ref, item: Item) -> dict[Ref, Verdict]:
    return {
        _other(ref, bytes.fromhex(name.removeprefix(_ON)).decode(errors="surrogatepass")): Verdict(text(item, name))
        for name in item
        if name.startswith(_ON)
    }


def _other(ref: Ref, id_: str) -> Ref:
    return Ref(other_system(ref.system), ref.kind, id_)


def _to_decided(pair: Pair, item: Item) -> Decided:
    return Decided(pair, Verdict(text(item, "verdict")), keys.read_time(text(item, "at")))
