"""What a stack leaves behind for the next command."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from local.stack.aws import local_environment, local_stack
from local.stack.detached import bring_up_in_background
from local.stack.errors import StackError
from local.stack.paths import Home, tool
from local.stack.processes import Server
from local.stack.progress import Progress
from local.stack.record import Record, holding, is_up, load_record, save_record
from local.stack.up import Running, choose_ports, record_to_start_from


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_only_the_owner_may_read_the_record(home: Home) -> None:
    save_record(home, Record(demo={"password": "secret"}))
    assert home.record.stat().st_mode & 0o777 == 0o600
    assert home.folder.stat().st_mode & 0o777 == 0o700
    assert load_record(home).demo == {"password": "secret"}


def test_a_place_where_no_folder_can_be_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StackError, match="cannot be made a folder") as told:
        Home(tmp_path / "file" / "home").make()
    assert "--home" in told.value.fix


def test_a_stack_is_up_for_as_long_as_its_holder_lives(home: Home) -> None:
    assert not is_up(home)
    code = (
        "import sys, pathlib, time; from local.stack.paths import Home; from local.stack.record import holding\n"
        "with holding(Home(pathlib.Path(sys.argv[1]))): print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(home.folder)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert is_up(home)
        with pytest.raises(StackError, match="up already"), holding(home):
            pass
        holder.send_signal(signal.SIGKILL)
    assert not is_up(home)


def test_a_second_stack_in_the_background_leaves_the_firsts_log_alone(home: Home) -> None:
    home.log("up").parent.mkdir(parents=True)
    home.log("up").write_text("what the first one said")
    said: list[str] = []
    with holding(home), pytest.raises(StackError, match="up already"):
        bring_up_in_background(home, None, fresh=False, echo=said.append)
    assert home.log("up").read_text() == "what the first one said"
    assert not said


def test_after_a_clean_stop_everything_goes_on(home: Home) -> None:
    save_record(home, Record(pid=None, deployed=True, demo={"tenant": "t_1"}))
    home.sandboxes.mkdir()
    assert record_to_start_from(home, fresh=False).demo == {"tenant": "t_1"}
    assert home.sandboxes.exists()


@pytest.mark.parametrize(
    ("record", "fresh"),
    [
        (Record(pid=4_000_000, deployed=True), False),
        (Record(pid=None, deployed=False), False),
        (Record(pid=None, deployed=True), True),
    ],
    ids=["after a crash", "after a deploy that failed", "when asked to"],
)
def test_the_stack_starts_anew(home: Home, record: Record, fresh: bool) -> None:
    save_record(home, record)
    home.sandboxes.mkdir()
    home.ministack.mkdir()
    assert record_to_start_from(home, fresh=fresh) == Record()
    assert not home.sandboxes.exists()
    assert not home.ministack.exists()


@pytest.mark.parametrize(
    ("command", "forgetful", "kept"),
    [
        ("kill -9 $$", False, True),
        ("kill -9 $$", True, False),
        ("exit 1", True, False),
        ("exec sleep 600", True, True),
    ],
    ids=[
        "a killed sandbox",
        "a killed emulator",
        "an emulator that ended by itself",
        "an emulator that is asked to end",
    ],
)
def test_what_was_stopped_cleanly_is_kept(home: Home, command: str, forgetful: bool, kept: bool) -> None:
    with Running(home, Progress(Console(quiet=True))) as running:
        running.record = Record(pid=os.getpid(), deployed=True, demo={"tenant": "t_1"})
        server = Server("A server", ["sh", "-c", command], dict(os.environ), home.log("server"), home.folder.parent)
        running.hold(server)
        if forgetful:
            running.count_on(server)
        if "sleep" not in command:
            server.wait(30)
    assert record_to_start_from(home, fresh=False).demo == ({"tenant": "t_1"} if kept else {})


def test_a_taken_port_is_named(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StackError, match=f"Port {port} .* is taken"):
            choose_ports(Record(), port)
        with pytest.raises(StackError, match=f"Port {port} .* is taken"):
            choose_ports(Record(ports={"quickbooks": port}), None)


def test_a_stack_keeps_its_ports() -> None:
    ports = choose_ports(Record(), None)
    assert len(set(ports.values())) == 3
    assert choose_ports(Record(ports=ports), None) == ports


def test_a_missing_tool_is_named() -> None:
    with pytest.raises(StackError, match="nothing-here is not installed") as caught:
        tool("ministack", "nothing-here")
    assert "make setup" in caught.value.fix


def test_a_command_for_a_stack_that_is_down_says_so(home: Home) -> None:
    with pytest.raises(StackError, match="not running") as caught:
        local_stack(home)
    assert "crossfoot up" in caught.value.fix


def test_the_emulator_is_never_confused_with_a_real_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    environment = local_environment("http://127.0.0.1:1", tmp_path)
    assert {name for name in environment if name.startswith("AWS_")} == {
        "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION",
        "AWS_EC2_METADATA_DISABLED", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
    }  # fmt: skip
    assert not Path(environment["AWS_CONFIG_FILE"]).exists()
