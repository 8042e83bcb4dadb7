"""Every fault at every call to a port, while messages of one kind are worked on, and the world that each leaves behind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from crossfoot.messages import Message

from tests.fakes.copies import copied, state_of
from tests.fakes.trip import Mode, Trip, Wired
from tests.fakes.world import MAX_DELIVERIES, Wires, World


@dataclass
class Faults:
    """The faults of a story. Takes: `points` counts those that were tried, `calls` the calls that they struck."""

    kind: type[Message]
    points: int = 0
    calls: list[str] = field(default_factory=list)
    _states: list[object] = field(default_factory=list)

    def strike(self, world: World) -> Iterator[tuple[str, World]]:
        """Play a world to its end.

        Returns: each world that a fault leaves behind, with its message still on the queue, and where that was. Those in
        which nothing at all differs are one: only the first of them is given, for all of them go on alike.
        """
        for _ in range(MAX_DELIVERIES):
            if not world.queue.messages:
                return
            if isinstance(world.queue.messages[0], self.kind):
                yield from self._strike_one(world)
            else:
                world.deliver()
        raise AssertionError("the queues do not come to rest")

    def record(self, record_property: Callable[[str, object], None]) -> None:
        """Let the summary of a test run count them."""
        record_property("crash_points", self.points)
        record_property("crash_worlds", len(self._states))

    def _strike_one(self, world: World) -> Iterator[tuple[str, World]]:
        """Deliver one message: a worker dies at every call, and loses the answer of every call."""
        before, deaths = copied(world), _Deaths(world)
        _deliver(world, deaths)
        for mode, name, left in deaths.left:
            left.put_back()
            yield from self._if_new(mode, name, left)
        for point, name in enumerate(deaths.calls):
            deaf = copied(before)
            _deliver(deaf, Trip(point, Mode.ANSWER_LOST))
            yield from self._if_new(Mode.ANSWER_LOST, name, deaf)
        self.calls += deaths.calls

    def _if_new(self, mode: Mode, name: str, world: World) -> Iterator[tuple[str, World]]:
        self.points += 1
        state = state_of(world)
        if state not in self._states:
            self._states.append(state)
            yield f"{mode} at {name}, point {self.points} of {self.kind.__name__}", world


def _deliver(world: World, wires: Wires) -> None:
    """Deliver the first message; a run that begins with it is not named by chance, or no two worlds would be the same."""
    with patch("secrets.token_hex", lambda _: f"{len(world.runs.runs):08x}"):
        world.deliver(wires)


class _Deaths:
    """Keeps the world as it is before and after every call: whoever dies there does nothing more."""

    def __init__(self, world: World) -> None:
        self.calls: list[str] = []
        self.left: list[tuple[Mode, str, World]] = []
        self._world = world

    def wire(self, port: Any) -> Any:
        return Wired(port, self.call)

    def call(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.calls.append(name)
        self.left.append((Mode.CRASH_BEFORE, name, copied(self._world)))
        try:
            return method(*args, **kwargs)
        finally:
            self.left.append((Mode.CRASH_AFTER, name, copied(self._world)))
