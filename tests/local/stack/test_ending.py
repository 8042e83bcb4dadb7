"""A stack that is ended in the middle of starting leaves nothing behind, however it is ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.stack.paths import ROOT, Home
from local.stack.processes import is_free, wait_until
from local.stack.record import is_up, load_record
from local.stack.workers import processes


def belonging_to(home: Home) -> list[str]:
    return [command for _, command in processes() if str(home.folder) in command]


# A stack leaves at each of them in the same way: by the exception that Ctrl-C raises.
LEAVING = """
import signal
from local.stack.up import stop_on_signals
# A shell starts what is in the background without an ear for Ctrl-C, and the tests may be there.
signal.signal(signal.SIGINT, signal.default_int_handler)
stop_on_signals()
for request in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
    try:
        signal.raise_signal(request)
    except KeyboardInterrupt:
        print(request.name)
"""


def test_a_closed_terminal_and_a_polite_request_are_as_ctrl_c() -> None:
    done = subprocess.run([sys.executable, "-c", LEAVING], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["SIGINT", "SIGTERM", "SIGHUP"]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=lambda end: end.name)
def test_nothing_outlives_a_stack(tmp_path: Path, end: signal.Signals) -> None:
    home = Home(tmp_path / "home")
    command = [sys.executable, "-m", "local.cli", "up", "--home", str(home.folder)]
    with (
        (tmp_path / "said").open("wb") as said,
        subprocess.Popen(command, stdout=said, stderr=said, cwd=ROOT) as holder,
    ):
        # Both sandboxes and the emulator run by the time that the build starts.
        assert wait_until((home.folder / "logs" / "sam-build.log").exists, 60), (tmp_path / "said").read_text()
        ports = load_record(home).ports
        assert not any(map(is_free, ports.values()))
        assert is_up(home)
        holder.send_signal(end)
        holder.wait(60)
    assert wait_until(lambda: not belonging_to(home), 30), belonging_to(home)
    assert all(map(is_free, ports.values()))
    assert not is_up(home)
    stopped_cleanly = load_record(home).pid is None
    assert stopped_cleanly is (end is not signal.SIGKILL)


def test_a_second_stack_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, time; from local.stack.paths import Home; from local.stack.record import holding\n"
        "with holding(Home(pathlib.Path(sys.argv[1]))): print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        second = subprocess.run(
            [sys.executable, "-m", "local.cli", "up", "--home", str(tmp_path)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        os.kill(holder.pid, signal.SIGKILL)
    assert second.returncode == 1
    assert "up already" in second.stderr
    assert "crossfoot down" in second.stderr
