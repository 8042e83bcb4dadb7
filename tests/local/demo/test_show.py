"""What the demo prints, and what it takes for a wrong ending."""

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console

from local.demo.api import read_forms
from local.demo.payables import Paid, wrong_books
from local.demo.play import Ending, Spent
from local.demo.sandboxes import Calls
from local.demo.seed import make_books
from local.demo.show import WIDTH, show
from local.demo.stories import Stories, Story, make_stories, wrong_ending
from tests.local.demo.conftest import TODAY

LINE = "crossfoot: 200 invoices, 77 payments, 0 differences"


@pytest.fixture
def stories() -> Stories:
    return make_stories(make_books(7, TODAY), TODAY)


def _payment(story: Story, status: str = "") -> dict[str, Any]:
    reason = {"rule": "E8", "sentence": "Its invoice is not in ConnectWise yet.", "fix": "Enter it there."}
    return {"id": "quickbooks-1573", "status": status or story.state, "total": "1250.00", "reason": reason}


def _explained(story: Story, **changes: Any) -> dict[str, Any]:
    lines = []
    for count in range(story.writes):
        effect = {"state": "confirmed", "adopted": count < story.adopted} | changes
        why = {"rule": "E1", "sentence": "Entered 1,250.00 USD dated 2026-11-20 on ConnectWise invoice 20455."}
        lines.append({"why": why, "effect": effect})
    return {"story": lines}


def _shown(ending: Ending) -> str:
    page = io.StringIO()
    show(Console(file=page, width=WIDTH, highlight=False), ending)
    return page.getvalue()


def _ending(stories: Stories, *wrong: str) -> Ending:
    told = [(story, _payment(story), _explained(story)) for story in stories]
    spent = [Spent("import", Calls(4), Calls(9, 2))]
    return Ending(told, spent=spent, report={"line": LINE}, wrong=list(wrong))


def test_a_good_end_closes_with_the_crossfoot_line(stories: Stories) -> None:
    page = _shown(_ending(stories))
    assert page.rstrip().endswith(LINE)
    assert all(story.title in page for story in stories if len(story.title) < 27)
    assert "Fix: Enter it there." in page


def test_a_page_for_a_file_fits_and_holds_no_control_characters(stories: Stories) -> None:
    page = _shown(_ending(stories))
    assert max(len(line) for line in page.splitlines()) <= WIDTH
    assert all(character.isprintable() or character == "\n" for character in page)


def test_a_bad_end_says_what_is_wrong_and_does_not_close_with_the_line(stories: Stories) -> None:
    page = _shown(_ending(stories, "QuickBooks lacks invoice 20411"))
    assert "wrong: QuickBooks lacks invoice 20411" in page
    assert not page.rstrip().splitlines()[-1].startswith("crossfoot:")


def test_a_story_that_ended_as_it_should_is_not_wrong(stories: Stories) -> None:
    assert [wrong_ending(story, _payment(story), _explained(story)) for story in stories] == [None] * 7


def test_each_way_of_ending_otherwise_is_wrong(stories: Stories) -> None:
    full, lost = stories.full, stories.partial
    twice = {"story": _explained(full)["story"] * 2}
    assert "still" not in str(wrong_ending(full, _payment(full, "pending"), _explained(full)))
    assert "Full payment: pending with 1 effects" in str(
        wrong_ending(full, _payment(full, "pending"), _explained(full))
    )
    assert "2 effects" in str(wrong_ending(full, _payment(full), twice))
    assert "0 of them confirmed" in str(wrong_ending(full, _payment(full), _explained(full, state="unknown")))
    assert "0 found and not repeated" in str(wrong_ending(lost, _payment(lost), _explained(lost, adopted=False)))


def _paid(**changes: Any) -> Paid:
    bill = {"total": "1284.60", "status": "paid", "open": "0.00", "open_in_quickbooks": "0.00"}
    bill["reason"] = {"rule": "B1", "sentence": "It came in from QuickBooks."}  # type: ignore[assignment]
    why = {"rule": "B4", "sentence": "Entered the payment bp_1 in QuickBooks over 1,134.60 USD."}
    whole = Paid(
        sync={"state": "done", "left_out": 0, "problem": ""},
        bill=bill,
        credit={"remaining": "0.00"},
        explained={"story": [{"why": why, "effect": {"state": "confirmed"}}]},
        entries=[{"TotalAmt": Decimal("1134.60")}],
        balances=[Decimal(0), Decimal(0)],
    )
    return replace(whole, **changes)


def test_b4_the_bill_is_shown_with_how_it_came_in_and_was_paid(stories: Stories) -> None:
    page = _shown(replace(_ending(stories), paid=_paid()))
    assert "B1  It came in from QuickBooks." in page
    assert "B4  Entered the payment bp_1 in QuickBooks over" in page
    assert "Open on the platform 0.00, in QuickBooks 0.00." in page
    assert max(len(line) for line in page.splitlines()) <= WIDTH


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"sync": {"state": "failed", "left_out": 0, "problem": "Down."}}, ["sync of payables is failed"]),
        ({"balances": [Decimal("150.00"), Decimal(0)]}, ["150.00 / 0 are open"]),
        ({"credit": {"remaining": "150.00"}}, ["0.00 / 150.00 and 0 / 0 are open"]),
        ({"entries": []}, ["payments of bills over []"]),
        ({"entries": [{"TotalAmt": Decimal("1134.60")}] * 2}, ["expected one over 1134.60"]),
    ],
)
def test_b4_each_way_in_which_the_bill_ended_otherwise_is_wrong(changes: dict[str, Any], said: list[str]) -> None:
    found = list(wrong_books(_paid(**changes)))
    assert len(found) == len(said)
    assert all(words in wrong for words, wrong in zip(said, found, strict=True))


def test_the_forms_of_a_page_are_read_as_a_browser_would_post_them() -> None:
    page = (
        '<form method="post"><input type="hidden" name="state" value="a&amp;b"><input name="realmId" value="1">'
        '<button type="submit">Connect</button></form><form><input name="realmId"></form><input name="stray" value="x">'
    )
    assert read_forms(page) == [{"state": "a&b", "realmId": "1"}, {"realmId": "", "stray": "x"}]
