"""Put the two copies of a payable together, so that it is told once: the platform's, and what stands for it there (B4)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from crossfoot.core.effects import Effect
from crossfoot.core.model import ACCOUNTING, Kind, Record, Ref
from crossfoot.core.payables.case import Named
from crossfoot.core.payables.entries import PAYABLE
from crossfoot.core.payables.records import Payable, is_payable
from crossfoot.core.payables.stored import standing_of
from crossfoot.steps.api.needs import Ports, not_found, read_ref


@dataclass(frozen=True, slots=True)
class Kept:
    """A payable and its copy.

    Takes: `shown` is the platform's, where there is one; `listed` gives it its place in a list.
    """

    named: Named
    shown: Payable
    listed: Payable

    @property
    def refs(self) -> tuple[Ref, ...]:
        """List every id that it has, its own first."""
        return (self.shown.ref, *sorted(self.named.names - {self.shown.ref}))

    @property
    def copies(self) -> tuple[Payable, ...]:
        """List what the book has of it, what is shown first."""
        return tuple(each for each in (self.named.told, self.named.copy) if each is not None)


# Tells whether the accounting's copy of a platform's record gives the two their place; else that record does.
type Placing = Callable[[Payable, Payable], bool]


def at_platform(_copy: Payable, _told: Payable) -> bool:
    """Place a pair where the platform's record is."""
    return False


def at_accounting(_copy: Payable, _told: Payable) -> bool:
    """Place a pair where the accounting's copy is."""
    return True


def pair_payables(ports: Ports, tenant: str, records: Sequence[Record], placing: Placing) -> Iterator[Kept]:
    """Put copies together, in the order of the records."""
    payables = [record for record in records if is_payable(record)]
    origins = [each.origin for each in payables if each.origin is not None]
    told = {each.ref: each for each in payables if each.ref.system is not ACCOUNTING}
    told |= _load(ports, tenant, [ref for ref in origins if ref not in told])
    latest = ports.effects.load_latest_of(tenant, PAYABLE, told) if told else {}
    copies = {each.ref: each for each in payables if each.ref.system is ACCOUNTING}
    wanted = [ref for each in told.values() if (ref := _copy_ref(each, latest.get(each.ref))) is not None]
    copies |= _load(ports, tenant, [ref for ref in wanted if ref not in copies])
    for each in payables:
        yield from _place(each, told, latest, copies, placing)


def load_kept(ports: Ports, tenant: str, ref: Ref) -> Kept | None:
    """Read a payable and its copy, from either side; also of one that only just came to stand in the accounting."""
    record = _load(ports, tenant, [ref]).get(ref)
    origin = record.origin if record is not None else None
    if record is None and ref.system is ACCOUNTING:
        origin = ports.origins.load_copies(tenant, [ref]).get(ref)
    told = _load(ports, tenant, [origin]).get(origin) if origin is not None else None
    found = told or record
    return next(pair_payables(ports, tenant, [found], at_accounting), None) if found is not None else None


def find_kept(ports: Ports, tenant: str, kind: Kind, text: str) -> Kept:
    """Read a payable and its copy, asked for by the id of either. Raises: Rejected("not_found")."""
    kept = load_kept(ports, tenant, read_ref(kind, text))
    if kept is None:
        raise not_found(kind.replace("_", " "), f"GET /v1/{kind.replace('_', '-')}s lists them.")
    return kept


def _place(
    record: Payable,
    told: dict[Ref, Payable],
    latest: dict[Ref, Effect],
    copies: dict[Ref, Payable],
    placing: Placing,
) -> Iterator[Kept]:
    if record.ref.system is not ACCOUNTING:
        copy_ref = _copy_ref(record, latest.get(record.ref))
        copy = copies.get(copy_ref) if copy_ref is not None else None
        yield Kept(Named(record, latest.get(record.ref), copy), record, record)
        return
    owner = told.get(record.origin) if record.origin is not None else None
    if owner is None:
        yield Kept(Named(copy=record), record, record)
        return
    # One that people deleted there may have been entered anew since: the one of now stands for both.
    is_of_now = _copy_ref(owner, latest.get(owner.ref)) in (record.ref, None)
    if is_of_now and placing(record, owner):
        yield Kept(Named(owner, latest.get(owner.ref), record), owner, record)


def _copy_ref(told: Payable, latest: Effect | None) -> Ref | None:
    """Name what stands for a record of the platform in the accounting, or stood there last."""
    standing = standing_of(latest)
    id_ = standing.id if standing is not None else latest.remote_id if latest is not None else ""
    return Ref(ACCOUNTING, told.ref.kind, id_) if id_ else told.copy_of


def _load(ports: Ports, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Payable]:
    wanted = list(dict.fromkeys(refs))
    found = ports.book.load_many(tenant, wanted) if wanted else {}
    return {ref: record for ref, record in found.items() if is_payable(record)}
