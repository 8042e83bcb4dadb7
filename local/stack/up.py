"""Bring a local stack up, keep it up, and take it down whole."""

import queue
import signal
import threading
from contextlib import ExitStack
from types import FrameType

import requests

from local.stack.aws import Stack, emulated_stack
from local.stack.errors import StackError
from local.stack.functions import wait_for_functions
from local.stack.ministack import start_ministack, wait_for_ministack
from local.stack.partners import add_partner
from local.stack.paths import Home
from local.stack.processes import Server, free_port, is_free
from local.stack.progress import Progress
from local.stack.record import Record, load_record, save_record
from local.stack.sam import MAIL_FROM, build, deploy, local_parameters
from local.stack.sandboxes import start_sandbox, wait_for_sandbox
from local.stack.settings import fill_settings, sandbox_settings, verify_sender

VENDORS = ("quickbooks", "connectwise")
DEMO_PARTNER, DEMO_EMAIL = "Demo MSP", "demo@crossfoot.example"


class Running:
    """A stack that is up for as long as this object is open."""

    def __init__(self, home: Home, progress: Progress) -> None:
        self._home, self._progress = home, progress
        self._servers: list[Server] = []
        self._forgetful: list[Server] = []
        self.record = Record()

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        ended_before = [server for server in self._forgetful if server.poll() is not None]
        for server in self._servers:
            server.let_go()
        with ExitStack() as every_one:
            for server in self._servers:
                every_one.callback(server.stop)
        # Who did not end as it was asked to kept nothing: the process stays on record, and the next start begins anew.
        if not ended_before and not any(server.was_killed for server in self._forgetful):
            self.record.pid = None
        self.record.ready = False
        save_record(self._home, self.record)

    def hold(self, server: Server) -> Server:
        """Keep a server until this object closes."""
        self._servers.append(server)
        return server

    def count_on(self, server: Server) -> None:
        """Keep the stack's state for as long as this server ends when asked to: only then it has kept its own."""
        self._forgetful.append(server)

    def start(self, pid: int, port: int | None, *, fresh: bool) -> None:
        """Start the servers, deploy, and add the demo partner.

        Raises: StackError; what was started by then is stopped when this object closes.
        """
        self._home.make()
        self._home.check_room()
        if load_record(self._home).pid is not None:
            self._progress.console.print("The last run was not ended cleanly, so its state is lost: starting anew.")
        self.record = record_to_start_from(self._home, fresh=fresh)
        self.record.ports = choose_ports(self.record, port)
        self.record.pid, self.record.ready = pid, False
        save_record(self._home, self.record)
        self._start_servers()
        self._deploy()
        self.record.ready = True
        save_record(self._home, self.record)

    def wait(self) -> None:
        """Hold the stack up until a server ends by itself.

        Raises: StackError that names the server.
        """
        ended: queue.Queue[Server] = queue.Queue()

        def watch(server: Server) -> None:
            server.wait()
            ended.put(server)

        for server in self._servers:
            threading.Thread(target=watch, args=(server,), daemon=True).start()
        server = ended.get()
        raise StackError(f"{server.name} ended by itself", f"its log: {server.log}", server.last_words())

    def _start_servers(self) -> None:
        # All at once: each takes a second or two, most of it for what it imports.
        ports = self.record.ports
        ministack = self.hold(start_ministack(self._home, ports["aws"]))
        sandboxes = {vendor: self.hold(start_sandbox(self._home, vendor, ports[vendor])) for vendor in VENDORS}
        with self._progress.stage("MiniStack"):
            wait_for_ministack(ministack, ports["aws"])
        self.count_on(ministack)
        for vendor, server in sandboxes.items():
            with self._progress.stage(f"{vendor} sandbox"):
                self.record.sandboxes[vendor] = wait_for_sandbox(server)
        self.record.urls["aws"] = f"http://127.0.0.1:{ports['aws']}"
        self.record.urls |= _sandbox_urls(self.record)

    def _deploy(self) -> None:
        parameters = local_parameters(self.record.urls["quickbooks"])
        stack = emulated_stack(self.record.urls["aws"])
        with self._progress.stage("sam build"):
            build(self._home, parameters)
        with self._progress.stage("sam deploy"):
            deploy(self._home, stack, parameters)
        self.record.deployed = True
        self.record.outputs = dict(stack.outputs)
        self.record.urls["api"] = f"{self.record.urls['aws']}/_aws/execute-api/{self.record.outputs['ApiId']}/local"
        with self._progress.stage("functions"):
            wait_for_functions(stack)
        with self._progress.stage("settings and demo partner"):
            fill_settings(stack, sandbox_settings(**self.record.sandboxes, api_url=self.record.urls["api"]))
            verify_sender(stack, MAIL_FROM)
            _tell_where_webhooks_go(self.record)
            self._add_demo_partner(stack)

    def _add_demo_partner(self, stack: Stack) -> None:
        if self.record.demo:
            return
        invitation = add_partner(stack, DEMO_PARTNER, DEMO_EMAIL, permanent_password=True)
        self.record.demo = {"tenant": invitation.tenant, "email": invitation.email, "password": invitation.password}


def stop_on_signals() -> None:
    """Leave on a polite request (SIGTERM, a closed terminal) as on Ctrl-C: by taking everything down."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, leave)


def record_to_start_from(home: Home, *, fresh: bool) -> Record:
    """Go on from the last run, or forget it where it cannot be gone on from."""
    record = load_record(home)
    stopped_cleanly = record.pid is None
    if record.deployed and stopped_cleanly and not fresh:
        return record
    # MiniStack keeps its state on a clean stop only, and the sandboxes keep each write: after a crash these would know
    # more than our table. All of it starts anew. Ports are kept where they are free.
    home.discard(home.ministack, home.sandboxes)
    return Record(ports={name: port for name, port in record.ports.items() if is_free(port)})


def choose_ports(record: Record, port: int | None) -> dict[str, int]:
    """A loopback port for each server.

    Raises: StackError when one that must be used is taken.
    """
    # The deployed functions know these addresses, so a stack keeps its ports from run to run.
    wanted = record.ports | ({"aws": port} if port else {})
    for name, number in wanted.items():
        if not is_free(number):
            raise StackError(
                f"Port {number} (for {name}) is taken by another program",
                "end that program, or start anew on other ports: crossfoot up --fresh",
            )
    return {name: wanted.get(name) or free_port() for name in ("aws", *VENDORS)}


def _sandbox_urls(record: Record) -> dict[str, str]:
    return {
        "quickbooks": record.sandboxes["quickbooks"]["base_url"],
        "connectwise": record.sandboxes["connectwise"]["site_url"],
    }


def _tell_where_webhooks_go(record: Record) -> None:
    target = {"url": f"{record.urls['api']}/webhooks/quickbooks"}
    requests.post(f"{record.urls['quickbooks']}/_sandbox/webhooks", json=target, timeout=10).raise_for_status()
