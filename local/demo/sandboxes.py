"""The two sandboxes as a demo needs them: fresh companies, faults on demand, and what was called."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from local.demo.records import to_lines
from local.demo.web import Web
from local.sandbox.store import Record


@dataclass(frozen=True, slots=True)
class Calls:
    """Vendor calls. QuickBooks meters reads and lets writes go free; ConnectWise meters nothing."""

    reads: int = 0
    writes: int = 0

    def __sub__(self, other: "Calls") -> "Calls":
        return Calls(self.reads - other.reads, self.writes - other.writes)


class Sandbox:
    """One sandbox, by the doors that it keeps for people and tests."""

    def __init__(self, name: str, url: str) -> None:
        self.url = url
        self._web = Web(f"The {name} sandbox", f"{url}/_sandbox")
        self._armed: list[int] = []

    def add_company(self, name: str) -> dict[str, str]:
        """Make a company. Returns: the credentials of a client of it."""
        credentials: dict[str, str] = self._web.call("POST", "/companies", {"name": name})
        return credentials

    def load(self, company: str, records: Iterable[tuple[str, Record]]) -> None:
        """Put raw records in a company, in place of what a new one has of their kinds."""
        self._web.call("POST", "/load", text=to_lines(records), params={"company": company, "replace": "1"})

    def arm(self, fault: str, **where: Any) -> int:
        """Switch a fault on. Returns: its number."""
        armed = int(self._web.call("POST", "/faults", {"fault": fault, **where})["id"])
        self._armed.append(armed)
        return armed

    def used(self, fault: int) -> int:
        """Tell how often an armed fault struck."""
        return next(int(armed["used"]) for armed in self._web.call("GET", "/faults") if armed["id"] == fault)

    def clear_faults(self) -> None:
        """Switch every fault off, whoever armed it."""
        self._web.call("DELETE", "/faults")

    def clear_own_faults(self) -> None:
        """Switch the faults off that were armed here; those that others armed stay."""
        while self._armed:
            self._web.call("DELETE", "/faults", params={"id": str(self._armed[-1])})
            self._armed.pop()

    def get(self, path: str, **params: str) -> Any:
        """Read one of the sandbox's own pages as JSON."""
        return self._web.call("GET", path, params=params)


class QuickBooksSandbox(Sandbox):
    """QuickBooks Online, simulated."""

    def __init__(self, url: str) -> None:
        super().__init__("QuickBooks", url)

    def calls(self, realm: str) -> Calls:
        tally = self.get("/counts").get(realm, {})
        return Calls(int(tally.get("core_plus", 0)), int(tally.get("core", 0)))

    def webhooks_waiting(self) -> int:
        """Count the events that nobody acknowledged yet."""
        return len(self.get("/webhooks")["pending"])


class ConnectWiseSandbox(Sandbox):
    """ConnectWise PSA, simulated."""

    def __init__(self, url: str) -> None:
        super().__init__("ConnectWise", url)

    def add_member(self, company: str, identifier: str) -> dict[str, str]:
        """Give a company another member. Returns: the credentials of that member."""
        params = {"company": company}
        member: dict[str, str] = self._web.call("POST", "/members", {"identifier": identifier}, params=params)
        return member

    def calls(self, company: str) -> Calls:
        tally = self.get("/counts").get(company, {})
        return Calls(int(tally.get("reads", 0)), int(tally.get("writes", 0)))
