"""What the build compiles is what workers run: they look at no source, so it has to be that of the newest one."""

import subprocess
import sys
from pathlib import Path

import pytest

from local.stack.bytecode import compile_sources

TELL = "import ours.rules, theirs; print(ours.rules.RULE, theirs.RULE)"


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    layer = tmp_path / "python"
    (layer / "ours").mkdir(parents=True)
    build(layer, 1)
    return layer


def build(layer: Path, rule: int) -> None:
    """Copy the sources again, as each build does."""
    (layer / "ours" / "rules.py").write_text(f"RULE = {rule}\n")
    (layer / "theirs.py").write_text(f"RULE = {rule}0\n")
    compile_sources(layer, layer.parent / "bytecode", layer / "ours")


def told(layer: Path) -> str:
    command = [sys.executable, "-I", "-S", "-B", "-c", f"import sys; sys.path.insert(0, {str(layer)!r}); {TELL}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_worker_runs_what_was_compiled_without_a_look_at_the_source(layer: Path) -> None:
    assert not (layer / "theirs.py").exists()
    (layer / "ours" / "rules.py").write_text("RULE = 'compiled again'")
    assert told(layer) == "1 10"


def test_after_a_change_it_runs_what_was_changed_to(layer: Path) -> None:
    build(layer, 2)
    assert told(layer) == "2 20"
    assert len(list((layer.parent / "bytecode").iterdir())) == 2, "what the former sources were compiled to is gone"


def test_what_did_not_change_is_not_compiled_again(layer: Path) -> None:
    (before,) = (each for each in (layer.parent / "bytecode").iterdir() if each.samefile(layer / "theirs.pyc"))
    stamp = before.stat().st_mtime_ns
    build(layer, 1)
    assert before.samefile(layer / "theirs.pyc")
    assert before.stat().st_mtime_ns == stamp
