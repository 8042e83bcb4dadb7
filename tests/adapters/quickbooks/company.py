"""One QuickBooks company in the sandbox, its accountant, and our adapter opened on it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from crossfoot.adapters.quickbooks.changes import LIMITS
from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.cursor import Cursor, Stage
from crossfoot.adapters.quickbooks.oauth import IntuitApp, TokenEndpoint
from crossfoot.adapters.quickbooks.pages import Limits
from crossfoot.adapters.quickbooks.source import QuickBooksSource
from crossfoot.adapters.quickbooks.tokens import Tokens, TokenSource
from crossfoot.core.model import Record, System
from crossfoot.errors import Conflict
from crossfoot.http import LOCAL, Door
from crossfoot.ports import SealedSecrets

from tests.adapters.sandbox import CountingBudget, Sandbox, exact

TENANT = "t_00000001"
# A first import that has set its mark: the next read asks QuickBooks.
BEGUN = Cursor(Stage.PAGES).to_text()


class WallClock:
    """The real time, moved by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead  # noqa: TID251 - the sandbox's process has no other clock to share

    def set(self, now: datetime) -> None:
        self.ahead += now - self.now()


class MemorySecrets:
    """Secrets of one connection as the table keeps them: versions, and a lease that one holder has."""

    def __init__(self, values: dict[str, str]) -> None:
        self.sealed = SealedSecrets(values, 1)
        self.leased = False
        self.writes = 0

    def load(self, tenant: str, system: System) -> SealedSecrets:
        return self.sealed

    def save(
        self, tenant: str, system: System, values: dict[str, str], seen_version: int, credentials_expire_at: Any
    ) -> None:
        if seen_version != self.sealed.version:
            raise Conflict("somebody else stored newer secrets")
        self.sealed, self.leased = SealedSecrets(values, seen_version + 1), False
        self.writes += 1

    def lease(self, tenant: str, system: System, seconds: int) -> bool:
        free = not self.leased
        self.leased = True
        return free

    def release(self, tenant: str, system: System) -> None:
        self.leased = False


class Attention:
    """The part of Connections that an adapter touches."""

    def __init__(self) -> None:
        self.reasons: list[tuple[str, str]] = []

    def need_attention(self, tenant: str, system: System, reason: str, fix: str) -> None:
        self.reasons.append((reason, fix))


class Company:
    """A fresh company. `adapter` is what we test; the other methods are what an accountant does."""

    def __init__(self, sandbox: Sandbox, **about: str) -> None:
        self.sandbox = sandbox
        self.ready = sandbox.control("companies", {"name": "Larkspur Managed IT", **about})
        self.realm = self.ready["realm_id"]
        self.app = IntuitApp(
            self.ready["client_id"],
            self.ready["client_secret"],
            authorize_url=f"{sandbox.url}/connect/oauth2",
            oauth_url=sandbox.url,
            revoke_url=f"{sandbox.url}/v2/oauth2/tokens/revoke",
            api_url=sandbox.url,
        )
        self.clock, self.budget, self.attention = WallClock(), CountingBudget(), Attention()
        self.door = Door(LOCAL)
        tokens = Tokens(
            self.ready["access_token"], self.ready["refresh_token"], self.clock.now() + timedelta(hours=1), None
        )
        self.secrets = MemorySecrets(tokens.to_secrets())
        self.source = self.open()

    def tokens(self) -> TokenSource:
        endpoint = TokenEndpoint(self.door, self.app, self.clock)
        return TokenSource(
            TENANT,
            self.secrets,
            self.attention,
            endpoint,
            self.clock,
            sleep=lambda seconds: None,
        )

    def client(self) -> QuickBooksClient:
        return QuickBooksClient(self.door, self.sandbox.url, TENANT, self.realm, self.tokens(), self.budget)

    def open(self, limits: Limits = LIMITS) -> QuickBooksSource:
        return QuickBooksSource(self.client(), self.clock, limits=limits)

    def read_all(self, cursor: str = "") -> tuple[list[Record], str]:
        """Read until there is no more."""
        records: list[Record] = []
        for _ in range(50):
            window = self.source.fetch_changes(cursor)
            assert not window.unreadable
            records.extend(window.records)
            cursor = window.cursor
            if not window.more:
                return records, cursor
        raise AssertionError("it does not come to an end")

    def load(self, *records: tuple[str, dict[str, Any]]) -> None:
        self.sandbox.load(self.realm, list(records))

    def post(self, entity: str, body: dict[str, Any], **params: str) -> dict[str, Any]:
        """Write as an accountant does; the access token is the one that QuickBooks gave first."""
        answer = self.sandbox.http.post(
            f"/v3/company/{self.realm}/{entity.lower()}",
            json=body,
            params={"minorversion": "75", **params},
            headers={
                "Authorization": f"Bearer {self.secrets.sealed.values['access_token']}",
                "Accept": "application/json",
            },
        )
        assert answer.is_success, answer.text
        stored: dict[str, Any] = exact(answer.text)[entity]
        return stored

    def customer(self, name: str = "Cool Cars") -> dict[str, Any]:
        return self.post("Customer", {"DisplayName": name})

    def invoice(self, customer: dict[str, Any], amount: float, number: str = "") -> dict[str, Any]:
        line = {
            "Amount": amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
        }
        named = {"DocNumber": number} if number else {}
        return self.post("Invoice", {"CustomerRef": {"value": customer["Id"]}, "Line": [line], **named})

    def pay(self, invoice: dict[str, Any], amount: float, **fields: Any) -> dict[str, Any]:
        line = {"Amount": amount, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
        body = {"CustomerRef": invoice["CustomerRef"], "TotalAmt": amount, "Line": [line], **fields}
        return self.post("Payment", body)

    def query(self, entity: str) -> list[dict[str, Any]]:
        """Read the records of an entity type, as an accountant sees them."""
        reply = self.client().query(f"SELECT * FROM {entity} MAXRESULTS 1000")
        return list(reply.body["QueryResponse"].get(entity, ()))

    def expense_account(self) -> str:
        """Give the id of an account that fees go to."""
        return str(next(each["Id"] for each in self.query("Account") if each["Classification"] == "Expense"))
