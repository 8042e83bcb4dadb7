"""What holds payments and payouts up is noted, and tried again: by hand, by itself, all of it (X1, X2, X3)."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from crossfoot.core.attention import Parked, Reason, ignore
from crossfoot.core.decisions import waits
from crossfoot.core.depositing import DEPOSIT
from crossfoot.core.model import ACCOUNTING, PLATFORM, PSA, Customer, Kind, Ref, Standing, Version
from crossfoot.core.preferences import Preferences
from crossfoot.core.receiving import RECEIPTS
from crossfoot.errors import Conflict, Retryable
from crossfoot.ledger import LEASE
from crossfoot.messages import CheckSynced, Message, MirrorPayment, Nudge, RecordDeposit, RetryParked, TendConnection
from crossfoot.parking import PAGE, note_parked, to_retry
from crossfoot.ports import ConnectionState

from tests.fakes.attention import FakeAttention
from tests.fakes.payouts import FakePayouts
from tests.fakes.receipts import BANK, FEES
from tests.fakes.telling import FakePlatform
from tests.fakes.trip import Crash, Mode, Trip
from tests.fakes.world import TENANT, World

PAYMENT = Ref(PLATFORM, Kind.PAYMENT, "pay_1")
PAYOUT = Ref(PLATFORM, Kind.PAYOUT, "po_1")


@pytest.fixture
def world() -> World:
    world = World()
    world.invoice_in_both("1001", 100_00)
    world.fetch_and_settle()
    return world


def pay(world: World, id_: str, invoice: str, minor: int) -> Ref:
    """Let the platform take a payment, and work until it is at rest."""
    ref = FakePlatform(world).pay(id_, {invoice: minor})
    world.settle()
    return ref


def held(world: World, record: Ref = PAYMENT) -> list[str]:
    return [reason.code for reason in world.attention.load(TENANT, [record])[record].reasons]


def park(world: World, record: Ref, *codes: str, ignored: bool = False) -> None:
    """Note a record as parked, as a worker does; nothing else is known of it."""
    now = world.clock.now()
    reasons = (Reason(waits(record, "E8", code, "It waits.", "Mend it."), now) for code in sorted(codes))
    parked = Parked(record, tuple(reasons))
    world.attention.replace(TENANT, Parked(record), ignore(parked, (), now) if ignored else parked)


def walk(world: World, **how: Any) -> list[Message]:
    """Walk to the end, message by message. Returns: the work that was queued, in its order."""
    return walk_on(world, [RetryParked(tenant=TENANT, because="asked", **how)])


def walk_on(world: World, walks: list[Message]) -> list[Message]:
    while walks:
        world.work(walks.pop())
        walks = [message for message in world.queue.messages if isinstance(message, RetryParked)]
        world.queue.messages = [message for message in world.queue.messages if message not in walks]
    queued, world.queue.messages = world.queue.messages, []
    return queued


def records_of(messages: Iterable[Message]) -> list[Ref]:
    return [
        message.payout if isinstance(message, RecordDeposit) else message.payment
        for message in messages
        if isinstance(message, RecordDeposit | MirrorPayment)
    ]


# --- what is noted -------------------------------------------------------------------------------------------------------


def test_x1_a_payment_that_both_books_hold_up_is_parked_for_both_causes_and_for_none_when_it_goes_on(
    world: World,
) -> None:
    world.connections.states[PSA] = ConnectionState.DISCONNECTED
    pay(world, "pay_1", "quickbooks-q1002", 50_00)
    assert held(world) == ["invoice_not_in_accounting", "psa_not_connected"]
    world.connections.states[PSA] = ConnectionState.CONNECTED
    world.invoice_in_both("1002", 50_00)
    world.fetch_and_settle()
    assert held(world) == []
    assert world.attention.parked == {}


def test_x1_an_external_payment_is_parked_while_its_invoice_is_missing(world: World) -> None:
    world.quickbooks.add_invoice("q1002", "1002", 50_00)
    payment = world.quickbooks.pay("p1", {"q1002": 50_00})
    world.fetch_and_settle()
    assert held(world, payment) == ["invoice_not_in_psa"]
    world.connectwise.add_invoice("c1002", "1002", 50_00)
    world.fetch_and_settle()
    assert held(world, payment) == []


def test_e3_what_the_toggle_leaves_alone_is_not_parked_and_turning_it_off_lets_it_go(world: World) -> None:
    world.quickbooks.add_invoice("q1002", "1002", 50_00)
    payment = world.quickbooks.pay("p1", {"q1002": 50_00})
    world.fetch_and_settle()
    world.preferences.save(TENANT, Preferences())
    for message in walk(world):
        world.work(message)
    assert held(world, payment) == []


def test_d2_a_payout_is_parked_while_its_deposit_cannot_be_made_and_not_while_it_is_on_its_way(world: World) -> None:
    world.preferences.save(TENANT, Preferences(deposits_enabled=True, deposit_account_id=BANK, fee_account_id=FEES))
    payouts = FakePayouts(world)
    payouts.pay_out("po_1", ("payment", 100_00, "pay_1"), status="created")
    world.settle()
    assert held(world, PAYOUT) == []
    payouts.tell("po_1", status="paid")
    world.settle()
    assert held(world, PAYOUT) == ["payment_not_in_book"]
    pay(world, "pay_1", "quickbooks-q1001", 100_00)
    assert held(world, PAYOUT) == []


def test_x1_a_refused_payment_that_goes_in_with_a_later_one_is_parked_no_longer(world: World) -> None:
    invoice = Ref(PSA, Kind.INVOICE, "c1001")
    world.connectwise.lock(invoice)
    first = world.quickbooks.pay("p1", {"q1001": 40_00})
    world.fetch_and_settle()
    assert held(world, first) == ["refused_by_psa"]
    world.connectwise.locked.clear()
    second = world.quickbooks.pay("p2", {"q1001": 20_00})
    world.work(Nudge(tenant=TENANT, system=ACCOUNTING))
    world.queue.messages = [MirrorPayment(tenant=TENANT, payment_id=second.id)]
    world.settle()
    assert world.rows("1001") == [(60_00, "2026-11-03")]
    assert (held(world, first), held(world, second)) == ([], [])


def test_x3_a_worker_that_saw_something_older_looks_again(world: World) -> None:
    seen = Parked(PAYMENT)
    park(world, PAYMENT, "row_taken")
    waiting = waits(PAYMENT, "E8", "invoice_not_in_psa", "It waits.", "Enter it.")
    now = note_parked(TENANT, seen, [waiting], world)
    assert [reason.code for reason in now.reasons] == ["invoice_not_in_psa"] == held(world)


def test_x3_somebody_who_changes_it_all_the_time_is_waited_for(world: World) -> None:
    class Restless(FakeAttention):
        def replace(self, tenant: str, seen: Parked, new: Parked) -> Parked:
            raise Conflict("again")

    world.attention = Restless()
    with pytest.raises(Conflict):
        note_parked(TENANT, Parked(PAYMENT), [], world)


# --- trying again by hand ------------------------------------------------------------------------------------------------


def retry(record: Ref, request: str) -> Message:
    return to_retry(TENANT, record, f"retry {request}", request)


def test_s3_a_synced_bill_that_is_tried_again_is_only_looked_at() -> None:
    for kind in (Kind.INVOICE, Kind.CREDIT_MEMO):
        message = to_retry(TENANT, Ref(PSA, kind, "7"), "retry one", "one")
        assert isinstance(message, CheckSynced)
        assert (message.bill, message.because) == (Ref(PSA, kind, "7"), "retry one")


def test_x2_what_connectwise_refused_is_sent_again_once_for_each_request(world: World) -> None:
    world.connectwise.lock(Ref(PSA, Kind.INVOICE, "c1001"))
    payment = world.quickbooks.pay("p1", {"q1001": 40_00})
    world.fetch_and_settle()
    assert (held(world, payment), world.connectwise.writes) == (["refused_by_psa"], 1)
    world.work(MirrorPayment(tenant=TENANT, payment_id="p1", because="by itself"))
    assert world.connectwise.writes == 1
    for request, writes in (("one", 2), ("one", 2), ("two", 3), ("two", 3)):
        world.work(retry(payment, request))
        assert (held(world, payment), world.connectwise.writes) == (["refused_by_psa"], writes)
    world.work(MirrorPayment(tenant=TENANT, payment_id="p1", because="by itself again"))
    assert world.connectwise.writes == 3
    world.connectwise.locked.clear()
    for _ in range(2):
        world.work(retry(payment, "three"))
    assert (held(world, payment), world.rows("1001")) == ([], [(40_00, "2026-11-03")])


def test_x2_of_two_payments_on_one_invoice_a_request_sends_the_refused_row_once(world: World) -> None:
    world.connectwise.lock(Ref(PSA, Kind.INVOICE, "c1001"))
    payments = [world.quickbooks.pay(name, {"q1001": 40_00}) for name in ("p1", "p2")]
    world.fetch_and_settle()
    tried = world.connectwise.writes
    for payment in payments:
        world.work(retry(payment, "one"))
    assert world.connectwise.writes == tried + 1


def test_x2_what_quickbooks_refused_is_sent_again_once_for_each_request(world: World) -> None:
    payer = world.quickbooks.invoice("q1001").customer
    assert payer is not None
    gone = Customer(payer, Version("2026-11-03T17:00:00Z", ""), Standing.DELETED, "Contoso")
    before = world.quickbooks.records.get(payer)
    world.quickbooks.records[payer] = gone
    pay(world, "pay_1", "quickbooks-q1001", 100_00)
    assert held(world) == ["refused_by_accounting"]

    def tries() -> int:
        latest = world.effects.load_latest(TENANT, RECEIPTS, PAYMENT)
        assert latest is not None
        return latest.generation

    for request, tried in (("one", 2), ("one", 2), ("two", 3)):
        world.work(retry(PAYMENT, request))
        assert (held(world), tries()) == (["refused_by_accounting"], tried)
    if before is None:
        del world.quickbooks.records[payer]
    else:
        world.quickbooks.records[payer] = before
    for _ in range(2):
        world.work(retry(PAYMENT, "three"))
    assert (held(world), world.our_payments.writes, tries()) == ([], 1, 4)


def test_d2_a_deposit_that_was_added_up_differently_is_made_again_once_for_each_request(world: World) -> None:
    world.preferences.save(TENANT, Preferences(deposits_enabled=True, deposit_account_id=BANK, fee_account_id=FEES))
    pay(world, "pay_1", "quickbooks-q1001", 100_00)
    world.our_deposits.adds_minor = 1
    FakePayouts(world).pay_out("po_1", ("payment", 100_00, "pay_1"))
    world.settle()
    assert (held(world, PAYOUT), world.our_deposits.writes) == (["added_up_differently"], 2)
    for request, writes in (("one", 4), ("one", 4)):
        world.work(retry(PAYOUT, request))
        assert (held(world, PAYOUT), world.our_deposits.writes) == (["added_up_differently"], writes)
    world.our_deposits.adds_minor = 0
    for _ in range(2):
        world.work(retry(PAYOUT, "two"))
    latest = world.effects.load_latest(TENANT, DEPOSIT, PAYOUT)
    assert latest is not None
    assert (held(world, PAYOUT), world.our_deposits.writes, latest.generation) == ([], 5, 5)


# --- the walk over all of it ---------------------------------------------------------------------------------------------


def fill(world: World) -> list[Ref]:
    """Park more than a page of payments and a payout for one cause, another for two, and one that is ignored."""
    refs = [Ref(ACCOUNTING, Kind.PAYMENT, f"{number:03}") for number in range(PAGE + 1)]
    for ref in refs:
        park(world, ref, "invoice_not_in_psa")
    park(world, PAYOUT, "period_closed")
    park(world, PAYMENT, "row_taken", "period_closed")
    park(world, Ref(ACCOUNTING, Kind.PAYMENT, "ignored"), "row_taken", ignored=True)
    return refs


def test_x3_a_walk_tries_everything_again_and_the_ignored_ones_too(world: World) -> None:
    refs = fill(world)
    queued = walk(world, again="one")
    everything = {*refs, PAYOUT, PAYMENT, Ref(ACCOUNTING, Kind.PAYMENT, "ignored")}
    assert set(records_of(queued)) == everything
    assert {message.again for message in queued if isinstance(message, MirrorPayment | RecordDeposit)} == {"one"}
    assert len(queued) == len(everything), "one that two causes hold is tried once"
    assert world.attention.load_causes(TENANT)[-1].ignored == 1


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("period_closed",), {PAYOUT, PAYMENT}),
        (("row_taken",), {PAYMENT, Ref(ACCOUNTING, Kind.PAYMENT, "ignored")}),
        (("row_taken", "period_closed"), {PAYOUT, PAYMENT, Ref(ACCOUNTING, Kind.PAYMENT, "ignored")}),
        (("nobody_paid",), set()),
    ],
)
def test_x3_a_walk_over_some_causes_leaves_the_others_alone(
    world: World, codes: tuple[str, ...], expected: set[Ref]
) -> None:
    fill(world)
    assert set(records_of(walk(world, codes=codes))) == expected


def test_x3_a_walk_that_comes_to_the_end_of_its_time_goes_on_by_message(world: World) -> None:
    refs = fill(world)
    world.remaining_ms = lambda: 0
    message = RetryParked(tenant=TENANT, because="asked")
    world.work(message)
    (*first, rest) = world.queue.messages
    assert records_of(first) == refs[:PAGE]
    assert isinstance(rest, RetryParked)
    assert rest.deduplication_id != message.deduplication_id
    world.queue.messages = []
    assert set(records_of(walk_on(world, [rest]))) >= {refs[PAGE], PAYOUT, PAYMENT}


def test_x3_a_cause_is_ignored_whole_and_heeded_whole(world: World) -> None:
    refs = fill(world)
    assert walk(world, codes=("invoice_not_in_psa",), ignore=True) == []
    counted = {cause.code: (cause.count, cause.ignored) for cause in world.attention.load_causes(TENANT)}
    assert counted == {"invoice_not_in_psa": (0, len(refs)), "period_closed": (2, 0), "row_taken": (1, 1)}
    queued = walk(world, codes=("invoice_not_in_psa",), heed=True)
    assert set(records_of(queued)) == set(refs)
    counted = {cause.code: (cause.count, cause.ignored) for cause in world.attention.load_causes(TENANT)}
    assert counted == {"invoice_not_in_psa": (len(refs), 0), "period_closed": (2, 0), "row_taken": (1, 1)}


def parked_in_two_ways() -> World:
    world = World()
    for ref in (PAYMENT, PAYOUT, Ref(ACCOUNTING, Kind.PAYMENT, "7")):
        park(world, ref, "row_taken", "period_closed", ignored=ref is PAYOUT)
    return world


def outcome(world: World, message: RetryParked) -> tuple[set[Ref], list[tuple[str, int, int]]]:
    """Walk to the end, and give what was tried again and what is parked then."""
    tried = set(records_of(walk_on(world, [message])))
    return tried, [(cause.code, cause.count, cause.ignored) for cause in world.attention.load_causes(TENANT)]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("how", [{"again": "one"}, {"ignore": True}, {"heed": True, "again": "one"}], ids=str)
def test_x2_a_walk_comes_to_the_same_whatever_call_its_worker_dies_at(how: dict[str, Any], mode: Mode) -> None:
    message = RetryParked(tenant=TENANT, because="asked", **how)
    expected, points = outcome(parked_in_two_ways(), message), count()
    for point in points:
        world, trip = parked_in_two_ways(), Trip(point, mode)
        with suppress(Crash, Retryable):
            world.work(message, trip)
        if len(trip.calls) <= point:
            break
        world.clock.advance(LEASE.total_seconds())
        assert outcome(world, message) == expected, trip.calls[-1]
    assert next(points) > 3


# --- by itself -----------------------------------------------------------------------------------------------------------


def test_x3_what_is_parked_is_tried_again_once_a_day_and_nothing_is_queued_where_nothing_is(world: World) -> None:
    for system in (ACCOUNTING, PSA):
        world.work(TendConnection(tenant=TENANT, system=system))
    assert [message for message in world.queue.messages if isinstance(message, RetryParked)] == []
    park(world, PAYMENT, "row_taken", ignored=True)
    for system in (ACCOUNTING, PSA):
        world.work(TendConnection(tenant=TENANT, system=system))
    (walk_,) = (message for message in world.queue.messages if isinstance(message, RetryParked))
    assert (walk_.again, walk_.heed, walk_.ignore) == ("", False, False)
    assert replace(walk_, because="") == RetryParked(tenant=TENANT)
