"""Lines that may not be read (C3): what stands in for them, what is kept from before, and what is said of it (X1)."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.decisions import Outcome
from crossfoot.core.model import PSA, Invoice, Kind, Line, LineKind, Ref, Standing, Version
from crossfoot.core.unread_lines import decide_lines, is_stand_in, keep_read_before, stand_in

HOURS = Line("5", LineKind.TIME, "Replaced the switch", 12_000)
MORE_HOURS = Line("6", LineKind.TIME, "Cabling", 6_000)
LICENCE = Line("5", LineKind.PRODUCT, "Licence", 2_997)
FEE = Line("", LineKind.AGREEMENT, "Gold", 50_000)
NOT_READ = stand_in(LineKind.TIME, 18_000)
MORE_THAN_ALL = replace(HOURS, amount_minor=20_000)
INVOICE = Invoice(
    Ref(PSA, Kind.INVOICE, "1"), Version("", ""), Standing.LIVE, "1001", None, "Contoso", date(2026, 11, 1), None, "USD",
    20_997, 20_997,
)  # fmt: skip


@pytest.mark.parametrize(
    ("stored", "kept"),
    [
        ((), (NOT_READ, LICENCE)),
        ((HOURS, MORE_HOURS, LICENCE), (HOURS, MORE_HOURS, LICENCE)),
        ((HOURS, LICENCE), (HOURS, replace(NOT_READ, amount_minor=6_000), LICENCE)),
        ((HOURS, replace(NOT_READ, amount_minor=1), FEE), (HOURS, replace(NOT_READ, amount_minor=6_000), LICENCE)),
        ((MORE_THAN_ALL,), (MORE_THAN_ALL, replace(NOT_READ, amount_minor=-2_000), LICENCE)),
    ],
    ids=["never read", "as before", "more by now", "refused before too", "less by now"],
)
def test_c3_lines_that_may_no_longer_be_read_are_kept_and_all_come_to_the_same(
    stored: tuple[Line, ...], kept: tuple[Line, ...]
) -> None:
    lines = keep_read_before((NOT_READ, LICENCE), stored)
    assert lines == kept
    assert sum(line.amount_minor for line in lines) == 20_997


def test_c3_what_was_read_takes_the_place_of_what_was_kept() -> None:
    assert keep_read_before((HOURS, LICENCE), (MORE_HOURS, NOT_READ)) == (HOURS, LICENCE)


def test_an_agreements_own_amount_stands_in_for_nothing() -> None:
    assert not is_stand_in(FEE)
    assert list(decide_lines(INVOICE, (FEE, HOURS))) == []


def test_x1_c3_which_lines_are_missing_and_which_right_brings_them_is_said() -> None:
    [why] = decide_lines(INVOICE, (NOT_READ, LICENCE))
    assert (why.record, why.outcome, why.rule, why.code) == (INVOICE.ref, Outcome.REFUSED, "C3", "time_lines_unread")
    assert "time entries" in why.sentence
    assert "180.00" in why.sentence
    assert "Time & Expense › Time Entry (Inquire: All)" in why.fix


def test_x1_c3_of_lines_that_are_kept_it_is_said_that_they_are_of_before() -> None:
    [why] = decide_lines(INVOICE, (HOURS, replace(NOT_READ, amount_minor=6_000), LICENCE))
    assert "read before" in why.sentence
    assert "60.00" in why.sentence
