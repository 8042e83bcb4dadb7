"""Callback entries: who wants to be told about changes of what.

Source: recorded answers and faults of a real server (levels, `objectId` 1 for an owner, ObjectExists).
"""

import uuid
from collections.abc import Mapping
from typing import override
from urllib.parse import urlsplit

from local.sandbox.connectwise.call import Call, Event
from local.sandbox.connectwise.collection import Collection
from local.sandbox.connectwise.errors import FieldFault, invalid
from local.sandbox.connectwise.records import Record
from local.sandbox.connectwise.schema import CALLBACK_ENTRY

OWNER_OBJECT_ID = 1
HEALTH = "CallbackHealth"
LEVELS: Mapping[str, frozenset[str]] = {
    "activity": frozenset({"owner", "company", "activity"}),
    "agreement": frozenset({"owner", "type", "company", "agreement"}),
    "company": frozenset({"owner", "status", "type", "territory", "company", "integratortag"}),
    "configuration": frozenset({"owner", "company", "type", "configuration"}),
    "contact": frozenset({"owner", "type", "company", "contact"}),
    "expense": frozenset({"owner", "chargetotype", "type", "class", "company", "expense"}),
    "invoice": frozenset({"owner", "status", "company", "invoice"}),
    "member": frozenset({"owner", "member"}),
    "opportunity": frozenset({"owner", "company", "opportunity"}),
    "productcatalog": frozenset({"owner", "productcatalog"}),
    "project": frozenset({"owner", "company", "board", "project"}),
    "purchaseorder": frozenset({"owner", "company", "purchaseorder"}),
    "schedule": frozenset({"owner", "schedule"}),
    "site": frozenset({"owner", "company", "site"}),
    "ticket": frozenset({"owner", "board", "company", "status", "ticket"}),
    "time": frozenset({"owner", "company", "time"}),
}


class Callbacks(Collection):
    @override
    def defaults(self, call: Call, sent: Record) -> Record:
        return {
            "memberId": call.member.id,
            "payloadVersion": "3.0.0",
            "inactiveFlag": False,
            "isSoapCallbackFlag": False,
            "isSelfSuppressedFlag": False,
            "connectWiseID": str(uuid.uuid4()),
        }

    @override
    def settle(self, call: Call, new: Record, old: Record | None) -> Record:
        new = {**new, "type": str(new["type"]).lower(), "level": str(new["level"]).lower()}
        if new["level"] == "owner":
            new["objectId"] = OWNER_OBJECT_ID
        if faults := _faults(new):
            raise invalid(CALLBACK_ENTRY.resource, faults)
        others = (entry for entry in call.records.all(self.model.name) if entry["id"] != new["id"])
        if any(_sameness(entry) == _sameness(new) for entry in others):
            fault = FieldFault("ObjectExists", "A matching callback entry already exists", "objectId")
            raise invalid(CALLBACK_ENTRY.resource, [fault])
        return new

    @override
    def changed(self, call: Call, new: Record | None, old: Record | None) -> None:
        """An entry that was edited starts with a clean slate, so that one that was disabled can be taken up again."""
        if old is not None:
            call.records.delete(HEALTH, old["id"])


def wants(entry: Record, event: Event, author_id: int | None) -> bool:
    """Tell whether a callback entry is fired for a change. Takes: `author_id`, the member who made the change."""
    if entry.get("inactiveFlag") or entry["type"] != event.type:
        return False
    if entry.get("isSelfSuppressedFlag") and entry.get("memberId") == author_id:
        return False
    return entry["level"] == "owner" or entry["objectId"] in _objects_at(entry["level"], event)


def _objects_at(level: str, event: Event) -> set[int]:
    found: set[int] = {event.record_id} if level == event.type else set()
    for record in (event.record or event.before or {},):
        reference = record.get(level)
        members = record.get("types") if level == "type" and isinstance(record.get("types"), list) else [reference]
        found |= {member["id"] for member in members or [] if isinstance(member, Mapping) and "id" in member}
    return found


def _faults(entry: Record) -> list[FieldFault]:
    faults = []
    address = urlsplit(str(entry["url"]))
    if address.scheme not in ("http", "https") or not address.hostname:
        faults.append(FieldFault("InvalidField", "Invalid URL", "url"))
    if entry["level"] not in LEVELS.get(entry["type"], frozenset()):
        message = "Unrecognized level for type, see documentation for supported levels for each type"
        faults.append(FieldFault("InvalidObject", message, "level"))
    return faults


def _sameness(entry: Record) -> tuple[object, ...]:
    return entry["type"], entry["level"], entry["objectId"], entry["url"]
