"""Looks for and sends one write on the entry of a record of the platform."""

from dataclasses import replace

from crossfoot.core.effects import Effect, Json, marker_of
from crossfoot.core.model import ACCOUNTING, Kind, Record, Ref, Standing
from crossfoot.core.payables.case import Shown
from crossfoot.core.payables.entries import KIND_OF, Entry, EntryOperation, EntryWrite, PaymentEntry, VendorEntry
from crossfoot.core.payables.lacking import noun_of
from crossfoot.core.payables.likeness import as_asked, says_the_same
from crossfoot.core.payables.records import Bill, BillPayment, Vendor, VendorCredit
from crossfoot.core.payables.stored import TOLD_AT, from_body, standing_after, to_result
from crossfoot.errors import Conflict
from crossfoot.ledger import Written, once_sent
from crossfoot.ports import Book, Origins, PayableEntries

# QuickBooks counts the changes of a record from here on.
_UNCHANGED = "0"


class EntryHands:
    """Looks for and sends one write on an entry.

    Takes: `origins` is told what an entry stands for before it can be read back, so that none is taken for one that people
    made; a vendor, which carries no marker, as soon as its id is known. `seen` is how the accounting shows the entries that
    were read live, by the records that they stand for.
    """

    def __init__(self, entries: PayableEntries, origins: Origins, book: Book) -> None:
        self._entries, self._origins, self._book = entries, origins, book
        self.seen: dict[Ref, Shown] = {}

    def look(self, effect: Effect) -> Written | None:
        """Find a write in the accounting: a new entry by its marker or name, a changed one by what it says."""
        write = from_body(effect.body)
        if write.operation is EntryOperation.CREATE:
            return self._look_for_new(effect, write)
        now = self.see(effect.subject, write.entry, write.currency)
        if write.operation in (EntryOperation.DELETE, EntryOperation.VOID):
            is_off = now is None or (isinstance(now, VendorEntry) and not now.active)
            return _written(effect, write, now) if is_off else None
        is_moved = now is not None and now.revision != write.entry.revision
        return (
            _written(effect, write, now) if now is not None and is_moved and says_the_same(now, write.entry) else None
        )

    def send(self, effect: Effect) -> Written:
        """Write it. Raises: as PayableEntries; where somebody changed the entry meanwhile, it was read again by then."""
        write = from_body(effect.body)
        self.seen.pop(effect.subject, None)
        if write.operation is EntryOperation.CREATE:
            return self._create(effect, write)
        try:
            return self._change(effect, write)
        except Conflict:
            self.see(effect.subject, write.entry, write.currency)
            raise

    def see(self, subject: Ref, entry: Entry, currency: str) -> Entry | None:
        """Read the entry of a record live; None when it is void or gone."""
        now = self._entries.fetch(KIND_OF[type(entry)], entry.id, currency)
        self.seen[subject] = Shown(now, Standing.LIVE if now is not None else Standing.DELETED)
        return now

    def find_vendors(self, name: str) -> tuple[VendorEntry, ...]:
        """Find the vendors of a name, live."""
        return self._entries.find_vendors(name)

    def note_copy(self, tenant: str, copy: Ref, subject: Ref, marker: str = "") -> None:
        """Note what an entry stands for from now on, also on the book's record of it, if there is one by now.

        In this order: whoever reads it at this moment looks what it stands for once more, after it is in the book.
        """

        def standing_for(record: Record) -> Record:
            assert isinstance(record, Vendor | Bill | VendorCredit | BillPayment)
            return replace(record, origin=subject)

        self._origins.note_copy(tenant, copy, subject, marker)
        if not marker:
            self._book.revise(tenant, [copy], standing_for)

    def _create(self, effect: Effect, write: EntryWrite) -> Written:
        if marker := _marker(effect, write):
            self._origins.note_marker(effect.tenant, marker, effect.subject)
        noun = noun_of(effect.subject.kind).capitalize()
        note = f"{noun} {effect.subject.id} of the platform. {marker_of(effect.key)}"
        made = self._entries.create(write.entry, write.currency, note, effect.key)
        return self._made(effect, write, as_asked(made, write.entry))

    def _change(self, effect: Effect, write: EntryWrite) -> Written:
        entry = write.entry
        if write.operation is EntryOperation.UPDATE:
            return _written(effect, write, self._entries.update(entry, write.currency, effect.key))
        if write.operation is EntryOperation.VOID:
            assert isinstance(entry, PaymentEntry)
            self._entries.void(entry, effect.key)
        else:
            self._entries.delete(entry, effect.key)
        return _written(effect, write, None)

    def _look_for_new(self, effect: Effect, write: EntryWrite) -> Written | None:
        found = self._find(effect, write)
        if found is None:
            return None
        if says_the_same(found, write.entry) or found.revision in ("", _UNCHANGED):
            return self._made(effect, write, as_asked(found, write.entry))
        # Somebody has changed it since. What we made stands with us, so that the change is followed: of a payment only
        # when the book has read it, for what it has beside bills and credits is not in the entry.
        if not isinstance(found, PaymentEntry):
            self.seen[effect.subject] = Shown(found)
        return self._made(effect, write, replace(write.entry, id=found.id))

    def _find(self, effect: Effect, write: EntryWrite) -> Entry | None:
        assert effect.planned_at is not None
        if not isinstance(write.entry, VendorEntry):
            kind = KIND_OF[type(write.entry)]
            return self._entries.find(kind, marker_of(effect.key), effect.planned_at, write.currency)
        found = [each for each in self._entries.find_vendors(write.entry.name) if each.active]
        standing_for = self._origins.load_copies(effect.tenant, [vendor_ref(each) for each in found])
        return next(
            (each for each in found if standing_for.get(vendor_ref(each), effect.subject) == effect.subject), None
        )

    def _made(self, effect: Effect, write: EntryWrite, entry: Entry) -> Written:
        ref = Ref(ACCOUNTING, KIND_OF[type(entry)], entry.id)
        # Before it is confirmed: a worker that dies in between looks, and notes it again.
        with once_sent(f"{ref.kind} {entry.id}"):
            self.note_copy(effect.tenant, ref, effect.subject, _marker(effect, write))
        return Written(entry.id, result_of(effect, entry))


def vendor_ref(entry: VendorEntry) -> Ref:
    """Name a vendor of the accounting."""
    return Ref(ACCOUNTING, Kind.VENDOR, entry.id)


def _marker(effect: Effect, write: EntryWrite) -> str:
    """Give what a new entry is known by until its id is; "" for a vendor, which has no note."""
    return "" if isinstance(write.entry, VendorEntry) else marker_of(effect.key)


def _written(effect: Effect, write: EntryWrite, made: Entry | None) -> Written:
    stands = as_asked(made, write.entry) if made is not None else None
    return Written(write.entry.id, result_of(effect, standing_after(write, stands)))


def result_of(effect: Effect, standing: Entry | None) -> dict[str, Json]:
    """Store what stands once an effect is done, and the state of the record that it is of."""
    return to_result(standing, str(effect.body.get(TOLD_AT, "")))
