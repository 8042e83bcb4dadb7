"""Brings the entries of records to what the records say, one write at a time, and says what stands in the way."""

from dataclasses import replace
from functools import cached_property

from crossfoot.core.company import NO_COMPANY
from crossfoot.core.decisions import Decision, refused, waits
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import ACCOUNTING, PLATFORM, Ref
from crossfoot.core.payables.case import Case
from crossfoot.core.payables.entries import KIND_OF, PAYABLE, EntryOperation, EntryWrite, VendorEntry
from crossfoot.core.payables.holding import SYNC_BY_HAND
from crossfoot.core.payables.planning import REST, Plan, plan_entry
from crossfoot.core.payables.records import BillPayment, Payable
from crossfoot.core.payables.refusals import NAME_TAKEN, refusal_of
from crossfoot.core.payables.stored import from_body, standing_after, standing_of
from crossfoot.core.payables.words import to_payable_effect
from crossfoot.errors import Conflict, NeedsPartner
from crossfoot.ledger import Written, confirm_adopted, perform, settle, withdraw_unsent
from crossfoot.ledger import plan as plan_effect
from crossfoot.messages import MirrorBill
from crossfoot.steps.mirror_bill.batch import Batch, Terms, load_terms
from crossfoot.steps.mirror_bill.gathering import Gathering, Known, rests_on
from crossfoot.steps.mirror_bill.hands import EntryHands, result_of
from crossfoot.steps.mirror_bill.needs import Ports
from crossfoot.steps.mirror_bill.reads import Reads
from crossfoot.steps.mirror_bill.telling import Ended, Telling

# A record comes to rest after three writes at most: taken over, changed, and brought to what somebody changed meanwhile.
MAX_ROUNDS = 10
# QuickBooks' code for what was deleted.
GONE = "610"
# What the company's settings forbid, as they were read last: people mend those in QuickBooks, and we are not told.
BY_COMPANY = frozenset({"account_missing", "period_closed"})


class Mirroring:
    """The records that one message asks for: the one that it names, and what has to be entered before."""

    def __init__(self, message: MirrorBill, batch: Batch, ports: Ports) -> None:
        self._tenant, self._message, self._batch, self._ports = message.tenant, message, batch, ports
        self._known: dict[Ref, Known] = {}
        self._telling = Telling(message, ports)
        self._opened: EntryHands | None = None
        self._is_company_looked_up = False

    def mirror(self, ref: Ref, *within: Ref) -> Decision | None:
        """Bring the entry of a record to what it should be.

        Takes: `within` are the records that it is mirrored for. Returns: what keeps it from that; None where it is so.
        """
        batch = self._batch
        if is_as_read := batch.take(ref):
            record, seen = batch.reads.load_record(ref), batch.parked[ref]
        else:
            record, seen = self._fresh().load_record(ref), self._telling.load_parked(ref)
        try:
            ended = (self._write_as_read(record) if is_as_read else None) or self._mirror(record, within)
        except NeedsPartner as error:
            # Nobody sends what was planned until then: it would only hold up other payments on the same bill.
            self._rest(self._load_latest(ref))
            fix = error.fix or "Mend the connection under Connections; this then follows by itself."
            ended = Ended(record, refused(ref, "C7", "needs_partner", str(error), fix))
        self._telling.tell(ended, seen, within)
        return ended.decision

    def _write_as_read(self, record: Payable) -> Ended | None:
        """Write what the batch's reads ask for, if they ask for that; whatever else there is to say is looked at anew."""
        batch = self._batch
        assert batch.company is not None
        latest = batch.reads.load_latest([record.ref]).get(record.ref)
        if latest is not None and not latest.settled:
            return None
        case = replace(self._case(record, batch.terms), company=batch.company, latest=latest)
        case = Gathering(batch.reads).gather(case)
        if batch.is_any_touched(rests_on(case)):
            return None
        plan = plan_entry(case)
        return self._write(case, plan) if plan.write is not None else None

    def _mirror(self, record: Payable, within: tuple[Ref, ...]) -> Ended:
        case = self._case(record, self._terms)
        for _ in range(MAX_ROUNDS):
            latest = self._load_latest(record.ref)
            if not self._terms.connected:
                return Ended(record, self._unconnected(replace(case, latest=latest)))
            case = replace(case, company=self._ports.companies.load(self._tenant), now=self._ports.clock.now())
            case = self._gather(replace(case, latest=self._settle(latest)))
            plan = plan_entry(case)
            if plan.contested_by is not None:
                raise Conflict(f"{plan.contested_by} may be written at this moment, and {record.ref} wants the same")
            if plan.first:
                case = self._mirror_first(case, plan.first, within)
            elif self._is_to_be_looked_up(plan.decision):
                self._batch.forget_company()
            elif plan.write is None:
                self._rest(case.latest)
                return Ended(case.record, plan.decision)
            else:
                ended = self._write(case, plan)
                if ended is not None:
                    return ended
        raise Conflict(f"the entry of {record.ref} did not come to rest in {MAX_ROUNDS} rounds")

    @cached_property
    def _terms(self) -> Terms:
        """What the partner chose by the time that this record is looked at by itself."""
        return load_terms(self._tenant, self._ports)

    def _fresh(self) -> Reads:
        return Reads(self._tenant, self._ports)

    def _gather(self, case: Case) -> Case:
        """Read anew what a case rests on."""
        return Gathering(self._fresh(), self._known).gather(case)

    def _case(self, record: Payable, terms: Terms) -> Case:
        message = self._message
        by_hand = not (terms.preferences.auto_sync or message.sync or message.again)
        return Case(
            record=record,
            preferences=terms.preferences,
            payment_sync=terms.payment_sync,
            company=NO_COMPANY,
            now=self._ports.clock.now(),
            by_hand=by_hand,
            sync=message.sync,
            again=message.again,
        )

    def _unconnected(self, case: Case) -> Decision | None:
        is_at_rest = case.latest is None or not case.latest.in_flight
        if is_at_rest and not case.is_wanted and case.standing is None and case.record.copy_of is None:
            self._rest(case.latest)
            return None
        fix = "Connect QuickBooks; this then follows by itself."
        return waits(case.record.ref, "B4", "accounting_not_connected", "QuickBooks is not connected.", fix)

    def _is_to_be_looked_up(self, decision: Decision | None) -> bool:
        """Tell whether to read the company anew before it is said again, once, where somebody asks again."""
        is_asked = bool(self._message.sync or self._message.again)
        if decision is None or decision.code not in BY_COMPANY or not is_asked or self._is_company_looked_up:
            return False
        self._is_company_looked_up = True
        return True

    def _mirror_first(self, case: Case, first: tuple[Ref, ...], within: tuple[Ref, ...]) -> Case:
        held = [self.mirror(ref, *within, case.record.ref) for ref in first]
        by_hand = any(each is not None and each.code == SYNC_BY_HAND for each in held)
        return replace(case, tried=frozenset({*case.tried, *first}), is_first_by_hand=by_hand or case.is_first_by_hand)

    # --- the ledger ---------------------------------------------------------------------------------------------------

    def _load_latest(self, ref: Ref) -> Effect | None:
        return self._ports.effects.load_latest(self._tenant, PAYABLE, ref)

    def _settle(self, latest: Effect | None) -> Effect | None:
        """Find out what became of an effect that a worker left behind, before anything is planned."""
        ports = self._ports
        settled = settle(latest, ports.effects, self._hands, ports.clock, ports.patience)
        if latest is not None and latest.in_flight:
            self._note_seen(latest.subject)
        return self._finish_taking_over(settled)

    def _finish_taking_over(self, latest: Effect | None) -> Effect | None:
        """Confirm that a record in the accounting was taken over, where a worker noted that it was, and died."""
        if latest is None or not latest.never_sent or standing_of(latest) is not None:
            return latest
        write = from_body(latest.body)
        copy = Ref(ACCOUNTING, KIND_OF[type(write.entry)], write.entry.id)
        is_taken_over = write.operation is EntryOperation.ADOPT and (
            self._ports.origins.load_copies(self._tenant, [copy]).get(copy) == latest.subject
        )
        return self._confirm_there(latest, write) if is_taken_over else latest

    def _rest(self, latest: Effect | None) -> None:
        """End an effect that was never sent, and that nobody wants any more."""
        withdraw_unsent(latest, self._ports.effects, self._ports.clock)

    def _write(self, case: Case, plan: Plan) -> Ended | None:
        """Write, unless what it was planned from has moved on: then it has to be planned again.

        The planned effect is the fence: whoever plans another payment on the same bill from here on meets it. So
        everything is read once more after it is stored, and before anything is sent.
        Returns: how the record came out; None where there is more to do, or to look at.
        """
        assert plan.write is not None
        ports = self._ports
        planned = plan_effect(to_payable_effect(self._tenant, case, plan), ports.effects, ports.clock)
        now = self._gather(case)
        if plan_entry(now) != plan:
            return None
        if plan.is_there:
            self._take_over(case, plan, plan.write, planned)
            return None
        settled = self._perform(planned)
        if settled is None:
            return None
        if settled.state is not EffectState.REFUSED:
            return self._at_rest(now, settled)
        self._batch.forget_company()
        if self._is_news(case, settled):
            return None
        return Ended(now.record, refusal_of(case.record.ref, settled))

    def _at_rest(self, case: Case, settled: Effect) -> Ended | None:
        """Tell whether a record is as it should be once it was written, as far as was read behind the fence."""
        if plan_entry(replace(case, latest=settled, shown=None)) != REST:
            return None
        return Ended(case.record, None, _paying_beside(case, settled))

    def _perform(self, planned: Effect) -> Effect | None:
        """Send a write. Returns: None where somebody changed the entry meanwhile, which is known by then."""
        ports, hands = self._ports, self._hands()
        self._known.pop(planned.subject, None)
        hands.seen.pop(planned.subject, None)
        try:
            return perform(planned, ports.effects, hands, ports.clock, ports.patience)
        except Conflict:
            if planned.subject not in hands.seen:
                raise
            self._note_seen(planned.subject)
            return None

    def _is_news(self, case: Case, settled: Effect) -> bool:
        """Tell whether a refusal says something that can be looked up, and is gone on from: a taken name, a lost entry."""
        write, ref, hands = from_body(settled.body), case.record.ref, self._hands()
        known = self._known.get(ref, Known())
        # A sync has just read the vendors: the book knows them all.
        is_unasked = known.vendors is None and not self._message.sync
        if settled.refusal_code == NAME_TAKEN and isinstance(write.entry, VendorEntry) and is_unasked:
            self._known[ref] = replace(known, vendors=hands.find_vendors(write.entry.name))
            return True
        if settled.refusal_code == GONE and write.entry.id and known.shown is None:
            hands.see(ref, write.entry, write.currency)
            self._note_seen(ref)
            return hands.seen[ref].entry is None
        return False

    def _note_seen(self, ref: Ref) -> None:
        seen = self._hands().seen.get(ref)
        if seen is not None:
            known = self._known.get(ref, Known())
            self._known[ref] = replace(known, shown=seen)

    def _take_over(self, case: Case, plan: Plan, write: EntryWrite, planned: Effect) -> None:
        """Confirm what stands there already, whoever made it so.

        The record first: what a worker that dies in between leaves behind is taken over once more, and comes to the same.
        """
        ports = self._ports
        if plan.record is not None:
            ports.book.save(self._tenant, [plan.record])
        if write.operation is EntryOperation.ADOPT and standing_of(case.latest) is None:
            copy = Ref(ACCOUNTING, KIND_OF[type(write.entry)], write.entry.id)
            self._hands().note_copy(self._tenant, copy, case.record.ref)
        self._confirm_there(planned, write)
        self._known.pop(case.record.ref, None)

    def _confirm_there(self, planned: Effect, write: EntryWrite) -> Effect:
        stands = write.entry if write.operation is EntryOperation.ADOPT else None
        written = Written(write.entry.id, result_of(planned, standing_after(write, stands)))
        return confirm_adopted(planned, written, self._ports.effects, self._ports.clock)

    def _hands(self) -> EntryHands:
        if self._opened is None:
            self._opened = EntryHands(self._batch.entries(), self._ports.origins, self._ports.book)
        return self._opened


def _paying_beside(case: Case, settled: Effect) -> tuple[Ref, ...] | None:
    """List the payments that one which was just entered may let go on; None where they are to be looked for.

    They were held up by what it said before, and so were told before it was read behind the fence. Whoever was told later
    met the planned effect, and what stands now is no less. That holds for a new entry, and for what it settles now.
    """
    is_new = from_body(settled.body).operation is EntryOperation.CREATE
    if not is_new or not isinstance(case.record, BillPayment) or case.record.former:
        return None
    return tuple(each.payment.ref for each in case.rivals if each.payment.ref.system is PLATFORM)
