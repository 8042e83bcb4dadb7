"""What is noted once a record was mirrored: its story, what holds it up, and who can go on now (X1, X3)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from crossfoot.core.attention import Parked
from crossfoot.core.decisions import Decision, Outcome
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Ref
from crossfoot.core.payables.entries import PAYABLE
from crossfoot.core.payables.lacking import NAMED_NOT_KNOWN
from crossfoot.core.payables.open_amounts import named_by
from crossfoot.core.payables.records import BillPayment, Payable, Vendor, vendor_of
from crossfoot.core.payables.stored import standing_of
from crossfoot.messages import MirrorBill
from crossfoot.parking import note_parked, to_retry
from crossfoot.ports import Outgoing
from crossfoot.steps.mirror_bill.needs import Ports

# Those that wait on a vendor; what is beyond goes with the next sync.
MAX_WAITING = 100


@dataclass(frozen=True, slots=True)
class Ended:
    """How a record came out.

    Takes: `record` is as it was read last; `decision` is what keeps its entry from what that says, None where it is so;
    `paying` are all payments of the platform that this may let go on, None where they are to be looked for.
    """

    record: Payable
    decision: Decision | None
    paying: tuple[Ref, ...] | None = None


class Telling:
    """Notes how the records of one message came out."""

    def __init__(self, message: MirrorBill, ports: Ports) -> None:
        self._tenant, self._sync, self._ports = message.tenant, message.sync, ports

    def load_parked(self, ref: Ref) -> Parked:
        """Read what held a record up until now."""
        return self._ports.attention.load(self._tenant, [ref])[ref]

    def tell(self, ended: Ended, seen: Parked, within: tuple[Ref, ...]) -> None:
        """Note how a record came out.

        Takes: `within` are the records that it was mirrored for: they are looked at anyway.
        """
        record, decision, vendor = ended.record, ended.decision, vendor_of(ended.record)
        if not _holds(decision):
            self._let_go_on(ended, seen, within)
        decisions = [_about(decision, vendor)] if decision is not None else []
        self._ports.history.save(self._tenant, decisions)
        note_parked(self._tenant, seen, decisions, self._ports)
        self._note_outgoing(record, decision)

    def _note_outgoing(self, record: Payable, decision: Decision | None) -> None:
        """Note that it waits, and why; or that it is as it should be. A record that nobody can send yet does not wait."""
        if decision is None or not _holds(decision) or decision.code == "paid_later":
            self._ports.outbox.remove(self._tenant, record.ref)
            return
        noted = self._ports.outbox.load(self._tenant, record.ref)
        sync = self._sync or (noted.sync if noted is not None else "")
        self._ports.outbox.put(self._tenant, [Outgoing(record.ref, vendor_of(record), sync, decision.code)])

    # --- who can go on now --------------------------------------------------------------------------------------------

    def _let_go_on(self, ended: Ended, seen: Parked, within: tuple[Ref, ...]) -> None:
        """Have tried again what was held up by this record, as far as anybody can tell.

        Before anything is noted of the record: a worker that dies in between comes here once more.
        """
        record = ended.record
        waiting = [ref for ref in self._list_beside(ended, seen) if ref not in within and self._is_held(ref)]
        if not waiting:
            return
        latest = self._ports.effects.load_latest(self._tenant, PAYABLE, record.ref)
        because = f"{record.ref} is at rest at {latest.generation if latest else 0}"
        vendor = vendor_of(record)
        self._ports.queue.send([to_retry(self._tenant, ref, because, "", vendor) for ref in waiting])

    def _is_held(self, ref: Ref) -> bool:
        noted = self._ports.outbox.load(self._tenant, ref)
        return noted is not None and noted.code != ""

    def _list_beside(self, ended: Ended, seen: Parked) -> list[Ref]:
        """List the records of the platform that this one may have held up: payments on a bill, what a payment settles."""
        record = ended.record
        if isinstance(record, Vendor):
            return self._list_of_vendor(record.ref) if seen.reasons or self._is_anything_unknown() else []
        if not isinstance(record, BillPayment):
            return self._list_paying({record.ref, *self._copies([record.ref])}, record.ref)
        settled = {*named_by(record), *record.former}
        told = {ref for ref in settled if ref.system is PLATFORM}
        if ended.paying is not None:
            return [*sorted(told), *ended.paying]
        return [*sorted(told), *self._list_paying(settled | self._copies(told), record.ref)]

    def _is_anything_unknown(self) -> bool:
        """Tell whether anything names what is not known: it may have been told before its vendor."""
        return any(
            self._ports.attention.list_parked(self._tenant, NAMED_NOT_KNOWN, ignored=ignored, cursor="", limit=1).items
            for ignored in (False, True)
        )

    def _list_of_vendor(self, vendor: Ref) -> list[Ref]:
        kinds = (Kind.BILL, Kind.VENDOR_CREDIT, Kind.BILL_PAYMENT)
        pages = (
            self._ports.book.list_records(
                self._tenant,
                kind,
                first=None,
                last=None,
                system=PLATFORM,
                cursor="",
                limit=MAX_WAITING,
                customer=vendor,
            )
            for kind in kinds
        )
        return [each.ref for page in pages for each in page.records]

    def _list_paying(self, names: Iterable[Ref], but: Ref) -> list[Ref]:
        found = self._ports.book.load_bill_payments_of(self._tenant, list(names))
        payments = {each.ref for some in found.values() for each in some}
        return sorted(ref for ref in payments if ref.system is PLATFORM and ref != but)

    def _copies(self, told: Iterable[Ref]) -> set[Ref]:
        """Name what stands in the accounting for some records."""
        latest = self._ports.effects.load_latest_of(self._tenant, PAYABLE, list(told))
        standing = ((effect.subject.kind, standing_of(effect)) for effect in latest.values())
        return {Ref(ACCOUNTING, kind, entry.id) for kind, entry in standing if entry is not None}


def _holds(decision: Decision | None) -> bool:
    return decision is not None and decision.outcome in (Outcome.WAITS, Outcome.REFUSED)


def _about(decision: Decision, vendor: Ref | None) -> Decision:
    """Name the vendor beside what a decision speaks of: whoever tries the record again puts it into the vendor's lane."""
    if vendor is None or vendor == decision.record or vendor in decision.about:
        return decision
    return replace(decision, about=(*decision.about, vendor))
