"""The AWS emulator: MiniStack, on loopback only, with IAM enforced, its state kept under our folder on a clean stop."""

import os

from local.stack.aws import LOCAL_KEY, LOCAL_REGION
from local.stack.errors import StackError
from local.stack.paths import ROOT, Home, tool
from local.stack.processes import Server, answers, wait_until

START_TIMEOUT_S = 60.0


def start_ministack(home: Home, port: int) -> Server:
    """Start the emulator; it does not serve at once."""
    _clear_workers(home)
    return Server("MiniStack", [tool("ministack", "ministack")], _environment(home, port), home.log("ministack"), ROOT)


def wait_for_ministack(server: Server, port: int) -> None:
    """Wait until the emulator serves.

    Raises: StackError when it ends or stays silent.
    """
    health = f"http://127.0.0.1:{port}/_ministack/health"
    if (
        not wait_until(lambda: server.poll() is not None or answers(health), START_TIMEOUT_S)
        or server.poll() is not None
    ):
        raise StackError("MiniStack did not start", f"its log: {server.log}", server.last_words())


def _environment(home: Home, port: int) -> dict[str, str]:
    # Nothing of the user's own environment: Lambda workers inherit what MiniStack has.
    folder = home.ministack
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder / "workers"),
        # What workers import was compiled by the build, and their copies go with them.
        "PYTHONDONTWRITEBYTECODE": "1",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "s3"),
        "DOCKER_HOST": "unix:///nowhere",
        "AWS_ACCESS_KEY_ID": LOCAL_KEY,
        "AWS_SECRET_ACCESS_KEY": LOCAL_KEY,
        "AWS_DEFAULT_REGION": LOCAL_REGION,
    }


def _clear_workers(home: Home) -> None:
    # Each Lambda worker unpacks the layer for itself; a killed one leaves its copy behind.
    workers = home.ministack / "workers"
    home.discard(workers)
    workers.mkdir(parents=True)
