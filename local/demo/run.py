"""`crossfoot demo`: on the stack that is up, or on one that it starts and takes down again."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.demo.play import Demo
from local.demo.show import make_console, show
from local.stack.errors import StackError
from local.stack.paths import DEFAULT_HOME, Home
from local.stack.progress import Progress
from local.stack.record import holding, is_up, load_record
from local.stack.up import Running, stop_on_signals

STOPPED = 130


def demo(
    home: Annotated[Path, typer.Option(help="The folder of the local stack.", show_default=False)] = DEFAULT_HOME,
    seed: Annotated[int, typer.Option(help="Another seed makes other books.")] = 2026,
    limit: Annotated[int, typer.Option(help="Seconds that it may take once the stack is up.")] = 300,
) -> None:
    """Make payments in QuickBooks, and watch them appear in ConnectWise, once, explained, to the cent.

    Exit status 0 only when every payment ended as it should and the books agree.
    """
    console = make_console()
    place, progress = Home(home.absolute()), Progress(console)
    stop_on_signals()
    try:
        with _stack(place, progress):
            _say_where_to_watch(console, place)
            ending = Demo(place, progress, seed, float(limit)).play()
    except KeyboardInterrupt:
        console.print("Stopped.")
        raise typer.Exit(STOPPED) from None
    show(console, ending)
    raise typer.Exit(1 if ending.wrong else 0)


def _say_where_to_watch(console: Console, home: Home) -> None:
    urls = load_record(home).urls
    for name, vendor in (("QuickBooks", "quickbooks"), ("ConnectWise", "connectwise")):
        console.print(f"  Watch {name}: {urls[vendor]}/_sandbox", soft_wrap=True)


@contextmanager
def _stack(home: Home, progress: Progress) -> Iterator[None]:
    """Use the stack that is up and leave it up; else start one and take it down."""
    if is_up(home):
        if not load_record(home).ready:
            raise StackError("The local stack is just starting", "try again once `crossfoot status` says that it is up")
        progress.console.print("On the stack that is up already.")
        yield
        return
    with holding(home), Running(home, progress) as running:
        running.start(os.getpid(), None, fresh=False)
        yield
