"""When two entries say the same: what we asked for, what the accounting made of it, and what people left of it."""

from dataclasses import replace

from crossfoot.core.payables.entries import BillEntry, CreditEntry, Entry, EntryLine, Part, PaymentEntry, VendorEntry


def is_same(one: Entry, other: Entry) -> bool:
    """Tell whether two entries say the same to the letter, whatever the accounting calls them and their lines."""
    return _nameless(one) == _nameless(other)


def says_the_same(found: Entry, asked: Entry) -> bool:
    """Tell whether an entry in the accounting says what was asked for.

    What was left open may be anything there: the accounting numbers payments, and gives bills a due date. Words on lines
    may be said in other letters.
    """
    match found, asked:
        case VendorEntry(), VendorEntry():
            is_alike = _fits(found.email, asked.email) and _fits(found.account_number, asked.account_number)
            return found.name == asked.name and found.active == asked.active and is_alike
        case BillEntry(), BillEntry():
            return asked.due_on in (None, found.due_on) and _says_the_same_is_owed(found, asked)
        case CreditEntry(), CreditEntry():
            return _says_the_same_is_owed(found, asked)
        case PaymentEntry(), PaymentEntry():
            return _fits(found.number, asked.number) and _paid(found) == _paid(asked)
        case _:
            return False


def as_asked(found: Entry, asked: Entry) -> Entry:
    """Give what stands in the words that were asked for, where it says the same; else as it was found."""
    if not says_the_same(found, asked):
        return found
    kept = replace(asked, id=found.id, revision=found.revision)
    match kept, found:
        case VendorEntry(), VendorEntry():
            email, number = kept.email or found.email, kept.account_number or found.account_number
            return replace(kept, email=email, account_number=number)
        case BillEntry(), BillEntry():
            number, due_on = kept.number or found.number, kept.due_on or found.due_on
            return replace(kept, number=number, due_on=due_on, lines=_numbered(kept.lines, found.lines))
        case CreditEntry(), CreditEntry():
            return replace(kept, number=kept.number or found.number, lines=_numbered(kept.lines, found.lines))
        case PaymentEntry(), PaymentEntry():
            return replace(kept, number=kept.number or found.number)
        case _:
            return kept


def _says_the_same_is_owed(found: BillEntry | CreditEntry, asked: BillEntry | CreditEntry) -> bool:
    if not _fits(found.number, asked.number):
        return False
    heads = ((each.vendor_id, each.issued_on) for each in (found, asked))
    lines = ([(line.amount_minor, line.account_id, line.item_id) for line in each.lines] for each in (found, asked))
    return len(set(heads)) == 1 and next(lines) == next(lines)


def _paid(payment: PaymentEntry) -> tuple[object, ...]:
    parts = (_sorted(payment.bills), _sorted(payment.credits))
    return payment.vendor_id, payment.paid_on, payment.method, payment.account_id, parts


def _fits(found: str, asked: str) -> bool:
    return not asked or found == asked


def _sorted(parts: tuple[Part, ...]) -> list[tuple[str, int]]:
    return sorted((part.id, part.amount_minor) for part in parts)


def _numbered(lines: tuple[EntryLine, ...], found: tuple[EntryLine, ...]) -> tuple[EntryLine, ...]:
    return tuple(replace(line, line_id=there.line_id) for line, there in zip(lines, found, strict=True))


def _nameless(entry: Entry) -> Entry:
    bare = replace(entry, id="", revision="")
    match bare:
        case BillEntry() | CreditEntry():
            return replace(bare, lines=tuple(replace(line, line_id="") for line in bare.lines))
        case PaymentEntry():
            bills, credits_ = (tuple(sorted(p, key=lambda part: part.id)) for p in (bare.bills, bare.credits))
            return replace(bare, bills=bills, credits=credits_)
        case _:
            return bare
