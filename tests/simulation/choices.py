"""Where chance enters: a seed or a recorded list, and the shortening of a list that fails."""

import random
from collections.abc import Callable, Sequence

MAX_TRIES = 600


class Choices:
    """Gives numbers, and remembers them."""

    def __init__(self, seed: int | None = None, recorded: Sequence[int] = ()) -> None:
        self.made: list[int] = []
        self._random = None if seed is None else random.Random(seed)
        self._recorded = recorded

    def pick(self, count: int) -> int:
        """Choose a number below `count`; past the end of a recording it is 0."""
        if self._random is not None:
            chosen = int(self._random.random() * count)  # randrange takes thrice as long
        else:
            place = len(self.made)
            chosen = self._recorded[place] % count if place < len(self._recorded) else 0
        self.made.append(chosen)
        return chosen

    def chance(self, percent: int) -> bool:
        """Let something happen in so many of a hundred cases; the dull choice is that it does not."""
        return self.pick(100) >= 100 - percent

    def one_of[T](self, items: Sequence[T]) -> T:
        """Choose one; the first is the dull one."""
        return items[self.pick(len(items))]


def shorten(made: Sequence[int], fails: Callable[[Sequence[int]], bool]) -> list[int]:
    """Find a shorter and duller list that still fails."""
    best = list(made)
    tries = 0
    size = max(1, len(best) // 2)
    while size and tries < MAX_TRIES:
        start = 0
        while start < len(best) and tries < MAX_TRIES:
            shorter = best[:start] + best[start + size :]
            duller = best[:start] + [0] * min(size, len(best) - start) + best[start + size :]
            tries += 2
            if fails(shorter):
                best = shorter
            elif duller != best and fails(duller):
                best = duller
                start += size
            else:
                start += size
        size //= 2
    return best
