"""Forks sandboxes from a process that has imported both: to import one takes ten times as long as to start it."""

import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping

from local.sandbox.connectwise.cli import serve_connectwise
from local.sandbox.quickbooks.cli import serve_quickbooks

SERVE: Mapping[str, Callable[..., None]] = {"quickbooks": serve_quickbooks, "connectwise": serve_connectwise}
MAX_REQUEST = 200


def serve_requests(door: socket.socket) -> None:
    """Fork and end sandboxes until the door is closed; those that still run then see that their parent is gone.

    Takes: requests `{"fork": vendor}`, with what is to be its standard output, and `{"end": pid}`; each is answered with
        the pid, the second once the process is gone.
    """
    while True:
        request, outputs, _, _ = socket.recv_fds(door, MAX_REQUEST, 1)
        if not request:
            return
        match json.loads(request):
            case {"fork": str(vendor)}:
                pid = _fork(SERVE[vendor], outputs[0], door)
            case {"end": int(pid)}:
                os.kill(pid, signal.SIGTERM)
                os.waitpid(pid, 0)
        door.send(str(pid).encode())


def _fork(serve: Callable[..., None], output: int, door: socket.socket) -> int:
    pid = os.fork()
    if pid:
        os.close(output)
        return pid
    status = 1
    try:
        door.close()
        os.dup2(output, sys.stdout.fileno())
        serve(port=0, die_with_parent=True)
        status = 0
    finally:
        sys.stdout.flush()
        os._exit(status)  # What called us belongs to the other process.


if __name__ == "__main__":
    gc.freeze()  # All of them share what is imported by now, as long as nobody writes to it.
    serve_requests(socket.socket(fileno=int(sys.argv[1])))
