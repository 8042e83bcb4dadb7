"""The mapping doctor: is all that a partner's choices point to still there, active, and what it was called? (S6, S7)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from crossfoot.core.model import ACCOUNTING, PSA, Customer, Kind, Ref
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.keys import label_of
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.postings import PostedLine
from crossfoot.core.sync.settings import MappingKey, MappingKind, Numbering, Setup, Target, TaxDisplay
from crossfoot.core.sync.targets import Obstacle, Targets


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, or was renamed.

    Takes: `code` is that of the refusal which it leads to, if it does: `blocks`; `key` is None for what the preferences
    choose.
    """

    code: str
    sentence: str
    fix: str
    key: MappingKey | None = None
    blocks: bool = True


def examine(setup: Setup, catalogue: Catalogue, customers: Iterable[Customer] = ()) -> tuple[Finding, ...]:
    """Look at everything that the mappings and the preferences point to.

    Takes: `customers` are at least those of the accounting that are mapped to, as the book has them, and the companies of
    ConnectWise that are to be named.
    Returns: what keeps bills from being entered first, then what was renamed only.
    Source: S6, S7.
    """
    known = {each.ref: each for each in customers}
    return _examine_all(setup, catalogue, known, {})


def examine_for(billings: Iterable[Billing], setup: Setup, catalogue: Catalogue) -> tuple[Finding, ...]:
    """Look, before bills are entered, at what their customers and everything else that is chosen point to.

    Returns: as examine; what was never chosen is none of it, and is told where a bill needs it.
    Source: S6, S7.
    """
    payers = {each.bill.customer.id: each for each in billings if each.bill.customer is not None}
    mappings = {
        key: target
        for key, target in setup.mappings.items()
        if key.kind is not MappingKind.CUSTOMER or key.key in payers
    }
    known = {each.customer.ref: each.customer for each in payers.values() if each.customer is not None}
    said = {MappingKey(MappingKind.CUSTOMER, id_): each.bill.customer_name for id_, each in payers.items()}
    found = _examine_all(replace(setup, mappings=mappings), catalogue, known, said)
    return tuple(each for each in found if each.blocks or each.key is not None)


def _examine_all(
    setup: Setup, catalogue: Catalogue, customers: Mapping[Ref, Customer], said: Mapping[MappingKey, str]
) -> tuple[Finding, ...]:
    found = [*_examine_choices(setup, catalogue)]
    for key in sorted(setup.mappings):
        if finding := examine_key(key, setup, catalogue, customers, said.get(key, "")):
            found.append(finding)
    return tuple(sorted(found, key=lambda each: not each.blocks))


def examine_key(
    key: MappingKey, setup: Setup, catalogue: Catalogue, customers: Mapping[Ref, Customer], said: str = ""
) -> Finding | None:
    """Look at what stands for a key; None where it is in order.

    Takes: `customers` as in examine; `said` is what ConnectWise says beside the key: a company's name, or the item that
    its mapping of an account names, which serves while nothing is confirmed.
    Source: S6, S7.
    """
    targets, target = Targets(setup, catalogue), setup.mappings.get(key)
    company = customers.get(Ref(PSA, Kind.CUSTOMER, key.key))
    called = company.name if company is not None else said
    _look_up(key, target, targets, customers, called or key.key)
    if obstacles := targets.obstacles:
        return _blocking(obstacles[0], key)
    name = _name_now(key, target, catalogue, customers) if target is not None else ""
    if target is None or name == target.name:
        return None
    sentence = (
        f"What stands for {label_of(key, called)} was called {target.name} when it was confirmed, and is {name} now."
    )
    fix = "Confirm it again if it still means the same; else choose another under the mappings of the tool."
    return Finding(f"{key.kind}_renamed", sentence, fix, key, blocks=False)


def _look_up(
    key: MappingKey, target: Target | None, targets: Targets, customers: Mapping[Ref, Customer], said: str
) -> None:
    """Find a target as a plan does: what stands in the way there is what is wrong here."""
    match key.kind:
        case MappingKind.CUSTOMER:
            payer = customers.get(Ref(ACCOUNTING, Kind.CUSTOMER, target.id)) if target is not None else None
            targets.customer(Ref(PSA, Kind.CUSTOMER, key.key), said, payer)
        case MappingKind.ITEM:
            targets.item(key.key)
        case MappingKind.ACCOUNT:
            targets.item_of(PostedLine(0, "", key.key, "", 0, said))
        case MappingKind.TAX_CODE:
            targets.tax_code(key.key)
        case MappingKind.TERMS:
            targets.terms(key.key)
        case MappingKind.CLASS:
            targets.class_(key.key)
        case MappingKind.DEPARTMENT:
            targets.department(key.key)


def _name_now(key: MappingKey, target: Target, catalogue: Catalogue, customers: Mapping[Ref, Customer]) -> str:
    match key.kind:
        case MappingKind.CUSTOMER:
            return customers[Ref(ACCOUNTING, Kind.CUSTOMER, target.id)].name
        case MappingKind.ITEM | MappingKind.ACCOUNT:
            return catalogue.items[target.id].name
        case MappingKind.TAX_CODE:
            return catalogue.tax_codes[target.id].name
        case MappingKind.TERMS:
            return catalogue.terms[target.id].name
        case MappingKind.CLASS:
            return catalogue.classes[target.id].name
        case MappingKind.DEPARTMENT:
            return catalogue.departments[target.id].name


def _blocking(obstacle: Obstacle, key: MappingKey | None = None) -> Finding:
    return Finding(obstacle.code, obstacle.sentence, obstacle.fix, key)


# --- what the preferences choose ---------------------------------------------------------------------------------------


def _examine_choices(setup: Setup, catalogue: Catalogue) -> Iterator[Finding]:
    """Look at what every bill needs, or every one with tax, a rounding or a purchase order. Source: S6, S7."""
    preferences = setup.preferences
    if preferences.tax_display is TaxDisplay.ONE_LINE:
        yield from _examine_item(preferences.tax_item_id, "tax", setup, catalogue)
    if preferences.rounding_tolerance_minor:
        yield from _examine_item(preferences.rounding_item_id, "rounding", setup, catalogue)
    if preferences.purchase_order_field and preferences.purchase_order_field not in catalogue.custom_fields:
        sentence = "The custom field that takes the purchase order number is no longer in QuickBooks."
        yield Finding("custom_field_gone", sentence, "Choose another one, or none, in the preferences of the tool.")
    if preferences.tax_display is TaxDisplay.INCLUSIVE and catalogue.domestic:
        sentence = "In the United States QuickBooks has no prices with the tax inside."
        fix = "Choose another way to show the tax in the preferences of the tool."
        yield Finding("no_inclusive_prices", sentence, fix)
    if preferences.numbering is Numbering.ACCOUNTING and catalogue.custom_numbers:
        sentence = "QuickBooks was chosen to number entries, but expects numbers to be brought along there."
        fix = "Keep ConnectWise's numbers, or turn custom transaction numbers off in QuickBooks."
        yield Finding("not_numbered", sentence, fix)


def _examine_item(id_: str, what: str, setup: Setup, catalogue: Catalogue) -> Iterator[Finding]:
    """Look at a chosen item. That none is chosen is no fault as long as no bill needs it."""
    targets = Targets(setup, catalogue)
    targets.chosen_item(id_, what)
    yield from (replace(_blocking(each), blocks=bool(id_)) for each in targets.obstacles)
