"""Explain: every record answers what happened and why (X1)."""

from dataclasses import replace
from typing import Any

import pytest
from crossfoot.core.decisions import refused
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    Billed,
    Customer,
    DepositLine,
    Keeping,
    Kind,
    Line,
    LineKind,
    Record,
    Ref,
    Standing,
    TraitName,
    Version,
)
from crossfoot.core.preferences import Preferences
from crossfoot.core.unread_lines import stand_in

from tests.fakes.api import OTHER_TENANT, FakeApi
from tests.fakes.records import credit_memo, customer, deposit, invoice, payment, ref_of, trait
from tests.fakes.world import TENANT


@pytest.fixture
def api() -> FakeApi:
    api = FakeApi()
    api.connect_both()
    return api


def explain(api: FakeApi, kind: str, id_: str) -> dict[str, Any]:
    """Ask for a record's story."""
    reply = api.call("GET", f"/v1/records/{kind}/{id_}/explain")
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.body
    return found


def codes(lines: list[dict[str, Any]]) -> list[str]:
    """Name the lines of a story."""
    return [line["why"]["code"] for line in lines]


def add_customer(api: FakeApi) -> str:
    """Put a customer into the book and give its id."""
    stamp = api.world.clock.stamp()
    ref = Ref(ACCOUNTING, Kind.CUSTOMER, "5")
    api.world.book.save(TENANT, [Customer(ref, Version(stamp, stamp), Standing.LIVE, "Blue Harbor Dental")])
    return str(ref)


def test_a_mirrored_payment_tells_the_write_and_both_ids(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 1000)
    api.work()
    api.world.quickbooks.pay("77", {"q1001": 1000})
    api.work()
    found = explain(api, "payment", "quickbooks-77")
    assert set(found["ids"]) == {"quickbooks-77", "quickbooks-q1001", "connectwise-c1001"}
    (line,) = [line for line in found["story"] if line["effect"]]
    assert line["why"]["outcome"] == "did"
    assert (line["effect"]["state"], line["effect"]["subject"]) == ("confirmed", "connectwise-c1001")
    assert line["effect"]["remote_id"]
    assert [why["code"] for why in found["now"]] == ["mirrored"]


def test_c7_a_payment_that_waits_says_that_connectwise_does_not_answer(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 1000)
    api.world.invoice_in_both("1002", 1000, connectwise=False)
    for number in ("1001", "1002"):
        api.world.quickbooks.pay(number, {f"q{number}": 1000})
    api.work()
    api.connections.note_silence(TENANT, PSA)
    assert codes_now(api, "1002") == ["invoice_not_in_psa"]
    api.world.clock.advance(1_000)
    api.connections.note_silence(TENANT, PSA)
    assert codes_now(api, "1002") == ["invoice_not_in_psa", "system_silent"]
    assert codes_now(api, "1001") == ["mirrored"], "it stands there, whether it answers or not"
    api.connections.note_answer(TENANT, PSA)
    assert codes_now(api, "1002") == ["invoice_not_in_psa"]


def codes_now(api: FakeApi, payment_id: str) -> list[str]:
    """Name what holds now of a payment."""
    return [why["code"] for why in explain(api, "payment", f"quickbooks-{payment_id}")["now"]]


def test_a_payment_tells_only_the_writes_that_carried_it(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 1000)
    api.work()
    api.world.quickbooks.pay("77", {"q1001": 300})
    api.work()
    api.world.clock.advance(60)
    api.world.quickbooks.pay("78", {"q1001": 200})
    api.work()
    effects = {
        id_: [line["effect"]["generation"] for line in explain(api, "payment", id_)["story"] if line["effect"]]
        for id_ in ("quickbooks-77", "quickbooks-78")
    }
    assert effects == {"quickbooks-77": [1, 2], "quickbooks-78": [2]}


def test_a_story_is_told_in_the_order_of_time(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 1000, connectwise=False)
    api.world.quickbooks.pay("77", {"q1001": 400})
    api.work()
    assert codes(explain(api, "payment", "quickbooks-77")["story"]) == ["invoice_not_in_psa"]
    api.world.clock.advance(3600)
    api.world.connectwise.add_invoice("c1001", "1001", 1000)
    api.work()
    api.world.clock.advance(3600)
    api.world.quickbooks.void("77")
    api.work()
    found = explain(api, "payment", "quickbooks-77")
    assert codes(found["story"]) == ["invoice_not_in_psa", "confirmed", "confirmed"]
    assert [line["at"] for line in found["story"]] == sorted(line["at"] for line in found["story"])
    assert "Took back" in found["story"][-1]["why"]["sentence"]


def test_a_record_that_was_never_tried_has_a_reason_too(api: FakeApi) -> None:
    api.world.preferences.save(TENANT, Preferences())
    api.world.invoice_in_both("1001", 1000, connectwise=False)
    api.world.quickbooks.pay("77", {"q1001": 400})
    api.work()
    payment = explain(api, "payment", "quickbooks-77")
    assert payment["story"] == []
    assert [(why["rule"], why["code"]) for why in payment["now"]] == [("E3", "toggle_off")]
    invoice = explain(api, "invoice", "quickbooks-q1001")
    assert [(why["rule"], why["code"]) for why in invoice["now"]] == [("I9", "no_counterpart"), ("I3", "partial")]
    customer = add_customer(api)
    assert explain(api, "customer", customer)["now"]


def test_every_part_of_a_payment_over_several_invoices_is_explained(api: FakeApi) -> None:
    api.world.invoice_in_both("1", 1000)
    api.world.invoice_in_both("2", 1000, connectwise=False)
    api.work()
    api.world.quickbooks.pay("77", {"q1": 300, "q2": 200})
    api.work()
    assert [why["code"] for why in explain(api, "payment", "quickbooks-77")["now"]] == [
        "mirrored",
        "invoice_not_in_psa",
    ]


def test_an_invoice_is_explained_from_either_side_with_the_writes_on_it(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 1000)
    api.work()
    api.world.quickbooks.pay("77", {"q1001": 1000})
    api.work()
    one = explain(api, "invoice", "quickbooks-q1001")
    other = explain(api, "invoice", "connectwise-c1001")
    assert set(one["ids"]) == set(other["ids"]) == {"quickbooks-q1001", "connectwise-c1001"}
    assert [line["effect"] for line in one["story"]] == [line["effect"] for line in other["story"]]
    assert any(line["effect"] for line in one["story"])
    assert one["now"][0]["code"] == "matched"


def now(api: FakeApi, kind: str, id_: str) -> list[tuple[str, str]]:
    """Give the rules and codes that hold for a record now."""
    return [(why["rule"], why["code"]) for why in explain(api, kind, id_)["now"]]


def test_i3_a_credit_memo_tells_what_is_left_of_it_and_the_payments_that_apply_it(api: FakeApi) -> None:
    memos = [
        credit_memo("q50", "CM-1", 500, remaining_minor=200),
        credit_memo("q51", "CM-2", 0, standing=Standing.VOID),
    ]
    api.world.book.save(TENANT, [*memos, payment("q77", {"q7": 100}, credited={"q50": 300})])
    found = explain(api, "credit_memo", "quickbooks-q50")
    assert found["ids"] == ["quickbooks-q50", "quickbooks-q77"]
    assert "2.00 USD" in found["now"][0]["sentence"]
    assert now(api, "credit_memo", "quickbooks-q50") == [("I3", "partial")]
    assert now(api, "credit_memo", "quickbooks-q51") == [("I6", "void")]


@pytest.mark.parametrize(
    ("kind", "record"), [("invoice", invoice("c8", "8", 23_000)), ("credit_memo", credit_memo("c8", "8", 23_000))]
)
def test_x1_c3_lines_that_may_not_be_read_are_told_with_the_right_that_brings_them(
    api: FakeApi, kind: str, record: Billed
) -> None:
    hours = Line("5", LineKind.TIME, "Cabling", 5_000)
    whole = replace(record, lines=(hours, stand_in(LineKind.EXPENSE, 18_000)))
    api.world.book.save(TENANT, [whole])
    why = explain(api, kind, "connectwise-c8")["now"][-1]
    assert (why["rule"], why["code"], why["outcome"]) == ("C3", "expense_lines_unread", "refused")
    assert "180.00 USD" in why["sentence"]
    assert "Time & Expense › Expense Report Entry" in why["fix"]
    shown = api.call("GET", f"/v1/{kind.replace('_', '-')}s/connectwise-c8")
    assert "Expenses that ConnectWise does not let Crossfoot read" in shown.text


def test_a_deposit_tells_which_payments_it_holds(api: FakeApi) -> None:
    api.world.book.save(TENANT, [deposit("q200", 900, DepositLine(ref_of(Kind.PAYMENT, "q77"), 0))])
    found = explain(api, "deposit", "quickbooks-q200")
    assert (found["title"], found["ids"]) == ("Deposit of 9.00 USD", ["quickbooks-q200", "quickbooks-q77"])
    assert now(api, "deposit", "quickbooks-q200") == [("D3", "imported")]


def test_c4_what_the_filters_left_out_says_so_and_how_to_get_it(api: FakeApi) -> None:
    keeping = Keeping(left_out=True)
    records: list[Record] = [invoice("c8", "8", keeping=keeping), customer("c5", "Litware", keeping=keeping)]
    api.world.book.save(TENANT, [*records, credit_memo("c9", "9", 100, keeping=keeping)])
    for kind, id_ in (("invoice", "connectwise-c8"), ("customer", "connectwise-c5"), ("credit_memo", "connectwise-c9")):
        why = explain(api, kind, id_)["now"][-1]
        assert (why["rule"], why["code"], why["outcome"]) == ("C4", "left_out", "skipped")
        assert "Widen" in why["fix"]


def test_c5_what_lies_outside_the_filters_says_why_it_is_still_there(api: FakeApi) -> None:
    api.world.filters.save(TENANT, ImportFilters({TraitName.INVOICE_TYPE: frozenset({"Agreement"})}))
    progress = trait(TraitName.INVOICE_TYPE, "Progress")
    api.world.book.save(TENANT, [invoice("c8", "8", traits=progress), invoice("q9", "9", traits=progress)])
    why = explain(api, "invoice", "connectwise-c8")["now"][-1]
    assert (why["rule"], why["code"]) == ("C5", "outside_filters")
    assert "invoice type" in why["sentence"]
    assert ("C5", "outside_filters") not in now(api, "invoice", "quickbooks-q9"), "they are ConnectWise's filters"


def test_i5_what_the_partner_archived_says_so_and_how_it_stands_there(api: FakeApi) -> None:
    api.world.book.save(TENANT, [invoice("q8", "8"), customer("q5", "Litware")])
    api.call("POST", "/v1/invoices/quickbooks-q8/archive", body={})
    api.call("POST", "/v1/customers/quickbooks-q5/archive", body={})
    assert now(api, "invoice", "quickbooks-q8")[1:] == [("I3", "open"), ("I5", "archived_here")]
    assert now(api, "customer", "quickbooks-q5") == [("I1", "imported"), ("I5", "archived_here")]


def test_c5_a_copy_that_is_archived_as_outside_is_marked_on_its_invoice_and_told_at_the_other_copy(
    api: FakeApi,
) -> None:
    api.world.invoice_in_both("1001", 1000)
    api.work()
    api.world.book.archive(TENANT, [ref_of(Kind.INVOICE, "c1001")], archived=True, run="r-1")
    shown = api.call("GET", "/v1/invoices/quickbooks-q1001").body["copies"]
    assert {copy["id"]: copy["archived_here"] for copy in shown} == {
        "quickbooks-q1001": False,
        "connectwise-c1001": True,
    }
    told = explain(api, "invoice", "quickbooks-q1001")["now"][-1]
    assert (told["rule"], told["code"], told["about"]) == ("C5", "archived_outside", ["connectwise-c1001"])
    assert told["sentence"].startswith("Of its copy in ConnectWise: The partner archived it here with all that")
    assert "Bring it back" in told["fix"]
    assert now(api, "invoice", "connectwise-c1001")[-1] == ("C5", "archived_outside")


def test_i5_copies_that_were_archived_together_say_so_once(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 1000)
    api.work()
    api.call("POST", "/v1/invoices/quickbooks-q1001/archive", body={})
    assert now(api, "invoice", "quickbooks-q1001").count(("I5", "archived_here")) == 1


@pytest.mark.parametrize(("kind", "listed"), [("payout", "payouts"), ("credit_memo", "credit-memos")])
def test_x1_a_record_that_there_is_not_names_the_list_of_its_own_kind(api: FakeApi, kind: str, listed: str) -> None:
    reply = api.call("GET", f"/v1/records/{kind}/quickbooks-q1/explain")
    assert (reply.status, reply.body["fix"]) == (404, f"GET /v1/{listed} lists them.")


def test_x1_a_record_that_could_not_be_kept_is_explained_by_its_decisions(api: FakeApi) -> None:
    ref = ref_of(Kind.CREDIT_MEMO, "q13")
    sentence = "It holds an amount finer than its currency."
    api.world.history.save(TENANT, [refused(ref, "X5", "unreadable", sentence, "Correct it there.")])
    found = explain(api, "credit_memo", "quickbooks-q13")
    assert found["title"] == "Credit memo q13, which is not in the book"
    assert [why["sentence"] for why in found["now"]] == [sentence]
    assert codes(found["story"]) == ["unreadable"]
    theirs = api.call("GET", "/v1/records/credit_memo/quickbooks-q13/explain", tenant=OTHER_TENANT)
    assert theirs.status == 404


def test_anothers_record_and_one_that_is_not_there_look_the_same(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 1000)
    api.work()
    path = "/v1/records/invoice/quickbooks-q1001/explain"
    theirs = api.call("GET", path, tenant=OTHER_TENANT)
    nobodys = api.call("GET", path.replace("q1001", "q9999"))
    assert (theirs.status, theirs.text) == (404, nobodys.text)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/records/cheque/quickbooks-1/explain", "path.kind"),
        ("/v1/records/invoice/xero-1/explain", "path.id"),
        ("/v1/records/invoice/1/explain", "path.id"),
        ("/v1/records/invoice/quickbooks-%00/explain", "path.id"),
        ("/v1/records/invoice/quickbooks-" + "9" * 65 + "/explain", "path.id"),
        ("/v1/records/invoice/quickbooks-1%2F..%2F2/explain", "path.id"),
    ],
)
def test_an_id_that_cannot_be_is_named(api: FakeApi, path: str, field: str) -> None:
    reply = api.call("GET", path)
    assert (reply.status, reply.body["errors"][0]["field"]) == (400, field)


def test_a_comparison_is_queued_and_its_report_shown(api: FakeApi) -> None:
    missing = api.call("GET", "/v1/crossfoot")
    assert (missing.status, missing.body["detail"]) == (404, "There is no report yet.")
    assert api.call("POST", "/v1/crossfoot", body={}).status == 202
    request = api.world.queue.messages[-1]
    assert getattr(request, "live", None) is True
    api.world.invoice_in_both("1001", 1000)
    api.work()
    report = api.call("GET", "/v1/crossfoot").body
    assert report["line"].startswith("crossfoot: ")
    assert (report["difference_count"], report["under_way"]) == (0, None)
    assert report["started_at"] <= report["at"]


def test_x4_a_report_without_quickbooks_says_that_it_is_not_live(api: FakeApi) -> None:
    api.call("POST", "/v1/crossfoot", body={"live": True})
    api.connections.need_attention(TENANT, ACCOUNTING, "QuickBooks refused the sign-in.", "Connect it again.")
    api.work()
    report = api.call("GET", "/v1/crossfoot").body
    assert (report["live"], report["unread"]) == (False, {"quickbooks": "QuickBooks refused the sign-in."})


def test_x3_a_comparison_that_is_under_way_is_shown(api: FakeApi) -> None:
    api.world.remaining_ms = lambda: 0
    _begin_to_compare(api)
    shown = api.call("GET", "/v1/crossfoot")
    so_far = "There is no report yet. The first comparison is under way: 0 pairs so far."
    assert (shown.status, shown.body["detail"]) == (404, so_far)
    api.work()
    api.world.clock.advance(1)
    _begin_to_compare(api)
    shown = api.call("GET", "/v1/crossfoot")
    assert (shown.status, shown.body["under_way"]["state"], shown.body["under_way"]["pairs"]) == (200, "running", 0)
    api.world.clock.advance(1801)
    assert api.call("GET", "/v1/crossfoot").body["under_way"]["state"] == "stuck"
    api.work()
    assert api.call("GET", "/v1/crossfoot").body["under_way"] is None


def _begin_to_compare(api: FakeApi) -> None:
    """Ask for a comparison, and let its first worker do one page."""
    assert api.call("POST", "/v1/crossfoot", body={}).status == 202
    api.world.work(api.world.queue.messages.pop())
