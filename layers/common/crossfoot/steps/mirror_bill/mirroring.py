"""Brings the entries of records to what the records say, one write at a time, and says what stands in the way."""

from dataclasses import replace

from crossfoot.core.company import NO_COMPANY
from crossfoot.core.decisions import Decision, refused, waits
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import ACCOUNTING, Ref
from crossfoot.core.payables.case import Case
from crossfoot.core.payables.entries import KIND_OF, PAYABLE, EntryOperation, EntryWrite, VendorEntry
from crossfoot.core.payables.holding import SYNC_BY_HAND
from crossfoot.core.payables.planning import Plan, plan_entry
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.profile import payment_sync_of
from crossfoot.core.payables.records import Payable
from crossfoot.core.payables.refusals import NAME_TAKEN, refusal_of
from crossfoot.core.payables.stored import from_body, standing_after, standing_of
from crossfoot.core.payables.words import to_payable_effect
from crossfoot.errors import Conflict, NeedsPartner
from crossfoot.ledger import Written, confirm_adopted, perform, settle, withdraw_unsent
from crossfoot.ledger import plan as plan_effect
from crossfoot.messages import MirrorBill
from crossfoot.ports import is_connected
from crossfoot.steps.mirror_bill.gathering import Gathering, Known
from crossfoot.steps.mirror_bill.hands import EntryHands, result_of
from crossfoot.steps.mirror_bill.needs import Ports
from crossfoot.steps.mirror_bill.telling import Telling

# A record comes to rest after three writes at most: taken over, changed, and brought to what somebody changed meanwhile.
MAX_ROUNDS = 10
# QuickBooks' code for what was deleted.
GONE = "610"
# What the company's settings forbid, as they were read last: people mend those in QuickBooks, and we are not told.
BY_COMPANY = frozenset({"account_missing", "period_closed"})


class Mirroring:
    """The records that one message asks for: the one that it names, and what has to be entered before."""

    def __init__(self, message: MirrorBill, ports: Ports) -> None:
        self._tenant, self._message, self._ports = message.tenant, message, ports
        self._preferences = ports.payables_settings.load(message.tenant) or PayablesPreferences()
        self._payment_sync = payment_sync_of(ports.payables_settings.load_facts(message.tenant))
        self._connected = is_connected(ports.connections, message.tenant, ACCOUNTING)
        self._gathering = Gathering(message.tenant, ports)
        self._telling = Telling(message, ports)
        self._opened: EntryHands | None = None
        self._is_company_looked_up = False

    def mirror(self, ref: Ref, *within: Ref) -> Decision | None:
        """Bring the entry of a record to what it should be.

        Takes: `within` are the records that it is mirrored for. Returns: what keeps it from that; None where it is so.
        """
        record, seen = self._gathering.load_record(ref), self._telling.load_parked(ref)
        try:
            decision = self._mirror(record, within)
        except NeedsPartner as error:
            # Nobody sends what was planned until then: it would only hold up other payments on the same bill.
            self._rest(self._load_latest(ref))
            fix = error.fix or "Mend the connection under Connections; this then follows by itself."
            decision = refused(ref, "C7", "needs_partner", str(error), fix)
        self._telling.tell(record, seen, decision, within)
        return decision

    def _mirror(self, record: Payable, within: tuple[Ref, ...]) -> Decision | None:
        case = self._case(record)
        for _ in range(MAX_ROUNDS):
            latest = self._load_latest(record.ref)
            if not self._connected:
                return self._unconnected(replace(case, latest=latest))
            case = replace(case, company=self._ports.companies.load(self._tenant), now=self._ports.clock.now())
            case = self._gathering.gather(replace(case, latest=self._settle(latest)))
            plan = plan_entry(case)
            if plan.contested_by is not None:
                raise Conflict(f"{plan.contested_by} may be written at this moment, and {record.ref} wants the same")
            if plan.first:
                case = self._mirror_first(case, plan.first, within)
            elif self._is_to_be_looked_up(plan.decision):
                self._ports.companies.forget(self._tenant)
            elif plan.write is None:
                self._rest(case.latest)
                return plan.decision
            else:
                decision = self._write(case, plan)
                if decision is not None:
                    return decision
        raise Conflict(f"the entry of {record.ref} did not come to rest in {MAX_ROUNDS} rounds")

    def _case(self, record: Payable) -> Case:
        message = self._message
        by_hand = not (self._preferences.auto_sync or message.sync or message.again)
        return Case(
            record=record,
            preferences=self._preferences,
            payment_sync=self._payment_sync,
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

    def _write(self, case: Case, plan: Plan) -> Decision | None:
        """Write, unless what it was planned from has moved on: then it has to be planned again.

        The planned effect is the fence: whoever plans another payment on the same bill from here on meets it. So
        everything is read once more after it is stored, and before anything is sent.
        Returns: why the accounting refused it; None where there is more to do, or to look at.
        """
        assert plan.write is not None
        ports, ref = self._ports, case.record.ref
        planned = plan_effect(to_payable_effect(self._tenant, case, plan), ports.effects, ports.clock)
        if plan_entry(self._gathering.gather(case)) != plan:
            return None
        if plan.is_there:
            self._take_over(case, plan, plan.write, planned)
            return None
        settled = self._perform(planned)
        if settled is None or settled.state is not EffectState.REFUSED:
            return None
        ports.companies.forget(self._tenant)
        if self._is_news(case, settled):
            return None
        return refusal_of(ref, settled)

    def _perform(self, planned: Effect) -> Effect | None:
        """Send a write. Returns: None where somebody changed the entry meanwhile, which is known by then."""
        ports, hands = self._ports, self._hands()
        self._gathering.known.pop(planned.subject, None)
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
        known = self._gathering.known.get(ref, Known())
        # A sync has just read the vendors: the book knows them all.
        is_unasked = known.vendors is None and not self._message.sync
        if settled.refusal_code == NAME_TAKEN and isinstance(write.entry, VendorEntry) and is_unasked:
            self._gathering.known[ref] = replace(known, vendors=hands.find_vendors(write.entry.name))
            return True
        if settled.refusal_code == GONE and write.entry.id and known.shown is None:
            hands.see(ref, write.entry, write.currency)
            self._note_seen(ref)
            return hands.seen[ref].entry is None
        return False

    def _note_seen(self, ref: Ref) -> None:
        seen = self._hands().seen.get(ref)
        if seen is not None:
            known = self._gathering.known.get(ref, Known())
            self._gathering.known[ref] = replace(known, shown=seen)

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
        self._gathering.known.pop(case.record.ref, None)

    def _confirm_there(self, planned: Effect, write: EntryWrite) -> Effect:
        stands = write.entry if write.operation is EntryOperation.ADOPT else None
        written = Written(write.entry.id, result_of(planned, standing_after(write, stands)))
        return confirm_adopted(planned, written, self._ports.effects, self._ports.clock)

    def _hands(self) -> EntryHands:
        if self._opened is None:
            ports = self._ports
            self._opened = EntryHands(ports.systems.payables(self._tenant), ports.origins, ports.book)
        return self._opened
