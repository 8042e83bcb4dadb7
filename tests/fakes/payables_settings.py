"""What partners chose for their payables, in memory."""

from datetime import UTC, datetime

from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.profile import NO_FACTS, ProfileFacts
from crossfoot.errors import Conflict

from tests.fakes.payable_syncs import FakePayableSyncs

_NEVER = datetime.min.replace(tzinfo=UTC)


class FakePayablesSettings:
    """Preferences and facts by partner. Takes: `syncs` say when the last one of each ended."""

    def __init__(self, syncs: FakePayableSyncs | None = None) -> None:
        self.preferences: dict[str, PayablesPreferences] = {}
        self.facts: dict[str, ProfileFacts] = {}
        self._syncs = syncs or FakePayableSyncs()

    def load(self, tenant: str) -> PayablesPreferences | None:
        return self.preferences.get(tenant)

    def save(self, tenant: str, preferences: PayablesPreferences) -> None:
        self.preferences[tenant] = preferences

    def load_facts(self, tenant: str) -> ProfileFacts:
        return self.facts.get(tenant, NO_FACTS)

    def replace_facts(self, tenant: str, seen: ProfileFacts, new: ProfileFacts) -> None:
        if self.load_facts(tenant) != seen:
            raise Conflict("the facts of the profile changed")
        self.facts[tenant] = new

    def save_facts(self, tenant: str, facts: ProfileFacts) -> None:
        """Let them be so, whatever was there: for tests."""
        self.facts[tenant] = facts

    def list_due(self, before: datetime, limit: int) -> tuple[str, ...]:
        automatic = [tenant for tenant, chosen in self.preferences.items() if chosen.auto_sync]
        places = sorted((self._syncs.ended_at.get(tenant, _NEVER), tenant) for tenant in automatic)
        return tuple(tenant for ended_at, tenant in places if ended_at < before)[:limit]
