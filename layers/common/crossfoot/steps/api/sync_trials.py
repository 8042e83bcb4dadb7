"""Try a change of mappings or preferences before it is saved: what would it make of the bills that are offered? (S6)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from crossfoot.core.model import ACCOUNTING, Customer, Kind, Ref
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.changes import tell_changes
from crossfoot.core.sync.planning import plan_sale
from crossfoot.core.sync.plans import Billing, SalePlan
from crossfoot.core.sync.settings import MappingKey, MappingKind, Setup, TimeEntries
from crossfoot.messages.api.sync_mappings import MappingsChange, MappingTrial, TriedBill
from crossfoot.messages.api.sync_preferences import SyncPreferencesShape
from crossfoot.messages.api.sync_words import MAX_EXAMPLES
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.sync_mappings import Changes, read_changes
from crossfoot.steps.api.sync_preferences import read_preferences
from crossfoot.steps.api.sync_surveying import Surveyed, gather_surveyed, load_setup

type Tried = tuple[Billing, SalePlan, SalePlan]


def try_mappings(ports: Ports, asked: Asked[Nothing, Nothing, MappingsChange]) -> MappingTrial:
    """Say what a change of mappings would make of the next bills that are offered: plan with and without it, save nothing.

    Raises: as put_mappings; errors of both systems.
    Source: S6, S8.
    """
    tenant = asked.tenant
    surveyed = gather_surveyed(ports, tenant, "", to_plan=True)
    changes, customers = read_changes(ports, tenant, asked.body.mappings, surveyed.catalogue)
    setup = surveyed.setup
    changed = _change(setup, changes)
    tried = [
        (billing, plan_sale(billing, setup, surveyed.catalogue), plan_sale(then, changed, surveyed.catalogue))
        for billing in surveyed.billings
        for then in (_with_payer(billing, changes, customers),)
    ]
    return _to_trial(surveyed, tried)


def try_preferences(ports: Ports, asked: Asked[Nothing, Nothing, SyncPreferencesShape]) -> MappingTrial:
    """Say the same of a change of preferences, which choose the fields that are filled, the tax, the mode.

    Raises: BadField; NeedsPartner; errors of both systems. What QuickBooks does not have is what bills are refused for.
    Source: S6, S8.
    """
    tenant, setup = asked.tenant, load_setup(ports, asked.tenant)
    changed = replace(setup, preferences=read_preferences(ports, tenant, asked.body))
    surveyed = gather_surveyed(ports, tenant, "", _wider(setup, changed), to_plan=True)
    tried = [
        (billing, _plan(billing, setup, surveyed.catalogue), _plan(billing, changed, surveyed.catalogue))
        for billing in surveyed.billings
    ]
    return _to_trial(surveyed, tried)


# --- what is tried -----------------------------------------------------------------------------------------------------


def _change(setup: Setup, changes: Changes) -> Setup:
    merged = {**setup.mappings, **changes}
    return replace(setup, mappings={key: target for key, target in merged.items() if target is not None})


def _with_payer(billing: Billing, changes: Changes, customers: Mapping[Ref, Customer]) -> Billing:
    """Give a bill as it would be gathered with the change: who pays it follows from a mapping, too."""
    company = billing.bill.customer
    key = MappingKey(MappingKind.CUSTOMER, company.id) if company is not None else None
    if key is None or key not in changes:
        return billing
    target = changes[key]
    return replace(billing, customer=customers[Ref(ACCOUNTING, Kind.CUSTOMER, target.id)] if target else None)


def _wider(setup: Setup, changed: Setup) -> Setup:
    """Choose so that all is gathered that either of two setups looks at."""
    both = (setup.preferences, changed.preferences)
    first = min(each.cut_over or date.min for each in both)
    by_line = any(each.time_entries is TimeEntries.LINE_ITEM for each in both)
    preferences = replace(
        setup.preferences,
        cut_over=None if first == date.min else first,
        time_entries=TimeEntries.LINE_ITEM if by_line else TimeEntries.GROUPED,
    )
    return replace(setup, preferences=preferences)


def _plan(billing: Billing, setup: Setup, catalogue: Catalogue) -> SalePlan:
    """Plan a bill as it is gathered for a setup: grouped, without its lines."""
    grouped = setup.preferences.time_entries is TimeEntries.GROUPED
    return plan_sale(replace(billing, lines=()) if grouped else billing, setup, catalogue)


# --- what comes of it --------------------------------------------------------------------------------------------------


def _to_trial(surveyed: Surveyed, tried: Sequence[Tried]) -> MappingTrial:
    affected = [(billing, before, after) for billing, before, after in tried if before != after]
    states = Counter((before.sale is not None, after.sale is not None) for _, before, after in affected)
    return MappingTrial(
        surveyed=len(tried),
        is_more=bool(surveyed.next_cursor),
        affected=len(affected),
        becomes_ready=states[False, True],
        becomes_held=states[True, False],
        entries_changed=sum(
            before.sale != after.sale
            for _, before, after in affected
            if before.sale is not None and after.sale is not None
        ),
        bills=[_to_tried(*each, surveyed.catalogue) for each in affected[:MAX_EXAMPLES]],
    )


def _to_tried(billing: Billing, before: SalePlan, after: SalePlan, catalogue: Catalogue) -> TriedBill:
    bill = billing.bill
    return TriedBill(
        id=str(bill.ref),
        number=bill.number,
        before="ready" if before.sale is not None else "held",
        after="ready" if after.sale is not None else "held",
        changes=list(_tell(before, after, catalogue)),
    )


def _tell(before: SalePlan, after: SalePlan, catalogue: Catalogue) -> Iterable[str]:
    if after.decision is not None:
        return (after.decision.sentence,)
    if before.sale is not None and after.sale is not None and before.sale != after.sale:
        return tell_changes(before.sale, after.sale, catalogue)
    if before.decision is not None:
        return (f"Nothing is in its way any more. Before: {before.decision.sentence}",)
    return tuple(_tell_warnings(before, after)) or ("Its warnings are about other lines.",)


def _tell_warnings(before: SalePlan, after: SalePlan) -> Iterator[str]:
    """Tell what two plans of one entry warn of, each once, however many lines it is about."""
    then, now = (dict.fromkeys(each.sentence for each in plan.warnings) for plan in (before, after))
    yield from (f"A warning is new: {sentence}" for sentence in now if sentence not in then)
    yield from (f"A warning is gone: {sentence}" for sentence in then if sentence not in now)
