"""Matches: the partner decides once, and it holds for invoices, customers, payments and all that comes later (I9, E2)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import ACCOUNTING, PSA, Customer, Invoice, Keeping, Kind, LinkOrigin, Ref, Standing, System
from crossfoot.core.model import Link as InvoiceLink
from crossfoot.core.verdicts import Pair, Verdict
from crossfoot.linking import link_invoices
from crossfoot.messages import CrossfootRequest, MirrorPayment, Nudge
from crossfoot.ports import Decided

from tests.fakes.api import OTHER_TENANT, FakeApi, Reply
from tests.fakes.trip import Crash, Mode, Trip
from tests.fakes.world import TENANT

LATER = date(2026, 11, 9)


@pytest.fixture
def api() -> FakeApi:
    api = FakeApi()
    api.connect_both()
    return api


def q(id_: str, kind: Kind = Kind.INVOICE) -> Ref:
    return Ref(ACCOUNTING, kind, id_)


def c(id_: str, kind: Kind = Kind.INVOICE) -> Ref:
    return Ref(PSA, kind, id_)


def differ(api: FakeApi, number: str, total: int = 10_000, **in_connectwise: Any) -> None:
    """Enter an invoice in both systems, not quite the same."""
    api.world.quickbooks.add_invoice(f"q{number}", number, total)
    psa_total = in_connectwise.pop("total_minor", total)
    api.world.connectwise.add_invoice(
        f"c{number}", in_connectwise.pop("psa_number", number), psa_total, **in_connectwise
    )


def decide(api: FakeApi, one: str, other: str, verdict: str, **how: Any) -> Reply:
    body = {"accounting": f"quickbooks-{one}", "psa": f"connectwise-{other}", "verdict": verdict, **how}
    return api.call("POST", "/v1/matches", body=body)


def listed(api: FakeApi, **query: str) -> list[Any]:
    body = api.call("GET", "/v1/matches", query=query).body
    return [*body["invoices"], *body["customers"]]


def link(api: FakeApi, ref: Ref) -> InvoiceLink | None:
    return api.world.book.load_link(TENANT, ref)


def relink(api: FakeApi, *refs: Ref) -> None:
    world = api.world
    records = world.book.load_many(TENANT, refs)
    invoices = [record for record in records.values() if isinstance(record, Invoice)]
    link_invoices(TENANT, invoices, world.book, world.effects, world.matches)


def keep_customers(api: FakeApi, *names: tuple[System, str, str]) -> None:
    stamp = api.world.clock.stamp()
    version = api.world.quickbooks.add_invoice("stamp", "stamp", 1)
    record = api.world.quickbooks.records.pop(version)
    for system, id_, name in names:
        customer = Customer(
            Ref(system, Kind.CUSTOMER, id_), replace(record.version, seen_at=stamp), Standing.LIVE, name
        )
        api.world.book.save(TENANT, [customer])


def test_a_kind_that_has_no_matches_is_refused_with_the_kinds_that_have(api: FakeApi) -> None:
    reply = api.call("GET", "/v1/matches", query={"kind": "payment"})
    assert (reply.status, reply.body["detail"]) == (400, "query.kind: This has to be 'invoice' or 'customer'.")


# --- open matters ------------------------------------------------------------------------------------------------------


def test_i9_a_pair_that_differs_is_listed_with_both_sides_and_what_can_be_done(api: FakeApi) -> None:
    differ(api, "1001", on=LATER)
    api.work()
    (match,) = listed(api)
    assert (match["id"], match["code"], match["linked"]) == ("invoice:q1001:c1001", "not_identical", False)
    assert (match["accounting"][0]["issued_on"], match["psa"][0]["issued_on"]) == ("2026-11-03", "2026-11-09")
    assert match["accounting"][0]["total"] == "100.00"
    assert match["differences"] == ["the dates differ: 2026-11-03 in QuickBooks, 2026-11-09 in ConnectWise"]
    assert match["fix"]


def test_i9_copies_that_were_joined_and_came_to_differ_say_so_wherever_they_are_shown(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 10_000)
    api.work()
    api.world.connectwise.put(replace(api.world.connectwise.invoice("c1001"), total_minor=9_000))
    api.work()
    shown = api.call("GET", "/v1/invoices/quickbooks-q1001").body["match"]
    assert (shown["state"], shown["code"]) == ("matched", "differs")
    assert "the totals differ: 100.00 USD in QuickBooks, 90.00 USD in ConnectWise" in shown["sentence"]
    assert "payments wait" in shown["sentence"]
    assert "Matches" not in shown["fix"], "a word of the partner changes nothing of the money"
    (in_list,) = api.call("GET", "/v1/invoices").body["invoices"]
    assert in_list["match"] == shown
    told = api.call("GET", "/v1/records/invoice/connectwise-c1001/explain").body["now"][0]
    assert (told["outcome"], told["code"], told["about"]) == ("did", "differs", ["quickbooks-q1001"])


def test_i9_joined_copies_that_differ_by_what_the_partner_may_confirm_offer_it(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 10_000)
    api.work()
    api.world.connectwise.put(replace(api.world.connectwise.invoice("c1001"), issued_on=LATER))
    api.work()
    assert "Or confirm the two under Matches" in api.call("GET", "/v1/invoices/quickbooks-q1001").body["match"]["fix"]


def test_i9_what_the_partner_confirmed_is_no_difference_of_joined_copies(api: FakeApi) -> None:
    differ(api, "1001", on=LATER)
    api.work()
    decide(api, "q1001", "c1001", "same")
    assert api.call("GET", "/v1/invoices/quickbooks-q1001").body["match"]["code"] == "matched"


@pytest.mark.parametrize(("side", "elsewhere"), [("QuickBooks", "ConnectWise"), ("ConnectWise", "QuickBooks")])
def test_i5_a_joined_invoice_that_one_system_deleted_says_where_it_still_stands(
    api: FakeApi, side: str, elsewhere: str
) -> None:
    api.world.invoice_in_both("1001", 10_000)
    api.work()
    vendor = api.world.quickbooks if side == "QuickBooks" else api.world.connectwise
    ref = q("q1001") if side == "QuickBooks" else c("c1001")
    vendor.delete_invoice(ref.id)
    api.call("POST", "/v1/fetches", body={"what": "unpaid_invoices"})
    api.work()
    now = api.call("GET", f"/v1/records/invoice/{ref}/explain").body["now"]
    assert now[0]["code"] == "copy_gone"
    assert now[0]["sentence"] == f"Invoice 1001 was deleted in {side}, and still stands in {elsewhere}."
    assert elsewhere in now[0]["fix"]
    assert now[1]["sentence"] == f"It was deleted in {side}, and is archived here."


def test_i9_two_candidates_are_listed_as_one_matter(api: FakeApi) -> None:
    differ(api, "1001")
    api.world.connectwise.add_invoice("copy", "1001", 10_000)
    api.work()
    (match,) = listed(api)
    assert (match["code"], match["id"]) == ("ambiguous", "number:1001")
    assert [each["id"] for each in match["psa"]] == ["connectwise-c1001", "connectwise-copy"]
    assert link(api, q("q1001")) is None


def test_i9_a_matter_that_is_over_is_no_longer_listed_and_is_taken_off(api: FakeApi) -> None:
    differ(api, "1001", on=LATER)
    api.work()
    assert len(listed(api)) == 1
    api.world.connectwise.put(replace(api.world.connectwise.invoice("c1001"), issued_on=date(2026, 11, 3)))
    api.work()
    assert api.world.matches.open[TENANT] == set()
    assert link(api, q("q1001")) is not None


def test_i9_a_matter_that_nobody_took_off_is_passed_over_and_taken_off_by_who_reads_it(api: FakeApi) -> None:
    differ(api, "1001", on=LATER)
    api.work()
    invoice = api.world.book.load(TENANT, c("c1001"))
    assert isinstance(invoice, Invoice)
    api.world.book.records[TENANT, c("c1001")] = replace(invoice, standing=Standing.DELETED)
    assert listed(api) == []
    assert api.world.matches.open[TENANT] == set()


def test_i9_a_matter_that_opens_while_a_reader_takes_it_off_stays_listed(api: FakeApi) -> None:
    differ(api, "1001", on=LATER)
    api.work()
    different = api.world.book.records[TENANT, c("c1001")]
    assert isinstance(different, Invoice)
    api.world.book.records[TENANT, c("c1001")] = replace(different, standing=Standing.VOID)
    remove = api.world.matches.remove_open

    def late(*args: Any) -> None:
        # A worker saves the record, finds the matter noted, and leaves it; then the reader's removal arrives.
        api.world.book.records[TENANT, c("c1001")] = different
        relink(api, c("c1001"))
        remove(*args)

    api.world.matches.remove_open = late  # type: ignore[method-assign,assignment]
    assert listed(api) == []
    assert len(listed(api)) == 1


def test_i9_a_linked_pair_that_drifts_apart_is_listed_too(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 10_000)
    api.work()
    api.world.connectwise.put(replace(api.world.connectwise.invoice("c1001"), customer_name="Contoso Holding"))
    api.work()
    (match,) = listed(api)
    assert (match["linked"], match["customers"]) == (True, "customer:1:1")


def test_i9_open_matters_come_in_pages(api: FakeApi) -> None:
    for number in ("1001", "1002", "1003"):
        differ(api, number, on=LATER)
    api.work()
    first = api.call("GET", "/v1/matches", query={"limit": "2"}).body
    second = api.call("GET", "/v1/matches", query={"limit": "2", "cursor": first["next_cursor"]}).body
    numbers = [each["accounting"][0]["number"] for each in (*first["invoices"], *second["invoices"])]
    assert (sorted(numbers), second["next_cursor"]) == (["1001", "1002", "1003"], "")


# --- invoices ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("different", [{"on": LATER}, {"psa_number": "CW-77"}, {"customer": "Fabrikam"}])
def test_i9_a_confirmed_pair_is_linked_and_its_payments_follow(api: FakeApi, different: dict[str, Any]) -> None:
    differ(api, "1001", **different)
    api.world.quickbooks.pay("p1", {"q1001": 3_000})
    api.work()
    assert api.world.rows("1001") == []
    (match,) = decide(api, "q1001", "c1001", "same").body["invoices"]
    assert (match["state"], match["code"], match["linked"]) == ("decided", "same", True)
    assert len(match["differences"]) == 1, "what differs is told, though it holds nothing back"
    assert match["sentence"] == "They are the same invoice."
    found = link(api, c("c1001"))
    assert found is not None
    assert found.origin is LinkOrigin.CONFIRMED
    api.world.settle()
    assert api.world.rows("1001") == [(3_000, "2026-11-03")]
    assert listed(api) == []


@pytest.mark.parametrize("money", [{"total_minor": 9_999}])
def test_i9_e2_a_confirmed_pair_of_different_totals_is_linked_but_no_payment_follows(
    api: FakeApi, money: dict[str, Any]
) -> None:
    differ(api, "1001", **money)
    payment = api.world.quickbooks.pay("p1", {"q1001": 3_000})
    api.work()
    (match,) = decide(api, "q1001", "c1001", "same").body["invoices"]
    assert match["linked"]
    assert "the totals differ" in match["sentence"]
    api.world.settle()
    assert api.world.rows("1001") == []
    assert api.world.history.load(TENANT, payment)[-1].item.code == "not_identical"
    api.world.connectwise.put(replace(api.world.connectwise.invoice("c1001"), total_minor=10_000, balance_minor=10_000))
    api.work()
    assert api.world.rows("1001") == [(3_000, "2026-11-03")]


def unlike(api: FakeApi) -> None:
    """Enter two invoices that have nothing in common, and one that has the number of the first."""
    api.world.quickbooks.add_invoice("q5", "20605", 251_875)
    api.world.connectwise.add_invoice("c4", "20604", 57_375, customer="Fabrikam", on=LATER)
    api.work()


def test_i9_two_invoices_with_nothing_in_common_are_called_the_same_only_when_that_is_meant(api: FakeApi) -> None:
    unlike(api)
    refused = decide(api, "q5", "c4", "same")
    assert (refused.status, refused.body["code"]) == (409, "nothing_in_common")
    for told in ("numbers differ: 20605", "dates differ", "totals differ: 2,518.75 USD", "customers differ: Contoso"):
        assert told in refused.body["detail"]
    assert "although_different" in refused.body["fix"]
    assert listed(api, state="decided") == []
    (match,) = decide(api, "q5", "c4", "same", although_different=True).body["invoices"]
    assert [told.partition(":")[0] for told in match["differences"]] == [
        "the numbers differ", "the dates differ", "the totals differ", "the customers differ",
    ]  # fmt: skip
    assert "Its payments wait, because the totals differ" in match["sentence"]
    assert "numbers" not in match["sentence"]


def test_i9_customers_that_are_one_are_something_in_common(api: FakeApi) -> None:
    unlike(api)
    keep_customers(api, (ACCOUNTING, "1", "Contoso"), (PSA, "1", "Fabrikam"))
    assert decide(api, "1", "1", "same", kind="customer").status == 200
    (match,) = decide(api, "q5", "c4", "same").body["invoices"]
    assert [told.partition(":")[0] for told in match["differences"]] == [
        "the numbers differ", "the dates differ", "the totals differ",
    ]  # fmt: skip


def test_i9_two_invoices_with_nothing_in_common_can_be_called_different(api: FakeApi) -> None:
    unlike(api)
    assert decide(api, "q5", "c4", "different").status == 200


def test_i9_a_copy_whose_counterpart_is_joined_with_another_says_so_and_not_that_there_is_none(api: FakeApi) -> None:
    unlike(api)
    decide(api, "q5", "c4", "same", although_different=True)
    api.world.connectwise.add_invoice("c5", "20605", 251_875)
    api.work()
    match = api.call("GET", "/v1/invoices/connectwise-c5").body["match"]
    assert (match["state"], match["code"]) == ("refused", "counterpart_taken")
    assert match["sentence"] == (
        "Invoice 20605 is in QuickBooks, but is joined with another one in ConnectWise, invoice 20604."
    )
    assert "Take that back under Matches" in match["fix"]


def test_i9_a_separated_pair_is_never_matched_nor_listed_again(api: FakeApi) -> None:
    differ(api, "1001", on=LATER)
    api.work()
    assert decide(api, "q1001", "c1001", "different").status == 200
    assert listed(api) == []
    api.world.connectwise.put(replace(api.world.connectwise.invoice("c1001"), issued_on=date(2026, 11, 3)))
    api.work()
    api.world.crossfoot()
    assert link(api, q("q1001")) is None
    assert listed(api) == []
    (decided,) = listed(api, state="decided")
    assert (decided["id"], decided["code"]) == ("invoice:q1001:c1001", "different")


def test_i9_confirming_one_of_two_candidates_settles_both(api: FakeApi) -> None:
    differ(api, "1001")
    api.world.connectwise.add_invoice("copy", "1001", 10_000)
    api.work()
    decide(api, "q1001", "copy", "same")
    assert link(api, c("c1001")) is None
    assert link(api, c("copy")) == InvoiceLink(q("q1001"), c("copy"), LinkOrigin.CONFIRMED)
    assert listed(api) == []


def test_i9_separating_one_of_two_candidates_lets_the_other_be_matched(api: FakeApi) -> None:
    differ(api, "1001")
    api.world.connectwise.add_invoice("copy", "1001", 10_000)
    api.work()
    decide(api, "q1001", "copy", "different")
    assert link(api, q("q1001")) == InvoiceLink(q("q1001"), c("c1001"))
    assert listed(api) == []


def test_i9_payments_over_a_link_are_taken_back_before_it_is_parted(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 10_000)
    api.world.quickbooks.pay("p1", {"q1001": 3_000})
    api.work()
    assert api.world.rows("1001") == [(3_000, "2026-11-03")]
    (match,) = decide(api, "q1001", "c1001", "different").body["invoices"]
    assert match["linked"], "the rows still carry the payment"
    assert "taken back first" in match["sentence"]
    api.world.settle()
    assert api.world.rows("1001") == []
    api.work()
    assert link(api, q("q1001")) is None


def test_i9_confirming_another_copy_takes_payments_from_the_first_one_over(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 10_000)
    api.world.quickbooks.pay("p1", {"q1001": 3_000})
    api.work()
    api.world.connectwise.add_invoice("c2002", "2002", 10_000)
    api.work()
    (match,) = decide(api, "q1001", "c2002", "same").body["invoices"]
    assert not match["linked"]
    api.world.settle()
    assert api.world.rows("1001") == []
    api.work()
    api.world.crossfoot()
    api.world.settle()
    assert link(api, q("q1001")) == InvoiceLink(q("q1001"), c("c2002"), LinkOrigin.CONFIRMED)
    assert api.world.rows("2002") == [(3_000, "2026-11-03")]
    assert api.world.rows("1001") == []


def test_i9_a_decision_that_is_taken_back_opens_the_matter_again(api: FakeApi) -> None:
    differ(api, "1001", on=LATER)
    api.work()
    decide(api, "q1001", "c1001", "same")
    assert api.call("DELETE", "/v1/matches/invoice:q1001:c1001").status == 204
    assert link(api, q("q1001")) is None
    assert [match["id"] for match in listed(api)] == ["invoice:q1001:c1001"]
    assert listed(api, state="decided") == []
    assert api.call("DELETE", "/v1/matches/invoice:q1001:c1001").status == 404


def test_i9_a_verdict_can_be_changed(api: FakeApi) -> None:
    differ(api, "1001", on=LATER)
    api.work()
    decide(api, "q1001", "c1001", "different")
    decide(api, "q1001", "c1001", "same")
    assert link(api, q("q1001")) is not None
    decide(api, "q1001", "c1001", "different")
    assert link(api, q("q1001")) is None


def test_i9_an_invoice_is_confirmed_with_one_other_until_that_is_taken_back_or_gone(api: FakeApi) -> None:
    differ(api, "1001", on=LATER)
    api.world.connectwise.add_invoice("c2", "2", 10_000)
    api.work()
    decide(api, "q1001", "c1001", "same")
    refused = decide(api, "q1001", "c2", "same")
    assert (refused.status, refused.body["code"]) == (422, "already_confirmed")
    api.world.connectwise.put(replace(api.world.connectwise.invoice("c1001"), standing=Standing.DELETED))
    api.work()
    assert decide(api, "q1001", "c2", "same").status == 200
    assert link(api, q("q1001")) == InvoiceLink(q("q1001"), c("c2"), LinkOrigin.CONFIRMED)


def test_i9_what_was_confirmed_and_entered_again_is_matched_like_any_other(api: FakeApi) -> None:
    differ(api, "1001", on=LATER)
    api.work()
    decide(api, "q1001", "c1001", "same")
    api.world.connectwise.put(replace(api.world.connectwise.invoice("c1001"), standing=Standing.DELETED))
    api.world.connectwise.add_invoice("again", "1001", 10_000)
    api.work()
    for _ in range(2):
        assert link(api, q("q1001")) == InvoiceLink(q("q1001"), c("again"))
        relink(api, q("q1001"), c("again"))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (("q1001", "nobody", "same"), 404, "not_found"),
        (("q1001", "c1001", "perhaps"), 400, "bad_request"),
    ],
)
def test_a_decision_on_nothing_is_refused(api: FakeApi, body: tuple[str, str, str], status: int, code: str) -> None:
    differ(api, "1001", on=LATER)
    api.work()
    reply = decide(api, *body)
    assert (reply.status, reply.body["code"]) == (status, code)
    swapped = {"accounting": "connectwise-c1001", "psa": "quickbooks-q1001", "verdict": "same"}
    refused = api.call("POST", "/v1/matches", body=swapped)
    assert (refused.status, refused.body["detail"]) == (
        400,
        "accounting: connectwise-c1001 is no invoice in QuickBooks.",
    )


def test_e4_what_the_sync_tool_wrote_is_not_separated(api: FakeApi) -> None:
    differ(api, "1001")
    api.work()
    api.world.book.save_link(TENANT, InvoiceLink(q("q1001"), c("c1001"), LinkOrigin.SYNCED))
    reply = decide(api, "q1001", "c1001", "different")
    assert (reply.status, reply.body["code"]) == (422, "written_by_sync")
    assert decide(api, "q1001", "c1001", "same").status == 200
    found = link(api, q("q1001"))
    assert found is not None
    assert found.origin is LinkOrigin.SYNCED


def test_x6_another_partner_sees_and_decides_nothing(api: FakeApi) -> None:
    differ(api, "1001", on=LATER)
    api.work()
    body = {"accounting": "quickbooks-q1001", "psa": "connectwise-c1001", "verdict": "same"}
    assert api.call("POST", "/v1/matches", tenant=OTHER_TENANT, body=body).status == 404
    assert api.call("GET", "/v1/matches", tenant=OTHER_TENANT).body["invoices"] == []
    decide(api, "q1001", "c1001", "same")
    assert api.call("GET", "/v1/matches", tenant=OTHER_TENANT, query={"state": "decided"}).body["invoices"] == []
    assert api.call("DELETE", "/v1/matches/invoice:q1001:c1001", tenant=OTHER_TENANT).status == 404


# --- customers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def renamed(api: FakeApi) -> FakeApi:
    """Three invoices that only the customer's name keeps apart, and a payment that waits for one of them."""
    for number in ("1001", "1002", "1003"):
        differ(api, number, customer="CONTOSO Incorporated")
    api.world.quickbooks.pay("p1", {"q1002": 3_000})
    api.work()
    keep_customers(api, (ACCOUNTING, "1", "Contoso"), (PSA, "1", "CONTOSO Incorporated"))
    return api


def test_i9_customers_that_keep_invoices_apart_are_listed_once(renamed: FakeApi) -> None:
    (match,) = listed(renamed, kind="customer")
    assert (match["id"], sorted(match["keeps_apart"]), match["more"]) == (
        "customer:1:1", ["1001", "1002", "1003"], False
    )  # fmt: skip
    assert {each["customers"] for each in listed(renamed)} == {"customer:1:1"}


def test_i9_a_customer_that_is_confirmed_once_joins_all_its_invoices(renamed: FakeApi) -> None:
    (match,) = decide(renamed, "1", "1", "same", kind="customer").body["customers"]
    assert (match["state"], match["code"]) == ("decided", "same")
    assert all(link(renamed, q(f"q{number}")) for number in ("1001", "1002", "1003"))
    assert listed(renamed) == listed(renamed, kind="customer") == []
    renamed.world.settle()
    assert renamed.world.rows("1002") == [(3_000, "2026-11-03")]
    differ(renamed, "1004", customer="CONTOSO Incorporated")
    renamed.work()
    assert link(renamed, q("q1004")) is not None


def test_i9_customers_that_are_different_keep_their_invoices_apart_for_ever(renamed: FakeApi) -> None:
    decide(renamed, "1", "1", "different", kind="customer")
    assert listed(renamed) == listed(renamed, kind="customer") == []
    renamed.world.connectwise.put(replace(renamed.world.connectwise.invoice("c1001"), customer_name="Contoso"))
    renamed.work()
    assert link(renamed, q("q1001")) is None


def test_i9_a_customer_that_is_taken_back_stops_payments_but_moves_nothing(renamed: FakeApi) -> None:
    decide(renamed, "1", "1", "same", kind="customer")
    renamed.world.settle()
    renamed.call("DELETE", "/v1/matches/customer:1:1")
    renamed.world.quickbooks.pay("p2", {"q1002": 1_000})
    renamed.work()
    assert renamed.world.rows("1002") == [(3_000, "2026-11-03")]
    assert [match["id"] for match in listed(renamed, kind="customer")] == ["customer:1:1"]


def test_i9_a_customer_with_more_invoices_than_one_call_takes_is_finished_by_the_comparison(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossfoot.steps.api.deciding.AT_ONCE", 2)
    for number in range(1001, 1006):
        differ(api, str(number), customer="CONTOSO Incorporated")
    api.work()
    keep_customers(api, (ACCOUNTING, "1", "Contoso"), (PSA, "1", "CONTOSO Incorporated"))
    decide(api, "1", "1", "same", kind="customer")
    assert any(isinstance(message, CrossfootRequest) for message in api.world.queue.messages)
    api.world.settle()
    assert all(link(api, q(f"q{number}")) for number in range(1001, 1006))
    assert listed(api) == []


# --- what takes no part ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("system", "code"), [(PSA, "left_out"), (PSA, "archived"), (ACCOUNTING, "archived")])
def test_c4_i5_what_is_left_out_or_archived_is_not_matched_and_its_payments_say_so(
    api: FakeApi, system: System, code: str
) -> None:
    api.world.invoice_in_both("1001", 10_000)
    payment = api.world.quickbooks.pay("p1", {"q1001": 3_000})
    if code == "left_out":
        api.world.filters.save(TENANT, ImportFilters(first=LATER))
    else:
        aside = q("q1001") if system is ACCOUNTING else c("c1001")
        invoice = (api.world.quickbooks if system is ACCOUNTING else api.world.connectwise).invoice(aside.id)
        api.world.book.records[TENANT, aside] = replace(invoice, keeping=Keeping(archived=True))
    api.work()
    assert link(api, q("q1001")) is None
    decision = api.world.history.load(TENANT, payment)[-1].item
    assert (decision.rule, decision.code) == ("E2", code)
    assert decision.fix
    assert decide(api, "q1001", "c1001", "same").body["code"] == "not_matchable"
    assert listed(api) == []


def test_e2_i5_archiving_takes_nothing_back_and_stops_what_comes(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 10_000)
    api.world.quickbooks.pay("p1", {"q1001": 3_000})
    api.work()
    assert api.call("POST", "/v1/invoices/quickbooks-q1001/archive", body={}).status == 200
    payment = api.world.quickbooks.pay("p2", {"q1001": 2_000})
    api.work()
    assert api.world.rows("1001") == [(3_000, "2026-11-03")]
    assert api.world.history.load(TENANT, payment)[-1].item.code == "archived"
    api.call("POST", "/v1/invoices/quickbooks-q1001/unarchive", body={})
    api.world.settle()
    assert api.world.rows("1001") == [(5_000, "2026-11-03")]


# --- races and crashes -------------------------------------------------------------------------------------------------


def test_i9_a_worker_that_links_while_the_partner_separates_loses(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 10_000)
    api.world.quickbooks.pay("p1", {"q1001": 3_000})
    save = api.world.book.save_link

    def late(tenant: str, found: InvoiceLink) -> None:
        # The worker has read that nothing was decided; the partner decides; then its link arrives.
        decide(api, "q1001", "c1001", "different")
        save(tenant, found)

    api.world.book.save_link = late  # type: ignore[method-assign,assignment]
    api.work()
    api.world.book.save_link = save  # type: ignore[method-assign]
    assert api.world.rows("1001") == [], "no payment goes over a link that the partner is against"
    relink(api, q("q1001"))
    assert link(api, q("q1001")) is None


def test_i9_a_payment_that_is_about_to_be_written_when_the_partner_separates_is_not(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 10_000)
    api.work()
    api.world.quickbooks.pay("p1", {"q1001": 3_000})
    api.world.work(Nudge(tenant=TENANT, system=ACCOUNTING))
    older = api.world.mirror_step([Ref(ACCOUNTING, Kind.PAYMENT, "p1")])
    decide(api, "q1001", "c1001", "different")
    older.mirror(Ref(ACCOUNTING, Kind.PAYMENT, "p1"))
    assert api.world.rows("1001") == []
    api.world.settle()
    assert api.world.rows("1001") == []


def test_i9_a_link_is_not_taken_away_under_a_write_that_is_on_its_way(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 10_000)
    api.work()
    api.world.quickbooks.pay("p1", {"q1001": 3_000})
    api.world.work(Nudge(tenant=TENANT, system=ACCOUNTING))
    create = api.world.connectwise.create_row

    def late(*args: Any) -> Any:
        decide(api, "q1001", "c1001", "different")
        return create(*args)

    api.world.connectwise.create_row = late  # type: ignore[method-assign,assignment]
    api.world.mirror_step([Ref(ACCOUNTING, Kind.PAYMENT, "p1")]).mirror(Ref(ACCOUNTING, Kind.PAYMENT, "p1"))
    api.world.connectwise.create_row = create  # type: ignore[method-assign]
    assert link(api, q("q1001")) is not None, "or nobody would take the payment back"
    api.world.settle()
    assert api.world.rows("1001") == []
    api.work()
    assert link(api, q("q1001")) is None


def test_i9_the_partner_confirms_another_pair_while_a_worker_links(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 10_000)
    api.world.connectwise.add_invoice("c2", "2", 10_000)
    save = api.world.book.save_link
    done: list[bool] = []

    def late(tenant: str, found: InvoiceLink) -> None:
        if not done:
            done.append(True)
            decide(api, "q1001", "c2", "same")
        save(tenant, found)

    api.world.book.save_link = late  # type: ignore[method-assign,assignment]
    api.work()
    relink(api, q("q1001"))
    assert link(api, q("q1001")) == InvoiceLink(q("q1001"), c("c2"), LinkOrigin.CONFIRMED)
    assert link(api, c("c1001")) is None


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("mode", [Mode.CRASH_BEFORE, Mode.CRASH_AFTER])
def test_i9_a_crash_at_any_call_while_a_decision_is_carried_out_heals(
    verdict: Verdict, mode: Mode, record_property: Any
) -> None:
    calls = _crashed(None, mode, verdict)
    for strike_at in range(calls):
        _crashed(strike_at, mode, verdict)
    record_property("crash_points", calls)
    record_property("crash_worlds", calls)


def _crashed(strike_at: int | None, mode: Mode, verdict: Verdict) -> int:
    """Decide on two invoices of one number each way, die at a call, and look again. Returns: how many calls it took."""
    api = FakeApi()
    api.connect_both()
    if verdict is Verdict.SAME:
        differ(api, "1001", on=LATER)
    else:
        api.world.invoice_in_both("1001", 10_000)
    api.work()
    pair = Pair(q("q1001"), c("c1001"))
    trip, world = Trip(strike_at, mode), api.world
    book, effects, matches = trip.wire(world.book), trip.wire(world.effects), trip.wire(world.matches)
    try:
        matches.save_verdict(TENANT, Decided(pair, verdict, world.clock.now()))
        invoices = list(book.load_many(TENANT, [pair.accounting, pair.psa]).values())
        link_invoices(TENANT, invoices, book, effects, matches)
    except Crash:
        pass
    if world.matches.load_decided(TENANT, pair) is not None:
        relink(api, pair.accounting)
        found = link(api, pair.psa)
        assert (found is not None) is (verdict is Verdict.SAME)
        assert found is None or found.origin is LinkOrigin.CONFIRMED
        assert listed(api) == []
    return len(trip.calls)


def test_the_messages_of_a_decision_are_not_swallowed_as_repeats(api: FakeApi) -> None:
    differ(api, "1001", on=LATER)
    api.world.quickbooks.pay("p1", {"q1001": 3_000})
    api.work()
    decide(api, "q1001", "c1001", "same")
    (message,) = api.world.queue.messages
    assert isinstance(message, MirrorPayment)
    assert message.because.startswith("match ")
