"""What the command line says when it cannot go on, and how it takes a password."""

import io
import sys
from pathlib import Path

import pytest

from local import cli
from local.stack.errors import StackError
from local.stack.paths import Home

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_told_in_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path)
    home.record.with_suffix(".new").symlink_to(FULL)
    monkeypatch.setattr(sys, "argv", ["crossfoot", "up", "--home", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert said.startswith("There is no room left on the disk")
    assert "What to do: make room" in said
    assert "Traceback" not in said


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no file system that never has room")
def test_too_little_room_is_told_before_anything_starts() -> None:
    with pytest.raises(StackError, match="no room left on the disk for /proc") as told:
        Home(Path("/proc")).check_room()
    assert "500 MB are needed" in told.value.details
    assert "--home" in told.value.fix


@pytest.mark.parametrize("line", ["Aa1 secret\n", "Aa1 secret\r\n", "Aa1 secret"])
def test_a_password_that_is_piped_in_is_its_first_line(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(line))
    assert cli._ask_for_password() == "Aa1 secret"
    assert capsys.readouterr() == ("", "")


def test_no_password_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(StackError, match="No password was given"):
        cli._ask_for_password()
