"""A partner's payables as its API shows them, over a desk where all of it happens."""

from typing import Any

from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.profile import ProfileFacts
from crossfoot.core.payables.records import Bill

from tests.fakes.api import FakeApi
from tests.fakes.payables_desk import READY, TWO_WAY, Desk


class PayablesOffice(Desk):
    """A desk, and the API over the same world."""

    def __init__(self, preferences: PayablesPreferences = READY, facts: ProfileFacts = TWO_WAY) -> None:
        super().__init__(preferences, facts)
        self.api = FakeApi(self.world)
        self.api.connect_both()
        self.world.connections = self.api.connections  # type: ignore[assignment]
        self.world.queue.messages.clear()

    def get(self, path: str, **query: str) -> Any:
        """Ask for something that is there."""
        reply = self.api.call("GET", path, query=query)
        assert reply.status == 200, reply.text
        return reply.body

    def listed(self, what: str, **query: str) -> dict[str, dict[str, Any]]:
        """List `bills`, by their ids."""
        found = self.get(f"/v1/{what}", **query)[what.replace("-", "_")]
        by_id = {each["id"]: each for each in found}
        assert len(by_id) == len(found), "one is told twice"
        return by_id

    def not_imported(self, kind: str, **query: str) -> dict[str, str]:
        """List what does not come, with its code, by id."""
        found = self.get("/v1/payables/not-imported", kind=kind, **query)["records"]
        return {each["id"]: each["why"]["code"] for each in found}

    def now(self, kind: str, id_: str) -> dict[str, dict[str, Any]]:
        """Show what is said of a record now, by its code."""
        return {each["code"]: each for each in self.get(f"/v1/records/{kind}/{id_}/explain")["now"]}

    def bill_there(self, number: str = "Q-1", minor: int = 50_00, vendor: str = "", **members: Any) -> Bill:
        """Let somebody enter a bill in QuickBooks; of a new vendor, where none is named."""
        of = vendor or self.world.our_payables.add_vendor(f"Vendor of {number}").ref.id
        return self.world.our_payables.add_bill(of, number, minor, **members)
