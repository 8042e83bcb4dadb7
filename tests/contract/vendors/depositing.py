"""What our worker does with the port Deposits, and what it sees there, by the names of a story."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from crossfoot.core.model import Kind
from crossfoot.core.slips import Slip, SlipLine
from crossfoot.ports import Deposits

from tests.contract.vendors.both import Names, Shown
from tests.contract.vendors.writing import LONG_AGO
from tests.fakes.filing import TODAY


class DepositWriting:
    """Our deposits in one company. Takes: `accounts` are the ids of those that a story names."""

    def __init__(self, port: Deposits, names: Names, accounts: Mapping[str, str]) -> None:
        self._port, self._names, self._accounts = port, names, accounts
        self._standing: dict[str, Slip] = {}
        self._requests = 0

    def create(
        self,
        name: str,
        held: Mapping[str, int],
        own: Mapping[str, int] | None = None,
        *,
        on: date = TODAY,
        note: str = "",
        request: str = "",
    ) -> Shown:
        """Deposit payments with amounts of their own, which are named by their accounts."""
        wanted = self._filled(Slip("", self._accounts["bank"], on, (), 0), held, own or {})
        made = self._port.create_deposit(wanted, "USD", note, request or self._next_request())
        self._names.give(Kind.DEPOSIT, name, made.id)
        return self._shown(name, made)

    def update(
        self, name: str, held: Mapping[str, int], own: Mapping[str, int] | None = None, *, on: date = TODAY
    ) -> Shown:
        wanted = self._filled(replace(self._standing[name], deposited_on=on), held, own or {})
        return self._shown(name, self._port.update_deposit(wanted, "USD", self._next_request()))

    def delete(self, name: str) -> None:
        self._port.delete_deposit(self._standing[name], self._next_request())

    def fetch(self, name: str) -> Shown | None:
        found = self._port.fetch_deposit(self._names.id_of(name), "USD")
        return self._shown(name, found) if found else None

    def find(self, marker: str) -> str | None:
        found = self._port.find_deposit(marker, LONG_AGO, "USD")
        return self._names.name_of_id(found.id, Kind.DEPOSIT) if found else None

    def _filled(self, slip: Slip, held: Mapping[str, int], own: Mapping[str, int]) -> Slip:
        receipts = [SlipLine(minor, self._names.id_of(payment)) for payment, minor in held.items()]
        others = [SlipLine(minor, "", self._accounts[account], account) for account, minor in own.items()]
        return replace(slip, lines=(*receipts, *others), total_minor=sum(held.values()) + sum(own.values()))

    def _shown(self, name: str, slip: Slip) -> Shown:
        self._standing[name] = slip
        accounts = {id_: account for account, id_ in self._accounts.items()}
        return {
            "name": self._names.name_of_id(slip.id, Kind.DEPOSIT),
            "account": accounts.get(slip.account_id),
            "day": slip.deposited_on,
            "held": sorted(self._names.name_of_id(id_, Kind.PAYMENT) for id_ in slip.held),
            "own": {line.memo: (accounts.get(line.account_id), line.amount_minor) for line in slip.lines if line.memo},
            "total_minor": slip.total_minor,
            "revision": slip.revision,
        }

    def _next_request(self) -> str:
        self._requests += 1
        return f"deposit request {self._requests}"
