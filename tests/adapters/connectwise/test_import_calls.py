"""A first import of ConnectWise in few calls and little memory, whatever it holds."""

import json
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from math import ceil
from typing import Any

import pytest
from crossfoot.adapters.connectwise.client import IDS_PER_CALL, MAX_IDS_CHARS, PAGE_SIZE, chunk_ids
from crossfoot.adapters.connectwise.source import WINDOW_S
from crossfoot.core.model import CreditMemo, Invoice, Record
from crossfoot.errors import AnswerTooLarge
from crossfoot.ports import Window

from tests.adapters.connectwise.pages import Pages, company, invoice, product, time_entry

# Several pages: what holds for these holds for more. benchmarks/ imports 20,000.
INVOICES = 5_000
MEBIBYTE = 1024 * 1024
# What is left of a worker's 256 MB after the interpreter and the libraries.
MEMORY_FOR_A_WINDOW = 128 * MEBIBYTE


def billed(n: int) -> dict[str, Any]:
    """Make every third invoice one of an agreement, every second one with time, every fifth one with products."""
    agreement = {"type": "Agreement", "agreement": {"id": n % 900 + 1}, "agreementAmount": 100} if n % 3 == 0 else {}
    return invoice(n, serviceTotal=180 * (n % 2), productTotal=29.97 * (n % 5 == 0), **agreement)


def needed_calls(invoices: list[dict[str, Any]]) -> int:
    """Count the calls that the vendor's limits leave no way around: 1,000 records a page, 150 ids at once."""
    calls = 0
    for start in range(0, len(invoices), PAGE_SIZE):
        page = invoices[start : start + PAGE_SIZE]
        agreements = {each["agreement"]["id"] for each in page if "agreement" in each}
        wanted = (len(agreements), *(sum(bool(each[t]) for each in page) for t in ("serviceTotal", "productTotal")))
        calls += 1 + sum(ceil(ids / IDS_PER_CALL) for ids in wanted)
    return calls


def test_a_first_import_of_several_pages_takes_hardly_more_calls_than_it_must() -> None:
    invoices = [billed(n) for n in range(1, INVOICES + 1)]
    pages = Pages(
        companies=[company(n) for n in range(1, 401)],
        invoices=invoices,
        agreements=[{"id": n, "type": {"id": n % 4}} for n in range(1, 901)],
        time=[time_entry(n, n) for n in range(1, INVOICES + 1, 2)],
        products=[product(n, n) for n in range(5, INVOICES + 1, 5)],
    )
    windows, read, lines = 0, 0, 0
    for window in _windows(pages):
        windows += 1
        read += len(window.records)
        lines += _lines_in(window.records)
    assert (read, lines) == (5_400, 2_500 + 1_000 + 1_666)
    assert windows == INVOICES // PAGE_SIZE + 1, "one page of invoices is one window"
    assert len(pages.budget.calls) <= 1.1 * (1 + needed_calls(invoices))
    assert not any(metered for _, _, metered in pages.budget.calls)


def test_on_a_slow_site_windows_are_shorter_and_nothing_is_lost_or_read_twice() -> None:
    """Every call takes four seconds: a page of a thousand invoices with lines would be far beyond a worker's time."""
    invoices = [invoice(n, serviceTotal=1, productTotal=n % 4) for n in range(1, 2_501)]
    pages = Pages(
        invoices=invoices,
        time=[time_entry(n, n) for n in range(1, 2_501)],
        products=[product(n, n) for n in range(1, 2_501) if n % 4],
    )
    pages.slow_down(call_s=4.0)
    calls, read, lines = [0], list[str](), 0
    for window in _windows(pages):
        calls.append(len(pages.door.asked))
        read += [record.ref.id for record in window.records]
        lines += _lines_in(window.records)
    assert read == [str(n) for n in range(1, 2_501)]
    assert lines == 2_500 + 1_875
    longest = max(later - earlier for earlier, later in pairwise(calls))
    assert longest * 4.0 <= WINDOW_S + 4 * 4.0, "the call that was late, and what was waiting of each source"
    assert len(calls) > 5


def test_the_worst_window_fits_into_a_workers_memory() -> None:
    """A page of full-grown time entries is the most that is held at once; here are several, one after the other."""
    pages = Pages(invoices=[invoice(n, serviceTotal=1) for n in range(1, 301)])
    full = json.dumps([_full_grown(n) for n in range(1, PAGE_SIZE + 1)]).encode()
    pages.door.pages_of["/time/entries"] = [full, full, b"[]", b"[]"]
    tracemalloc.start()
    window = pages.psa.fetch_changes("")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert _lines_in(window.records) == PAGE_SIZE, "the same entries came twice"
    assert len(full) < peak < MEMORY_FOR_A_WINDOW


def _windows(pages: Pages) -> Iterator[Window]:
    """Read on until there is no more."""
    window = pages.psa.fetch_changes("")
    yield window
    while window.more:
        window = pages.psa.fetch_changes(window.cursor)
        yield window


def _full_grown(n: int) -> dict[str, Any]:
    """Give a time entry as long as the vendor's own, which has some 70 fields."""
    return time_entry(n, n % 150 + 1, **{f"field{at}": {"id": n, "name": f"value {at}"} for at in range(60)})


def _lines_in(records: tuple[Record, ...]) -> int:
    return sum(len(each.lines or ()) for each in records if isinstance(each, Invoice | CreditMemo))


def test_a_page_that_is_more_than_we_take_in_is_asked_for_in_smaller_ones() -> None:
    entries = [time_entry(n, 1, notes="x" * 200) for n in range(1, 251)]
    pages = Pages(invoices=[invoice(1, serviceTotal=1)], time=entries)
    pages.door.largest_bytes = 60_000
    assert _lines_in(pages.psa.fetch_changes("").records) == 250
    sizes = [asked["pageSize"] for path, asked in pages.door.asked if path == "/time/entries"]
    assert sizes == ["1000", "100", "1000", "100", "1000"]


def test_a_record_that_alone_is_more_than_we_take_in_says_so() -> None:
    pages = Pages(invoices=[invoice(1, topComment="x" * 2_000)])
    pages.door.largest_bytes = 1_000
    with pytest.raises(AnswerTooLarge):
        pages.psa.fetch_changes("")


@pytest.mark.parametrize("id_", ["7", "1234567", "123456789012"])
@pytest.mark.parametrize("count", [0, 1, 149, 150, 151, 1000])
def test_ids_are_cut_into_parts_that_fit_into_an_address(id_: str, count: int) -> None:
    ids = [id_] * count
    parts = list(chunk_ids(ids))
    assert [each for part in parts for each in part] == ids
    assert all(len(part) <= IDS_PER_CALL and len("%2C".join(part)) <= MAX_IDS_CHARS for part in parts)
    most = min(IDS_PER_CALL, MAX_IDS_CHARS // (len(id_) + 3))
    assert len(parts) == ceil(count / most)
