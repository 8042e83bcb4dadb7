"""List what does not come from QuickBooks into payables, each with its reason (B1, B2, B5, B6, X1)."""

from collections.abc import Iterator, Sequence
from datetime import date

from crossfoot.coming_in import find_obstacle, judge_invoices, load_rules
from crossfoot.core.decisions import Decision
from crossfoot.core.model import ACCOUNTING, Invoice, Kind, Record, Standing
from crossfoot.core.payables.records import BillPayment, Payable, Vendor
from crossfoot.core.shelves import Shelf
from crossfoot.messages.api.payables_book import (
    NotImportedList,
    NotImportedQuery,
    NotImportedShape,
    ObstacleShape,
)
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.ports import ListPage
from crossfoot.steps.api.listing import Choose, Read, by_date, fill_page
from crossfoot.steps.api.needs import Ports, to_money, to_why
from crossfoot.steps.api.payables_pairing import at_platform, pair_payables
from crossfoot.steps.api.payables_shapes import load_vendor_names, name_vendor
from crossfoot.steps.api.payables_standing import load_progress


def list_not_imported(ports: Ports, asked: Asked[Nothing, NotImportedQuery]) -> NotImportedList:
    """List a page of what does not come, of one kind. Source: B1, B2, B3, B5, B6, X1."""
    tenant, query = asked.tenant, asked.query
    choose = _of_invoices(ports, tenant) if query.kind is Kind.INVOICE else _of_payables(ports, tenant)
    found, next_cursor = fill_page(_reading(ports, tenant, query), query, choose)
    obstacle = find_obstacle(tenant, ports)
    return NotImportedList(
        records=found,
        next_cursor=next_cursor,
        obstacle=ObstacleShape(problem=obstacle.problem, fix=obstacle.fix) if obstacle else None,
    )


def _reading(ports: Ports, tenant: str, query: NotImportedQuery) -> Read:
    """Read what may be wanted: the shelf of what was left out, where there is one."""
    if query.kind is Kind.VENDOR:
        return lambda cursor, limit: _list_vendors(ports, tenant, cursor, limit)
    shelf = None if query.kind is Kind.INVOICE else Shelf.LEFT_OUT
    return by_date(ports.book, tenant, query.kind, query, ACCOUNTING, shelf=shelf)


def _list_vendors(ports: Ports, tenant: str, cursor: str, limit: int) -> ListPage:
    return ports.book.list_named(tenant, Kind.VENDOR, prefix="", system=ACCOUNTING, cursor=cursor, limit=limit)


def _of_payables(ports: Ports, tenant: str) -> Choose[NotImportedShape]:
    def choose(records: Sequence[Record]) -> Iterator[tuple[Record, NotImportedShape]]:
        kept = [each for each in pair_payables(ports, tenant, records, at_platform) if _stays_out(each.listed)]
        progress = load_progress(ports, tenant, kept)
        names = load_vendor_names(ports, tenant, [each.listed for each in kept])
        for each in kept:
            record = each.listed
            name = record.name if isinstance(record, Vendor) else name_vendor(record, names).name
            yield record, _to_shape(record, progress[each.shown.ref].decision, name)

    return choose


def _of_invoices(ports: Ports, tenant: str) -> Choose[NotImportedShape]:
    """Judge invoices as they are read: the book keeps them for other ends, and does not leave them out (B1, B2)."""
    rules = load_rules(tenant, ports)

    def choose(records: Sequence[Record]) -> Iterator[tuple[Record, NotImportedShape]]:
        live = [each for each in records if isinstance(each, Invoice) and each.standing is Standing.LIVE]
        out = judge_invoices(tenant, live, rules, ports.book)
        for each in live:
            if each.ref in out:
                yield each, _to_shape(each, out[each.ref], each.customer_name)

    return choose


def _stays_out(record: Payable) -> bool:
    return record.keeping.left_out and record.standing is Standing.LIVE and record.origin is None


def _to_shape(record: Payable | Invoice, why: Decision, name: str) -> NotImportedShape:
    kind = record.ref.kind
    assert kind in (Kind.VENDOR, Kind.BILL, Kind.VENDOR_CREDIT, Kind.BILL_PAYMENT, Kind.INVOICE)
    known = None if isinstance(record, Vendor) else record
    return NotImportedShape(
        kind=kind,
        id=str(record.ref),
        number=known.number if known else "",
        name=name,
        on=_day(record),
        currency=known.currency if known else "",
        amount=to_money(known.total_minor, known.currency) if known else None,
        why=to_why(why),
    )


def _day(record: Payable | Invoice) -> date | None:
    match record:
        case Vendor():
            return None
        case BillPayment():
            return record.paid_on
        case _:
            return record.issued_on
