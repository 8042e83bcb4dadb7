"""Kills workers with SIGKILL at random moments, and counts how many of them were at work."""

import os
import re
import signal
from collections import Counter
from pathlib import Path
from random import Random
from threading import Event

from local.stack.paths import Home
from local.stack.processes import wait_until
from local.stack.workers import worker_pids

# Payments are what can go wrong: their workers die more often.
WEIGHTS = {"mirror_payment": 2, "fetch_new_data": 1}
# The moments lie in the first seconds of a worker's life, when it takes what waited for it.
LATEST_S = 3.0
# A queue rests for the visibility timeout of what a killed worker held, at worst; then a new worker starts.
NEW_WORKER_S = 90.0
_STARTED = re.compile(rb"Lambda worker spawned for crossfoot-local-(\w+) ")
_DIED = re.compile(rb"Lambda crossfoot-local-(\w+) failed .*Worker process died")


class EmulatorLog:
    """What the emulator tells of its workers, counted by step."""

    def __init__(self, path: Path) -> None:
        self._path, self._read_to = path, 0
        self.started: Counter[str] = Counter()
        self.died: Counter[str] = Counter()

    def read_on(self) -> None:
        """Count what was written since the last time, whole lines only."""
        with self._path.open("rb") as log:
            log.seek(self._read_to)
            fresh = log.read()
        fresh = fresh[: fresh.rfind(b"\n") + 1]
        self._read_to += len(fresh)
        self.started.update(step.decode() for step in _STARTED.findall(fresh))
        self.died.update(step.decode() for step in _DIED.findall(fresh))


class Killer:
    """Ends workers of one local stack. Takes: `chance` decides whom and when."""

    def __init__(self, home: Home, chance: Random, latest_s: float = LATEST_S) -> None:
        self._home, self._chance, self._latest_s = home, chance, latest_s
        self._log = EmulatorLog(home.log("ministack"))
        self._log.read_on()
        self._died_before = self._log.died.copy()
        self._started_before: Counter[str] = Counter()
        self.kills = 0

    @property
    def busy(self) -> int:
        """Count the workers that were in the middle of a batch when they were killed, as the emulator tells it."""
        self._log.read_on()
        return (self._log.died - self._died_before).total()

    def kill_one(self, stop: Event) -> None:
        """Wait until a step has a worker, and for a random moment of that one's life, and kill it.

        Takes: `stop` ends the waiting early, because whoever makes the payments has failed.
        Raises: AssertionError when no worker starts.
        """
        while not stop.is_set():
            assert wait_until(lambda: stop.is_set() or bool(self._ready()), NEW_WORKER_S), "no new worker"
            stop.wait(self._chance.uniform(0.0, self._latest_s))
            # Another step's worker may have started meanwhile: chance decides whose turn it is.
            ready = self._ready()
            if ready and self._kill(self._chance.choices(ready, [WEIGHTS[step] for step in ready])[0]):
                return

    def _ready(self) -> list[str]:
        """List the steps that have a worker since the last kill among theirs."""
        self._log.read_on()
        return [step for step in WEIGHTS if self._log.started[step] > self._started_before[step]]

    def _kill(self, step: str) -> bool:
        pids = sorted(worker_pids(self._home, step))
        self._log.read_on()
        self._started_before[step] = self._log.started[step]
        try:
            os.kill(self._chance.choice(pids), signal.SIGKILL)
        except (IndexError, ProcessLookupError):
            return False  # It ended by itself while we looked.
        self.kills += 1
        return True
