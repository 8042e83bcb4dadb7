"""What stands for something of ConnectWise in the accounting: found, or noted as what stands in the way (S6, S7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from crossfoot.core.decisions import Decision, refused
from crossfoot.core.model import Customer, Ref, Standing
from crossfoot.core.sync.catalogue import Catalogue, Item, TaxCode
from crossfoot.core.sync.keys import label_of
from crossfoot.core.sync.postings import PostedLine
from crossfoot.core.sync.settings import MappingKey, MappingKind, Setup

_CHOOSE = "Choose what stands for each in QuickBooks, under the mappings of the tool."
_CHOOSE_OTHER = "Choose another under the mappings of the tool."
_MEND_OR_CHOOSE = "Correct that in QuickBooks, or choose another under the mappings of the tool."
# So many things that stand in the way are told, and so many of what nothing stands for are named.
_SHOWN, _NAMED = 3, 5
NO_ITEM = Item("", "", "")
NO_TAX_CODE = TaxCode("", "")


class _Named(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def active(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that stands in the way of an entry. `key` is what has no usable target, where it is that."""

    code: str
    sentence: str
    fix: str
    key: MappingKey | None = None


class Targets:
    """Finds what stands for things, and keeps what stands in the way, so that all of it is told at once."""

    def __init__(self, setup: Setup, catalogue: Catalogue) -> None:
        self.setup = setup
        self.catalogue = catalogue
        self._obstacles: dict[Obstacle, None] = {}
        self._unmapped: dict[MappingKey, str] = {}

    def note(self, code: str, sentence: str, fix: str, key: MappingKey | None = None) -> None:
        """Keep what stands in the way."""
        self._obstacles[Obstacle(code, sentence, fix, key)] = None

    def decide(self, record: Ref) -> Decision | None:
        """Refuse for all that stands in the way; None when nothing does. Source: S7."""
        found = self.obstacles
        if not found:
            return None
        told = " ".join(dict.fromkeys(each.sentence for each in found[:_SHOWN]))
        more = f" {len(found) - _SHOWN} more things stand in the way." if len(found) > _SHOWN else ""
        fix = " ".join(dict.fromkeys(each.fix for each in found[:_SHOWN]))
        return refused(record, "S7", found[0].code, told + more, fix)

    def _all_unmapped(self) -> Iterator[Obstacle]:
        """Tell of all that nothing stands for in one sentence."""
        named = list(self._unmapped.values())
        if named:
            more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
            sentence = f"Nothing in QuickBooks stands yet for: {'; '.join(named[:_NAMED])}{more}."
            yield Obstacle(f"{next(iter(self._unmapped)).kind}_unmapped", sentence, _CHOOSE)

    @property
    def obstacles(self) -> tuple[Obstacle, ...]:
        """Give all that stands in the way; what nothing stands for is told in one."""
        return (*self._all_unmapped(), *self._obstacles)

    @property
    def are_found(self) -> bool:
        """Tell whether nothing stands in the way yet."""
        return not (self._obstacles or self._unmapped)

    @property
    def missing(self) -> frozenset[MappingKey]:
        """Give what has no usable target."""
        return frozenset(each.key for each in self._obstacles if each.key is not None) | self._unmapped.keys()

    # --- what is mapped ------------------------------------------------------------------------------------------------

    def customer(self, company: Ref, name: str, customer: Customer | None) -> str:
        """Find the customer that stands for a company. Takes: `customer` is the target as the book has it."""
        key = MappingKey(MappingKind.CUSTOMER, company.id)
        target = self.setup.mappings.get(key)
        if target is None:
            self._unmapped[key] = label_of(key, name)
        elif customer is None or customer.ref.id != target.id or customer.standing is not Standing.LIVE:
            self._gone(key, target.name, label_of(key, name))
        elif not customer.active:
            self._inactive(key, customer.name, label_of(key, name))
        else:
            return target.id
        return ""

    def item(self, key: str) -> Item:
        """Find the item that stands for what a line sells. Source: S4, S6."""
        return self._sellable(MappingKey(MappingKind.ITEM, key))

    def item_of(self, line: PostedLine) -> Item:
        """Find the item that posts to a line's account: the mapped one, or the one that ConnectWise's mapping names."""
        key = MappingKey(MappingKind.ACCOUNT, line.account)
        named = self._by_name(line.item) if line.item and key not in self.setup.mappings else None
        return named or self._sellable(key)

    def tax_code(self, key: str) -> TaxCode:
        """Find the tax code that stands for a posting's; "" is what is not taxed."""
        return self._find(MappingKey(MappingKind.TAX_CODE, key), self.catalogue.tax_codes) or NO_TAX_CODE

    def terms(self, key: str) -> str:
        """Find the terms; "" stays so."""
        return self._listed(MappingKey(MappingKind.TERMS, key), self.catalogue.terms)

    def class_(self, key: str) -> str:
        """Find the class; "" stays so."""
        return self._listed(MappingKey(MappingKind.CLASS, key), self.catalogue.classes)

    def department(self, key: str) -> str:
        """Find the department; "" stays so."""
        return self._listed(MappingKey(MappingKind.DEPARTMENT, key), self.catalogue.departments)

    # --- what is chosen ------------------------------------------------------------------------------------------------

    def chosen_item(self, id_: str, what: str) -> Item:
        """Find an item that the preferences name. Takes: `what` it takes: "tax" or "rounding"."""
        item = self.catalogue.items.get(id_)
        wrong = fault_of(item, self.catalogue) if item is not None else "is not there in QuickBooks"
        if item is not None and not wrong:
            return item
        called = f"The item that takes the {what}"
        sentence = f"{called}{f', {item.name},' if item else ''} {wrong}." if id_ else f"{called} is not chosen."
        self.note(f"{what}_item_missing", sentence, f"Choose the item for the {what} in the preferences of the tool.")
        return NO_ITEM

    def account_meant(self, ledger_account: str) -> str:
        """Say which account a ledger account of ConnectWise means, "" where nobody said so. Source: S4."""
        target = self.setup.target(MappingKind.ACCOUNT, ledger_account)
        item = self.catalogue.items.get(target.id) if target is not None else None
        if item is not None and item.account_id:
            return item.account_id
        numbered = (
            id_ for id_, number in self.catalogue.account_numbers.items() if number and number == ledger_account
        )
        return next(numbered, "")

    def account_name(self, id_: str) -> str:
        """Name an account for people."""
        account = self.catalogue.company.account(id_)
        return account.name if account is not None else f"account {id_}"

    # --- how it is found -----------------------------------------------------------------------------------------------

    def _by_name(self, name: str) -> Item | None:
        """Find the one item of a name that can be used: two of a name (below two others) say nothing."""
        found = [
            item for item in self.catalogue.items.values() if item.name == name and not fault_of(item, self.catalogue)
        ]
        return found[0] if len(found) == 1 else None

    def _sellable(self, key: MappingKey) -> Item:
        item = self._find(key, self.catalogue.items)
        if item is None:
            return NO_ITEM
        if wrong := fault_of(item, self.catalogue):
            sentence = f"{item.name}, which stands for “{label_of(key)}”, {wrong}."
            self.note(f"{key.kind}_unsellable", sentence, _MEND_OR_CHOOSE, key)
        return item

    def _listed[T: _Named](self, key: MappingKey, known: Mapping[str, T]) -> str:
        if not key.key or self._find(key, known) is None:
            return ""
        return self.setup.mappings[key].id

    def _find[T: _Named](self, key: MappingKey, known: Mapping[str, T]) -> T | None:
        target = self.setup.mappings.get(key)
        if target is None:
            self._unmapped[key] = label_of(key)
            return None
        found = known.get(target.id)
        if found is None:
            self._gone(key, target.name, label_of(key))
        elif not found.active:
            self._inactive(key, found.name, label_of(key))
        return found if found is not None and found.active else None

    def _gone(self, key: MappingKey, name: str, named: str) -> None:
        sentence = (
            f"{name}, which stands for “{named}”, is gone from QuickBooks: it was deleted, or merged with another."
        )
        self.note(f"{key.kind}_gone", sentence, _CHOOSE_OTHER, key)

    def _inactive(self, key: MappingKey, name: str, named: str) -> None:
        sentence = f"{name}, which stands for “{named}”, is inactive in QuickBooks."
        fix = "Make it active in QuickBooks, or choose another under the mappings of the tool."
        self.note(f"{key.kind}_inactive", sentence, fix, key)


def fault_of(item: Item, catalogue: Catalogue) -> str:
    """Say why an entry can have no line of an item, "" where it can. Source: S7."""
    if not item.active:
        return "is inactive in QuickBooks"
    if not item.sellable:
        return "is a category or a bundle in QuickBooks"
    if not item.account_id:
        return "has no income account in QuickBooks"
    account = catalogue.company.account(item.account_id)
    if account is not None and not account.active:
        return f"posts to {account.name}, which is inactive in QuickBooks"
    return ""
