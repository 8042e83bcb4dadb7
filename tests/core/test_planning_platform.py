"""What payments of the platform ask of ConnectWise's rows, beside external ones (P1 to P4)."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.effects import Effect, EffectState, Json
from crossfoot.core.model import (
    ACCOUNTING,
    PLATFORM,
    PSA,
    Allocation,
    Invoice,
    Keeping,
    Kind,
    Link,
    Payment,
    PaymentRow,
    Ref,
    Standing,
    System,
    TakenBack,
    Version,
)
from crossfoot.core.planning import Plan, Situation, plan_payment, to_effect
from crossfoot.core.preferences import Preferences
from crossfoot.core.rows import Operation, RowWrite, standing_of, to_result

DAY = date(2026, 11, 3)
VERSION = Version("2026-11-03T17:00:00Z", "2026-11-03T17:00:00Z")
ON_BOOKS, IN_PSA = Ref(ACCOUNTING, Kind.INVOICE, "129"), Ref(PSA, Kind.INVOICE, "501")
# E3: external payments are off, and that is nobody's reason to leave the platform's out.
OFF = Preferences()


def invoice(ref: Ref, *, paid_minor: int | None = None, balance_minor: int = 500_00) -> Invoice:
    return Invoice(
        ref, VERSION, Standing.LIVE, "INV-7", None, "Weiskopf", DAY, None, "USD", 500_00, balance_minor, paid_minor
    )


def payment(id_: str, minor: int, names: Ref = ON_BOOKS, *, system=PLATFORM, on: date = DAY) -> Payment:  # type: ignore[no-untyped-def]
    allocations = (Allocation(names, minor),)
    return Payment(Ref(system, Kind.PAYMENT, id_), VERSION, Standing.LIVE, None, on, "USD", minor, allocations)


def taken_back(paid: Payment, why: TakenBack = TakenBack.REFUNDED) -> Payment:
    return replace(paid, standing=Standing.VOID, allocations=(), former_invoices=(ON_BOOKS,), taken_back=why)


def situation(paid: Payment, *others: Payment, paid_minor: int = 0) -> Situation:
    return Situation(
        payment=paid,
        invoice=ON_BOOKS,
        accounting=invoice(ON_BOOKS),
        link=Link(ON_BOOKS, IN_PSA),
        psa=invoice(IN_PSA, paid_minor=paid_minor, balance_minor=500_00 - paid_minor),
        payments=(paid, *others),
    )


def carried_out(before: Situation, plan: Plan, row_id: str = "9") -> Situation:
    """Give the situation once the plan's write is confirmed."""
    assert plan.write is not None
    effect = to_effect("t_1", before, plan.write)
    row = plan.write.row
    made = None if row is None or plan.write.operation is Operation.DELETE else replace(row, id=row.id or row_id)
    left = plan.write.standing_after(effect.generation, made)
    settled = replace(effect, state=EffectState.CONFIRMED, result=to_result(left))
    assert before.psa is not None
    psa = replace(before.psa, paid_minor=left.total_minor, balance_minor=500_00 - left.total_minor)
    return replace(before, latest=settled, psa=psa)


@pytest.mark.parametrize("names", [ON_BOOKS, IN_PSA])
def test_p1_a_payment_is_entered_by_whichever_copy_it_names_and_once(names: Ref) -> None:
    before = situation(payment("pay_1", 100_00, names))
    plan = plan_payment(before, OFF)
    assert plan.write is not None
    assert (plan.write.operation, plan.write.row, plan.write.carries) == (
        Operation.CREATE, PaymentRow("", 100_00, DAY), ("platform-pay_1",),
    )  # fmt: skip
    effect = to_effect("t_1", before, plan.write)
    assert (effect.rule, effect.causes) == ("P1", (Ref(PLATFORM, Kind.PAYMENT, "pay_1"),))
    assert (
        effect.sentence
        == "Entered 100.00 USD dated 2026-11-03 on ConnectWise invoice INV-7, for payment pay_1 of the platform."
    )
    assert plan_payment(carried_out(before, plan), OFF) == Plan()


def test_p1_an_invoice_that_only_connectwise_has_takes_its_payments_too() -> None:
    only = Situation(payment("pay_1", 100_00, IN_PSA), IN_PSA, psa=invoice(IN_PSA, paid_minor=0))
    plan = plan_payment(replace(only, payments=(only.payment,)), OFF)
    assert plan.write is not None
    assert plan.write.operation is Operation.CREATE


def test_p4_what_quickbooks_shows_of_it_is_not_entered_beside_it() -> None:
    copy = replace(payment("181", 100_00, system=ACCOUNTING), origin=Ref(PLATFORM, Kind.PAYMENT, "pay_1"))
    plan = plan_payment(situation(payment("pay_1", 100_00), copy), OFF)
    assert plan.write is not None
    assert plan.write.row == PaymentRow("", 100_00, DAY)


def test_e7_one_row_carries_external_payments_and_those_of_the_platform() -> None:
    external, paid = payment("77", 40_00, system=ACCOUNTING), payment("pay_1", 60_00, on=date(2026, 11, 9))
    first = situation(external, paid)
    plan = plan_payment(first, Preferences(external_payments_enabled=True))
    assert plan.write is not None
    assert plan.write.row == PaymentRow("", 100_00, date(2026, 11, 9))
    assert set(plan.write.carries) == {"77", "platform-pay_1"}
    effect = to_effect("t_1", first, plan.write)
    assert "payment 77 in QuickBooks and payment pay_1 of the platform" in effect.sentence
    after = carried_out(first, plan)
    assert plan_payment(replace(after, payment=paid), OFF) == Plan(), "what was taken over before it was off stays"


def test_e3_an_external_payment_that_is_not_taken_over_is_no_part_of_it() -> None:
    plan = plan_payment(situation(payment("pay_1", 60_00), payment("77", 40_00, system=ACCOUNTING)), OFF)
    assert plan.write is not None
    assert (plan.write.row, plan.write.carries) == (PaymentRow("", 60_00, DAY), ("platform-pay_1",))


@pytest.mark.parametrize("why", TakenBack)
def test_p2_what_is_taken_back_goes_and_what_it_stood_beside_stays(why: TakenBack) -> None:
    paid, other = payment("pay_1", 60_00), payment("pay_2", 40_00)
    before = situation(paid, other)
    made = carried_out(before, plan_payment(before, OFF))
    gone = taken_back(paid, why)
    plan = plan_payment(replace(made, payment=gone, payments=(gone, other)), OFF)
    assert plan.write is not None
    assert (plan.write.operation, plan.write.row) == (Operation.UPDATE, PaymentRow("9", 40_00, DAY))
    alone = situation(paid)
    entered = carried_out(alone, plan_payment(alone, OFF))
    plan = plan_payment(replace(entered, payment=gone, payments=(gone,)), OFF)
    assert plan.write is not None
    assert plan.write.operation is Operation.DELETE
    effect = to_effect("t_1", replace(entered, payment=gone), plan.write)
    assert (effect.rule, effect.sentence.rpartition(": ")[2]) == ("P2", f"on the platform it was {why}.")


def test_p3_a_row_that_somebody_deleted_in_connectwise_takes_its_payments_with_it() -> None:
    paid = payment("pay_1", 60_00)
    before = situation(paid)
    made = carried_out(before, plan_payment(before, OFF))
    assert made.psa is not None
    shown = replace(made, psa=replace(made.psa, paid_minor=0, balance_minor=500_00))
    assert plan_payment(shown, OFF) == Plan(read_rows=True)
    assert plan_payment(replace(shown, live_rows=()), OFF) == Plan(gone=(paid.ref,))
    gone = taken_back(paid, TakenBack.DELETED)
    plan = plan_payment(replace(shown, live_rows=(), payment=gone, payments=(gone,)), OFF)
    assert plan.write is not None
    assert (plan.write.operation, plan.write.carries) == (Operation.ADOPT, ())


def test_e5_a_row_that_carried_an_external_payment_too_is_for_the_partner_to_sort_out() -> None:
    external, paid = payment("77", 40_00, system=ACCOUNTING), payment("pay_1", 60_00)
    before = situation(external, paid)
    on = Preferences(external_payments_enabled=True)
    made = carried_out(before, plan_payment(before, on))
    assert made.psa is not None
    shown = replace(made, psa=replace(made.psa, paid_minor=0, balance_minor=500_00), live_rows=())
    for each in (external, paid):
        held = plan_payment(replace(shown, payment=each), on).decision
        assert held is not None
        assert held.code == "row_gone"


def test_i9_what_was_entered_over_copies_that_the_partner_parted_is_taken_back() -> None:
    named, by_copy = payment("pay_1", 60_00), payment("pay_2", 40_00, IN_PSA)
    before = situation(named, by_copy)
    made = carried_out(before, plan_payment(before, OFF))
    plan = plan_payment(replace(made, parted=True), OFF)
    assert plan.write is not None
    assert (plan.write.operation, plan.write.carries) == (Operation.UPDATE, ("platform-pay_2",))


HELD = [
    ("e8 it is in neither book yet", {"accounting": None, "link": None, "psa": None}, "invoice_not_imported"),
    ("e8 it has no copy in connectwise", {"link": None, "psa": None}, "invoice_not_in_psa"),
    ("i9 the partner parted the copies", {"parted": True}, "invoice_not_in_psa"),
    ("the copy is gone", {"psa": None}, "psa_invoice_gone"),
    ("x5 the copy cannot be read", {"psa": None, "psa_unreadable": True}, "psa_invoice_unreadable"),
    ("c5 it is archived", {"psa_keeping": Keeping(archived=True)}, "archived"),
]


@pytest.mark.parametrize(("changes", "code"), [case[1:] for case in HELD], ids=[case[0] for case in HELD])
def test_what_keeps_a_payment_of_the_platform_waiting_is_said(changes: dict[str, object], code: str) -> None:
    held = replace(situation(payment("pay_1", 60_00)), **changes)  # type: ignore[arg-type]
    decision = plan_payment(held, OFF).decision
    assert decision is not None
    assert decision.code == code
    assert plan_payment(replace(held, payment=taken_back(held.payment)), OFF).decision is None, "nothing is owed there"


@pytest.mark.parametrize(
    ("system", "rule"), [(PLATFORM, "P2"), (ACCOUNTING, "E5")], ids=["p2 of the platform", "e5 external"]
)
def test_i5_on_an_archived_invoice_what_was_entered_follows_its_payment_and_nothing_new_is_let_in(
    system: System, rule: str
) -> None:
    paid, other, new = (payment(id_, 60_00, system=system) for id_ in ("pay_1", "pay_2", "pay_3"))
    on, before = Preferences(external_payments_enabled=True), situation(paid, other)
    archived = replace(carried_out(before, plan_payment(before, on)), psa_keeping=Keeping(archived=True))
    assert plan_payment(archived, on) == Plan(), "archiving takes nothing back"
    gone = taken_back(paid)
    plan = plan_payment(replace(archived, payment=gone, payments=(gone, other, new)), on)
    assert plan.write is not None
    assert (plan.write.operation, plan.write.row) == (Operation.UPDATE, PaymentRow("9", 60_00, DAY))
    assert to_effect("t_1", replace(archived, payment=gone), plan.write).rule == rule
    held = plan_payment(replace(archived, payment=new, payments=(paid, other, new)), on)
    assert held.write is None
    assert held.decision is not None
    assert held.decision.code == "archived"


def test_stored_rows_of_before_are_read_as_they_were() -> None:
    row: dict[str, Json] = {"id": "9", "amount_minor": 5, "paid_on": "2026-11-03", "foreign": False}
    effect = Effect("t_1", "payment_rows", IN_PSA, 1, {}, "E1", "", (), result={"rows": [row], "carries": ["77"]})
    assert standing_of(effect).carries == ("77",)
    write = RowWrite(Operation.ADOPT, None, (), ("77",), (), "USD")
    assert to_effect("t_1", situation(payment("77", 5, system=ACCOUNTING)), write).causes == (
        Ref(ACCOUNTING, Kind.PAYMENT, "77"),
    )
