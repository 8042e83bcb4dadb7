"""What comes in of a partner's payables, and why the rest does not (B1, B2, B5, B6)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from crossfoot.core.decisions import Decision, Outcome
from crossfoot.core.model import PLATFORM, Kind, Payment, Ref, Standing
from crossfoot.core.payables.eligibility import (
    Rules,
    decide_bill,
    decide_credit,
    decide_credit_memo,
    decide_documents,
    decide_invoice,
    decide_payment,
    decide_vendor,
    rules_of,
)
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.profile import PaymentSync, ProfileFacts
from crossfoot.core.payables.records import BillPayment
from hypothesis import given
from hypothesis import strategies as st

from tests.core.payables.in_accounting import (
    AFTER,
    BEFORE,
    CLASSIC,
    CONNECTED_ON,
    LEFT_OUT,
    ONE_WAY,
    OURS,
    RULES,
    bill,
    bill_ref,
    credit,
    credit_ref,
    paid,
    vendor,
)
from tests.fakes.records import credit_memo, invoice, payment


def _code(decision: Decision | None) -> str:
    if decision is None:
        return ""
    assert decision.outcome is Outcome.SKIPPED
    return f"{decision.rule} {decision.code}"


B1_BILLS: list[tuple[str, int, list[BillPayment], str]] = [
    ("nothing was paid", 100_00, [], ""),
    ("paid before", 0, [paid({"129": 100_00}, on=BEFORE)], "B1 paid_before_connection"),
    ("partly paid before", 60_00, [paid({"129": 40_00}, on=BEFORE)], "B1 partly_paid_before_connection"),
    ("paid on the day of the connection", 0, [paid({"129": 100_00}, on=CONNECTED_ON)], ""),
    ("paid after", 0, [paid({"129": 100_00})], ""),
    ("partly paid after", 60_00, [paid({"129": 40_00})], ""),
    ("by a payment that does not come back", 0, [paid({"129": 100_00}, keeping=LEFT_OUT)], ""),
    ("by one of ours", 0, [paid({"129": 100_00}, origin=Ref(PLATFORM, Kind.BILL_PAYMENT, "pay_1"))], ""),
    ("in part before, the rest after", 0, [paid({"129": 40_00}, on=BEFORE), paid({"129": 60_00}, id_="78")],
     "B1 partly_paid_before_connection"),
    ("by a payment of before that is not in the book", 60_00, [], "B1 partly_paid_before_connection"),
    ("by one that is void by now", 60_00, [paid({"129": 40_00}, standing=Standing.VOID)],
     "B1 partly_paid_before_connection"),
    ("the platform's copy of a payment counts not beside it", 60_00, [paid({"129": 40_00}, system=PLATFORM)],
     "B1 partly_paid_before_connection"),
    ("after, and for another bill", 60_00, [paid({"130": 40_00})], "B1 partly_paid_before_connection"),
    ("by a credit after", 0, [paid({"129": 100_00}, {"33": 40_00})], ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("balance_minor", "payments", "code"), [row[1:] for row in B1_BILLS], ids=[r[0] for r in B1_BILLS]
)
def test_b1_a_bill_comes_in_if_nothing_of_it_was_paid_before(
    balance_minor: int, payments: list[BillPayment], code: str
) -> None:
    assert _code(decide_bill(bill(balance_minor=balance_minor), RULES, payments)) == code


B1_CREDITS: list[tuple[str, int | None, list[BillPayment], str]] = [
    ("nothing was used", 40_00, [], ""),
    ("used before", 0, [paid({"129": 40_00}, {"33": 40_00}, on=BEFORE)], "B1 used_before_connection"),
    ("partly used before", 30_00, [paid({"129": 10_00}, {"33": 10_00}, on=BEFORE)], "B1 used_before_connection"),
    ("used after", 0, [paid({"129": 40_00}, {"33": 40_00})], ""),
    ("used before, QuickBooks not saying so", None, [paid({"129": 40_00}, {"33": 40_00}, on=BEFORE)],
     "B1 used_before_connection"),
    ("used after, QuickBooks not saying so", None, [paid({"129": 40_00}, {"33": 40_00})], ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("remaining_minor", "payments", "code"), [row[1:] for row in B1_CREDITS], ids=[row[0] for row in B1_CREDITS]
)
def test_b1_a_credit_comes_in_if_nothing_of_it_was_used_before(
    remaining_minor: int | None, payments: list[BillPayment], code: str
) -> None:
    assert _code(decide_credit(credit(remaining_minor=remaining_minor), RULES, payments)) == code


def test_b1_a_payment_comes_in_with_what_it_settles() -> None:
    both = paid({"129": 50_00, "130": 50_00})
    here, kept_out = bill("129"), bill("130", keeping=LEFT_OUT)

    assert decide_payment(both, RULES, {here.ref: here, kept_out.ref: kept_out}) is None
    assert _code(decide_payment(both, RULES, {kept_out.ref: kept_out})) == "B1 bills_did_not_come"
    assert _code(decide_payment(both, RULES, {})) == "B1 bills_did_not_come"
    assert decide_payment(replace(both, paid_on=BEFORE), RULES, {here.ref: here}) is None


def test_b1_a_payment_that_uses_a_credit_comes_in_with_that() -> None:
    applied = paid({"129": 40_00}, {"33": 40_00})

    assert decide_payment(applied, RULES, {credit_ref("33"): credit()}) is None


B1_INVOICES: list[tuple[str, int, list[Payment], str]] = [
    ("unpaid", 100_00, [], ""),
    ("paid before", 0, [payment("q77", {"q129": 100_00}, on=BEFORE)], "B1 paid_before_connection"),
    ("partly paid before", 60_00, [payment("q77", {"q129": 40_00}, on=BEFORE)], "B1 partly_paid_before_connection"),
    ("paid after", 0, [payment("q77", {"q129": 100_00}, on=AFTER)], ""),
    ("with a credit after", 0, [payment("q77", {"q129": 90_00}, credited={"q50": 10_00}, on=AFTER)], ""),
]


@pytest.mark.parametrize(
    ("balance_minor", "payments", "code"), [row[1:] for row in B1_INVOICES], ids=[row[0] for row in B1_INVOICES]
)
def test_b1_an_invoice_takes_part_if_nothing_of_it_was_paid_before(
    balance_minor: int, payments: list[Payment], code: str
) -> None:
    owed = invoice("q129", "1001", 100_00, balance_minor=balance_minor)

    assert _code(decide_invoice(owed, RULES, payments)) == code


def test_b2_another_currency_than_the_partners_stays_out() -> None:
    euros: dict[str, Any] = {"currency": "EUR"}
    named = {bill_ref("129"): bill()}

    assert _code(decide_bill(bill(**euros), RULES, [])) == "B2 other_currency"
    assert _code(decide_credit(credit(**euros), RULES, [])) == "B2 other_currency"
    assert _code(decide_payment(paid({"129": 1}, **euros), RULES, named)) == "B2 other_currency"
    assert _code(decide_invoice(invoice("q1", "1001", **euros), RULES, [])) == "B2 other_currency"
    assert decide_bill(bill(**euros), replace(RULES, home_currency="EUR"), []) is None


def test_b2_a_bill_and_an_invoice_need_a_number_and_a_credit_does_not() -> None:
    assert _code(decide_bill(bill(number=" "), RULES, [])) == "B2 no_number"
    assert _code(decide_invoice(invoice("q1", ""), RULES, [])) == "B2 no_number"
    assert decide_credit(credit(number=""), RULES, []) is None


def test_b2_credit_memos_and_documents_never_come() -> None:
    memo = credit_memo("q50", "CM-1", 10_00)

    assert _code(decide_credit_memo(memo)) == "B2 credit_memos_do_not_sync"
    assert _code(decide_documents(bill_ref("129"))) == "B2 documents_do_not_sync"


def test_b5_one_way_takes_nothing_in_but_what_the_platform_made() -> None:
    named = {bill_ref("129"): bill()}

    assert _code(decide_vendor(vendor(), ONE_WAY)) == "B5 one_way"
    assert _code(decide_bill(bill(), ONE_WAY, [])) == "B5 one_way"
    assert _code(decide_credit(credit(), ONE_WAY, [])) == "B5 one_way"
    assert _code(decide_payment(paid({"129": 1}), ONE_WAY, named)) == "B5 one_way"
    assert _code(decide_invoice(invoice("q1", "1001"), ONE_WAY, [])) == "B5 one_way"
    assert decide_vendor(vendor(origin=OURS), ONE_WAY) is None
    assert decide_bill(bill(origin=OURS), ONE_WAY, []) is None


def test_b6_payments_come_back_for_two_way_payment_sync_only() -> None:
    named = {bill_ref("129"): bill()}
    made_by_us = paid({"129": 1}, origin=Ref(PLATFORM, Kind.BILL_PAYMENT, "pay_1"))

    assert _code(decide_payment(paid({"129": 1}), CLASSIC, named)) == "B6 classic_profile"
    assert decide_payment(paid({"129": 1}), RULES, named) is None
    assert decide_payment(made_by_us, CLASSIC, named) is None
    assert decide_bill(bill(), CLASSIC, []) is None


def test_b6_the_rules_follow_from_what_was_told_of_the_partner() -> None:
    early = ProfileFacts(signed_up_on=date(2017, 9, 14))

    assert rules_of(PayablesPreferences(), early, CONNECTED_ON) == CLASSIC
    changed = replace(early, override=PaymentSync.TWO_WAY)
    assert rules_of(PayablesPreferences(), changed, CONNECTED_ON) == RULES


def test_each_rule_that_a_partner_can_change_gives_the_rules_another_name() -> None:
    euro = replace(RULES, home_currency="EUR")
    earlier = replace(RULES, connected_on=BEFORE)

    assert len({rules.digest for rules in (RULES, ONE_WAY, CLASSIC, euro, earlier)}) == 5
    assert RULES.digest == replace(CLASSIC, payment_sync=PaymentSync.TWO_WAY).digest


def test_b1_what_is_gone_before_it_ever_came_stays_out() -> None:
    gone: dict[str, Any] = {"standing": Standing.DELETED}

    assert _code(decide_bill(bill(**gone), RULES, [])) == "B1 gone_in_accounting"
    assert _code(decide_vendor(vendor(**gone), RULES)) == "B1 gone_in_accounting"
    assert _code(decide_invoice(invoice("q1", "1001", **gone), RULES, [])) == "B1 gone_in_accounting"
    assert decide_bill(bill(origin=OURS, **gone), RULES, []) is None


_DAYS = st.dates(date(2026, 10, 1), date(2026, 12, 1))


@given(st.integers(1, 10_000), st.lists(st.tuples(st.integers(1, 5_000), _DAYS), max_size=4), _DAYS)
def test_b1_what_is_paid_on_or_after_the_connection_never_keeps_a_bill_out(
    total_minor: int, parts: list[tuple[int, date]], connected_on: date
) -> None:
    payments, left = [], total_minor
    for number, (minor, day) in enumerate(parts):
        if minor <= left:
            payments.append(paid({"129": minor}, on=day, id_=str(number)))
            left -= minor
    rules = Rules(RULES.home_currency, RULES.direction, RULES.payment_sync, connected_on)

    why = decide_bill(bill("129", total_minor, left), rules, payments)

    assert (why is None) == all(each.paid_on >= connected_on for each in payments if each.paid_on)
