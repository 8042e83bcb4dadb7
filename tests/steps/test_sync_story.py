"""What the story of a bill tells of the sync tool: the entry, its batch, and what was undone (X1)."""

from typing import Any

from crossfoot.core.model import Ref

from tests.fakes.api import FakeApi
from tests.fakes.sync_office import SyncOffice


def _story(office: SyncOffice, record: str) -> list[dict[str, Any]]:
    told = FakeApi(office.world).call("GET", f"/v1/records/invoice/{record}/explain")
    assert told.status == 200
    story: list[dict[str, Any]] = told.body["story"]
    return story


def _sync(office: SyncOffice, bill: Ref) -> None:
    """Sync a bill, and let a moment pass between its entry and its batch."""
    office.begin([bill])
    office.world.deliver()
    office.world.clock.advance(1)
    office.world.settle()
    office.world.clock.advance(1)


def test_x1_a_synced_bill_tells_its_story_from_both_sides() -> None:
    office = SyncOffice()
    bill = office.bill("1001")
    office.see()
    _sync(office, bill)
    sentences = [line["why"]["sentence"] for line in _story(office, str(bill))]
    (batch,) = office.world.connectwise.batches.values()
    assert sentences == [
        "Wrote invoice 1001 of 190.00 USD to QuickBooks.",
        f"Put invoice 1001 into ConnectWise batch {batch.identifier}.",
    ]
    assert [line["why"]["sentence"] for line in _story(office, str(office.entry_of(bill)))] == sentences
    office.undo(bill)
    assert {line["why"]["sentence"] for line in _story(office, str(bill))[2:]} == {
        "Took invoice 1001 of 190.00 USD out of QuickBooks.",
        f"Took batch {batch.identifier} back in ConnectWise.",
    }


def test_x1_the_story_says_in_which_system_and_how_it_goes_back() -> None:
    office = SyncOffice()
    bill = office.bill("1001")
    office.see()
    _sync(office, bill)
    effects = [line["effect"] for line in _story(office, str(bill))]
    assert [each["kind"] for each in effects] == ["sale", "gl_batch"]
    assert [each["undo"]["possible"] for each in effects] == [False, False]
    assert all("Sync Invoices" in each["undo"]["reason"] for each in effects)


def test_x1_a_bill_that_was_refused_says_why_and_what_to_do() -> None:
    office = SyncOffice()
    bill = office.bill("1001")
    office.see()
    office.world.sync_settings.mappings.clear()
    office.sync(bill)
    (line,) = _story(office, str(bill))
    assert line["why"]["fix"]
