"""A worker goes on while another round, as slow as the slowest so far, certainly fits."""

from crossfoot.core.pacing import RESERVE_MS, Pace, in_no_hurry


def _rounds(total_ms: int, rounds_ms: list[int]) -> int:
    """Count the rounds that are begun, each as long as it says."""
    left = [total_ms]
    pace = Pace(lambda: left[0])
    for begun, round_ms in enumerate(rounds_ms, 1):
        left[0] -= round_ms
        if not pace.has_time():
            assert left[0] >= 0 or begun == 1, "a later round was begun without time for it"
            return begun
    return len(rounds_ms)


def test_the_first_round_is_always_begun() -> None:
    assert _rounds(1_000, [900, 900]) == 1


def test_rounds_go_on_until_twice_the_slowest_no_longer_fits_before_the_reserve() -> None:
    assert _rounds(RESERVE_MS + 10_000, [1_000] * 20) == 8


def test_one_slow_round_is_remembered() -> None:
    assert _rounds(RESERVE_MS + 30_000, [1_000, 10_000, 1_000, 1_000, 1_000]) == 2


def test_no_round_that_is_at_most_twice_as_slow_as_the_slowest_runs_out_of_time() -> None:
    for total_ms in range(10_000, 120_000, 7_000):
        _rounds(total_ms, [1_000, 2_000, 3_900, 7_000, 13_000, 25_000, 40_000])


def test_who_is_in_no_hurry_goes_on() -> None:
    assert Pace(in_no_hurry).has_time()
