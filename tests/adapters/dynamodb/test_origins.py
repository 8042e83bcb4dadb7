"""Which payment of the platform a payment in QuickBooks stands for: the table and the fake say the same (E1, P4)."""

from dataclasses import replace

import pytest
from crossfoot.adapters.dynamodb.origins import TableOrigins
from crossfoot.core.model import PLATFORM, Kind, Ref, System
from crossfoot.ports import Origins

from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.records import OTHER_TENANT, TENANT, make_payment
from tests.fakes.origins import FakeOrigins

OURS, OTHER = Ref(PLATFORM, Kind.PAYMENT, "pay_1"), Ref(PLATFORM, Kind.PAYMENT, "pay_2")
MARKER = "xf:0123456789abcdef"
MARKED, UNMARKED = make_payment("77", marker=MARKER), make_payment("77")


@pytest.fixture(params=["table", "fake"])
def origins(request: pytest.FixtureRequest) -> Origins:
    return TableOrigins(MemoryTable()) if request.param == "table" else FakeOrigins()


def test_p4_what_we_wrote_is_found_by_its_marker_though_its_answer_was_lost(origins: Origins) -> None:
    origins.note_marker(TENANT, MARKER, OURS)
    origins.note_marker(TENANT, MARKER, OURS)
    assert origins.load_many(TENANT, [MARKED, make_payment("78")]) == {MARKED.ref: OURS}
    assert origins.load_many(TENANT, [UNMARKED]) == {}


def test_p4_what_we_wrote_is_found_by_its_id_though_somebody_changed_its_note(origins: Origins) -> None:
    origins.note_receipt(TENANT, UNMARKED.ref, OURS)
    assert origins.load_many(TENANT, [UNMARKED, make_payment("78")]) == {UNMARKED.ref: OURS}


def test_e1_a_marker_that_somebody_copied_into_another_payment_of_ours_makes_nothing_else_of_it(
    origins: Origins,
) -> None:
    origins.note_marker(TENANT, MARKER, OTHER)
    origins.note_receipt(TENANT, MARKED.ref, OURS)
    assert origins.load_many(TENANT, [MARKED]) == {MARKED.ref: OURS}


def test_a_payment_of_the_platform_stands_for_no_other(origins: Origins) -> None:
    origins.note_marker(TENANT, MARKER, OURS)
    assert origins.load_many(TENANT, [replace(MARKED, ref=OURS)]) == {}
    assert origins.load_many(TENANT, []) == {}


def test_d2_the_payout_of_a_deposit_is_found(origins: Origins) -> None:
    deposit, other = (Ref(System.QUICKBOOKS, Kind.DEPOSIT, id_) for id_ in ("9", "77"))
    payout = Ref(PLATFORM, Kind.PAYOUT, "po_1")
    for _ in range(2):
        origins.note_deposit(TENANT, deposit, payout)
    assert origins.load_payouts(TENANT, [deposit, other]) == {deposit: payout}
    assert origins.load_payouts(OTHER_TENANT, [deposit]) == {}
    assert origins.load_payouts(TENANT, []) == {}


def test_x6_nobody_else_finds_them(origins: Origins) -> None:
    origins.note_marker(TENANT, MARKER, OURS)
    origins.note_receipt(TENANT, MARKED.ref, OURS)
    assert origins.load_many(OTHER_TENANT, [MARKED]) == {}


def test_many_are_found_in_one_batch_of_reads() -> None:
    table = MemoryTable()
    origins = TableOrigins(table)
    asked = []
    plain = table.get_many
    table.get_many = lambda keys, **how: asked.append(1) or plain(keys, **how)  # type: ignore[method-assign, func-returns-value]
    payments = [make_payment(str(number), marker=MARKER if number % 2 else "") for number in range(40)]
    assert origins.load_many(TENANT, payments) == {}
    assert len(asked) == 1
