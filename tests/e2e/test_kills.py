"""A few kills of real workers; `make kills N=100` is the long run of the same (X2, P4)."""

from tests.e2e.partner import Deployed
from tests.kills.run import Size, run

SEED = 5


def test_p4_workers_killed_at_random_moments_lose_nothing_and_repeat_nothing(deployed: Deployed) -> None:
    outcome = run(deployed, Size(kills=5, partners=2, invoices=6, latest_s=1.5), SEED, print)
    assert outcome.wrong == []
    assert outcome.kills == 5
    assert outcome.busy >= 1
    assert outcome.recorded > 0
