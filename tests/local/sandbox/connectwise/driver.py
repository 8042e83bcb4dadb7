"""Drive one ConnectWise sandbox in this process."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from httpx import Response

from local.sandbox.connectwise.app import build_app
from local.sandbox.connectwise.delivery import Delivery
from local.sandbox.connectwise.site import LoginCompany, Member, Site
from local.sandbox.store import dump_json, load_json
from tests.local.sandbox import asgi

API = "/v4_6_release/apis/3.0"


class InProcess(asgi.InProcess):
    """Speaks HTTP with a sandbox in this process, and lets it deliver its callbacks meanwhile."""

    def __init__(self, site: Site) -> None:
        self.delivery = Delivery(site)
        super().__init__(build_app(site, self.delivery))

    def get(self, path: str, **options: Any) -> Response:
        return self.request("GET", path, **options)

    def until(self, holds: Callable[[], bool]) -> None:
        """Let what runs in the background go on until a condition holds; fail after a minute."""
        deadline = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < deadline, "it did not come about within a minute"
            self.loop.run_until_complete(asyncio.sleep(0.005))

    def close(self) -> None:
        self.loop.run_until_complete(self.delivery.close())
        super().close()


@dataclass
class Sandbox:
    """What the tests talk to. `get("/finance/invoices", conditions=…)` and so on answer (status, body)."""

    site: Site
    http: InProcess
    company: LoginCompany

    def call(
        self, method: str, path: str, body: Any = None, *, member: Member | None = None,
        headers: dict[str, str] | None = None, **query: Any,
    ) -> Any:  # fmt: skip
        keys = member or self.company.members[0]
        return self.http.request(
            method, API + path, params=query or None,
            auth=(f"{self.company.company_id}+{keys.public_key}", keys.private_key),
            headers={"clientId": self.site.client_id, "Content-Type": "application/json", **(headers or {})},
            content=body if isinstance(body, bytes) else None if body is None else dump_json(body),
        )  # fmt: skip

    def raw(self, method: str, path: str, text: str) -> int:
        """Send a body as it is. Returns: the status."""
        return int(self.call(method, path, text.encode()).status_code)

    def get(self, path: str, **query: Any) -> tuple[int, Any]:
        answer = self.call("GET", path, **query)
        return answer.status_code, load_json(answer.text)

    def post(self, path: str, body: Any, **more: Any) -> tuple[int, Any]:
        answer = self.call("POST", path, body, **more)
        return answer.status_code, load_json(answer.text)

    def put(self, path: str, body: Any) -> tuple[int, Any]:
        answer = self.call("PUT", path, body)
        return answer.status_code, load_json(answer.text)

    def patch(self, path: str, field: str, value: Any, op: str = "replace", **more: Any) -> tuple[int, Any]:
        answer = self.call("PATCH", path, [{"op": op, "path": field, "value": value}], **more)
        return answer.status_code, load_json(answer.text)

    def delete(self, path: str) -> int:
        return int(self.call("DELETE", path).status_code)

    def control(self, method: str, name: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        content = body if isinstance(body, str) else None if body is None else dump_json(body)
        answer = self.http.request(method, f"/_sandbox/{name}", params=query or None, content=content)
        return answer.status_code, load_json(answer.text) if answer.text else None

    def turn(self, **switches: Any) -> None:
        assert self.control("POST", "switches", switches)[0] == 200

    def new_company(self, identifier: str, **more: Any) -> int:
        sent = {"identifier": identifier, "name": f"{identifier} Ltd", "accountNumber": f"A-{identifier}", **more}
        status, body = self.post("/company/companies", sent)
        assert status == 201, body
        return int(body["id"])

    def new_invoice(self, company_id: int, amount: Any = 100, **more: Any) -> int:
        sent = {"type": "Miscellaneous", "company": {"id": company_id}, "serviceTotal": amount, **more}
        status, body = self.post("/finance/invoices", sent)
        assert status == 201, body
        return int(body["id"])
