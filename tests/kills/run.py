"""One run: payments are made while workers are killed, then all of it comes to rest and is checked."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from threading import Event, Thread
from typing import Any

from local.demo.rest import Patience, Work
from tests.e2e.partner import PREFERENCES, Deployed, Partner
from tests.e2e.platform import Platform
from tests.kills.audit import audit
from tests.kills.customers import Customers
from tests.kills.killer import LATEST_S, Killers
from tests.kills.office import Office

# With more waiting than this, the office pauses: the kills shall meet work, and the work shall end with them.
MOST_WAITING = 80
PACE_S = 0.15
REST_S = 600.0
# The vendors' own time for a write, roughly: without it hardly a kill would fall between a write and its answer.
WRITE_S = 0.2
MOST_ROUNDS = 3
# Which of a partner's accounts each preference needs.
DEPOSITS = {"deposit_account_id": "bank", "fee_account_id": "expense"}


@dataclass
class Outcome:
    """What a run came to. `wrong` is empty when nothing is twice and nothing lost."""

    kills: int
    busy: int
    recorded: int
    changed: int
    told: int
    given_back: int
    payouts: int
    invoices: int
    dead_letters: dict[str, int]
    seconds: float
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    kills: int
    partners: int
    invoices: int
    latest_s: float = LATEST_S


def run(deployed: Deployed, size: Size, seed: int, say: Callable[[str], None]) -> Outcome:
    """Make payments, kill workers, wait for rest, check. Raises: DemoError when it does not come to rest in time."""
    began = time.monotonic()
    offices = open_offices(deployed, size, seed)
    say(f"{size.partners} partners are connected ({time.monotonic() - began:.0f} s)")
    work = Work(deployed.stack, deployed.quickbooks)
    killer = Killers(deployed.home, f"{seed} killer", size.latest_s)
    with _slow_writes(deployed):
        _kill_while_they_work(offices, killer, size, work, say)
    say("the kills are over; waiting for rest")
    _rest(work, "the payments after the kills", but_for=_waits_for_the_dead)
    dead = work.dead_letters()
    before = [each for office in offices for each in audit(office)]
    if before and not any(dead.values()):
        return _outcome(offices, killer, dead, began, ["before any comparison, and without a dead letter:", *before])
    wrong = [*_compare(offices, work, dead, deployed), *(each for office in offices for each in audit(office))]
    return _outcome(offices, killer, dead, began, wrong)


def open_offices(deployed: Deployed, size: Size, seed: int) -> list[Office]:
    """Connect partners that nobody else uses, all of them at once."""
    numbers = tuple(str(2001 + place) for place in range(size.invoices))
    amounts = [Decimal("100.00") * (place + 1) for place in range(size.partners)]
    partners = [Partner(deployed, f"Office {seed}-{place}", amount, numbers) for place, amount in enumerate(amounts)]
    for partner in partners:
        partner.enter_invoices()
        partner.api.connect_quickbooks(partner.realm["realm_id"])
        partner.api.connect_connectwise(partner.keys)
    deployed.wait_for_rest("the imports")
    for partner in partners:
        chosen = {use: _account(partner, kind) for use, kind in DEPOSITS.items()}
        partner.api.put("/v1/preferences", {**PREFERENCES, **chosen, "deposits_enabled": True})
    deployed.wait_for_rest("the comparisons after the toggle")
    platform = Platform(deployed)
    return [_open(partner, platform, seed, place) for place, partner in enumerate(partners)]


def _open(partner: Partner, platform: Platform, seed: int, place: int) -> Office:
    share = partner.amount // 3
    customers = Customers(partner, platform, Random(f"{seed} customers {place}"), share)
    return Office(partner, Random(f"{seed} office {place}"), share, customers)


def _account(partner: Partner, use: str) -> str:
    return str(partner.api.get("/v1/connections/quickbooks/accounts", use=use)["accounts"][0]["id"])


@contextmanager
def _slow_writes(deployed: Deployed) -> Iterator[None]:
    for method in ("POST", "PATCH", "DELETE"):
        deployed.connectwise.arm("slow", seconds=WRITE_S, method=method, path_contains="/payments", times=None)
    for path in ("/payment", "/deposit"):
        deployed.quickbooks.arm("slow", seconds=WRITE_S, method="POST", path_contains=path, times=None)
    try:
        yield
    finally:
        for sandbox in (deployed.connectwise, deployed.quickbooks):
            sandbox.clear_own_faults()


def _kill_while_they_work(
    offices: Sequence[Office], killer: Killers, size: Size, work: Work, say: Callable[[str], None]
) -> None:
    stop, failures = Event(), list[BaseException]()

    def make_payments() -> None:
        try:
            while not stop.is_set():
                busy = sum(work.count().values()) > MOST_WAITING
                for office in offices if not busy else ():
                    office.act()
                stop.wait(PACE_S)
        except BaseException as error:
            failures.append(error)
            stop.set()

    people = Thread(target=make_payments)
    people.start()
    try:
        killer.kill(size.kills, stop, say)
    finally:
        stop.set()
        people.join()
    if failures:
        raise failures[0]


def _rest(work: Work, what: str, but_for: Callable[[Work], Sequence[str]] = lambda _work: ()) -> None:
    def is_at_rest() -> bool:
        left = {name for name, number in work.count().items() if number}
        return not left or left <= set(but_for(work))

    Patience(REST_S).wait_for(what, is_at_rest, lambda: f"{work.count()}, dead letters {work.dead_letters()}")


def _waits_for_the_dead(work: Work) -> Sequence[str]:
    """Name what cannot come to rest: a deposit waits for a payment whose message was given up, which is found later."""
    return ("deposits",) if work.dead_letters()["payments"] else ()


def _compare(offices: Sequence[Office], work: Work, dead: dict[str, int], deployed: Deployed) -> list[str]:
    """Compare both books until nothing differs: the first comparison heals what dead letters left, as every night."""
    if dead["nudges"]:
        _redrive_nudges(deployed)
        _rest(work, "the nudges that an operator moved back")
    wrong: list[str] = []
    for _ in range(MOST_ROUNDS):
        for office in offices:
            office.partner.api.post("/v1/crossfoot", {"live": True})
        _rest(work, "the comparisons")
        wrong = [each for office in offices for each in _unlike(office)]
        if not wrong:
            break
    return wrong


def _unlike(office: Office) -> list[str]:
    report = office.partner.api.newest_report()
    first, last = f"crossfoot: {len(office.partner.numbers)} invoices, ", ", 0 differences"
    found = report["line"] if report else "no report"
    is_alike = found.startswith(first) and found.endswith(last)
    return [] if is_alike else [f"{office.partner.name}: {found!r} and not {first!r} … {last!r}"]


def _redrive_nudges(deployed: Deployed) -> None:
    """Move dead nudges back as docs/runbook.md says. Payments are not moved: the comparison has to find them."""
    sqs: Any = deployed.stack.session.client("sqs", endpoint_url=deployed.stack.endpoint_url)
    live = deployed.stack.outputs["NudgesQueueUrl"]
    dead = sqs.get_queue_url(QueueName=live.rpartition("/")[2].replace(".fifo", "-dead.fifo"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.start_message_move_task(SourceArn=arn)


def _outcome(
    offices: Sequence[Office], killer: Killers, dead: dict[str, int], began: float, wrong: list[str]
) -> Outcome:
    return Outcome(
        kills=killer.kills,
        busy=killer.busy,
        recorded=sum(office.recorded for office in offices),
        changed=sum(office.changed for office in offices),
        told=sum(len(office.customers.told) for office in offices),
        given_back=sum(office.customers.changed for office in offices),
        payouts=sum(len(office.customers.payouts) for office in offices),
        invoices=sum(len(office.partner.numbers) for office in offices),
        dead_letters=dead,
        seconds=time.monotonic() - began,
        wrong=wrong,
    )
