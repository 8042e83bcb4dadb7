"""A partner who works with the Sync Invoices tool over the API."""

from typing import Any

from crossfoot.core.sync.settings import SyncPreferences

from tests.fakes.api import FakeApi, Reply
from tests.fakes.sync_office import PREFERENCES, SyncOffice
from tests.fakes.world import TENANT

TOOL = "/v1/sync"


class SyncDesk:
    """An office that calls the API, with both systems connected."""

    def __init__(self, preferences: SyncPreferences = PREFERENCES) -> None:
        self.office = SyncOffice(preferences=preferences)
        self.world = self.office.world
        self.api = FakeApi(self.world)
        self.api.connect_both()
        self.world.connections = self.api.connections  # type: ignore[assignment]
        self.world.connectwise.add_customer("1", "Contoso")
        self.world.settle()

    def call(self, method: str, path: str, *, status: int = 200, **how: Any) -> Any:
        """Call a route of the tool. Returns: the body of the answer that is expected."""
        reply = self.reply(method, path, **how)
        assert reply.status == status, reply.text
        return reply.body

    def reply(self, method: str, path: str, **how: Any) -> Reply:
        return self.api.call(method, f"{TOOL}{path}", **how)

    def bills(self, *numbers: str) -> list[str]:
        """Bill some invoices, and let the product see them. Returns: their ids."""
        refs = [self.office.bill(number) for number in numbers]
        self.office.see()
        return [str(ref) for ref in refs]

    def sync(self, *ids: str) -> Any:
        """Sync bills, and let the run come to its end. Returns: the run."""
        return self.work(self.call("POST", "/batches", status=202, body={"invoices": [{"id": id_} for id_ in ids]}))

    def work(self, run: Any) -> Any:
        """Let a run come to its end. Returns: it, with its bills."""
        self.world.settle()
        return self.call("GET", f"/batches/{run['id']}")

    def preview(self, *ids: str) -> Any:
        return self.call("POST", "/previews", body={"invoices": list(ids)})["previews"]

    def prefer(self, preferences: SyncPreferences) -> None:
        self.world.sync_settings.save_preferences(TENANT, preferences)

    def problem(self, method: str, path: str, status: int, **how: Any) -> tuple[str, str]:
        """Call a route that refuses. Returns: the problem's code, and what it is about."""
        body = self.call(method, path, status=status, **how)
        return body["code"], body["errors"][0]["field"] if "errors" in body else body["detail"]
