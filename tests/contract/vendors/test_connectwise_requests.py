"""What we send to ConnectWise, held against the official schemas: paths, bodies and the fields that conditions name.

The recordings lie beside the project and are not part of it; without them these tests are skipped.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from crossfoot.adapters.connectwise.connector import ConnectWiseConnector
from crossfoot.core.model import Kind
from crossfoot.http import LOCAL, Answer, Door, Download
from crossfoot.ports import ApiKeys

from local.sandbox.store import load_json
from tests.adapters.connectwise.site import Msp
from tests.adapters.sandbox import Sandbox
from tests.local.sandbox.connectwise.official import (
    faults_of,
    known_endpoints,
    needs_recordings,
    plain,
    request_schema,
)

pytestmark = needs_recordings
API = "/apis/3.0"


@dataclass(frozen=True)
class Sent:
    method: str
    path: str
    body: Any


class Watched(Door):
    """The door, with a note of every call below the API's root."""

    def __init__(self) -> None:
        super().__init__(LOCAL)
        self.calls: list[Sent] = []

    def request(self, method: str, url: str, *, body: bytes | None = None, **more: Any) -> Answer:
        self._note(method, url, body)
        return super().request(method, url, body=body, **more)

    @contextmanager
    def stream(self, url: str, **more: Any) -> Iterator[Download]:
        self._note("GET", url, None)
        with super().stream(url, **more) as download:
            yield download

    def _note(self, method: str, url: str, body: bytes | None) -> None:
        _, found, path = urlsplit(url).path.partition(API)
        if found:
            self.calls.append(Sent(method, path, load_json(body) if body else None))


def walk(sandbox: Sandbox, door: Watched) -> None:
    """Let our adapter do all that it can do."""
    msp = Msp(sandbox)
    customer = msp.customer("Contoso")
    invoice = msp.invoice(customer, "W-1", 100)
    psa = msp.open(msp.account, door)
    agreed = {"name": "Care", "type": {"id": 1}, "company": {"id": customer["id"]}, "contact": {"id": 7}}
    agreement = msp.call("POST", "/finance/agreements", {**agreed, "billAmount": 5})
    msp.call("POST", f"/finance/agreements/{agreement['id']}/invoice", {})
    sandbox.http.post("/_sandbox/seed", params={"company": msp.company_id}, json={"invoices": 4, "lines": 4})
    window = psa.fetch_changes("")
    while window.more:
        window = psa.fetch_changes(window.cursor)
    psa.fetch_invoices([invoice.id])
    psa.fetch_credit_memos([invoice.id])
    psa.fetch_records(Kind.CUSTOMER, [str(customer["id"])])
    psa.fetch_ids(Kind.CUSTOMER)
    psa.fetch_choices()
    psa.probe_rights()
    row = psa.create_row(invoice, 1050, date(2026, 11, 1), "USD")
    psa.update_row(invoice, row.id, 2050, date(2026, 11, 2), "USD")
    psa.fetch_rows(invoice, "USD")
    psa.delete_row(invoice, row.id)
    with psa.open_pdf(invoice) as chunks:
        assert b"".join(chunks).startswith(b"%PDF-")
    connector = ConnectWiseConnector(door, msp.ready["client_id"])
    keys = ApiKeys(msp.account.site_url, msp.company_id, msp.account.public_key, msp.account.private_key)
    grant = connector.check(keys)
    connector.register_callbacks(grant, "https://receiver.test/cw?recordId=")
    for entry in msp.call("GET", "/system/callbacks"):
        disable = [{"op": "replace", "path": "inactiveFlag", "value": True}]
        msp.call("PATCH", f"/system/callbacks/{entry['id']}", disable)
    assert connector.ensure_callbacks(grant, "https://receiver.test/cw?recordId=") == 2
    connector.remove_callbacks(grant, "https://receiver.test/cw?recordId=")


@pytest.fixture(scope="module")
def calls(connectwise_process: Sandbox) -> list[Sent]:
    door = Watched()
    walk(connectwise_process, door)
    return door.calls


def test_every_path_that_we_call_is_official(calls: list[Sent]) -> None:
    called = {(sent.method, plain(sent.path)) for sent in calls}
    assert len(called) > 20
    assert called - known_endpoints() == set()


def test_every_body_that_we_send_fits_the_official_schema(calls: list[Sent]) -> None:
    bodies: list[tuple[Sent, Mapping[str, Any]]] = []
    for sent in (sent for sent in calls if sent.body is not None):
        schema = request_schema(sent.method, sent.path)
        assert schema is not None, f"no schema for {sent.method} {sent.path}"
        bodies.append((sent, schema))
        assert faults_of(dict(schema), sent.body) == [], sent
    assert {(sent.method, plain(sent.path)) for sent, _ in bodies} == {
        ("POST", "/finance/invoices/{}/payments"), ("PATCH", "/finance/invoices/{}/payments/{}"),
        ("POST", "/system/callbacks"), ("PATCH", "/system/callbacks/{}"),
    }  # fmt: skip


def test_a_body_that_does_not_fit_would_be_noticed() -> None:
    schema = request_schema("POST", "/finance/invoices/7/payments")
    assert schema is not None
    assert faults_of(schema, {"amount": "ten"})
    patch = request_schema("PATCH", "/finance/invoices/7/payments/8")
    assert patch is not None
    assert faults_of(patch, {"op": "replace"})
