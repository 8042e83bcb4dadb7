"""What our table says of some records of one partner: each thing is read once, many of them in one call."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from crossfoot.core.effects import Effect
from crossfoot.core.model import Ref
from crossfoot.core.payables.entries import PAYABLE
from crossfoot.core.payables.records import Bill, BillPayment, CostLine, Payable, VendorCredit, is_payable
from crossfoot.errors import BadMessage
from crossfoot.steps.mirror_bill.needs import Ports


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads that are kept. Whoever has to know how things are now begins with new ones."""

    tenant: str
    ports: Ports
    _payables: dict[Ref, Payable | None] = field(default_factory=dict)
    _lines: dict[Ref, tuple[CostLine, ...] | None] = field(default_factory=dict)
    _origins: dict[Ref, Ref | None] = field(default_factory=dict)
    _latest: dict[Ref, Effect | None] = field(default_factory=dict)
    _paying: dict[Ref, tuple[BillPayment, ...] | None] = field(default_factory=dict)

    def load_record(self, ref: Ref) -> Payable:
        """Read a record of the platform. Raises: BadMessage when nobody told of it."""
        record = self.load_payables([ref]).get(ref)
        if record is None:
            raise BadMessage(f"{ref.kind} {ref} is not in the book of {self.tenant}")
        return record

    def load_payables(self, refs: Iterable[Ref]) -> dict[Ref, Payable]:
        """Read payables of either book, in one call; missing ones are left out."""
        return _once(self._payables, refs, self._fetch_payables)

    def load_latest(self, subjects: Iterable[Ref]) -> dict[Ref, Effect]:
        """Read the newest effect of some records, side by side; records without one are left out."""
        effects = self.ports.effects
        return _once(self._latest, subjects, lambda refs: effects.load_latest_of(self.tenant, PAYABLE, refs))

    def load_copies(self, accounting: Iterable[Ref]) -> dict[Ref, Ref]:
        """Find what some payables in the accounting stand for, in one call."""
        origins = self.ports.origins
        return _once(self._origins, accounting, lambda refs: origins.load_copies(self.tenant, refs))

    def load_payments_of(self, settled: Iterable[Ref]) -> dict[Ref, tuple[BillPayment, ...]]:
        """Read the payments of some bills and credits, side by side."""
        book = self.ports.book
        return _once(self._paying, settled, lambda refs: book.load_bill_payments_of(self.tenant, refs))

    def load_lines(self, records: Iterable[Payable]) -> None:
        """Read the lines of those that have any, side by side."""
        lined = {each.ref: each for each in records if isinstance(each, Bill | VendorCredit)}
        book = self.ports.book
        _once(self._lines, lined, lambda refs: book.load_cost_lines_of_many(self.tenant, [lined[ref] for ref in refs]))

    def with_lines[P: Payable](self, record: P) -> P:
        """Give a record with its lines, if it has any."""
        if not isinstance(record, Bill | VendorCredit):
            return record
        self.load_lines([record])
        return replace(record, lines=self._lines[record.ref])

    def _fetch_payables(self, refs: list[Ref]) -> dict[Ref, Payable]:
        found = self.ports.book.load_many(self.tenant, refs)
        return {ref: each for ref, each in found.items() if is_payable(each)}


def _once[T](
    known: dict[Ref, T | None], refs: Iterable[Ref], load: Callable[[list[Ref]], Mapping[Ref, T]]
) -> dict[Ref, T]:
    """Give what is known of some, and read what is not."""
    asked = list(dict.fromkeys(refs))
    unknown = [ref for ref in asked if ref not in known]
    if unknown:
        found = load(unknown)
        known.update({ref: found.get(ref) for ref in unknown})
    return {ref: thing for ref in asked if (thing := known[ref]) is not None}
