"""When two entries say the same: what we asked for, what the accounting made of it, and what people left of it."""

from dataclasses import replace

from crossfoot.core.payables.entries import BillEntry, CreditEntry, Entry, EntryLine, PaymentEntry
from crossfoot.core.payables.wording import with_unsaid


def is_same(one: Entry, other: Entry) -> bool:
    """Tell whether two entries say the same to the letter, whatever the accounting calls them and their lines."""
    return _content(one) == _content(other)


def says_the_same(found: Entry, asked: Entry) -> bool:
    """Tell whether an entry in the accounting says what was asked for.

    What was left unsaid may be anything there. Words on lines do not count: they move no money, and may be said otherwise.
    """
    if type(found) is not type(asked):
        return False
    return _content(_without_words(found)) == _content(_without_words(with_unsaid(asked, found)))


def as_asked(found: Entry, asked: Entry) -> Entry:
    """Give what stands in the words that were asked for, where it says the same; else as it was found."""
    if not says_the_same(found, asked):
        return found
    kept = replace(with_unsaid(asked, found), id=found.id, revision=found.revision)
    if isinstance(kept, BillEntry | CreditEntry) and isinstance(found, BillEntry | CreditEntry):
        return replace(kept, lines=_numbered(kept.lines, found.lines))
    return kept


def _numbered(lines: tuple[EntryLine, ...], found: tuple[EntryLine, ...]) -> tuple[EntryLine, ...]:
    return tuple(replace(line, line_id=there.line_id) for line, there in zip(lines, found, strict=True))


def _content(entry: Entry) -> Entry:
    bare = replace(entry, id="", revision="")
    match bare:
        case BillEntry() | CreditEntry():
            return replace(bare, lines=tuple(replace(line, line_id="") for line in bare.lines))
        case PaymentEntry():
            bills, credits_ = (tuple(sorted(p, key=lambda part: part.id)) for p in (bare.bills, bare.credits))
            return replace(bare, bills=bills, credits=credits_)
        case _:
            return bare


def _without_words(entry: Entry) -> Entry:
    if isinstance(entry, BillEntry | CreditEntry):
        return replace(entry, lines=tuple(replace(line, description="") for line in entry.lines))
    return entry
