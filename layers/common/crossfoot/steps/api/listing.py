"""Fill a page of a list from the book, when not every record there is wanted."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from math import ceil

from crossfoot.core.model import Kind, Record, Ref, System
from crossfoot.core.shelves import Shelf
from crossfoot.messages.api.words import MAX_LIMIT, DatedQuery, KeptQuery, PageQuery
from crossfoot.ports import Book, ListPage
from crossfoot.steps.api.needs import BadField, read_ref

# For each item of its limit, a page looks at so many records at most: it reads no more than its part of the list. Two are
# needed where an invoice's copies have a place each; a filter that lets less through gives a short page with a cursor.
LOOKED_AT_PER_ITEM = 4
# No read is smaller than this, but for the first of a smaller page: a round trip costs more than a few records.
SMALLEST_READ = 10

type Read = Callable[[str, int], ListPage]
# Gives what is wanted of some records, in their order, each with the record that it stands for.
type Choose[Item] = Callable[[Sequence[Record]], Iterable[tuple[Record, Item]]]


def fill_page[Item](read: Read, query: PageQuery, choose: Choose[Item]) -> tuple[list[Item], str]:
    """Read records until a page is full, or as many were read as a page looks at.

    The first read asks for no more than fits, so a list without filters reads its page alone. Where some are passed over,
    the next read asks for as many as will fill the page if they go on like that, and the page is cut behind its last item.
    Returns: at most `query.limit` items, and the cursor of the next page ("" after the last).
    """
    found: list[Item] = []
    cursor, looked_at, size = query.cursor, 0, query.limit
    look_at = query.limit * LOOKED_AT_PER_ITEM
    while True:
        page = read(cursor, size)
        looked_at += len(page.records)
        chosen = list(choose(page.records))
        room = query.limit - len(found)
        found += [item for _, item in chosen[:room]]
        if len(chosen) > room:
            return found, page.cursors[page.records.index(chosen[room - 1][0])]
        cursor = page.next_cursor
        # A read that gives less than was asked for came to the book's own end of looking.
        if not cursor or len(found) == query.limit or looked_at >= look_at or len(page.records) < size:
            return found, cursor
        size = min(_next_size(query.limit, len(found), looked_at), look_at - looked_at)


def _next_size(limit: int, found: int, looked_at: int) -> int:
    """Say how many records to read next, by how many of those so far were wanted."""
    needed = ceil((limit - found) * looked_at / found) if found else 2 * looked_at
    return min(max(needed, SMALLEST_READ), MAX_LIMIT)


def by_date(
    book: Book,
    tenant: str,
    kind: Kind,
    query: DatedQuery,
    system: System | None,
    owner: Ref | None = None,
    *,
    shelf: Shelf | None = None,
) -> Read:
    """Read the list of a kind by date. Takes: with `owner`, that customer's or vendor's own list; `shelf` as the book's."""
    check_days(query)

    def read(cursor: str, limit: int) -> ListPage:
        return book.list_records(
            tenant,
            kind,
            first=query.first,
            last=query.last,
            system=None if owner else system,
            cursor=cursor,
            limit=limit,
            customer=owner,
            oldest_first=query.sort == "date",
            shelf=shelf,
        )

    return read


def check_days(query: DatedQuery) -> None:
    """Make sure that there is a day from the first to the last. Raises: BadField."""
    if query.first and query.last and query.first > query.last:
        raise BadField("from", "The first day lies behind the last.")


def customer_ref(text: str | None) -> Ref | None:
    """Read a customer's id, where one is asked for."""
    return read_ref(Kind.CUSTOMER, text) if text else None


def shows(query: KeptQuery, asked_for: StrEnum | None, status: StrEnum) -> bool:
    """Tell whether a record of some status belongs on a list. Source: C4, C5, I5.

    Takes: `asked_for` is the only status that is wanted, if any; without it, what is archived or left out shows only
    where the query includes it.
    """
    if asked_for is not None:
        return status == asked_for
    hidden = {"archived": not query.include_archived, "left_out": not query.include_left_out}
    return not hidden.get(status.value, False)
