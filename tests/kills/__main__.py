"""`make kills N=100`: kill workers of the deployed stack while payments are made, and see that nothing is lost or twice."""

import argparse
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.stack.detached import bring_up_in_background, take_down
from local.stack.errors import StackError
from local.stack.paths import DEFAULT_HOME, Home
from local.stack.up import stop_on_signals
from tests.e2e.partner import Deployed
from tests.kills.run import Outcome, Size, run

PARTNERS, INVOICES = 12, 12


def main() -> int:
    """Run once and print what came of it; exit 1 when something is lost, twice or different."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="how many workers to kill")
    parser.add_argument("--seed", type=int, help="repeat this run's choices; the machine's timing stays its own")
    parser.add_argument("--home", type=Path, help="use the stack that runs there, and leave it running")
    asked = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if asked.seed is None else asked.seed
    _say(f"seed {seed}")
    stop_on_signals()
    try:
        with _stack(asked.home) as home:
            outcome = run(Deployed(home), Size(asked.kills, PARTNERS, INVOICES), seed, _say)
    except StackError as error:
        _say(f"{error.what}: {error.fix}\n{error.details}")
        return 1
    _tell(outcome)
    return 1 if outcome.wrong else 0


@contextmanager
def _stack(home: Path | None) -> Iterator[Home]:
    if home is not None:
        yield Home(home.absolute())
        return
    own = Home(DEFAULT_HOME / "for-kills")
    bring_up_in_background(own, None, fresh=True, echo=lambda text: print(text, end="", flush=True))
    try:
        yield own
    finally:
        take_down(own)


def _tell(outcome: Outcome) -> None:
    dead = ", ".join(f"{count} of {name}" for name, count in outcome.dead_letters.items() if count) or "none"
    _say(
        f"{outcome.kills} kills, {outcome.busy} of a busy worker; {outcome.recorded} payments recorded and "
        f"{outcome.changed} edits and voids, {outcome.told} payments on the platform, {outcome.given_back} refunds and "
        f"{outcome.payouts} payouts, on {outcome.invoices} invoices; dead letters: {dead}; {outcome.seconds:.0f} s"
    )
    for line in outcome.wrong:
        _say(line)
    _say("FAILED" if outcome.wrong else "nothing twice, nothing lost: all three books agree to the cent, 0 differences")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
