"""A world copied, and its state as a value: fakes and their containers change, whatever else they hold never does."""

from collections.abc import Iterable
from types import MethodType
from typing import Any

# How often a vendor was asked: nothing that happens depends on it.
_COUNTERS = frozenset({"reads", "writes"})


def copied[T](fake: T) -> T:
    """Copy a fake with all the fakes and containers in it; records, messages and functions are shared."""
    return _copied(fake, {})  # type: ignore[no-any-return]


def state_of(fake: object) -> object:
    """Give all that a fake holds as a value: two worlds of one value go on alike.

    The order of a dictionary counts, for whoever walks over it sees it.
    """
    return _state(fake, {})


def _copied(thing: Any, copies: dict[int, Any]) -> Any:
    if id(thing) in copies:
        return copies[id(thing)]
    if isinstance(thing, dict):
        made: Any = thing.copy()
        made.update(_copies(thing.items(), copies))
    elif isinstance(thing, list):
        made = [_copied(each, copies) if _MAY_CHANGE[type(each)] else each for each in thing]
    elif isinstance(thing, set):
        made = thing.copy()
    else:
        made = copies[id(thing)] = object.__new__(type(thing))
        parts = _parts(thing)
        vars(made).update(parts)
        vars(made).update(_copies(parts.items(), copies))
    copies[id(thing)] = made
    return made


def _copies(parts: Iterable[tuple[Any, Any]], copies: dict[int, Any]) -> list[tuple[Any, Any]]:
    return [(name, _copied(each, copies)) for name, each in parts if _MAY_CHANGE[type(each)]]


def _state(thing: Any, seen: dict[int, int]) -> object:
    if isinstance(thing, dict):
        return _states(thing.items(), seen)
    if isinstance(thing, list):
        return tuple([_state(each, seen) if _MAY_CHANGE[type(each)] else each for each in thing])
    if isinstance(thing, set):
        return frozenset(thing)
    if id(thing) in seen:
        return seen[id(thing)]
    seen[id(thing)] = len(seen)
    return _states([part for part in _parts(thing).items() if part[0] not in _COUNTERS], seen)


def _states(parts: Iterable[tuple[Any, Any]], seen: dict[int, int]) -> tuple[Any, ...]:
    return tuple([(name, _state(each, seen)) if _MAY_CHANGE[type(each)] else (name, each) for name, each in parts])


class _Changing(dict[type, bool]):
    """Which kinds of things may change: it is asked of everything in every world, and is worked out once for each kind."""

    def __missing__(self, kind: type) -> bool:
        is_fake = kind.__module__.startswith("tests.") and kind.__dictoffset__ != 0
        self[kind] = issubclass(kind, dict | list | set) or is_fake
        return self[kind]


_MAY_CHANGE = _Changing()


def _parts(fake: object) -> dict[str, Any]:
    parts = vars(fake)
    # It would go on changing the fake that it was taken from.
    assert MethodType not in map(type, parts.values()), f"{fake} holds a method of a fake"
    return parts
