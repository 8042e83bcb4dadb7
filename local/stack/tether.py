"""Run a command that cannot outlive its starter.

The starter holds our standard input; when that closes, however the starter ended, we stop the command.
Standard library only and started as a plain file, because it stands in front of every server.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from types import FrameType

GRACE_S = 20.0


def main(command: list[str]) -> int:
    """Run the command in a group of its own, to its end or to ours. Returns its exit status."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        _ask_to_stop(child)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threading.Thread(target=_stop_at_end_of_input, args=(child,), daemon=True).start()
    status = child.wait()
    _kill_group(child.pid)
    return status if status >= 0 else 128 - status


def _stop_at_end_of_input(child: subprocess.Popen[bytes]) -> None:
    while os.read(0, 1024):
        pass
    _ask_to_stop(child)


def _ask_to_stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    killer = threading.Timer(GRACE_S, _kill_group, [child.pid])
    killer.daemon = True
    killer.start()


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
