"""`python -m benchmarks`: one line of JSON a figure; ends with 1 when a figure misses its limit."""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from benchmarks.book import measure_book
from benchmarks.figures import BenchError, Figure
from benchmarks.ingest import measure_ingest
from benchmarks.mirror import measure_payments
from benchmarks.page import PAGE, write_page
from benchmarks.payables import measure_payables
from benchmarks.push import measure_push
from benchmarks.sync import measure_sync
from local.stack.errors import StackError


class Part(Protocol):
    """Measures some figures. Takes: a folder for what it needs meanwhile."""

    def __call__(self, folder: Path, /) -> Iterator[Figure]: ...


PARTS: Mapping[str, Part] = {
    "ingest": measure_ingest,
    "payments": measure_payments,
    "push": measure_push,
    "sync": measure_sync,
    "payables": measure_payables,
    "book": measure_book,
}


def main() -> int:
    """Measure, print, and write the page when asked to. Returns: the exit status."""
    reader = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    reader.add_argument("--write", action="store_true", help=f"write {PAGE.name} from this run")
    reader.add_argument("--only", choices=PARTS, help="measure one part; the page keeps what it says of the others")
    asked = reader.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            figures = [_print(figure) for name in _wanted(asked.only) for figure in PARTS[name](Path(folder))]
    except (BenchError, StackError) as error:
        print(f"Nothing was measured right: {error}", file=sys.stderr)
        return 2
    if asked.write:
        write_page(figures, datetime.now(UTC).date(), keep=bool(asked.only))
    missed = [figure.name for figure in figures if not figure.ok]
    if missed:
        print(f"missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


def _wanted(only: str | None) -> list[str]:
    return [only] if only else list(PARTS)


def _print(figure: Figure) -> Figure:
    print(figure.to_line(), flush=True)
    return figure


if __name__ == "__main__":
    sys.exit(main())
