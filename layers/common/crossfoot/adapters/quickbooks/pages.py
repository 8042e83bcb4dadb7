"""Pages of a company that goes on being edited: which ones to ask for at once, and how many of the answers hold together.

QuickBooks pages by counting rows, and carries the questions of a batch out in any order: a record that is edited or
deleted in between shifts all that come after it. So each page repeats the last rows of the one before, and is taken only
if both show that they meet:

    it begins with a row of an earlier second than the last row before it    no time lies between the two; how rows
                                                                             of one second are sorted does not matter
    or it begins with the very rows that the page before ends with           a second with more rows than a page

Where they do not meet, the read goes on later from the last page that was taken. A record that was edited meanwhile has
moved to the end, and is read again with the changes since the mark.

The second that a read ends in may go on behind it, so it is left to the next read as a whole: no record is given twice, and
what is counted is what there is. Only a second that fills a page is given part by part, up to the row that the next part
begins behind. A first import leaves what is so new that the changes read behind it will show it to that read.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from crossfoot.adapters.quickbooks.client import LARGEST_BATCH
from crossfoot.adapters.quickbooks.cursor import NAME_LISTS, Cursor, Stage, in_offset_form, shift
from crossfoot.adapters.quickbooks.translate import updated_at_of
from crossfoot.core.windows import OVERLAP

ONE_SECOND = timedelta(seconds=1)
# Behind every time, as text.
_NEVER = "~"
# After a burst few types hold more than a page of changes, and few companies hold more of a type: two of each read nearly
# every burst, and everything of a small company, in one call.
PAGES_EACH = 2

log = logging.getLogger(__name__)

type Row = Mapping[str, Any]
type Rows = Sequence[Row]
type WireRecords = list[tuple[str, Row]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is asked for.

    Takes: `page_rows` and `cdc_objects` as QuickBooks allows; at most `pages_ahead` pages of a type that is known to be
    long in one call; about `window_rows` records in one window, so that an invocation can hold and save them. Up to
    `single_looks` CDC calls are made one by one: a batch of more saves calls, but rests on less of the documents.
    """

    page_rows: int = 1000
    cdc_objects: int = 1000
    pages_ahead: int = 3
    window_rows: int = 3000
    single_looks: int = 2

    @property
    def living(self) -> int:
        """How many living records a CDC answer may hold, so that deletions still fit behind them."""
        return self.cdc_objects * 19 // 20


@dataclass(frozen=True, slots=True)
class Page:
    """A page to ask for. Takes: `start` counts from 1."""

    entity: str
    since: str
    start: int
    size: int

    @property
    def overlap(self) -> int:
        """How many rows the next page repeats: a second's worth of changes, also where many are written at once."""
        return max(self.size // 4, 1)

    @property
    def following(self) -> "Page":
        """Give the page after this one."""
        return replace(self, start=self.start + self.size - self.overlap)

    def to_statement(self) -> str:
        """Write it as a query."""
        conditions = [f"MetaData.LastUpdatedTime >= '{in_offset_form(self.since)}'"] if self.since else []
        if self.entity in NAME_LISTS:
            conditions.append("Active IN (true, false)")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        paging = f"ORDERBY MetaData.LastUpdatedTime STARTPOSITION {self.start} MAXRESULTS {self.size}"
        return f"SELECT * FROM {self.entity}{where} {paging}"  # noqa: S608 every part is our own


@dataclass(frozen=True, slots=True)
class Taken:
    """What holds together of some pages.

    Takes: `unseen` are the entity types whose deletions can no longer all be shown.
    """

    found: WireRecords
    following: Cursor
    unseen: tuple[str, ...]


def plan_pages(position: Cursor, limits: Limits) -> list[Page]:
    """List the pages to ask for in one call: of one long type, or of every type that may be short."""
    if position.size:
        return [_page_at(position, position.size)]
    first = _page_at(position, limits.page_rows)
    if position.at_its_beginning:
        pages = [
            page for each in position.entities_left for page in _successive(replace(first, entity=each), PAGES_EACH)
        ]
        return pages[:LARGEST_BATCH]
    return _successive(first, limits.pages_ahead)


def take_pages(position: Cursor, asked: Sequence[tuple[Page, Rows | Exception]], limits: Limits) -> Taken:
    """Take the pages that are certain to hold everything from the position on, and say where to go on.

    Takes: the pages in the order in which they were planned; an error where the vendor refused one.
    """
    found: WireRecords = []
    unseen: list[str] = []
    for entity, group in groupby(asked, key=lambda each: each[0].entity):
        if entity != position.entity or position.stage is not Stage.PAGES:
            break
        chain = _chain(position, list(group))
        rows = _given(position, chain)
        if found and len(found) + len(rows) > limits.window_rows:
            break
        found.extend((entity, row) for row in rows)
        if not _is_whole(position, chain):
            position = replace(_go_on(position, chain), tail=_tail(position, rows, limits))
            break
        position, hidden = _finish(position, rows, limits)
        unseen.extend((entity,) if hidden else ())
    return Taken(found, position, tuple(unseen))


def time_of(row: Row) -> str:
    """Give a row's last-updated time, "" where there is none that can be read."""
    try:
        return updated_at_of(row)
    except (AttributeError, TypeError, ValueError):
        return ""


def _page_at(position: Cursor, size: int) -> Page:
    return Page(position.entity, position.since, position.start, size)


def _successive(page: Page, count: int) -> list[Page]:
    pages = [page]
    for _ in range(count - 1):
        pages.append(pages[-1].following)
    return pages


def _chain(position: Cursor, asked: Sequence[tuple[Page, Rows | Exception]]) -> list[tuple[Page, Rows]]:
    """Give the leading pages that meet, as far as the first one that is not full."""
    chain: list[tuple[Page, Rows]] = []
    for page, rows in asked:
        if isinstance(rows, Exception):
            break
        if not (_meets(chain[-1], rows) if chain else _holds_on(position, rows)):
            log.info("quickbooks %s: page at %d does not meet the one before", page.entity, page.start)
            break
        chain.append((page, rows))
        if len(rows) < page.size:
            break
    return chain


def _holds_on(position: Cursor, rows: Rows) -> bool:
    return not position.last or any(_id(row) == position.last for row in rows)


def _meets(before: tuple[Page, Rows], rows: Rows) -> bool:
    page, earlier = before
    if not rows:
        return False
    if "" < time_of(rows[0]) < time_of(earlier[-1]):
        return True
    return _names(earlier[-page.overlap :]) == _names(rows[: page.overlap])


def _names(rows: Rows) -> list[tuple[str, str]]:
    return [(_id(row), time_of(row)) for row in rows]


def _is_whole(position: Cursor, chain: Sequence[tuple[Page, Rows]]) -> bool:
    if not chain:
        return False
    page, rows = chain[-1]
    return len(rows) < page.size or time_of(rows[-1]) >= _end_of(position)


def _given(position: Cursor, chain: Sequence[tuple[Page, Rows]]) -> list[Row]:
    """Give the rows that no read before this one gave, and that the next one will not give."""
    if not chain:
        return []
    first, *others = (rows for _, rows in chain)
    rows = _newest(row for page_rows in (_behind(first, position.last), *others) for row in page_rows)
    end = _end_of(position)
    if not _is_whole(position, chain) and (border := time_of(chain[-1][1][-1])) > position.since:
        end = border
    return [row for row in rows if time_of(row) < end]


def _end_of(position: Cursor) -> str:
    """Give the time from which on the changes read behind a first import shows everything by itself."""
    return shift(position.mark, -OVERLAP) if position.mark and not position.deletions_since else _NEVER


def _behind(rows: Rows, last: str) -> Rows:
    """Leave out the rows up to one that was given, and those before it with it."""
    given = next((place for place, row in enumerate(rows, 1) if last and _id(row) == last), 0)
    return rows[given:]


def _go_on(position: Cursor, chain: Sequence[tuple[Page, Rows]]) -> Cursor:
    """Go on from the last row's second, of which nothing was given; a second that fills a page is left by counting.

    Where nothing could be taken, rows are gone from before the place that was counted to: that second begins anew.
    """
    if not chain:
        return replace(position, start=1, last="")
    page, rows = chain[-1]
    last = rows[-1]
    if time_of(last) > position.since:
        return replace(position, since=time_of(last), start=1, last="")
    return replace(position, start=page.start + len(rows) - page.overlap, last=_id(last))


def _finish(position: Cursor, rows: Rows, limits: Limits) -> tuple[Cursor, bool]:
    """Leave an entity type that is paged through. Returns: also whether deletions of it are hidden for good."""
    since = position.deletions_since
    deletions, hidden = dict(position.deletions), False
    if since:
        deletions[position.entity] = from_when = _deletions_from(position, rows, limits)
        hidden = from_when > since
    if position.next_entity:
        return Cursor(
            Stage.PAGES, position.mark, position.next_entity, since, deletions_since=since, deletions=deletions
        ), hidden
    if deletions:
        return Cursor(Stage.DELETIONS, position.mark, deletions_since=since, deletions=deletions), hidden
    return Cursor(Stage.CHANGES, position.mark), hidden


def _deletions_from(position: Cursor, rows: Rows, limits: Limits) -> str:
    """Give the earliest time from which on CDC has room for the deletions behind what lives."""
    if not rows and position.at_its_beginning:
        return ""
    return min(_tail(position, rows, limits), default=_ungiven_from(position))


def _ungiven_from(position: Cursor) -> str:
    """Give the earliest time of which no row was given yet."""
    return position.since if position.start == 1 else shift(position.since, ONE_SECOND)


def _tail(position: Cursor, rows: Sequence[Row], limits: Limits) -> dict[str, int]:
    """Note times from which on there are no more rows than CDC has room for, the earliest with the most."""
    if not position.deletions_since:
        return {}
    noted = {time: count + len(rows) for time, count in position.tail.items()}
    noted[_ungiven_from(position)] = len(rows)
    borders = {count: time_of(rows[-count - 1]) for count in _quarters(limits.living) if count < len(rows)}
    noted |= {shift(time, ONE_SECOND): count for count, time in borders.items() if time}
    return {time: count for time, count in noted.items() if count <= limits.living}


def _quarters(whole: int) -> list[int]:
    """Divide a number, beginning with the whole of it: of equal times, the one with the fewest rows behind it counts."""
    return [whole * quarters // 4 for quarters in (4, 3, 2, 1)]


def _newest(rows: Iterable[Row]) -> list[Row]:
    """Keep each record once, as it was changed last, in the order of their times."""
    kept: dict[str, tuple[tuple[str, str], Row]] = {}
    for row in rows:
        version = (time_of(row), str(row.get("SyncToken") or "").zfill(12))
        if _id(row) not in kept or kept[_id(row)][0] <= version:
            kept[_id(row)] = (version, row)
    return [row for _, row in sorted(kept.values(), key=itemgetter(0))]


def _id(row: Row) -> str:
    return str(row.get("Id"))
