"""Whether a bill still says what was written: unbatched, reopened, edited, batched by others, deleted, or as it was."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from crossfoot.core.decisions import Outcome
from crossfoot.core.model import ACCOUNTING, Invoice, Kind, Ref, Standing
from crossfoot.core.receipts import Operation
from crossfoot.core.remedies import REMEDIES
from crossfoot.core.sync.batching import BatchWrite
from crossfoot.core.sync.checking import compare_synced
from crossfoot.core.sync.planning import plan_sale
from crossfoot.core.sync.sales import Sale
from crossfoot.core.sync.settings import Target

from tests.core.sync.bills import CATALOGUE, CUSTOMER, SETUP, billing, labour, mixed

OURS = BatchWrite(Operation.CREATE, "CF-1042-a1b2", (1, 2), "281")
BILL = mixed().bill
assert isinstance(BILL, Invoice)
BATCHED = replace(BILL, batch=OURS.identifier)
CREDIT = billing(labour(10_00), memo=True)


def written() -> Sale:
    sale = plan_sale(mixed(), SETUP, CATALOGUE).sale
    assert sale is not None
    return sale


def test_s3_a_bill_that_stands_as_it_was_written_is_no_change() -> None:
    assert compare_synced(BATCHED, OURS, written(), payer=Target("58", CUSTOMER.name)) is None
    memo = plan_sale(CREDIT, SETUP, CATALOGUE).sale
    assert memo is not None
    assert compare_synced(replace(CREDIT.bill, batch=OURS.identifier), OURS, memo) is None


def test_s3_a_bill_in_no_batch_because_ours_is_still_to_come_is_no_change() -> None:
    assert compare_synced(BILL, None, written()) is None


def test_s3_of_a_bill_that_the_book_lost_nothing_can_be_said() -> None:
    assert compare_synced(None, OURS, written()) is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"batch": ""}, "it was taken out of our batch CF-1042-a1b2"),
        ({"batch": "M-7"}, "it is in the batch M-7, and no longer in ours"),
        ({"batch": "", "closed": False}, "it was reopened; it was taken out of our batch"),
        ({"total_minor": 999_99}, "the total is 999.99 USD, and 1,682.17 USD was written"),
        ({"currency": "CAD"}, "the total is 1,682.17 CAD, and 1,682.17 USD was written"),
        ({"number": "1042-B"}, "the number is 1042-B, and 1042 was written"),
        ({"number": ""}, "the number is (none), and 1042 was written"),
        ({"issued_on": date(2026, 11, 4)}, "it is dated 2026-11-04, and 2026-11-03 was written"),
        (
            {"issued_on": date(2026, 11, 2), "due_on": date(2026, 12, 2)},
            "it is dated 2026-11-02, and 2026-11-03 was written",
        ),
        ({"standing": Standing.VOID}, "It was voided in ConnectWise"),
        ({"standing": Standing.DELETED, "closed": False}, "It was deleted in ConnectWise"),
    ],
)
def test_s3_what_changed_is_told_with_choices_and_refused(changes: dict[str, Any], told: str) -> None:
    decision = compare_synced(replace(BATCHED, **changes), OURS, written())
    assert decision is not None
    assert (decision.rule, decision.code, decision.outcome) == ("S3", "changed_after_sync", Outcome.REFUSED)
    assert told in decision.sentence
    assert "undo it" in decision.fix
    assert decision.code in REMEDIES


def test_s3_another_payer_is_told_where_it_is_known_who_stands_for_it() -> None:
    decision = compare_synced(BATCHED, OURS, written(), payer=Target("61", "Blue Lake"))
    assert decision is not None
    assert "it bills Red Rock Diner, which is Blue Lake in QuickBooks" in decision.sentence


def test_s3_everything_that_changed_is_told_at_once() -> None:
    decision = compare_synced(replace(BATCHED, total_minor=1_00, number="7", batch="", closed=False), OURS, written())
    assert decision is not None
    assert decision.sentence.count(";") == 3


def test_s3_one_that_somebody_else_batched_before_we_could_is_told_as_that() -> None:
    taken = replace(BATCHED, batch="2026-11-03-I1042")
    decision = compare_synced(taken, None, written())
    assert decision is not None
    assert (decision.rule, decision.code, decision.outcome) == ("S3", "batched_elsewhere", Outcome.REFUSED)
    assert "2026-11-03-I1042" in decision.sentence
    assert decision.code in REMEDIES
    changed = compare_synced(replace(taken, total_minor=1_00), None, written())
    assert changed is not None
    assert changed.code == "changed_after_sync"


def test_s7_an_entry_that_closed_books_put_off_is_no_change_of_its_date() -> None:
    put_off = replace(written(), issued_on=date(2026, 12, 1))
    assert compare_synced(BATCHED, OURS, put_off) is None
    earlier = replace(BATCHED, issued_on=date(2026, 10, 3), due_on=date(2026, 11, 2))
    assert compare_synced(earlier, OURS, put_off) is not None
    assert compare_synced(replace(earlier, due_on=BATCHED.due_on), OURS, put_off) is None


def test_s6_numbers_are_compared_as_they_were_written_and_not_at_all_where_quickbooks_gave_one() -> None:
    assert compare_synced(replace(BATCHED, number="9"), OURS, replace(written(), number="")) is None
    assert compare_synced(replace(BATCHED, number="Ř 7"), OURS, replace(written(), number="R 7")) is None


@pytest.mark.parametrize(("standing", "how"), [(Standing.DELETED, "deleted"), (Standing.VOID, "voided")])
def test_s3_an_entry_that_is_gone_from_quickbooks_is_told_where_the_bill_is_not_gone_too(
    standing: Standing, how: str
) -> None:
    copy = replace(BILL, ref=Ref(ACCOUNTING, Kind.INVOICE, "129"), standing=standing)
    decision = compare_synced(BATCHED, OURS, written(), copy=copy)
    assert decision is not None
    assert (decision.code, decision.code in REMEDIES, decision.about) == ("entry_gone", True, (copy.ref,))
    assert f"was {how} in QuickBooks, and ConnectWise has it in batch CF-1042-a1b2" in decision.sentence
    assert compare_synced(BATCHED, OURS, written(), copy=replace(copy, standing=Standing.LIVE)) is None
    assert compare_synced(replace(BATCHED, standing=Standing.DELETED), OURS, written(), copy=copy) is None
