"""`make mutants`: apply each fault to a copy, and say which test caught it, and after how many seeds the simulation did.

The tests must. A fault that only they catch says that the simulation has gone blind, and is counted; where it cannot see,
the catalogue says why.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import Mutant

ROOT = Path(__file__).parents[2]
COPIED = (
    "layers",
    "functions",
    "tests",
    "local",
    "events",
    "docs",
    "template.yaml",
    "pyproject.toml",
    "requirements",
    "README.md",
    "Makefile",
)
# What tests decisions, steps and the table; the others start servers, and take far longer.
ORDINARY = (
    "tests/core",
    *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests").glob("test_*.py"))),
    "tests/steps",
    "tests/adapters/dynamodb",
    "tests/adapters/connectwise/test_exported.py",
    "tests/architecture",
)
# Fewer histories than `make test` runs, and longer ones: most faults need several things to come together.
SEEDS, TIMES = 150, 4
NOT_RUN = "(not run)"


def main() -> int:
    """Run every mutant, or those whose name holds a text; exit 1 when one is not caught, 2 when none can be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="run the mutants whose name holds this text")
    parser.add_argument("--seeds-only", action="store_true", help="run the simulation and no tests")
    parser.add_argument("--tests-only", action="store_true", help="run the tests and no simulation")
    parser.add_argument("--among", nargs="+", default=ORDINARY, metavar="PATH", help="run only these tests")
    asked = parser.parse_args()
    chosen = [mutant for mutant in MUTANTS if asked.only in mutant.name]
    if not asked.seeds_only and (failing := _fails_without_a_fault(asked.among)):
        print(f"{failing} fails where no fault is planted: what it says of faults would mean nothing")
        return 2
    found = [_look_for(mutant, asked) for mutant in chosen]
    caught, blind = sum(test for test, _ in found), sum(not seen for _, seen in found)
    print(f"{caught} of {len(chosen)} planted faults caught; {blind} that the simulation should have seen, and did not")
    return 0 if found and caught == len(found) else 1


def _fails_without_a_fault(among: Sequence[str]) -> str:
    with tempfile.TemporaryDirectory(prefix="crossfoot-mutant-") as folder:
        return _first_failing_test(_copy_to(Path(folder)), among)


def _look_for(mutant: Mutant, asked: argparse.Namespace) -> tuple[bool, bool]:
    """Plant a fault. Returns: whether a test caught it, and whether the simulation saw it, or need not."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crossfoot-mutant-") as folder:
        copy = _copy_to(Path(folder))
        plant(mutant, copy)
        test = NOT_RUN if asked.seeds_only else _first_failing_test(copy, asked.among)
        seed = 0 if mutant.unseen or asked.tests_only else _first_failing_seed(copy)
    tests = f"tests: {test or 'SURVIVED'}"
    seen = f"the simulation: {NOT_RUN}" if asked.tests_only else _tell(mutant, seed)
    print(f"{mutant.name}\n    {tests}; {seen} ({time.monotonic() - began:.0f} s)", flush=True)
    return bool(test), bool(seed or mutant.unseen or asked.tests_only)


def _tell(mutant: Mutant, seed: int) -> str:
    if mutant.unseen:
        return f"the simulation cannot see it: {mutant.unseen}"
    return f"the simulation: after {seed} seed{'s' * (seed > 1)}" if seed else f"NOT SEEN in {SEEDS} seeds"


def plant(mutant: Mutant, tree: Path) -> None:
    """Put a fault into a tree. Raises: LookupError when the code has moved on and the fault no longer fits."""
    path = tree / mutant.path
    text = path.read_text()
    if text.count(mutant.old) != 1:
        raise LookupError(f"{mutant.name}: its place stands {text.count(mutant.old)} times in {mutant.path}")
    path.write_text(text.replace(mutant.old, mutant.new))


def _copy_to(folder: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        elif source.exists():
            shutil.copy(source, folder / name)
    return folder


def _run(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{copy}/layers/common:{copy}", "PYTHONDONTWRITEBYTECODE": "1"}  # noqa: TID251
    return subprocess.run(
        [sys.executable, *words], cwd=copy, env=environment, text=True, capture_output=True, check=False
    )


def _first_failing_test(copy: Path, among: Sequence[str]) -> str:
    present = [path for path in among if (copy / path.partition("::")[0]).exists()]
    ran = _run(copy, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *present)
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", ran.stdout, flags=re.MULTILINE)
    if ran.returncode and not found:
        raise RuntimeError(f"the tests did not run:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return found.group(1) if found else ""


def _first_failing_seed(copy: Path) -> int:
    ran = _run(copy, "-m", "tests.simulation", "--seeds", str(SEEDS), "--times", str(TIMES), "--as-it-is")
    found = re.search(r"^seed (\d+):", ran.stdout, flags=re.MULTILINE)
    if ran.returncode and not found:
        raise RuntimeError(f"the simulation did not run:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return int(found.group(1)) if found else 0


if __name__ == "__main__":
    sys.exit(main())
