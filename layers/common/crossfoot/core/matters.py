"""Open matters: what keeps invoices of one number apart, for the partner to decide (I9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from crossfoot.core.folding import normalise
from crossfoot.core.matching import Candidates, differences
from crossfoot.core.model import ACCOUNTING, Invoice, LinkOrigin
from crossfoot.core.verdicts import MatterKey, Pair, Verdict, customers_of


class MatterCode(StrEnum):
    """Why a person has to decide."""

    AMBIGUOUS = "ambiguous"
    NOT_IDENTICAL = "not_identical"


@dataclass(frozen=True, slots=True)
class Matter:
    """Invoices that may be copies of each other, and are not joined beyond doubt."""

    key: MatterKey
    code: MatterCode
    accounting: tuple[Invoice, ...]
    psa: tuple[Invoice, ...]
    differences: tuple[str, ...] = ()


def find_matters(number: str, candidates: Candidates) -> tuple[Matter, ...]:
    """Find what is open among the invoices of a number. Source: I9."""
    return tuple(
        matter for group in _groups(candidates) if (matter := _matter_of(normalise(number), group, candidates))
    )


def keys_of(number: str, candidates: Candidates) -> frozenset[MatterKey]:
    """List the keys under which a matter of these invoices can have been noted."""
    ours = [each for each in candidates.invoices if each.ref.system is ACCOUNTING]
    theirs = [each for each in candidates.invoices if each.ref.system is not ACCOUNTING]
    pairs = {customers_of(one, other) for one in ours for other in theirs}
    return frozenset(MatterKey(normalise(number), customers) for customers in (pairs | {None} if pairs else pairs))


def _groups(candidates: Candidates) -> Iterator[tuple[list[Invoice], list[Invoice]]]:
    """Split invoices into groups within which they may be one: what is decided falls into groups of its own."""
    left = {each.ref: each for each in candidates.invoices}
    while left:
        group = [left.pop(next(iter(left)))]
        for member in group:  # grows as it goes
            joined = [each for each in candidates.of(member) if each.ref in left]
            group += [left.pop(each.ref) for each in joined]
        ours = [each for each in group if each.ref.system is ACCOUNTING]
        theirs = [each for each in group if each.ref.system is not ACCOUNTING]
        if ours and theirs:
            yield ours, theirs


def _matter_of(number: str, group: tuple[list[Invoice], list[Invoice]], candidates: Candidates) -> Matter | None:
    ours, theirs = group
    if len(ours) > 1 or len(theirs) > 1:
        return Matter(MatterKey(number), MatterCode.AMBIGUOUS, tuple(ours), tuple(theirs))
    one, other = ours[0], theirs[0]
    link = candidates.links.get(one.ref)
    is_synced = link is not None and link.psa == other.ref and link.origin is LinkOrigin.SYNCED
    if is_synced or candidates.verdicts.on(one.ref, other.ref) is Verdict.SAME:
        return None
    if candidates.crowded:
        return Matter(MatterKey(number), MatterCode.AMBIGUOUS, (one,), (other,))
    found = differences(one, other, candidates.verdicts)
    if not found:
        return None
    key = MatterKey(number, _customers_apart(one, other, candidates))
    return Matter(key, MatterCode.NOT_IDENTICAL, (one,), (other,), found)


def _customers_apart(one: Invoice, other: Invoice, candidates: Candidates) -> Pair | None:
    same = normalise(one.customer_name) == normalise(other.customer_name)
    return None if same or candidates.verdicts.is_one_customer(one, other) else customers_of(one, other)
