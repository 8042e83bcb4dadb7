"""Our own table in memory: book, history, effects, cursors, preferences, reports, queue."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from crossfoot.core.crossfoot import Report
from crossfoot.core.decisions import Decision
from crossfoot.core.effects import Effect
from crossfoot.core.matching import normalise
from crossfoot.core.model import Invoice, Kind, Link, Payment, Record, Ref, Standing, System
from crossfoot.core.preferences import Preferences
from crossfoot.errors import Conflict
from crossfoot.messages import Message
from crossfoot.ports import Clock, Dated, ListPage


class FakeBook:
    """Records, pointers and links, with the same conditions as the real table."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, Ref], Record] = {}
        self.links: dict[tuple[str, Ref], Link] = {}
        self.paid_by: dict[tuple[str, Ref], set[Ref]] = defaultdict(set)

    def load(self, tenant: str, ref: Ref) -> Record | None:
        return self.records.get((tenant, ref))

    def load_many(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Record]:
        return {ref: self.records[tenant, ref] for ref in refs if (tenant, ref) in self.records}

    def save(self, tenant: str, records: Sequence[Record]) -> None:
        for record in records:
            stored = self.records.get((tenant, record.ref))
            if stored is not None and _is_older(record, stored):
                continue
            merged = _merge(record, stored)
            if isinstance(merged, Payment):
                for part in merged.allocations:
                    self.paid_by[tenant, part.invoice].add(merged.ref)
            self.records[tenant, record.ref] = merged

    def load_payments_of(self, tenant: str, invoice: Ref) -> tuple[Payment, ...]:
        found = [self.records[tenant, ref] for ref in sorted(self.paid_by[tenant, invoice])]
        return tuple(record for record in found if isinstance(record, Payment))

    def load_invoices_numbered(self, tenant: str, number: str) -> tuple[Invoice, ...]:
        wanted = normalise(number)
        return tuple(
            record
            for (owner, _), record in self.records.items()
            if owner == tenant and isinstance(record, Invoice) and normalise(record.number) == wanted
        )

    def list_records(
        self,
        tenant: str,
        kind: Kind,
        *,
        first: date | None,
        last: date | None,
        system: System | None,
        cursor: str,
        limit: int,
    ) -> ListPage:
        found = sorted(
            (
                record
                for (owner, ref), record in self.records.items()
                if owner == tenant
                and ref.kind is kind
                and (system is None or ref.system is system)
                and (first is None or _dated(record) >= first)
                and (last is None or _dated(record) <= last)
            ),
            key=lambda record: (_dated(record), str(record.ref)),
            reverse=True,
        )
        start = int(cursor or 0)
        end = start + limit
        return ListPage(tuple(found[start:end]), str(end) if end < len(found) else "")

    def load_link(self, tenant: str, ref: Ref) -> Link | None:
        return self.links.get((tenant, ref))

    def load_links(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Link]:
        return {ref: self.links[tenant, ref] for ref in refs if (tenant, ref) in self.links}

    def remove_link(self, tenant: str, link: Link) -> None:
        for ref in (link.accounting, link.psa):
            if self.links.get((tenant, ref), link) != link:
                raise Conflict(f"{ref} is linked to another record")
        for ref in (link.accounting, link.psa):
            self.links.pop((tenant, ref), None)

    def save_link(self, tenant: str, link: Link) -> None:
        for ref in (link.accounting, link.psa):
            if self.links.get((tenant, ref), link) != link:
                raise Conflict(f"{ref} is linked to another record")
        self.links[tenant, link.accounting] = self.links[tenant, link.psa] = link


def _is_older(record: Record, stored: Record) -> bool:
    return (record.version.updated_at, record.version.seen_at) < (stored.version.updated_at, stored.version.seen_at)


def _merge(record: Record, stored: Record | None) -> Record:
    if stored is not None and record.standing is Standing.DELETED:
        known = replace(stored, standing=Standing.DELETED, version=record.version)
        record = replace(known, allocations=()) if isinstance(known, Payment) else known
    if isinstance(record, Payment) and isinstance(stored, Payment):
        pays = {part.invoice for part in record.allocations}
        former = dict.fromkeys((*stored.former_invoices, *(part.invoice for part in stored.allocations)))
        return replace(record, former_invoices=tuple(ref for ref in former if ref not in pays))
    return record


def _dated(record: Record) -> date:
    match record:
        case Invoice():
            return record.issued_on
        case Payment():
            return record.paid_on or date.min
        case _:
            return date.min


class FakeHistory:
    """Decisions in the order in which they were made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.decisions: dict[tuple[str, Ref], list[Dated[Decision]]] = defaultdict(list)

    def save(self, tenant: str, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            kept = self.decisions[tenant, decision.record]
            if not kept or kept[-1].item != decision:
                kept.append(Dated(self._clock.now(), decision))

    def load(self, tenant: str, record: Ref) -> tuple[Dated[Decision], ...]:
        return tuple(self.decisions[tenant, record])


class FakeEffects:
    """Effects with the same two conditional writes as the real store."""

    def __init__(self) -> None:
        self.effects: dict[tuple[str, Ref, str, int], Effect] = {}

    def load_latest(self, tenant: str, kind: str, subject: Ref) -> Effect | None:
        kept = [effect for effect in self.load_all(tenant, subject) if effect.kind == kind]
        return kept[-1] if kept else None

    def load_latest_of(self, tenant: str, kind: str, subjects: Iterable[Ref]) -> dict[Ref, Effect]:
        found = {subject: self.load_latest(tenant, kind, subject) for subject in subjects}
        return {subject: effect for subject, effect in found.items() if effect is not None}

    def load_all(self, tenant: str, subject: Ref) -> tuple[Effect, ...]:
        kept = [effect for key, effect in self.effects.items() if key[:2] == (tenant, subject)]
        return tuple(sorted(kept, key=lambda effect: (effect.kind, effect.generation)))

    def insert(self, effect: Effect) -> bool:
        return self.effects.setdefault(_key(effect), effect) is effect

    def replace(self, seen: Effect, new: Effect) -> None:
        stored = self.effects.get(_key(seen))
        if stored is None or stored.fence != seen.fence:
            raise Conflict(f"effect {seen.key} is no longer at fence {seen.fence}")
        self.effects[_key(seen)] = new


def _key(effect: Effect) -> tuple[str, Ref, str, int]:
    return (effect.tenant, effect.subject, effect.kind, effect.generation)


class FakeCursors:
    """Cursors that move only from where they were seen."""

    def __init__(self) -> None:
        self.cursors: dict[tuple[str, System], str] = {}

    def load(self, tenant: str, system: System) -> str:
        return self.cursors.get((tenant, system), "")

    def move(self, tenant: str, system: System, seen: str, to: str) -> None:
        if self.load(tenant, system) != seen:
            raise Conflict(f"the {system} cursor of {tenant} was moved")
        self.cursors[tenant, system] = to


class FakePreferences:
    """Preferences by partner."""

    def __init__(self) -> None:
        self.preferences: dict[str, Preferences] = {}

    def load(self, tenant: str) -> Preferences:
        return self.preferences.get(tenant, Preferences())

    def save(self, tenant: str, preferences: Preferences) -> None:
        self.preferences[tenant] = preferences


class FakeReports:
    """The newest crossfoot report of each partner."""

    def __init__(self) -> None:
        self.reports: dict[str, Report] = {}

    def save(self, tenant: str, report: Report) -> None:
        self.reports[tenant] = report

    def load_newest(self, tenant: str) -> Report | None:
        return self.reports.get(tenant)


class FakeQueue:
    """Messages that were accepted; the same deduplication id within five minutes is accepted once."""

    DEDUPLICATION_S = 300

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.messages: list[Message] = []
        self._accepted: dict[str, float] = {}

    def send(self, messages: Sequence[Message]) -> None:
        now = self._clock.now().timestamp()
        for message in messages:
            accepted_at = self._accepted.get(message.deduplication_id, float("-inf"))
            if now - accepted_at >= self.DEDUPLICATION_S:
                self._accepted[message.deduplication_id] = now
                self.messages.append(message)


class Tables:
    """Everything that our table holds, for all partners."""

    def __init__(self, clock: Clock) -> None:
        self.book = FakeBook()
        self.history = FakeHistory(clock)
        self.effects = FakeEffects()
        self.cursors = FakeCursors()
        self.preferences = FakePreferences()
        self.reports = FakeReports()
