"""One MSP's ConnectWise in the sandbox, its bookkeeper, and our adapter opened on it."""

from dataclasses import replace
from itertools import count
from typing import Any

from crossfoot.adapters.connectwise.client import ConnectWiseClient
from crossfoot.adapters.connectwise.rows import ConnectWisePsa
from crossfoot.adapters.connectwise.site import Account, Codebases
from crossfoot.core.model import Invoice, Kind, Record, Ref, System
from crossfoot.http import LOCAL, Door

from tests.adapters.sandbox import CountingBudget, Sandbox, exact

TENANT = "t_00000002"
_names = count(1)


class Msp:
    """A fresh login company. `psa` is what we test; the other methods are what a bookkeeper does."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.ready = sandbox.control("companies", {"name": f"Larkspur {next(_names)}"})
        self.company_id = self.ready["company_id"]
        self.account = Account(
            sandbox.url,
            self.company_id,
            self.ready["public_key"],
            self.ready["private_key"],
            self.ready["client_id"],
        )
        self.budget, self.door = CountingBudget(), Door(LOCAL)
        self.codebases = Codebases(self.door, self.budget)
        self.attention: list[tuple[str, str]] = []
        self.psa = self.open(self.account)

    def open(self, account: Account, door: Door | None = None) -> ConnectWisePsa:
        return ConnectWisePsa(self.client(account, door))

    def client(self, account: Account | None = None, door: Door | None = None) -> ConnectWiseClient:
        def note(reason: str, fix: str) -> None:
            self.attention.append((reason, fix))

        chosen = account or self.account
        return ConnectWiseClient(door or self.door, TENANT, chosen, self.codebases, self.budget, note)

    def with_keys(self, private_key: str) -> Account:
        return replace(self.account, private_key=private_key)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.sandbox.http.request(
            method,
            f"/v4_6_release/apis/3.0{path}",
            json=body,
            auth=(f"{self.company_id}+{self.ready['public_key']}", self.ready["private_key"]),
            headers={"clientId": self.ready["client_id"]},
        )
        assert answer.is_success, answer.text
        return exact(answer.text) if answer.content else None

    def add_member(self, identifier: str) -> dict[str, Any]:
        """Give the company another API member, and that one's keys."""
        answer = self.sandbox.http.post(
            "/_sandbox/members", params={"company": self.company_id}, json={"identifier": identifier}
        )
        assert answer.is_success, answer.text
        member: dict[str, Any] = answer.json()
        return member

    def customer(self, name: str) -> dict[str, Any]:
        body = {"identifier": name.replace(" ", "")[:20], "name": name, "accountNumber": f"A-{name[:4]}"}
        made: dict[str, Any] = self.call("POST", "/company/companies", body)
        return made

    def invoice(self, customer: dict[str, Any], number: str, total: float, **fields: Any) -> Ref:
        """An invoice that has its totals already, as one that came out of an import."""
        made = self.call("POST", "/finance/invoices", {"type": "Miscellaneous", "company": {"id": customer["id"]}})
        record = {
            **made,
            "invoiceNumber": number,
            "date": "2026-11-01T00:00:00Z",
            "dueDate": "2026-12-01T00:00:00Z",
            "subtotal": total,
            "salesTax": 0,
            "total": total,
            "balance": total,
            **fields,
        }
        self.load(("Invoice", record))
        return Ref(System.CONNECTWISE, Kind.INVOICE, str(made["id"]))

    def load(self, *records: tuple[str, dict[str, Any]]) -> None:
        plain = [(entity, {name: _plain(value) for name, value in record.items()}) for entity, record in records]
        self.sandbox.load(self.company_id, plain)

    def rows(self) -> list[dict[str, Any]]:
        """Every payment row that stands, as the sandbox keeps them."""
        answer = self.sandbox.http.get("/_sandbox/payments", params={"company": self.company_id})
        kept: list[dict[str, Any]] = exact(answer.text)
        return kept

    def permit(self, **levels: Any) -> None:
        answer = self.sandbox.http.post("/_sandbox/permissions", params={"company": self.company_id}, json=levels)
        assert answer.is_success, answer.text

    def read_all(self, cursor: str = "") -> tuple[list[Record], str]:
        records: list[Record] = []
        for _ in range(50):
            window = self.psa.fetch_changes(cursor)
            assert not window.unreadable
            records.extend(window.records)
            cursor = window.cursor
            if not window.more:
                return records, cursor
        raise AssertionError("it does not come to an end")

    def read_invoice(self, ref: Ref) -> Invoice:
        [invoice] = self.psa.fetch_invoices([ref.id]).records
        return invoice


def _plain(value: Any) -> Any:
    return float(value) if hasattr(value, "as_tuple") else value
