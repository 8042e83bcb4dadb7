"""Webhooks: CloudEvents in signed posts, in order, with the vendor's retries; nothing passes a post that fails."""

import asyncio
import base64
import hashlib
import hmac
import random
import secrets
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from local.sandbox.faults import Faults
from local.sandbox.quickbooks.switches import Switches
from local.sandbox.quickbooks.times import Clock
from local.sandbox.store import Record, Store, dump_json

TIMEOUT_S = 3
LARGEST_POST = 100
RETRY_S = (10, 20, 30, 300, 1200, 7200, 14400, 21600)
KEPT_ATTEMPTS = 200
WAIT_STEP_S = 0.1
_BOOK, _KIND, _ENDPOINT = "_app", "event", "webhook_url"


@dataclass(frozen=True)
class Attempt:
    """One post, as it went; `status` None means no answer within three seconds."""

    at: str
    url: str
    events: int
    event_ids: list[str]
    status: int | None
    note: str


@dataclass
class Webhooks:
    """The outbox of one app, for all its companies. Events wait in the store, so a restart goes on where it stopped.

    Takes: `time_scale` shortens or stretches the wait between retries.
    """

    store: Store
    clock: Clock
    switches: Switches
    faults: Faults
    verifier_token: str
    connected: Callable[[str], bool]
    time_scale: float = 1.0
    attempts: deque[Attempt] = field(default_factory=lambda: deque(maxlen=KEPT_ATTEMPTS))
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _posting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _source: str = field(default_factory=lambda: f"intuit.{base64.b64encode(secrets.token_bytes(32)).decode()}")

    @property
    def url(self) -> str | None:
        """Where events go; None: nowhere, and none are kept."""
        url = self.store.setting(_ENDPOINT)
        return str(url) if url else None

    def set_url(self, url: str | None) -> None:
        """Choose where events go."""
        self.store.set_setting(_ENDPOINT, url)
        self._wake.set()

    def announce(self, realm: str, kind: str, id: str, verb: str) -> None:  # noqa: A002
        """Put an event in the outbox, if anybody listens and the company is connected."""
        if self.url is None or not self.connected(realm):
            return
        number = self.store.next_id(_BOOK, _KIND)
        self.store.put(_BOOK, _KIND, number, {"number": number, "event": self._event(realm, kind, id, verb)})
        self._wake.set()

    def pending(self) -> list[Record]:
        """Return the events that were not acknowledged yet, oldest first."""
        return self.store.all(_BOOK, _KIND)

    async def deliver_forever(self) -> None:
        """Post what comes, and what an earlier run left behind, until cancelled."""
        if self.pending():
            self._wake.set()
        while True:
            failures = 0
            await self._wake.wait()
            await asyncio.sleep(self.switches.webhook_delay_s)
            self._wake.clear()
            while self.url and self.pending():
                if await self.post_next():
                    failures = 0
                    continue
                wait_s = RETRY_S[min(failures, len(RETRY_S) - 1)] * self.time_scale
                failures += 1
                await self._wait_for_retry(wait_s)

    async def flush(self) -> int:
        """Post now all that waits, without regard to the retry schedule; stop at the first failure.

        Returns: how many events were acknowledged.
        """
        before = len(self.pending())
        while self.url and self.pending() and await self.post_next():
            pass
        return before - len(self.pending())

    async def post_next(self) -> bool:
        """Post the oldest events, of whatever companies, up to a hundred.

        Returns: whether they were acknowledged, and so are gone.
        """
        async with self._posting:
            url, waiting = self.url, self.pending()[:LARGEST_POST]
            if url is None or not waiting:
                return True
            done = await self._post_with_faults(url, [each["event"] for each in waiting])
            if done:
                with self.store.transaction():
                    for each in waiting:
                        self.store.delete(_BOOK, _KIND, each["number"])
            return done

    async def _wait_for_retry(self, wait_s: float) -> None:
        """Wait by the sandbox's clock; new events do not shorten it, for nothing overtakes the head of the line."""
        url, ends = self.url, self.clock.seconds() + wait_s
        while (left_s := ends - self.clock.seconds()) > 0 and self.url == url and self.store.count(_BOOK, _KIND):
            await asyncio.sleep(min(left_s, WAIT_STEP_S))

    async def _post_with_faults(self, url: str, events: list[Record]) -> bool:
        if self.faults.take("drop_webhook", url):
            self._note(url, events, None, "dropped by a fault; the vendor believes that it was delivered")
            return True
        if self.faults.take("reorder_webhooks", url):
            events = events[::-1]
        acknowledged = await self._post(url, events)
        if acknowledged and self.faults.take("duplicate_webhook", url):
            await self._post(url, events)
        return acknowledged

    async def _post(self, url: str, events: list[Record]) -> bool:
        body = dump_json(events).encode()
        headers = {
            "Content-Type": self.switches.webhook_content_type,
            "intuit-signature": sign(self.verifier_token, body),
        }
        try:
            status = await asyncio.wait_for(asyncio.to_thread(_send, url, body, headers), TIMEOUT_S)
        except OSError as error:
            self._note(url, events, None, type(error).__name__)
            return False
        self._note(url, events, status, "" if status == 200 else "not acknowledged")
        return status == 200

    def _note(self, url: str, events: list[Record], status: int | None, note: str) -> None:
        ids = [event["id"] for event in events]
        self.attempts.append(Attempt(self.clock.now().isoformat(), url, len(events), ids, status, note))

    def listing(self) -> Record:
        """Return the endpoint, what waits and the last attempts."""
        waiting = [each["event"] for each in self.pending()]
        return {"url": self.url, "pending": waiting, "attempts": [asdict(each) for each in self.attempts]}

    def _event(self, realm: str, kind: str, id: str, verb: str) -> Record:  # noqa: A002
        moment = self.clock.now()
        return {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "source": self._source,
            "type": f"qbo.{kind.lower()}.{verb}.v1",
            "datacontenttype": "application/json",
            "time": f"{moment:%Y-%m-%dT%H:%M:%S.%f}{random.randrange(1000):03}Z",
            "intuitentityid": id,
            "intuitaccountid": realm,
            "data": {},
        }


def sign(verifier_token: str, body: bytes) -> str:
    """Return the `intuit-signature` of a raw body."""
    return base64.b64encode(hmac.new(verifier_token.encode(), body, hashlib.sha256).digest()).decode()


def _send(url: str, body: bytes, headers: dict[str, str]) -> int:
    import requests  # a fifth of the time that a sandbox takes to start, and most send no webhook

    with requests.Session() as session:
        session.trust_env = False
        return session.post(url, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False).status_code
