"""Lines that the API member may not read: what stands in for them, and what is kept from before (C3, X1)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from crossfoot.core.decisions import Decision, refused
from crossfoot.core.model import Billed, Line, LineKind
from crossfoot.core.money import format_minor
from crossfoot.core.rights import RIGHTS, Right

# What a kind of line is called, and the endpoint that it is read from, which its right opens.
_SOURCES = {
    LineKind.TIME: ("time entries", "/time/entries"),
    LineKind.EXPENSE: ("expenses", "/expense/entries"),
    LineKind.PRODUCT: ("products", "/procurement/products"),
}


def stand_in(kind: LineKind, amount_minor: int) -> Line:
    """Stand in for lines that could not be read. Takes: TIME, EXPENSE or PRODUCT; what the invoice has of them in all."""
    what, _ = _SOURCES[kind]
    return Line("", kind, f"{what.capitalize()} that ConnectWise does not let Crossfoot read", amount_minor)


def is_stand_in(line: Line) -> bool:
    """Tell a stand-in from a line: every line of these kinds has an id."""
    return not line.id and line.kind in _SOURCES


def keep_read_before(lines: Iterable[Line], stored: Sequence[Line]) -> tuple[Line, ...]:
    """Put the lines that were read before in the place of their stand-in, which is left with what they do not come to.

    Where they come to all of it, they are as good as read now, and nothing stands in for any of them.
    Source: C3.
    """
    return tuple(kept for line in lines for kept in (_kept(line, stored) if is_stand_in(line) else (line,)))


def _kept(missing: Line, stored: Sequence[Line]) -> Iterator[Line]:
    known = [line for line in stored if line.kind is missing.kind and not is_stand_in(line)]
    rest_minor = missing.amount_minor - sum(line.amount_minor for line in known)
    yield from known
    if rest_minor or not known:
        yield replace(missing, amount_minor=rest_minor)


def decide_lines(record: Billed, lines: Sequence[Line]) -> Iterator[Decision]:
    """Say which lines are missing, and which right brings them. Source: C3, X1."""
    for line in filter(is_stand_in, lines):
        what, _ = _SOURCES[line.kind]
        amount = format_minor(line.amount_minor, record.currency)
        known = any(each.kind is line.kind and each.id for each in lines)
        shown = f"those shown were read before, and {amount} that they do not come to" if known else f"their {amount}"
        sentence = f"ConnectWise does not let Crossfoot read its {what}: {shown} stands here as one line."
        yield refused(record.ref, "C3", f"{line.kind}_lines_unread", sentence, _fix(_right_of(line.kind)))


def _right_of(kind: LineKind) -> Right:
    _, path = _SOURCES[kind]
    return next(right for right in RIGHTS if right.probe == path)


def _fix(right: Right) -> str:
    return (
        f"In ConnectWise, give the API member's security role the right {right.name} ({right.level}). "
        "Then save the import filters under Connections, which reads everything again."
    )
