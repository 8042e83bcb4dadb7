"""Linking at scale: whatever the order in which invoices come, with a constant number of reads for each (I9)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import batched
from typing import Any

from crossfoot.core.model import ACCOUNTING, PSA, Invoice, Kind, Ref, Standing, System, Version
from crossfoot.core.verdicts import Pair, Verdict
from crossfoot.linking import decide_unlinked, link_invoices
from crossfoot.ports import Decided
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.clock import FakeClock
from tests.fakes.table import Tables

TENANT, OTHER = "t_00000001", "t_00000002"
STAMP = Version("2026-11-03T17:00:00Z", "2026-11-03T17:00:00Z")


def make(system: System, id_: str, number: str, **changes: Any) -> Invoice:
    return replace(
        Invoice(
            ref=Ref(system, Kind.INVOICE, id_),
            version=STAMP,
            standing=Standing.LIVE,
            number=number,
            customer=Ref(system, Kind.CUSTOMER, "1"),
            customer_name="Contoso",
            issued_on=date(2026, 11, 3),
            due_on=None,
            currency="USD",
            total_minor=10_000,
            balance_minor=10_000,
        ),
        **changes,
    )


def arrive(tables: Tables, tenant: str, invoices: Sequence[Invoice]) -> None:
    """Save a window's invoices and link them, as a fetch does."""
    tables.book.save(tenant, invoices)
    link_invoices(tenant, invoices, tables.book, tables.effects, tables.matches)


def pairs(tables: Tables, tenant: str) -> set[tuple[str, str]]:
    return {
        (link.accounting.id, link.psa.id) for (owner, _), link in tables.book.links.items() if owner == tenant
    }  # fmt: skip


# --- any order ---------------------------------------------------------------------------------------------------------

# Each number has one copy on a side, or two; copies agree, or differ in their total.
GROUPS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), min_size=1, max_size=5
)  # fmt: skip


def _enter(groups: Iterable[tuple[int, int, bool]]) -> list[Invoice]:
    invoices = []
    for place, (ours, theirs, agree) in enumerate(groups):
        for copy in range(ours):
            invoices.append(make(ACCOUNTING, f"q{place}-{copy}", f"INV {place}"))
        for copy in range(theirs):
            invoices.append(make(PSA, f"c{place}-{copy}", f"inv{place}", total_minor=10_000 if agree else 9_999))
    return invoices


def _expected(groups: Iterable[tuple[int, int, bool]]) -> set[tuple[str, str]]:
    return {(f"q{place}-0", f"c{place}-0") for place, group in enumerate(groups) if group == (1, 1, True)}


@settings(max_examples=150, deadline=None)
@given(GROUPS.filter(lambda groups: all(max(ours, theirs) < 2 for ours, theirs, _ in groups)), st.data())
def test_i9_unambiguous_pairs_end_alike_whatever_the_order_and_the_windows(
    groups: list[tuple[int, int, bool]], data: st.DataObject
) -> None:
    tables = Tables(FakeClock())
    order = data.draw(st.permutations(_enter(groups)))
    for window in batched(order, data.draw(st.integers(1, 4)), strict=False):
        arrive(tables, TENANT, window)
    assert pairs(tables, TENANT) == _expected(groups)
    open_numbers = {key.number for key in tables.matches.open.get(TENANT, set())}
    assert open_numbers == {f"inv{place}" for place, group in enumerate(groups) if group == (1, 1, False)}


@settings(max_examples=150, deadline=None)
@given(GROUPS, st.data())
def test_i9_what_is_ambiguous_when_it_is_looked_at_is_never_linked_and_always_listed(
    groups: list[tuple[int, int, bool]], data: st.DataObject
) -> None:
    tables = Tables(FakeClock())
    invoices = _enter(groups)
    tables.book.save(TENANT, invoices)
    for window in batched(data.draw(st.permutations(invoices)), data.draw(st.integers(1, 4)), strict=False):
        link_invoices(TENANT, window, tables.book, tables.effects, tables.matches)
    assert pairs(tables, TENANT) == _expected(groups)
    listed = {key.number for key in tables.matches.open.get(TENANT, set())}
    both = {f"inv{place}" for place, (ours, theirs, _) in enumerate(groups) if ours and theirs}
    assert listed == both - {f"inv{place}" for place, group in enumerate(groups) if group == (1, 1, True)}


@settings(max_examples=75, deadline=None)
@given(GROUPS, GROUPS, st.data())
def test_x6_two_partners_with_the_same_numbers_and_customers_never_mix(
    mine: list[tuple[int, int, bool]], theirs: list[tuple[int, int, bool]], data: st.DataObject
) -> None:
    both, alone = Tables(FakeClock()), {TENANT: Tables(FakeClock()), OTHER: Tables(FakeClock())}
    entered = [(TENANT, invoice) for invoice in _enter(mine)] + [(OTHER, invoice) for invoice in _enter(theirs)]
    for tenant, invoice in data.draw(st.permutations(entered)):
        arrive(both, tenant, [invoice])
        arrive(alone[tenant], tenant, [invoice])
    for tenant, own in alone.items():
        assert pairs(both, tenant) == pairs(own, tenant)
        assert both.matches.open.get(tenant, set()) == own.matches.open.get(tenant, set())


@settings(max_examples=75, deadline=None)
@given(st.permutations(("first", "second", "verdict")), st.sampled_from(Verdict))
def test_i9_a_verdict_holds_whenever_it_comes(order: Sequence[str], verdict: Verdict) -> None:
    tables = Tables(FakeClock())
    one, other = make(ACCOUNTING, "q", "7"), make(PSA, "c", "7" if verdict is Verdict.DIFFERENT else "8")
    pair = Pair(one.ref, other.ref)
    for step in order:
        if step == "verdict":
            tables.matches.save_verdict(TENANT, Decided(pair, verdict, FakeClock().now()))
        else:
            arrive(tables, TENANT, [one if step == "first" else other])
    link_invoices(TENANT, [one], tables.book, tables.effects, tables.matches)
    assert pairs(tables, TENANT) == ({("q", "c")} if verdict is Verdict.SAME else set())


# --- how much is read --------------------------------------------------------------------------------------------------


class Counting:
    """Counts what is asked of a port: calls, and the things that were asked for."""

    def __init__(self, port: Any, calls: Counter[str], asked: Counter[str]) -> None:
        self._port, self._calls, self._asked = port, calls, asked

    def __getattr__(self, name: str) -> Any:
        def counted(tenant: str, *args: Any, **how: Any) -> Any:
            self._calls[name] += 1
            if args and name.startswith("load") and not isinstance(args[0], Ref | str):
                args = (list(args[0]), *args[1:])
                self._asked[name] += len(args[0])
            return getattr(self._port, name)(tenant, *args, **how)

        return counted


def _read(tables: Tables, invoices: Sequence[Invoice]) -> tuple[Counter[str], Counter[str]]:
    calls: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    book, matches = (Counting(port, calls, asked) for port in (tables.book, tables.matches))
    link_invoices(TENANT, invoices, book, tables.effects, matches)
    return calls, asked


def test_i9_a_window_of_invoices_is_read_in_batches_and_each_invoice_a_constant_number_of_times() -> None:
    asked_per_invoice = {}
    for size in (48, 192):
        tables = Tables(FakeClock())
        theirs = [make(PSA, f"c{n}", f"{n}") for n in range(size)]
        # Of four, one is alone, one differs, and two are the same.
        ours = [make(ACCOUNTING, f"q{n}", f"{n}", total_minor=10_000 + (n % 4 == 1)) for n in range(size) if n % 4]
        arrive(tables, TENANT, theirs)
        tables.book.save(TENANT, ours)
        calls, asked = _read(tables, ours)
        reads = {name: count for name, count in calls.items() if name.startswith("load")}
        assert max(reads.values()) <= 3, reads
        assert calls["save_links"] == 1
        assert len(pairs(tables, TENANT)) == size // 2
        asked_per_invoice[size] = sum(asked.values()) / len(ours)
    assert asked_per_invoice[192] <= asked_per_invoice[48] <= 16


def test_i9_a_window_that_is_linked_already_costs_less_still() -> None:
    tables = Tables(FakeClock())
    ours = [make(ACCOUNTING, f"q{n}", f"{n}") for n in range(50)]
    arrive(tables, TENANT, [make(PSA, f"c{n}", f"{n}") for n in range(50)])
    arrive(tables, TENANT, ours)
    calls, asked = _read(tables, ours)
    assert not any(name.startswith(("save", "note", "remove")) for name in calls)
    assert sum(asked.values()) / len(ours) <= 5


def test_i9_a_number_that_thousands_carry_is_not_read_through() -> None:
    tables = Tables(FakeClock())
    many = [make(ACCOUNTING, f"q{n}", "INV") for n in range(300)]
    arrive(tables, TENANT, [make(PSA, "c", "INV")])
    tables.book.save(TENANT, many)
    _, asked = _read(tables, many)
    assert sum(asked.values()) / len(many) <= 6
    assert pairs(tables, TENANT) == set()
    decided = decide_unlinked(TENANT, many[:1], tables.book, tables.matches)
    assert decided[many[0].ref].code == "ambiguous"


def test_i9_an_invoice_that_changed_its_number_under_its_link_is_shown_and_not_taken_over() -> None:
    tables = Tables(FakeClock())
    first, copy = make(ACCOUNTING, "q1", "7"), make(PSA, "c1", "7")
    arrive(tables, TENANT, [first, copy])
    moved = replace(copy, number="8", version=Version("2026-11-03T17:00:01Z", "2026-11-03T17:00:01Z"))
    arrive(tables, TENANT, [moved])
    second = make(ACCOUNTING, "q2", "8")
    arrive(tables, TENANT, [second])
    assert pairs(tables, TENANT) == {("q1", "c1")}
    assert decide_unlinked(TENANT, [second], tables.book, tables.matches)[second.ref].code == "ambiguous"
