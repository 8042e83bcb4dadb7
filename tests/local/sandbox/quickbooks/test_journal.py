"""Journal entries: they balance, and what is owed has a name."""

from decimal import Decimal

import pytest

from tests.local.sandbox.quickbooks.driver import Company
from tests.local.sandbox.quickbooks.samples import account, journal_line, ref, trial_balance, vendor


def test_the_lines_are_numbered_from_zero_and_posted(company: Company) -> None:
    fee, bank = account(company, "BankCharges"), account(company, "Checking")
    lines = [journal_line("Debit", fee, "10"), journal_line("Credit", bank, "4"), journal_line("Credit", bank, "6")]
    entry = company.post("JournalEntry", {"Line": lines, "DocNumber": "J-1"})
    assert [line["Id"] for line in entry["Line"]] == ["0", "1", "2"]
    assert (entry["TotalAmt"], entry["TxnTaxDetail"], entry["Adjustment"]) == (10, {}, False)
    balances = trial_balance(company)
    assert [balances["Bank Charges"], balances["Checking"], balances[""]] == [10, -10, 0]


@pytest.mark.parametrize(
    ("subtype", "kind", "side", "balance"),
    [
        ("AccountsReceivable", "Customer", "Debit", 10),
        ("AccountsReceivable", "Customer", "Credit", -10),
        ("AccountsPayable", "Vendor", "Credit", 10),
        ("AccountsPayable", "Vendor", "Debit", -10),
    ],
)
def test_what_is_owed_needs_a_name_and_moves_its_balance(
    company: Company, subtype: str, kind: str, side: str, balance: int
) -> None:
    named = company.customer("Amy") if kind == "Customer" else vendor(company)
    entity = {"Type": kind, "EntityRef": ref(named)}
    other = journal_line("Credit" if side == "Debit" else "Debit", account(company, "Checking"), "10")
    nameless = [journal_line(side, account(company, subtype), "10"), other]
    assert company.refusal("POST", "journalentry", {"Line": nameless})[0] == "6000"
    lines = [journal_line(side, account(company, subtype), "10", Entity=entity), other]
    entry = company.post("JournalEntry", {"Line": lines})
    filled = entry["Line"][0]["JournalEntryLineDetail"]["Entity"]["EntityRef"]
    assert filled == {"value": named["Id"], "name": named["DisplayName"]}
    assert company.get(kind, named["Id"])["Balance"] == balance


def test_an_entry_that_does_not_fit_is_refused(company: Company) -> None:
    fee, bank = account(company, "BankCharges"), account(company, "Checking")
    debit, credit = journal_line("Debit", fee, "10"), journal_line("Credit", bank, "10")
    refused = {
        "not balanced": ([debit, credit | {"Amount": Decimal("9.99")}], "6000"),
        "below zero": ([journal_line("Debit", fee, "-10"), journal_line("Credit", bank, "-10")], "6000"),
        "a strange side": ([journal_line("Left", fee, "10"), credit], "2170"),
        "no account": ([journal_line("Debit", "999", "10"), credit], "2500"),
        "no lines": ([], "2020"),
        "an item": ([debit | {"DetailType": "SalesItemLineDetail"}, credit], "2170"),
    }
    for what, (lines, code) in refused.items():
        assert company.refusal("POST", "journalentry", {"Line": lines})[0] == code, what
    assert trial_balance(company)["Bank Charges"] == 0


def test_a_number_is_used_once(company: Company) -> None:
    fee, bank = account(company, "BankCharges"), account(company, "Checking")
    body = {"Line": [journal_line("Debit", fee, "1"), journal_line("Credit", bank, "1")], "DocNumber": "7"}
    company.post("JournalEntry", body)
    assert company.refusal("POST", "journalentry", body)[0] == "6140"
    company.control("POST", "switches", {"purchase_numbers": "allow"})
    assert company.post("JournalEntry", body)["DocNumber"] == "7"
