"""What a QuickBooks company holds of payables, in memory, by QuickBooks' own rules; payments move what they settle."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crossfoot.core.model import ACCOUNTING, Kind, Record, Ref, Standing
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CostLine,
    CreditPart,
    Payable,
    Vendor,
    VendorCredit,
    is_payable,
)
from crossfoot.core.payables.standing import INACTIVE_SUFFIX
from crossfoot.errors import Rejected
from crossfoot.ports import Window

from tests.fakes.clock import FakeClock
from tests.fakes.filing import NEW, Imported

_FIRST_ID = 9001
_IN_ORDER = (Kind.BILL_PAYMENT, Kind.VENDOR_CREDIT, Kind.BILL, Kind.VENDOR)


class PayableBook(Imported):
    """Vendors, bills, vendor credits and bill payments.

    Takes: `taken` are the names of customers and employees; `unapplies`: deleting what is paid or used up frees the
    payment, else it is refused; `repeats_numbers`: a vendor's bills may share a number.
    """

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(ACCOUNTING, clock)
        self.unapplies, self.repeats_numbers = True, False
        self.taken: set[str] = set()
        self._changes: dict[Ref, int] = {}

    def fetch_changes(self, cursor: str) -> Window:
        """Read as the port says: payments before what they settle."""
        window = super().fetch_changes(cursor)
        return replace(window, records=tuple(sorted(window.records, key=lambda each: _IN_ORDER.index(each.ref.kind))))

    def fetch_living(self, refs: Sequence[Ref]) -> frozenset[Ref]:
        """Read as the port says."""
        self.reads += bool(refs)
        return frozenset(ref for ref in refs if self.living(ref.kind, ref.id) is not None)

    # --- what is there --------------------------------------------------------------------------------------------

    def vendor(self, id_: str) -> Vendor:
        record = self.records[Ref(self.system, Kind.VENDOR, id_)]
        assert isinstance(record, Vendor)
        return record

    def bill(self, id_: str) -> Bill:
        record = self.records[Ref(self.system, Kind.BILL, id_)]
        assert isinstance(record, Bill)
        return record

    def credit(self, id_: str) -> VendorCredit:
        record = self.records[Ref(self.system, Kind.VENDOR_CREDIT, id_)]
        assert isinstance(record, VendorCredit)
        return record

    def payment(self, id_: str) -> BillPayment:
        record = self.records[Ref(self.system, Kind.BILL_PAYMENT, id_)]
        assert isinstance(record, BillPayment)
        return record

    def living(self, kind: Kind, id_: str) -> Payable | None:
        """Find a record that was not deleted; a void one is there."""
        found = self.records.get(Ref(self.system, kind, id_))
        if not is_payable(found):
            return None
        return found if found.standing is not Standing.DELETED else None

    def new_ref(self, kind: Kind) -> Ref:
        """Give the id that the next record gets."""
        return Ref(self.system, kind, str(_FIRST_ID + len(self._changes)))

    # --- what changes it ------------------------------------------------------------------------------------------

    def keep[P: Payable](self, record: P) -> P:
        """Make a record, or change the one of its id.

        Returns: it as it stands, its lines numbered. Raises: Rejected by QuickBooks' own rules.
        """
        match record:
            case Vendor():
                self._keep_vendor(record)
            case Bill() | VendorCredit():
                self._keep_owed(record)
            case BillPayment():
                self._keep_payment(record)
        return self.records[record.ref]  # type: ignore[return-value]

    def void_payment(self, id_: str) -> None:
        """Void a payment: it stays, over nothing, and what it settled is open again."""
        before = self.payment(id_)
        note = f"Voided - {before.note}" if before.note else "Voided"
        self._put_changed(
            replace(before, standing=Standing.VOID, total_minor=0, other_minor=0, bills=(), credits=(), note=note)
        )
        self._balance(_settled_by(before))

    def delete_payment(self, id_: str) -> None:
        """Delete a payment: from now on only its id is known."""
        before = self.payment(id_)
        self._put_changed(BillPayment(before.ref, NEW, Standing.DELETED, None, "", None, "", 0))
        self._balance(_settled_by(before))

    def delete_bill(self, id_: str) -> None:
        """Delete a bill: from now on only its id is known, and the day of its deletion.

        Raises: Rejected when it is paid and the company does not free its payments.
        """
        ref, today = self.bill(id_).ref, self.clock.now().date()
        self._free(ref)
        self._put_changed(Bill(ref, NEW, Standing.DELETED, "", None, "", today, None, "", 0, 0))

    def delete_credit(self, id_: str) -> None:
        """Delete a vendor credit: as a bill."""
        ref, today = self.credit(id_).ref, self.clock.now().date()
        self._free(ref)
        self._put_changed(VendorCredit(ref, NEW, Standing.DELETED, "", None, "", today, "", 0))

    # --- QuickBooks' rules ----------------------------------------------------------------------------------------

    def _keep_vendor(self, vendor: Vendor) -> None:
        name = vendor.name.removesuffix(INACTIVE_SUFFIX)
        shown = name if vendor.active else name + INACTIVE_SUFFIX
        others = {r.name for r in self.records.values() if isinstance(r, Vendor) and r.ref != vendor.ref}
        if shown in others | self.taken:
            raise Rejected("6240", f"the name {shown} is taken", "Rename one of them.")
        if not vendor.active and self._owed_to(vendor.ref):
            raise Rejected("6220", f"{vendor.ref} has an open balance", "Settle it first.")
        self._put_changed(replace(vendor, name=shown))

    def _owed_to(self, vendor: Ref) -> int:
        return sum(
            open_minor(record) * (1 if isinstance(record, Bill) else -1)
            for record in self.records.values()
            if isinstance(record, Bill | VendorCredit) and record.vendor == vendor
        )

    def _keep_owed(self, record: Bill | VendorCredit) -> None:
        before = self.living(record.ref.kind, record.ref.id)
        owed_to = self._vendor_of(record, before)
        self._check_number(record)
        known = before.lines if isinstance(before, Bill | VendorCredit) else ()
        lines = _numbered(record.lines or (), known or ())
        total, applied = sum(line.amount_minor for line in lines), self.applied_to(record.ref)
        if total < 0:
            raise Rejected("6000", "an amount cannot be negative")
        if total < applied or (applied and before is not None and _vendor_ref(before) != record.vendor):
            raise Rejected("6000", f"{record.ref} is paid: neither less than that, nor of another vendor")
        kept = replace(record, lines=lines, total_minor=total, vendor_name=owed_to.name)
        self._put_changed(_with_open(kept, total - applied))

    def _keep_payment(self, payment: BillPayment) -> None:
        before = self.living(Kind.BILL_PAYMENT, payment.ref.id)
        paid_to = self._vendor_of(payment, before)
        self._check_number(payment)
        for ref, minor in _parts(payment):
            self._check_part(payment, ref, minor)
        _check_sums(payment)
        self._put_changed(replace(payment, vendor_name=paid_to.name))
        former = _settled_by(before) if isinstance(before, BillPayment) else ()
        self._balance((*former, *_settled_by(payment)))

    def _check_part(self, payment: BillPayment, ref: Ref, minor: int) -> None:
        target = self.living(ref.kind, ref.id)
        if not isinstance(target, Bill | VendorCredit):
            raise Rejected("610", f"{ref} was deleted")
        if target.vendor != payment.vendor:
            raise Rejected("620", f"{ref} belongs to another vendor")
        if not 0 <= minor <= target.total_minor - self.applied_to(ref, but=payment.ref):
            raise Rejected("6000", f"{minor} is more than is open on {ref}")

    def _vendor_of(self, record: Bill | VendorCredit | BillPayment, before: Payable | None) -> Vendor:
        found = self.records.get(record.vendor) if record.vendor else None
        is_kept = before is not None and _vendor_ref(before) == record.vendor
        if not isinstance(found, Vendor) or not (found.active or is_kept):
            raise Rejected("2500", f"{record.vendor} is not there or inactive", "Reactivate it there.")
        return found

    def _check_number(self, record: Bill | VendorCredit | BillPayment) -> None:
        before = self.living(record.ref.kind, record.ref.id)
        kept = before.number if before is not None and not isinstance(before, Vendor) else ""
        if not record.number or self.repeats_numbers or record.number == kept:
            return
        others = (each for ref, each in self.records.items() if ref.kind is record.ref.kind and ref != record.ref)
        if any(_numbers(each) == (record.vendor, record.number) for each in others):
            raise Rejected("6140", f"the number {record.number} is used by another of the vendor", "Renumber one.")

    # --- what payments move ---------------------------------------------------------------------------------------

    def applied_to(self, ref: Ref, *, but: Ref | None = None) -> int:
        """Add up what payments take off a bill or a credit. Takes: `but` is a payment that does not count."""
        payments = (r for r in self.records.values() if isinstance(r, BillPayment) and r.ref != but)
        return sum(minor for payment in payments for settled, minor in _parts(payment) if settled == ref)

    def _balance(self, refs: tuple[Ref, ...]) -> None:
        """Let what a payment settled, or settles, show what is open of it now: that is no new revision of it."""
        for ref in dict.fromkeys(refs):
            record = self.living(ref.kind, ref.id)
            if isinstance(record, Bill | VendorCredit):
                moved = _with_open(record, record.total_minor - self.applied_to(ref))
                if moved != record:
                    self.put(moved)

    def _free(self, gone: Ref) -> None:
        """Take a bill or a credit out of the payments that settle it; one that has nothing left to do goes with it."""
        for payment in [r for r in self.records.values() if isinstance(r, BillPayment) and gone in _settled_by(r)]:
            if not self.unapplies:
                raise Rejected("6000", f"{gone} has payments applied to it", "Remove them first.")
            freed = _without(payment, gone)
            if not (freed.bills or freed.credits or freed.total_minor):
                self.delete_payment(payment.ref.id)
                continue
            self._put_changed(freed)
            self._balance(_settled_by(payment))

    def _put_changed(self, record: Payable) -> None:
        changes = self._changes.get(record.ref, -1) + 1
        self._changes[record.ref] = changes
        self.put(record if record.standing is Standing.DELETED else replace(record, revision=str(changes)))


def open_minor(record: Bill | VendorCredit) -> int:
    """Give what is open of a bill, or not yet used of a credit."""
    return record.balance_minor if isinstance(record, Bill) else record.remaining_minor or 0


def _with_open(record: Bill | VendorCredit, minor: int) -> Bill | VendorCredit:
    if isinstance(record, Bill):
        return replace(record, balance_minor=minor)
    return replace(record, remaining_minor=minor)


def _numbers(record: Record) -> tuple[Ref | None, str]:
    assert isinstance(record, Bill | VendorCredit | BillPayment)
    return record.vendor, record.number


def _vendor_ref(record: Payable) -> Ref | None:
    return None if isinstance(record, Vendor) else record.vendor


def _parts(payment: BillPayment) -> Iterator[tuple[Ref, int]]:
    yield from ((part.bill, part.amount_minor) for part in payment.bills)
    yield from ((part.credit, part.amount_minor) for part in payment.credits)


def _settled_by(payment: BillPayment) -> tuple[Ref, ...]:
    return tuple(ref for ref, _ in _parts(payment))


def _sums(payment: BillPayment) -> tuple[int, int]:
    return sum(part.amount_minor for part in payment.bills), sum(part.amount_minor for part in payment.credits)


def _check_sums(payment: BillPayment) -> None:
    billed, credited = _sums(payment)
    if payment.total_minor < 0 or credited > billed or billed - credited > payment.total_minor:
        raise Rejected("6000", f"{payment.total_minor} does not cover bills of {billed} less credits of {credited}")


def _without(payment: BillPayment, gone: Ref) -> BillPayment:
    """Give a payment that has nothing to do with a record any more, and uses no credit that pays for nothing."""
    bills = tuple(part for part in payment.bills if part.bill != gone)
    credits_ = tuple(part for part in payment.credits if part.credit != gone)
    over = sum(part.amount_minor for part in credits_) - sum(part.amount_minor for part in bills)
    credits_ = tuple(
        CreditPart(ref, minor) for ref, minor in _trimmed([(p.credit, p.amount_minor) for p in credits_], over)
    )
    over = sum(p.amount_minor for p in bills) - sum(p.amount_minor for p in credits_) - payment.total_minor
    bills = tuple(BillPart(ref, minor) for ref, minor in _trimmed([(p.bill, p.amount_minor) for p in bills], over))
    freed = replace(payment, bills=bills, credits=credits_)
    billed, credited = _sums(freed)
    return replace(freed, other_minor=payment.total_minor - billed + credited)


def _trimmed(parts: list[tuple[Ref, int]], excess: int) -> list[tuple[Ref, int]]:
    """Take an excess off parts, from the last one on."""
    kept = []
    for ref, minor in reversed(parts):
        taken = min(max(excess, 0), minor)
        excess -= taken
        if minor > taken:
            kept.append((ref, minor - taken))
    return kept[::-1]


def _numbered(lines: tuple[CostLine, ...], before: tuple[CostLine, ...]) -> tuple[CostLine, ...]:
    """Give new lines ids; those of known ids keep theirs."""
    known = {line.id for line in before}
    last = max((int(id_) for id_ in known if id_.isdigit()), default=0)
    numbered = []
    for line in lines:
        if line.id not in known:
            last += 1
        numbered.append(line if line.id in known else replace(line, id=str(last)))
    return tuple(numbered)
