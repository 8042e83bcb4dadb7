"""What must hold of the book at rest: equal to both systems, filed as the partner wants it, nothing of anybody else."""

from collections.abc import Set

from crossfoot.core.filters import ImportFilters, decide_import
from crossfoot.core.matching import differences, is_imported
from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    CreditMemo,
    Customer,
    Deposit,
    Invoice,
    Keeping,
    LinkOrigin,
    Record,
    Ref,
    Standing,
)
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.rows import standing_of
from crossfoot.core.verdicts import Verdict, bearing_on

from tests.fakes.equality import shown_records, stored_records, unequal, with_lines
from tests.simulation.partner import Partner
from tests.simulation.people import Office


def check_book(partner: Partner, *, but: Set[Ref] = frozenset()) -> None:
    """Check one partner's book. Takes: `but` may be other than their system shows. Raises: AssertionError in words."""
    found = unequal(partner.office.world, but=but)
    assert not found, "; ".join(found)
    _check_amounts(partner.office)
    _check_filing(partner)
    _check_runs(partner.office)


def left_out_invoices(office: Office) -> frozenset[Ref]:
    """Give the invoices that the filters leave out.

    Nothing reads their amounts, so nobody reads them again, and a credit that moves no time stays unseen on them. They are
    read with everything else when the filters change; one that is let in with its company, by the next comparison.
    """
    stored = stored_records(office.world).items()
    return frozenset(ref for ref, record in stored if isinstance(record, Invoice) and record.keeping.left_out)


def check_imported(office: Office, imported: set[Ref]) -> None:
    """Check at any moment that what was imported once stays so, whatever the filters say later (C5)."""
    for ref, record in stored_records(office.world).items():
        left_out = _keeping(record).left_out
        assert not (left_out and ref in imported), f"{ref} was imported, and the filters left it out again"
        if not left_out:
            imported.add(ref)


def check_links(office: Office) -> None:
    """Check that what the partner decided stands, and that what is beyond doubt is joined (I9)."""
    world = office.world
    invoices = {r.ref: r for r in stored_records(world).values() if isinstance(r, Invoice)}
    verdicts = world.matches.load_verdicts(world.tenant, bearing_on(invoices.values()))
    for ref, invoice in invoices.items():
        link = world.book.load_link(world.tenant, ref)
        same = verdicts.same_as(ref)
        other = invoices.get(same) if same else None
        if other is not None and _lives(invoice) and _lives(other):
            assert link is not None, f"{ref} was confirmed with {same}, and has no link"
            assert link.other(ref) == same, f"{ref} was confirmed with {same}: {link}"
        if link is not None and link.origin is not LinkOrigin.SYNCED:
            parted = verdicts.on(link.accounting, link.psa) is Verdict.DIFFERENT
            assert not parted or _is_busy(office, link.psa), f"{link} joins what the partner separated"
    for number in {invoice.number for invoice in invoices.values()}:
        _check_joined(office, [each for each in invoices.values() if each.number == number and _lives(each)])


def _check_joined(office: Office, same: list[Invoice]) -> None:
    """Two live copies of one number that are identical, and nobody else's, are one."""
    world = office.world
    ours = [each for each in same if each.ref.system is ACCOUNTING]
    theirs = [each for each in same if each.ref.system is PSA]
    verdicts = world.matches.load_verdicts(world.tenant, bearing_on(same))
    decided = any(verdicts.said.values())
    if len(ours) == len(theirs) == 1 and not decided and not differences(ours[0], theirs[0]):
        link = world.book.load_link(world.tenant, ours[0].ref)
        assert link is not None, f"{ours[0].ref} and {theirs[0].ref} are one, and have no link"
        assert link.psa == theirs[0].ref, f"{ours[0].ref} and {theirs[0].ref} are one: {link}"


def _is_busy(office: Office, psa: Ref) -> bool:
    latest = office.world.effects.load_latest(office.world.tenant, PAYMENT_ROWS, psa)
    return latest is not None and bool(standing_of(latest).carries)


def _lives(invoice: Invoice) -> bool:
    return invoice.standing is Standing.LIVE and is_imported(invoice)


def _check_amounts(office: Office) -> None:
    """An amount of another partner is no multiple of this one's unit (X6)."""
    for ref, record in stored_records(office.world).items():
        whole = with_lines(office.world, record)
        lines = (whole.lines or ()) if isinstance(whole, Invoice | CreditMemo | Deposit) else ()
        amounts = [getattr(record, "total_minor", 0), *(line.amount_minor for line in lines)]
        assert not any(amount % office.unit_minor for amount in amounts), f"{ref} holds another partner's amounts"


def _check_filing(partner: Partner) -> None:
    """What the filters let in is in; what is archived was asked for (C4, C5)."""
    world = partner.office.world
    filters = world.filters.load(world.tenant)
    shown = shown_records(world)
    for ref, record in stored_records(world).items():
        if _keeping(record).left_out and ref in shown:
            assert not _is_let_in(shown[ref], shown, filters), f"{ref} is left out, and the filters let it in"
        if _keeping(record).archived:
            assert ref in partner.asked or partner.archived_outside, f"{ref} is archived, and nobody asked for it"


def _is_let_in(record: Record, shown: dict[Ref, Record], filters: ImportFilters) -> bool:
    if not isinstance(record, Customer | Invoice | CreditMemo):
        return True
    payer = None if isinstance(record, Customer) or record.customer is None else shown.get(record.customer)
    return decide_import(record, payer if isinstance(payer, Customer) else None, filters) is None


def _check_runs(office: Office) -> None:
    runs = [run for (tenant, _), run in office.world.runs.runs.items() if tenant == office.world.tenant]
    left = [run for run in runs if run.finished_at is None]
    assert not left, f"runs are not done at rest: {left}"


def _keeping(record: Record) -> Keeping:
    return getattr(record, "keeping", Keeping())
