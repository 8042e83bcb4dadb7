"""Match the QuickBooks and the ConnectWise copy of one invoice: number, amount, customer and date (I9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crossfoot.core.decisions import Decision, did, refused, skipped, waits
from crossfoot.core.folding import normalise
from crossfoot.core.model import ACCOUNTING, PSA, SYSTEM_NAMES, Invoice, Link, LinkOrigin, Ref, Standing, System
from crossfoot.core.money import format_minor
from crossfoot.core.verdicts import UNDECIDED, Verdict, Verdicts

_WIDEN = "Widen the import filters under Connections; saving them reads everything again."
_BRING_BACK = "Bring it back where it is shown as archived."
NO_LINKS: Mapping[Ref, Link] = {}


@dataclass(frozen=True, slots=True)
class Match:
    """A link, or the decision that says why there is none."""

    link: Link | None
    decision: Decision


def differences(one: Invoice, other: Invoice, verdicts: Verdicts = UNDECIDED) -> tuple[str, ...]:
    """List in words what keeps two copies from being one invoice; empty when they are identical (E2, I9).

    Where the partner confirmed the two, number, date and customer may differ; the money never.
    """
    confirmed = verdicts.on(one.ref, other.ref) is Verdict.SAME
    money = (
        ("the currencies differ", one.currency, other.currency, one.currency, other.currency),
        ("the totals differ", one.total_minor, other.total_minor, _total(one), _total(other)),
    )
    names = (
        ("the numbers differ", normalise(one.number), normalise(other.number), one.number, other.number),
        ("the dates differ", one.issued_on, other.issued_on, one.issued_on, other.issued_on),
    )
    customers = () if verdicts.is_one_customer(one, other) else (
        ("the customers differ", normalise(one.customer_name), normalise(other.customer_name),
         one.customer_name, other.customer_name),
    )  # fmt: skip
    return tuple(
        f"{words}: {shown} in {SYSTEM_NAMES[one.ref.system]}, {other_shown} in {SYSTEM_NAMES[other.ref.system]}"
        for words, value, other_value, shown, other_shown in (money if confirmed else (*names, *money, *customers))
        if value != other_value
    )


def has_nothing_in_common(one: Invoice, other: Invoice, verdicts: Verdicts = UNDECIDED) -> bool:
    """Tell whether number, amount and customer of two invoices all differ: whoever calls them the same made a slip, or
    knows why. Source: I9."""
    return (
        normalise(one.number) != normalise(other.number)
        and (one.total_minor, one.currency) != (other.total_minor, other.currency)
        and normalise(one.customer_name) != normalise(other.customer_name)
        and not verdicts.is_one_customer(one, other)
    )


def is_imported(invoice: Invoice) -> bool:
    """Tell whether an invoice takes part: neither left out by the filters nor archived (C4, C5, I5)."""
    return not (invoice.keeping.left_out or invoice.keeping.archived)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The invoices among which a copy is looked for, and what is known of them.

    Takes: `invoices` carry one number, or are linked or confirmed with one that does; `crowded` when there are more of
    them than anybody looks at.
    """

    invoices: tuple[Invoice, ...]
    links: Mapping[Ref, Link] = field(default_factory=dict)
    verdicts: Verdicts = UNDECIDED
    crowded: bool = False

    def of(self, invoice: Invoice) -> tuple[Invoice, ...]:
        """Find the invoices that may be its other copy."""
        return tuple(other for other in self.invoices if self.may_be_one(invoice, other))

    def may_be_one(self, one: Invoice, other: Invoice) -> bool:
        """Tell whether two invoices may be copies of each other, as far as nobody decided otherwise."""
        if (
            one.ref.system is other.ref.system
            or Standing.LIVE is not one.standing
            or other.standing is not one.standing
        ):
            return False
        if self.verdicts.separate(one, other):
            return False
        linked = self.links.get(one.ref)
        is_linked = linked is not None and linked.other(one.ref) == other.ref
        if not is_linked and not (is_imported(one) and is_imported(other)):
            return False
        fixed, other_fixed = self.fixed_to(one.ref), self.fixed_to(other.ref)
        if fixed is not None or other_fixed is not None:
            return fixed in (None, other.ref) and other_fixed in (None, one.ref)
        return is_linked or (bool(normalise(one.number)) and normalise(one.number) == normalise(other.number))

    def fixed_to(self, ref: Ref) -> Ref | None:
        """Name the copy that is beyond doubt: the partner confirmed it, or the sync tool wrote it; while it is live."""
        other = self.verdicts.same_as(ref)
        if other is None or not self._is_live(other):
            link = self.links.get(ref)
            other = link.other(ref) if link is not None and link.origin is LinkOrigin.SYNCED else None
        return other if other is not None and self._is_live(other) else None

    def _is_live(self, ref: Ref) -> bool:
        return any(each.ref == ref and each.standing is Standing.LIVE for each in self.invoices)


def match_invoice(
    invoice: Invoice,
    same_number: Iterable[Invoice],
    verdicts: Verdicts = UNDECIDED,
    links: Mapping[Ref, Link] = NO_LINKS,
    *,
    crowded: bool = False,
) -> Match:
    """Find the other system's copy of an invoice among those that carry its number, or were confirmed with it.

    Takes: `same_number` may hold the invoice itself and copies from its own system. They count: two invoices with one
    number in one system make the pair ambiguous, until the partner has said which is which.
    Returns: a link only when exactly one live invoice on each side comes into question and they are identical, or the
    partner confirmed them.
    Source: I9.
    """
    known = {found.ref: found for found in (*same_number, invoice)}
    candidates = Candidates(tuple(known.values()), links, verdicts, crowded)
    held = _held(invoice)
    if held is not None:
        return Match(None, held)
    theirs = candidates.of(invoice)
    if not theirs:
        return Match(None, _missing(invoice, candidates))
    confirmed = verdicts.on(invoice.ref, theirs[0].ref) is Verdict.SAME
    ours = [each for each in candidates.invoices if any(candidates.may_be_one(each, their) for their in theirs)]
    if len(ours) > 1 or len(theirs) > 1 or (crowded and not confirmed):
        return Match(None, _ambiguous(invoice, ours, theirs))
    found = () if confirmed else differences(invoice, theirs[0], verdicts)
    if found:
        return Match(None, _different(invoice, theirs[0], found))
    by_system = {invoice.ref.system: invoice.ref, theirs[0].ref.system: theirs[0].ref}
    origin = LinkOrigin.CONFIRMED if confirmed else LinkOrigin.MATCHED
    sentence = f"Invoice {invoice.number} is the same in QuickBooks and ConnectWise."
    if confirmed:
        sentence = f"The partner confirmed that invoice {invoice.number} is the same in QuickBooks and ConnectWise."
    decision = did(invoice.ref, "I9", "confirmed" if confirmed else "matched", sentence, theirs[0].ref)
    return Match(Link(by_system[ACCOUNTING], by_system[PSA], origin), decision)


def other_system(system: System) -> System:
    """Name the other one."""
    return PSA if system is ACCOUNTING else ACCOUNTING


def _total(invoice: Invoice) -> str:
    return format_minor(invoice.total_minor, invoice.currency)


def _held(invoice: Invoice) -> Decision | None:
    if invoice.standing is not Standing.LIVE:
        return waits(invoice.ref, "I9", "not_live", "This invoice was voided or deleted.")
    if invoice.keeping.archived:
        return skipped(invoice.ref, "I9", "archived", "This invoice is archived, so it is not matched.", _BRING_BACK)
    if invoice.keeping.left_out:
        sentence = "The import filters leave this invoice out, so it is not matched."
        return skipped(invoice.ref, "I9", "left_out", sentence, _WIDEN)
    return None


def _missing(invoice: Invoice, candidates: Candidates) -> Decision:
    elsewhere = other_system(invoice.ref.system)
    if not normalise(invoice.number):
        sentence = "This invoice has no number, so its copy in the other system cannot be found."
        return refused(invoice.ref, "I9", "no_number", sentence, "Give the invoice its number.")
    aside = find_aside(invoice, candidates.invoices)
    if aside is not None:
        what = "it is archived here" if aside.keeping.archived else "the import filters leave it out"
        code = "counterpart_archived" if aside.keeping.archived else "counterpart_left_out"
        sentence = f"Invoice {invoice.number} is in {SYSTEM_NAMES[elsewhere]}, but {what}."
        return waits(invoice.ref, "I9", code, sentence, _BRING_BACK if aside.keeping.archived else _WIDEN, aside.ref)
    apart = [each.ref for each in candidates.invoices if _is_apart(invoice, each, candidates.verdicts)]
    if apart:
        sentence = f"The partner said that no invoice {invoice.number} in {SYSTEM_NAMES[elsewhere]} is this one."
        fix = "Nothing to do; take that back under Matches if it was wrong."
        return waits(invoice.ref, "I9", "separated", sentence, fix, *apart)
    taken = _find_taken(invoice, candidates)
    if taken is not None:
        return _taken(invoice, *taken, candidates)
    sentence = f"No invoice {invoice.number} is in {SYSTEM_NAMES[elsewhere]} yet."
    fix = f"Nothing to do if it is still to come; otherwise enter it in {SYSTEM_NAMES[elsewhere]} under this number."
    return waits(invoice.ref, "I9", "no_counterpart", sentence, fix)


def _find_taken(invoice: Invoice, candidates: Candidates) -> tuple[Invoice, Ref] | None:
    """Find an invoice of its number that is joined with another one beyond doubt, and that other one."""
    for each in candidates.invoices:
        is_copy = each.ref.system is not invoice.ref.system and normalise(each.number) == normalise(invoice.number)
        mate = candidates.fixed_to(each.ref) if is_copy and each.standing is Standing.LIVE else None
        if mate is not None and mate != invoice.ref:
            return each, mate
    return None


def _taken(invoice: Invoice, copy: Invoice, mate: Ref, candidates: Candidates) -> Decision:
    here, there = SYSTEM_NAMES[invoice.ref.system], SYSTEM_NAMES[copy.ref.system]
    number = next((each.number for each in candidates.invoices if each.ref == mate), "") or mate.id
    sentence = f"Invoice {invoice.number} is in {there}, but is joined with another one in {here}, invoice {number}."
    fix = "Take that back under Matches if it was wrong; otherwise void or delete the one that should not be there."
    if candidates.verdicts.on(copy.ref, mate) is not Verdict.SAME:
        fix = f"The sync tool wrote that pair. Void or delete this one in {here} if it should not be there."
    return refused(invoice.ref, "I9", "counterpart_taken", sentence, fix, copy.ref, mate)


def find_aside(invoice: Invoice, same_number: Iterable[Invoice]) -> Invoice | None:
    """Find a live copy that would come into question, were it not left out or archived. Source: C4, I5, I9."""
    for each in same_number:
        is_copy = each.ref.system is not invoice.ref.system and each.standing is Standing.LIVE
        if is_copy and normalise(each.number) == normalise(invoice.number) and not is_imported(each):
            return each
    return None


def _is_apart(invoice: Invoice, other: Invoice, verdicts: Verdicts) -> bool:
    is_copy = other.ref.system is not invoice.ref.system and other.standing is Standing.LIVE
    return is_copy and verdicts.separate(invoice, other)


def _ambiguous(invoice: Invoice, ours: Iterable[Invoice], theirs: Iterable[Invoice]) -> Decision:
    ours, theirs = list(ours), list(theirs)
    counts = f"{len(ours)} in {SYSTEM_NAMES[ours[0].ref.system]}, {len(theirs)} in {SYSTEM_NAMES[theirs[0].ref.system]}"
    sentence = f"More than one invoice carries the number {invoice.number}: {counts}."
    fix = "Say under Matches which two are the same; or renumber, void or delete the copies that should not be there."
    others = (found.ref for found in (*ours, *theirs) if found.ref != invoice.ref)
    return refused(invoice.ref, "I9", "ambiguous", sentence, fix, *others)


def _different(invoice: Invoice, other: Invoice, found: tuple[str, ...]) -> Decision:
    sentence = f"Invoice {invoice.number} is in both systems, but not identical: {'; '.join(found)}."
    fix = "Correct the copy that is wrong; the two are joined as soon as they agree. Or confirm them under Matches."
    return refused(invoice.ref, "I9", "not_identical", sentence, fix, other.ref)
