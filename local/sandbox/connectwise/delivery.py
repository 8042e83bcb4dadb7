"""Callbacks on their way out: signed, five seconds, retried only after 404, 409, 419 and 429, and never after 5xx.

Source: the developer guide; the body as recorded from a real server.
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
import uuid
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from local.sandbox.connectwise import timestamps, wire
from local.sandbox.connectwise.call import Event
from local.sandbox.connectwise.callbacks import HEALTH, wants
from local.sandbox.connectwise.records import Record
from local.sandbox.connectwise.schema import MODELS
from local.sandbox.connectwise.site import LoginCompany, Site
from local.sandbox.store import dump_json

RETRIED_STATUSES = frozenset({404, 409, 419, 429})
RETRY_WAITS_S = (2.0, 4.0)
DISABLED_AFTER = timedelta(days=3)
KEPT_DELIVERIES = 500
SENDERS = 16
_MODEL_OF = {model.event: model for model in MODELS.values() if model.event}


@dataclass
class Message:
    """One callback to one receiver. `statuses` holds one entry for each attempt, None where nobody answered."""

    company: LoginCompany
    entry_id: int
    url: str
    body: bytes
    signature: str
    message_id: str
    statuses: list[int | None] = field(default_factory=list)
    outcome: str = "waiting"

    def listing(self) -> dict[str, Any]:
        return {
            "company_id": self.company.company_id,
            "callback_id": self.entry_id,
            "url": self.url,
            "message_id": self.message_id,
            "statuses": self.statuses,
            "outcome": self.outcome,
        }


class Delivery:
    """Sends callbacks in the background of the server's event loop."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.sent: deque[Message] = deque(maxlen=KEPT_DELIVERIES)
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="callback")
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[Message] = []

    def dispatch(self, company: LoginCompany, events: Iterable[Event]) -> None:
        """Start what a committed change fires; armed webhook faults strike here."""
        for event in events:
            author = next((member.id for member in company.members if member.identifier == event.member), None)
            for entry in company.records.all("CallbackEntry"):
                if wants(entry, event, author):
                    self._start(self._message(company, entry, event))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._senders.shutdown(wait=False, cancel_futures=True)

    def _start(self, message: Message) -> None:
        self.sent.append(message)
        faults = self.site.faults
        if faults.take("drop_webhook", message.url):
            message.outcome = "dropped by a fault"
        elif held := faults.take("reorder_webhooks", message.url):
            message.outcome = "held by a fault"
            self._held.append(message)
            asyncio.get_running_loop().call_later(held.seconds, self._release)
        else:
            copies = 2 if faults.take("duplicate_webhook", message.url) else 1
            self._run([message] * copies)

    def _release(self) -> None:
        held, self._held = self._held, []
        self._run(held)

    def _run(self, messages: list[Message]) -> None:
        if messages:
            task = asyncio.create_task(self._deliver_all(messages))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver_all(self, messages: list[Message]) -> None:
        await asyncio.gather(*(self._deliver(message) for message in messages))
        self._release()

    async def _deliver(self, message: Message) -> None:
        status = await self._attempt(message)
        for wait_s in RETRY_WAITS_S:
            if status not in RETRIED_STATUSES:
                break
            await asyncio.sleep(wait_s * self.site.switches.retry_scale)
            status = await self._attempt(message)
        good = status is not None and 200 <= status < 300
        message.outcome = "delivered" if good else "failed"
        self._note_health(message, good=good)

    async def _attempt(self, message: Message) -> int | None:
        loop = asyncio.get_running_loop()
        status = await loop.run_in_executor(self._senders, _post, message, self.site.switches.callback_timeout_s)
        message.statuses.append(status)
        return status

    def _note_health(self, message: Message, *, good: bool) -> None:
        """Remember since when a receiver fails; three days of nothing but failures disable the callback."""
        records = message.company.records
        entry = records.get("CallbackEntry", message.entry_id)
        health = records.get(HEALTH, message.entry_id)
        if entry is None:
            return
        if good:
            if health:
                records.delete(HEALTH, message.entry_id)
        elif health is None:
            records.put(HEALTH, {"id": message.entry_id, "failing_since": timestamps.to_wire(self.site.now)})
        elif self._failed_too_long(health):
            records.put("CallbackEntry", {**entry, "inactiveFlag": True})
        records.committed()

    def _failed_too_long(self, health: Record) -> bool:
        since = timestamps.parse(health["failing_since"])
        return since is not None and self.site.now - since >= DISABLED_AFTER

    def _message(self, company: LoginCompany, entry: Record, event: Event) -> Message:
        key = signing_key(company, entry)
        message_id = str(uuid.uuid4())
        body = dump_json({
            "MessageId": message_id,
            "FromUrl": urlsplit(self.site.base_url).netloc,
            "CompanyId": company.company_id,
            "MemberId": event.member,
            "Action": event.action,
            "Type": event.type,
            "ID": event.record_id,
            "ProductInstanceId": company.product_instance_id,
            "PartnerId": company.partner_id,
            "Entity": self._entity(event),
            "Metadata": {"key_url": self._key_url(company, key)},
            "CallbackObjectRecId": entry["id"],
        }).encode()  # fmt: skip
        url = f"{entry['url']}{event.record_id}&action={event.action}"
        return Message(company, entry["id"], url, body, sign(key["signing_key"], body), message_id)

    def _entity(self, event: Event) -> str | None:
        if event.record is None:
            return None
        model = _MODEL_OF[event.type]
        extras = self.site.switches.extra_fields
        return dump_json(wire.present(event.record, model, self.site.api_url(), extras=extras))

    def _key_url(self, company: LoginCompany, key: Record) -> str:
        query = f"companyName={company.company_id}&id={key['key_id']}"
        return f"{self.site.base_url}/{self.site.switches.codebase}/system/callbackkey/index.rails?{query}"


def sign(key: str, body: bytes) -> str:
    """The value of `x-content-signature`."""
    return base64.b64encode(hmac.new(hashlib.sha256(key.encode()).digest(), body, hashlib.sha256).digest()).decode()


def signing_key(company: LoginCompany, entry: Record) -> Record:
    """The key of one callback entry, made when it is first needed."""
    key = company.records.get("CallbackKey", entry["id"])
    if key is None:
        key = {"id": entry["id"], "key_id": str(uuid.uuid4()), "signing_key": secrets.token_urlsafe(32)}
        company.records.put("CallbackKey", key)
        company.records.committed()
    return key


def find_key(company: LoginCompany, key_id: str) -> str | None:
    keys = company.records.all("CallbackKey")
    return next((key["signing_key"] for key in keys if key["key_id"] == key_id), None)


def _post(message: Message, timeout_s: float) -> int | None:
    import requests  # a fifth of the time that a sandbox takes to start, and most send no callback

    headers = {"Content-Type": "application/json; charset=utf-8", "x-content-signature": message.signature}
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                message.url, data=message.body, headers=headers, timeout=timeout_s, allow_redirects=False
            )
    except OSError:
        return None
    return answer.status_code
