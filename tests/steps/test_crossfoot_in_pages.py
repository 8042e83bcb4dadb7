"""crossfoot: a comparison is many short invocations, goes on from where it was, and counts each page once (X4)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from crossfoot.core.comparing import ABANDONED_AFTER, Stage
from crossfoot.core.crossfoot import Report
from crossfoot.core.preferences import Preferences
from crossfoot.messages import CrossfootRequest, MirrorPayment

from tests.fakes.short_pages import ShortPages
from tests.fakes.trip import Trip
from tests.fakes.world import TENANT, World

PAIRS = 7


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def large(world: World) -> World:
    """Seven pairs, all of them paid in QuickBooks only, in pages of three; every worker has time for one page."""
    world.preferences.save(TENANT, Preferences())
    for number in range(1001, 1001 + PAIRS):
        world.invoice_in_both(str(number), 25_000)
        world.quickbooks.pay(f"p{number}", {f"q{number}": 5_000})
    world.invoice_in_both("2001", 10_000, connectwise=False)
    world.fetch_and_settle()
    world.preferences.save(TENANT, Preferences(external_payments_enabled=True))
    world.book = ShortPages(world.book)  # type: ignore[assignment]
    world.remaining_ms = lambda: 0
    return world


def _ask(world: World, because: str = "asked", **how: Any) -> CrossfootRequest:
    request = CrossfootRequest(tenant=TENANT, because=because, **how)
    world.queue.send([request])
    return request


def _work(world: World) -> None:
    """Do the next request for a comparison, and leave what else is queued alone."""
    request = next(each for each in world.queue.messages if isinstance(each, CrossfootRequest))
    world.queue.messages.remove(request)
    world.work(request)


def _work_until(world: World, is_reached: Callable[[], bool]) -> int:
    """Work on requests. Returns: how many invocations it took."""
    for done in range(100):
        if is_reached():
            return done
        _work(world)
    raise AssertionError("the comparison does not come to its end")


def _report(world: World) -> Report | None:
    return world.reports.load_newest(TENANT)


def _whole(world: World) -> Report:
    report = _report(world)
    assert report is not None
    return report


def test_x4_a_comparison_goes_on_in_many_short_invocations_and_counts_each_page_once(large: World) -> None:
    _ask(large, live=True)
    began_at = large.clock.now()
    invocations = 0
    while _report(large) is None:
        large.clock.advance(60)
        _work(large)
        invocations += 1
    report = _whole(large)
    # Each system is read in one go; fifteen invoices are five pages, seven payments three.
    assert invocations == 1 + 1 + 5 + 3
    assert (report.pairs, report.payments, report.difference_count) == (PAIRS, PAIRS, PAIRS)
    assert (report.invoices, report.one_sided) == (PAIRS + 1, {"no_counterpart": 1})
    assert (report.at - began_at).total_seconds() == 60 * invocations
    assert (report.started_at - began_at).total_seconds() == 60
    assert not [each for each in large.queue.messages if isinstance(each, CrossfootRequest)]


def test_x4_it_comes_to_the_same_as_a_comparison_in_one_go(large: World) -> None:
    _ask(large, "in pages")
    _work_until(large, lambda: _report(large) is not None)
    in_pages = _whole(large)
    large.remaining_ms = lambda: 900_000
    assert _ask(large, "at once")
    _work(large)
    at_once = _whole(large)
    assert replace(at_once, at=in_pages.at, started_at=in_pages.started_at) == in_pages


def test_x4_a_request_that_is_delivered_twice_counts_nothing_twice(large: World) -> None:
    request = _ask(large)
    for _ in range(4):
        large.work(request)  # its worker died each time before it could say that it was done
    _work_until(large, lambda: _report(large) is not None)
    report = _whole(large)
    assert (report.pairs, report.payments) == (PAIRS, PAIRS)
    large.clock.advance(60)
    while any(isinstance(each, CrossfootRequest) for each in large.queue.messages):
        _work(large)
    large.work(request)
    assert _whole(large) == report, "a message that comes late begins nothing anew"


def test_x4_a_request_that_comes_meanwhile_has_a_comparison_of_its_own_behind_the_first(large: World) -> None:
    _ask(large, "first")
    _work(large)
    _work(large)
    _ask(large, "second", every_payment=True)
    _work_until(large, lambda: _report(large) is not None)
    first = _whole(large)
    assert (first.pairs, first.difference_count) == (PAIRS, PAIRS)
    large.clock.advance(60)
    _work_until(large, lambda: _whole(large) != first)
    second = _whole(large)
    assert (second.pairs, second.difference_count) == (PAIRS, PAIRS)
    assert second.started_at > first.at
    while any(isinstance(each, CrossfootRequest) for each in large.queue.messages):
        _work(large)
    assert _whole(large) == second


def test_x4_a_comparison_whose_message_is_lost_is_finished_by_the_next_request(large: World) -> None:
    _ask(large, "lost")
    _work(large)
    _work(large)
    large.queue.messages.clear()
    large.clock.advance(3_600)
    large.remaining_ms = lambda: 900_000
    seen = _reports_of(large)
    _ask(large, "next")
    _work(large)
    assert [report.pairs for report in seen] == [PAIRS, PAIRS]


def test_x4_a_comparison_that_was_abandoned_is_not_gone_on_with(large: World) -> None:
    _ask(large, "abandoned")
    _work(large)
    large.queue.messages.clear()
    large.clock.advance(ABANDONED_AFTER.total_seconds() + 1)
    large.remaining_ms = lambda: 900_000
    seen = _reports_of(large)
    _ask(large, "next")
    _work(large)
    (report,) = seen
    assert report.started_at == large.clock.now()


def test_x4_what_an_abandoned_comparison_was_asked_for_is_done_when_its_message_comes_after_all(large: World) -> None:
    """QuickBooks was away for half a day, and one that does not ask it began: the live one is done all the same."""
    live = _ask(large, "deletions cannot be seen any more", live=True)
    _work(large)
    large.queue.messages.clear()
    large.clock.advance(ABANDONED_AFTER.total_seconds() + 1)
    large.remaining_ms = lambda: 900_000
    seen = _reports_of(large)
    _ask(large, "nightly")
    _work(large)
    large.work(live)
    assert [report.live for report in seen] == [False, True]


def _reports_of(world: World) -> list[Report]:
    """Keep every report that is stored from now on."""
    seen: list[Report] = []

    class Kept(dict[str, Report]):
        def __setitem__(self, tenant: str, report: Report) -> None:
            seen.append(report)
            super().__setitem__(tenant, report)

    world.reports.reports = Kept(world.reports.reports)
    return seen


def test_x4_what_waits_is_queued_with_its_page_and_not_at_the_end(large: World) -> None:
    _ask(large)
    _work_until(large, lambda: bool(_mirrored(large)))
    assert 0 < len(_mirrored(large)) <= ShortPages.PAGE
    assert _report(large) is None
    _work_until(large, lambda: _report(large) is not None)
    assert Counter(_mirrored(large)) == Counter(f"p{number}" for number in range(1001, 1001 + PAIRS))


def _mirrored(world: World) -> list[str]:
    return [message.payment_id for message in world.queue.messages if isinstance(message, MirrorPayment)]


def test_x4_the_payments_of_a_page_are_read_in_one_go(large: World) -> None:
    large.book, large.remaining_ms = large.book._book, lambda: 900_000  # type: ignore[attr-defined]
    trip = Trip()
    large.work(_ask(large, live=True), trip)
    calls = Counter(trip.calls)
    assert calls["fetch_payments"] == 1
    assert calls["load_payments_of_many"] == 2, "and once more what was read afresh"
    assert calls["load_payments_of"] == 0


def test_x3_how_far_a_comparison_has_come_is_known_while_it_is_under_way(large: World) -> None:
    _ask(large)
    shown = []
    while _report(large) is None:
        _work(large)
        under_way = large.reports.load_under_way(TENANT)
        shown.append((under_way.stage, under_way.tally.pairs) if under_way else None)
    assert shown[0] == (Stage.COMPARE, 0)
    assert (Stage.COUNT_PAYMENTS, PAIRS) in shown
    counted = [pairs for _, pairs in filter(None, shown)]
    assert counted == sorted(counted), "it only grows"
    assert shown[-1] is None
