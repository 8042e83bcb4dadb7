"""The bills that wait for the Sync Invoices tool: for whoever lists them, and whoever syncs them all (S1)."""

from collections.abc import Iterator

from crossfoot.core.model import PSA, Billed, CreditMemo, Invoice, Kind
from crossfoot.core.shelves import Shelf
from crossfoot.core.sync.offering import decide_offer
from crossfoot.core.sync.settings import Setup
from crossfoot.errors import Rejected
from crossfoot.ports import Book, ListPage

# A run has so many bills at most; what is left is offered still.
MOST_BILLS = 5_000
# The kinds in the order in which they are listed; a cursor begins with the one that it goes on in.
_KINDS = (Kind.INVOICE, Kind.CREDIT_MEMO)
_LARGEST_READ = 200


def read_unsynced(tenant: str, setup: Setup | None, book: Book, cursor: str, limit: int) -> ListPage:
    """Read a page of what is closed in the PSA and in no batch: invoices first, then credit memos, oldest first.

    A page can be short or empty, and the list go on behind it. Takes: with `setup`, nothing before the cut-over date.
    Raises: Rejected("cursor_invalid").
    Source: S1, S3.
    """
    first = setup.preferences.cut_over if setup is not None else None

    def read(kind: Kind, place: str, room: int) -> ListPage:
        page = book.list_records(
            tenant, kind, first=first, last=None, system=PSA, cursor=place, limit=room, oldest_first=True,
            shelf=Shelf.UNSYNCED,
        )  # fmt: skip
        return ListPage(page.records, f"{kind}:{page.next_cursor}" if page.next_cursor else "")

    kind, place = _read_cursor(cursor)
    page = read(kind, place, limit)
    if page.next_cursor or kind is Kind.CREDIT_MEMO:
        return page
    room = limit - len(page.records)
    behind = read(Kind.CREDIT_MEMO, "", room) if room else ListPage((), f"{Kind.CREDIT_MEMO}:")
    return ListPage((*page.records, *behind.records), behind.next_cursor)


def _read_cursor(cursor: str) -> tuple[Kind, str]:
    name, _, place = cursor.partition(":")
    kind = next((each for each in _KINDS if each == name), None) if cursor else Kind.INVOICE
    if kind is None:
        raise Rejected("cursor_invalid", "this page cursor does not belong to this list", "Start without the cursor.")
    return kind, place


def load_offered(tenant: str, setup: Setup, book: Book, most: int, cursor: str = "") -> tuple[list[Billed], str]:
    """Read what is offered, as far as so many bills of the list hold it. Returns: them, and where the list goes on."""
    offered: list[Billed] = []
    looked_at = 0
    while True:
        page = read_unsynced(tenant, setup, book, cursor, min(most - looked_at, _LARGEST_READ))
        offered += _choose(tenant, setup, book, page)
        looked_at, cursor = looked_at + len(page.records), page.next_cursor
        if not cursor or looked_at >= most:
            return offered, cursor


def walk_offered(tenant: str, setup: Setup, book: Book) -> Iterator[list[Billed]]:
    """Go through all that is offered, as many at a time as one read gives. Source: S1, S3."""
    cursor = ""
    while True:
        page = read_unsynced(tenant, setup, book, cursor, _LARGEST_READ)
        yield _choose(tenant, setup, book, page)
        cursor = page.next_cursor
        if not cursor:
            return


def _choose(tenant: str, setup: Setup, book: Book, page: ListPage) -> list[Billed]:
    bills = [record for record in page.records if isinstance(record, Invoice | CreditMemo)]
    links = book.load_links(tenant, [bill.ref for bill in bills]) if bills else {}
    return [bill for bill in bills if decide_offer(bill, links.get(bill.ref), setup) is None]
