"""Reads what an invoice does not hold itself, for many invoices at once: its lines, and the types of its agreements."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crossfoot.adapters.connectwise.client import IDS_PER_CALL, ConnectWiseClient, Page, chunk_ids, conditions_of_ids
from crossfoot.adapters.connectwise.lines import (
    LINE_SOURCES,
    LineSource,
    agreement_lines,
    closing_lines,
    has_lines,
    signed,
    unread_line,
)
from crossfoot.adapters.connectwise.translate import currency_of, id_of
from crossfoot.core.model import Line
from crossfoot.errors import Rejected

type Wire = Mapping[str, Any]
# The lines of one source by the invoice's id, and each line once by its own; None where one of them cannot be read.
type _Found = dict[str, dict[str, Line] | None]

AGREEMENTS = "/finance/agreements"
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

log = logging.getLogger(__name__)


def fetch_agreement_types(client: ConnectWiseClient, invoices: Sequence[Wire]) -> dict[str, str]:
    """Read the types of the agreements that invoices name. Returns: type ids by agreement id, none without the right."""
    named = {id_of(each.get("agreement")) for each in invoices}
    types: dict[str, str] = {}
    try:
        for ids in chunk_ids(sorted(filter(str.isdecimal, named), key=int)):
            for page in client.pages(AGREEMENTS, conditions_of_ids(ids), fields="id,type", quiet=True):
                types |= {id_of(each): id_of(each.get("type")) for each in page.records}
    except Rejected as refusal:
        log.warning("connectwise agreement types are left out: %s. %s", refusal, refusal.fix)
    return types


def fetch_lines(
    client: ConnectWiseClient, invoices: Sequence[Wire], is_late: Callable[[], bool] = lambda: False
) -> tuple[dict[str, tuple[Line, ...]], int]:
    """Read the lines of invoices, for as many at once as a call takes.

    Where a source may not be read, one line stands in for its lines, and no invoice is kept back for it. An invoice with
    a line that cannot be understood is left out: the book keeps the lines that it has.

    Takes: `is_late` is asked between the calls.
    Returns: the lines by invoice id, and how many invoices were come by: all, or those up to where it was late.
    Source: I1, C3.
    """
    reading = _Reading(client)
    for invoice in invoices:
        reading.add(invoice)
        if reading.read(at_least=IDS_PER_CALL) and is_late():
            break
    reading.read(at_least=1)
    return reading.lines(), reading.taken


class _Reading:
    """Gathers the invoices that have lines of a source until they fill a call."""

    def __init__(self, client: ConnectWiseClient) -> None:
        self._client = client
        self.taken = 0
        self._invoices: dict[str, Wire] = {}
        self._waiting: dict[LineSource, list[str]] = {source: [] for source in LINE_SOURCES}
        self._found: dict[LineSource, _Found] = {source: {} for source in LINE_SOURCES}
        self._refused: set[LineSource] = set()

    def add(self, invoice: Wire) -> None:
        self.taken += 1
        id_ = id_of(invoice)
        if id_.isdecimal():
            self._invoices[id_] = invoice
            for source, waiting in self._waiting.items():
                if has_lines(invoice, source):
                    waiting.append(id_)

    def read(self, at_least: int) -> bool:
        """Read the sources for which so many invoices wait. Returns: whether there was one."""
        open_ones = [source for source in LINE_SOURCES if source not in self._refused]
        due = [source for source in open_ones if len(self._waiting[source]) >= at_least]
        for source in due:
            try:
                self._read(source)
            except Rejected as refusal:
                log.warning("connectwise lines of %s are left out: %s. %s", source.path, refusal, refusal.fix)
                self._refused.add(source)
        return bool(due)

    def lines(self) -> dict[str, tuple[Line, ...]]:
        """Give what was found, source by source, between what the invoice says itself."""
        lines = {id_: _own_lines(invoice, agreement_lines) for id_, invoice in self._invoices.items()}
        for source, found in self._found.items():
            unread = {id_: _unread(self._invoices[id_], source) for id_ in self._waiting[source]}
            for id_, more in (found | unread).items():
                known = lines[id_]
                lines[id_] = None if known is None or more is None else (*known, *more.values())
        closing = {id_: _own_lines(invoice, closing_lines) for id_, invoice in self._invoices.items()}
        return {
            id_: (*each, *below)
            for id_, each in lines.items()
            if each is not None and (below := closing[id_]) is not None
        }

    def _read(self, source: LineSource) -> None:
        """Read until nobody waits. Raises: Rejected; those whose lines were not all read by then wait still."""
        for ids in chunk_ids(tuple(self._waiting[source])):
            found: _Found = {}
            for page in self._client.pages(source.path, f"invoice/{conditions_of_ids(ids)}", quiet=True):
                _sort_in(page, source, self._invoices, found)
            self._found[source] |= found
            del self._waiting[source][: len(ids)]


def _own_lines(invoice: Wire, read: Callable[[Wire], tuple[Line, ...]]) -> tuple[Line, ...] | None:
    try:
        return tuple(signed(line, invoice) for line in read(invoice))
    except UNREADABLE:
        log.exception("connectwise invoice %s: an amount of its own cannot be read", invoice.get("id"))
        return None


def _unread(invoice: Wire, source: LineSource) -> dict[str, Line] | None:
    try:
        return {"": signed(unread_line(invoice, source), invoice)}
    except UNREADABLE:
        log.exception("connectwise invoice %s: its %s cannot be read", invoice.get("id"), source.total)
        return None


def _sort_in(page: Page, source: LineSource, invoices: Mapping[str, Wire], found: _Found) -> None:
    for wire in page.records:
        id_ = id_of(wire.get("invoice"))
        if id_ not in invoices:
            log.error("connectwise %s %s names no invoice that was asked for", source.path, wire.get("id"))
            continue
        lines = found.setdefault(id_, {})
        try:
            line = signed(source.read(wire, currency_of(invoices[id_])), invoices[id_])
        except UNREADABLE:
            log.exception("connectwise %s %s cannot be read", source.path, wire.get("id"))
            found[id_] = None
        else:
            if lines is not None:
                lines[line.id] = line
