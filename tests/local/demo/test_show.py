"""What the demo prints, and what it takes for a wrong ending."""

import io
from typing import Any

import pytest
from rich.console import Console

from local.demo.api import read_forms
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
    return Ending(told, [Spent("import", Calls(4), Calls(9, 2))], {"line": LINE}, list(wrong))


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


def test_the_forms_of_a_page_are_read_as_a_browser_would_post_them() -> None:
    page = (
        '<form method="post"><input type="hidden" name="state" value="a&amp;b"><input name="realmId" value="1">'
        '<button type="submit">Connect</button></form><form><input name="realmId"></form><input name="stray" value="x">'
    )
    assert read_forms(page) == [{"state": "a&b", "realmId": "1"}, {"realmId": "", "stray": "x"}]
