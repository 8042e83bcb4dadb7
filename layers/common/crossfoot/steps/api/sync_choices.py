"""List what QuickBooks offers for a mapping or a preference, for where no suggestion is the right one (S6)."""

from collections.abc import Iterable, Iterator
from itertools import islice

from crossfoot.core.model import Customer, Standing
from crossfoot.core.sync.catalogue import Catalogue, Item, Listed, TaxCode
from crossfoot.core.sync.settings import MappingKind
from crossfoot.core.sync.targets import fault_of
from crossfoot.messages.api.sync_choices import MAX_CHOICES, ChoiceList, ChoiceShape, ChoicesQuery, Choosable
from crossfoot.messages.api.sync_mappings import Target
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.sync_surveying import walk_customers


def list_choices(ports: Ports, asked: Asked[Nothing, ChoicesQuery]) -> ChoiceList:
    """List what can be chosen: what is inactive, or cannot stand on an entry, is left out.

    Raises: NeedsPartner; errors of QuickBooks, which is asked once, but not for customers: they are in the book.
    Source: S6, S7.
    """
    tenant, kind, search = asked.tenant, asked.query.kind, asked.query.search
    if kind is MappingKind.CUSTOMER:
        found = list(islice(_customers(walk_customers(ports, tenant, search)), MAX_CHOICES + 1))
    else:
        offered = _offered(kind, ports.systems.sales(tenant).fetch_catalogue())
        found = sorted(_matching(offered, search), key=lambda each: (each.name.casefold(), each.id))
    return ChoiceList(choices=found[:MAX_CHOICES], is_more=len(found) > MAX_CHOICES)


def _matching(choices: Iterable[ChoiceShape], search: str) -> Iterator[ChoiceShape]:
    wanted = search.casefold()
    return (each for each in choices if wanted in each.name.casefold() or wanted in each.number.casefold())


def _customers(customers: Iterable[Customer]) -> Iterator[ChoiceShape]:
    for each in customers:
        if each.active and each.standing is Standing.LIVE:
            yield _choice(each.ref.id, each.name, each.account_number)


def _offered(kind: Choosable, catalogue: Catalogue) -> Iterator[ChoiceShape]:
    match kind:
        case MappingKind.ITEM | MappingKind.ACCOUNT:
            usable = (item for item in catalogue.items.values() if not fault_of(item, catalogue))
            return (_item(item, catalogue) for item in usable)
        case MappingKind.TAX_CODE:
            return (_tax_code(code) for code in catalogue.tax_codes.values() if code.active)
        case MappingKind.TERMS:
            return _listed(catalogue.terms.values())
        case MappingKind.CLASS:
            return _listed(catalogue.classes.values())
        case MappingKind.DEPARTMENT:
            return _listed(catalogue.departments.values())
        case _:
            return (_choice(id_, name) for id_, name in catalogue.custom_fields.items())


def _item(item: Item, catalogue: Catalogue) -> ChoiceShape:
    account = catalogue.company.account(item.account_id)
    lands_on = Target(id=item.account_id, name=account.name if account is not None else "")
    return _choice(item.id, item.name, item.sku, account=lands_on)


def _tax_code(code: TaxCode) -> ChoiceShape:
    return _choice(code.id, code.name, rate=f"{sum(code.rates):f}" if code.rates else None)


def _listed(listed: Iterable[Listed]) -> Iterator[ChoiceShape]:
    return (_choice(each.id, each.name) for each in listed if each.active)


def _choice(
    id_: str, name: str, number: str = "", *, account: Target | None = None, rate: str | None = None
) -> ChoiceShape:
    return ChoiceShape(id=id_, name=name, number=number, account=account, rate=rate)
