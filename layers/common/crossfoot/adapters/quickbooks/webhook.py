"""QuickBooks' webhooks: is it Intuit's, and which companies does it name? Standard library only: ingest must start fast."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Event(NamedTuple):
    """One notice. It says where to look, never what is true (I8). The legacy form has no event id."""

    event_id: str
    realm_id: str
    entity: str
    verb: str


_LEGACY_VERBS = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "merge": "merged",
    "void": "voided",
    "emailed": "emailed",
}


def verify(raw: bytes, signature: str, verifier_tokens: Iterable[str]) -> bool:
    """Tell whether one of the verifier tokens (two, while one is being replaced) signed these very bytes."""
    given = signature.strip().encode("utf-8", "replace")
    expected = [_sign(raw, token) for token in verifier_tokens if token]
    return any(hmac.compare_digest(given, each) for each in expected)


def _sign(raw: bytes, token: str) -> bytes:
    return base64.b64encode(hmac.new(token.encode(), raw, hashlib.sha256).digest())


def read_events(raw: bytes) -> tuple[Event, ...]:
    """Read the notices of one post: CloudEvents, or the form before them.

    One bad notice among good ones is left out: refusing the post would bring all of it again and hold back what follows.
    Raises: ValueError when the post as a whole is neither form.
    """
    body = json.loads(raw)
    if isinstance(body, Mapping) and isinstance(body.get("eventNotifications"), list):
        found = [event for notice in body["eventNotifications"] for event in _legacy(notice)]
    elif isinstance(body, list | Mapping):
        found = [event for each in (body if isinstance(body, list) else [body]) if (event := _cloud_event(each))]
    else:
        raise ValueError("neither CloudEvents nor eventNotifications")
    return tuple(found)


def _cloud_event(each: Any) -> Event | None:
    if not isinstance(each, Mapping) or not each.get("intuitaccountid"):
        return None
    parts = str(each.get("type", "")).split(".")
    if len(parts) < 3 or parts[0] != "qbo":
        return None
    verb = "voided" if parts[2] == "void" else parts[2]
    return Event(str(each.get("id", "")), str(each["intuitaccountid"]), parts[1].lower(), verb)


def _legacy(notice: Any) -> Iterable[Event]:
    realm_id = notice.get("realmId") if isinstance(notice, Mapping) else None
    changes = notice.get("dataChangeEvent") if realm_id else None
    for entity in (changes.get("entities") or ()) if isinstance(changes, Mapping) else ():
        if isinstance(entity, Mapping):
            operation = str(entity.get("operation", "")).lower()
            name = str(entity.get("name", "")).lower()
            yield Event("", str(realm_id), name, _LEGACY_VERBS.get(operation, operation))
