"""Corrections by journal entry: posted once, whatever crashes in between (S10)."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from crossfoot.core.model import Ref
from crossfoot.core.sync.correcting import Journal, JournalLine
from crossfoot.correcting import from_body, post_correction, to_body
from crossfoot.errors import OutcomeUnknown, Rejected
from crossfoot.ledger import LONGEST_COMMIT

from tests.fakes.sync_office import SyncOffice
from tests.fakes.world import TENANT

JOURNAL = Journal(date(2026, 11, 3), "USD", (JournalLine("201", 40_00, "Laptop"), JournalLine("202", -40_00, "", "1")))


@pytest.fixture
def office() -> SyncOffice:
    return SyncOffice()


@pytest.fixture
def bill(office: SyncOffice) -> Ref:
    ref = office.bill("1001")
    office.see()
    office.sync(ref)
    return ref


def _post(office: SyncOffice, bill: Ref, journal: Journal = JOURNAL) -> str:
    world = office.world
    return post_correction(
        TENANT, bill, journal, SimpleNamespace(clock=world.clock, effects=world.effects, systems=world)
    )


def test_s10_a_correction_is_posted_once(office: SyncOffice, bill: Ref) -> None:
    first = _post(office, bill)
    assert _post(office, bill) == first
    assert office.world.our_sales.journals == {first: JOURNAL}


def test_s10_a_correction_says_in_quickbooks_what_it_corrects(office: SyncOffice, bill: Ref) -> None:
    sales, notes = office.world.our_sales, []
    create = sales.create_journal

    def noted(journal: Journal, note: str, request_id: str) -> str:
        notes.append(note)
        return create(journal, note, request_id)

    sales.create_journal = noted  # type: ignore[method-assign]
    _post(office, bill)
    assert notes[0].startswith("Laptop (ConnectWise id c1001). xf:")


def test_s10_another_correction_of_the_same_entry_is_refused(office: SyncOffice, bill: Ref) -> None:
    _post(office, bill)
    with pytest.raises(Rejected, match="corrected_already"):
        _post(office, bill, replace(JOURNAL, dated=date(2026, 11, 4)))
    assert len(office.world.our_sales.journals) == 1


def test_s10_what_does_not_stand_is_not_corrected(office: SyncOffice) -> None:
    with pytest.raises(Rejected, match="nothing_to_correct"):
        _post(office, office.bill("1001"))


def test_s10_a_correction_whose_answer_was_lost_is_looked_for(office: SyncOffice, bill: Ref) -> None:
    sales = office.world.our_sales
    create = sales.create_journal

    def lost(journal: Journal, note: str, request_id: str) -> str:
        create(journal, note, request_id)
        raise OutcomeUnknown("no answer")

    sales.create_journal = lost  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknown):
        _post(office, bill)
    sales.create_journal = create  # type: ignore[method-assign]
    office.world.clock.advance(LONGEST_COMMIT.total_seconds())
    assert sales.journals == {_post(office, bill): JOURNAL}


def test_s10_a_correction_that_quickbooks_refuses_says_why_and_may_be_tried_again(
    office: SyncOffice, bill: Ref
) -> None:
    office.world.our_payments.close_books(date(2026, 12, 31))
    with pytest.raises(Rejected, match="closed"):
        _post(office, bill)
    office.world.our_payments.company = replace(office.world.our_payments.company, closed_until=None)
    assert office.world.our_sales.journals == {_post(office, bill): JOURNAL}


def test_s10_an_entry_that_is_written_anew_may_be_corrected_anew(office: SyncOffice, bill: Ref) -> None:
    office.world.our_sales.delete_journal(_post(office, bill))
    office.undo(bill)
    office.see()
    office.sync(bill)
    assert office.world.our_sales.journals == {_post(office, bill): JOURNAL}


def test_s10_a_correction_that_somebody_deleted_is_posted_again(office: SyncOffice, bill: Ref) -> None:
    office.world.our_sales.delete_journal(_post(office, bill))
    again = _post(office, bill)
    assert office.world.our_sales.journals == {again: JOURNAL}
    assert _post(office, bill) == again


def test_x5_a_journal_entry_is_stored_exactly() -> None:
    assert from_body(to_body(JOURNAL)) == JOURNAL
