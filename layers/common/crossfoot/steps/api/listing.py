"""Fill a page of a list from the book, when not every record there is wanted."""

from collections.abc import Callable, Iterable, Sequence

from crossfoot.core.model import Kind, Record, System
from crossfoot.messages.api import ListQuery
from crossfoot.ports import Book
from crossfoot.steps.api.needs import BadField

# A page reads the book so many times at most; a filter that lets little through then gives a short page with a cursor.
MAX_READS = 5


def fill_page[Item](
    book: Book,
    tenant: str,
    kind: Kind,
    query: ListQuery,
    system: System | None,
    choose: Callable[[Sequence[Record]], Iterable[Item]],
) -> tuple[list[Item], str]:
    """Read records until a page is full.

    Each read asks for no more than still fits, so that no item is read and left out: the cursor then lies right behind
    the last one.
    Returns: at most `query.limit` items, and the cursor of the next page ("" after the last).
    """
    if query.first and query.last and query.first > query.last:
        raise BadField("from", "The first day lies behind the last.")
    found: list[Item] = []
    cursor = query.cursor
    for _ in range(MAX_READS):
        page = book.list_records(
            tenant,
            kind,
            first=query.first,
            last=query.last,
            system=system,
            cursor=cursor,
            limit=query.limit - len(found),
        )
        found.extend(choose(page.records))
        cursor = page.next_cursor
        if not cursor or len(found) >= query.limit:
            break
    return found, cursor
