"""When two entries say the same: what we asked for, what the accounting made of it, and what people left of it."""

from dataclasses import replace

from crossfoot.core.payables.entries import BillEntry, CreditEntry, Entry, EntryLine, PaymentEntry, VendorEntry


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


def with_unsaid(entry: Entry, standing: Entry) -> Entry:
    """Give an entry with what it leaves unsaid as it stands. Raises: ValueError when they are of two kinds."""
    match entry, standing:
        case VendorEntry(), VendorEntry():
            email, account_number = entry.email or standing.email, entry.account_number or standing.account_number
            return replace(entry, email=email, account_number=account_number)
        case BillEntry(), BillEntry():
            return replace(entry, number=entry.number or standing.number, due_on=entry.due_on or standing.due_on)
        case CreditEntry(), CreditEntry():
            return replace(entry, number=entry.number or standing.number)
        case PaymentEntry(), PaymentEntry():
            return replace(entry, number=entry.number or standing.number)
    raise ValueError(f"{type(entry).__name__} is no {type(standing).__name__}")


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
