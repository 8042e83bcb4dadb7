"""The same word everywhere: each step has its handler, its module, its sample event, its tests and its function."""

import json

import pytest

from tests.architecture.deployed import ROOT, steps

FOLDERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))


def test_every_handler_is_deployed() -> None:
    assert sorted(steps()) == FOLDERS


@pytest.mark.parametrize("step", FOLDERS)
def test_a_step_has_its_module(step: str) -> None:
    module = ROOT / "layers" / "common" / "crossfoot" / "steps" / step
    assert module.with_suffix(".py").exists() or (module / "__init__.py").exists()


@pytest.mark.parametrize("step", FOLDERS)
def test_a_step_has_a_sample_event(step: str) -> None:
    assert json.loads((ROOT / "events" / f"{step}.json").read_text())


@pytest.mark.parametrize("step", FOLDERS)
def test_a_step_has_tests_of_its_own(step: str) -> None:
    for family in ("steps", "functions"):
        assert list((ROOT / "tests" / family).glob(f"test_{step}*.py")), f"tests/{family}/test_{step}.py is missing"


@pytest.mark.parametrize("step", FOLDERS)
def test_a_handler_fits_on_a_screen(step: str) -> None:
    assert len((ROOT / "functions" / step / "handler.py").read_text().splitlines()) <= 30


@pytest.mark.parametrize("step", FOLDERS)
def test_a_function_is_named_after_its_step(step: str) -> None:
    assert steps()[step]["FunctionName"] == {"Fn::Sub": "${AWS::StackName}-" + step}
    assert steps()[step]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == step
