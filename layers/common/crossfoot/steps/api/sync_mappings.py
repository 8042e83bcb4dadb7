"""Show what unsynced bills need mapped, and keep what the partner confirms (S6)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crossfoot.core.model import ACCOUNTING, PSA, Customer, Kind, Ref
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.doctor import examine_key
from crossfoot.core.sync.settings import MappingKey, MappingKind, Setup, Target
from crossfoot.core.sync.survey import Needed, survey
from crossfoot.messages.api.sync_mappings import (
    ConfirmRequest,
    MappingChange,
    MappingsChange,
    MappingsConfirmed,
    MappingShape,
    MappingsQuery,
    MappingsSaved,
    MappingSurvey,
    NeededShape,
    SuggestionShape,
)
from crossfoot.messages.api.sync_mappings import Target as TargetShape
from crossfoot.messages.api.sync_words import MAX_EXAMPLES, BillName
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import Ports, require_none_bad
from crossfoot.steps.api.sync_surveying import (
    Surveyed,
    gather_surveyed,
    load_customers,
    load_mapped_customers,
)

type Changes = dict[MappingKey, Target | None]


def list_mappings(ports: Ports, asked: Asked[Nothing, MappingsQuery]) -> MappingSurvey:
    """Say what the next bills that are offered need a target for, with what may be meant. Source: S6."""
    query = asked.query
    surveyed = gather_surveyed(ports, asked.tenant, query.cursor)
    needed = _survey(ports, asked.tenant, surveyed, query.kind)
    numbers = {billing.bill.ref: billing.bill.number for billing in surveyed.billings}
    return MappingSurvey(
        mappings=[_to_needed(each, numbers) for each in needed if not (query.unmapped and _is_settled(each))],
        surveyed=len(surveyed.billings),
        next_cursor=surveyed.next_cursor,
    )


def put_mappings(ports: Ports, asked: Asked[Nothing, Nothing, MappingsChange]) -> MappingsSaved:
    """Confirm some mappings, or forget them. What was synced before stays as it is.

    Raises: BadFields for what is not there, inactive or of the wrong kind; NeedsPartner; errors of QuickBooks.
    Source: S6, S7.
    """
    changes = read_changes(ports, asked.tenant, asked.body.mappings)[0]
    ports.sync_settings.save_mappings(asked.tenant, changes)
    return MappingsSaved(mappings=[_to_mapping(key, target) for key, target in changes.items()])


def confirm_mappings(ports: Ports, asked: Asked[Nothing, Nothing, ConfirmRequest]) -> MappingsConfirmed:
    """Confirm every exact suggestion of a kind, where nothing was confirmed before. Source: S6."""
    surveyed = gather_surveyed(ports, asked.tenant, asked.body.cursor)
    open_ = [each for each in _survey(ports, asked.tenant, surveyed, asked.body.kind) if each.target is None]
    chosen = {each.key: found for each in open_ if (found := _exact(each)) is not None}
    if chosen:
        ports.sync_settings.save_mappings(asked.tenant, dict(chosen))
    return MappingsConfirmed(
        mappings=[_to_mapping(key, target) for key, target in chosen.items()],
        left=len(open_) - len(chosen),
        next_cursor=surveyed.next_cursor,
    )


# --- surveying ---------------------------------------------------------------------------------------------------------


def _survey(ports: Ports, tenant: str, surveyed: Surveyed, kind: MappingKind | None) -> list[Needed]:
    # Customers alone are looked for among all there are; what stands for the payers comes with the bills.
    customers = load_customers(ports, tenant) if kind in (None, MappingKind.CUSTOMER) else ()
    needed = survey(surveyed.billings, surveyed.setup, surveyed.catalogue, customers)
    return [each for each in needed if kind in (None, each.key.kind)]


def _is_settled(needed: Needed) -> bool:
    return needed.usable and needed.problem is None


def _exact(needed: Needed) -> Target | None:
    return next((each.target for each in needed.suggestions if each.exact), None)


# --- changes -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Offered:
    """What QuickBooks offers to stand for things, and the customers of both sides."""

    catalogue: Catalogue
    customers: Mapping[Ref, Customer]

    def examine(self, key: MappingKey, target: Target) -> tuple[str, str] | None:
        """Say which member of a mapping is wrong, and why; None where the target can be used. Source: S6, S7."""
        if key.kind is MappingKind.CUSTOMER and Ref(PSA, Kind.CUSTOMER, key.key) not in self.customers:
            return "key", f"ConnectWise shows no company {key.key}."
        named = self.name(key, target)
        if named is None:
            return "target_id", f"QuickBooks has no {_noun(key.kind)} {target.id}."
        wrong = examine_key(key, Setup(mappings={key: named}), self.catalogue, self.customers)
        return ("target_id", wrong.sentence) if wrong is not None and wrong.blocks else None

    def name(self, key: MappingKey, target: Target) -> Target | None:
        """Give the target with its name there; None where it is not there."""
        found = _name(key.kind, target.id, self.catalogue, self.customers)
        return Target(target.id, found) if found is not None else None


def read_changes(
    ports: Ports, tenant: str, asked: Sequence[MappingChange], catalogue: Catalogue | None = None
) -> tuple[Changes, Mapping[Ref, Customer]]:
    """Check a change against what QuickBooks offers and the book's customers.

    Returns: it, and the customers in it.
    Raises: BadFields.
    """
    meant = [(MappingKey(each.kind, each.key), Target(each.target_id or "", "")) for each in asked]
    customers = load_mapped_customers(ports, tenant, meant)
    if catalogue is None and any(target.id for _, target in meant):
        catalogue = ports.systems.sales(tenant).fetch_catalogue()
    offered = _Offered(catalogue, customers) if catalogue is not None else None
    require_none_bad(_find_bad(meant, offered))
    changes = {key: offered.name(key, target) if offered and target.id else None for key, target in meant}
    return changes, customers


def _find_bad(meant: Sequence[tuple[MappingKey, Target]], offered: _Offered | None) -> Iterator[tuple[str, str]]:
    """Name what is wrong, for each mapping at most one thing."""
    seen: set[MappingKey] = set()
    for place, (key, target) in enumerate(meant):
        wrong = _examine_new(key, is_new=key not in seen)
        if wrong is None and offered is not None and target.id:
            wrong = offered.examine(key, target)
        if wrong is not None:
            yield f"mappings.{place}.{wrong[0]}", wrong[1]
        seen.add(key)


def _examine_new(key: MappingKey, *, is_new: bool) -> tuple[str, str] | None:
    if not is_new:
        return "key", "This is named twice."
    if not key.key and key.kind is not MappingKind.TAX_CODE:
        return "key", "This may not be empty."
    return None


def _name(kind: MappingKind, id_: str, catalogue: Catalogue, customers: Mapping[Ref, Customer]) -> str | None:
    """Say what QuickBooks calls something that is mapped to; None where it is not there."""
    match kind:
        case MappingKind.CUSTOMER:
            customer = customers.get(Ref(ACCOUNTING, Kind.CUSTOMER, id_))
            return customer.name if customer is not None else None
        case MappingKind.ITEM | MappingKind.ACCOUNT:
            item = catalogue.items.get(id_)
            return item.name if item is not None else None
        case MappingKind.TAX_CODE:
            code = catalogue.tax_codes.get(id_)
            return code.name if code is not None else None
        case MappingKind.TERMS | MappingKind.CLASS | MappingKind.DEPARTMENT:
            listed = {
                MappingKind.TERMS: catalogue.terms,
                MappingKind.CLASS: catalogue.classes,
                MappingKind.DEPARTMENT: catalogue.departments,
            }[kind].get(id_)
            return listed.name if listed is not None else None


def _noun(kind: MappingKind) -> str:
    nouns = {MappingKind.ACCOUNT: "item", MappingKind.DEPARTMENT: "location", MappingKind.TAX_CODE: "tax code"}
    return nouns.get(kind, kind.value)


# --- shapes ------------------------------------------------------------------------------------------------------------


def _to_target(target: Target) -> TargetShape:
    return TargetShape(id=target.id, name=target.name)


def _to_mapping(key: MappingKey, target: Target | None) -> MappingShape:
    return MappingShape(kind=key.kind, key=key.key, target=_to_target(target) if target is not None else None)


def _to_needed(needed: Needed, numbers: Mapping[Ref, str]) -> NeededShape:
    problem = needed.problem
    return NeededShape(
        kind=needed.key.kind,
        key=needed.key.key,
        label=needed.label,
        count=needed.count,
        bills=[BillName(id=str(ref), number=numbers[ref]) for ref in needed.bills[:MAX_EXAMPLES]],
        target=_to_target(needed.target) if needed.target is not None else None,
        implied=[_to_target(each) for each in needed.implied],
        usable=needed.usable,
        problem=problem.sentence if problem is not None else "",
        fix=problem.fix if problem is not None else "",
        suggestions=[
            SuggestionShape(target=_to_target(each.target), exact=each.exact, why=each.why)
            for each in needed.suggestions
        ],
    )
