"""Reads what an invoice does not hold itself, for many invoices at once: its lines, and the types of its agreements."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from crossfoot.adapters.connectwise.client import ConnectWiseClient, Page, chunk_ids, conditions_of_ids
from crossfoot.adapters.connectwise.lines import LINE_SOURCES, LineSource, agreement_lines, has_lines, signed
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


def fetch_lines(client: ConnectWiseClient, invoices: Sequence[Wire]) -> dict[str, tuple[Line, ...]]:
    """Read the lines of invoices.

    A source that may not be read (C3) leaves its lines out, and no invoice is kept back for it. An invoice with a line
    that cannot be understood is left out: the book keeps the lines that it has.
    Source: I1.
    """
    by_id = {id_of(each): each for each in invoices if id_of(each).isdecimal()}
    found = {id_: _agreement_lines(invoice) for id_, invoice in by_id.items()}
    for source in LINE_SOURCES:
        for id_, lines in _lines_of(client, source, by_id).items():
            known = found[id_]
            found[id_] = None if known is None or lines is None else (*known, *lines.values())
    return {id_: lines for id_, lines in found.items() if lines is not None}


def _agreement_lines(invoice: Wire) -> tuple[Line, ...] | None:
    try:
        return tuple(signed(line, invoice) for line in agreement_lines(invoice))
    except UNREADABLE:
        log.exception("connectwise invoice %s: its agreement's amount cannot be read", invoice.get("id"))
        return None


def _lines_of(client: ConnectWiseClient, source: LineSource, invoices: Mapping[str, Wire]) -> _Found:
    found: _Found = {}
    try:
        for ids in chunk_ids(id_ for id_, invoice in invoices.items() if has_lines(invoice, source)):
            for page in client.pages(source.path, f"invoice/{conditions_of_ids(ids)}", quiet=True):
                _sort_in(page, source, invoices, found)
    except Rejected as refusal:
        log.warning("connectwise lines of %s are left out: %s. %s", source.path, refusal, refusal.fix)
        return {}
    return found


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
