"""What every kind of record can do: list, count, read, create, replace, patch, delete. Kinds override the hooks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from local.sandbox.connectwise import intake, listing, narrowing, rights, wire
from local.sandbox.connectwise.call import Answer, Call, Event
from local.sandbox.connectwise.errors import no_permission, not_found
from local.sandbox.connectwise.records import Record
from local.sandbox.connectwise.schema import Model

type Run = Callable[[Call], Answer]


@dataclass(frozen=True)
class Endpoint:
    """One method on one path.

    Takes: `right` None when being logged in is enough; `{id}` in a path stands for a whole number.
    """

    method: str
    path: str
    right: str | None
    action: str
    run: Run


class Collection:
    """One kind of record, kept in the store."""

    def __init__(self, model: Model) -> None:
        self.model = model

    # What kinds of record may override.

    def defaults(self, call: Call, sent: Record) -> Record:  # noqa: ARG002
        """What a new record has where nothing was sent."""
        return {}

    def settle(self, call: Call, new: Record, old: Record | None) -> Record:  # noqa: ARG002
        """Check a record before it is saved and compute the server's own fields. Raises: RefusedError."""
        return new

    def check_edit(self, call: Call, record: Record) -> None:
        """Refuse what may not be changed or deleted by this member. Raises: RefusedError."""

    def check_delete(self, call: Call, record: Record) -> None:
        """Refuse what may not be deleted. Raises: RefusedError."""

    def changed(self, call: Call, new: Record | None, old: Record | None) -> None:
        """Follow up a change that was saved; by default, note the callback."""
        self.note(call, new, old)

    def shown(self, call: Call, record: Record) -> Record:  # noqa: ARG002
        """Add what is only known when the record is read."""
        return record

    def visible(self, call: Call, records: list[Record]) -> list[Record]:
        """Keep what the member's level shows."""
        return rights.visible(records, call.level, call.member.identifier)

    # The endpoints.

    def endpoints(self) -> list[Endpoint]:
        path, one = self.model.path, f"{self.model.path}/{{id}}"
        able = [
            Endpoint("GET", path, self.model.right, rights.INQUIRE, self.listed),
            Endpoint("POST", path, self.model.right, rights.ADD, self.create),
            Endpoint("PUT", one, self.model.right, rights.EDIT, self.replace),
            Endpoint("PATCH", one, self.model.right, rights.EDIT, self.patch),
            Endpoint("DELETE", one, self.model.right, rights.DELETE, self.delete),
        ]
        if self.model.single:
            able.append(Endpoint("GET", one, self.model.right, rights.INQUIRE, self.read))
        if self.model.count:
            able.append(Endpoint("GET", f"{path}/count", self.model.right, rights.INQUIRE, self.count))
        return [endpoint for endpoint in able if endpoint.method in self.model.methods]

    def listed(self, call: Call) -> Answer:
        found = listing.ordered(self.found(call), self.model, call.query.get("orderBy", ""))
        cut, headers = listing.page(found, call.query, call.headers, call.url)
        return Answer(200, [self.rendered(call, record) for record in cut], headers)

    def count(self, call: Call) -> Answer:
        return Answer(200, {"count": len(self.found(call))})

    def read(self, call: Call) -> Answer:
        record = self.existing(call)
        if not self.visible(call, [record]):
            raise not_found(self.model.name, call.ids["id"])
        return Answer(200, self.rendered(call, self.shown(call, record)))

    def create(self, call: Call) -> Answer:
        self.check_parent(call)
        sent = intake.accept(call.body, self.model, call.resolve)
        intake.require(sent, self.model)
        filled = {**self.defaults(call, sent), **{name: v for name, v in sent.items() if v is not None}}
        record = {"id": call.records.next_id(self.model.name), **filled}
        return Answer(201, self.rendered(call, self.shown(call, self.save(call, record, None))))

    def replace(self, call: Call) -> Answer:
        """PUT: what is not sent becomes null, but for the server's own fields."""
        old = self.editable(call)
        sent = intake.accept(call.body, self.model, call.resolve)
        intake.require(sent, self.model)
        own = {name: value for name, value in old.items() if name in self.model.computed}
        return self.saved(call, {**own, **sent}, old)

    def patch(self, call: Call) -> Answer:
        old = self.editable(call)
        changes = intake.patch_changes(old, call.body, self.model)
        new = {**old, **intake.accept(changes, self.model, call.resolve)}
        touched = {name: new.get(name) for name in changes}
        intake.require({**dict.fromkeys(self.model.required, "untouched"), **touched}, self.model)
        return self.saved(call, new, old)

    def delete(self, call: Call) -> Answer:
        old = self.editable(call)
        self.check_delete(call, old)
        call.records.delete(self.shelf(call), old["id"])
        self.changed(call, None, old)
        return Answer(204)

    # Shared steps.

    def shelf(self, call: Call) -> str:
        """Name the place in the store."""
        return self.model.shelf(call.ids.get("parentId"))

    def check_parent(self, call: Call) -> None:
        """Refuse a path through a record that is not there. Raises: RefusedError."""
        if self.model.parent and call.records.get(self.model.parent, call.ids["parentId"]) is None:
            raise not_found(self.model.parent, call.ids["parentId"])

    def stored(self, call: Call) -> list[Record]:
        """The records that the call's conditions may be true of."""
        after = listing.after_id(call.query, call.headers)
        conditions = call.query.get("conditions", "").strip()
        return narrowing.candidates(call.records, self.shelf(call), self.model, conditions, after)

    def found(self, call: Call) -> list[Record]:
        self.check_parent(call)
        own = self.visible(call, self.stored(call))
        return listing.filtered([self.shown(call, record) for record in own], self.model, call.query)

    def existing(self, call: Call) -> Record:
        self.check_parent(call)
        record = call.records.get(self.shelf(call), call.ids["id"])
        if record is None:
            raise not_found(self.model.name, call.ids["id"])
        return record

    def editable(self, call: Call) -> Record:
        record = self.existing(call)
        if not self.visible(call, [record]):
            raise no_permission()
        self.check_edit(call, record)
        return record

    def saved(self, call: Call, new: Record, old: Record) -> Answer:
        return Answer(200, self.rendered(call, self.shown(call, self.save(call, new, old))))

    def save(self, call: Call, new: Record, old: Record | None) -> Record:
        settled = {name: value for name, value in self.settle(call, new, old).items() if value is not None}
        if old is not None and {**settled, "_info": None} == {**old, "_info": None}:
            return old  # nothing changed: no new lastUpdated, no callback
        settled = call.stamped(settled, old)
        call.records.put(self.shelf(call), settled)
        self.changed(call, settled, old)
        return settled

    def note(self, call: Call, new: Record | None, old: Record | None) -> None:
        if self.model.event is not None:
            action = "added" if old is None else "deleted" if new is None else "updated"
            record_id = (new or old or {})["id"]
            call.events.append(Event(self.model.event, action, record_id, new, old, call.member.identifier))

    def rendered(self, call: Call, record: Record) -> Record:
        switches = call.site.switches
        shown = wire.present(record, self.model, call.site.api_url(), extras=switches.extra_fields)
        fields = call.query.get("fields", "").strip()
        if not fields:
            return shown
        return listing.projected(shown, self.model, fields, strict=switches.unknown_fields_refused)


class Derived(Collection):
    """A kind of record that is not kept but computed from others when it is read."""

    def computed(self, call: Call) -> list[Record]:
        """Compute the records, by ascending id."""
        raise NotImplementedError

    @override
    def stored(self, call: Call) -> list[Record]:
        return self.computed(call)

    @override
    def existing(self, call: Call) -> Record:
        self.check_parent(call)
        for record in self.computed(call):
            if record["id"] == call.ids["id"]:
                return record
        raise not_found(self.model.name, call.ids["id"])
