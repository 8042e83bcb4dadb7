"""What bears on the entries of ConnectWise bills: read for whoever previews them, and whoever writes them (S7, S8)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from crossfoot.core.folding import normalise
from crossfoot.core.model import ACCOUNTING, Billed, CreditMemo, Customer, Invoice, Kind, Link, Ref, Standing
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.settings import MappingKind, Setup, TimeEntries
from crossfoot.ports import Book, Systems

PAGE = 200


class Stores(Protocol):
    """What this reads; a step's own ports offer it."""

    @property
    def book(self) -> Book: ...
    @property
    def systems(self) -> Systems: ...


def load_billings(
    tenant: str, bills: Sequence[Ref], setup: Setup, ports: Stores, *, with_namesakes: bool = True
) -> dict[Ref, Billing]:
    """Gather what bears on the entries of some bills: the book's view of them, and how ConnectWise would post them now.

    Takes: whoever plans no entry needs no namesakes, which take the book a query for each number.
    Returns: an entry for each bill that the book has, in their order.
    Raises: errors of the PSA, of which it takes one call for so many bills: POSTINGS_PER_CALL.
    """
    records = load_bills(tenant, bills, ports.book)
    links = ports.book.load_links(tenant, records) if records else {}
    postings = ports.systems.psa(tenant).fetch_postings([*records.values()]) if records else {}
    customers = _load_customers(tenant, records.values(), setup, ports.book)
    namesakes = _load_namesakes(tenant, records.values(), customers, links, ports.book) if with_namesakes else {}
    # Grouped, an entry says what the general ledger says, and nothing of the lines.
    is_grouped = setup.preferences.time_entries is TimeEntries.GROUPED
    lines = {} if is_grouped else ports.book.load_lines_of_many(tenant, records.values())
    return {
        ref: Billing(
            bill,
            lines.get(ref, ()),
            postings.get(ref),
            links.get(ref),
            customers.get(ref),
            namesakes.get(ref, ()),
        )
        for ref, bill in records.items()
    }


def load_bills(tenant: str, bills: Sequence[Ref], book: Book) -> dict[Ref, Billed]:
    """Read bills as the book has them, in their order; missing ones are left out."""
    found = book.load_many(tenant, bills) if bills else {}
    return {ref: record for ref in bills if isinstance(record := found.get(ref), Invoice | CreditMemo)}


def _load_customers(tenant: str, bills: Iterable[Billed], setup: Setup, book: Book) -> dict[Ref, Customer]:
    """Find the accounting's customers that stand for who pays. Source: S6."""
    chosen: dict[Ref, Ref] = {}
    for bill in bills:
        target = setup.target(MappingKind.CUSTOMER, bill.customer.id) if bill.customer else None
        if target is not None:
            chosen[bill.ref] = Ref(ACCOUNTING, Kind.CUSTOMER, target.id)
    found = book.load_many(tenant, dict.fromkeys(chosen.values())) if chosen else {}
    return {ref: record for ref, each in chosen.items() if isinstance(record := found.get(each), Customer)}


def _load_namesakes(
    tenant: str, bills: Iterable[Billed], customers: Mapping[Ref, Customer], links: Mapping[Ref, Link], book: Book
) -> dict[Ref, tuple[Billed, ...]]:
    """Find what carries the numbers of bills in the accounting already; a bill's own copy is none. Source: S7."""
    bills = list(bills)
    numbered = book.load_numbered(tenant, {bill.number for bill in bills}) if bills else {}
    credits_of = _CreditMemos(tenant, book)
    found: dict[Ref, tuple[Billed, ...]] = {}
    for bill in bills:
        number, link, payer = normalise(bill.number), links.get(bill.ref), customers.get(bill.ref)
        same: list[Billed] = [*numbered[number].invoices] if number in numbered else []
        if isinstance(bill, CreditMemo) and payer is not None:
            same += [memo for memo in credits_of(payer.ref) if normalise(memo.number) == number]
        own = link.accounting if link is not None else None
        found[bill.ref] = tuple(each for each in same if _is_live_there(each) and each.ref != own)
    return found


class _CreditMemos:
    """The credit memos of customers of the accounting: the book finds none by its number."""

    def __init__(self, tenant: str, book: Book) -> None:
        self._tenant, self._book = tenant, book
        self._read: dict[Ref, list[CreditMemo]] = {}

    def __call__(self, customer: Ref) -> list[CreditMemo]:
        if customer not in self._read:
            self._read[customer] = list(self._walk(customer))
        return self._read[customer]

    def _walk(self, customer: Ref) -> Iterable[CreditMemo]:
        cursor = ""
        while True:
            page = self._book.list_records(
                self._tenant, Kind.CREDIT_MEMO, first=None, last=None, system=ACCOUNTING, cursor=cursor, limit=PAGE,
                customer=customer,
            )  # fmt: skip
            yield from (record for record in page.records if isinstance(record, CreditMemo))
            cursor = page.next_cursor
            if not cursor:
                return


def _is_live_there(record: Billed) -> bool:
    return record.ref.system is ACCOUNTING and record.standing is Standing.LIVE
