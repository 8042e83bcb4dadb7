"""Reads everything that bears on one record of the platform, from the book and the ledger alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from crossfoot.core.effects import Effect
from crossfoot.core.folding import normalise
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Ref, Standing, System
from crossfoot.core.payables.case import Case, Named, Rival, Shown, Twin, is_newer, names_of
from crossfoot.core.payables.entries import KIND_OF, PAYABLE, Entry, VendorEntry
from crossfoot.core.payables.records import Bill, BillPayment, Payable, Vendor, VendorCredit
from crossfoot.core.payables.standing import entry_of
from crossfoot.core.payables.stored import standing_of
from crossfoot.errors import BadMessage
from crossfoot.steps.mirror_bill.hands import vendor_ref
from crossfoot.steps.mirror_bill.needs import Ports

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
    """Reads for the records of one partner."""

    tenant: str
    ports: Ports
    known: dict[Ref, Known] = field(default_factory=dict)

    def load_record(self, ref: Ref) -> Payable:
        """Read a record of the platform, with its lines. Raises: BadMessage when nobody told of it."""
        record = self.ports.book.load(self.tenant, ref)
        if not isinstance(record, Vendor | Bill | VendorCredit | BillPayment):
            raise BadMessage(f"{ref.kind} {ref} is not in the book of {self.tenant}")
        return self._with_lines(record)

    def gather(self, case: Case) -> Case:
        """Read anew what the case of a record rests on; what nobody keeps in the book stays as it is in it."""
        record = self.load_record(case.record.ref)
        named = self._load_named((*names_of(record), *_once_named(record)))
        fresh = replace(case, record=record, named=named, rivals=self._load_rivals(record, case.latest, named))
        fresh = replace(fresh, shown=self._load_shown(fresh), copy=self._load_copy(record))
        return self._with_namesakes(fresh) if isinstance(record, Vendor) else fresh

    # --- what a record names ----------------------------------------------------------------------------------------

    def _load_named(self, refs: Sequence[Ref]) -> dict[Ref, Named]:
        records = self._load_payables(refs)
        there = [ref for ref in refs if ref.system is ACCOUNTING]
        origins = self.ports.origins.load_copies(self.tenant, there) if there else {}
        told_as = {ref: ref if ref.system is PLATFORM else origins.get(ref) for ref in refs}
        told = {ref for ref in told_as.values() if ref is not None}
        records |= self._load_payables(told - records.keys())
        latest = self._load_latest(told)
        copy_as = {ref: ref if ref.system is ACCOUNTING else _entry_ref(latest.get(ref)) for ref in refs}
        copies = {ref for ref in copy_as.values() if ref is not None}
        records |= self._load_payables(copies - records.keys())

        def find(ref: Ref | None) -> Payable | None:
            return records.get(ref) if ref is not None else None

        return {ref: Named(find(told_as[ref]), latest.get(told_as[ref] or ref), find(copy_as[ref])) for ref in refs}

    def _load_rivals(self, record: Payable, latest: Effect | None, named: dict[Ref, Named]) -> tuple[Rival, ...]:
        names: set[Ref] = set()
        if isinstance(record, BillPayment):
            targets = [each for ref, each in named.items() if ref.kind is not Kind.VENDOR]
            names |= {name for each in targets for name in each.names}
        elif not isinstance(record, Vendor):
            names |= {record.ref, *filter(None, (_entry_ref(latest),))}
        if not names:
            return ()
        found = self.ports.book.load_bill_payments_of(self.tenant, names)
        payments = {each.ref: each for some in found.values() for each in some if each.ref != record.ref}
        effects = self._load_latest(ref for ref in payments if ref.system is PLATFORM)
        return tuple(Rival(payments[ref], effects.get(ref)) for ref in sorted(payments))

    # --- how the record itself stands ---------------------------------------------------------------------------------

    def _load_shown(self, case: Case) -> Shown | None:
        """Give our entry as it was read live, else as the book shows it, where that is newer than what we wrote."""
        known, standing = self.known.get(case.record.ref, Known()), case.standing
        if standing is None or known.shown is not None:
            return known.shown if standing is not None else None
        copy = self._load_payables([_ref_of(standing)]).get(_ref_of(standing))
        if copy is None or not is_newer(copy, standing):
            return None
        if copy.standing is not Standing.LIVE:
            return Shown(None, copy.standing)
        other_minor = copy.other_minor if isinstance(copy, BillPayment) else 0
        return Shown(entry_of(self._with_lines(copy)), other_minor=other_minor)

    def _load_copy(self, record: Payable) -> Payable | None:
        if record.copy_of is None:
            return None
        copy = self._load_payables([record.copy_of]).get(record.copy_of)
        return self._with_lines(copy) if copy is not None else None

    def _with_namesakes(self, case: Case) -> Case:
        """Find the vendors in the accounting that may be this one: those of its name that stand for no other."""
        if case.standing is not None or not case.is_wanted:
            return case
        asked = self.known.get(case.record.ref, Known()).vendors
        found = {each.id: each for each in (*self._list_namesakes(case.record), *(asked or ()))}
        standing_for = self.ports.origins.load_copies(self.tenant, map(vendor_ref, found.values())) if found else {}
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
        latest = self._load_latest(alike)
        return tuple(Twin(ref, latest.get(ref)) for ref in alike if standing_of(latest.get(ref)) is None)

    def _list_named_alike(self, record: Payable, system: System) -> Iterable[Vendor]:
        """List the vendors of a book that live and have a record's name, however it is written."""
        assert isinstance(record, Vendor)
        page = self.ports.book.list_named(
            self.tenant, Kind.VENDOR, prefix=record.name, system=system, cursor="", limit=MAX_NAMESAKES
        )
        for each in page.records:
            is_there = isinstance(each, Vendor) and each.standing is Standing.LIVE and each.active
            if is_there and isinstance(each, Vendor) and normalise(each.name) == normalise(record.name):
                yield each

    # --- reads ------------------------------------------------------------------------------------------------------

    def _with_lines[P: Payable](self, record: P) -> P:
        if not isinstance(record, Bill | VendorCredit):
            return record
        return replace(record, lines=self.ports.book.load_cost_lines(self.tenant, record))

    def _load_payables(self, refs: Iterable[Ref]) -> dict[Ref, Payable]:
        wanted = list(refs)
        found = self.ports.book.load_many(self.tenant, wanted) if wanted else {}
        return {
            ref: record
            for ref, record in found.items()
            if isinstance(record, Vendor | Bill | VendorCredit | BillPayment)
        }

    def _load_latest(self, subjects: Iterable[Ref]) -> dict[Ref, Effect]:
        wanted = list(subjects)
        return self.ports.effects.load_latest_of(self.tenant, PAYABLE, wanted) if wanted else {}


def _ref_of(entry: Entry) -> Ref:
    return Ref(ACCOUNTING, KIND_OF[type(entry)], entry.id)


def _once_named(record: Payable) -> tuple[Ref, ...]:
    """List what a deleted payment settled: it names nothing any more, and people know its bills by their numbers."""
    if isinstance(record, BillPayment) and record.standing is Standing.DELETED:
        return record.former
    return ()


def _entry_ref(latest: Effect | None) -> Ref | None:
    standing = standing_of(latest)
    return _ref_of(standing) if standing is not None else None
