"""What our worker does with the port Receipts, and what it sees there, by the names of a story."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from crossfoot.core.model import Allocation, Kind
from crossfoot.core.money import from_minor
from crossfoot.core.receipts import Receipt
from crossfoot.ports import Receipts

from tests.contract.vendors.both import Names, Shown
from tests.fakes.filing import TODAY

CUSTOMER = "Contoso"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Writing:
    """Our payments in one company.

    Takes: `accounts` are the ids of those that a story names.
    """

    def __init__(self, port: Receipts, names: Names, accounts: Mapping[str, str]) -> None:
        self._port, self._names, self._accounts = port, names, accounts
        self._standing: dict[str, Receipt] = {}
        self._requests = 0

    def create(
        self,
        name: str,
        parts: Mapping[str, int],
        *,
        more_minor: int = 0,
        on: date = TODAY,
        account: str = "funds",
        note: str = "",
        request: str = "",
    ) -> Shown:
        """Enter a payment. Takes: `request` where a story repeats one."""
        payer = self._names.ref_of(CUSTOMER, Kind.CUSTOMER)
        wanted = self._filled(Receipt("", payer, 0, on, (), self._accounts[account], "pay_1"), parts, more_minor)
        made = self._port.create_receipt(wanted, "USD", note, request or self._next_request())
        self._names.give(Kind.PAYMENT, name, made.id)
        return self._shown(name, made)

    def update(self, name: str, parts: Mapping[str, int], *, more_minor: int = 0, on: date = TODAY) -> Shown:
        """Change a payment as it was seen last."""
        wanted = self._filled(replace(self._standing[name], received_on=on), parts, more_minor)
        return self._shown(name, self._port.update_receipt(wanted, "USD", self._next_request()))

    def delete(self, name: str) -> None:
        self._port.delete_receipt(self._standing[name], self._next_request())

    def fetch(self, name: str) -> Shown | None:
        found = self._port.fetch_receipt(self._names.id_of(name), "USD")
        return self._shown(name, found) if found else None

    def find(self, marker: str) -> tuple[str, int] | None:
        """Look for a payment by its marker: its name and amount."""
        found = self._port.find_receipt(marker, LONG_AGO, "USD")
        return (self._names.name_of_id(found.id, Kind.PAYMENT), found.amount_minor) if found else None

    def head_of(self, name: str) -> dict[str, Any]:
        """Give what an accountant's request says of a payment of ours, as it was seen last."""
        known = self._standing.get(name)
        if known is None:
            return {}
        return {"Id": known.id, "SyncToken": known.revision, "TotalAmt": float(from_minor(known.amount_minor, "USD"))}

    def _filled(self, receipt: Receipt, parts: Mapping[str, int], more_minor: int) -> Receipt:
        applied = tuple(Allocation(self._names.ref_of(invoice), minor) for invoice, minor in parts.items())
        return replace(receipt, applied=applied, amount_minor=sum(parts.values()) + more_minor)

    def _shown(self, name: str, receipt: Receipt) -> Shown:
        self._standing[name] = receipt
        accounts = {id_: account for account, id_ in self._accounts.items()}
        return {
            "name": self._names.name_of_id(receipt.id, Kind.PAYMENT),
            "customer": self._names.name_of(receipt.customer),
            "amount_minor": receipt.amount_minor,
            "received_on": receipt.received_on,
            "applied": {self._names.name_of(part.invoice): part.amount_minor for part in receipt.applied},
            "account": accounts.get(receipt.account_id),
            "reference": receipt.reference,
            "revision": receipt.revision,
        }

    def _next_request(self) -> str:
        self._requests += 1
        return f"request {self._requests}"
