"""Files what was read of payables: judged, saved, and what follows from it (B1, B2, B5, B6)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from crossfoot.coming_in import Beside, judge, load_beside
from crossfoot.core.decisions import Decision, Outcome, unreadable
from crossfoot.core.effects import Effect
from crossfoot.core.model import ACCOUNTING, Record, Ref, Standing
from crossfoot.core.payables.eligibility import Rules, came_in
from crossfoot.core.payables.entries import PAYABLE
from crossfoot.core.payables.open_amounts import named_by
from crossfoot.core.payables.records import BillPayment, Payable, is_payable, vendor_of
from crossfoot.core.payables.stored import standing_of
from crossfoot.ports import Outgoing, Window
from crossfoot.steps.sync_payables.needs import Ports


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a window. Takes: `to_mirror` are records of the platform whose copies are not as we left them."""

    left_out: int
    to_mirror: tuple[Outgoing, ...]


class Filing:
    """One window of records, on their way into the book."""

    def __init__(self, tenant: str, window: Window, rules: Rules, ports: Ports) -> None:
        self._tenant, self._rules, self._ports = tenant, rules, ports
        self._unreadable = window.unreadable
        read = [record for record in window.records if is_payable(record)]
        origins = ports.origins.load_many(tenant, read) if read else {}
        self._read: list[Payable] = [replace(each, origin=origins.get(each.ref)) for each in read]
        self._refs = frozenset(each.ref for each in read)
        self._before = self._load(self._refs)
        self._out: dict[Ref, Decision] = {}
        self._saved: dict[Ref, bool] = {}

    def file(self) -> Filed:
        """Judge and save the records; doing it again changes nothing.

        Payments are saved first, because they say what was paid of a bill since the connection, and judged last, because
        they come in with what they settle.
        Raises: errors of our table. What was saved by then stays right.
        Source: B1.
        """
        self._ports.history.save(self._tenant, [unreadable(ref) for ref in self._unreadable])
        payments = [each for each in self._read if isinstance(each, BillPayment)]
        # For now: whether they come in may depend on what is read with them, and who was kept out is told so first.
        self._judge(payments, load_beside(self._tenant, payments, self._ports.book))
        self._save({each: each.ref in self._out or self._was_out(each.ref) for each in payments})
        owed = [each for each in self._read if not isinstance(each, BillPayment)] + self._load_settled_by(payments)
        beside = load_beside(self._tenant, owed, self._ports.book)
        self._take_in(owed, beside)
        payments += self._payments_let_in(owed, beside)
        self._take_in(payments, load_beside(self._tenant, payments, self._ports.book))
        self._join_late()
        kept_out = [each for each in self._read if each.ref in self._out and not self._is_in(each.ref)]
        return Filed(len(kept_out), tuple(self._to_mirror()))

    def _take_in(self, records: Sequence[Payable], beside: Beside) -> None:
        """Judge records, note what is news of that, and save them so."""
        self._judge(records, beside)
        entered = [each for each in records if each.ref not in self._out]
        kept_out = [self._out[each.ref] for each in records if each.ref in self._out and not self._is_in(each.ref)]
        # Before they are saved: afterwards nobody can tell which of them were kept out until now.
        self._ports.history.save(self._tenant, kept_out + self._came_in(entered))
        news = [
            each
            for each in records
            if each.ref in self._refs or (each.ref not in self._out and self._was_out(each.ref))
        ]
        self._save({each: each.ref in self._out for each in news})

    def _join_late(self) -> None:
        """Find once more what the others stand for: somebody may have taken one over just before it was in the book."""
        new = [each.ref for each in self._read if each.origin is None]
        origins = self._ports.origins.load_copies(self._tenant, new) if new else {}

        def standing_for(record: Record) -> Record:
            assert is_payable(record)
            return replace(record, origin=origins[record.ref])

        if origins:
            self._ports.book.revise(self._tenant, origins, standing_for)
            self._read = [replace(each, origin=origins.get(each.ref, each.origin)) for each in self._read]

    def _judge(self, records: Sequence[Payable], beside: Beside) -> None:
        for each in records:
            self._out.pop(each.ref, None)
        self._out |= judge(records, self._rules, beside)

    def _came_in(self, records: Sequence[Payable]) -> list[Decision]:
        """Say of those that were kept out, and told so, that they come in."""
        late = [each for each in records if self._was_out(each.ref)]
        told = self._ports.history.load_many(self._tenant, [each.ref for each in late]) if late else {}
        return [came_in(each) for each in late if told[each.ref] and told[each.ref][-1].item.outcome is Outcome.SKIPPED]

    def _load_settled_by(self, payments: Iterable[BillPayment]) -> list[Payable]:
        """Find the bills and credits that payments settle, or did: one that is kept out may come in because of that.

        Those that are in already are among them: a worker that died may have let them in, and not what settles them.
        """
        before = (self._before.get(each.ref) for each in payments)
        known = (each for each in before if isinstance(each, BillPayment))
        named = {ref for each in (*payments, *known) for ref in (*named_by(each), *each.former)}
        found = {ref: each for ref, each in self._load(named - self._refs).items() if _is_live_there(each)}
        self._before |= found
        return list(found.values())

    def _payments_let_in(self, owed: Iterable[Payable], beside: Beside) -> list[BillPayment]:
        """Find payments that were read earlier, and come in with what they settle."""
        entered = [each.ref for each in owed if each.ref not in self._out or self._is_in(each.ref)]
        settling = {each.ref: each for ref in entered for each in beside.payments.get(ref, ())}
        kept_out = (each for each in settling.values() if _is_live_there(each) and each.keeping.left_out)
        late = [each for each in kept_out if each.ref not in self._refs]
        self._before |= {each.ref: each for each in late}
        return late

    def _to_mirror(self) -> Iterator[Outgoing]:
        """Find the records of the platform whose copies somebody changed since we wrote them."""
        copies = {each.origin: each for each in self._read if each.origin is not None}
        latest = self._ports.effects.load_latest_of(self._tenant, PAYABLE, copies) if copies else {}
        changed = [origin for origin, copy in copies.items() if not _is_as_we_left_it(copy, latest.get(origin))]
        for record in self._load(changed).values():
            yield Outgoing(record.ref, vendor_of(record))

    def _is_in(self, ref: Ref) -> bool:
        known = self._before.get(ref)
        return known is not None and not known.keeping.left_out

    def _was_out(self, ref: Ref) -> bool:
        known = self._before.get(ref)
        return known is not None and known.keeping.left_out

    def _load(self, refs: Iterable[Ref]) -> dict[Ref, Payable]:
        wanted = sorted(refs)
        found = self._ports.book.load_many(self._tenant, wanted) if wanted else {}
        return {ref: record for ref, record in found.items() if is_payable(record)}

    def _save(self, marks: Mapping[Payable, bool]) -> None:
        """Save records as left out or not, unless that was done already."""
        new = [_marked(each, left_out=out) for each, out in marks.items() if self._saved.get(each.ref) is not out]
        if new:
            self._ports.book.save(self._tenant, new)
        self._saved |= {each.ref: out for each, out in marks.items()}


def _is_live_there(record: Payable) -> bool:
    return record.ref.system is ACCOUNTING and record.standing is Standing.LIVE


def _marked(record: Payable, *, left_out: bool) -> Payable:
    return replace(record, keeping=replace(record.keeping, left_out=left_out))


def _is_as_we_left_it(copy: Payable, latest: Effect | None) -> bool:
    standing = standing_of(latest)
    if standing is None or copy.standing is not Standing.LIVE:
        return standing is None and latest is not None and copy.standing is not Standing.LIVE
    return copy.revision == standing.revision
