"""What the steps of the Sync Invoices tool do not ask for."""

from crossfoot.core.sync.runs import ItemState

from tests.fakes.sync_office import SyncOffice
from tests.fakes.trip import Trip


def test_s3_what_is_entered_anew_is_in_no_batch_and_none_is_looked_for() -> None:
    office = SyncOffice()
    bill = office.bill("1001")
    office.see()
    run, trip = office.begin([bill]), Trip()
    office.world.deliver(trip)
    assert office.states(run) == {"1001": ItemState.WRITTEN}
    assert trip.calls.count("load_latest_of") == 1, "that of its entry"
