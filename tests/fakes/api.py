"""The API on fakes: the real routes and router, and callers who are signed in as somebody."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from crossfoot.entry.router import Router
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.routes import ROUTES

from tests.fakes.connections import (
    FakeAccounts,
    FakeAuthorizations,
    FakeConnections,
    FakeKeys,
    FakeOAuth,
    FakeSecrets,
)
from tests.fakes.documents import FakeDocuments
from tests.fakes.idempotency import FakeIdempotency
from tests.fakes.schedules import FakeSchedules
from tests.fakes.systems import FakeSystems
from tests.fakes.table import FakeRights
from tests.fakes.world import TENANT, World

_KEYS = count(1)
OTHER_TENANT = "t_0000000f"
PUBLIC_URL = "https://crossfoot.example"
# The app client of the sample event, events/api.json.
AUDIENCE = "sampleclientid"


@dataclass(frozen=True)
class Reply:
    """What API Gateway would send."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


def claims_of(tenant: str) -> dict[str, str]:
    """Give what API Gateway says of a user's ID token."""
    return {"token_use": "id", "aud": AUDIENCE, "custom:tenant": tenant, "sub": "u1"}


def event(
    method: str,
    path: str,
    *,
    tenant: str | None = TENANT,
    query: Mapping[str, str] | None = None,
    body: object = None,
    raw: str | None = None,
    claims: Mapping[str, str] | None = None,
    key: str | None = None,
) -> dict[str, Any]:
    """Make the REST API event of a call. Takes: `tenant` None for a call without a token; `key` None for one of its own."""
    known = claims if claims is not None else claims_of(tenant or "")
    signed_in = tenant is not None or claims is not None
    return {
        "resource": "/v1/{proxy+}",
        "httpMethod": method,
        "path": path,
        "headers": {
            "Content-Type": "application/json",
            "Idempotency-Key": f"key-{next(_KEYS)}" if key is None else key,
        },
        "queryStringParameters": dict(query) if query else None,
        "pathParameters": {"proxy": path.removeprefix("/v1/")},
        "requestContext": {"requestId": "r-1", **({"authorizer": {"claims": dict(known)}} if signed_in else {})},
        "body": raw if raw is not None else (None if body is None else json.dumps(body)),
        "isBase64Encoded": False,
    }


class FakeApi:
    """One API over one world."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.connections = FakeConnections(self.world.clock)
        self.oauth = FakeOAuth()
        self.keys = FakeKeys()
        self.systems = FakeSystems(self.connections, self.world)
        self.documents = FakeDocuments(self.world.clock)
        self.schedules = FakeSchedules()
        self.rights = FakeRights()
        self.idempotency = FakeIdempotency(self.world.clock)
        self.tokens = 0
        self.ports = Ports(
            book=self.world.book,
            history=self.world.history,
            idempotency=self.idempotency,
            effects=self.world.effects,
            matches=self.world.matches,
            origins=self.world.origins,
            waiting=self.world.waiting,
            attention=self.world.attention,
            preferences=self.world.preferences,
            notifications=self.world.notifications,
            mail_is_on=True,
            reports=self.world.reports,
            rights=self.rights,
            filters=self.world.filters,
            cursors=self.world.cursors,
            runs=self.world.runs,
            limits=self.world.limits,
            companies=self.world.companies,
            connections=self.connections,
            secrets=FakeSecrets(self.connections),
            authorizations=FakeAuthorizations(self.world.clock),
            oauth=self.oauth,
            keys=self.keys,
            accounts=FakeAccounts(),
            systems=self.systems,
            documents=self.documents,
            entries=self.world.entries,
            schedules=self.schedules,
            sync_runs=self.world.sync_runs,
            sync_settings=self.world.sync_settings,
            outbox=self.world.outbox,
            payables_settings=self.world.payables_settings,
            payable_syncs=self.world.payable_syncs,
            queue=self.world.queue,
            clock=self.world.clock,
            public_url=PUBLIC_URL,
            new_token=self._new_token,
        )
        self.router = Router(ROUTES, "Crossfoot", "0.1.0", AUDIENCE)

    def _new_token(self) -> str:
        self.tokens += 1
        return f"callback-canary-{self.tokens}"

    def call(self, method: str, path: str, **how: Any) -> Reply:
        """Send a request, as the partner unless it says otherwise."""
        answer = self.router.answer(event(method, path, **how), lambda: self.ports)
        return Reply(answer["statusCode"], answer["headers"], answer["body"])

    def work(self) -> None:
        """Let people's changes be fetched and mirrored until everything is at rest, over the API's own connections."""
        self.world.connections = self.connections  # type: ignore[assignment]
        self.world.fetch_and_settle()

    def connect_both(self, tenant: str = TENANT, realm: str = "310687") -> None:
        """Connect both systems, as a partner does."""
        url = self.call("POST", "/v1/connections/quickbooks", tenant=tenant, body={}).body["authorize_url"]
        state = url.partition("state=")[2].partition("&")[0]
        query = {"code": "c1", "state": state, "realmId": realm}
        assert self.call("GET", "/v1/connections/quickbooks/callback", tenant=None, query=query).status == 200
        keys = {
            "site_url": f"https://psa-{realm}.example",
            "company_id": "acme",
            "public_key": "public-canary",
            "private_key": "private-canary",
        }
        assert self.call("POST", "/v1/connections/connectwise", tenant=tenant, body=keys).status == 201
