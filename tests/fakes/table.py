"""Our own table in memory: history, effects, preferences, reports, queue, and all of it together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from crossfoot.core.comparing import Comparison, report_on
from crossfoot.core.crossfoot import Report
from crossfoot.core.decisions import Decision
from crossfoot.core.effects import Effect
from crossfoot.core.model import Ref
from crossfoot.core.preferences import Preferences
from crossfoot.core.rights import RightsReport
from crossfoot.errors import Conflict
from crossfoot.messages import Message
from crossfoot.ports import Clock, Dated

from tests.fakes.attention import FakeAttention
from tests.fakes.book import FakeBook
from tests.fakes.fetching import FakeCursors, FakeFetchRuns, FakeFilters, FakeLimits
from tests.fakes.matches import FakeMatches
from tests.fakes.notices import FakeNotices, FakeNotifications
from tests.fakes.origins import FakeOrigins
from tests.fakes.outbox import FakeOutbox
from tests.fakes.payable_syncs import FakePayableSyncs
from tests.fakes.payables_settings import FakePayablesSettings
from tests.fakes.sync_table import FakeEntries, FakeSyncRuns, FakeSyncSettings
from tests.fakes.waiting import FakeWaiting


class FakeHistory:
    """Decisions in the order in which they were made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.decisions: dict[tuple[str, Ref], list[Dated[Decision]]] = defaultdict(list)

    def save(self, tenant: str, decisions: Sequence[Decision]) -> None:
        for record in dict.fromkeys(decision.record for decision in decisions):
            kept, new = self.decisions[tenant, record], [d for d in dict.fromkeys(decisions) if d.record == record]
            newest = [each.item for each in kept[-len(new) :]]
            kept.extend(Dated(self._clock.now(), decision) for decision in new if decision not in newest)

    def load(self, tenant: str, record: Ref) -> tuple[Dated[Decision], ...]:
        return tuple(self.decisions[tenant, record])

    def load_many(self, tenant: str, records: Iterable[Ref]) -> dict[Ref, tuple[Dated[Decision], ...]]:
        return {record: self.load(tenant, record) for record in records}


class FakeEffects:
    """Effects with the same two conditional writes as the real store."""

    def __init__(self) -> None:
        self.effects: dict[tuple[str, Ref, str, int], Effect] = {}
        self._on: dict[tuple[str, Ref], list[tuple[str, Ref, str, int]]] = defaultdict(list)

    def load_latest(self, tenant: str, kind: str, subject: Ref) -> Effect | None:
        kept = [effect for effect in self.load_all(tenant, subject) if effect.kind == kind]
        return kept[-1] if kept else None

    def load_latest_of(self, tenant: str, kind: str, subjects: Iterable[Ref]) -> dict[Ref, Effect]:
        found = {subject: self.load_latest(tenant, kind, subject) for subject in subjects}
        return {subject: effect for subject, effect in found.items() if effect is not None}

    def load_all(self, tenant: str, subject: Ref) -> tuple[Effect, ...]:
        kept = [self.effects[key] for key in self._on.get((tenant, subject), ())]
        return tuple(sorted(kept, key=lambda effect: (effect.kind, effect.generation)))

    def insert(self, effect: Effect) -> bool:
        key = _key(effect)
        if key in self.effects:
            return False
        self.effects[key] = effect
        self._on[effect.tenant, effect.subject].append(key)
        return True

    def replace(self, seen: Effect, new: Effect) -> None:
        stored = self.effects.get(_key(seen))
        if stored is None or stored.fence != seen.fence:
            raise Conflict(f"effect {seen.key} is no longer at fence {seen.fence}")
        self.effects[_key(seen)] = new


def _key(effect: Effect) -> tuple[str, Ref, str, int]:
    return (effect.tenant, effect.subject, effect.kind, effect.generation)


class FakePreferences:
    """Preferences by partner."""

    def __init__(self) -> None:
        self.preferences: dict[str, Preferences] = {}

    def load(self, tenant: str) -> Preferences:
        return self.preferences.get(tenant, Preferences())

    def save(self, tenant: str, preferences: Preferences) -> None:
        self.preferences[tenant] = preferences


class FakeRights:
    """The newest test of the rights of each partner."""

    def __init__(self) -> None:
        self.rights: dict[str, RightsReport] = {}

    def load(self, tenant: str) -> RightsReport | None:
        return self.rights.get(tenant)

    def save(self, tenant: str, tested: RightsReport) -> None:
        self.rights[tenant] = tested


class FakeReports:
    """Comparisons, with the same condition as the real store, and the newest report of each partner."""

    def __init__(self) -> None:
        self.reports: dict[str, Report] = {}
        self.comparisons: dict[tuple[str, str], Comparison] = {}
        self._begun: dict[str, str] = {}

    def begin(self, tenant: str, comparison: Comparison) -> Comparison:
        known = self.comparisons.get((tenant, comparison.id))
        if known:
            return known
        under_way = self.load_under_way(tenant)
        if under_way and not under_way.is_abandoned(comparison.started_at):
            return under_way
        if under_way:
            del self.comparisons[tenant, under_way.id]
        self.comparisons[tenant, comparison.id] = comparison
        self._begun[tenant] = comparison.id
        return comparison

    def move(self, tenant: str, seen: Comparison, to: Comparison) -> None:
        stored = self.comparisons.get((tenant, seen.id))
        if stored is None or stored.moves != seen.moves:
            raise Conflict(f"comparison {seen.id} was moved")
        self.comparisons[tenant, to.id] = to
        if to.finished_at:
            self.reports[tenant] = report_on(to, to.finished_at)

    def load_under_way(self, tenant: str) -> Comparison | None:
        begun = self.comparisons.get((tenant, self._begun.get(tenant, "")))
        return begun if begun and begun.finished_at is None else None

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
            content = message.deduplication_id
            if now - self._accepted.get(content, float("-inf")) >= self.DEDUPLICATION_S:
                self._accepted[content] = now
                self.messages.append(message)


class Tables:
    """Everything that our table holds, for all partners."""

    def __init__(self, clock: Clock) -> None:
        self.book = FakeBook()
        self.history = FakeHistory(clock)
        self.effects = FakeEffects()
        self.matches = FakeMatches()
        self.origins, self.waiting = FakeOrigins(), FakeWaiting()
        self.attention = FakeAttention()
        self.notices = FakeNotices(clock)
        self.notifications = FakeNotifications(self.notices)
        self.runs = FakeFetchRuns(clock)
        self.cursors = FakeCursors(self.runs)
        self.limits = FakeLimits(clock)
        self.filters = FakeFilters()
        self.preferences = FakePreferences()
        self.reports = FakeReports()
        self.sync_runs, self.sync_settings, self.entries = FakeSyncRuns(), FakeSyncSettings(), FakeEntries()
        self.outbox = FakeOutbox()
        self.payable_syncs = FakePayableSyncs()
        self.payables_settings = FakePayablesSettings(self.payable_syncs)
