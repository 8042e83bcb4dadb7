"""The effects of the sync tool: what an entry was planned from, and what is remembered of one that came out otherwise."""

from dataclasses import replace
from datetime import date

from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import PSA, Kind, Ref
from crossfoot.core.sync.effects import (
    Entry,
    Misfit,
    misfit_standing,
    misfit_taken_back,
    record_ids_of,
    standing_sale,
    to_create_effect,
    to_delete_effect,
    to_standing_result,
)
from crossfoot.core.sync.sales import Sale, SaleKind, SaleLine, StandingSale

BILL = Ref(PSA, Kind.INVOICE, "7")
SALE = Sale(SaleKind.INVOICE, "58", date(2026, 11, 3), "USD", (SaleLine(10_00, "1"),), 10_00, "1042")
MADE = StandingSale(SaleKind.INVOICE, "901", "0", "1042", "58", date(2026, 11, 3), "USD", 10_00, 0, 10_00)
OTHER = replace(MADE, total_minor=10_80, tax_minor=80, open_minor=10_80)


def _made(standing: StandingSale, entry: Entry | None = None, latest: Effect | None = None) -> Effect:
    effect = to_create_effect("t_00000001", BILL, entry or Entry(SALE, (1, 2)), latest)
    return replace(effect, state=EffectState.CONFIRMED, result=to_standing_result(effect, standing, SALE))


def _taken_back(made: Effect) -> Effect:
    standing = standing_sale(made)
    assert standing is not None
    effect = to_delete_effect("t_00000001", BILL, standing, made, misfit=misfit_standing(made))
    return replace(effect, state=EffectState.CONFIRMED, result={})


def test_s8_an_entry_that_stands_as_asked_is_no_misfit_and_knows_its_ledger_records() -> None:
    made = _made(MADE)
    assert (misfit_standing(made), record_ids_of(made)) == (None, (1, 2))
    standing = standing_sale(made)
    assert standing is not None
    assert (standing.id, standing.revision, standing.digest) == ("901", "0", SALE.digest)


def test_s7_what_came_out_otherwise_is_remembered_once_it_is_taken_back() -> None:
    made = _made(OTHER)
    expected = Misfit(SALE.digest, 1, replace(OTHER, revision=""))
    assert misfit_standing(made) == expected
    gone = _taken_back(made)
    assert (standing_sale(gone), misfit_taken_back(gone)) == (None, expected)
    assert "made something else of it" in gone.sentence


def test_s7_what_is_entered_instead_keeps_the_memory_until_it_stands() -> None:
    gone = _taken_back(_made(OTHER))
    misfit = misfit_taken_back(gone)
    instead = Entry(SALE, (1, 2), misfit)
    planned = to_create_effect("t_00000001", BILL, instead, gone)
    assert misfit_taken_back(planned) == misfit
    assert misfit_taken_back(_made(MADE, instead, gone)) is None
    again = misfit_standing(_made(OTHER, instead, gone))
    assert again is not None
    assert (again.origin, again.tries) == (SALE.digest, 2)


def test_s9_what_the_partner_took_back_leaves_no_such_memory() -> None:
    assert misfit_taken_back(_taken_back(_made(MADE))) is None
    assert misfit_taken_back(None) is None


def test_a_refusal_leaves_what_stood() -> None:
    made = _made(MADE)
    standing = standing_sale(made)
    assert standing is not None
    refused = to_delete_effect("t_00000001", BILL, standing, made, misfit=None)
    assert standing_sale(refused) == standing
