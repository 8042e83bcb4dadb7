"""Figures: what a run says, and when it says that a limit was missed."""

import json
from datetime import date

import pytest

from benchmarks.figures import Figure, percentile, ratio
from benchmarks.page import _MEANS, render


def test_a_figure_is_one_line_of_json() -> None:
    line = Figure("mirror_write_units", 7.88, "write units a payment", 10).to_line()
    assert json.loads(line) == {
        "name": "mirror_write_units",
        "value": 7.88,
        "unit": "write units a payment",
        "limit": 10,
        "ok": True,
    }


@pytest.mark.parametrize(("value", "ok"), [(4, True), (4.001, False)])
def test_a_limit_may_be_reached_and_not_passed(value: float, ok: bool) -> None:
    assert Figure("mirror_1000_metered_calls", value, "calls", 4).ok is ok


@pytest.mark.parametrize(("percent", "value"), [(50, 500), (99, 990), (100, 1000)])
def test_a_percentile_is_a_value_that_was_measured(percent: int, value: int) -> None:
    assert percentile(list(range(1000, 0, -1)), percent) == value


def test_a_ratio_has_three_digits() -> None:
    assert ratio(2, 3) == 0.667


def test_the_page_names_every_figure_its_limit_and_those_that_miss_it() -> None:
    figures = [Figure(name, 1 + place, "calls", 1) for place, name in enumerate(_MEANS)]
    page = render(figures, date(2026, 11, 21))
    assert "Measured last on 2026-11-21" in page
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(_MEANS)
    assert ["**missed**" in row for row in rows] == [False] + [True] * (len(_MEANS) - 1)


def test_a_run_of_one_part_leaves_what_the_page_says_of_the_others() -> None:
    mirror, push = "mirror_1000_metered_calls", "push_1000_payments_429"
    before = render([Figure(mirror, 3, "calls", 4), Figure(push, 1, "calls", 0)], date(2026, 11, 21))
    page = render([Figure(push, 0, "calls", 0)], date(2026, 11, 22), before)
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    assert "| 3 | 4 | kept | 2026-11-21 |" in rows[mirror]
    assert "| 0 | 0 | kept | 2026-11-22 |" in rows[push]
