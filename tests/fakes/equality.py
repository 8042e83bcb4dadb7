"""Compares the book with both systems: every record, every field, every line."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import fields, replace
from functools import cache
from operator import attrgetter
from typing import Any

from crossfoot.core.model import (
    PLATFORM,
    CreditMemo,
    Customer,
    Deposit,
    Invoice,
    Keeping,
    Payment,
    Record,
    Ref,
    Standing,
)
from crossfoot.core.payables.records import PAYABLE_KINDS

from tests.fakes.world import World


def unequal(world: World, *, but: Collection[Ref] = ()) -> list[str]:
    """List what the book holds otherwise than the systems do; empty when they are equal (I8).

    Left aside is when a record was read, and what belongs to the book alone: how it keeps a record, and which invoices a
    payment used to pay, or which payment it stands for. Of what is deleted only that counts. What the partner archived may
    be gone without a word.

    Takes: the fields of what is in `but` may differ; it is there if the systems have it.
    """
    return [*_gone(world), *_different(world, but)]


def stored_records(world: World) -> dict[Ref, Record]:
    """Give the records of the world's partner, without lines."""
    return {ref: record for (tenant, ref), record in world.book.records.items() if tenant == world.tenant}


def shown_records(world: World) -> dict[Ref, Record]:
    """Give the records of both systems as they are now."""
    return {**world.quickbooks.records, **world.connectwise.records}


def _gone(world: World) -> Iterator[str]:
    shown = shown_records(world)
    for ref, record in stored_records(world).items():
        if ref.system is PLATFORM or ref.kind in PAYABLE_KINDS:
            continue  # The book itself is where it is; and payables are read at other times, by syncs of their own.
        is_there = ref in shown and shown[ref].standing is not Standing.DELETED
        archived = getattr(record, "keeping", Keeping()).archived
        if not is_there and record.standing is not Standing.DELETED and not archived:
            yield f"{ref} is gone, and the book does not know"


def _different(world: World, but: Collection[Ref]) -> Iterator[str]:
    stored = stored_records(world)
    for ref, record in shown_records(world).items():
        if record.standing is Standing.DELETED:
            continue
        if ref not in stored:
            yield f"{ref} is not in the book"
            continue
        if ref in but or _is_as_shown(world, stored[ref], record):
            continue
        kept, seen = _as_shown(with_lines(world, stored[ref]), record), _lines_or_none(record)
        if kept != seen:
            yield f"{ref.kind} {ref}: the book holds {kept}, the system {seen}"


def _is_as_shown(world: World, kept: Record, shown: Record) -> bool:
    """Tell beyond doubt, and fast, that the book holds what the system shows: nearly every record is so."""
    is_simple = isinstance(shown, Customer | Invoice) and type(kept) is type(shown)
    if not is_simple or kept.version.updated_at != shown.version.updated_at:
        return False
    if isinstance(kept, Invoice) and world.book.load_lines(world.tenant, kept) != (getattr(shown, "lines", ()) or ()):
        return False
    kind: Any = type(shown)
    said = _said_in_both(kind)
    return said(kept) == said(shown)


@cache
def _said_in_both(kind: type[Any]) -> Callable[[Record], tuple[Any, ...]]:
    """Give what a record says beside its lines, less what belongs to the book alone."""
    return attrgetter(*(each.name for each in fields(kind) if each.name not in ("version", "keeping", "lines")))


def with_lines(world: World, record: Record) -> Record:
    """Give a record of the book with its lines."""
    match record:
        case Invoice() | CreditMemo():
            return replace(record, lines=world.book.load_lines(world.tenant, record))
        case Deposit():
            return replace(record, lines=world.book.load_deposit_lines(world.tenant, record))
        case _:
            return record


def _lines_or_none(record: Record) -> Record:
    """A system that shows no lines has none."""
    match record:
        case Invoice() | CreditMemo():
            return replace(record, lines=record.lines or ())
        case Deposit():
            return replace(record, lines=record.lines or ())
        case _:
            return record


def _as_shown(kept: Record, shown: Record) -> Record:
    """Give what the book keeps as a system shows it that is read when it showed the other."""
    version = replace(kept.version, seen_at=shown.version.seen_at)
    match kept:
        case Payment():
            return replace(kept, version=version, former_invoices=(), origin=None, keeping=Keeping())
        case Customer() | Invoice() | CreditMemo():
            return replace(kept, version=version, keeping=Keeping())
        case _:
            return replace(kept, version=version)
