"""Say what is being done, and how long each stage took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Progress:
    """A line per stage on the console."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def stage(self, what: str) -> Iterator[None]:
        """Time what happens inside; a stage that fails is marked as such and its error goes on."""
        started = time.monotonic()
        try:
            with self.console.status(what):
                yield
        except BaseException:
            self._say("[red]✗[/]", what, started)
            raise
        self._say("[green]✓[/]", what, started)

    def _say(self, mark: str, what: str, started: float) -> None:
        self.console.print(f"{mark} {what} [dim]{time.monotonic() - started:.1f} s[/]", highlight=False)
