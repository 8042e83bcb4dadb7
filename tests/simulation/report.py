"""Says how a seed failed: the line that replays it, and its history, shortened."""

from collections.abc import Sequence

from tests.simulation.choices import shorten
from tests.simulation.simulator import Simulation, run_once

TAIL = 60


def describe_failure(seed: int, error: AssertionError) -> str:
    """Shorten a failing run and tell it."""
    simulation: Simulation = error.simulation  # type: ignore[attr-defined]
    short = shorten(simulation.choices.made, lambda made: _failure(made, simulation.times) is not None)
    shortened = _failure(short, simulation.times)
    longer = f" --times {simulation.times}" if simulation.times > 1 else ""
    history = shortened.simulation.log if shortened else simulation.log  # type: ignore[attr-defined]
    return "\n".join(
        [
            f"seed {seed}: {error}",
            f"replay: .venv/bin/python -m tests.simulation --seed {seed}{longer}",
            f"shortened from {len(simulation.choices.made)} to {len(short)} choices: {shortened}",
            *history[-TAIL:],
        ]
    )


def _failure(made: Sequence[int], times: int) -> AssertionError | None:
    try:
        run_once(recorded=made, times=times)
    except AssertionError as error:
        return error
    return None
