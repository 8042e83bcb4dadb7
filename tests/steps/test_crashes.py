"""Crash enumeration: die at every call to a port, or lose its answer, then deliver again. Nothing twice, nothing lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from crossfoot.core.fetching import FetchKind, new_run
from crossfoot.core.model import (
    ACCOUNTING,
    CONNECTED,
    PSA,
    CreditMemo,
    Customer,
    Invoice,
    Record,
    Standing,
    Version,
)
from crossfoot.core.preferences import Preferences
from crossfoot.messages import (
    CrossfootRequest,
    FetchUnpaid,
    FollowCustomers,
    Message,
    MirrorPayment,
    Nudge,
    TendConnection,
)
from crossfoot.ports import Window

from tests.fakes.copies import copied
from tests.fakes.faults import Faults
from tests.fakes.short_pages import ShortPages
from tests.fakes.trip import Crash, Trip
from tests.fakes.vendors import FakeQuickBooks
from tests.fakes.world import TENANT, World

LATER = date(2026, 11, 9)


def _full(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})


def _over_three(world: World) -> None:
    for number in ("1001", "1002", "1003"):
        world.invoice_in_both(number, 10_000)
    world.quickbooks.pay("p1", {"q1001": 10_000, "q1002": 10_000, "q1003": 4_000})


def _second_payment(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 10_000})
    world.fetch_and_settle()
    world.quickbooks.pay("p2", {"q1001": 15_000}, on=LATER)


def _voided(world: World) -> None:
    _full(world)
    world.fetch_and_settle()
    world.quickbooks.void("p1")


def _paid_again(world: World) -> None:
    _voided(world)
    world.fetch_and_settle()
    world.quickbooks.pay("p2", {"q1001": 25_000})


def _moved(world: World) -> None:
    world.invoice_in_both("1002", 25_000)
    _full(world)
    world.fetch_and_settle()
    world.quickbooks.pay("p1", {"q1002": 20_000})


def _by_hand(world: World) -> None:
    _, psa = world.invoice_in_both("1001", 25_000)
    world.connectwise.enter(psa, 10_000)
    world.quickbooks.pay("p1", {"q1001": 10_000})
    world.quickbooks.pay("p2", {"q1001": 15_000})


def _invoice_arrives_later(world: World) -> None:
    world.invoice_in_both("1001", 25_000, connectwise=False)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    world.clock.advance(3_600)
    world.connectwise.add_invoice("c1001", "1001", 25_000)


STORIES = [_full, _over_three, _second_payment, _voided, _paid_again, _moved, _by_hand, _invoice_arrives_later]


def _play(story: Callable[[World], None], many_rows: bool) -> World:
    world = World(many_rows=many_rows)
    story(world)
    world.clock.advance(10)
    world.nudge()
    return world


@pytest.mark.parametrize("many_rows", [False, True], ids=["one row", "many rows"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.strip("_"))
@pytest.mark.parametrize("kind", [Nudge, MirrorPayment], ids=["fetch_new_data", "mirror_payment"])
def test_no_payment_twice_none_lost_whatever_call_a_worker_dies_at(
    kind: type, story: Callable[[World], None], many_rows: bool, record_property: Callable[[str, object], None]
) -> None:
    faults = Faults(kind)
    for at, world in faults.strike(_play(story, many_rows)):
        world.settle()
        world.check_at_rest()
        assert world.crossfoot(live=True).difference_count == 0, at
    assert faults.calls
    faults.record(record_property)


# --- the import, the unpaid walk, the tending --------------------------------------------------------------------------


def _imports(world: World) -> None:
    """Import both systems for the first time, a page of three at a time, an invocation each."""
    world.quickbooks = _Paged(world.quickbooks)  # type: ignore[assignment]
    world.remaining_ms = lambda: 0
    for number in ("1001", "1002", "1003", "1004"):
        world.invoice_in_both(number, 10_000)
    world.quickbooks.pay("p1", {"q1001": 10_000, "q1002": 4_000})
    world.quickbooks.pay("p2", {"q1003": 10_000})
    world.clock.advance(10)
    world.nudge()


def _walks(world: World) -> None:
    """Walk the unpaid invoices, of which one was paid by hand, one voided and one deleted without a word."""
    _known(world)
    psa = world.connectwise.invoice("c1002")
    world.connectwise.records[psa.ref] = replace(psa, balance_minor=0, paid_minor=10_000)
    voided = world.connectwise.invoice("c1003")
    world.connectwise.records[voided.ref] = replace(voided, standing=Standing.VOID, balance_minor=0)
    del world.connectwise.records[world.connectwise.invoice("c1004").ref]
    run = new_run(PSA, FetchKind.UNPAID_INVOICES, world.clock.now(), "walk")
    world.runs.begin_walk(TENANT, run)
    world.queue.send([FetchUnpaid(tenant=TENANT, system=PSA, run=run.id)])


def _tends(world: World) -> None:
    """Tend both connections: one invoice is gone and was entered again, and the callbacks were dropped."""
    _known(world)
    del world.connectwise.records[world.connectwise.invoice("c1002").ref]
    world.connectwise.add_invoice("c2002", "1002", 10_000)
    world.fetch_and_settle()
    world.queue.send([TendConnection(tenant=TENANT, system=system) for system in CONNECTED])


def _compares(world: World) -> None:
    """Compare the books a page at a time: a payment was passed over, one copy is gone, another was paid by hand."""
    world.preferences.save(TENANT, Preferences())
    world.invoice_in_both("1005", 10_000, connectwise=False)
    _known(world)
    world.preferences.save(TENANT, Preferences(external_payments_enabled=True))
    world.connectwise.enter(world.connectwise.invoice("c1003").ref, 4_000)
    del world.connectwise.records[world.connectwise.invoice("c1004").ref]
    world.book = ShortPages(world.book)  # type: ignore[assignment]
    world.remaining_ms = lambda: 0
    world.queue.send([CrossfootRequest(tenant=TENANT, live=True, because="night")])


def _known(world: World) -> None:
    for number in ("1001", "1002", "1003", "1004"):
        world.invoice_in_both(number, 10_000)
    world.quickbooks.pay("p1", {"q1001": 10_000})
    world.fetch_and_settle()
    world.clock.advance(3_600)


def _renames(world: World) -> None:
    """Follow a customer that had two names until it was corrected, and had nothing matched."""
    world.quickbooks.add_customer("1", "Contosso")
    for number in ("1001", "1003"):
        world.quickbooks.add_invoice(f"q{number}", number, 10_000, customer="Contosso")
        world.connectwise.add_invoice(f"c{number}", number, 10_000)
    world.quickbooks.add_credit_memo("m1", "CM-1", 500, customer="Contosso")
    world.quickbooks.pay("p1", {"q1001": 10_000, "q1003": 4_000})
    for _ in range(2):
        world.fetch_and_settle()
        world.clock.advance(86_400)
    world.quickbooks.rename_customer("1", "Contoso")
    world.queue.send([Nudge(tenant=TENANT, system=ACCOUNTING)])


class _Paged:
    """QuickBooks, whose first import comes in pages."""

    PAGE = 3

    def __init__(self, books: FakeQuickBooks) -> None:
        self._books = books

    def __getattr__(self, name: str) -> Any:
        return getattr(self._books, name)

    def fetch_changes(self, cursor: str) -> Window:
        if cursor and not cursor.startswith("page "):
            return self._books.fetch_changes(cursor)
        _, page, mark = cursor.split(" ") if cursor else ("", "0", self._books.clock.stamp())
        everything = sorted(
            self._books.fetch_changes("").records + self._books.fetch_changes("import x").records, key=_id
        )
        found = everything[int(page) * self.PAGE : (int(page) + 1) * self.PAGE]
        following = f"page {int(page) + 1} {mark}" if len(found) == self.PAGE else mark
        return Window(tuple(found), following, more=True)


def _id(record: Record) -> str:
    return f"{record.ref.kind} {record.ref.id}"


def _outcome(world: World) -> dict[str, object]:
    """Give what a story comes to, without the times of the redeliveries."""
    book = {ref: _timeless(record) for (_, ref), record in world.book.records.items()}
    runs = [
        (run.system, run.kind, dict(run.progress.read), run.finished_at is not None)
        for run in world.runs.list_runs(TENANT, cursor="", limit=9).runs
    ]
    # What ConnectWise answered to a worker that died before it noted it, nobody knows any more.
    lines = {
        s: [event.what for event in world.connections.history[s] if "callbacks" not in event.what] for s in CONNECTED
    }
    said = {system: [line.partition(" (begun")[0] for line in lines[system]] for system in CONNECTED}
    links = {ref: link for (_, ref), link in world.book.links.items()}
    rows = {number: world.rows(number) for number in ("1001", "1003")}
    callbacks = set(world.keys.registered)
    return {"book": book, "runs": sorted(runs), "said": said, "links": links, "rows": rows, "callbacks": callbacks}


def _timeless(record: Record) -> Record:
    if isinstance(record, Customer | Invoice | CreditMemo):
        record = replace(record, keeping=replace(record.keeping, named_at=""))
    return replace(record, version=Version("", ""))


@pytest.mark.parametrize(
    ("story", "kind"),
    [
        (_imports, Nudge),
        (_renames, Nudge),
        (_renames, FollowCustomers),
        (_walks, FetchUnpaid),
        (_tends, TendConnection),
    ],
    ids=["fetch_new_data", "renamed", "follow_customers", "fetch_unpaid_invoices", "tend_connection"],
)
def test_the_end_is_the_same_whatever_call_a_worker_dies_at(
    story: Callable[[World], None], kind: type[Message], record_property: Callable[[str, object], None]
) -> None:
    undisturbed = World()
    story(undisturbed)
    told, faults = copied(undisturbed), Faults(kind)
    undisturbed.settle()
    expected = _outcome(undisturbed)
    for at, world in faults.strike(told):
        world.settle()
        outcome = _outcome(world)
        for what, value in expected.items():
            assert outcome[what] == value, f"{what}: {at}"
    assert len(faults.calls) > 10
    faults.record(record_property)


def test_x4_a_comparison_finds_the_same_whatever_call_its_worker_dies_at(
    record_property: Callable[[str, object], None],
) -> None:
    undisturbed = World()
    _compares(undisturbed)
    told, faults = copied(undisturbed), Faults(CrossfootRequest)
    expected = _compared(undisturbed)
    assert expected["codes"] == ["gone_in_psa", "entered_in_psa"]
    for at, world in faults.strike(told):
        assert _compared(world) == expected, at
    assert faults.calls.count("move") > 5, "it takes many invocations"
    faults.record(record_property)


def _compared(world: World) -> dict[str, object]:
    """Let a comparison come to its end, and ConnectWise tell of what was entered there; give what it all comes to."""
    world.settle()
    report = world.reports.load_newest(TENANT)
    assert report is not None
    # By the time of a redelivery, a payment that waited may have been carried over already.
    codes = [difference.code for difference in report.differences if difference.code != "not_mirrored"]
    counts = (report.pairs, report.payments, report.one_sided)
    world.fetch_and_settle()
    return {"counts": counts, "codes": codes, **_outcome(world)}


def test_a_crash_is_never_caught_by_the_product() -> None:
    world = _play(_full, many_rows=False)
    with pytest.raises(Crash):
        world.work(world.queue.messages[0], Trip(0))
