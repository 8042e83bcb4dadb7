"""The journal entries that we write into QuickBooks, and find again (S10)."""

from datetime import timedelta
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.sales import QuickBooksSales
from crossfoot.core.sync.correcting import Journal, JournalLine
from crossfoot.errors import OutcomeUnknown, Rejected

from tests.adapters.quickbooks.company import Company
from tests.adapters.quickbooks.sales import DAY, KEY, MARKER, NOTE, Answering, ids_of


@pytest.fixture
def sales(company: Company) -> QuickBooksSales:
    return QuickBooksSales(company.client())


def correction(company: Company, minor: int = 37_50, **about: str) -> Journal:
    accounts = ids_of(company, "Account")
    lines = (
        JournalLine(accounts["Services"], minor, "Project work", **about),
        JournalLine(accounts["Sales of Product Income"], -37_50),
    )
    return Journal(DAY, "USD", lines)


def test_s10_a_journal_entry_is_written_to_the_cent(company: Company, sales: QuickBooksSales) -> None:
    west = company.post("Class", {"Name": "West"})["Id"]
    before = len(company.budget.calls)
    id_ = sales.create_journal(journal := correction(company, class_id=west), NOTE, KEY)
    assert company.budget.calls[-1][2] is False
    assert len(company.budget.calls) == before + 2, "one call wrote it; the other named the accounts"
    (entry,) = company.query("JournalEntry")
    assert (entry["Id"], entry["TxnDate"], entry["PrivateNote"]) == (id_, "2026-11-03", NOTE)
    debit, credit = entry["Line"]
    assert [str(line["Amount"]) for line in (debit, credit)] == ["37.50", "37.50"]
    of_debit, of_credit = (line["JournalEntryLineDetail"] for line in (debit, credit))
    assert (of_debit["PostingType"], of_credit["PostingType"]) == ("Debit", "Credit")
    assert [each["AccountRef"]["value"] for each in (of_debit, of_credit)] == [
        each.account_id for each in journal.lines
    ]
    assert (of_debit["ClassRef"]["value"], debit["Description"]) == (west, "Project work")
    assert "Description" not in credit


def test_p4_a_journal_entry_whose_answer_was_lost_is_found_and_not_made_twice(
    company: Company, sales: QuickBooksSales
) -> None:
    journal, since = correction(company), company.clock.now()
    company.sandbox.fault("lost_answer", path_contains="/journalentry")
    with pytest.raises(OutcomeUnknown):
        sales.create_journal(journal, NOTE, KEY)
    found = sales.find_journal(MARKER, since)
    assert found is not None
    assert sales.create_journal(journal, NOTE, KEY) == found
    assert len(company.query("JournalEntry")) == 1
    assert sales.find_journal("xf:0000000000000000", since) is None
    assert sales.find_journal(MARKER, company.clock.now() + timedelta(hours=1)) is None


def test_s10_sides_that_differ_are_refused(company: Company, sales: QuickBooksSales) -> None:
    with pytest.raises(Rejected) as refused:
        sales.create_journal(correction(company, 37_51), NOTE, KEY)
    assert refused.value.code == "6000"
    assert company.query("JournalEntry") == []


@pytest.mark.parametrize("answer", [{}, {"JournalEntry": None}, {"JournalEntry": {"SyncToken": "0"}}])
def test_a_journal_entry_whose_answer_cannot_be_read_is_unknown(company: Company, answer: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        QuickBooksSales(Answering(company.client(), answer)).create_journal(correction(company), NOTE, KEY)
