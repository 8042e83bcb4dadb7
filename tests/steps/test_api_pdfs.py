"""Links to the PDFs of invoices (I1)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from crossfoot.core.model import ACCOUNTING, Kind, Version
from crossfoot.errors import RemoteUnavailable

from tests.fakes.api import OTHER_TENANT, FakeApi, Reply
from tests.fakes.records import invoice, ref_of
from tests.fakes.world import TENANT

Q7 = ref_of(Kind.INVOICE, "q7")


@pytest.fixture
def api() -> FakeApi:
    api = FakeApi()
    api.connect_both()
    api.world.book.save(TENANT, [invoice("q7", "INV/7"), invoice("c8", "8")])
    api.systems.pdfs[Q7] = [b"%PDF-1.7 ", b"one"]
    api.systems.asked.clear()
    return api


def ask(api: FakeApi, id_: str = "quickbooks-q7", tenant: str = TENANT) -> Reply:
    return api.call("POST", f"/v1/invoices/{id_}/pdf", body={}, tenant=tenant)


def test_i1_the_first_request_fetches_the_pdf_and_gives_a_link_that_soon_ends(api: FakeApi) -> None:
    reply = ask(api)
    assert reply.status == 200, reply.text
    assert list(api.documents.documents.values()) == [b"%PDF-1.7 one"]
    (name,) = [name for _, name in api.documents.documents]
    assert reply.body["url"] == f"https://documents.example/{TENANT}/{name}?as=Invoice INV/7.pdf"
    life = datetime.fromisoformat(reply.body["expires_at"]) - api.world.clock.now()
    assert timedelta(0) < life <= timedelta(minutes=10)
    assert "%PDF" not in reply.text, "the document never comes through our answer"
    assert reply.headers["Cache-Control"] == "no-store"


def test_i1_it_is_fetched_once_and_afresh_when_the_invoice_changes(api: FakeApi) -> None:
    first = ask(api).body["url"]
    assert ask(api).body["url"] == first
    assert api.systems.asked == ["pdf"]
    changed = replace(invoice("q7", "INV/7"), version=Version("2026-11-04T00:00:00Z", "2026-11-04T00:00:01Z"))
    api.world.book.save(TENANT, [changed])
    api.systems.pdfs[Q7] = [b"%PDF-1.7 two"]
    second = ask(api).body["url"]
    assert second != first
    assert api.documents.documents[TENANT, second.split(f"{TENANT}/")[1].split("?")[0]] == b"%PDF-1.7 two"


def test_i1_reading_the_same_again_or_archiving_it_fetches_nothing_anew(api: FakeApi) -> None:
    ask(api)
    seen_again = replace(invoice("q7", "INV/7"), version=Version("2026-11-03T17:00:00Z", "2026-11-09T00:00:00Z"))
    api.world.book.save(TENANT, [seen_again])
    api.call("POST", "/v1/invoices/quickbooks-q7/archive", body={})
    assert ask(api).status == 200
    assert api.systems.asked == ["pdf"]


def test_i1_a_stream_that_breaks_off_leaves_nothing_and_the_next_request_tries_again(api: FakeApi) -> None:
    api.systems.pdfs[Q7] = [b"%PDF-1.7 ", RemoteUnavailable("the connection broke")]
    assert ask(api).status == 503
    assert api.documents.documents == {}
    api.systems.pdfs[Q7] = [b"%PDF-1.7 whole"]
    assert ask(api).status == 200
    assert list(api.documents.documents.values()) == [b"%PDF-1.7 whole"]


def test_a_vendor_that_has_none_or_is_away_or_is_not_connected_says_so(api: FakeApi) -> None:
    none = ask(api, "connectwise-c8")
    assert (none.status, none.body["code"]) == (422, "no_pdf")
    api.systems.refusal = RemoteUnavailable("no answer")
    away = ask(api)
    assert (away.status, away.headers["Retry-After"]) == (503, "5")
    api.systems.refusal = None
    api.call("DELETE", "/v1/connections/quickbooks")
    gone = ask(api)
    assert (gone.status, gone.body["code"]) == (409, "needs_attention")
    assert "QuickBooks is not connected" in gone.body["detail"]


def test_c7_a_connection_that_needs_attention_says_why_and_is_not_called_missing(api: FakeApi) -> None:
    api.connections.need_attention(TENANT, ACCOUNTING, "Intuit no longer accepts our access.", "Connect again.")
    reply = ask(api)
    assert (reply.status, reply.body["code"]) == (409, "needs_attention")
    assert (reply.body["detail"], reply.body["fix"]) == ("Intuit no longer accepts our access.", "Connect again.")


def test_what_was_fetched_can_be_had_after_the_connection_ended(api: FakeApi) -> None:
    ask(api)
    api.call("DELETE", "/v1/connections/quickbooks")
    assert ask(api).status == 200


def test_x6_a_link_is_made_for_the_partners_own_invoice_only(api: FakeApi) -> None:
    ask(api)
    theirs = ask(api, tenant=OTHER_TENANT)
    assert (theirs.status, theirs.text) == (404, ask(api, "quickbooks-q9999", OTHER_TENANT).text)
    api.connect_both(OTHER_TENANT, "777")
    api.world.book.save(OTHER_TENANT, [invoice("q7", "INV/7")])
    api.systems.pdfs[Q7] = [b"%PDF-1.7 theirs"]
    url = ask(api, tenant=OTHER_TENANT).body["url"]
    assert f"/{OTHER_TENANT}/" in url
    assert {tenant: kept for (tenant, _), kept in api.documents.documents.items()} == {
        TENANT: b"%PDF-1.7 one",
        OTHER_TENANT: b"%PDF-1.7 theirs",
    }
    assert Q7.system is ACCOUNTING
