"""The accountant and the bookkeeper work through the vendors' own APIs, and their calls are told apart."""

from decimal import Decimal

import pytest

from local.demo.errors import DemoError
from local.demo.people import Bookkeeper
from local.demo.records import connectwise_ids
from local.demo.sandboxes import Calls
from local.demo.stories import make_stories
from local.stack.processes import wait_until
from tests.local.demo.conftest import TODAY, Office


def test_an_accountant_records_edits_and_voids(office: Office) -> None:
    story = make_stories(office.books, TODAY).edited
    invoice_id = office.pay(story)["Line"][0]["LinkedTxn"][0]["TxnId"]
    (payment,) = [each for each in office.accountant.read_all("Payment") if each["PaymentRefNum"] == "test"]
    edited = office.accountant.edit_payment(payment, [(invoice_id, story.last[0][1])])
    assert (edited["TotalAmt"], edited["Line"][0]["Amount"]) == (story.last[0][1], story.last[0][1])
    voided = office.accountant.void_payment(edited)
    assert (voided["TotalAmt"], voided["Line"], voided["PrivateNote"]) == (0, [], "Voided")


def test_a_write_waits_for_room_under_the_rate_limit_and_is_done_once(office: Office) -> None:
    story = make_stories(office.books, TODAY).full
    throttled = office.quickbooks.arm("throttle", method="POST", path_contains=office.realm["realm_id"])
    office.pay(story)
    assert office.quickbooks.used(throttled) == 1
    assert len([p for p in office.accountant.read_all("Payment") if p["PaymentRefNum"] == "test"]) == 1


def test_the_peoples_own_calls_can_be_told_from_the_count(office: Office) -> None:
    stories = make_stories(office.books, TODAY)
    office.pay(stories.full)
    office.mirror(stories.full)
    assert office.quickbooks.calls(office.realm["realm_id"]) - office.accountant.spent == Calls()
    assert office.connectwise.calls(office.keys["company_id"]) - office.bookkeeper.spent == Calls()


def test_a_write_stands_though_its_writer_was_gone_before_the_answer(office: Office) -> None:
    """What the demo does to a worker: ConnectWise has the whole request, and works on it whoever waits."""
    invoice_id = connectwise_ids(office.books)[make_stories(office.books, TODAY).full.invoices[0].number]
    path = f"/finance/invoices/{invoice_id}/payments"
    slow = office.connectwise.arm("slow", seconds=1.0, path_contains=path)
    hasty = Bookkeeper(office.keys, timeout_s=0.3)
    with pytest.raises(DemoError, match="did not answer"):
        hasty.enter_payment(invoice_id, Decimal("12.50"), TODAY)
    assert wait_until(lambda: office.connectwise.used(slow) == 1, 60.0)
    assert wait_until(lambda: len(office.bookkeeper.read_rows(invoice_id)) == 1, 60.0)
