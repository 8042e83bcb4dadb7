"""One call to the API, as the endpoints see it, and what they answer with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.sandbox.connectwise import timestamps
from local.sandbox.connectwise.records import Record, Records
from local.sandbox.connectwise.schema import REFERENCES, Field
from local.sandbox.connectwise.site import LoginCompany, Member, Site


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
    """Takes: `body` as JSON values, or bytes with their `media` type."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str | None = None


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
        kind = reference.reference or ""
        model = REFERENCES[kind].model
        if model is None:
            return dict(given)
        found = self._find(kind, model, given)
        return None if found is None else reference_to(kind, found)

    def _find(self, kind: str, model: str, given: Mapping[str, Any]) -> Record | None:
        if "id" in given:
            return self.records.get(model, given["id"])
        for name in ("identifier", "name"):
            if name in given:
                wanted = str(given[name]).casefold()
                known = self.records.all(model)
                return next((r for r in known if str(reference_to(kind, r).get(name)).casefold() == wanted), None)
        return None


def by_hand(site: Site, company: LoginCompany) -> Call:
    """A change that somebody makes in the screens."""
    somebody = Member(1, "Admin1", "", "")
    return Call(site, company, somebody, "", "", {}, {}, None, site.now)


def reference_to(kind: str, record: Record) -> Record:
    """What another record holds of this one. Takes: the kind of reference, such as "BillingTerms"."""
    named = {name: record.get(name) for name in REFERENCES[kind].fields}
    if kind in _OWN_NAMES:
        named |= _OWN_NAMES[kind](record)
    return {name: value for name, value in named.items() if value is not None}


# Where a reference names a thing otherwise than the record itself does.
_OWN_NAMES: Mapping[str, Callable[[Record], Record]] = {
    "Agreement": lambda agreement: {"type": (agreement.get("type") or {}).get("name")},
    "BillingStatus": lambda status: {"isClosed": bool(status.get("closedFlag"))},
    "CatalogItem": lambda item: {"name": item.get("description")},
    "IvItem": lambda item: {"name": item.get("description")},
    "Invoice": lambda invoice: {
        "identifier": invoice.get("invoiceNumber"),
        "billingType": invoice.get("type"),
        "invoiceDate": invoice.get("date"),
    },
    "Member": lambda member: {"name": f"{member.get('firstName')} {member.get('lastName')}"},
    "TaxCode": lambda code: {"name": code.get("description")},
}
