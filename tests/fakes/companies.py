"""The partners' accounting companies as the real store keeps them: for a day, unless they are forgotten."""

from collections.abc import Callable
from datetime import datetime

from crossfoot.core.company import Company
from crossfoot.ports import FRESH_FOR, KEPT_FOR, Clock


class FakeCompanies:
    """Companies by partner and by the id of the one that is connected."""

    def __init__(self, clock: Clock, connected: Callable[[str], str], fetch: Callable[[str], Company]) -> None:
        self._clock, self._connected, self._fetch = clock, connected, fetch
        self.kept: dict[str, tuple[str, datetime, Company]] = {}

    def load(self, tenant: str) -> Company:
        now, id_ = self._clock.now(), self._connected(tenant)
        of, read_at, company = self.kept.get(tenant, ("", now, Company()))
        if of != id_ or now - read_at >= KEPT_FOR:
            company = self._fetch(tenant)
            self.kept[tenant] = (id_, now, company)
        return company

    def forget(self, tenant: str) -> None:
        if tenant in self.kept and self._clock.now() - self.kept[tenant][1] >= FRESH_FOR:
            del self.kept[tenant]
