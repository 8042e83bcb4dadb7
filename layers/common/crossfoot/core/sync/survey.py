"""Everything that the bills to come need mapped: by how many of them, to what, and what could stand for it (S6)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from crossfoot.core.model import Customer, Ref
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.doctor import Finding, examine_key
from crossfoot.core.sync.keys import Want, label_of, wants_of
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.postings import PostedLine
from crossfoot.core.sync.settings import MappingKey, MappingKind, Setup, SyncPreferences, Target
from crossfoot.core.sync.suggesting import Suggesting, Suggestion
from crossfoot.core.sync.targets import Targets

# So many of the bills that need a key are named.
MOST_BILLS = 50


@dataclass(frozen=True, slots=True)
class Needed:
    """Something that bills need a target for.

    Takes: `count` is how many of them, `bills` the first; `target` is what the partner confirmed, None while nothing was;
    `implied` are the items that ConnectWise's own mapping names for an account, which serve while nothing is confirmed;
    `problem` is why bills are refused for it, or that it was renamed, None where all is in order.
    """

    key: MappingKey
    label: str
    count: int
    bills: tuple[Ref, ...]
    target: Target | None = None
    implied: tuple[Target, ...] = ()
    problem: Finding | None = None
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def usable(self) -> bool:
        """Tell whether bills can be entered with it."""
        return self.problem is None or not self.problem.blocks


def survey(
    billings: Iterable[Billing], setup: Setup, catalogue: Catalogue, customers: Iterable[Customer] = ()
) -> tuple[Needed, ...]:
    """Say what bills need, in the mode that the partner chose.

    Takes: `customers` are those of the accounting, to suggest from; what stands for those who pay comes with the billings.
    Returns: by kind and key.
    Source: S6.
    """
    billings, customers = tuple(billings), tuple(customers)
    known = {each.ref: each for each in customers}
    known |= {each.customer.ref: each.customer for each in billings if each.customer is not None}
    asked = _ask(billings, setup.preferences, domestic=catalogue.domestic)
    suggesting = Suggesting(catalogue, known.values(), setup)
    return tuple(_needed(asked[key], setup, catalogue, known, suggesting) for key in sorted(asked))


@dataclass(slots=True)
class _Asked:
    """What all bills say of one key, in their order."""

    key: MappingKey
    wants: dict[Want, None] = field(default_factory=dict)
    bills: dict[Ref, None] = field(default_factory=dict)


def _ask(billings: Collection[Billing], preferences: SyncPreferences, *, domestic: bool) -> dict[MappingKey, _Asked]:
    asked: dict[MappingKey, _Asked] = {}
    for billing in billings:
        for want in wants_of(billing, preferences, domestic=domestic):
            of_key = asked.setdefault(want.key, _Asked(want.key))
            of_key.wants[want] = None
            of_key.bills[billing.bill.ref] = None
    return asked


def _needed(
    asked: _Asked, setup: Setup, catalogue: Catalogue, known: Mapping[Ref, Customer], suggesting: Suggesting
) -> Needed:
    want = next(iter(asked.wants))
    problems = (examine_key(asked.key, setup, catalogue, known, each.said) for each in asked.wants)
    target = setup.mappings.get(asked.key)
    return Needed(
        key=asked.key,
        label=label_of(asked.key, want.said),
        count=len(asked.bills),
        bills=tuple(asked.bills)[:MOST_BILLS],
        target=target,
        implied=_implied(asked, setup, catalogue) if target is None else (),
        problem=next((problem for problem in problems if problem is not None), None),
        suggestions=suggesting.suggest(*asked.wants),
    )


def _implied(asked: _Asked, setup: Setup, catalogue: Catalogue) -> tuple[Target, ...]:
    if asked.key.kind is not MappingKind.ACCOUNT:
        return ()
    lines = (PostedLine(0, "", asked.key.key, "", 0, want.said) for want in asked.wants)
    items = dict.fromkeys(Targets(setup, catalogue).item_of(line) for line in lines)
    return tuple(Target(item.id, item.name) for item in items if item.id)
