"""What a partner owes, made, changed, paid and taken back on the platform (B)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, OutsidePayment, Record, Ref, Standing, Version
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CostLine,
    CostLineKind,
    CreditPart,
    Payable,
    PayMethod,
    PayState,
    Vendor,
    VendorCredit,
    is_payable,
)

from tests.fakes.filing import TODAY
from tests.fakes.receipts import COSTS, FEES
from tests.fakes.world import World
from tests.simulation.clerks import VENDOR_NAMES
from tests.simulation.people import Office
from tests.simulation.steering import Steering
from tests.simulation.tellings import Tellings

# Of a hundred: what is told at once; bills of a number that there is already.
AT_ONCE, SAME_NUMBER = 75, 8
_UNSTAMPED = Version("", "")


@dataclass
class Payables:
    """The people around payables, of one partner."""

    office: Office
    _made: int = 0

    def __post_init__(self) -> None:
        self.tellings, self.steering = Tellings(self.office), Steering(self.office)

    def open(self) -> None:
        """Choose how payables sync, and tell of some that are paid."""
        self.steering.open()
        for deed in (self._tell_vendor, self._tell_bill, self._tell_bill, self._tell_credit, self._pay):
            deed()

    def act(self) -> None:
        """Do one thing, and mostly let something arrive."""
        deeds: tuple[Callable[[], None], ...] = (
            self._pay,
            self._pay,
            self._pay,
            self._tell_bill,
            self._tell_bill,
            self._tell_credit,
            self._tell_vendor,
            self._pay_scheduled,
            self._change,
            self._change,
            self._take_back,
            self._take_back,
            self._take_on,
            self._tell_anew,
            self.tellings.repeat,
            self._mark_paid_outside,
            self.steering.prefer,
            self.steering.sync_now,
            self.steering.sync_now,
            self.steering.retry,
        )
        self._choose(deeds)()
        if self._chance(AT_ONCE):
            self.tellings.deliver()

    # --- what is told -----------------------------------------------------------------------------------------------

    def _tell_vendor(self) -> None:
        name = self._choose(VENDOR_NAMES)
        self.tellings.tell(Vendor(self._new_ref(Kind.VENDOR), _UNSTAMPED, Standing.LIVE, name))

    def _tell_bill(self) -> None:
        vendor, minor = self._some_vendor(), self._minor(6)
        if vendor is not None:
            ref = self._new_ref(Kind.BILL)
            bill = Bill(
                ref, _UNSTAMPED, Standing.LIVE, self._number(), vendor, "", TODAY, TODAY, "USD", minor, minor,
                self._lines(minor), approved=self._chance(70),
            )  # fmt: skip
            self.tellings.tell(bill)

    def _tell_credit(self) -> None:
        vendor, minor = self._some_vendor(), self._minor(3)
        if vendor is not None:
            ref = self._new_ref(Kind.VENDOR_CREDIT)
            credit = VendorCredit(ref, _UNSTAMPED, Standing.LIVE, f"C{self._made}", vendor, "", TODAY, "USD", minor)
            self.tellings.tell(replace(credit, lines=self._lines(minor)))

    def _pay(self) -> None:
        """Pay a bill or two of a vendor, all or a part or too much of it, sometimes with a credit."""
        first = self._some(self._owed(Kind.BILL))
        if first is None or first.vendor is None:
            return
        of_vendor = [each for each in self._owed(Kind.BILL) if self._is_same_vendor(each.vendor, first.vendor)]
        bills = {first.ref, *([self._choose(of_vendor).ref] if self._chance(40) else [])}
        parts = tuple(BillPart(ref, self._minor(4)) for ref in sorted(bills))
        billed = sum(part.amount_minor for part in parts)
        used = self._use_credits(first.vendor, billed) if self._chance(35) else ()
        total = billed - sum(part.amount_minor for part in used)
        payment = BillPayment(
            self._new_ref(Kind.BILL_PAYMENT), _UNSTAMPED, Standing.LIVE, first.vendor, "",
            TODAY + timedelta(days=self._pick(3)), "USD", total, self._choose((PayMethod.CHECK, *PayMethod)),
            bills=parts, credits=used, state=self._choose((PayState.PAID, PayState.PAID, PayState.SCHEDULED)),
        )  # fmt: skip
        self.tellings.tell(payment)

    def _use_credits(self, vendor: Ref, most_minor: int) -> tuple[CreditPart, ...]:
        credits_ = [each for each in self._owed(Kind.VENDOR_CREDIT) if self._is_same_vendor(each.vendor, vendor)]
        if not credits_:
            return ()
        minor = most_minor if self._chance(30) else self._minor(2)
        return (CreditPart(self._choose(credits_).ref, min(minor, most_minor)),)

    def _pay_scheduled(self) -> None:
        scheduled = [
            each
            for each in self._told(BillPayment)
            if each.state is PayState.SCHEDULED and each.standing is Standing.LIVE
        ]
        if payment := self._some(scheduled):
            self.tellings.tell(replace(payment, state=PayState.PAID))

    def _change(self) -> None:
        """Change a record, as the platform knows it by now, or as it did before somebody changed it in QuickBooks."""
        record = self._some([each for each in self.office.told_payables.values() if each.standing is Standing.LIVE])
        if record is None:
            return
        now = self._as_known(record) if self._chance(70) else record
        match now:
            case Vendor():
                self.tellings.tell(replace(now, name=self._choose(VENDOR_NAMES), active=not self._chance(20)))
            case Bill() | VendorCredit() if now.lines and self._chance(70):
                minor = self._minor(6)
                self.tellings.tell(replace(now, lines=self._lines(minor), total_minor=minor))
            case Bill():
                self.tellings.tell(
                    replace(now, approved=not now.approved, due_on=TODAY + timedelta(days=self._pick(9)))
                )
            case VendorCredit():
                self.tellings.tell(replace(now, issued_on=TODAY + timedelta(days=1)))
            case BillPayment() if now.bills:
                self.tellings.tell(self._paying_otherwise(now))

    def _paying_otherwise(self, payment: BillPayment) -> BillPayment:
        """Give a payment over another amount of its first bill, and of another day."""
        used = sum(part.amount_minor for part in payment.credits)
        first, *others = payment.bills
        minor = self._minor(4)
        parts = (replace(first, amount_minor=minor), *others)
        billed = sum(part.amount_minor for part in parts)
        moved = replace(payment, paid_on=TODAY + timedelta(days=self._pick(3)))
        return replace(moved, bills=parts, total_minor=billed - used) if billed >= used else moved

    def _take_back(self) -> None:
        """Void or delete a record, or tell of it as if nothing had been."""
        known = [*self.office.told_payables.values()]
        record = self._some([each for each in known if not isinstance(each, Vendor) or self._chance(30)])
        if record is not None:
            standings = (Standing.DELETED, Standing.VOID) if isinstance(record, BillPayment) else (Standing.DELETED,)
            back = record.standing is not Standing.LIVE
            self.tellings.tell(replace(record, standing=Standing.LIVE if back else self._choose(standings)))

    def _take_on(self) -> None:
        """Edit what came from QuickBooks: from then on the platform tells of it."""
        taken = {each.copy_of for each in self.office.told_payables.values()}
        theirs = [each for each in self._shown_from_accounting() if each.ref not in taken]
        record = self._some(theirs)
        if record is None or isinstance(record, BillPayment):
            return
        copied = replace(record, ref=self._new_ref(record.ref.kind), copy_of=record.ref, version=_UNSTAMPED)
        if isinstance(copied, Vendor):
            self.tellings.tell(replace(copied, name=self._choose((copied.name, *VENDOR_NAMES)), revision=""))
            return
        copied = replace(copied, revision="", marker="", note="")
        if self._chance(50):
            minor = self._minor(6)
            self.tellings.tell(replace(copied, lines=self._lines(minor), total_minor=minor))
        else:
            assert isinstance(record, Bill | VendorCredit)
            self.tellings.tell(replace(copied, lines=self._lines_of(record)))

    def _tell_anew(self) -> None:
        """Tell of a record under a new time, though nothing of it has changed."""
        if record := self._some([*self.office.told_payables.values()]):
            self.tellings.tell(record)

    def _mark_paid_outside(self) -> None:
        """Say that a bill was paid without the platform, or take that back (B8)."""
        bills = [each for each in self._book_records() if isinstance(each, Bill) and each.standing is Standing.LIVE]
        if bill := self._some([each for each in bills if each.origin is None]):
            outside = None if bill.keeping.outside is not None else OutsidePayment(TODAY, "cash")
            self._say(f"{'marks' if outside else 'no longer marks'} {bill.ref} as paid outside")

            def marked(record: Record) -> Record:
                assert isinstance(record, Bill)
                return replace(record, keeping=replace(record.keeping, outside=outside))

            self._world.book.revise(self._world.tenant, [bill.ref], marked)
            self.steering.retry()

    # --- whatever they look at ------------------------------------------------------------------------------------

    @property
    def _world(self) -> World:
        return self.office.world

    def _say(self, what: str) -> None:
        self.office.say(what)

    def _pick(self, count: int) -> int:
        return self.office.choices.pick(count)

    def _chance(self, percent: int) -> bool:
        return self.office.choices.chance(percent)

    def _choose[T](self, among: Sequence[T]) -> T:
        return self.office.choices.one_of(among)

    def _some[T](self, among: Sequence[T]) -> T | None:
        return self._choose(among) if among else None

    def _minor(self, most: int) -> int:
        return (1 + self._pick(most)) * self.office.unit_minor

    def _new_ref(self, kind: Kind) -> Ref:
        self._made += 1
        return Ref(PLATFORM, kind, f"{kind}_{self._made}")

    def _number(self) -> str:
        return f"B{self._made - (1 if self._chance(SAME_NUMBER) else 0)}"

    def _lines(self, minor: int) -> tuple[CostLine, ...]:
        """Spend an amount in one line or in two, of which one has no account."""
        account = self._choose((COSTS, "", FEES))
        if minor == self.office.unit_minor or self._chance(60):
            return (CostLine("", CostLineKind.ACCOUNT, "Paper", minor, account),)
        rest = minor - self.office.unit_minor
        return (
            CostLine("", CostLineKind.ACCOUNT, "Paper", rest, account),
            CostLine("", CostLineKind.ACCOUNT, "Ink", self.office.unit_minor),
        )

    def _told[P: Payable](self, kind: type[P]) -> list[P]:
        return [each for each in self.office.told_payables.values() if isinstance(each, kind)]

    def _as_known(self, record: Payable) -> Payable:
        """Give a record as the book has it by now, which people in QuickBooks may have changed."""
        known = self._world.book.load(self._world.tenant, record.ref)
        if not is_payable(known) or known.standing is not Standing.LIVE:
            return record
        return replace(known, lines=self._lines_of(known)) if isinstance(known, Bill | VendorCredit) else known

    def _lines_of(self, record: Bill | VendorCredit) -> tuple[CostLine, ...]:
        return self._world.book.load_cost_lines(self._world.tenant, record)

    def _book_records(self) -> Iterable[Payable]:
        for (tenant, _), record in self._world.book.records.items():
            if tenant == self._world.tenant and is_payable(record):
                yield record

    def _shown_from_accounting(self) -> list[Payable]:
        there = (each for each in self._book_records() if each.ref.system is ACCOUNTING and each.origin is None)
        return [each for each in there if each.standing is Standing.LIVE and not each.keeping.left_out]

    def _owed(self, kind: Kind) -> list[Any]:
        """List the bills or credits that the platform shows."""
        told: list[Payable] = [each for each in self.office.told_payables.values() if each.ref.kind is kind]
        there = [*told, *(each for each in self._shown_from_accounting() if each.ref.kind is kind)]
        return [each for each in there if each.standing is Standing.LIVE]

    def _some_vendor(self) -> Ref | None:
        told = [each.ref for each in self._told(Vendor) if each.standing is Standing.LIVE or self._chance(20)]
        shown = [each.ref for each in self._shown_from_accounting() if isinstance(each, Vendor)]
        return self._some([*told, *shown])

    def _is_same_vendor(self, one: Ref | None, other: Ref | None) -> bool:
        known = self._world.origins.by_copy
        names = {known.get((self._world.tenant, each), each) for each in (one, other) if each is not None}
        return len(names) == 1
