"""Whatever is created, edited and deleted, before our calls and between them: the book ends up equal to the company."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, repeat

from crossfoot.adapters.quickbooks.cursor import NAME_LISTS
from crossfoot.adapters.quickbooks.pages import Limits
from crossfoot.core.model import Kind
from crossfoot.errors import RateLimited
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.quickbooks.wire import (
    ENTITIES,
    PAYABLES,
    THROTTLED,
    Reader,
    Refusal,
    WireCompany,
    nobody_works,
    refuse_nothing,
)

SMALL = Limits(page_rows=8, cdc_objects=10, pages_ahead=3, window_rows=24, single_looks=1)
LONG_S = 1800

# What is done, to which entity type of the feed that is read, to which of its records, and how much later.
type Act = tuple[str, int, int, float]

# A random order of ties is the worst that QuickBooks may do, and is survived where a second has no more rows than two
# pages share; with any fixed order a second may have as many as it likes.
entities = st.integers(0, len(ENTITIES) - 1)
acts = st.tuples(
    st.sampled_from(["create", "create", "edit", "delete"]),
    entities,
    st.integers(0, 50),
    st.sampled_from([0.0, 0.0, 0.5, 1.0, 2.0]),
)
bursts = st.tuples(st.sampled_from(["create", "edit", "delete"]), entities, st.integers(1, 30), st.booleans())


def do(company: WireCompany, feed: Mapping[str, Kind], act: Act) -> None:
    what, which, place, seconds = act
    entity = sorted(feed)[which % len(feed)]
    company.advance(seconds)
    ids = list(company.living[entity])
    if what == "create" or not ids:
        company.create(entity)
    elif what == "edit":
        company.edit(entity, ids[place % len(ids)])
    elif entity not in NAME_LISTS:
        company.delete(entity, ids[place % len(ids)])


def of_burst(burst: tuple[str, int, int, bool]) -> list[Act]:
    what, which, count, at_once = burst
    return [(what, which, place * 7, 0.0 if at_once else 0.7) for place in range(count)]


def meanwhile(company: WireCompany, feed: Mapping[str, Kind], left: Iterator[list[Act]]) -> Callable[[], None]:
    def between() -> None:
        for act in next(left, []):
            do(company, feed, act)

    return between


@settings(max_examples=50, deadline=None)
@given(
    feed=st.sampled_from([ENTITIES, PAYABLES]),
    seed=st.integers(0, 10_000),
    ties=st.sampled_from(["id", "reverse"]),
    batched_cdc=st.booleans(),
    rounds=st.lists(st.tuples(st.lists(bursts, max_size=4), st.lists(st.lists(acts, max_size=4), max_size=12)), max_size=4),
    strikes=st.lists(st.sampled_from(["", "", "", "crash", "throttle"]), max_size=40),
)  # fmt: skip
def test_after_any_history_the_book_equals_the_company_but_for_what_is_said_to_be_unseen(
    feed: Mapping[str, Kind],
    seed: int,
    ties: str,
    batched_cdc: bool,
    rounds: list[tuple[list[tuple[str, int, int, bool]], list[list[Act]]]],
    strikes: list[str],
) -> None:
    company = WireCompany(seed, cdc_cap=SMALL.cdc_objects, ties=ties, batched_cdc=batched_cdc)
    reader, striking = Reader(company, SMALL, feed), chain(strikes, repeat(""))
    for worked, while_read in rounds:
        for act in chain.from_iterable(map(of_burst, worked)):
            do(company, feed, act)
        company.advance(LONG_S)
        company.between = meanwhile(company, feed, iter(while_read))
        read_through(company, reader, striking)
        company.between = nobody_works
        company.advance(LONG_S)
    reader.settle()
    assert {each for each in reader.differences() if not (each[0] == "not gone" and each[1] in reader.unseen)} == set()


def throttling(question: str) -> Refusal:
    return lambda item: THROTTLED if item["bId"] == question else None


def read_through(company: WireCompany, reader: Reader, striking: Iterator[str]) -> None:
    """Read until there is no more, through crashes before the cursor is moved and refused questions."""
    for _ in range(400):
        strike = next(striking)
        company.refuse = throttling(company.random.choice("01234")) if strike == "throttle" else refuse_nothing
        try:
            window = reader.read(and_crash=strike == "crash")
        except RateLimited:
            continue
        finally:
            company.refuse = refuse_nothing
        if not window.more and strike != "crash":
            return
    raise AssertionError("it does not come to an end")


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(11, 60),
    while_read=st.lists(st.lists(acts, max_size=3), max_size=12),
)
def test_however_the_rows_of_a_second_are_sorted_nothing_is_passed_over(
    seed: int, count: int, while_read: list[list[Act]]
) -> None:
    company = WireCompany(seed, cdc_cap=SMALL.cdc_objects, ties="random")
    reader = Reader(company, SMALL)
    reader.read_all()
    company.advance(LONG_S)
    for _ in range(count):
        company.create("Invoice")
        company.advance(0.5)
    company.advance(LONG_S)
    company.between = meanwhile(company, ENTITIES, iter(while_read))
    reader.settle()
    assert {each for each in reader.differences() if not (each[0] == "not gone" and each[1] in reader.unseen)} == set()
