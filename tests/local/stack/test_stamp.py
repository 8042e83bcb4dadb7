"""What is built says which layer it runs with: otherwise SAM would publish nothing when only the layer changed."""

from pathlib import Path

import pytest

from local.stack.paths import ROOT
from local.stack.stamp import stamp_functions


@pytest.fixture
def build(tmp_path: Path) -> Path:
    for name in ("CommonLayer/python/crossfoot", "ApiFunction", "SweepFunction"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "template.yaml").write_text("Resources: {}")
    (tmp_path / "CommonLayer/python/crossfoot/rules.py").write_text("RULE = 1\n")
    return tmp_path


def stamps(build: Path) -> set[str]:
    stamp_functions(build)
    return {(build / name / "layer.sha256").read_text() for name in ("ApiFunction", "SweepFunction")}


def test_a_change_of_the_layer_changes_every_function_and_nothing_else_does(build: Path) -> None:
    before = stamps(build)
    assert len(before) == 1
    (build / "CommonLayer/python/crossfoot/rules.cpython-313.pyc").write_bytes(b"compiled")
    assert stamps(build) == before
    (build / "CommonLayer/python/crossfoot/rules.py").write_text("RULE = 2\n")
    after = stamps(build)
    assert len(after) == 1
    assert after != before
    assert not (build / "CommonLayer" / "layer.sha256").exists()


def test_a_deploy_stamps_between_building_and_deploying() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\ndeploy:")[2].partition("\n\n")[0]
    build, stamp, deploy = (
        recipe.find(each) for each in ("SAM) build", "local.stack.stamp .aws-sam/build", "SAM) deploy")
    )
    assert 0 < build < stamp < deploy
