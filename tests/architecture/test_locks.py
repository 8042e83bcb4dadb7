"""What is installed is what the locks say, the same everywhere, and no lock says where from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.architecture.deployed import ROOT

LOCKS = {path.stem if path.parent.name == "requirements" else "layer": path for path in (
    *(ROOT / "requirements").glob("*.txt"), ROOT / "layers" / "common" / "requirements.txt",
)}  # fmt: skip
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", lock.read_text(), re.MULTILINE))


def missing(wanted: list[str], lock: Path) -> list[str]:
    locked = pins(lock)
    requirements = [Requirement(text) for text in wanted]
    return [
        str(each) for each in requirements if not each.specifier.contains(locked.get(each.name, "0"), prereleases=True)
    ]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_hashes_and_no_registry(name: str) -> None:
    text = LOCKS[name].read_text()
    assert "://" not in text
    assert not re.search(r"^--|^-[a-z]", text, re.MULTILINE)
    assert all(
        block.count("--hash=sha256:") for block in re.split(r"^(?=[a-z])", text, flags=re.MULTILINE) if block.strip()
    )


def test_the_environment_holds_what_the_project_asks_for() -> None:
    groups = [text for group in PROJECT["dependency-groups"].values() for text in group]
    assert missing([*PROJECT["project"]["dependencies"], *groups], LOCKS["development"]) == []


def test_the_layer_holds_what_the_functions_ask_for_in_the_versions_that_were_tested() -> None:
    assert missing(PROJECT["project"]["dependencies"], LOCKS["layer"]) == []
    tested = pins(LOCKS["development"])
    assert {name: version for name, version in pins(LOCKS["layer"]).items() if tested.get(name) != version} == {}


def test_the_tools_are_the_versions_that_the_makefile_names() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for tool, lock in (("ministack", "ministack"), ("aws-sam-cli", "sam"), ("awslambdaric", "lambda")):
        (version,) = re.findall(rf":= {tool}(?:\[full\])?==(\S+)", makefile)
        assert pins(LOCKS[lock])[tool] == version
