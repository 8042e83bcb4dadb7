"""Which record of the platform one in QuickBooks stands for: the table and the fake say the same (B4, E1, P4)."""

from dataclasses import replace

import pytest
from crossfoot.adapters.dynamodb.origins import TableOrigins
from crossfoot.core.model import PLATFORM, Kind, Ref, System
from crossfoot.core.payables.records import Payable
from crossfoot.ports import Origins

from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.payables import (
    make_bill,
    make_bill_payment,
    make_vendor,
    make_vendor_credit,
    on_platform,
)
from tests.adapters.dynamodb.records import OTHER_TENANT, TENANT, make_payment
from tests.fakes.origins import FakeOrigins

OURS, OTHER = Ref(PLATFORM, Kind.PAYMENT, "pay_1"), Ref(PLATFORM, Kind.PAYMENT, "pay_2")
MARKER = "xf:0123456789abcdef"
MARKABLE: list[Payable] = [make(marker=MARKER) for make in (make_bill, make_vendor_credit, make_bill_payment)]
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


@pytest.mark.parametrize("record", MARKABLE, ids=lambda record: record.ref.kind)
def test_b4_a_payable_that_we_wrote_is_found_by_its_marker_and_then_by_its_id(
    origins: Origins, record: Payable
) -> None:
    ours, other = on_platform(record.ref.kind, "ours"), on_platform(record.ref.kind, "other")
    assert origins.load_many(TENANT, [record]) == {}
    origins.note_marker(TENANT, MARKER, ours)
    assert origins.load_many(TENANT, [record]) == {record.ref: ours}
    assert origins.load_copies(TENANT, [record.ref]) == {}
    for _ in range(2):
        origins.note_copy(TENANT, record.ref, ours)
    origins.note_marker(TENANT, MARKER, other)
    assert origins.load_many(TENANT, [record]) == origins.load_copies(TENANT, [record.ref]) == {record.ref: ours}
    assert origins.load_many(OTHER_TENANT, [record]) == origins.load_copies(OTHER_TENANT, [record.ref]) == {}
    assert origins.load_many(TENANT, [replace(record, ref=ours)]) == {}


def test_b4_a_bill_that_somebody_copied_with_its_note_is_none_of_ours_once_ours_is_known(origins: Origins) -> None:
    ours, original, copied = on_platform(Kind.BILL, "bill_1"), make_bill("129"), make_bill("140")
    original, copied = replace(original, marker=MARKER), replace(copied, marker=MARKER)
    origins.note_marker(TENANT, MARKER, ours)
    origins.note_copy(TENANT, original.ref, ours, MARKER)
    assert origins.load_many(TENANT, [original, copied]) == {original.ref: ours}
    origins.note_marker(TENANT, MARKER, ours)
    assert copied.ref in origins.load_many(TENANT, [copied])


def test_b4_a_marker_of_another_kind_makes_nothing_ours(origins: Origins) -> None:
    origins.note_marker(TENANT, MARKER, on_platform(Kind.BILL, "1"))
    assert origins.load_many(TENANT, [make_bill_payment("1", marker=MARKER), MARKED]) == {}


def test_b4_a_vendor_is_found_by_its_id_alone_because_names_go_from_one_to_the_other(origins: Origins) -> None:
    ours, made = on_platform(Kind.VENDOR, "ven_1"), make_vendor("56", name="Norton Lumber")
    origins.note_copy(TENANT, made.ref, ours)
    renamed, namesake = replace(made, name="Norton & Sons"), make_vendor("90", name="Norton Lumber")
    assert origins.load_many(TENANT, [renamed, namesake]) == {made.ref: ours}


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
