"""sync_batch where messages about several bills come together: read once, and each bill in one batch all the same (S3)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from crossfoot.core.sync.batching import GL_BATCH
from crossfoot.core.sync.runs import ItemState, SyncRun
from crossfoot.entry import handle_batch
from crossfoot.errors import Conflict, NeedsPartner
from crossfoot.ledger import LEASE
from crossfoot.messages import CheckSynced, PostBatch
from crossfoot.steps.sync_batch import REQUESTS

from tests.fakes.copies import copied
from tests.fakes.sync_office import SyncOffice, invoice_ref
from tests.fakes.trip import Crash, Mode, Trip, Wired
from tests.fakes.world import TENANT, World

DONE = ItemState.DONE
TEN = [str(1001 + place) for place in range(10)]
TWO = TEN[:2]


def _entered(numbers: Sequence[str]) -> tuple[SyncOffice, SyncRun]:
    """Enter bills in QuickBooks, and leave the messages that put them into their batches on the queue."""
    office = SyncOffice()
    bills = [office.bill(number) for number in numbers]
    office.see()
    run = office.begin(bills)
    office.world.deliver()
    return office, run


def _take_posts(office: SyncOffice, *, closing: bool = False) -> list[PostBatch]:
    """Take the messages off the queue. Takes: `closing` for those that end the run as well."""
    posts = [each for each in office.world.queue.messages if isinstance(each, PostBatch)]
    office.world.queue.messages.clear()
    return [each for each in posts if closing or not each.because]


def _give_back(office: SyncOffice, posts: Sequence[PostBatch]) -> None:
    """Deliver messages again, later, and settle."""
    office.world.clock.advance(LEASE.total_seconds() + 1)
    office.world.queue.messages += posts
    office.world.settle()


def _opened(world: World, monkeypatch: pytest.MonkeyPatch, *failures: Exception) -> list[str]:
    """Count how often ConnectWise is opened. Takes: `failures` are how the first times end."""
    opened, ends = list[str](), [*failures]

    def psa(tenant: str) -> Any:
        opened.append(tenant)
        if ends:
            raise ends.pop(0)
        return world.connectwise

    monkeypatch.setattr(world, "psa", psa)
    return opened


@pytest.mark.parametrize("number", [1, 2, 10])
def test_s3_bills_that_come_together_open_connectwise_once_and_share_their_reads(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, run = _entered(TEN[:number])
    posts, trip, opened = _take_posts(office), Trip(), _opened(office.world, monkeypatch)
    step = office.world.sync_step([*posts], trip)
    for post in posts:
        step.do(post)
    assert len(opened) == 1
    shared = {"load_latest_of": 2, "load": 1}  # effects on entries and on batches; what is parked
    each = {"insert": 1, "load_latest": 1, "replace": 2, "create_batch": 1, "load_item": 1, "save_items": 1}
    assert Counter(trip.calls) == shared | {name: calls * number for name, calls in each.items()}
    assert (office.batches(), set(office.states(run).values())) == ([[each] for each in TEN[:number]], {DONE})


def test_s3_a_bill_that_comes_twice_at_once_is_read_again_and_the_run_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    office, run = _entered(TEN)
    posts, opened = _take_posts(office, closing=True), _opened(office.world, monkeypatch)
    assert len(posts) > len(TEN), "the last message of each lane ends the run"
    step = office.world.sync_step([*posts])
    for post in posts:
        try:
            step.do(post)
        except Conflict:
            assert post.because, "bills of its lane are still to come"
    assert (len(opened), office.batches()) == (1, [[number] for number in TEN])
    assert office.run(run).counts == {DONE: len(TEN)}


def test_s3_a_bill_that_was_looked_at_in_between_is_read_again() -> None:
    office, run = _entered(TWO)
    (first, second), trip = _take_posts(office), Trip()
    step = office.world.sync_step([first, CheckSynced(tenant=TENANT, bill_id=second.bill_id), second], trip)
    step.do(first)
    step.do(CheckSynced(tenant=TENANT, bill_id=second.bill_id))
    before = len(trip.calls)
    step.do(second)
    assert Counter(trip.calls[before:])["load_latest"] == 3, "entry, batch, and the entry behind the fence"
    assert set(office.states(run).values()) == {DONE}


def test_x2_a_bill_that_another_worker_posts_meanwhile_is_in_one_batch() -> None:
    office, run = _entered(TWO)
    posts = _take_posts(office)
    step = office.world.sync_step([*posts])
    office.world.work(posts[1])
    step.do(posts[0])
    with pytest.raises(Conflict):
        step.do(posts[1])
    _give_back(office, posts[1:])
    assert office.batches() == [[number] for number in TWO]
    assert (office.states(run), len(office.world.connectwise.batches)) == (dict.fromkeys(TWO, DONE), len(TWO))


@pytest.mark.parametrize("again", [False, True], ids=["taken back", "taken back and entered again"])
def test_s9_a_bill_that_is_undone_meanwhile_is_in_no_batch_of_the_entry_that_is_gone(*, again: bool) -> None:
    office, run = _entered(TEN[:1])
    (post,), bill = _take_posts(office), invoice_ref(TEN[0])
    step = office.world.sync_step([post])
    _end(office, run)
    office.undo(bill)
    if again:
        office.begin([bill])
        office.world.deliver()
        office.world.queue.messages.clear()
    with pytest.raises(Conflict, match="being taken back"):
        step.do(post)
    assert office.batches() == []
    _give_back(office, [post])
    assert office.batches() == ([TEN[:1]] if again else [])
    batch = office.world.effects.load_latest(TENANT, GL_BATCH, bill)
    assert batch is not None
    assert batch.result.get("entry") == (office.entry_of(bill).id if again else None)
    assert office.states(run) == {TEN[0]: DONE if again else ItemState.REFUSED}


def _end(office: SyncOffice, run: SyncRun) -> None:
    """Let another worker have ended a run, so that the next may begin at once."""
    now = office.world.clock.now()
    office.world.sync_runs.runs[TENANT, run.id] = replace(office.run(run), finished_at=now)


def test_s3_what_was_gathered_long_ago_is_read_again() -> None:
    office, run = _entered(TWO)
    posts, trip = _take_posts(office), Trip()
    step = office.world.sync_step([*posts], trip)
    office.world.clock.advance(3_600)
    for post in posts:
        step.do(post)
    assert trip.calls.count("fetch_postings") == len(TWO), "ConnectWise says now how it would be posted"
    assert (office.batches(), set(office.states(run).values())) == ([[number] for number in TWO], {DONE})


def test_s3_a_bill_for_which_there_is_no_time_comes_back() -> None:
    office, run = _entered(TWO)
    posts, left = _take_posts(office), iter([300_000, 200_000])
    office.world.remaining_ms = lambda: next(left)
    step = office.world.sync_step([*posts])
    step.do(posts[0])
    with pytest.raises(Conflict, match="no time"):
        step.do(posts[1])
    assert office.batches() == [TWO[:1]]
    assert office.states(run)[TWO[1]] is ItemState.WRITTEN


def test_c7_connectwise_that_could_not_be_opened_is_opened_anew_for_the_next_bill(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office, run = _entered(TWO)
    posts = _take_posts(office)
    opened = _opened(office.world, monkeypatch, NeedsPartner("ConnectWise is not connected", "Connect it first."))
    step = office.world.sync_step([*posts])
    for post in posts:
        step.do(post)
    assert (len(opened), office.batches()) == (2, [TWO[1:]])
    assert office.codes(run) == {TWO[0]: "needs_partner", TWO[1]: ""}


def test_x3_a_run_ends_whenever_others_post_what_it_has_entered() -> None:
    office = SyncOffice()
    bill = office.bill("1001")
    office.see()
    run, point, posted = office.begin([bill]), 0, 0
    while True:
        between = SyncOffice(copied(office.world))
        others = _Others(between, point)
        between.world.deliver(others)
        posted += others.posted
        between.world.settle()
        assert between.batches() == [["1001"]]
        assert between.run(run).finished_at is not None, others.at
        if not others.at:
            break
        point += 1
    assert posted > 3, "the calls from the first message on"


class _Others:
    """Other workers, who post what waits when a worker has made so many calls."""

    def __init__(self, office: SyncOffice, point: int) -> None:
        self.at, self.posted = "", 0
        self._office, self._left = office, point

    def wire(self, port: Any) -> Any:
        return Wired(port, self.call)

    def call(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        answer = method(*args, **kwargs)
        if self._left == 0:
            self.at, queue = name, self._office.world.queue
            posts = [each for each in queue.messages if isinstance(each, PostBatch)]
            queue.messages = [each for each in queue.messages if each not in posts]
            for post in posts:
                self._office.world.work(post)
                self.posted += 1
        self._left -= 1
        return answer


@pytest.mark.parametrize("mode", Mode)
def test_x2_bills_that_come_together_are_in_one_batch_each_whatever_call_a_worker_dies_at(mode: Mode) -> None:
    office, run = _entered(TWO)
    left, point = copied(office.world), 0
    while _strike(SyncOffice(copied(left)), run, point, mode):
        point += 1
    assert point > 15


def _strike(office: SyncOffice, run: SyncRun, point: int, mode: Mode) -> bool:
    """Handle what waits at once, then what comes back of it. Returns: whether the worker came as far as to be struck."""
    posts, trip = _take_posts(office, closing=True), Trip(point, mode)
    _give_back(office, _handle(office.world, posts, trip))
    at = trip.calls[point : point + 1]
    assert (office.batches(), office.states(run)) == ([[number] for number in TWO], dict.fromkeys(TWO, DONE)), at
    assert office.run(run).counts == {DONE: len(TWO)}, at
    assert all(effect.settled for effect in office.world.effects.effects.values()), at
    return len(trip.calls) > point


def _handle(world: World, posts: Sequence[PostBatch], trip: Trip) -> list[PostBatch]:
    """Handle a batch as the function does. Returns: what comes back."""
    records = [{"messageId": str(place), "body": post.to_json()} for place, post in enumerate(posts)]
    try:
        answer = handle_batch({"Records": records}, REQUESTS, lambda _, requests: world.sync_step([*requests], trip).do)
    except Crash:
        return [*posts]
    return [posts[int(each["itemIdentifier"])] for each in answer["batchItemFailures"]]
