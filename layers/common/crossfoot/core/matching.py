"""Match the QuickBooks and the ConnectWise copy of one invoice: number, amount, customer and date (I9)."""

from collections.abc import Iterable
from dataclasses import dataclass

from crossfoot.core.decisions import Decision, did, refused, waits
from crossfoot.core.model import ACCOUNTING, PSA, Invoice, Link, Standing, System
from crossfoot.core.money import format_minor

_NAMES = {System.QUICKBOOKS: "QuickBooks", System.CONNECTWISE: "ConnectWise"}


@dataclass(frozen=True, slots=True)
class Match:
    """A link, or the decision that says why there is none."""

    link: Link | None
    decision: Decision


def normalise(text: str) -> str:
    """Fold what people type differently: case, spaces and punctuation."""
    return "".join(character for character in text.casefold() if character.isalnum())


def differences(one: Invoice, other: Invoice) -> tuple[str, ...]:
    """List in words what keeps two copies from being one invoice; empty when they are identical (E2, I9)."""
    pairs = (
        ("the numbers differ", normalise(one.number), normalise(other.number), one.number, other.number),
        ("the currencies differ", one.currency, other.currency, one.currency, other.currency),
        ("the totals differ", one.total_minor, other.total_minor, _total(one), _total(other)),
        ("the dates differ", one.issued_on, other.issued_on, one.issued_on, other.issued_on),
        ("the customers differ", normalise(one.customer_name), normalise(other.customer_name),
         one.customer_name, other.customer_name),
    )  # fmt: skip
    return tuple(
        f"{words}: {shown} in {_NAMES[one.ref.system]}, {other_shown} in {_NAMES[other.ref.system]}"
        for words, value, other_value, shown, other_shown in pairs
        if value != other_value
    )


def match_invoice(invoice: Invoice, same_number: Iterable[Invoice]) -> Match:
    """Find the other system's copy of an invoice among those that carry its number.

    Takes: `same_number` may hold the invoice itself and copies from its own system. They count: two invoices with one
    number in one system make the pair ambiguous.
    Returns: a link only when exactly one live invoice on each side carries the number and they are identical.
    Source: I9.
    """
    copies = {found.ref: found for found in (*same_number, invoice) if found.standing is Standing.LIVE}
    ours = [found for ref, found in copies.items() if ref.system is invoice.ref.system]
    theirs = [found for ref, found in copies.items() if ref.system is not invoice.ref.system]
    elsewhere = _other(invoice.ref.system)
    if invoice.standing is not Standing.LIVE:
        return Match(None, waits(invoice.ref, "I9", "not_live", "This invoice was voided or deleted."))
    if not theirs:
        return Match(None, _missing(invoice, elsewhere))
    if len(ours) > 1 or len(theirs) > 1:
        return Match(None, _ambiguous(invoice, ours, theirs))
    found = differences(invoice, theirs[0])
    if found:
        return Match(None, _different(invoice, theirs[0], found))
    by_system = {invoice.ref.system: invoice.ref, theirs[0].ref.system: theirs[0].ref}
    link = Link(by_system[ACCOUNTING], by_system[PSA])
    sentence = f"Invoice {invoice.number} is the same in QuickBooks and ConnectWise."
    return Match(link, did(invoice.ref, "I9", "matched", sentence, theirs[0].ref))


def _other(system: System) -> System:
    return PSA if system is ACCOUNTING else ACCOUNTING


def _total(invoice: Invoice) -> str:
    return format_minor(invoice.total_minor, invoice.currency)


def _missing(invoice: Invoice, elsewhere: System) -> Decision:
    if not invoice.number:
        sentence = "This invoice has no number, so its copy in the other system cannot be found."
        return refused(invoice.ref, "I9", "no_number", sentence, "Give the invoice its number.")
    sentence = f"No invoice {invoice.number} is in {_NAMES[elsewhere]} yet."
    fix = f"Nothing to do if it is still to come; otherwise enter it in {_NAMES[elsewhere]} under this number."
    return waits(invoice.ref, "I9", "no_counterpart", sentence, fix)


def _ambiguous(invoice: Invoice, ours: list[Invoice], theirs: list[Invoice]) -> Decision:
    counts = f"{len(ours)} in {_NAMES[ours[0].ref.system]}, {len(theirs)} in {_NAMES[theirs[0].ref.system]}"
    sentence = f"More than one invoice carries the number {invoice.number}: {counts}."
    fix = "Renumber, void or delete the copies that should not be there."
    others = (found.ref for found in (*ours, *theirs) if found.ref != invoice.ref)
    return refused(invoice.ref, "I9", "ambiguous", sentence, fix, *others)


def _different(invoice: Invoice, other: Invoice, found: tuple[str, ...]) -> Decision:
    sentence = f"Invoice {invoice.number} is in both systems, but not identical: {'; '.join(found)}."
    fix = "Correct the copy that is wrong; the two are joined as soon as they agree."
    return refused(invoice.ref, "I9", "not_identical", sentence, fix, other.ref)
