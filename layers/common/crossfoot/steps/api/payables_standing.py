"""How payables stand, from our own table alone: what is open in both books, and how far each has come (B1, B4, B8, X1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from crossfoot.coming_in import judge, load_beside, load_rules
from crossfoot.core.decisions import Decision
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, OutsidePayment, Record, Ref, Standing
from crossfoot.core.payables.case import Named, is_newer
from crossfoot.core.payables.entries import PAYABLE, BillEntry, CreditEntry, PaymentEntry
from crossfoot.core.payables.open_amounts import OnPlatform, open_in_accounting_minor, stand_on_platform
from crossfoot.core.payables.outside import outside_of, with_outside
from crossfoot.core.payables.progress import LastWord, Progress, into_platform, needs_last_word, out_of_platform
from crossfoot.core.payables.records import Bill, BillPayment, VendorCredit
from crossfoot.core.payables.standing import entry_of
from crossfoot.core.payables.stored import standing_of
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.payables_pairing import Kept


@dataclass(frozen=True, slots=True)
class Owing:
    """What is open of a bill, or left of a credit.

    Takes: `payments` are all that name it, of both books; `outside` is the mark that it was paid without the platform.
    Units: `in_accounting_minor` is None where it does not stand in the accounting.
    """

    on_platform: OnPlatform
    in_accounting_minor: int | None
    payments: tuple[BillPayment, ...] = ()
    outside: OutsidePayment | None = None


def load_owing(ports: Ports, tenant: str, kept: Sequence[Kept]) -> dict[Ref, Owing]:
    """Work out what is open of some bills and credits. Returns: by the refs of what is shown. Source: B1, B4, B6, B8."""
    names = list(dict.fromkeys(ref for each in kept for ref in each.refs))
    paying = ports.book.load_bill_payments_of(tenant, names) if names else {}
    told = {each.ref for some in paying.values() for each in some if each.ref.system is PLATFORM}
    ours = _load_ours(ports, tenant, told) if told else {}
    return {each.shown.ref: _owing(each, paying, ours) for each in kept}


def _load_ours(ports: Ports, tenant: str, told: Iterable[Ref]) -> dict[Ref, PaymentEntry | None]:
    """Find what stands in the accounting for payments of the platform: as we wrote it, or as people left it since.

    Returns: by the accounting's refs; None for one that is void or gone there.
    """
    latest = ports.effects.load_latest_of(tenant, PAYABLE, told)
    written = [entry for effect in latest.values() if isinstance(entry := standing_of(effect), PaymentEntry)]
    standing = {Ref(ACCOUNTING, Kind.BILL_PAYMENT, entry.id): entry for entry in written}
    read = ports.book.load_many(tenant, standing) if standing else {}
    return {ref: _as_left(entry, read.get(ref)) for ref, entry in standing.items()}


def _as_left(written: PaymentEntry, copy: Record | None) -> PaymentEntry | None:
    if not isinstance(copy, BillPayment) or not is_newer(copy, written):
        return written
    entry = entry_of(copy) if copy.standing is Standing.LIVE else None
    return entry if isinstance(entry, PaymentEntry) else None


def _owing(kept: Kept, paying: dict[Ref, tuple[BillPayment, ...]], ours: dict[Ref, PaymentEntry | None]) -> Owing:
    shown = kept.shown
    assert isinstance(shown, Bill | VendorCredit)
    payments = {each.ref: each for ref in kept.refs for each in paying[ref]}
    outside = outside_of(kept.copies)
    marked = with_outside(shown, outside) if isinstance(shown, Bill) else shown
    comes_in = not shown.keeping.left_out
    on_platform = stand_on_platform(marked, kept.refs, payments.values()) if comes_in else OnPlatform(0)
    in_accounting = _in_accounting_minor(kept.named, payments.values(), ours)
    return Owing(on_platform, in_accounting, tuple(payments[ref] for ref in sorted(payments)), outside)


def _in_accounting_minor(
    named: Named, payments: Iterable[BillPayment], ours: dict[Ref, PaymentEntry | None]
) -> int | None:
    record = _in_accounting(named)
    if record is None:
        return None
    # One that was read before anybody noted that it is ours is not counted beside itself.
    read = [each for each in payments if each.ref not in ours]
    return open_in_accounting_minor(record, read, filter(None, ours.values()))


def _in_accounting(named: Named) -> Bill | VendorCredit | None:
    """Give what stands in the accounting: as we wrote it, or as it was read since."""
    standing, copy = standing_of(named.latest), named.copy
    if isinstance(standing, BillEntry | CreditEntry) and (copy is None or not is_newer(copy, standing)):
        record = copy or named.told
        assert isinstance(record, Bill | VendorCredit)
        ref = Ref(ACCOUNTING, record.ref.kind, standing.id)
        return replace(record, ref=ref, total_minor=standing.total_minor)
    if not isinstance(copy, Bill | VendorCredit) or named.is_deleted_there:
        return None
    return copy if copy.standing is Standing.LIVE else None


def load_progress(ports: Ports, tenant: str, kept: Sequence[Kept], *, closely: bool = False) -> dict[Ref, Progress]:
    """Find out how far some payables have come.

    Takes: `closely` asks of each whether it waits to go out, which is a read for each.
    Returns: by the refs of what is shown.
    Source: X1.
    """
    told = [each for each in kept if each.named.told is not None]
    parked = ports.attention.load(tenant, [each.shown.ref for each in told]) if told else {}
    held = {ref: [reason.decision for reason in each.reasons] for ref, each in parked.items()}
    untold = [each.shown.ref for each in told if needs_last_word(each.named, held[each.shown.ref])]
    story = ports.history.load_many(tenant, untold) if untold else {}
    left_out = load_reasons(ports, tenant, kept)
    found: dict[Ref, Progress] = {}
    for each in kept:
        ref, record = each.shown.ref, each.named.told
        if record is None:
            found[ref] = into_platform(each.shown, left_out.get(ref))
            continue
        said = story.get(ref)
        last = LastWord(said[-1].at, said[-1].item) if said else None
        waiting = closely and ports.outbox.load(tenant, ref) is not None
        found[ref] = out_of_platform(record, each.named.latest, held[ref], last, waiting=waiting)
    return found


def load_reasons(ports: Ports, tenant: str, kept: Iterable[Kept]) -> dict[Ref, Decision]:
    """Say why some records of the accounting do not come in, by the rules of now. Source: B1, B2, B5, B6."""
    out = [each.shown for each in kept if each.named.told is None and each.shown.keeping.left_out]
    return judge(out, load_rules(tenant, ports), load_beside(tenant, out, ports.book)) if out else {}
