"""Keep the list of open matters: noted when linking finds one, found out anew by whoever reads it (I9).

A noted matter is only a key. Whoever finds that it is over takes it off and *then* looks once more: a worker that found
the matter noted, and so did not note it, had saved its record before that, and is seen.
"""

from collections.abc import Iterable

from crossfoot.core.folding import normalise
from crossfoot.core.matching import Candidates
from crossfoot.core.matters import Matter, find_matters, keys_of
from crossfoot.core.verdicts import MatterKey
from crossfoot.linking.neighbours import Neighbours, gather
from crossfoot.ports import Book, Matches


def keep_open(tenant: str, seen: Neighbours, book: Book, matches: Matches) -> None:
    """Note what is open among some invoices, and take off what is over. Source: I9."""
    groups = {number: seen.candidates(number) for number in seen.numbered}
    groups = {number: group for number, group in groups.items() if _has_both_sides(group)}
    wanted = {matter.key for number, group in groups.items() for matter in find_matters(number, group)}
    possible = wanted.union(*(keys_of(number, group) for number, group in groups.items()))
    noted = matches.load_open(tenant, sorted_keys(possible)) if possible else frozenset()
    _note(tenant, wanted - noted, matches)
    _take_off(tenant, noted - wanted, book, matches)


def find_open(tenant: str, noted: Iterable[MatterKey], book: Book, matches: Matches) -> dict[MatterKey, Matter]:
    """Find out what some noted matters are about; those that are over are left out, and taken off the list."""
    keys = list(noted)
    found = _look(tenant, keys, book, matches)
    _take_off(tenant, {key for key in keys if key not in found}, book, matches)
    return {key: found[key] for key in keys if key in found}


def sorted_keys(keys: Iterable[MatterKey]) -> list[MatterKey]:
    """Put keys in an order, so that the same work makes the same calls."""
    return sorted(keys, key=lambda key: (key.number, key.customers is not None, str(key.customers)))


def _take_off(tenant: str, over: Iterable[MatterKey], book: Book, matches: Matches) -> None:
    keys = sorted_keys(over)
    if keys:
        matches.remove_open(tenant, keys)
        again = _look(tenant, keys, book, matches)
        _note(tenant, [key for key in keys if key in again], matches)


def _look(tenant: str, keys: list[MatterKey], book: Book, matches: Matches) -> dict[MatterKey, Matter]:
    seen = gather(tenant, (), {key.number for key in keys}, book, matches)
    numbers = {normalise(key.number) for key in keys}
    return {matter.key: matter for number in numbers for matter in find_matters(number, seen.candidates(number))}


def _note(tenant: str, keys: Iterable[MatterKey], matches: Matches) -> None:
    new = sorted_keys(keys)
    if new:
        matches.note_open(tenant, new)


def _has_both_sides(group: Candidates) -> bool:
    return len({invoice.ref.system for invoice in group.invoices}) > 1
