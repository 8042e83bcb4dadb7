"""What people in QuickBooks do about what is owed: their own vendors, bills, credits and payments, and ours (B5, B6)."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

from crossfoot.core.effects import marker_of
from crossfoot.core.model import Ref, Standing
from crossfoot.core.payables.entries import PAYABLE
from crossfoot.core.payables.records import Bill, BillPayment, Payable, Vendor, VendorCredit
from crossfoot.errors import Rejected

from tests.fakes.filing import TODAY
from tests.fakes.payable_book import open_minor
from tests.fakes.payables import FakePayables
from tests.fakes.world import World
from tests.simulation.people import Office

# Few, so that the platform and QuickBooks tell of the same ones; two differ in their letters' case alone.
VENDOR_NAMES = ("Acme", "Globex", "ACME", "Initech")
LONG_AGO = date(2026, 10, 1)


@dataclass
class Clerks:
    """The people of one office who enter what is owed in QuickBooks."""

    office: Office
    _made: int = 0

    def open(self) -> None:
        """Enter a vendor, a bill, and one that was paid in part before the connection."""
        vendor = self._books.add_vendor("Acme").ref.id
        self._books.add_bill(vendor, "Q1", 4 * self.office.unit_minor)
        before = self._books.add_bill(vendor, "Q2", 3 * self.office.unit_minor)
        self._books.pay(vendor, {before.ref.id: self.office.unit_minor}, on=LONG_AGO)

    def act(self) -> None:
        """Do one thing; what QuickBooks refuses is refused. What of ours it moves is noted as touched."""
        deeds: tuple[Callable[[], None], ...] = (
            self._enter_bill,
            self._enter_bill,
            self._pay,
            self._pay,
            self._enter_vendor,
            self._enter_credit,
            self._change,
            self._change,
            self._change_payment,
            self._end,
            self._end,
            self._change_vendor,
        )
        before = dict(self._books.records)
        with suppress(Rejected):
            self.office.choices.one_of(deeds)()
        moved = {ref for ref, record in self._books.records.items() if _revision(before.get(ref)) != _revision(record)}
        ours = stands_for(self.office.world)
        self.office.touched_payables |= {ours[ref] for ref in moved if ref in ours}

    def _enter_vendor(self) -> None:
        name = self.office.choices.one_of(VENDOR_NAMES)
        self.office.say(f"enters vendor {name} in QuickBooks")
        self._books.add_vendor(name)

    def _enter_bill(self) -> None:
        if vendor := self._some([each for each in self._living(Vendor) if each.active]):
            self._made += 1
            number = "" if self.office.choices.chance(10) else f"Q{10 + self._made}"
            currency = "EUR" if self.office.choices.chance(8) else "USD"
            minor = self._minor(6)
            self.office.say(f"enters bill {number} of {vendor.ref.id} in QuickBooks: {minor} {currency}")
            self._books.add_bill(vendor.ref.id, number, minor, currency=currency)

    def _enter_credit(self) -> None:
        if vendor := self._some([each for each in self._living(Vendor) if each.active]):
            self._made += 1
            self.office.say(f"enters a credit of {vendor.ref.id} in QuickBooks")
            self._books.add_credit(vendor.ref.id, f"QC{self._made}", self._minor(3))

    def _pay(self) -> None:
        """Pay what is open of a bill, or a part, sometimes with a credit; now and then for a day before the connection."""
        bill = self._some([each for each in self._living(Bill) if each.balance_minor])
        if bill is None or bill.vendor is None:
            return
        minor = min(self._minor(4), bill.balance_minor)
        used: dict[str, int] = {}
        credits_ = [each for each in self._living(VendorCredit) if each.vendor == bill.vendor and open_minor(each)]
        if credits_ and self.office.choices.chance(40):
            credit = self.office.choices.one_of(credits_)
            used[credit.ref.id] = min(open_minor(credit), minor)
        on = LONG_AGO if self.office.choices.chance(15) else TODAY + timedelta(days=self.office.choices.pick(2))
        self.office.say(f"pays {minor} on bill {bill.ref.id} in QuickBooks, {used} of it by credits, on {on}")
        self._books.pay(bill.vendor.id, {bill.ref.id: minor}, used, on=on, currency=bill.currency)

    def _change(self) -> None:
        """Let a bill come to something else, or be due at another time."""
        bill = self._some(self._living(Bill))
        if bill is None:
            return
        if self.office.choices.chance(60):
            minor = self._minor(6)
            self.office.say(f"lets bill {bill.ref.id} in QuickBooks come to {minor}")
            first, *_ = bill.lines or ()
            self._books.keep(replace(bill, lines=(replace(first, amount_minor=minor),)))
        else:
            self.office.say(f"lets bill {bill.ref.id} in QuickBooks be due later")
            self._books.keep(replace(bill, due_on=TODAY + timedelta(days=30 + self.office.choices.pick(9))))

    def _change_payment(self) -> None:
        """Let a payment be of another day, or over another amount."""
        payment = self._some([each for each in self._living(BillPayment) if each.bills])
        if payment is None:
            return
        if self.office.choices.chance(50):
            self.office.say(f"dates bill payment {payment.ref.id} anew in QuickBooks")
            self._books.keep(replace(payment, paid_on=TODAY + timedelta(days=self.office.choices.pick(3))))
            return
        first, *others = payment.bills
        minor = self._minor(4)
        by = minor - first.amount_minor
        self.office.say(f"lets bill payment {payment.ref.id} in QuickBooks settle {minor} of {first.bill.id}")
        parts = (replace(first, amount_minor=minor), *others)
        self._books.keep(replace(payment, bills=parts, total_minor=payment.total_minor + by))

    def _end(self) -> None:
        """Delete a bill, a credit or a payment, or void that."""
        there: list[Payable] = [*self._living(BillPayment), *self._living(BillPayment), *self._living(Bill)]
        record = self._some([*there, *self._living(VendorCredit)])
        if record is None:
            return
        voids = isinstance(record, BillPayment) and self.office.choices.chance(50)
        self.office.say(f"{'voids' if voids else 'deletes'} {record.ref.kind} {record.ref.id} in QuickBooks")
        if voids:
            self._books.void_payment(record.ref.id)
        elif isinstance(record, BillPayment):
            self._books.delete_payment(record.ref.id)
        elif isinstance(record, Bill):
            self._books.delete_bill(record.ref.id)
        else:
            self._books.delete_credit(record.ref.id)

    def _change_vendor(self) -> None:
        # One that somebody is entering for us has only its name to be found by: QuickBooks keeps no note on vendors.
        being_entered = {ref for ref, told in stands_for(self.office.world).items() if self._is_under_way(told)}
        if vendor := self._some([each for each in self._living(Vendor) if each.ref not in being_entered]):
            if self.office.choices.chance(30):
                self.office.say(f"makes vendor {vendor.ref.id} {'in' if vendor.active else ''}active in QuickBooks")
                self._books.keep(replace(vendor, active=not vendor.active))
            else:
                name = self.office.choices.one_of(VENDOR_NAMES)
                self.office.say(f"calls vendor {vendor.ref.id} {name} in QuickBooks")
                self._books.keep(replace(vendor, name=name))

    # --- whatever they look at ------------------------------------------------------------------------------------

    def _is_under_way(self, told: Ref) -> bool:
        latest = self.office.world.effects.load_latest(self.office.world.tenant, PAYABLE, told)
        return latest is None or not latest.settled

    @property
    def _books(self) -> FakePayables:
        return self.office.world.our_payables

    def _living[P: Payable](self, kind: type[P]) -> list[P]:
        records = self._books.records.values()
        return [each for each in records if isinstance(each, kind) and each.standing is Standing.LIVE]

    def _some[T](self, among: Sequence[T]) -> T | None:
        return self.office.choices.one_of(among) if among else None

    def _minor(self, most: int) -> int:
        return (1 + self.office.choices.pick(most)) * self.office.unit_minor


def stands_for(world: World) -> dict[Ref, Ref]:
    """Give the platform's record that each entry in QuickBooks stands for: made by us, by its note, or taken over."""
    subjects = {
        marker_of(effect.key): effect.subject
        for effect in world.effects.effects.values()
        if effect.kind == PAYABLE and effect.tenant == world.tenant
    }
    made = {entry: subjects[note.rpartition(" ")[2]] for entry, note in world.our_payables.notes.items()}
    taken = {entry: told for (tenant, entry), told in world.origins.by_copy.items() if tenant == world.tenant}
    return {**taken, **made}


def _revision(record: object) -> str:
    return getattr(record, "revision", "") + str(getattr(record, "standing", ""))
