"""How far a QuickBooks company was read, as the small text that the book keeps for us."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

# A feed: entity types that are read together under one cursor, in this order. No type is in two feeds.
ENTITIES = ("Customer", "Invoice", "Payment", "CreditMemo", "Deposit")
# Payments before what they settle: what was paid of a bill, and when, is known before the bill is judged (B1).
PAYABLES = ("BillPayment", "VendorCredit", "Bill", "Vendor")
_FEEDS = (ENTITIES, PAYABLES)
# QuickBooks makes names inactive where it deletes others, and then hides them. Source: developer.intuit.com, "delete an
# object". One that is merged into another disappears all the same.
NAME_LISTS = frozenset(
    {"Account", "Class", "Customer", "Department", "Employee", "Item", "PaymentMethod", "Term", "Vendor"}
)


class Stage(StrEnum):
    """What the next read is."""

    CHANGES = "changes"
    PAGES = "pages"
    DELETIONS = "deletions"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next read goes on.

    Takes: `mark` is the vendor's time up to which all is read once this stage is through; every entity type of the feed
    before `entity` is paged through, and of that one the next page starts at row `start` of those since `since`. Beyond
    the first row it has to hold the record `last` again, or a row has gone from before it. `size` is the length of a
    page where a batch of full ones was too much, else 0. `tail` counts, for a few times, the rows of the type since then.
    `deletions_since` is empty in a first import, which has no deletions to find. `deletions` says from when on they are
    still to be asked for, by entity type: "" is from `deletions_since` on, with nothing living that changed since.
    Units: times are `2026-11-03T17:04:05Z`.
    """

    stage: Stage
    mark: str = ""
    entity: str = ENTITIES[0]
    since: str = ""
    start: int = 1
    last: str = ""
    size: int = 0
    tail: Mapping[str, int] = field(default_factory=dict)
    deletions_since: str = ""
    deletions: Mapping[str, str] = field(default_factory=dict)

    def to_text(self) -> str:
        """Write it down, without what has its default."""
        return json.dumps({name: value for name, value in asdict(self).items() if value != _DEFAULTS.get(name)})

    @property
    def entities_left(self) -> tuple[str, ...]:
        """Give the entity type and those of its feed behind it."""
        feed = next(feed for feed in _FEEDS if self.entity in feed)
        return feed[feed.index(self.entity) :]

    @property
    def next_entity(self) -> str | None:
        """Give the entity type after this one."""
        return next(iter(self.entities_left[1:]), None)

    @property
    def at_its_beginning(self) -> bool:
        """Tell whether nothing of the entity type was read yet."""
        return self.since == self.deletions_since and self.start == 1


_DEFAULTS = {
    "mark": "", "entity": ENTITIES[0], "since": "", "start": 1, "last": "", "size": 0, "tail": {},
    "deletions_since": "", "deletions": {},
}  # fmt: skip


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


def in_offset_form(mark: str) -> str:
    """Write a mark in the form that QuickBooks documents."""
    return mark.replace("Z", "+00:00")
