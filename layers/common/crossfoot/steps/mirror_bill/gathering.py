"""Reads everything that bears on one record of the platform, from the book and the ledger alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from crossfoot.core.effects import Effect
from crossfoot.core.folding import normalise
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Ref, Standing, System
from crossfoot.core.payables.case import Case, Named, Rival, Shown, Twin, is_newer, names_of
from crossfoot.core.payables.entries import KIND_OF, Entry, VendorEntry
from crossfoot.core.payables.records import BillPayment, Payable, Vendor
from crossfoot.core.payables.standing import entry_of
from crossfoot.core.payables.stored import standing_of
from crossfoot.steps.mirror_bill.hands import vendor_ref
from crossfoot.steps.mirror_bill.reads import Reads

MAX_NAMESAKES = 20


@dataclass(frozen=True, slots=True)
class Known:
    """What a worker has found out live about a record, beside what the book holds.

    Takes: `shown` is its entry, None where it was not read; `vendors` are those of its name, None where nobody asked.
    """

    shown: Shown | None = None
    vendors: tuple[VendorEntry, ...] | None = None


@dataclass(frozen=True, slots=True)
class Gathering:
    """Puts cases together, from reads."""

    reads: Reads
    known: Mapping[Ref, Known] = field(default_factory=dict)

    def gather(self, case: Case) -> Case:
        """Fill in what the case of a record rests on; what nobody keeps in the book stays as it is in it."""
        reads = self.reads
        reads.load_payables({case.record.ref, *_named_in(case.record), *_known_by(case)})
        record = reads.with_lines(reads.load_record(case.record.ref))
        named = self._load_named(_named_in(record))
        fresh = replace(case, record=record, named=named, rivals=self._load_rivals(record, case.latest, named))
        fresh = replace(fresh, shown=self._load_shown(fresh), copy=self._load_copy(record))
        return self._with_namesakes(fresh) if isinstance(record, Vendor) else fresh

    def read_ahead(self, refs: Iterable[Ref]) -> None:
        """Read what the cases of many records rest on, in a few calls."""
        reads, records = self.reads, self.reads.load_payables(refs)
        latest = reads.load_latest(records)
        reads.load_lines(records.values())
        named = self._load_named({ref for record in records.values() for ref in _named_in(record)})
        settled = (_settled_names(record, latest.get(ref), named) for ref, record in records.items())
        paying = reads.load_payments_of({name for names in settled for name in names})
        payments = {each.ref for some in paying.values() for each in some}
        reads.load_latest(ref for ref in payments if ref.system is PLATFORM)

    # --- what a record names ----------------------------------------------------------------------------------------

    def _load_named(self, names: Iterable[Ref]) -> dict[Ref, Named]:
        reads, refs = self.reads, list(names)
        records = reads.load_payables(refs)
        origins = reads.load_copies(ref for ref in refs if ref.system is ACCOUNTING)
        told_as = {ref: ref if ref.system is PLATFORM else origins.get(ref) for ref in refs}
        told = {ref for ref in told_as.values() if ref is not None}
        records |= reads.load_payables(told)
        latest = reads.load_latest(told)
        copy_as = {ref: ref if ref.system is ACCOUNTING else _entry_ref(latest.get(ref)) for ref in refs}
        records |= reads.load_payables(ref for ref in copy_as.values() if ref is not None)

        def find(ref: Ref | None) -> Payable | None:
            return records.get(ref) if ref is not None else None

        return {ref: Named(find(told_as[ref]), latest.get(told_as[ref] or ref), find(copy_as[ref])) for ref in refs}

    def _load_rivals(self, record: Payable, latest: Effect | None, named: Mapping[Ref, Named]) -> tuple[Rival, ...]:
        found = self.reads.load_payments_of(_settled_names(record, latest, named))
        payments = {each.ref: each for some in found.values() for each in some if each.ref != record.ref}
        effects = self.reads.load_latest(ref for ref in payments if ref.system is PLATFORM)
        return tuple(Rival(payments[ref], effects.get(ref)) for ref in sorted(payments))

    # --- how the record itself stands ---------------------------------------------------------------------------------

    def _load_shown(self, case: Case) -> Shown | None:
        """Give our entry as it was read live, else as the book shows it, where that is newer than what we wrote."""
        known, standing = self.known.get(case.record.ref, Known()), case.standing
        if standing is None or known.shown is not None:
            return known.shown if standing is not None else None
        copy = self.reads.load_payables([_ref_of(standing)]).get(_ref_of(standing))
        if copy is None or not is_newer(copy, standing):
            return None
        if copy.standing is not Standing.LIVE:
            return Shown(None, copy.standing, changed_at=copy.version.updated_at)
        other_minor = copy.other_minor if isinstance(copy, BillPayment) else 0
        entry = entry_of(self.reads.with_lines(copy))
        return Shown(entry, other_minor=other_minor, changed_at=copy.version.updated_at)

    def _load_copy(self, record: Payable) -> Payable | None:
        if record.copy_of is None:
            return None
        copy = self.reads.load_payables([record.copy_of]).get(record.copy_of)
        return self.reads.with_lines(copy) if copy is not None else None

    def _with_namesakes(self, case: Case) -> Case:
        """Find the vendors in the accounting that may be this one: those of its name that stand for no other."""
        if case.standing is not None or not case.is_wanted:
            return case
        asked = self.known.get(case.record.ref, Known()).vendors
        found = {each.id: each for each in (*self._list_namesakes(case.record), *(asked or ()))}
        standing_for = self.reads.load_copies(map(vendor_ref, found.values()))
        free = [
            each for each in found.values() if standing_for.get(vendor_ref(each), case.record.ref) == case.record.ref
        ]
        twins = self._load_twins(case.record)
        return replace(case, namesakes=tuple(free), is_name_taken=asked is not None, twins=twins)

    def _list_namesakes(self, record: Payable) -> Iterable[VendorEntry]:
        for each in self._list_named_alike(record, ACCOUNTING):
            entry = entry_of(each)
            assert isinstance(entry, VendorEntry)
            yield entry

    def _load_twins(self, record: Payable) -> tuple[Twin, ...]:
        alike = [each.ref for each in self._list_named_alike(record, PLATFORM) if each.ref != record.ref]
        latest = self.reads.load_latest(alike)
        return tuple(Twin(ref, latest.get(ref)) for ref in alike if standing_of(latest.get(ref)) is None)

    def _list_named_alike(self, record: Payable, system: System) -> Iterable[Vendor]:
        """List the vendors of a book that live and have a record's name, however it is written."""
        assert isinstance(record, Vendor)
        page = self.reads.ports.book.list_named(
            self.reads.tenant, Kind.VENDOR, prefix=record.name, system=system, cursor="", limit=MAX_NAMESAKES
        )
        for each in page.records:
            is_there = isinstance(each, Vendor) and each.standing is Standing.LIVE and each.active
            if is_there and isinstance(each, Vendor) and normalise(each.name) == normalise(record.name):
                yield each


def rests_on(case: Case) -> frozenset[Ref]:
    """Name the records beside its own that a case was put together from."""
    return _known_by(case) | {each.payment.ref for each in case.rivals}


def _known_by(case: Case) -> frozenset[Ref]:
    """Name what a case says of its record, and of what that names: each by its ids in both books."""
    named = (ref for each in case.named.values() for ref in each.names)
    own = (_ref_of(case.standing) if case.standing is not None else None, case.record.copy_of)
    return frozenset((*case.named, *named, *filter(None, own)))


def _named_in(record: Payable) -> tuple[Ref, ...]:
    """List what a record names; of a deleted payment also what it settled: people know its bills by their numbers."""
    once = record.former if isinstance(record, BillPayment) and record.standing is Standing.DELETED else ()
    return (*names_of(record), *once)


def _settled_names(record: Payable, latest: Effect | None, named: Mapping[Ref, Named]) -> set[Ref]:
    """Name, by all of its ids, what the rivals of a record settle: what it settles too, or the record itself."""
    if isinstance(record, BillPayment):
        return {name for ref in _named_in(record) if ref.kind is not Kind.VENDOR for name in named[ref].names}
    return set() if isinstance(record, Vendor) else {record.ref, *filter(None, (_entry_ref(latest),))}


def _ref_of(entry: Entry) -> Ref:
    return Ref(ACCOUNTING, KIND_OF[type(entry)], entry.id)


def _entry_ref(latest: Effect | None) -> Ref | None:
    standing = standing_of(latest)
    return _ref_of(standing) if standing is not None else None
