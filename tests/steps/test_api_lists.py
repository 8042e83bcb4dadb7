"""Lists of invoices and payments (C8, I3, I5, I6, I9, E1 to E8)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from crossfoot.core.model import ACCOUNTING, CONNECTED, Invoice, Keeping, Kind, Record, Ref, Standing, System
from crossfoot.core.preferences import Preferences
from crossfoot.core.shelves import Shelf
from crossfoot.errors import Rejected

from tests.fakes.api import OTHER_TENANT, FakeApi
from tests.fakes.records import credit_memo, invoice
from tests.fakes.world import TENANT


@pytest.fixture
def api() -> FakeApi:
    api = FakeApi()
    api.connect_both()
    return api


def invoices(api: FakeApi, **query: str) -> dict[str, Any]:
    """List invoices, by number."""
    return {entry["number"]: entry for entry in api.call("GET", "/v1/invoices", query=query).body["invoices"]}


def payments(api: FakeApi, **query: str) -> dict[str, Any]:
    """List payments, by id."""
    return {entry["id"]: entry for entry in api.call("GET", "/v1/payments", query=query).body["payments"]}


def test_an_invoice_in_both_systems_is_one_entry_with_both_ids(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 125_000)
    api.work()
    (entry,) = api.call("GET", "/v1/invoices").body["invoices"]
    assert entry["id"] == "quickbooks-q1001"
    assert [copy["id"] for copy in entry["copies"]] == ["quickbooks-q1001", "connectwise-c1001"]
    assert (entry["total"], entry["balance"], entry["status"]) == ("1250.00", "1250.00", "open")
    assert (entry["match"]["state"], entry["match"]["code"]) == ("matched", "matched")


def test_the_primary_system_gives_a_pair_its_id(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 100)
    api.work()
    chosen = api.world.preferences.load(TENANT)
    api.world.preferences.save(TENANT, replace(chosen, primary=System.CONNECTWISE))
    (entry,) = api.call("GET", "/v1/invoices").body["invoices"]
    assert entry["id"] == "connectwise-c1001"


def test_an_invoice_in_one_system_says_what_it_waits_for(api: FakeApi) -> None:
    api.world.invoice_in_both("1002", 100, connectwise=False)
    api.work()
    match = invoices(api)["1002"]["match"]
    assert (match["state"], match["code"]) == ("waits", "no_counterpart")
    assert "1002" in match["sentence"]


def test_a_difference_is_shown_and_not_guessed(api: FakeApi) -> None:
    api.world.quickbooks.add_invoice("q5", "5", 100)
    api.world.connectwise.add_invoice("c5", "5", 200)
    api.work()
    found = api.call("GET", "/v1/invoices").body["invoices"]
    assert [(entry["match"]["state"], entry["match"]["code"]) for entry in found] == [("refused", "not_identical")] * 2
    assert all("totals differ" in entry["match"]["sentence"] for entry in found)


def test_an_invoices_status_follows_its_books(api: FakeApi) -> None:
    for number in ("1", "2", "3", "4", "5"):
        api.world.invoice_in_both(number, 1000, connectwise=False)
    api.world.quickbooks.pay("p2", {"q2": 400})
    api.world.quickbooks.pay("p3", {"q3": 1000})
    void = replace(api.world.quickbooks.invoice("q4"), standing=Standing.VOID, balance_minor=0, total_minor=0)
    gone = replace(api.world.quickbooks.invoice("q5"), standing=Standing.DELETED)
    api.world.clock.advance(1)
    api.world.quickbooks.put(void)
    api.world.quickbooks.put(gone)
    api.work()
    expected = {"1": "open", "2": "partial", "3": "paid", "4": "void", "5": "archived"}
    assert {n: entry["status"] for n, entry in invoices(api, include_archived="true").items()} == expected
    assert list(invoices(api)) == ["4", "3", "2", "1"], "what is archived is listed when it is asked for"
    for number, status in expected.items():
        assert list(invoices(api, status=status)) == [number]


def test_filters_narrow_and_wrong_ones_are_named(api: FakeApi) -> None:
    api.world.invoice_in_both("1", 100)
    api.world.invoice_in_both("2", 100, connectwise=False)
    api.work()
    assert list(invoices(api, paired="true")) == ["1"]
    assert list(invoices(api, paired="false")) == ["2"]
    assert list(invoices(api, system="connectwise")) == ["1"]
    assert not invoices(api, to="2000-01-01")
    customer = invoices(api)["1"]["customer"]["id"]
    assert set(invoices(api, customer=customer)) >= {"1"}
    assert not invoices(api, customer="quickbooks-nobody")
    wrong = {
        "from": "yesterday",
        "limit": "201",
        "status": "late",
        "system": "xero",
        "customer": "nobody",
        "colour": "red",
    }
    for field, value in wrong.items():
        reply = api.call("GET", "/v1/invoices", query={field: value})
        assert (reply.status, reply.body["errors"][0]["field"]) == (400, f"query.{field}")
    turned = api.call("GET", "/v1/invoices", query={"from": "2026-11-02", "to": "2026-11-01"})
    assert turned.body["errors"][0]["field"] == "from"


@pytest.mark.parametrize("limit", ["1", "3", "7", "200"])
def test_pages_give_every_invoice_once(api: FakeApi, limit: str) -> None:
    numbers = [str(1000 + place) for place in range(20)]
    for place, number in enumerate(numbers):
        api.world.invoice_in_both(number, 100 + place, connectwise=place % 3 > 0)
    api.work()
    seen: list[str] = []
    cursor = ""
    for _ in range(100):
        page = api.call("GET", "/v1/invoices", query={"limit": limit, "cursor": cursor}).body
        assert len(page["invoices"]) <= int(limit)
        seen += [entry["number"] for entry in page["invoices"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert sorted(seen) == numbers


@pytest.mark.parametrize("limit", [2, 7, 200])
def test_a_filter_that_lets_little_through_still_gives_each_once_and_no_page_too_long(api: FakeApi, limit: int) -> None:
    for place in range(20):
        api.world.invoice_in_both(str(1000 + place), 100, connectwise=place >= 10 and place % 3 > 0)
    api.work()
    seen: list[str] = []
    query = {"limit": str(limit), "paired": "false", "cursor": ""}
    for _ in range(100):
        page = api.call("GET", "/v1/invoices", query=query).body
        assert len(page["invoices"]) <= limit
        seen += [entry["number"] for entry in page["invoices"]]
        query["cursor"] = page["next_cursor"]
        if not query["cursor"]:
            break
    assert sorted(seen) == [str(1000 + place) for place in range(20) if place < 10 or place % 3 == 0]


class Reads:
    """Notes how many records each read of a list asks for, and of which list."""

    def __init__(self, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
        self.limits: list[int] = []
        self.shelves: set[Shelf | None] = set()
        self._list = api.world.book.list_records
        monkeypatch.setattr(api.world.book, "list_records", self._noted)

    def _noted(self, *given: Any, **named: Any) -> Any:
        self.limits.append(named["limit"])
        self.shelves.add(named["shelf"])
        return self._list(*given, **named)


def sparse(api: FakeApi, many: int, every: int) -> list[str]:
    """Fill the book with invoices, every so manieth of which is paid. Returns: the paid ones, newest first."""
    made = [
        invoice(f"q{number}", str(number), balance_minor=0 if number % every == 0 else 100)
        for number in range(1_000, 1_000 + many)
    ]
    api.world.book.save(TENANT, made)
    return [each.number for each in reversed(made) if not each.balance_minor]


def test_a_page_of_a_filter_that_lets_a_part_through_is_full(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    paid = sparse(api, 300, 3)
    reads = Reads(api, monkeypatch)
    first = api.call("GET", "/v1/invoices", query={"status": "paid", "limit": "25"}).body
    assert [entry["number"] for entry in first["invoices"]] == paid[:25]
    assert sum(reads.limits) <= 100, "hardly more than it takes"
    assert len(reads.limits) < 8
    query = {"status": "paid", "limit": "25", "cursor": first["next_cursor"]}
    second = api.call("GET", "/v1/invoices", query=query).body
    assert [entry["number"] for entry in second["invoices"]] == paid[25:50], "it goes on right behind the last one"


def test_a_page_looks_at_no_more_than_its_part_and_says_where_the_list_goes_on(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    (only,) = sparse(api, 225, 1_005)
    reads = Reads(api, monkeypatch)
    first = api.call("GET", "/v1/invoices", query={"status": "paid"}).body
    assert (first["invoices"], sum(reads.limits)) == ([], 200)
    second = api.call("GET", "/v1/invoices", query={"status": "paid", "cursor": first["next_cursor"]}).body
    assert ([entry["number"] for entry in second["invoices"]], second["next_cursor"]) == ([only], "")


@pytest.mark.parametrize("path", ["/v1/invoices", "/v1/credit-memos"])
def test_c4_c5_i5_i6_what_is_set_aside_is_read_from_lists_of_its_own(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    make: Callable[..., Record] = invoice if path == "/v1/invoices" else partial(credit_memo, total_minor=100)
    rest = [make(f"q{number}", str(number)) for number in range(1_000, 1_300)]
    void = make("q1", "1", on=date(2025, 1, 1), standing=Standing.VOID)
    gone = make("q2", "2", on=date(2024, 1, 1), standing=Standing.DELETED)
    left_out = make("q3", "3", on=date(2023, 1, 1), keeping=Keeping(left_out=True))
    put_away = make("q4", "4", on=date(2022, 1, 1))
    api.world.book.save(TENANT, [*rest, void, gone, left_out, put_away])
    api.world.book.archive(TENANT, [put_away.ref], archived=True)
    reads = Reads(api, monkeypatch)

    def shown(status: str) -> list[str]:
        (found,) = (
            value for key, value in api.call("GET", path, query={"status": status}).body.items() if key != "next_cursor"
        )
        return [entry["number"] for entry in found]

    assert [shown(status) for status in ("void", "archived", "left_out")] == [["1"], ["2", "4"], ["3"]]
    assert len(reads.limits) == 3


def test_where_a_few_are_passed_over_as_few_more_are_read(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [invoice(f"q{number}", str(number)) for number in range(1_000, 1_200)]
    api.world.book.save(TENANT, made)
    api.world.book.archive(TENANT, [made[-3].ref], archived=True)
    reads = Reads(api, monkeypatch)
    assert len(invoices(api)) == 50
    assert reads.limits == [50, 10]


def test_i3_open_invoices_are_read_from_a_list_of_their_own(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [invoice(f"q{number}", str(number), balance_minor=0) for number in range(1_000, 1_100)]
    due = [invoice("q7", "7", on=date(2025, 1, 1)), invoice("c8", "8", balance_minor=-50, on=date(2024, 1, 1))]
    part = invoice("q9", "9", balance_minor=1, on=date(2023, 1, 1))
    api.world.book.save(TENANT, [*made, *due, part])
    reads = Reads(api, monkeypatch)
    assert list(invoices(api, status="open")) == ["7"]
    assert list(invoices(api, status="partial")) == ["8", "9"]
    assert reads.shelves == {Shelf.UNPAID}
    assert len(reads.limits) == 2


@pytest.mark.parametrize("primary", CONNECTED)
def test_i3_c8_the_list_of_the_open_is_what_all_lists_together_show_as_open(api: FakeApi, primary: System) -> None:
    for number in ("1", "2", "3"):
        api.world.invoice_in_both(number, 100, connectwise=number != "3")
    api.world.connectwise.add_invoice("c4", "4", 100)
    api.work()
    stale = api.world.book.load(TENANT, Ref(System.CONNECTWISE, Kind.INVOICE, "c2"))
    assert isinstance(stale, Invoice)
    api.world.book.records[TENANT, stale.ref] = replace(stale, balance_minor=0)
    api.world.preferences.save(TENANT, replace(api.world.preferences.load(TENANT), primary=primary))
    for system in ({}, {"system": "quickbooks"}, {"system": "connectwise"}):
        shown = {number for number, entry in invoices(api, **system).items() if entry["status"] == "open"}
        assert set(invoices(api, status="open", **system)) == shown
        assert shown


def test_a_cursor_that_is_not_ours_is_named(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Rejected("cursor_invalid", "this page cursor does not belong to this list", "Start again without it.")

    monkeypatch.setattr(api.world.book, "list_records", refuse)
    reply = api.call("GET", "/v1/payments", query={"cursor": "x"})
    assert (reply.status, reply.body["code"]) == (400, "cursor_invalid")
    assert reply.body["errors"][0]["field"] == "query.cursor"


# --- payments ----------------------------------------------------------------------------------------------------------


def test_a_mirrored_payment_is_synced_and_says_how(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 1000)
    api.work()
    api.world.quickbooks.pay("77", {"q1001": 1000})
    api.work()
    found = payments(api)["quickbooks-77"]
    assert (found["status"], found["total"]) == ("synced", "10.00")
    assert found["allocations"] == [{"invoice": "quickbooks-q1001", "amount": "10.00"}]
    assert "10.00 USD" in found["reason"]["sentence"]
    assert api.world.rows("1001") == [(1000, found["paid_on"])]


def test_a_payment_is_pending_until_connectwise_shows_it(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 1000)
    api.work()
    api.world.quickbooks.pay("77", {"q1001": 1000})
    api.world.book.save(TENANT, list(api.world.quickbooks.records.values()))
    assert payments(api)["quickbooks-77"]["status"] == "pending"


def test_a_payment_of_an_invoice_that_is_not_in_connectwise_waits(api: FakeApi) -> None:
    api.world.invoice_in_both("1001", 1000, connectwise=False)
    api.world.quickbooks.pay("77", {"q1001": 1000})
    api.work()
    found = payments(api)["quickbooks-77"]
    assert (found["status"], found["reason"]["rule"]) == ("waiting", "E8")
    assert found["reason"]["fix"]


def test_a_payment_is_skipped_while_the_toggle_is_off(api: FakeApi) -> None:
    api.world.preferences.save(TENANT, Preferences())
    api.world.invoice_in_both("1001", 1000)
    api.world.quickbooks.pay("77", {"q1001": 1000})
    api.work()
    found = payments(api)["quickbooks-77"]
    assert (found["status"], found["reason"]["rule"]) == ("skipped", "E3")


def test_a_row_that_somebody_deleted_is_told_though_our_table_does_not_hold_it(api: FakeApi) -> None:
    _, psa = api.world.invoice_in_both("1001", 1000)
    api.work()
    api.world.quickbooks.pay("77", {"q1001": 400})
    api.work()
    (row,) = api.world.connectwise.rows[psa]
    api.world.connectwise.remove(psa, row.id)
    api.work()
    api.world.quickbooks.pay("78", {"q1001": 100})
    api.work()
    found = payments(api)["quickbooks-78"]
    assert (found["status"], found["reason"]["code"]) == ("refused", "row_gone")


def test_the_gravest_part_of_a_payment_over_several_invoices_is_told(api: FakeApi) -> None:
    api.world.invoice_in_both("1", 1000)
    api.world.invoice_in_both("2", 1000, connectwise=False)
    api.work()
    api.world.quickbooks.pay("77", {"q1": 300, "q2": 200})
    api.work()
    found = payments(api)
    assert found["quickbooks-77"]["status"] == "waiting"
    assert api.world.rows("1") != []
    assert list(payments(api, status="waiting")) == ["quickbooks-77"]
    assert not payments(api, status="synced")


def test_e2_without_connectwise_what_stands_there_is_not_said_to_wait(api: FakeApi) -> None:
    for number in ("1", "2"):
        api.world.invoice_in_both(number, 1000)
    api.work()
    api.world.quickbooks.pay("77", {"q1": 300})
    api.work()
    assert api.call("DELETE", "/v1/connections/connectwise").status == 204
    api.world.quickbooks.pay("78", {"q2": 400})
    api.work()
    found = payments(api)
    assert [found[f"quickbooks-{id_}"]["status"] for id_ in ("77", "78")] == ["synced", "waiting"]
    assert found["quickbooks-78"]["reason"]["code"] == "psa_not_connected"


def test_a_payment_that_pays_nothing_says_so(api: FakeApi) -> None:
    api.world.invoice_in_both("1", 1000)
    api.world.quickbooks.pay("77", {})
    api.work()
    assert payments(api)["quickbooks-77"]["reason"]["code"] == "unapplied"


def test_a_voided_payment_that_was_taken_back_is_settled(api: FakeApi) -> None:
    api.world.invoice_in_both("1", 1000)
    api.work()
    api.world.quickbooks.pay("77", {"q1": 1000})
    api.work()
    api.world.quickbooks.void("77")
    api.work()
    found = payments(api)["quickbooks-77"]
    assert (found["standing"], found["status"]) == ("void", "synced")
    assert api.world.rows("1") == []


def test_lists_of_another_partner_are_empty(api: FakeApi) -> None:
    api.world.invoice_in_both("1", 1000)
    api.world.quickbooks.pay("77", {"q1": 1000})
    api.work()
    for path, name in (("/v1/invoices", "invoices"), ("/v1/payments", "payments")):
        assert api.call("GET", path).body[name]
        assert api.call("GET", path, tenant=OTHER_TENANT).body == {name: [], "next_cursor": ""}


def test_dates_bound_the_list_inclusively(api: FakeApi) -> None:
    api.world.invoice_in_both("1", 1000)
    api.work()
    record = api.world.book.load(TENANT, Ref(ACCOUNTING, Kind.INVOICE, "q1"))
    issued: date = record.issued_on  # type: ignore[union-attr]
    day = issued.isoformat()
    assert list(invoices(api, **{"from": day, "to": day})) == ["1"]
