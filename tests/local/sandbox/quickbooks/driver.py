"""Drive one company of a QuickBooks sandbox in this process, with the time under the test's hand."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from httpx import Response

from local.sandbox.quickbooks.app import Sandbox
from local.sandbox.quickbooks.times import Clock
from local.sandbox.store import dump_json, load_json
from tests.local.sandbox.asgi import InProcess

NOON_S = datetime.fromisoformat("2026-11-20T12:00:00-08:00").timestamp()


def frozen_clock() -> Clock:
    """A clock that stands at noon of 20 November 2026, company time, until it is advanced."""
    return Clock(lambda: NOON_S)


@dataclass
class Company:
    """One company as an app sees it: every method takes and returns wire records."""

    http: InProcess
    sandbox: Sandbox
    realm: str
    credentials: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.credentials = self.sandbox.companies.credentials(self.realm, "http://testserver")

    def advance(self, seconds: float) -> None:
        """Move the clock and connect anew, because an hour ends the access token."""
        self.sandbox.clock.advance(seconds)
        self.credentials = self.sandbox.companies.credentials(self.realm, "http://testserver")

    def call(self, method: str, path: str, body: object = None, **params: str) -> Response:
        """Send one request below the company and return the raw response."""
        content = body.encode() if isinstance(body, str) else dump_json(body).encode() if body is not None else None
        return self.http.request(
            method,
            f"/v3/company/{self.realm}/{path}",
            params=params or None,
            content=content,
            headers={"Authorization": f"Bearer {self.credentials['access_token']}", "Accept": "application/json"},
        )

    def post(self, kind: str, body: object, **params: str) -> dict[str, Any]:
        """Write a record and return it as the answer has it."""
        response = self.call("POST", kind.lower(), body, **params)
        assert response.status_code == 200, response.text
        return dict(load_json(response.text)[kind])

    def get(self, kind: str, id: str) -> dict[str, Any]:  # noqa: A002
        response = self.call("GET", f"{kind.lower()}/{id}")
        assert response.status_code == 200, response.text
        return dict(load_json(response.text)[kind])

    def refusal(self, method: str, path: str, body: object = None, **params: str) -> tuple[str, str]:
        """Send what must be refused with 400 and return the code and the detail."""
        response = self.call(method, path, body, **params)
        assert response.status_code == 400, response.text
        error = load_json(response.text)["Fault"]["Error"][0]
        return error["code"], error["Detail"]

    def query(self, statement: str) -> dict[str, Any]:
        response = self.call("GET", "query", query=statement)
        assert response.status_code == 200, response.text
        return dict(load_json(response.text)["QueryResponse"])

    def changes(self, entities: str, since: str) -> list[dict[str, Any]]:
        response = self.call("GET", "cdc", entities=entities, changedSince=since)
        assert response.status_code == 200, response.text
        (answer,) = load_json(response.text)["CDCResponse"]
        return list(answer["QueryResponse"])

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Use one of the doors below `/_sandbox`."""
        content = dump_json(body).encode() if body is not None else None
        response = self.http.request(method, f"/_sandbox/{path}", content=content)
        assert response.status_code < 300, response.text
        return load_json(response.text) if response.text else None

    def customer(self, name: str, **fields: object) -> dict[str, Any]:
        return self.post("Customer", {"DisplayName": name, **fields})

    def invoice(self, customer: dict[str, Any], amount: str, **fields: object) -> dict[str, Any]:
        body = {"CustomerRef": {"value": customer["Id"]}, "Line": [sales_line(amount)], **fields}
        return self.post("Invoice", body)

    def pay(self, customer: dict[str, Any], total: str, *paid: tuple[dict[str, Any], str]) -> dict[str, Any]:
        return self.post("Payment", payment_body(customer, total, *paid))


def sales_line(amount: str, **fields: object) -> dict[str, Any]:
    """One line of an invoice for the item Services."""
    detail = {"ItemRef": {"value": "1"}}
    return {"Amount": Decimal(amount), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail, **fields}


def payment_body(customer: dict[str, Any], total: str, *paid: tuple[dict[str, Any], str]) -> dict[str, Any]:
    """A payment that pays invoices."""
    lines = [
        {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
        for invoice, amount in paid
    ]
    return {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": Decimal(total), "Line": lines}
