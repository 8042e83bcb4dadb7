"""Fill a page of a list from the book, when not every record there is wanted."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from crossfoot.core.model import Kind, Record, Ref, System
from crossfoot.messages.api.words import DatedQuery, KeptQuery, PageQuery
from crossfoot.ports import Book, ListPage
from crossfoot.steps.api.needs import BadField, read_ref

# A page reads the book so many times at most; a filter that lets little through then gives a short page with a cursor.
MAX_READS = 5

type Read = Callable[[str, int], ListPage]


def fill_page[Item](
    read: Read, query: PageQuery, choose: Callable[[Sequence[Record]], Iterable[Item]]
) -> tuple[list[Item], str]:
    """Read records until a page is full.

    Each read asks for no more than still fits, so that no item is read and left out: the cursor then lies right behind
    the last one.
    Returns: at most `query.limit` items, and the cursor of the next page ("" after the last).
    """
    found: list[Item] = []
    cursor = query.cursor
    for _ in range(MAX_READS):
        page = read(cursor, query.limit - len(found))
        found.extend(choose(page.records))
        cursor = page.next_cursor
        if not cursor or len(found) >= query.limit:
            break
    return found, cursor


def by_date(
    book: Book, tenant: str, kind: Kind, query: DatedQuery, system: System | None, customer: str | None = None
) -> Read:
    """Read the list of a kind by date. Takes: with `customer`, that customer's own list."""
    check_days(query)
    owner = customer_ref(customer)

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
