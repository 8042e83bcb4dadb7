"""One call to the API, as the endpoints see it, and what they answer with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.sandbox.connectwise import timestamps
from local.sandbox.connectwise.schema import Field
from local.sandbox.connectwise.site import LoginCompany, Member, Record, Records, Site

RESOLVED = {"Company": "Company", "BillingStatus": "BillingStatus", "Invoice": "Invoice"}


@dataclass(frozen=True)
class Event:
    """A change that callbacks may be fired for. `record` is None when it was deleted; `before` is what it was."""

    type: str
    action: str
    record_id: int
    record: Record | None
    before: Record | None
    member: str


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """Takes: `headers` with small names; `url` without its query; `ids` are those in the path; `level` is the
    member's for this endpoint."""

    site: Site
    company: LoginCompany
    member: Member
    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    now: datetime
    ids: Mapping[str, int] = field(default_factory=dict)
    level: str = "All"
    events: list[Event] = field(default_factory=list)

    @property
    def records(self) -> Records:
        return self.company.records

    def stamped(self, record: Record, before: Record | None) -> Record:
        """Set who changed the record and when, in whole seconds."""
        moment, who = timestamps.to_wire(self.now), self.member.identifier
        entered = (before or {}).get("_info") or {"dateEntered": moment, "enteredBy": who}
        return {**record, "_info": {**entered, "lastUpdated": moment, "updatedBy": who}}

    def resolve(self, reference: Field, given: Mapping[str, Any]) -> Record | None:
        """Find the record a reference means, by id or else by identifier or name; other kinds are taken as given."""
        kind = RESOLVED.get(reference.reference or "")
        if kind is None:
            return dict(given)
        found = self._find(kind, given)
        return None if found is None else reference_to(kind, found)

    def _find(self, kind: str, given: Mapping[str, Any]) -> Record | None:
        if "id" in given:
            return self.records.get(kind, given["id"])
        for name in ("identifier", "name"):
            if name in given:
                wanted = str(given[name]).casefold()
                return next((r for r in self.records.all(kind) if str(r.get(name)).casefold() == wanted), None)
        return None


def reference_to(kind: str, record: Record) -> Record:
    """What another record holds of this one."""
    if kind == "BillingStatus":
        return {"id": record["id"], "name": record.get("name"), "isClosed": bool(record.get("closedFlag"))}
    if kind == "Invoice":
        shown = {
            "identifier": "invoiceNumber",
            "billingType": "type",
            "applyToType": "applyToType",
            "invoiceDate": "date",
        }
        named = {name: record.get(source) for name, source in shown.items()}
        return {"id": record["id"], **{name: value for name, value in named.items() if value is not None}}
    return {"id": record["id"], "identifier": record.get("identifier"), "name": record.get("name")}
