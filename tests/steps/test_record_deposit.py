"""record_deposit: one payout is one deposit in QuickBooks, to the cent, whatever becomes of its payments (D1, D2, P2)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from crossfoot.core.depositing import DEPOSIT
from crossfoot.core.model import ACCOUNTING, PSA, Deposit, Kind, Payment, Ref, Standing
from crossfoot.core.preferences import ClosedPeriod, Preferences
from crossfoot.core.slips import Slip
from crossfoot.errors import BadMessage, Conflict, OutcomeUnknown, Retryable
from crossfoot.messages import Message, MirrorPayment, RecordDeposit
from crossfoot.ports import ConnectionState

from tests.fakes.api import FakeApi
from tests.fakes.faults import Faults
from tests.fakes.payouts import FakePayouts
from tests.fakes.receipts import BANK, FEES, FUNDS
from tests.fakes.telling import FakePlatform
from tests.fakes.trip import Wired
from tests.fakes.world import TENANT, World

ON = Preferences(deposits_enabled=True, deposit_account_id=BANK, fee_account_id=FEES)


class Bank:
    """What QuickBooks shows of deposits."""

    def __init__(self) -> None:
        self.world = World()
        for number, minor in (("1001", 100_00), ("1002", 50_00)):
            self.world.invoice_in_both(number, minor)
        self.world.preferences.save(TENANT, ON)
        self.world.fetch_and_settle()
        self.platform, self.payouts = FakePlatform(self.world), FakePayouts(self.world)

    def paid(self, *, settled: bool = True) -> None:
        """Let two payments come and be entered."""
        self.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
        self.platform.pay("pay_2", {"quickbooks-q1002": 50_00})
        if settled:
            self.settle()

    def pay_out(self, status: str = "paid") -> None:
        items = ("payment", 100_00, "pay_1"), ("payment", 50_00, "pay_2"), ("fee", -4_50, "Card fee")
        self.payouts.pay_out("po_1", *items, status=status)

    def deposited(self) -> None:
        """Let both be paid out, and deposited."""
        self.paid()
        self.pay_out()
        self.settle()

    def settle(self) -> None:
        """Let everything come to rest, and be seen by the product, again and again: nothing may swing."""
        for _ in range(3):
            self.world.settle()
            self.world.fetch_and_settle()

    def deposits(self) -> list[Deposit]:
        found = [record for record in self.world.quickbooks.records.values() if isinstance(record, Deposit)]
        return [deposit for deposit in found if deposit.standing is Standing.LIVE]

    def shown(self) -> list[tuple[int, list[int], dict[str, int]]]:
        """Show the deposits: total, the amounts of the payments in them, and their own lines by account."""
        return [(each.total_minor, *self._lines(each)) for each in self.deposits()]

    def _lines(self, deposit: Deposit) -> tuple[list[int], dict[str, int]]:
        lines = deposit.lines or ()
        held = sorted(self.world.quickbooks.payment(line.payment.id).total_minor for line in lines if line.payment)
        own: dict[str, int] = {}
        for line in lines:
            if not line.payment:
                own[line.account_id] = own.get(line.account_id, 0) + line.amount_minor
        return held, own

    def received(self) -> list[int]:
        """List the living payments in QuickBooks by amount."""
        found = [record for record in self.world.quickbooks.records.values() if isinstance(record, Payment)]
        return sorted(payment.total_minor for payment in found if payment.standing is Standing.LIVE)

    def codes(self, id_: str = "po_1") -> list[str]:
        kind = Kind.PAYOUT if id_.startswith("po") else Kind.PAYMENT
        ref = Ref(self.platform.payment("pay_1").ref.system, kind, id_)
        return [each.item.code for each in self.world.history.load(TENANT, ref)]

    def funds(self) -> int:
        """Give the balance of undeposited funds: what payments brought, less what deposits took, and their own lines."""
        held = {line.payment for each in self.deposits() for line in each.lines or () if line.payment}
        found = [r for r in self.world.quickbooks.records.values() if isinstance(r, Payment)]
        there = sum(p.total_minor for p in found if p.standing is Standing.LIVE and p.ref not in held)
        own = sum(own.get(FUNDS, 0) for _, _, own in self.shown())
        return there - own


@pytest.fixture
def bank() -> Bank:
    return Bank()


WHOLE = [(145_50, [50_00, 100_00], {FEES: -4_50})]


def test_d2_a_payout_becomes_one_deposit_of_its_payments_and_its_fee(bank: Bank) -> None:
    bank.deposited()
    assert bank.shown() == WHOLE
    assert (bank.world.our_deposits.writes, bank.codes()) == (1, [])
    assert bank.funds() == 0


def test_d3_connectwise_gets_no_deposit(bank: Bank) -> None:
    bank.paid()
    before = (bank.world.connectwise.writes, bank.world.rows("1001"), bank.world.rows("1002"))
    bank.pay_out()
    bank.settle()
    assert bank.shown() == WHOLE
    assert (bank.world.connectwise.writes, bank.world.rows("1001"), bank.world.rows("1002")) == before


@pytest.mark.parametrize("first", ["payout", "payments"])
def test_d2_whichever_is_told_first(bank: Bank, first: str) -> None:
    if first == "payout":
        bank.pay_out()
        bank.world.settle()
        bank.paid(settled=False)
    else:
        bank.paid(settled=False)
        bank.pay_out()
    bank.settle()
    assert bank.shown() == WHOLE
    assert bank.world.our_deposits.writes == 1


def test_d1_nothing_is_deposited_while_deposits_are_off(bank: Bank) -> None:
    bank.world.preferences.save(TENANT, Preferences())
    bank.deposited()
    assert bank.shown() == []
    assert bank.codes() == ["deposits_off"]


def test_d1_an_account_that_is_inactive_by_now_is_told_before_anything_is_written(bank: Bank) -> None:
    bank.world.our_payments.deactivate(FEES)
    bank.deposited()
    assert (bank.shown(), bank.world.our_deposits.writes) == ([], 0)
    assert bank.codes()[-1] == "account_missing"


def test_d2_a_payout_is_deposited_when_it_was_paid_and_taken_back_when_it_fails(bank: Bank) -> None:
    bank.paid()
    bank.pay_out(status="created")
    bank.settle()
    assert (bank.shown(), bank.codes()) == ([], ["not_paid_yet"])
    bank.payouts.tell("po_1", status="paid")
    bank.settle()
    assert bank.shown() == WHOLE
    bank.payouts.tell("po_1", status="failed")
    bank.settle()
    assert (bank.shown(), bank.received()) == ([], [50_00, 100_00])
    bank.payouts.pay_out("po_2", ("payment", 100_00, "pay_1"), ("payment", 50_00, "pay_2"))
    bank.settle()
    assert bank.shown() == [(150_00, [50_00, 100_00], {})]


@pytest.mark.parametrize("status", ["refunded", "returned", "deleted"])
def test_p2_a_deposited_payment_that_is_taken_back_leaves_its_deposit_first(bank: Bank, status: str) -> None:
    bank.deposited()
    bank.platform.change("pay_1", status=status)
    bank.settle()
    assert bank.shown() == [(145_50, [50_00], {FEES: -4_50, FUNDS: 100_00})]
    assert bank.received() == [50_00]
    assert "deposit_first" in bank.codes("pay_1")
    kind = "return" if status == "returned" else "refund"
    bank.payouts.pay_out("po_2", ("payment", 100_00, "pay_3"), (kind, -100_00, "pay_1"))
    bank.platform.pay("pay_3", {"quickbooks-q1001": 100_00})
    bank.settle()
    assert bank.shown()[1:] == [(0, [100_00], {FUNDS: -100_00})]
    assert bank.funds() == 0, "over both payouts undeposited funds come to nothing"


def test_p2_a_deposited_payment_that_is_refunded_in_part_is_deposited_again_with_what_is_left(bank: Bank) -> None:
    bank.deposited()
    bank.platform.change("pay_1", refunded_amount="30.00")
    bank.settle()
    assert bank.shown() == [(145_50, [50_00, 70_00], {FEES: -4_50, FUNDS: 30_00})]
    assert bank.received() == [50_00, 70_00]
    assert bank.world.our_deposits.writes == 3


def test_p2_a_payment_that_is_moved_to_another_invoice_is_let_out_and_put_in_again(bank: Bank) -> None:
    bank.deposited()
    bank.world.quickbooks.add_invoice("q1003", "1003", 100_00)
    bank.world.fetch_and_settle()
    bank.platform.change("pay_1", allocations=[{"invoice": "quickbooks-q1003", "amount": "100.00"}])
    bank.settle()
    assert bank.shown() == WHOLE
    assert [bank.world.quickbooks.invoice(f"q{number}").balance_minor for number in ("1001", "1003")] == [100_00, 0]


def test_p2_nothing_is_let_out_while_the_books_are_closed(bank: Bank) -> None:
    bank.deposited()
    bank.world.our_payments.close_books(date(2026, 12, 31))
    bank.world.clock.advance(90_000)
    bank.platform.change("pay_1", status="returned")
    bank.settle()
    assert bank.shown() == WHOLE
    assert (bank.codes("pay_1")[-1], bank.codes()) == ("period_closed", [])


def test_d2_a_deposit_in_closed_books_is_dated_on_the_first_open_day_where_the_partner_says_so(bank: Bank) -> None:
    bank.paid()
    bank.world.our_payments.close_books(date(2026, 11, 20))
    bank.world.clock.advance(90_000)
    bank.world.preferences.save(TENANT, replace(ON, closed_period=ClosedPeriod.FIRST_OPEN_DAY))
    bank.pay_out()
    bank.settle()
    assert bank.shown() == WHOLE
    assert [each.deposited_on for each in bank.deposits()] == [date(2026, 11, 21)]


def test_p3_a_payment_of_the_payout_that_somebody_deleted_in_quickbooks_is_a_line_of_its_own(bank: Bank) -> None:
    bank.paid()
    receipt = next(
        r for r in bank.world.quickbooks.records.values() if isinstance(r, Payment) and r.total_minor == 100_00
    )
    bank.world.quickbooks.delete(receipt.ref.id)
    bank.pay_out()
    bank.settle()
    assert bank.shown() == [(145_50, [50_00], {FEES: -4_50, FUNDS: 100_00})]


def test_d2_a_deposit_that_somebody_changed_before_its_lost_answer_was_looked_for_is_told_and_not_made_again(
    bank: Bank,
) -> None:
    bank.paid()
    bank.pay_out()
    deposits = bank.world.our_deposits
    make = deposits.create_deposit

    def lost(slip: Slip, currency: str, note: str, request_id: str) -> Slip:
        made = make(slip, currency, note, request_id)
        bank.world.quickbooks.keep_deposit(replace(bank.deposits()[0], deposited_on=date(2026, 12, 1)))
        raise OutcomeUnknown(f"the answer of {made.id} was lost")

    deposits.create_deposit = lost  # type: ignore[method-assign]
    bank.settle()
    assert (deposits.writes, len(bank.deposits()), bank.codes()) == (1, 1, ["changed_by_hand"])


@pytest.mark.parametrize("deed", ["edited", "deleted"])
def test_d2_a_deposit_that_somebody_changed_is_told_and_never_written_over(bank: Bank, deed: str) -> None:
    bank.deposited()
    (ours,) = bank.deposits()
    if deed == "edited":
        bank.world.quickbooks.keep_deposit(replace(ours, deposited_on=date(2026, 12, 1)))
    else:
        bank.world.quickbooks.delete_deposit(ours.ref.id)
    bank.settle()
    assert bank.codes() == ["changed_by_hand"]
    bank.platform.change("pay_1", status="returned")
    bank.settle()
    assert bank.world.our_deposits.writes == 1
    assert bank.received() == ([50_00, 100_00] if deed == "edited" else [50_00])


def test_d2_a_deposit_that_is_only_saved_again_is_still_ours(bank: Bank) -> None:
    bank.deposited()
    (ours,) = bank.deposits()
    bank.world.quickbooks.keep_deposit(ours)
    bank.settle()
    bank.platform.change("pay_1", status="returned")
    bank.settle()
    assert bank.shown() == [(145_50, [50_00], {FEES: -4_50, FUNDS: 100_00})]


def test_d2_a_payment_in_somebody_elses_deposit_is_refused(bank: Bank) -> None:
    bank.paid()
    receipt = next(r for r in bank.world.quickbooks.records.values() if isinstance(r, Payment))
    by_hand = bank.world.quickbooks.deposit("by-hand", [receipt.ref.id])
    bank.world.fetch_and_settle()
    bank.pay_out()
    bank.settle()
    assert bank.codes()[-1] == "deposited_by_hand"
    bank.world.quickbooks.delete_deposit(by_hand.id)
    bank.settle()
    assert bank.shown() == WHOLE, "it follows by itself once the payment is free"


def test_d2_a_total_that_quickbooks_makes_something_else_of_does_not_stand(bank: Bank) -> None:
    bank.world.our_deposits.adds_minor = 1
    bank.deposited()
    assert (bank.shown(), bank.codes()) == ([], ["added_up_differently"])
    assert bank.world.our_deposits.writes == 2
    bank.payouts.tell("po_1")
    bank.settle()
    assert bank.world.our_deposits.writes == 2, "the same is not tried again"


def test_d2_a_payout_waits_for_quickbooks_to_be_connected(bank: Bank) -> None:
    bank.paid()
    bank.world.connections.states[ACCOUNTING] = ConnectionState.DISCONNECTED
    bank.pay_out()
    bank.world.settle()
    assert bank.codes() == ["accounting_not_connected"]


def test_a_payout_that_nobody_told_of_is_a_bad_message(bank: Bank) -> None:
    with pytest.raises(BadMessage):
        bank.world.work(RecordDeposit(tenant=TENANT, payout_id="po_9"))


# --- the proof -----------------------------------------------------------------------------------------------------------


def _proof(bank: Bank) -> dict[str, Any]:
    shown: dict[str, Any] = FakeApi(bank.world).call("GET", "/v1/payouts/platform-po_1").body
    return shown


def test_d2_the_proof_of_a_payout_shows_every_amount_and_id_on_all_sides(bank: Bank) -> None:
    bank.deposited()
    proof = _proof(bank)
    (ours,) = bank.deposits()
    assert (proof["tied"], proof["reason"]["code"], proof["total"]) == (True, "tied", "145.50")
    assert proof["deposit"] == {
        "id": f"quickbooks-{ours.ref.id}", "deposited_on": "2026-11-03", "account_id": BANK, "account_name": "Checking",
        "total": "145.50", "lines": [{"amount": "-4.50", "account_id": FEES, "memo": "Card fee"}],
    }  # fmt: skip
    receipts = {line.payment.id: line for line in ours.lines or () if line.payment}
    one, two = proof["payments"]
    assert [part["id"].removeprefix("quickbooks-") in receipts for part in one["receipts"]] == [True]
    assert one == {
        "id": "platform-pay_1", "paid_out": "100.00", "total": "100.00", "refunded": "0.00", "taken_back": None,
        "receipts": [{"id": one["receipts"][0]["id"], "amount": "100.00", "deposited": True}],
        "invoices": [{
            "number": "1001", "accounting": "quickbooks-q1001", "psa": "connectwise-c1001", "amount": "100.00",
            "rows": [{"amount": "100.00", "paid_on": "2026-11-03"}], "carried": True,
        }],
    }  # fmt: skip
    assert (two["id"], two["invoices"][0]["number"]) == ("platform-pay_2", "1002")


@pytest.mark.parametrize("status", ["refunded", "returned"])
def test_d2_a_payout_is_tied_again_once_a_payment_was_taken_back_everywhere(bank: Bank, status: str) -> None:
    bank.deposited()
    bank.platform.change("pay_1", status=status)
    assert (_proof(bank)["tied"], _proof(bank)["reason"]["code"]) == (False, "payment_differs")
    bank.settle()
    proof = _proof(bank)
    assert proof["tied"]
    assert proof["payments"][0]["receipts"] == []
    assert proof["deposit"]["lines"][1] == {"amount": "100.00", "account_id": FUNDS, "memo": f"Payment pay_1: {status}"}


def test_d2_a_payout_that_does_not_tie_says_why(bank: Bank) -> None:
    bank.pay_out()
    bank.world.settle()
    assert (_proof(bank)["tied"], _proof(bank)["reason"]["code"]) == (False, "payment_not_in_book")
    bank.paid()
    assert _proof(bank)["tied"]
    (ours,) = bank.deposits()
    bank.world.quickbooks.keep_deposit(replace(ours, deposited_on=date(2026, 12, 1)))
    bank.world.fetch_and_settle()
    assert (_proof(bank)["tied"], _proof(bank)["reason"]["code"]) == (False, "changed_by_hand")


def test_d2_a_row_that_connectwise_lacks_is_seen(bank: Bank) -> None:
    bank.world.invoice_in_both("1004", 20_00)
    bank.world.fetch_and_settle()
    bank.world.connections.states[PSA] = ConnectionState.DISCONNECTED
    bank.platform.pay("pay_4", {"quickbooks-q1004": 20_00})
    bank.payouts.pay_out("po_1", ("payment", 20_00, "pay_4"))
    bank.world.settle()
    proof = _proof(bank)
    assert (proof["deposit"]["total"], proof["tied"], proof["reason"]["code"]) == ("20.00", False, "rows_differ")


def test_x1_a_deposit_and_its_payout_name_each_other(bank: Bank) -> None:
    bank.deposited()
    (ours,) = bank.deposits()
    api = FakeApi(bank.world)
    deposit = api.call("GET", f"/v1/records/deposit/quickbooks-{ours.ref.id}/explain").body
    payout = api.call("GET", "/v1/records/payout/platform-po_1/explain").body
    assert deposit["ids"][:2] == [f"quickbooks-{ours.ref.id}", "platform-po_1"]
    assert f"quickbooks-{ours.ref.id}" in payout["ids"]


def test_x1_a_payout_tells_its_story(bank: Bank) -> None:
    bank.deposited()
    bank.payouts.tell("po_1", status="failed")
    bank.settle()
    told = FakeApi(bank.world).call("GET", "/v1/records/payout/platform-po_1/explain").body
    assert told["ids"][:3] == ["platform-po_1", "platform-pay_1", "platform-pay_2"]
    sentences = [line["why"]["sentence"] for line in told["story"]]
    assert sentences[0] == "Deposited 145.50 USD dated 2026-11-03 in Checking, with 2 payments."
    assert "Took the deposit of 145.50 USD dated 2026-11-03 back: the payout failed." in sentences
    assert [why["code"] for why in told["now"]] == ["failed", "payout_failed"]


# --- whatever a worker dies at -----------------------------------------------------------------------------------------


def _made(bank: Bank) -> None:
    bank.paid()
    bank.pay_out()


def _let_out(bank: Bank) -> None:
    bank.deposited()
    bank.platform.change("pay_1", status="returned")


def _in_part(bank: Bank) -> None:
    bank.deposited()
    bank.platform.change("pay_1", refunded_amount="30.00")


def _failed(bank: Bank) -> None:
    bank.deposited()
    bank.payouts.tell("po_1", status="failed")


def _told(bank: Bank) -> None:
    bank.pay_out()
    bank.paid(settled=False)


type Story = Callable[[Bank], None]
STORIES: dict[Story, tuple[list[tuple[int, list[int], dict[str, int]]], list[int]]] = {
    _told: (WHOLE, [50_00, 100_00]),
    _made: (WHOLE, [50_00, 100_00]),
    _let_out: ([(145_50, [50_00], {FEES: -4_50, FUNDS: 100_00})], [50_00]),
    _in_part: ([(145_50, [50_00, 70_00], {FEES: -4_50, FUNDS: 30_00})], [50_00, 70_00]),
    _failed: ([], [50_00, 100_00]),
}


STRUCK = [(story, RecordDeposit) for story in STORIES] + [(_told, MirrorPayment), (_let_out, MirrorPayment)]


@pytest.mark.parametrize(
    ("story", "kind"), STRUCK, ids=[f"{story.__name__.strip('_')} {kind.__name__}" for story, kind in STRUCK]
)
def test_p4_no_deposit_twice_and_none_lost_whatever_call_a_worker_dies_at(
    story: Story, kind: type[Message], record_property: Callable[[str, object], None]
) -> None:
    bank = Bank()
    story(bank)
    faults = Faults(kind)
    for at, world in faults.strike(bank.world):
        bank.world = world
        bank.settle()
        assert (bank.shown(), bank.received()) == STORIES[story], at
        effects = world.effects.load_all(TENANT, Ref(bank.platform.payment("pay_1").ref.system, Kind.PAYOUT, "po_1"))
        assert all(effect.settled for effect in effects if effect.kind == DEPOSIT), at
    assert faults.calls
    faults.record(record_property)


# --- two workers at once -----------------------------------------------------------------------------------------------


class _Meanwhile:
    """Lets something happen right after an effect was stored. Takes: which one of them, counted from 1."""

    def __init__(self, deed: Callable[[], None], at: int = 1) -> None:
        self._deed, self._left = deed, at

    def wire(self, port: Any) -> Any:
        return Wired(port, self.call)

    def call(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        answer = method(*args, **kwargs)
        if name == "insert":
            self._left -= 1
            if not self._left:
                self._deed()
        return answer


def test_p2_a_payment_that_changes_while_its_deposit_is_planned_is_not_deposited_as_it_was(bank: Bank) -> None:
    bank.paid()
    bank.pay_out()

    def refunded() -> None:
        bank.platform.change("pay_1", refunded_amount="30.00")
        bank.world.work(bank.world.queue.messages.pop())

    bank.world.work(bank.world.queue.messages.pop(), _Meanwhile(refunded))
    assert bank.world.our_deposits.writes == 0, "its receipt is about to be locked, or was just changed"
    bank.settle()
    assert bank.shown() == [(145_50, [50_00, 70_00], {FEES: -4_50, FUNDS: 30_00})]
    assert bank.world.our_payments.writes == 3, "and nothing was refused"


def test_p2_a_receipt_that_is_about_to_be_deposited_is_let_out_before_it_changes(bank: Bank) -> None:
    bank.paid()
    bank.platform.change("pay_1", refunded_amount="30.00")

    def deposited() -> None:
        bank.pay_out()
        with pytest.raises(Conflict):
            bank.world.work(bank.world.queue.messages[-1])

    bank.world.work(bank.world.queue.messages.pop(0), _Meanwhile(deposited))
    bank.settle()
    assert bank.shown() == [(145_50, [50_00, 70_00], {FEES: -4_50, FUNDS: 30_00})]
    assert (bank.world.our_payments.writes, bank.world.our_deposits.writes) == (3, 1)


def test_p4_many_workers_on_one_payout_make_one_deposit(bank: Bank) -> None:
    bank.paid()
    bank.pay_out()
    message = bank.world.queue.messages[-1]

    def again() -> None:
        with suppress(Retryable):
            bank.world.work(message)

    with pytest.raises(Conflict):
        bank.world.work(message, _Meanwhile(again))
    bank.settle()
    assert (bank.shown(), bank.world.our_deposits.writes) == (WHOLE, 1)
