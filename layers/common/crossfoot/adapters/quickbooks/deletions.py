"""What was deleted while pages were read: only CDC tells, behind what lives, and cut off where its answer is full.

So each entity type is asked for from the earliest time from which on its living records leave room. What was deleted of it
before that cannot be known from QuickBooks: the type is reported as unseen, and a comparison with what lives (X4) heals it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossfoot.adapters.quickbooks.cursor import Cursor, shift
from crossfoot.adapters.quickbooks.pages import ONE_SECOND, Limits, WireRecords, time_of
from crossfoot.adapters.quickbooks.translate import is_deleted


@dataclass(frozen=True, slots=True)
class Look:
    """A CDC question. Takes: `late` when it begins later than it should, because CDC reaches no further back."""

    entities: tuple[str, ...]
    since: str
    late: bool


def plan_looks(position: Cursor, earliest: str) -> list[Look]:
    """List what to ask CDC: one question for each type that has changed, and one for all that have not."""
    quiet = tuple(entity for entity, since in position.deletions.items() if not since)
    looks: list[tuple[tuple[str, ...], str]] = [
        ((entity,), since) for entity, since in position.deletions.items() if since
    ]
    looks += [(quiet, position.deletions_since)] if quiet else []
    return [Look(entities, max(since, earliest), since < earliest) for entities, since in looks]


def after_look(position: Cursor, look: Look, found: WireRecords, limits: Limits) -> tuple[Mapping[str, str], bool]:
    """Take a look's answer.

    Returns: from when on deletions are still to be asked for, by entity type, and whether some are hidden for good.
    """
    others = {entity: since for entity, since in position.deletions.items() if entity not in look.entities}
    if len(found) < limits.cdc_objects:
        return others, look.late
    if len(look.entities) > 1:
        # Whose part was cut off cannot be told: each is asked for alone.
        return {**others, **dict.fromkeys(look.entities, look.since)}, look.late
    last = time_of(found[-1][1])
    hidden = last <= look.since or not any(is_deleted(row) for _, row in found)
    return {**others, look.entities[0]: max(last, shift(look.since, ONE_SECOND))}, look.late or hidden


def only_deleted(found: Sequence[tuple[str, Mapping[str, object]]]) -> WireRecords:
    """Leave out what lives: the pages hold it, and what changed since is read again from the mark on."""
    return [(entity, row) for entity, row in found if is_deleted(row)]
