"""Both vendors' sandboxes, each a server of its own that remembers its books between runs."""

import json
import os
import sys
from typing import Any

from local.stack.paths import ROOT, Home
from local.stack.processes import Server, first_line

START_TIMEOUT_S = 30.0


def start_sandbox(home: Home, vendor: str, port: int) -> Server:
    """Start one sandbox; it does not serve at once."""
    home.sandboxes.mkdir(parents=True, exist_ok=True)
    state = home.sandboxes / f"{vendor}.sqlite"
    command = [sys.executable, "-m", f"local.sandbox.{vendor}", "--port", str(port), "--state", str(state)]
    return Server(f"The {vendor} sandbox", command, dict(os.environ), home.log(vendor), ROOT)


def wait_for_sandbox(server: Server) -> dict[str, Any]:
    """Wait until a sandbox serves. Returns: what it says then, its address and credentials.

    Raises: StackError when it does not come up.
    """
    said: dict[str, Any] = json.loads(first_line(server, START_TIMEOUT_S))
    return said
