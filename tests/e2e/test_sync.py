"""On the deployed template, IAM enforced: a closed ConnectWise invoice into QuickBooks, and out of it again (S1 to S9)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from local.demo.rest import Patience
from local.sandbox.store import Record
from tests.e2e.cast import BILL, Cast
from tests.e2e.partner import PATIENCE_S, PREFERENCES, WITH_TOOL, Deployed, Partner

DAILY = {"every": "day", "at": "06:30", "zone": "America/New_York"}
TIMETABLE = ("cron(30 6 * * ? *)", "America/New_York")
CUSTOMER = {"kind": "customer", "key": "19", "target_id": "9"}


@pytest.fixture(scope="module")
def partner(cast: Cast) -> Iterator[Partner]:
    """A partner that has the tool on, for as long as these tests run, and a closed invoice that is only in ConnectWise."""
    cast.watched.api.put("/v1/preferences", {**PREFERENCES, **WITH_TOOL})
    yield cast.watched
    cast.watched.api.put("/v1/preferences", PREFERENCES)


def _choose(partner: Partner, schedule: dict[str, str] | None) -> dict[str, Any]:
    """Save how the tool works, as a partner who changes nothing but the lines, the schedule and the first day."""
    shown = partner.api.get("/v1/sync/preferences")
    chosen = {name: value for name, value in shown.items() if name not in ("saved", "next_run", "next_run_at")}
    wanted = {**chosen, "time_entries": "grouped", "schedule": schedule, "cut_over": "2020-01-01"}
    saved: dict[str, Any] = partner.api.put("/v1/sync/preferences", wanted)
    return saved


def _end_of(deployed: Deployed, partner: Partner, run: str) -> list[dict[str, Any]]:
    """Wait for a run. Returns: what became of each bill."""
    shown: dict[str, Any] = {}

    def is_over() -> bool:
        shown.update(partner.api.get(f"/v1/sync/batches/{run}"))
        return shown["finished_at"] is not None

    Patience(PATIENCE_S).wait_for("the run", is_over, lambda: str(shown))
    items: list[dict[str, Any]] = shown["items"]
    return items


def _entries(partner: Partner) -> list[Record]:
    return [each for each in partner.accountant.read_all("Invoice") if each["DocNumber"] == BILL]


def _batch(partner: Partner) -> str:
    """Name the ConnectWise batch that the invoice is in."""
    (bill,) = [each for each in partner.bookkeeper.read_invoices() if each["invoiceNumber"] == BILL]
    return str((bill.get("glBatch") or {}).get("name", ""))


def test_s1_a_schedule_that_is_saved_is_set_and_one_that_is_taken_back_is_gone(
    deployed: Deployed, partner: Partner
) -> None:
    scheduler = deployed.stack.session.client("scheduler", endpoint_url=deployed.stack.endpoint_url)
    place = {"Name": partner.tenant, "GroupName": deployed.stack.outputs["ScheduleGroup"]}
    assert _choose(partner, DAILY)["next_run"]
    stands = scheduler.get_schedule(**place)
    assert (stands["ScheduleExpression"], stands["ScheduleExpressionTimezone"]) == TIMETABLE
    assert partner.tenant in stands["Target"]["Input"]
    _choose(partner, None)
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
        scheduler.get_schedule(**place)


def test_s3_s8_s9_a_closed_invoice_is_previewed_synced_marked_and_taken_back_on_both_sides(
    deployed: Deployed, partner: Partner
) -> None:
    _choose(partner, None)
    partner.api.put("/v1/sync/mappings", {"mappings": [CUSTOMER]})
    (offered,) = partner.api.get("/v1/sync/unsynced", offered="true")["bills"]
    (preview,) = partner.api.post("/v1/sync/previews", {"invoices": [offered["id"]]})["previews"]
    assert (preview["state"], Decimal(preview["entry"]["total"])) == ("ready", partner.amount)
    chosen = {"invoices": [{"id": offered["id"], "digest": preview["digest"]}]}
    run = partner.api.post("/v1/sync/batches", chosen)["id"]
    (item,) = _end_of(deployed, partner, run)
    (entry,) = _entries(partner)
    assert (item["state"], item["digest"], item["accounting"]) == (
        "done",
        preview["digest"],
        f"quickbooks-{entry['Id']}",
    )
    assert (entry["TotalAmt"], _batch(partner)) == (partner.amount, item["batch"])
    undo = partner.api.post(f"/v1/sync/batches/{run}/undo", {})["id"]
    (undone,) = _end_of(deployed, partner, undo)
    assert (undone["state"], _entries(partner), _batch(partner)) == ("done", [], "")
