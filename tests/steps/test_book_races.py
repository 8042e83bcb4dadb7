"""Late, doubled, cut off and odd: what once left the book behind, a run without an end, or a wait without words."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from crossfoot.core.fetching import FetchKind, new_run
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import PSA, Customer, Invoice, Kind, Ref, Standing, Trait, TraitName, Version
from crossfoot.errors import Rejected
from crossfoot.messages import FetchUnpaid, Nudge, TendConnection
from crossfoot.ports import Window

from tests.fakes.api import FakeApi
from tests.fakes.world import TENANT, World

CLIENTS, VENDORS = Trait(TraitName.COMPANY_TYPE, "client"), Trait(TraitName.COMPANY_TYPE, "vendor")
ONLY_CLIENTS = ImportFilters({TraitName.COMPANY_TYPE: frozenset({"client"})})
DAY = "2026-11-03"


def _company(world: World, id_: str, trait: Trait) -> Ref:
    ref = Ref(PSA, Kind.CUSTOMER, id_)
    world.connectwise.put(Customer(ref, Version("", ""), Standing.LIVE, "Contoso", traits=(trait,)))
    return ref


def _is_left_out(world: World, ref: Ref) -> bool:
    record = world.book.load(TENANT, ref)
    assert isinstance(record, Customer | Invoice)
    return record.keeping.left_out


def test_c5_e8_an_invoice_outside_narrowed_filters_is_still_imported_and_its_payment_follows_when_it_agrees() -> None:
    world = World()
    _company(world, "1", VENDORS)
    _, psa = world.invoice_in_both("1001", 25_000)
    wrong = world.connectwise.invoice("c1001")
    world.connectwise.put(replace(wrong, total_minor=20_000, balance_minor=20_000))
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    assert world.rows("1001") == []
    world.filters.save(TENANT, ONLY_CLIENTS)
    world.clock.advance(86_400)
    world.connectwise.put(replace(wrong, total_minor=25_000, balance_minor=25_000))
    world.fetch_and_settle()
    assert not _is_left_out(world, psa)
    assert world.rows("1001") == [(25_000, DAY)]


# --- a vendor that refuses to be read ----------------------------------------------------------------------------------


@pytest.mark.parametrize("system_name", ["quickbooks", "connectwise"])
def test_c7_x1_a_system_that_refuses_to_be_read_is_told_with_the_fix_on_its_connection(
    system_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    vendor = getattr(world, system_name)

    def refuse(_: str) -> Iterator[None]:
        raise Rejected("5020", "This plan has no deposits.", "Upgrade the plan.")

    monkeypatch.setattr(vendor, "fetch_changes", refuse)
    with pytest.raises(Rejected):
        world.work(Nudge(tenant=TENANT, system=vendor.system))
    connection = world.connections.load(TENANT, vendor.system)
    assert connection is not None
    assert "This plan has no deposits." in connection.reason
    assert connection.fix == "Upgrade the plan."
    world.work(TendConnection(tenant=TENANT, system=vendor.system))
    assert world.connections.load(TENANT, vendor.system) == connection, "only a read that succeeds takes it back"
    monkeypatch.undo()
    world.work(Nudge(tenant=TENANT, system=vendor.system))
    mended = world.connections.load(TENANT, vendor.system)
    assert mended is not None
    assert (mended.reason, mended.fix) == ("", "")


# --- runs that are cut off by a disconnect -----------------------------------------------------------------------------

KEYS = {"company_id": "acme", "public_key": "pub", "private_key": "key", "site_url": "https://psa-310687.example"}


def test_i7_c6_a_walk_that_a_disconnect_cut_off_goes_on_when_it_is_connected_again() -> None:
    api = FakeApi()
    api.connect_both()
    fetches = api.call("POST", "/v1/fetches", body={"what": "unpaid_invoices"}).body["fetches"]
    api.call("DELETE", "/v1/connections/connectwise")
    api.world.queue.messages.clear()
    api.world.clock.advance(600)
    assert api.call("POST", "/v1/connections/connectwise", body=KEYS).status == 201
    walks = [message for message in api.world.queue.messages if isinstance(message, FetchUnpaid)]
    assert [(walk.system, walk.run) for walk in walks] == [(PSA, fetches[1]["id"])]
    assert api.call("POST", "/v1/fetches", body={"what": "unpaid_invoices"}).status == 429, "the turn is used up"


def test_i7_c6_a_walk_that_is_over_is_not_begun_anew_by_a_reconnect() -> None:
    api = FakeApi()
    api.connect_both()
    api.call("POST", "/v1/fetches", body={"what": "unpaid_invoices"})
    api.work()
    api.call("DELETE", "/v1/connections/connectwise")
    assert api.call("POST", "/v1/connections/connectwise", body=KEYS).status == 201
    assert not [message for message in api.world.queue.messages if isinstance(message, FetchUnpaid)]


@pytest.mark.parametrize("reconnected", [True, False])
def test_c6_a_fetch_by_hand_that_a_reconnect_joined_is_told_as_what_was_caught_up(
    reconnected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    world.fetch_and_settle()
    world.runs.begin(TENANT, new_run(PSA, FetchKind.NEW_DATA, world.clock.now(), "1"))
    known, told = world.connections.load(TENANT, PSA), len(world.connections.history[PSA])
    assert known is not None
    world.clock.advance(600 if reconnected else -600)
    connected = replace(known, connected_at=world.clock.now())
    monkeypatch.setattr(world.connections, "load", lambda *_: connected)
    world.clock.advance(3_600)
    world.work(Nudge(tenant=TENANT, system=PSA))
    lines = [event.what for event in world.connections.history[PSA][told:]]
    assert [line.startswith("Caught up") for line in lines] == ([True] if reconnected else [])


# --- what the filters left out -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("filters", "words"), [(ONLY_CLIENTS, "company type"), (ImportFilters(), "read again")])
def test_c4_x1_what_was_left_out_names_the_filter_that_keeps_it_out(filters: ImportFilters, words: str) -> None:
    api = FakeApi()
    world = api.world
    world.filters.save(TENANT, ONLY_CLIENTS)
    _company(world, "1", VENDORS)
    world.connectwise.add_invoice("c1001", "1001", 25_000)
    world.fetch_and_settle()
    world.filters.save(TENANT, filters)
    for kind, id_ in (("customer", "1"), ("invoice", "c1001")):
        told = api.call("GET", f"/v1/records/{kind}/connectwise-{id_}/explain").body["now"][-1]
        assert (told["rule"], told["code"]) == ("C4", "left_out")
        assert words in told["sentence"]
        assert told["fix"]


# --- a vendor that shows fewer rows for a while ------------------------------------------------------------------------


def _tend(world: World) -> None:
    world.clock.advance(86_400)
    world.work(TendConnection(tenant=TENANT, system=PSA))
    world.settle()


def _standings(world: World, refs: Sequence[Ref]) -> list[Standing]:
    records = world.book.load_many(TENANT, refs)
    return [records[ref].standing for ref in refs]


def test_i5_what_connectwise_did_not_show_for_a_while_is_back_when_it_shows_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    company = _company(world, "1", CLIENTS)
    _, psa = world.invoice_in_both("1001", 25_000)
    memo = world.connectwise.add_credit_memo("c9", "9", 1_000)
    refs = [company, psa, memo]
    world.quickbooks.pay("p1", {"q1001": 10_000})
    world.fetch_and_settle()
    with monkeypatch.context() as hidden:
        hidden.setattr(world.connectwise, "fetch_ids", lambda _: frozenset())
        _tend(world)
    assert _standings(world, refs) == [Standing.DELETED] * 3
    _tend(world)
    assert _standings(world, refs) == [Standing.LIVE] * 3
    lines = [event.what for event in world.connections.history[PSA][-2:]]
    assert lines == ["Found 1 in ConnectWise again: Contoso", "Found 2 in ConnectWise again: 1001, 9"]
    told = len(world.connections.history[PSA])
    _tend(world)
    assert len(world.connections.history[PSA]) == told
    assert world.rows("1001") == [(10_000, DAY)]


def test_c4_x3_filters_saved_in_the_midst_of_an_import_hold_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    _company(world, "1", VENDORS)
    _, psa = world.invoice_in_both("1001", 25_000)
    world.connectwise.page_size = 1
    fetch, windows = world.connectwise.fetch_changes, iter((False, True))

    def saved_meanwhile(cursor: str) -> Window:
        window = fetch(cursor)
        if next(windows, False):
            world.clock.advance(1)
            world.filters.save(TENANT, ONLY_CLIENTS)
            world.runs.begin(TENANT, new_run(PSA, FetchKind.RESYNC, world.clock.now(), "2"), from_start=True)
        return window

    monkeypatch.setattr(world.connectwise, "fetch_changes", saved_meanwhile)
    for _ in range(2):  # the nudge of the import, and that of the filters
        world.work(Nudge(tenant=TENANT, system=PSA))
    resync, first = world.runs.list_runs(TENANT, cursor="", limit=2).runs
    assert (resync.kind, resync.finished_at is not None) == (FetchKind.RESYNC, True)
    assert resync.progress.outside == resync.progress.total == 2, "all of it was read anew, with the new filters"
    assert first.finished_at is not None
    assert not _is_left_out(world, psa), "it had come in before"


# --- a vendor that answers with something else -------------------------------------------------------------------------


@pytest.mark.parametrize("chunks", [[b"<html>", b"signed out" * 500], [b"{}"], []])
def test_i1_what_is_no_pdf_is_neither_kept_nor_given_out(chunks: list[bytes]) -> None:
    api = FakeApi()
    api.connect_both()
    ref, _ = api.world.invoice_in_both("1001", 25_000)
    api.world.fetch_and_settle()
    path = f"/v1/invoices/{ref}/pdf"
    api.systems.pdfs[ref] = [*chunks]
    assert api.call("POST", path, body={}).status == 503
    assert not api.documents.documents
    api.systems.pdfs[ref] = [b"%", b"P", b"DF-1.7 ", b"whole" * 500, b" to its end"]
    assert api.call("POST", path, body={}).status == 200
    assert list(api.documents.documents.values()) == [b"%PDF-1.7 " + b"whole" * 500 + b" to its end"]
