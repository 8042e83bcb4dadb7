"""Nothing that we start outlives us, however we end."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from local.stack.errors import StackError
from local.stack.processes import Server, first_line, run, wait_until

# A server with a child of its own, which says who both are and then runs for ever.
FAMILY = """
    import os, subprocess, sys
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(os.getpid(), child.pid, flush=True)
    child.wait()
"""
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(600)"
)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code)]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def start(tmp_path: Path, code: str) -> Server:
    return Server("a server", python(code), dict(os.environ), tmp_path / "log", tmp_path)


def test_a_server_that_was_killed_is_told_from_one_that_ended_as_asked(tmp_path: Path) -> None:
    killed = start(tmp_path, "import os, signal; print('here', flush=True); os.kill(os.getpid(), signal.SIGKILL)")
    asked = start(tmp_path, FAMILY)
    for server in (killed, asked):
        first_line(server, 60)
    # Stopped at once it could hear our word to end before its own kill, and end as asked.
    killed.wait(60)
    for server in (killed, asked):
        server.stop()
    assert killed.was_killed
    assert not asked.was_killed


def test_stop_ends_a_server_and_its_children(tmp_path: Path) -> None:
    server = start(tmp_path, FAMILY)
    family = [int(pid) for pid in first_line(server, 60).split()]
    assert all(map(is_alive, family))
    server.stop()
    assert wait_until(lambda: not any(map(is_alive, family)), 60)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_with_its_starter_however_that_ends(tmp_path: Path, end: signal.Signals) -> None:
    starter = f"""
        import os, pathlib, signal, time
        from local.stack.processes import Server
        # A shell starts what is in the background without an ear for it, and we may be there.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        log = pathlib.Path({str(tmp_path / "log")!r})
        server = Server("a server", {python(FAMILY)!r}, dict(os.environ), log, pathlib.Path("/"))
        print(server.output.readline().decode(), flush=True)
        time.sleep(600)
    """
    with subprocess.Popen(python(starter), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        family = [int(pid) for pid in process.stdout.readline().split()]
        process.send_signal(end)
        process.wait(60)
    assert len(family) == 2
    assert wait_until(lambda: not any(map(is_alive, family)), 60)


def test_a_server_that_does_not_listen_is_killed_after_the_grace_period(tmp_path: Path) -> None:
    tether = [
        sys.executable,
        "-c",
        "import sys; from local.stack import tether; tether.GRACE_S = 0.2; sys.exit(tether.main(sys.argv[1:]))",
    ]
    with subprocess.Popen([*tether, *python(STUBBORN)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        process.stdin.close()
        assert process.wait(60) == 128 + signal.SIGKILL


def test_a_command_that_fails_says_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="thing failed") as caught:
        run(
            "thing",
            python("import sys; print('no such key', file=sys.stderr); sys.exit(3)"),
            dict(os.environ),
            tmp_path / "log",
            tmp_path,
        )
    assert "no such key" in caught.value.details


def test_a_server_that_ends_while_starting_says_its_last_words(tmp_path: Path) -> None:
    server = start(tmp_path, "raise SystemExit('port 99 is taken')")
    with pytest.raises(StackError, match="ended while starting") as caught:
        first_line(server, 60)
    server.stop()
    assert "port 99 is taken" in caught.value.details


def test_a_server_that_stays_silent_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    server = start(tmp_path, "import time; time.sleep(600)")
    with pytest.raises(StackError, match="did not start within"):
        first_line(server, 0.2)
    server.stop()
