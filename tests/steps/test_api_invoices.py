"""Invoices: searched, sorted, shown with all that is known of them, archived here (C4, C8, I1, I3, I5, I9)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.core.model import Keeping, Kind, Line, LineKind, Link, LinkOrigin, Standing
from crossfoot.core.preferences import Preferences
from crossfoot.messages import CrossfootRequest

from tests.fakes.api import OTHER_TENANT, FakeApi
from tests.fakes.records import credit_memo, invoice, payment, ref_of
from tests.fakes.world import TENANT

WORK = Line(
    "31", LineKind.TIME, "On site 📎", 12_345, Decimal("1.50"), Decimal("82.3"), "Engineer", "TAX", date(2026, 10, 30)
)
ITEM = Line("1", LineKind.ITEM, "Dock", 10_000, item="Hardware")


@pytest.fixture
def api() -> FakeApi:
    """A pair (7), and one invoice in each system."""
    api = FakeApi()
    api.connect_both()
    api.world.book.save(
        TENANT,
        [
            invoice("q7", "7", on=date(2026, 11, 1), balance_minor=4_000, lines=(ITEM,)),
            invoice("c7", "7", on=date(2026, 11, 1), paid_minor=6_000, credited_minor=0, lines=(WORK,)),
            invoice("q8", "8", on=date(2026, 11, 2)),
            invoice("c9", "INV-9", on=date(2026, 11, 3)),
        ],
    )
    link(api, "q7", "c7")
    api.world.queue.messages.clear()
    return api


def link(api: FakeApi, accounting: str, psa: str) -> None:
    """Make two invoices one."""
    refs = ref_of(Kind.INVOICE, accounting), ref_of(Kind.INVOICE, psa)
    api.world.book.save_link(TENANT, Link(*refs, origin=LinkOrigin.CONFIRMED))


def listed(api: FakeApi, **query: str) -> list[str]:
    """List invoices by id, without the name of the system."""
    reply = api.call("GET", "/v1/invoices", query=query)
    assert reply.status == 200, reply.text
    return [each["id"].partition("-")[2] for each in reply.body["invoices"]]


def shown(api: FakeApi, id_: str) -> dict[str, Any]:
    reply = api.call("GET", f"/v1/invoices/{id_}")
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.body
    return found


# --- lists -------------------------------------------------------------------------------------------------------------


def test_they_are_listed_by_date_either_way(api: FakeApi) -> None:
    assert listed(api) == ["c9", "q8", "q7"]
    assert listed(api, sort="date") == ["q7", "q8", "c9"]


def test_a_number_is_found_in_either_system_whatever_its_case_and_a_pair_once(api: FakeApi) -> None:
    assert listed(api, number="7") == ["q7"]
    assert listed(api, number="inv-9") == ["c9"]
    assert listed(api, number="10") == []
    assert listed(api, number="7", paired="false") == []
    assert listed(api, number="7", to="2026-10-31") == []
    assert listed(api, number="8", system="connectwise") == []


def test_a_pair_whose_copies_differ_in_number_is_found_by_both(api: FakeApi) -> None:
    api.world.book.save(TENANT, [invoice("q20", "Q-20"), invoice("c20", "C-20")])
    link(api, "q20", "c20")
    assert listed(api, number="Q-20") == listed(api, number="C-20") == ["q20"]


@pytest.mark.parametrize("sort", ["date", "-date"])
def test_many_invoices_of_one_number_come_by_pages_each_once(api: FakeApi, sort: str) -> None:
    ids = [f"q{number}" for number in range(30, 41)]
    api.world.book.save(TENANT, [invoice(id_, "DUP") for id_ in ids])
    found: list[str] = []
    query = {"number": "dup", "limit": "4", "sort": sort, "cursor": ""}
    for _ in range(9):
        page = api.call("GET", "/v1/invoices", query=query).body
        assert len(page["invoices"]) <= 4
        found += [each["id"].partition("-")[2] for each in page["invoices"]]
        query["cursor"] = page["next_cursor"]
        if not query["cursor"]:
            break
    assert found == sorted(ids, reverse=sort == "-date")
    wrong = api.call("GET", "/v1/invoices", query={"number": "dup", "cursor": "quickbooks-q8"})
    assert (wrong.status, wrong.body["code"]) == (400, "cursor_invalid")


def test_a_customers_invoices_are_listed_from_its_own_list_also_where_the_other_system_is_primary(api: FakeApi) -> None:
    assert listed(api, customer="quickbooks-q1") == ["q8", "q7"]
    assert listed(api, customer="connectwise-c1") == ["c9", "q7"]
    api.world.preferences.save(TENANT, Preferences(primary=ref_of(Kind.INVOICE, "c1").system))
    assert listed(api, customer="quickbooks-q1") == ["q8", "c7"]
    assert listed(api, customer="quickbooks-q1", system="connectwise") == ["c7"]


def test_a_list_reads_no_more_than_its_page(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    real = api.world.book.list_records

    def counted(*given: Any, **named: Any) -> Any:
        read.append(named["limit"])
        return real(*given, **named)

    api.world.book.save(TENANT, [invoice(f"q{number}", str(number)) for number in range(100, 160)])
    monkeypatch.setattr(api.world.book, "list_records", counted)
    assert len(listed(api, limit="20")) == 20
    assert read == [20]
    read.clear()
    assert listed(api, limit="20", status="paid") == []
    assert read == [20, 40, 20], "it looks on while there is more, and at no more than its part"
    read.clear()
    assert listed(api, limit="20", status="void") == []
    assert read == [20], "what is void has a list of its own"


def test_c4_i5_what_was_left_out_or_archived_is_listed_when_asked_for(api: FakeApi) -> None:
    api.world.book.save(TENANT, [invoice("c11", "11", keeping=Keeping(left_out=True))])
    api.world.book.archive(TENANT, [ref_of(Kind.INVOICE, "q8")], archived=True)
    assert set(listed(api)) == {"c9", "q7"}
    assert listed(api, status="archived") == ["q8"]
    assert listed(api, status="left_out") == ["c11"]
    assert set(listed(api, include_archived="true")) == {"c9", "q7", "q8"}
    assert set(listed(api, include_left_out="true")) == {"c9", "q7", "c11"}
    assert set(listed(api, number="11", include_left_out="true")) == {"c11"}
    assert listed(api, number="11") == []


# --- one invoice -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id_", ["quickbooks-q7", "connectwise-c7"])
def test_i1_an_invoice_shows_both_copies_with_the_lines_of_both(api: FakeApi, id_: str) -> None:
    found = shown(api, id_)
    assert (found["id"], found["status"], found["match"]["state"]) == ("quickbooks-q7", "partial", "matched")
    assert [copy["id"] for copy in found["copies"]] == ["quickbooks-q7", "connectwise-c7"]
    accounting, psa = found["copies"]
    assert (accounting["paid"], accounting["credited"]) == (None, None)
    assert (psa["paid"], psa["credited"]) == ("60.00", "0.00")
    assert [line["item"] for line in accounting["lines"]] == ["Hardware"]
    assert psa["lines"] == [
        {
            "id": "31",
            "kind": "time",
            "description": "On site 📎",
            "item": "Engineer",
            "quantity": "1.50",
            "unit_price": "82.3",
            "amount": "123.45",
            "tax_code": "TAX",
            "worked_on": "2026-10-30",
        }
    ]
    assert psa["pdf"] == "/v1/invoices/connectwise-c7/pdf"


def test_i3_an_invoice_shows_its_payments_and_the_credits_on_them(api: FakeApi) -> None:
    api.world.book.save(
        TENANT,
        [
            credit_memo("q50", "CM-1", 5_000),
            payment("q77", {"q7": 5_000}, credited={"q50": 1_000}),
            payment("q78", {"q7": 500, "q8": 500}, credited={"q50": 300}),
            payment("q79", {"q8": 500}, credited={"q50": 200}),
        ],
    )
    found = shown(api, "quickbooks-q7")
    assert [(each["id"], each["total"]) for each in found["payments"]] == [
        ("quickbooks-q77", "50.00"),
        ("quickbooks-q78", "10.00"),
    ]
    assert all(each["status"] and each["reason"]["sentence"] for each in found["payments"])
    assert [(each["payment"], each["amount"], each["certain"]) for each in found["credits"]] == [
        ("quickbooks-q77", "10.00", True),
        ("quickbooks-q78", "3.00", False),
    ]


def test_i3_an_invoice_that_a_credit_alone_lowered_shows_it(api: FakeApi) -> None:
    invoice_ref, memo = ref_of(Kind.INVOICE, "q7"), ref_of(Kind.CREDIT_MEMO, "q50")
    applied = payment("q80", {}, credited={"q50": 6_000}, credit_only=(invoice_ref,))
    api.world.book.save(TENANT, [credit_memo("q50", "CM-1", 10_000, remaining_minor=4_000), applied])
    found = shown(api, "quickbooks-q7")
    assert [(each["payment"], each["credit_memo"], each["amount"], each["certain"]) for each in found["credits"]] == [
        ("quickbooks-q80", str(memo), "60.00", True)
    ]
    assert [each["reason"]["code"] for each in found["payments"]] == ["credit_only"]
    (use,) = api.call("GET", "/v1/credit-memos/quickbooks-q50").body["applied"]
    assert use["invoices"] == ["quickbooks-q7"]
    told = api.call("GET", "/v1/records/payment/quickbooks-q80/explain").body
    assert (told["now"][0]["outcome"], told["now"][0]["rule"]) == ("skipped", "E1")
    assert "no money" in told["now"][0]["sentence"]
    assert told["now"][0]["about"] == ["quickbooks-q7", str(memo)]


def test_an_invoice_that_was_only_ever_seen_deleted_is_shown(api: FakeApi) -> None:
    bare = invoice("q66", "", 0, standing=Standing.DELETED, currency="", customer=None, customer_name="")
    api.world.book.save(TENANT, [bare])
    found = shown(api, "quickbooks-q66")
    assert (found["status"], found["currency"], found["customer"]["id"]) == ("archived", "", None)


def test_what_is_not_there_is_not_found(api: FakeApi) -> None:
    assert api.call("GET", "/v1/invoices/quickbooks-q9999").status == 404
    assert api.call("GET", "/v1/invoices/xero-1").status == 400
    theirs = api.call("GET", "/v1/invoices/quickbooks-q7", tenant=OTHER_TENANT)
    assert theirs.text == api.call("GET", "/v1/invoices/quickbooks-q9999").text


# --- archiving ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id_", ["quickbooks-q7", "connectwise-c7"])
def test_i5_archiving_archives_both_copies_and_changes_nothing_outside(api: FakeApi, id_: str) -> None:
    vendors = api.world.quickbooks.reads, api.world.connectwise.reads, api.world.connectwise.writes
    reply = api.call("POST", f"/v1/invoices/{id_}/archive", body={})
    assert (reply.status, reply.body["status"], reply.body["archived_here"]) == (200, "archived", True)
    for text in ("q7", "c7"):
        record = api.world.book.load(TENANT, ref_of(Kind.INVOICE, text))
        assert record is not None
        assert record.keeping.archived  # type: ignore[union-attr]
    assert "q7" not in listed(api)
    again = api.call("POST", f"/v1/invoices/{id_}/archive", body={})
    assert (again.status, again.text) == (200, reply.text)
    assert (api.world.quickbooks.reads, api.world.connectwise.reads, api.world.connectwise.writes) == vendors
    assert api.world.queue.messages == []


def test_i5_bringing_an_invoice_back_picks_up_its_payments(api: FakeApi) -> None:
    api.call("POST", "/v1/invoices/quickbooks-q7/archive", body={})
    reply = api.call("POST", "/v1/invoices/connectwise-c7/unarchive", body={})
    assert (reply.status, reply.body["status"]) == (200, "partial")
    assert "q7" in listed(api)
    (message,) = api.world.queue.messages
    assert isinstance(message, CrossfootRequest)
    assert message.every_payment


def test_i5_what_was_deleted_there_is_not_brought_back_here(api: FakeApi) -> None:
    api.world.book.save(TENANT, [invoice("q8", "8", standing=Standing.DELETED)])
    reply = api.call("POST", "/v1/invoices/quickbooks-q8/unarchive", body={})
    assert (reply.status, reply.headers["Content-Type"]) == (409, "application/problem+json")
    assert reply.body["code"] == "gone_there"
    assert reply.body["detail"] == "Invoice 8 was deleted in QuickBooks, so it stays archived here."
    assert reply.body["fix"].startswith("Restore it in QuickBooks")
    assert api.world.queue.messages == [], "nothing was begun"
    api.world.book.archive(TENANT, [ref_of(Kind.INVOICE, "q8")], archived=True)
    assert api.call("POST", "/v1/invoices/quickbooks-q8/unarchive", body={}).status == 409
    assert shown(api, "quickbooks-q8")["archived_here"] is True, "a refusal changes nothing"


def test_x6_another_partner_archives_nothing_of_it(api: FakeApi) -> None:
    for how in ("archive", "unarchive"):
        assert api.call("POST", f"/v1/invoices/quickbooks-q7/{how}", body={}, tenant=OTHER_TENANT).status == 404
    assert shown(api, "quickbooks-q7")["archived_here"] is False
