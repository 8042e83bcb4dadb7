"""The rate limits of a company, and the count of what would be paid for."""

from collections import defaultdict, deque
from dataclasses import asdict, dataclass, field

from local.sandbox.quickbooks.switches import Switches
from local.sandbox.quickbooks.times import Clock

PER_MINUTE = 500
PER_SECOND = 10
BATCHES_PER_MINUTE = 40
# Of all apps that are connected to a company together.
BATCHES_OF_ALL_APPS_PER_MINUTE = 120
_MINUTE_S = 60.0


@dataclass
class Tally:
    """One company's calls. Core calls are writes and free; CorePlus calls are reads and batches, and metered."""

    requests: int = 0
    core: int = 0
    core_plus: int = 0
    throttled: int = 0


@dataclass
class Limits:
    """Counts every call and says which come too fast. Only calls that succeeded count as Core or CorePlus."""

    clock: Clock
    switches: Switches
    tallies: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    _recent: defaultdict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def admit(self, realm: str, *, batch: bool) -> bool:
        """Count a call; False when it must be answered with 429. A refused call does not use up the limit."""
        tally = self.tallies[realm]
        tally.requests += 1
        if self._has_room(realm, batch=batch):
            return True
        tally.throttled += 1
        return False

    def meter(self, realm: str, *, metered: bool) -> None:
        """Count a call that succeeded."""
        if metered:
            self.tallies[realm].core_plus += 1
        else:
            self.tallies[realm].core += 1

    def listing(self) -> dict[str, dict[str, int]]:
        """Return every company's counts."""
        return {realm: asdict(tally) for realm, tally in self.tallies.items()}

    def restore(self, listed: dict[str, dict[str, int]]) -> None:
        """Take up the counts of an earlier run."""
        self.tallies.update({realm: Tally(**counts) for realm, counts in listed.items()})

    def _has_room(self, realm: str, *, batch: bool) -> bool:
        quota = self.switches.metered_quota
        if quota and sum(tally.core_plus for tally in self.tallies.values()) >= quota:
            return False
        if not self.switches.rate_limits:
            return True
        now = self.clock.seconds()
        calls = self._window(realm, "all", now)
        batches = self._window(realm, "batch", now)
        in_last_second = sum(1 for each in calls if each > now - 1)
        if len(calls) >= PER_MINUTE or in_last_second >= PER_SECOND:
            return False
        left_by_others = BATCHES_OF_ALL_APPS_PER_MINUTE - self.switches.foreign_batches
        if batch and len(batches) >= min(BATCHES_PER_MINUTE, left_by_others):
            return False
        calls.append(now)
        if batch:
            batches.append(now)
        return True

    def _window(self, realm: str, name: str, now: float) -> deque[float]:
        recent = self._recent[(realm, name)]
        while recent and recent[0] <= now - _MINUTE_S:
            recent.popleft()
        return recent
