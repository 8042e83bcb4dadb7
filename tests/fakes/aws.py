"""Two stand-ins for AWS: moto in process, and a server on loopback that says what it is told."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session
from moto import mock_aws
from moto.core.models import botocore_stubber

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAMADEUP", "AWS_SECRET_ACCESS_KEY": "made-up", "AWS_DEFAULT_REGION": "eu-west-3"}


@contextmanager
def aws_in_process() -> Iterator[None]:
    """Answer boto3's clients and crossfoot.aws by one and the same moto, which by itself only answers the clients."""
    send = URLLib3Session.send

    def answer(self: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
        return botocore_stubber("before-send", request) or send(self, request)

    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "send", answer)
        yield


_make_client = cache(boto3.client)


@contextmanager
def clients_made_once() -> Iterator[None]:
    """Give whoever asks for a client the one that was made before: making one takes longer than a call to moto."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "client", _make_client)
        yield


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of the scripted AWS. Takes: status 0 cuts the connection."""

    status: int = 200
    body: str = "{}"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def refusal(cls, code: str, status: int = 400) -> Self:
        """Give an error as the JSON protocols spell it."""
        return cls(status, json.dumps({"__type": f"com.amazonaws.made#{code}", "message": "made up"}))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came over the wire. Header names are in small letters."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The request's members."""
        content: dict[str, Any] = json.loads(self.body)
        return content


class ScriptedAws(ThreadingHTTPServer):
    """An AWS on loopback that gives the answers it is told, in turn, and notes what it is asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Script)
        self.script: list[Said] = []
        self.asked: list[Asked] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"


class _Script(BaseHTTPRequestHandler):
    server: ScriptedAws
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append(Asked(self.path, headers, body))
        said = self.server.script.pop(0)
        if not said.status:
            self.close_connection = True
            return
        self.send_response(said.status)
        for name, value in {"Content-Length": str(len(said.body)), **said.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said.body.encode())

    def log_message(self, *_: object) -> None:
        return None


@contextmanager
def scripted_aws() -> Iterator[ScriptedAws]:
    """Serve an AWS that says what it is told; whoever looks for AWS meanwhile finds it."""
    with ScriptedAws() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in {"AWS_ENDPOINT_URL": server.url, "AWS_REGION": "eu-west-3", **KEYS}.items():
            patch.setenv(name, value)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
