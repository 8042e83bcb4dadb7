"""The import filters of ConnectWise: which records come in, and what lies outside them (C4, C5)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crossfoot.core.decisions import Decision
from crossfoot.core.fetching import COUNT_OUTSIDE, FetchKind, FetchRun
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import PSA, CreditMemo, Customer, Invoice, Kind, Record, TraitName
from crossfoot.core.money import format_minor
from crossfoot.core.rights import RIGHTS_TO_CHOOSE, right_to_choose
from crossfoot.letting_in import outside
from crossfoot.messages import ArchiveOutside, Nudge
from crossfoot.messages.api.fetches import FetchShape
from crossfoot.messages.api.filters import (
    ChoiceShape,
    ChoicesShape,
    FiltersSaved,
    FiltersShape,
    OutsideCount,
    OutsideList,
    OutsideQuery,
    OutsideRecord,
    UnreadableChoices,
)
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.ports import ListPage
from crossfoot.steps.api.listing import Read, fill_page
from crossfoot.steps.api.needs import BadField, Ports, require_connected, to_why
from crossfoot.steps.api.runs import new_run, to_fetch

# Among how many of the newest runs the full read is looked for: a partner who presses every button begins few in a day.
RUNS_LOOKED_AT = 100


def show_filters(ports: Ports, asked: Asked) -> FiltersShape:
    """Show them. Source: C4."""
    return FiltersShape(**_members(ports.filters.load(asked.tenant)))


def put_filters(ports: Ports, asked: Asked[Nothing, Nothing, FiltersShape]) -> FiltersSaved:
    """Replace the filters, and read everything again from the start.

    Also where nothing changed: the queue may have failed after the first attempt had stored them. What no longer comes in
    stays in the book (C5).
    Raises: BadField for a value that ConnectWise does not have; NeedsPartner when it is not connected.
    Source: C4.
    """
    tenant = asked.tenant
    require_connected(ports, tenant, PSA)
    filters = _read(asked.body)
    _check(ports, tenant, filters)
    ports.filters.save(tenant, filters)
    run = ports.runs.begin(tenant, new_run(ports, PSA, FetchKind.RESYNC), from_start=True)
    ports.queue.send([Nudge(tenant=tenant, system=PSA, because=f"filters {run.id}")])
    return FiltersSaved(**_members(filters), fetch=to_fetch(ports, run))


def list_choices(ports: Ports, asked: Asked) -> ChoicesShape:
    """Read the values that ConnectWise has just now. Source: C4."""
    choices = ports.systems.psa(asked.tenant).fetch_choices()
    return ChoicesShape(
        **{
            name: [ChoiceShape(value=each.value, label=each.label) for each in choices.get(name, ())]
            for name in TraitName
        },
        unreadable=[_unreadable(name) for name in RIGHTS_TO_CHOOSE if name not in choices],
    )


def list_outside(ports: Ports, asked: Asked[Nothing, OutsideQuery]) -> OutsideList:
    """List the records of the book that the filters no longer let in, and how many there were when they were counted.

    Source: C5: they stay until the partner archives them.
    """
    tenant, query = asked.tenant, asked.query
    filters = ports.filters.load(tenant)

    def choose(records: Sequence[Record]) -> Iterator[tuple[Record, OutsideRecord]]:
        return ((record, _to_record(record, why)) for record, why in outside(tenant, records, filters, ports.book))

    if filters.is_open:
        return OutsideList(counted=_count(ports, tenant), records=[], next_cursor="")
    found, next_cursor = fill_page(_reader(ports, tenant, query.kind), query, choose)
    return OutsideList(
        counted=_count(ports, tenant),
        records=found,
        next_cursor=next_cursor,
    )


def archive_outside(ports: Ports, asked: Asked) -> FetchShape:
    """Begin to archive every record outside the filters. Source: C5."""
    return _begin_walk(ports, asked.tenant, FetchKind.ARCHIVE_OUTSIDE)


def restore_outside(ports: Ports, asked: Asked) -> FetchShape:
    """Begin to bring back what was archived as outside the filters; what the partner archived alone stays. Source: C5."""
    return _begin_walk(ports, asked.tenant, FetchKind.RESTORE_OUTSIDE)


def _begin_walk(ports: Ports, tenant: str, kind: FetchKind) -> FetchShape:
    """Begin a walk in place of the one that undoes it, or press on with the same that is on its way."""
    run = ports.runs.begin_walk(tenant, new_run(ports, PSA, kind))
    because = f"asked {ports.clock.now().isoformat()}"
    ports.queue.send([ArchiveOutside(tenant=tenant, run=run.id, because=because)])
    return to_fetch(ports, run)


def _reader(ports: Ports, tenant: str, kind: Kind) -> Read:
    def customers(cursor: str, limit: int) -> ListPage:
        return ports.book.list_named(tenant, Kind.CUSTOMER, prefix="", system=PSA, cursor=cursor, limit=limit)

    def dated(cursor: str, limit: int) -> ListPage:
        return ports.book.list_records(tenant, kind, first=None, last=None, system=PSA, cursor=cursor, limit=limit)

    return customers if kind is Kind.CUSTOMER else dated


def _count(ports: Ports, tenant: str) -> OutsideCount | None:
    runs = ports.runs.list_runs(tenant, cursor="", limit=RUNS_LOOKED_AT).runs
    counts = [run for run in runs if run.system is PSA and run.kind in COUNT_OUTSIDE and not run.replaced]
    if not counts:
        return None
    return OutsideCount(
        fetch=counts[0].id,
        state=counts[0].state(ports.clock.now()),
        counted_at=counts[0].moved_at,
        outside=_outside_now(counts),
    )


def _outside_now(counts: Sequence[FetchRun]) -> int:
    """Say how many are outside by the newest count; while it archives them, what it has not come to yet is left of them."""
    newest, *earlier = counts
    if newest.kind is not FetchKind.ARCHIVE_OUTSIDE or newest.finished_at is not None:
        return newest.progress.outside
    known = earlier[0].progress.outside if earlier else 0
    return max(0, known - newest.progress.total)


def _to_record(record: Record, why: Decision) -> OutsideRecord:
    return OutsideRecord(id=str(record.ref), kind=record.ref.kind, title=_title(record), why=to_why(why))


def _title(record: Record) -> str:
    match record:
        case Customer():
            return record.name
        case Invoice() | CreditMemo():
            return f"{record.number} of {format_minor(record.total_minor, record.currency)}, {record.customer_name}"
        case _:
            return str(record.ref)


def _unreadable(name: TraitName) -> UnreadableChoices:
    right = right_to_choose(name)
    return UnreadableChoices(
        name=name,
        right=right.sentence,
        sentence=f"The API member may not read any {name.replace('_', ' ')}, so none can be offered.",
        fix=f"In ConnectWise, give the API member's security role: {right.name} ({right.level}); then ask again.",
    )


def _members(filters: ImportFilters) -> dict[str, Any]:
    values = {name.value: sorted(filters.values.get(name, ())) for name in TraitName}
    return {**values, "from": filters.first, "to": filters.last}


def _read(body: FiltersShape) -> ImportFilters:
    if body.first and body.last and body.first > body.last:
        raise BadField("from", "The first day lies behind the last.")
    values: Mapping[TraitName, frozenset[str]] = {name: frozenset(getattr(body, name)) for name in TraitName}
    return ImportFilters(values, body.first, body.last)


def _check(ports: Ports, tenant: str, filters: ImportFilters) -> None:
    """Make sure that ConnectWise has what is newly chosen: a slip of the pen would leave everything out.

    What was chosen before may be gone there; what the API member may not read cannot be checked.
    """
    before = ports.filters.load(tenant).values
    new = {name: chosen - before.get(name, frozenset()) for name, chosen in filters.values.items()}
    if not any(new.values()):
        return
    choices = ports.systems.psa(tenant).fetch_choices()
    for name, chosen in new.items():
        known = {each.value for each in choices.get(name, ())}
        if known and chosen - known:
            raise BadField(name.value, f"ConnectWise has no {', '.join(sorted(chosen - known))} here.")
