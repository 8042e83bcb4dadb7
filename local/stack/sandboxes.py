"""Both vendors' sandboxes, each a server of its own that remembers its books between runs."""

import json
import os
import sys
from typing import Any

from local.stack.errors import StackError
from local.stack.paths import ROOT, Home
from local.stack.processes import Server, first_line

START_TIMEOUT_S = 30.0


def start_sandbox(home: Home, vendor: str, port: int) -> tuple[Server, dict[str, Any]]:
    """Start one sandbox. Returns it with what it says once it serves: its address and credentials.

    Raises: StackError when it does not come up.
    """
    home.sandboxes.mkdir(parents=True, exist_ok=True)
    state = home.sandboxes / f"{vendor}.sqlite"
    command = [sys.executable, "-m", f"local.sandbox.{vendor}", "--port", str(port), "--state", str(state)]
    server = Server(f"The {vendor} sandbox", command, dict(os.environ), home.log(vendor), ROOT)
    try:
        return server, json.loads(first_line(server, START_TIMEOUT_S))
    except (StackError, ValueError):
        server.stop()
        raise
