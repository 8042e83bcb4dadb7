"""Kills workers with SIGKILL at random moments, and counts how many of them were at work."""

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Event

from local.stack.paths import Home
from local.stack.workers import worker_pids

# Those that write to the vendors, and the one whose records these write from. Each has a killer of its own.
STEPS = ("mirror_payment", "fetch_new_data", "record_deposit")
# The moments lie in the first seconds of a worker's life, when it takes what waited for it.
LATEST_S = 3.0
# A queue rests for the visibility timeout of what a killed worker held, at worst; then a new worker starts.
NEW_WORKER_S = 120.0
POLL_S = 0.1
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
    """Ends workers of one step of a local stack. Takes: `chance` decides when."""

    def __init__(self, home: Home, step: str, chance: Random, latest_s: float = LATEST_S) -> None:
        self._home, self._step, self._chance, self._latest_s = home, step, chance, latest_s
        self._log = EmulatorLog(home.log("ministack"))
        self._log.read_on()
        self._died_before = self._log.died[step]
        self._started_before = 0
        self.kills = 0

    @property
    def busy(self) -> int:
        """Count the workers that were in the middle of a batch when they were killed, as the emulator tells it."""
        self._log.read_on()
        return self._log.died[self._step] - self._died_before

    def kill_one(self, stop: Event) -> bool:
        """Wait until the step has a new worker, and for a random moment of that one's life, and kill it.

        Takes: `stop` ends the waiting.
        Returns: whether it did.
        """
        while not stop.is_set():
            if not self._is_ready():
                stop.wait(POLL_S)
            elif not stop.wait(self._chance.uniform(0.0, self._latest_s)) and self._kill():
                return True
        return False

    def _is_ready(self) -> bool:
        """Tell whether a worker was started since the last kill."""
        self._log.read_on()
        return self._log.started[self._step] > self._started_before

    def _kill(self) -> bool:
        pids = sorted(worker_pids(self._home, self._step))
        self._log.read_on()
        self._started_before = self._log.started[self._step]
        try:
            os.kill(self._chance.choice(pids), signal.SIGKILL)
        except (IndexError, ProcessLookupError):
            return False  # It ended by itself while we looked.
        self.kills += 1
        return True


class Killers:
    """A killer for each step, all of them at work at once."""

    def __init__(self, home: Home, seed: str, latest_s: float = LATEST_S) -> None:
        self._killers = [Killer(home, step, Random(f"{seed} {step}"), latest_s) for step in STEPS]

    @property
    def kills(self) -> int:
        """Count the workers that were killed."""
        return sum(killer.kills for killer in self._killers)

    @property
    def busy(self) -> int:
        """Count those of them that were in the middle of a batch."""
        return sum(killer.busy for killer in self._killers)

    def kill(self, most: int, stop: Event, say: Callable[[str], None]) -> None:
        """Kill so many workers. Raises: AssertionError when no new one starts for long."""
        over = Event()
        with ThreadPoolExecutor(len(self._killers)) as pool:
            at_work = [pool.submit(self._go_on, killer, most, over) for killer in self._killers]
            try:
                self._watch(most, stop, say)
            finally:
                over.set()
            for each in at_work:
                each.result()

    def _go_on(self, killer: Killer, most: int, over: Event) -> None:
        while self.kills < most and killer.kill_one(over):
            pass

    def _watch(self, most: int, stop: Event, say: Callable[[str], None]) -> None:
        seen, seen_at = 0, time.monotonic()
        while not stop.wait(POLL_S) and self.kills < most:
            if self.kills > seen:
                seen, seen_at = self.kills, time.monotonic()
                say(f"{seen} kills, {self.busy} of a busy worker")
            assert time.monotonic() - seen_at < NEW_WORKER_S, f"no new worker after {seen} kills"
