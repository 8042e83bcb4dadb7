"""What may stand for something of ConnectWise in the accounting, by name and number: the partner confirms it (S6)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from crossfoot.core.folding import normalise
from crossfoot.core.model import ACCOUNTING, Customer, LineKind, Standing
from crossfoot.core.sync.catalogue import Catalogue, Item, Listed, TaxCode
from crossfoot.core.sync.contexts import SEPARATOR, context_names
from crossfoot.core.sync.keys import Want
from crossfoot.core.sync.settings import MappingKind, Setup, Target
from crossfoot.core.sync.targets import Targets, fault_of

MOST_SUGGESTIONS = 5
NO_SETUP = Setup()
# So many of the things that are said of a key are looked for.
_MOST_SAID = 5
# Names that share fewer of their letter groups than this have nothing to do with each other.
_LEAST_LIKENESS = 0.4
# A letter group that more names have than this ("inc", say) brings nobody into question by itself.
_FEW = 200
_SIMILAR = "Its name is similar."
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that may be meant. Takes: `exact` ones can be confirmed unseen; `why` says what speaks for it."""

    target: Target
    exact: bool
    why: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that can be mapped to. Takes: `names` are all that it is called; `numbers` all that it is numbered."""

    target: Target
    names: tuple[str, ...]
    numbers: tuple[str, ...] = ()


class Names:
    """Finds candidates by what they are called."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self.candidates = tuple(candidates)
        self._by_name: dict[str, dict[int, None]] = {}
        self._by_number: dict[str, dict[int, None]] = {}
        self._by_group: dict[str, list[int]] = {}
        self._groups: list[frozenset[str]] = []
        self._figures = [frozenset(map(_figures, candidate.names)) for candidate in self.candidates]
        for place, candidate in enumerate(self.candidates):
            groups: set[str] = set()
            for name in candidate.names:
                self._by_name.setdefault(normalise(name), {})[place] = None
                groups |= _groups(name)
            for number in candidate.numbers:
                self._by_number.setdefault(normalise(number), {})[place] = None
            self._groups.append(frozenset(groups))
            for group in groups:
                self._by_group.setdefault(group, []).append(place)

    def named(self, name: str) -> list[Target]:
        """Find those of exactly this name, but for case, spaces and punctuation."""
        return self._give(self._by_name, name)

    def numbered(self, number: str) -> list[Target]:
        """Find those of exactly this number."""
        return self._give(self._by_number, number)

    def like(self, name: str) -> list[Target]:
        """Find those of a similar name, best first: they share a letter group with it that few have.

        Before all others come those with the same figures: "Site 23" is "Our site no. 23" sooner than "Site 24".
        """
        groups, figures = _groups(name), _figures(name)
        rare = [places for group in groups if len(places := self._by_group.get(group, ())) <= _FEW]
        near = set(chain.from_iterable(rare or (self._by_group.get(group, ()) for group in groups)))
        found = []
        for place in near:
            likeness = 2 * len(groups & self._groups[place]) / (len(groups) + len(self._groups[place]))
            if likeness >= _LEAST_LIKENESS:
                target = self.candidates[place].target
                differs = not figures or figures not in self._figures[place]
                found.append((differs, -likeness, target.name, target.id, target))
        return [target for *_, target in sorted(found)[:MOST_SUGGESTIONS]]

    def _give(self, index: dict[str, dict[int, None]], text: str) -> list[Target]:
        places = index.get(normalise(text), {}) if normalise(text) else {}
        return [self.candidates[place].target for place in places]


def _figures(name: str) -> tuple[str, ...]:
    return tuple(_NUMBER.findall(name))


def _groups(name: str) -> set[str]:
    """Break a name into its groups of three letters, word by word, which survive other endings and most slips."""
    words = "".join(letter if letter.isalnum() else " " for letter in name.casefold()).split()
    return {f" {word} "[at : at + 3] for word in words for at in range(len(word))}


class Suggesting:
    """Finds what may stand for things, among all that a company offers."""

    def __init__(self, catalogue: Catalogue, customers: Iterable[Customer] = (), setup: Setup = NO_SETUP) -> None:
        self._catalogue = catalogue
        self._targets = Targets(setup, catalogue)
        self._items = [item for item in catalogue.items.values() if not fault_of(item, catalogue)]
        listed = {
            MappingKind.CUSTOMER: [_of_customer(each) for each in customers if _is_there(each)],
            MappingKind.ITEM: [_of_item(each) for each in self._items],
            MappingKind.TAX_CODE: _of_list(catalogue.tax_codes.values()),
            MappingKind.TERMS: _of_list(catalogue.terms.values()),
            MappingKind.CLASS: _of_list(catalogue.classes.values()),
            MappingKind.DEPARTMENT: _of_list(catalogue.departments.values()),
        }
        self._names = {kind: Names(candidates) for kind, candidates in listed.items()}

    def suggest(self, *wants: Want) -> tuple[Suggestion, ...]:
        """Say what may be meant, best first; nothing of it is confirmed by that.

        Takes: all that is said of one key.
        Returns: at most MOST_SUGGESTIONS; at most one of them is exact, and comes first.
        Source: S6.
        """
        best: dict[str, Suggestion] = {}
        for found in chain.from_iterable(map(self._find, wants[:_MOST_SAID])):
            best.setdefault(found.target.id, self._checked(found, wants))
        ordered = sorted(best.values(), key=lambda each: not each.exact)
        return tuple(_only_one_exact(ordered)[:MOST_SUGGESTIONS])

    def _checked(self, found: Suggestion, wants: Sequence[Want]) -> Suggestion:
        """Take the mark from an item that posts elsewhere than ConnectWise does: that is to be seen first (S4)."""
        meant = {self._targets.account_meant(want.account) for want in wants if want.account} - {""}
        if not found.exact or not meant or meant == {self._catalogue.items[found.target.id].account_id}:
            return found
        return replace(found, exact=False, why=f"{found.why} But it posts elsewhere than ConnectWise does.")

    def _find(self, want: Want) -> Iterator[Suggestion]:
        match want.key.kind:
            case MappingKind.CUSTOMER:
                yield from self._customers(want)
            case MappingKind.ITEM:
                yield from self._sold(want)
            case MappingKind.ACCOUNT:
                yield from self._posting_to(want)
            case MappingKind.TAX_CODE:
                yield from self._tax_codes(want)
            case _:
                yield from self._called(want.key.kind, want.key.key)
                yield from self._same_figures(want.key.kind, want.key.key)

    def _customers(self, want: Want) -> Iterator[Suggestion]:
        names = self._names[MappingKind.CUSTOMER]
        yield from _say(names.numbered(want.number), "It has this account number.", exact=True)
        yield from _say(names.named(want.number), "It is called like the account number.", exact=True)
        yield from self._called(MappingKind.CUSTOMER, want.said)

    def _sold(self, want: Want) -> Iterator[Suggestion]:
        names = self._names[MappingKind.ITEM]
        kind, _, what = want.key.key.partition(":")
        if kind != LineKind.TIME:
            yield from _say(names.numbered(what), "It has this number.", exact=True)
            yield from self._called(MappingKind.ITEM, what)
            yield from _say(names.like(want.said), "Its name is like the description.")
            return
        for name in (what, *context_names(what)):
            if found := names.named(name):
                yield from _say(found, "It is called like this work.", exact=True)
                break
        yield from self._called(MappingKind.ITEM, what.partition(SEPARATOR)[0], exact=False)

    def _posting_to(self, want: Want) -> Iterator[Suggestion]:
        names = self._names[MappingKind.ITEM]
        named = names.named(want.said)
        yield from _say(named, "ConnectWise's own mapping names it.", exact=True)
        for account_id in self._accounts(want.key.key):
            targets = [_target(item) for item in self._items if item.account_id == account_id]
            yield from _say(targets, "It posts to this account.", exact=not named)

    def _accounts(self, number: str) -> Iterator[str]:
        wanted = normalise(number)
        for account in self._catalogue.company.accounts:
            known = (self._catalogue.account_numbers.get(account.id, ""), account.name)
            if wanted and wanted in map(normalise, known):
                yield account.id

    def _tax_codes(self, want: Want) -> Iterator[Suggestion]:
        """Take a code of the same name only where it charges as much; and one that does before one of a similar name."""
        names, rate = self._names[MappingKind.TAX_CODE], want.rate if want.key.key else Decimal(0)
        codes = self._catalogue.tax_codes
        for target in names.named(want.key.key):
            charged = codes[target.id].rates
            exact = rate is None or not charged or sum(charged) == rate
            yield Suggestion(target, exact, "It has the same name.")
        charging = (code for code in codes.values() if code.active and rate is not None and sum(code.rates) == rate)
        yield from _say(map(_target, sorted(charging, key=lambda code: (code.name, code.id))), "It charges as much.")
        yield from _say(names.like(want.key.key), _SIMILAR)

    def _called(self, kind: MappingKind, name: str, *, exact: bool = True) -> Iterator[Suggestion]:
        """Take those of the name; only where there are none, those of a similar one."""
        names = self._names[kind]
        named = names.named(name)
        yield from _say(named, "It has the same name.", exact=exact)
        yield from _say(() if named and exact else names.like(name), _SIMILAR)

    def _same_figures(self, kind: MappingKind, text: str) -> Iterator[Suggestion]:
        figures = _figures(text)
        candidates = self._names[kind].candidates
        same = [each.target for each in candidates if figures and _figures(each.target.name) == figures]
        yield from _say(same, "It has the same figures in its name.")


def _say(targets: Iterable[Target], why: str, *, exact: bool = False) -> Iterator[Suggestion]:
    return (Suggestion(target, exact, why) for target in targets)


def _only_one_exact(found: Sequence[Suggestion]) -> list[Suggestion]:
    """Take the mark away where several claim it: then somebody has to choose."""
    if sum(each.exact for each in found) < 2:
        return list(found)
    return [replace(each, exact=False) for each in found]


def _is_there(customer: Customer) -> bool:
    return customer.ref.system is ACCOUNTING and customer.standing is Standing.LIVE and customer.active


def _of_customer(customer: Customer) -> Candidate:
    numbers = (customer.account_number,) if customer.account_number else ()
    target = Target(customer.ref.id, customer.name)
    return Candidate(target, tuple(dict.fromkeys((customer.name, customer.name_on_invoices))), numbers)


def _of_item(item: Item) -> Candidate:
    """Take an item by its own name too, without the categories above it."""
    names = dict.fromkeys((item.name, item.name.rpartition(":")[2]))
    return Candidate(_target(item), tuple(names), (item.sku,) if item.sku else ())


def _of_list(listed: Iterable[Listed | TaxCode]) -> list[Candidate]:
    return [Candidate(_target(each), (each.name,)) for each in listed if each.active]


def _target(named: Item | Listed | TaxCode) -> Target:
    return Target(named.id, named.name)
