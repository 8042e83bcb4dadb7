"""How far a QuickBooks company was read, as the small text that the book keeps for us."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

ENTITIES = ("Customer", "Invoice", "Payment")


class Stage(StrEnum):
    """What the next read is."""

    CHANGES = "changes"
    PAGES = "pages"
    DELETIONS = "deletions"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next read goes on.

    Takes: `mark` is the vendor's time up to which all is read once this stage is through; `entity`, `since` and `start`
    say where in it; `deletions_since` is empty in a first import, which has no deletions to find.
    Units: times are `2026-11-03T17:04:05Z`.
    """

    stage: Stage
    mark: str = ""
    entity: str = ENTITIES[0]
    since: str = ""
    start: int = 1
    deletions_since: str = ""

    def to_text(self) -> str:
        """Write it down, without what has its default."""
        return json.dumps({name: value for name, value in asdict(self).items() if value != _DEFAULTS.get(name)})

    @property
    def next_entity(self) -> str | None:
        """Give the entity type after this one."""
        return next(iter(ENTITIES[ENTITIES.index(self.entity) + 1 :]), None)


_DEFAULTS = {"mark": "", "entity": ENTITIES[0], "since": "", "start": 1, "deletions_since": ""}


def read_cursor(text: str) -> Cursor:
    """Read a cursor back; "" begins a first import. Raises: ValueError, TypeError when it is none of ours."""
    if not text:
        return Cursor(Stage.PAGES)
    values = json.loads(text)
    return Cursor(**{**values, "stage": Stage(values["stage"])})


def parse_mark(mark: str) -> datetime:
    """Read a mark as an aware time."""
    return datetime.fromisoformat(mark)


def shift(mark: str, by: timedelta) -> str:
    """Move a mark."""
    return format_mark(parse_mark(mark) + by)


def format_mark(moment: datetime) -> str:
    """Write a time as a mark."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
