"""What people do: record, edit, move and void payments, enter invoices late, and change ConnectWise by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from crossfoot.core.company import AccountUse, LedgerAccount
from crossfoot.core.model import (
    ACCOUNTING,
    PLATFORM,
    PSA,
    Deposit,
    Invoice,
    Kind,
    Payment,
    PaymentRow,
    Payout,
    Ref,
    Standing,
    System,
)
from crossfoot.core.parts import carried_payment
from crossfoot.core.payables.records import Payable
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.preferences import ClosedPeriod, UnappliedMoney
from crossfoot.core.rows import standing_of
from crossfoot.messages import CrossfootRequest

from tests.fakes.filing import CUSTOMER_ID, TODAY
from tests.fakes.receipts import BANK, FEES
from tests.fakes.world import World
from tests.simulation.choices import Choices

NUMBERS = ("1001", "1002", "1003")
# Entered in neither system at first: customers may have paid it by then.
UPCOMING = "1004"
MAIN_NUMBERS = (*NUMBERS, UPCOMING)
# The type of their ConnectWise copies.
MAIN_TYPE = "Miscellaneous"
TOTAL_UNITS = 12
# What Crossfoot leaves on a payment that it made itself (E1).
MARKER = "xf:00000000000000aa"
# What there is to choose beside what every company has.
SAVINGS = LedgerAccount("36", "Savings", AccountUse.BANK)
RETURNS = LedgerAccount("91", "Payments given back", AccountUse.EXPENSE)


@dataclass
class Office:
    """One partner's people.

    Takes: `unit_minor` divides every amount of this partner and none of another's, so that a row which crossed over shows;
    `at_rest` tells whether no worker of this partner is under way. `meddled` are the invoices where ConnectWise was made
    to show something else than QuickBooks; on all others the two must agree, whatever else was done there. `told` is what
    the platform told last of its payments; `touched` are those of them that people changed in either system, and `ended`
    those that they took away, with the platform's version of which they did. `payouts` is what it told last of those, and
    `touched_deposits` are the deposits that people changed or deleted; `deposited` tells whether deposits were ever on.
    `claimed` are the bills that another tool had batched while we were at none of them, and how often we had entered each.
    `told_payables` are as `told`, and `touched_payables` those of them whose entries people in QuickBooks changed.
    """

    world: World
    choices: Choices
    unit_minor: int
    say: Callable[[str], None]
    at_rest: Callable[[], bool]
    meddled: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    upcoming: set[str] = field(default_factory=lambda: {UPCOMING})
    told: dict[Ref, Payment] = field(default_factory=dict)
    touched: set[Ref] = field(default_factory=set)
    ended: dict[Ref, str] = field(default_factory=dict)
    payouts: dict[Ref, Payout] = field(default_factory=dict)
    touched_deposits: set[Ref] = field(default_factory=set)
    deposited: bool = False
    claimed: dict[Ref, int] = field(default_factory=dict)
    told_payables: dict[Ref, Payable] = field(default_factory=dict)
    touched_payables: set[Ref] = field(default_factory=set)
    toggles: bool = False
    toggled: bool = False
    foreign_rows: dict[str, PaymentRow] = field(default_factory=dict)
    _payments: int = 0
    _by_hand: dict[str, str] = field(default_factory=dict)

    def open(self) -> None:
        """Enter the invoices; some reach ConnectWise later."""
        self.toggles = self.choices.chance(30)
        for number in NUMBERS:
            late = self.choices.chance(25)
            self.world.invoice_in_both(number, TOTAL_UNITS * self.unit_minor, connectwise=not late)
            if late:
                self.late.add(number)
        self.late.add(UPCOMING)
        self.world.our_payments.reduces = self.choices.chance(50)
        unapplied = self.choices.one_of((UnappliedMoney.LEAVE_UNAPPLIED, *UnappliedMoney))
        closed = self.choices.one_of(tuple(ClosedPeriod))
        self._prefer(unapplied_money=unapplied, closed_period=closed)
        ours = self.world.our_payments
        ours.company = replace(ours.company, accounts=(*ours.company.accounts, SAVINGS, RETURNS))
        if not self.choices.chance(30):
            self.choose_deposits(on=True)

    def act(self) -> System:
        """Do one thing. Returns: the system where it was done."""
        in_quickbooks = (
            self._pay,
            self._pay,
            self._pay,
            self._edit,
            self._edit,
            self._end,
            self._pay_through_crossfoot,
            self._issue,
            self._change_ours,
            self._change_ours,
            self._close_books,
            self._keep_accounts,
            self._change_our_deposit,
        )
        in_connectwise = (
            self._enter_the_same,
            self._enter_the_same,
            self._credit,
            self._lock,
            self._enter_late,
            self._take_our_row,
        )
        rare = (self._meddle, self._toggle)
        deed = self.choices.one_of((*in_quickbooks, *in_connectwise, *rare))
        deed()
        return ACCOUNTING if deed in in_quickbooks else PSA

    def enter_everything(self) -> None:
        """Enter what is still missing in either system, let both take every write, and leave the toggle on."""
        self._issue()
        company = self.world.our_payments.company
        accounts = tuple(replace(account, active=True) for account in company.accounts)
        self.world.our_payments.company = replace(company, closed_until=None, accounts=accounts)
        for number in sorted(self.late):
            self._enter(number)
        for invoice in sorted(self.world.connectwise.locked):
            self.world.connectwise.unlock(invoice)
        if not self._is_on():
            self._turn(on=True)

    def _pay(self) -> None:
        self._payments += 1
        self._record(f"p{self._payments}")

    def _pay_through_crossfoot(self) -> None:
        """Record what a customer paid on the platform, as Crossfoot itself does."""
        self._payments += 1
        self._record(f"x{self._payments}", marker=MARKER)

    def _edit(self) -> None:
        live = [payment for payment in self._editable() if not self._is_ours(payment)]
        if live:
            payment = self.choices.one_of(live)
            self._record(payment.ref.id, marker=payment.marker)

    def _issue(self) -> None:
        """Enter in QuickBooks what customers may have paid already."""
        for number in sorted(self.upcoming):
            self.say(f"enters invoice {number} in QuickBooks")
            payer = self.world.quickbooks.customer(CUSTOMER_ID).name
            minor = TOTAL_UNITS * self.unit_minor
            self.world.quickbooks.add_invoice(f"q{number}", number, minor, customer=payer)
        self.upcoming.clear()

    def _close_books(self) -> None:
        """Close the books in QuickBooks up to some day, or open them again."""
        until = self.choices.one_of((None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)))
        self.say(f"closes the books until {until}")
        self.world.our_payments.company = replace(self.world.our_payments.company, closed_until=until)

    def _keep_accounts(self) -> None:
        """Make an account inactive, or active again under another name."""
        ours, id_ = self.world.our_payments, self.choices.one_of((BANK, SAVINGS.id, FEES))
        changed = [
            replace(account, active=not account.active, name=f"{account.name} I") if account.id == id_ else account
            for account in ours.company.accounts
        ]
        self.say(f"makes account {id_} inactive, or active again")
        ours.company = replace(ours.company, accounts=tuple(changed))

    def choose_deposits(self, *, on: bool) -> None:
        """Choose whether payouts are deposited, and where."""
        bank = self.choices.one_of((BANK, SAVINGS.id))
        returns = self.choices.one_of(("", RETURNS.id))
        self.say(f"turns deposits {'on' if on else 'off'}: into {bank}, returns to {returns or 'undeposited funds'}")
        self.deposited = self.deposited or on
        # Without deposits the payments lie in undeposited funds all the same, so that a payout may be deposited later.
        account = bank if on else ""
        self._prefer(deposits_enabled=on, deposit_account_id=account, fee_account_id=FEES, returns_account_id=returns)

    def _change_our_deposit(self) -> None:
        """Delete a deposit of ours, or leave something out of it, or let it be of another day (D2)."""
        deposits = [
            record
            for ref in self.world.our_deposits.notes
            if isinstance(record := self.world.quickbooks.records.get(ref), Deposit)
            and record.standing is Standing.LIVE
        ]
        if not deposits:
            return
        deposit = self.choices.one_of(deposits)
        self.touched_deposits.add(deposit.ref)
        assert deposit.deposited_on is not None
        what = self.choices.pick(3)
        self.say(f"{('deletes', 'dates anew', 'leaves a line out of')[what]} deposit {deposit.ref.id}")
        if what == 0:
            self.world.quickbooks.delete_deposit(deposit.ref.id)
        elif what == 1:
            later = deposit.deposited_on + timedelta(days=1)
            self.world.quickbooks.keep_deposit(replace(deposit, deposited_on=later))
        else:
            self.world.quickbooks.keep_deposit(self._without_last_line(deposit))

    def _without_last_line(self, deposit: Deposit) -> Deposit:
        *kept, left_out = deposit.lines or ()
        held = self.world.quickbooks.payment(left_out.payment.id).total_minor if left_out.payment else 0
        total_minor = deposit.total_minor - left_out.amount_minor - held
        return replace(deposit, lines=tuple(kept), total_minor=total_minor)

    def _change_ours(self) -> None:
        """Edit, move, void or delete what we made in QuickBooks for a payment of the platform (P3)."""
        ours = [payment for payment in self._editable() if self._is_ours(payment)]
        if not ours:
            return
        receipt = self.choices.one_of(ours)
        payment = self.world.origins.by_marker.get((self.world.tenant, receipt.marker))
        if payment is not None:
            self.touched.add(payment)
        if self.choices.chance(50):
            self._record(receipt.ref.id, marker=receipt.marker)
        else:
            self._end_one(receipt)
            self._note_end(payment)

    @staticmethod
    def _is_ours(payment: Payment) -> bool:
        return bool(payment.marker) and payment.marker != MARKER

    def _note_end(self, payment: Ref | None) -> None:
        """Note that a payment of the platform was taken away, if it still counts."""
        known = self.world.book.load(self.world.tenant, payment) if payment is not None else None
        if known is not None and known.standing is Standing.LIVE:
            self.ended[known.ref] = known.version.updated_at

    def _take_our_row(self) -> None:
        """Delete a row of ours that carries payments of the platform alone, while nobody is at it (P3)."""
        number = self.choices.one_of(MAIN_NUMBERS)
        psa = Ref(PSA, Kind.INVOICE, f"c{number}")
        standing = standing_of(self.world.effects.load_latest(self.world.tenant, PAYMENT_ROWS, psa))
        carried = [carried_payment(name) for name in standing.carries]
        there = {row.id for row in self.world.connectwise.rows.get(psa, ())}
        ours = [row for row in standing.rows if row.id in there and not row.foreign]
        if not ours or any(payment.system is not PLATFORM for payment in carried) or not self.at_rest():
            return
        row = self.choices.one_of(ours)
        self.say(f"deletes row {row} of ours of {number} in ConnectWise, for {', '.join(standing.carries)}")
        self.world.connectwise.remove(psa, row.id)
        self.touched |= {*carried}
        for payment in carried:
            self._note_end(payment)

    def _record(self, payment_id: str, marker: str = "") -> None:
        parts = {}
        for _ in range(1 + self.choices.pick(2)):
            parts[f"q{self.choices.one_of(NUMBERS)}"] = (1 + self.choices.pick(4)) * self.unit_minor
        parts = self._affordable(payment_id, parts)
        if parts:
            on = TODAY + timedelta(days=self.choices.pick(3))
            self.say(f"records {payment_id}: {parts} on {on}")
            self._forget_row_of(payment_id)
            self.world.quickbooks.pay(payment_id, parts, on=on, marker=marker)

    def _affordable(self, payment_id: str, parts: dict[str, int]) -> dict[str, int]:
        """QuickBooks does not let a payment exceed what is open."""
        before = self.world.quickbooks.records.get(Ref(ACCOUNTING, Kind.PAYMENT, payment_id))
        own = {p.invoice.id: p.amount_minor for p in before.allocations} if isinstance(before, Payment) else {}
        room = {k: self.world.quickbooks.invoice(k).balance_minor + own.get(k, 0) for k in parts}
        return {k: v for k, v in parts.items() if v <= room[k]}

    def _end(self) -> None:
        live = [payment for payment in self._editable() if not self._is_ours(payment)]
        if live:
            self._end_one(self.choices.one_of(live))

    def _end_one(self, payment: Payment) -> None:
        delete = self.choices.chance(50)
        self.say(f"{'deletes' if delete else 'voids'} {payment.ref.id}")
        self._forget_row_of(payment.ref.id)
        (self.world.quickbooks.delete if delete else self.world.quickbooks.void)(payment.ref.id)

    def _enter_the_same(self) -> None:
        """Enter by hand what QuickBooks shows and ConnectWise does not yet: amount and date are those of the payment (E6).

        Only while nobody is at it: two who enter the same at once, a person and a worker, no software can keep apart.
        """
        number = self.choices.one_of(NUMBERS)
        psa, connectwise = Ref(PSA, Kind.INVOICE, f"c{number}"), self.world.connectwise
        waiting = [p for p in self.live_payments() if not p.marker and self._pays(p, number)]
        if (
            number in self.late
            or not waiting
            or connectwise.rows.get(psa)
            or number in self._by_hand
            or not self.at_rest()
        ):
            return
        payment = self.choices.one_of(waiting)
        amount = self._pays(payment, number)
        latest = self.world.effects.load_latest(self.world.tenant, PAYMENT_ROWS, psa)
        if standing_of(latest).rows or amount > connectwise.invoice(psa.id).balance_minor:
            return
        foreign = self.choices.chance(30)
        how = "by another product" if foreign else "by hand"
        self.say(f"enters {payment.ref.id} {how} on {number} in ConnectWise: {amount} on {payment.paid_on}")
        self._enter_row(psa, amount, payment.paid_on or TODAY, foreign=foreign)
        self._by_hand[number] = payment.ref.id
        if foreign and not connectwise.many_rows:
            # It takes the only place: no other payment can be shown beside it.
            self.meddled.add(number)

    def _enter_row(self, psa: Ref, amount_minor: int, on: date, *, foreign: bool) -> None:
        row = self.world.connectwise.enter(psa, amount_minor, on, foreign=foreign)
        if foreign:
            self.foreign_rows[row.id] = row

    def _forget_row_of(self, payment_id: str) -> None:
        """Note that a row by hand has lost its payment, unless it was adopted and follows it."""
        for number in [number for number, payment in self._by_hand.items() if payment == payment_id]:
            del self._by_hand[number]
            psa = Ref(PSA, Kind.INVOICE, f"c{number}")
            latest = self.world.effects.load_latest(self.world.tenant, PAYMENT_ROWS, psa)
            if latest is None or not latest.settled or payment_id not in standing_of(latest).carries:
                self.meddled.add(number)

    def _credit(self) -> None:
        """Apply a credit memo in both systems."""
        number = self.choices.one_of(NUMBERS)
        if number in self.late:
            return
        copies: list[Invoice] = [
            self.world.quickbooks.invoice(f"q{number}"),
            self.world.connectwise.invoice(f"c{number}"),
        ]
        if min(copy.balance_minor for copy in copies) >= self.unit_minor:
            self._payments += 1
            self.say(f"applies a credit of {self.unit_minor} on {number} in both systems")
            self.world.quickbooks.pay(f"m{self._payments}", {}, credited={copies[0].ref.id: self.unit_minor})
            self.world.connectwise.apply_credit(copies[1].ref, self.unit_minor)

    def _lock(self) -> None:
        """Close an invoice against writes in ConnectWise, or open it again."""
        number = self.choices.one_of(NUMBERS)
        psa, connectwise = Ref(PSA, Kind.INVOICE, f"c{number}"), self.world.connectwise
        if number not in self.late:
            opens = psa in connectwise.locked
            self.say(f"{'opens' if opens else 'locks'} {number} in ConnectWise")
            (connectwise.unlock if opens else connectwise.lock)(psa)

    def _meddle(self) -> None:
        """Enter or delete a ConnectWise row by hand; sometimes another product does."""
        number = self.choices.one_of(NUMBERS)
        if number in self.late:
            return
        psa = self.world.connectwise.invoice(f"c{number}")
        rows = self.world.connectwise.rows.get(psa.ref, [])
        if rows and self.choices.chance(40):
            self.say(f"deletes row {rows[0]} of {number} in ConnectWise")
            self.world.connectwise.remove(psa.ref, rows[0].id)
            self.foreign_rows.pop(rows[0].id, None)
            names = [Ref(ACCOUNTING, Kind.INVOICE, f"q{number}"), psa.ref]
            paying = self.world.book.load_payments_of_many(self.world.tenant, names)
            self.touched |= {each.ref for some in paying.values() for each in some if each.ref.system is PLATFORM}
        elif not rows or self.world.connectwise.many_rows:
            amount, foreign = (1 + self.choices.pick(4)) * self.unit_minor, self.choices.chance(30)
            if amount > psa.balance_minor:
                return
            self.say(f"enters {amount} on {number} in ConnectWise{' by another product' if foreign else ''}")
            self._enter_row(psa.ref, amount, TODAY, foreign=foreign)
        self.meddled.add(number)

    def _enter_late(self) -> None:
        if self.late:
            self._enter(min(self.late))

    def _enter(self, number: str) -> None:
        self.say(f"enters invoice {number} in ConnectWise")
        self.late.discard(number)
        payer = self.world.connectwise.customer(CUSTOMER_ID).name
        self.world.connectwise.add_invoice(f"c{number}", number, TOTAL_UNITS * self.unit_minor, customer=payer)

    def _toggle(self) -> None:
        if self.toggles:
            self._turn(on=not self._is_on())

    def _is_on(self) -> bool:
        return self.world.preferences.load(self.world.tenant).external_payments_enabled

    def _turn(self, *, on: bool) -> None:
        """Do what PUT /v1/preferences does."""
        self.say(f"turns external payments {'on' if on else 'off'}")
        self.toggled = True
        self._prefer(external_payments_enabled=on)
        if on:
            request = CrossfootRequest(tenant=self.world.tenant, every_payment=True, because=self.world.clock.stamp())
            self.world.queue.send([request])

    def _prefer(self, **chosen: Any) -> None:
        now = self.world.preferences.load(self.world.tenant)
        self.world.preferences.save(self.world.tenant, replace(now, **chosen))

    def _editable(self) -> list[Payment]:
        """QuickBooks locks a payment that is in a deposit."""
        return [payment for payment in self.live_payments() if payment.deposit is None]

    def live_payments(self) -> list[Payment]:
        """List the payments that stand."""
        records = self.world.quickbooks.records.values()
        return [r for r in records if isinstance(r, Payment) and r.standing is Standing.LIVE and r.total_minor]

    @staticmethod
    def _pays(payment: Payment, number: str) -> int:
        return sum(part.amount_minor for part in payment.allocations if part.invoice.id == f"q{number}")
