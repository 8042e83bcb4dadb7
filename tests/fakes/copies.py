"""A world copied, and its state as a value: fakes and their containers change, whatever else they hold never does."""

from inspect import ismethod
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
        made.update((key, _copied(value, copies)) for key, value in thing.items() if _may_change(value))
    elif isinstance(thing, list):
        made = [_copied(each, copies) if _may_change(each) else each for each in thing]
    elif isinstance(thing, set):
        made = thing.copy()
    else:
        made = copies[id(thing)] = object.__new__(type(thing))
        vars(made).update((name, _copied(each, copies) if _may_change(each) else each) for name, each in _parts(thing))
    copies[id(thing)] = made
    return made


def _state(thing: Any, seen: dict[int, int]) -> object:
    if isinstance(thing, dict):
        return tuple((key, _state(value, seen) if _may_change(value) else value) for key, value in thing.items())
    if isinstance(thing, list):
        return tuple(_state(each, seen) if _may_change(each) else each for each in thing)
    if isinstance(thing, set):
        return frozenset(thing)
    if id(thing) in seen:
        return seen[id(thing)]
    seen[id(thing)] = len(seen)
    return tuple(
        (name, _state(each, seen) if _may_change(each) else each)
        for name, each in _parts(thing)
        if name not in _COUNTERS
    )


def _may_change(thing: object) -> bool:
    return isinstance(thing, dict | list | set) or (
        type(thing).__module__.startswith("tests.") and hasattr(thing, "__dict__")
    )


def _parts(fake: object) -> list[tuple[str, Any]]:
    parts = list(vars(fake).items())
    # It would go on changing the fake that it was taken from.
    assert not any(ismethod(part) for _, part in parts), f"{fake} holds a method of a fake"
    return parts
