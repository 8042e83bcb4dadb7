"""The journal entry that corrects a synced bill: what was posted, to what ConnectWise's ledger means, to the cent."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.company import LedgerAccount
from crossfoot.core.decisions import Outcome
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.correcting import Journal, JournalLine, Proposal, propose
from crossfoot.core.sync.planning import plan_again, plan_sale
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.postings import PostedLine
from crossfoot.core.sync.sales import Sale
from crossfoot.core.sync.settings import MappingKind, Setup, Source, Target, TaxDisplay, TimeEntries
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.sync.bills import (
    ABROAD,
    AGREEMENTS,
    BILL,
    CATALOGUE,
    HARDWARE,
    PROJECTS,
    SERVICES,
    SETUP,
    agreement,
    billing,
    labour,
    mapping,
    mixed,
    posting_of,
    prefer,
    product,
    standing,
)

OPEN_FROM = date(2026, 12, 1)
CLOSED = replace(CATALOGUE, company=replace(CATALOGUE.company, closed_until=date(2026, 11, 30)))


def entered(bill: Billing, setup: Setup = SETUP, catalogue: Catalogue = CATALOGUE) -> Sale:
    plan = plan_sale(bill, setup, catalogue)
    assert plan.sale is not None, plan.decision
    return plan.sale


def moved(proposal: Proposal) -> dict[str, int]:
    assert proposal.journal is not None, proposal.decision
    return {line.account_id: line.amount_minor for line in proposal.journal.lines}


def why(proposal: Proposal) -> str:
    assert proposal.decision is not None
    assert proposal.journal is None
    assert proposal.decision.rule == "S10"
    assert proposal.decision.fix
    return proposal.decision.code


def on(account: str, lines: Sequence[PostedLine]) -> tuple[PostedLine, ...]:
    """Have the ledger post its first line to another account."""
    return (replace(lines[0], account=account), *lines[1:])


def test_s10_an_invoice_on_the_wrong_account_is_moved_by_debiting_it_and_crediting_the_right_one() -> None:
    bill = billing(labour(300_00), product(900_00), tax=72_00)
    proposal = propose(BILL, entered(bill), on("4050", posting_of(bill).lines), SETUP, CATALOGUE)
    words = "Correction of invoice 1042"
    assert proposal == Proposal(Journal(
        date(2026, 11, 3), "USD", (JournalLine(SERVICES, 300_00, words), JournalLine(PROJECTS, -300_00, words))
    ))  # fmt: skip


def test_s10_a_credit_memo_is_moved_the_other_way() -> None:
    bill = billing(labour(300_00), memo=True)
    proposal = propose(bill.bill.ref, entered(bill), on("4050", posting_of(bill).lines), SETUP, CATALOGUE)
    assert moved(proposal) == {SERVICES: -300_00, PROJECTS: 300_00}


def test_s10_what_differs_in_part_is_moved_in_part() -> None:
    bill = billing(labour(100_00), labour(50_00), product(10_00))
    assert moved(propose(BILL, entered(bill), on("4050", posting_of(bill).lines), SETUP, CATALOGUE)) == {
        SERVICES: 100_00, PROJECTS: -100_00,
    }  # fmt: skip


def test_s10_what_is_mapped_since_decides_before_what_the_account_is_numbered() -> None:
    bill = billing(labour(100_00))
    sale, lines = entered(bill), posting_of(bill).lines
    assert moved(propose(BILL, sale, lines, mapping(MappingKind.ACCOUNT, "4010", Target("12", "Laptop")), CATALOGUE)) == {
        SERVICES: 100_00, HARDWARE: -100_00,
    }  # fmt: skip
    unmapped = mapping(MappingKind.ACCOUNT, "4010", None)
    assert why(propose(BILL, sale, lines, unmapped, CATALOGUE)) == "nothing_differs"
    named = (replace(lines[0], item="Laptop"),)
    assert moved(propose(BILL, sale, named, unmapped, CATALOGUE)) == {SERVICES: 100_00, HARDWARE: -100_00}


def test_s10_books_that_are_closed_are_corrected_on_their_first_open_day() -> None:
    bill = billing(labour(300_00))
    proposal = propose(BILL, entered(bill), on("4050", posting_of(bill).lines), SETUP, CLOSED)
    assert proposal.journal is not None
    assert proposal.journal.dated == OPEN_FROM


@pytest.mark.parametrize("entries", TimeEntries)
def test_s10_where_nothing_differs_there_is_nothing_to_correct(entries: TimeEntries) -> None:
    bill, setup = mixed(), prefer(time_entries=entries)
    proposal = propose(BILL, entered(bill, setup), posting_of(bill).lines, setup, CATALOGUE)
    assert why(proposal) == "nothing_differs"
    assert proposal.decision is not None
    assert proposal.decision.outcome is Outcome.SKIPPED


def test_s10_an_account_that_nobody_said_what_it_is_has_to_be_mapped_first() -> None:
    bill = billing(labour(300_00))
    proposal = propose(BILL, entered(bill), on("9999", posting_of(bill).lines), SETUP, CATALOGUE)
    assert why(proposal) == "account_unmapped"
    assert proposal.decision is not None
    assert "9999" in proposal.decision.sentence


def test_s10_totals_that_differ_are_no_matter_of_accounts() -> None:
    bill = billing(labour(300_00), tax=24_00)
    lines = posting_of(bill).lines
    more = (replace(lines[0], amount_minor=310_00), *lines[1:])
    assert why(propose(BILL, entered(bill), more, SETUP, CATALOGUE)) == "totals_differ"


def test_s10_tax_that_became_revenue_is_no_matter_of_accounts() -> None:
    per_line = prefer(tax_display=TaxDisplay.PER_LINE)
    bill = billing(labour(300_00, taxed=True), tax=24_00)
    lines = posting_of(bill).lines
    moved_tax = (replace(lines[0], amount_minor=304_00), replace(lines[1], amount_minor=20_00))
    assert why(propose(BILL, entered(bill, per_line), moved_tax, per_line, CATALOGUE)) == "totals_differ"
    gone = replace(prefer(tax_item_id=""), mappings=SETUP.mappings)
    assert why(propose(BILL, entered(bill), lines, gone, CATALOGUE)) == "tax_item_missing"


def test_s10_an_account_that_is_inactive_takes_no_correction() -> None:
    accounts = tuple(
        LedgerAccount(each.id, each.name, each.use, active=each.id != PROJECTS) for each in CATALOGUE.company.accounts
    )
    inactive = replace(CATALOGUE, company=replace(CATALOGUE.company, accounts=accounts))
    bill = billing(labour(300_00))
    lines = on("4050", posting_of(bill).lines)
    assert why(propose(BILL, entered(bill), lines, SETUP, inactive)) == "account_missing"


def test_s10_the_class_moves_with_the_money() -> None:
    by_class = mapping(MappingKind.CLASS, "West", Target("61", "West"), prefer(class_from=Source.LEDGER_CLASS))
    bill = billing(labour(300_00, ledger_class="West"), labour(20_00))
    lines = on("4050", posting_of(bill).lines)
    proposal = propose(BILL, entered(bill, by_class), lines, by_class, CATALOGUE)
    assert proposal.journal is not None
    assert [(line.account_id, line.class_id, line.amount_minor) for line in proposal.journal.lines if line.class_id] == [
        (SERVICES, "61", 300_00), (PROJECTS, "61", -300_00),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("display", "catalogue", "code"),
    [
        (TaxDisplay.ONE_LINE, CATALOGUE, "CA"),
        (TaxDisplay.ONE_LINE, ABROAD, "CA"),
        (TaxDisplay.PER_LINE, CATALOGUE, "CA"),
        (TaxDisplay.PER_LINE, ABROAD, "VAT"),
        (TaxDisplay.INCLUSIVE, ABROAD, "VAT"),
    ],
)
def test_s10_tax_is_left_where_it_is_however_it_shows(display: TaxDisplay, catalogue: Catalogue, code: str) -> None:
    setup = prefer(tax_display=display)
    bill = billing(labour(300_00), product(33_33), product(100_00), tax=26_67, code=code)
    sale, lines = entered(bill, setup, catalogue), posting_of(bill).lines
    assert why(propose(BILL, sale, lines, setup, catalogue)) == "nothing_differs"
    swapped = (lines[0], replace(lines[1], account="4030"), *lines[2:])
    assert moved(propose(BILL, sale, swapped, setup, catalogue)) == {HARDWARE: 33_33, AGREEMENTS: -33_33}


def test_s10_what_rounding_took_stays_where_it_is() -> None:
    setup = prefer(tax_display=TaxDisplay.PER_LINE, rounding_tolerance_minor=2)
    bill = billing(labour(300_00, taxed=True), tax=24_00)
    plan = plan_sale(bill, setup, CATALOGUE)
    assert plan.sale is not None
    made = standing(plan.sale, total_minor=plan.sale.total_minor - 1, tax_minor=23_99)
    rounded = plan_again(plan, made, setup, CATALOGUE).sale
    assert rounded is not None
    lines = posting_of(bill).lines
    assert why(propose(BILL, rounded, lines, setup, CATALOGUE)) == "nothing_differs"
    assert moved(propose(BILL, rounded, on("4050", lines), setup, CATALOGUE)) == {SERVICES: 300_00, PROJECTS: -300_00}


ACCOUNTS = {"4010": SERVICES, "4020": HARDWARE, "4030": AGREEMENTS, "4050": PROJECTS}
AMOUNTS = st.integers(-500_00, 500_00).filter(bool)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(AMOUNTS, st.sampled_from(sorted(ACCOUNTS))), min_size=1, max_size=6), st.booleans())
def test_s10_after_the_correction_every_account_is_what_the_ledger_means_and_the_journal_adds_up_to_nothing(
    meant: list[tuple[int, str]], memo: bool
) -> None:
    floor = agreement(4_000_00)
    bill = billing(floor, *(labour(amount) for amount, _ in meant), memo=memo)
    lines = posting_of(bill).lines
    accounts = (account for _, account in meant)
    ledger = (lines[0], *(replace(line, account=to) for line, to in zip(lines[1:], accounts, strict=True)))
    sale = entered(bill)
    proposal = propose(bill.bill.ref, sale, ledger, SETUP, CATALOGUE)
    stands: Counter[str] = Counter()
    for line in sale.lines:
        stands[line.account_id] += line.amount_minor
    wanted: Counter[str] = Counter({AGREEMENTS: 4_000_00})
    for amount, account in meant:
        wanted[ACCOUNTS[account]] += amount
    journal = proposal.journal.lines if proposal.journal is not None else ()
    assert sum(each.amount_minor for each in journal) == 0
    for each in journal:
        stands[each.account_id] -= each.amount_minor * (-1 if memo else 1)
    assert {account: amount for account, amount in stands.items() if amount} == {
        account: amount for account, amount in wanted.items() if amount
    }
    assert (proposal.journal is None) is (proposal.decision is not None)
