"""Archiving all that lies outside the import filters, and bringing it back, whatever dies in between (C5)."""

from dataclasses import replace
from functools import partial

import pytest
from crossfoot import archiving
from crossfoot.core.fetching import FetchKind, FetchRun, new_run
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import PSA, CreditMemo, Customer, Invoice, Kind, Ref, Standing, Trait, TraitName, Version
from crossfoot.messages import ArchiveOutside, CrossfootRequest

from tests.fakes.trip import Crash, Mode, Trip
from tests.fakes.world import TENANT, World

ONLY_CLIENTS = ImportFilters({TraitName.COMPANY_TYPE: frozenset({"client"})})
FABRIKAM = Ref(PSA, Kind.CUSTOMER, "2")
ALL_READ = {"customer": 2, "invoice": 4, "credit_memo": 1}
ARCHIVED = "Archived what the import filters no longer let in: 2 customers, 4 invoices and 1 credit memo"
BROUGHT_BACK = "Brought back what was archived as outside the import filters: 2 customers, 4 invoices and 1 credit memo"


@pytest.fixture
def world() -> World:
    return _world()


def _world() -> World:
    """ConnectWise holds two companies, four invoices and a credit memo, and the filters let nothing of it in any more."""
    world = World()
    for id_, name in (("1", "Contoso"), ("2", "Fabrikam")):
        ref = Ref(PSA, Kind.CUSTOMER, id_)
        world.connectwise.put(Customer(ref, Version("", ""), Standing.LIVE, name, traits=(_type_of("vendor"),)))
    for number in range(1001, 1005):
        world.invoice_in_both(str(number), 10_000)
    world.connectwise.add_credit_memo("c2001", "2001", 2_000)
    world.fetch_and_settle()
    world.clock.advance(86_400)
    world.filters.save(TENANT, ONLY_CLIENTS)
    return world


def _type_of(value: str) -> Trait:
    return Trait(TraitName.COMPANY_TYPE, value)


def _begin(world: World, kind: FetchKind) -> str:
    """Begin a walk, as the API does. Returns: its run's id."""
    world.clock.advance(1)
    run = world.runs.begin_walk(TENANT, new_run(PSA, kind, world.clock.now(), str(len(world.runs.runs))))
    world.queue.send([ArchiveOutside(tenant=TENANT, run=run.id, because=world.clock.stamp())])
    return run.id


def _walk(world: World, kind: FetchKind) -> FetchRun:
    """Walk to the end, message by message."""
    run_id = _begin(world, kind)
    while isinstance(world.queue.messages[0], ArchiveOutside):
        world.work(world.queue.messages.pop(0))
        if not world.queue.messages:
            break
    run = world.runs.load(TENANT, run_id)
    assert run is not None
    assert run.finished_at is not None
    return run


def _archived(world: World) -> set[Ref]:
    kinds = Customer | Invoice | CreditMemo
    return {r.ref for r in world.book.records.values() if isinstance(r, kinds) and r.keeping.archived}


def _everything(world: World) -> set[Ref]:
    return {ref for ref in world.connectwise.records if ref.kind.value in ALL_READ}


def _history(world: World) -> list[str]:
    """List what the history says, but for the first import."""
    return [event.what for event in world.connections.load_history(TENANT, PSA)][1:]


def test_c5_what_the_filters_no_longer_let_in_is_archived_and_outside_nothing_changes(world: World) -> None:
    stored = world.book.load(TENANT, FABRIKAM)
    assert isinstance(stored, Customer)
    world.book.save(TENANT, [replace(stored, traits=(_type_of("client"),))])
    writes = world.connectwise.writes
    run = _walk(world, FetchKind.ARCHIVE_OUTSIDE)
    assert _archived(world) == _everything(world) - {FABRIKAM}
    assert run.progress.read == {**ALL_READ, "customer": 1}
    assert _history(world) == [ARCHIVED.replace("2 customers", "1 customer")]
    assert world.connectwise.writes == writes


def test_c5_nothing_is_archived_while_the_filters_are_open(world: World) -> None:
    world.filters.save(TENANT, ImportFilters())
    assert _walk(world, FetchKind.ARCHIVE_OUTSIDE).progress.total == 0
    assert _archived(world) == set()
    assert _history(world) == ["Nothing was archived: nothing else lies outside the import filters"]


def test_c5_each_walk_leaves_its_line_though_the_one_before_did_as_much(world: World) -> None:
    for _ in range(2):
        _walk(world, FetchKind.ARCHIVE_OUTSIDE)
        world.book.archive(TENANT, _everything(world), archived=False)
    assert _history(world) == [ARCHIVED, ARCHIVED]
    _walk(world, FetchKind.ARCHIVE_OUTSIDE)
    _walk(world, FetchKind.ARCHIVE_OUTSIDE)
    assert _history(world)[2:] == [ARCHIVED, "Nothing was archived: nothing else lies outside the import filters"]


def test_c5_what_was_archived_so_is_brought_back_in_one_action_and_nothing_else(world: World) -> None:
    by_hand = {FABRIKAM, Ref(PSA, Kind.INVOICE, "c1002")}
    later = Ref(PSA, Kind.INVOICE, "c1003")
    world.book.archive(TENANT, by_hand, archived=True)
    _walk(world, FetchKind.ARCHIVE_OUTSIDE)
    assert _archived(world) == _everything(world)
    world.book.archive(TENANT, [later], archived=True)
    run = _walk(world, FetchKind.RESTORE_OUTSIDE)
    assert _archived(world) == {*by_hand, later}, "what the partner archived alone, before or after, stays archived"
    assert run.progress.read == {"customer": 1, "invoice": 2, "credit_memo": 1}
    assert run.progress.outside == run.progress.total, "they lie outside as they did"
    (message,) = world.queue.messages
    assert isinstance(message, CrossfootRequest)
    assert message.every_payment


def test_c5_what_the_partner_brought_back_alone_is_not_archived_by_the_filters_any_more(world: World) -> None:
    _walk(world, FetchKind.ARCHIVE_OUTSIDE)
    world.book.archive(TENANT, [FABRIKAM], archived=False)
    world.book.archive(TENANT, [FABRIKAM], archived=True)
    _walk(world, FetchKind.RESTORE_OUTSIDE)
    assert _archived(world) == {FABRIKAM}


def test_c5_where_nothing_was_archived_nothing_is_brought_back(world: World) -> None:
    run = _walk(world, FetchKind.RESTORE_OUTSIDE)
    assert (run.progress.total, run.progress.outside) == (0, 7)
    assert _history(world) == [
        "Nothing was brought back: nothing was archived as outside the import filters",
    ]
    assert world.queue.messages == []


def test_c5_a_newer_version_of_a_record_stays_archived_and_comes_back_with_the_rest(world: World) -> None:
    _walk(world, FetchKind.ARCHIVE_OUTSIDE)
    world.connectwise.put(replace(world.connectwise.invoice("c1001"), total_minor=1))
    world.fetch_and_settle()
    assert _archived(world) == _everything(world)
    _walk(world, FetchKind.RESTORE_OUTSIDE)
    assert _archived(world) == set()


def test_c5_bringing_back_ends_the_archiving_that_is_on_its_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archiving, "PAGE", 1)
    world.remaining_ms = lambda: 0
    archive = _begin(world, FetchKind.ARCHIVE_OUTSIDE)
    assert _begin(world, FetchKind.ARCHIVE_OUTSIDE) == archive, "pressed twice it is one"
    world.work(world.queue.messages.pop(0))
    assert len(_archived(world)) == 1
    restore = _begin(world, FetchKind.RESTORE_OUTSIDE)
    world.settle()
    assert _archived(world) == set()
    runs = [world.runs.load(TENANT, run) for run in (archive, restore)]
    assert [run.progress.total for run in runs if run and run.finished_at] == [1, 1]
    assert len(_history(world)) == 1, "what was broken off says nothing"


@pytest.mark.parametrize("mode", [Mode.CRASH_BEFORE, Mode.CRASH_AFTER])
def test_c5_a_worker_that_dies_anywhere_leaves_every_record_counted_once(
    monkeypatch: pytest.MonkeyPatch, mode: Mode
) -> None:
    monkeypatch.setattr(archiving, "PAGE", 3)
    strike, deaths = 0, 1
    while deaths:
        world = _world()
        world.remaining_ms = partial(int, 0 if strike % 2 else 900_000)
        walked, deaths = [], 0
        for kind in (FetchKind.ARCHIVE_OUTSIDE, FetchKind.RESTORE_OUTSIDE):
            trip = Trip(strike, mode)
            run = _begin(world, kind)
            deaths += _settle(world, trip)
            walked.append(world.runs.runs[TENANT, run])
        assert [run.progress.read for run in walked] == [ALL_READ, ALL_READ], f"strike {strike}"
        assert walked[1].progress.outside == 7
        assert _history(world) == [ARCHIVED, BROUGHT_BACK], f"strike {strike}"
        assert _archived(world) == set()
        strike += 1
    assert strike > 15


def _settle(world: World, trip: Trip) -> int:
    """Work until only other work is left. Returns: how often a worker died."""
    deaths = 0
    while any(isinstance(message, ArchiveOutside) for message in world.queue.messages):
        (message,) = [each for each in world.queue.messages if isinstance(each, ArchiveOutside)][:1]
        try:
            world.work(message, trip)
        except Crash:
            deaths += 1
            trip = Trip()
        else:
            world.queue.messages.remove(message)
    world.queue.messages.clear()
    return deaths
