"""What must hold of the platform's payments: each once in every book, or a reason why not (P1 to P4, X2)."""

from collections import Counter
from collections.abc import Iterator

from crossfoot.core.decisions import Decision, Outcome
from crossfoot.core.depositing import DEPOSIT
from crossfoot.core.model import ACCOUNTING, PLATFORM, Allocation, Invoice, Link, Payment, Ref, Standing
from crossfoot.core.parts import invoices_of
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.receipts import standing_of as standing_receipts
from crossfoot.core.receiving import RECEIPTS
from crossfoot.core.rows import standing_of
from crossfoot.core.slips import locked_by

from tests.fakes.table import Tables
from tests.simulation.people import Office

# What may be the last word though nobody entered or deleted rows in ConnectWise by hand: a deposit that people made.
MAY_STAND = frozenset({"deposited_by_hand"})


def check_never_twice(office: Office) -> None:
    """Check at any moment that no payment stands twice in QuickBooks under one customer (P4)."""
    stands = Counter((payment, receipt.customer) for payment, receipt in _living_receipts(office))
    twice = [key for key, times in stands.items() if times > 1]
    assert not twice, f"more than one payment in QuickBooks stands for {twice}"


def check_received(office: Office, tables: Tables) -> None:
    """Check the platform's payments at rest. Raises: AssertionError in words."""
    for ref, told in office.told.items():
        kept = tables.book.load(office.world.tenant, ref)
        assert isinstance(kept, Payment), f"{ref} was told, and is not in the book"
        _check_in_our_book(office, told, kept)
        wrong = [*_wrong_in_quickbooks(office, tables, kept), *_wrong_in_connectwise(office, tables, kept)]
        assert not wrong or is_excused(tables, office, ref), "; ".join(wrong)


def paid_on_platform(office: Office, tables: Tables, link: Link) -> int:
    """Add up what the rows of an invoice owe to payments of the platform; a payment that cannot be there says why."""
    on_it = [
        payment
        for payment in _received(office, tables)
        if _part(payment, link)
        and (_is_carried(office, tables, payment.ref, link) or not _may_be_missing(office, tables, payment.ref, link))
    ]
    return sum(_part(payment, link) for payment in on_it)


def _may_be_missing(office: Office, tables: Tables, payment: Ref, link: Link) -> bool:
    return is_excused(tables, office, payment) or _is_kept_out(tables, office.world.tenant, payment, link)


def is_excused(tables: Tables, office: Office, payment: Ref) -> bool:
    """Tell whether the last word on a payment is why it is not everywhere. Raises: AssertionError for one without a fix."""
    told = tables.history.load(office.world.tenant, payment)
    if not told or told[-1].item.outcome is Outcome.DID:
        return False
    newest = told[-1].item
    assert newest.outcome is not Outcome.REFUSED or newest.fix, newest
    kept = tables.book.load(office.world.tenant, payment)
    assert isinstance(kept, Payment)
    is_meddled = any(invoice.id[1:] in office.meddled for invoice in invoices_of(kept))
    return is_meddled or newest.code in MAY_STAND or _is_locked_by_hand(tables, office.world.tenant, payment, newest)


def _is_locked_by_hand(tables: Tables, tenant: str, payment: Ref, newest: Decision) -> bool:
    """Tell whether the payout that it waits for has it in its deposit, which people changed, and says so."""
    if newest.code != "deposit_first":
        return False
    (payout,) = newest.about
    deposit = tables.effects.load_latest(tenant, DEPOSIT, payout)
    receipts = standing_receipts(tables.effects.load_latest(tenant, RECEIPTS, payment))
    is_in_it = deposit is not None and not {receipt.id for receipt in receipts}.isdisjoint(locked_by(deposit))
    told = tables.history.load(tenant, payout)
    return is_in_it and bool(told) and told[-1].item.code == "changed_by_hand"


def _is_kept_out(tables: Tables, tenant: str, payment: Ref, link: Link) -> bool:
    """Tell whether a copy of the invoice was archived after the payment went to it, and the last word on it says so."""
    copies = tables.book.load_many(tenant, (link.accounting, link.psa)).values()
    told = tables.history.load(tenant, payment)
    about_it = [each.item.code for each in told if {*each.item.about} & {link.accounting, link.psa}]
    is_archived = any(isinstance(copy, Invoice) and copy.keeping.archived for copy in copies)
    return is_archived and about_it[-1:] == ["archived"]


def _received(office: Office, tables: Tables) -> list[Payment]:
    kept = (tables.book.load(office.world.tenant, ref) for ref in office.told)
    return [payment for payment in kept if isinstance(payment, Payment) and payment.standing is Standing.LIVE]


def _check_in_our_book(office: Office, told: Payment, kept: Payment) -> None:
    """The newest that was told counts, and what people did to that one in the other books."""
    ref, is_live = told.ref, kept.standing is Standing.LIVE
    assert kept.version.updated_at == told.version.updated_at, f"{ref}: told {told}, and the book has {kept}"
    if told.standing is not Standing.LIVE:
        assert not is_live, f"{ref} was taken back, and counts still: {kept}"
    elif office.ended.get(ref) == told.version.updated_at:
        assert not is_live, f"{ref} was deleted by people, and counts still: {kept}"
    elif ref not in office.touched:
        assert is_live, f"{ref} counts no longer, and nobody took it back: {kept}"
        assert (kept.total_minor, kept.paid_on) == (told.total_minor, told.paid_on), f"{ref}: {told}, not {kept}"


def _wrong_in_quickbooks(office: Office, tables: Tables, kept: Payment) -> Iterator[str]:
    """A live payment stands once, and says what the platform's book says; main invoices are all of one customer."""
    receipts = [receipt for payment, receipt in _living_receipts(office) if payment == kept.ref.id]
    says = [(receipt.total_minor, _sorted(receipt.allocations)) for receipt in receipts]
    due = [(kept.total_minor, _sorted(_in_accounting(tables, office.world.tenant, kept)))]
    if says != (due if kept.standing is Standing.LIVE else []):
        yield f"{kept.ref} is {kept.standing} with {due}, and in QuickBooks {says}"


def _wrong_in_connectwise(office: Office, tables: Tables, kept: Payment) -> Iterator[str]:
    """A live payment is on the rows of each invoice that it pays, and of no other; what they add up to is checked there."""
    links = tables.book.load_links(office.world.tenant, invoices_of(kept))
    for link in set(links.values()):
        carried = _is_carried(office, tables, kept.ref, link)
        due = kept.standing is Standing.LIVE and _part(kept, link) > 0
        # A row of another product's is never touched: it stays when the payment is taken back.
        may_lack = _is_elsewhere(office, tables, kept.ref, link) or _is_kept_out(
            tables, office.world.tenant, kept.ref, link
        )
        if carried != due and not (due and may_lack):
            yield f"{kept.ref} is {'' if carried else 'not '}on the rows of {link.psa}: {kept}"


def _is_elsewhere(office: Office, tables: Tables, payment: Ref, link: Link) -> bool:
    """Tell whether another product entered it."""
    told = tables.history.load(office.world.tenant, payment)
    return any(each.item.code == "elsewhere" and link.psa in each.item.about for each in told)


def _living_receipts(office: Office) -> list[tuple[str, Payment]]:
    """List what stands in QuickBooks for payments of the platform, by what its note says, and nothing else that we know."""
    notes = office.world.our_payments.notes
    found = ((ref, office.world.quickbooks.records.get(ref)) for ref in notes)
    return [
        (notes[ref].partition("(")[2].partition(")")[0], receipt)
        for ref, receipt in found
        if isinstance(receipt, Payment) and receipt.standing is Standing.LIVE
    ]


def _in_accounting(tables: Tables, tenant: str, payment: Payment) -> list[Allocation]:
    parts: Counter[Ref] = Counter()
    for part in payment.allocations:
        link = tables.book.load_link(tenant, part.invoice)
        copy = part.invoice if link is None or part.invoice.system is ACCOUNTING else link.accounting
        parts[copy] += part.amount_minor
    return [Allocation(invoice, minor) for invoice, minor in parts.items()]


def _sorted(parts: list[Allocation] | tuple[Allocation, ...]) -> list[Allocation]:
    return sorted(parts, key=lambda part: part.invoice)


def _part(payment: Payment, link: Link) -> int:
    copies = (link.accounting, link.psa)
    return sum(part.amount_minor for part in payment.allocations if part.invoice in copies)


def _is_carried(office: Office, tables: Tables, payment: Ref, link: Link) -> bool:
    assert payment.system is PLATFORM
    latest = tables.effects.load_latest(office.world.tenant, PAYMENT_ROWS, link.psa)
    return str(payment) in standing_of(latest).carries
