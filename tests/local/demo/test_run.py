"""The command: what it says when it cannot begin, and that it is there."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from local.cli import app
from local.demo import demo
from local.stack.errors import StackError
from local.stack.paths import Home
from local.stack.record import holding


def test_a_stack_that_is_just_starting_is_left_alone(tmp_path: Path) -> None:
    with holding(Home(tmp_path)), pytest.raises(StackError, match="just starting"):
        demo(home=tmp_path)


def test_the_command_line_knows_the_demo_and_its_options() -> None:
    said = CliRunner().invoke(app, ["demo", "--help"], env={"COLUMNS": "120", "TERM": "dumb"})
    assert said.exit_code == 0
    assert all(option in said.output for option in ("--home", "--seed", "--limit"))
