"""`make simulate SEEDS=10000`, or the replay of one seed: `python -m tests.simulation --seed 42`."""

import argparse
import sys
import time

from tests.simulation.report import describe_failure
from tests.simulation.simulator import run_once


def main() -> int:
    """Run seeds and say how many; exit 1 at the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many seeds to run")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--times", type=int, default=1, help="play histories of so many times the usual length")
    parser.add_argument("--as-it-is", action="store_true", help="tell a failing seed without shortening its history")
    parser.add_argument("--seed", type=int, help="replay this one, and print its history")
    asked = parser.parse_args()
    if asked.seed is not None:
        return _replay(asked.seed, asked.times)
    began = time.monotonic()
    for seed in range(asked.first, asked.first + asked.seeds):
        try:
            run_once(seed, times=asked.times)
        except AssertionError as error:
            print(f"seed {seed}: {error}" if asked.as_it_is else describe_failure(seed, error))
            return 1
        if seed % 100 == 0:
            print(f"seed {seed}, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{asked.seeds} seeds from {asked.first}: nothing twice, nothing lost ({time.monotonic() - began:.0f} s)")
    return 0


def _replay(seed: int, times: int) -> int:
    try:
        simulation = run_once(seed, times=times)
    except AssertionError as error:
        print(*error.simulation.log, sep="\n")  # type: ignore[attr-defined]
        print(f"failed: {error}")
        return 1
    print(*simulation.log, sep="\n")
    print("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
