"""The partners' accounting companies as the real store keeps them: for a day, unless they are forgotten."""

from datetime import datetime
from typing import Protocol

from crossfoot.core.company import NO_COMPANY, Company
from crossfoot.ports import FRESH_FOR, KEPT_FOR, Clock


class Live(Protocol):
    """What the partners are connected to now."""

    def company_id(self, tenant: str) -> str: ...

    def fetch_company(self, tenant: str) -> Company: ...


class FakeCompanies:
    """Companies by partner and by the id of the one that is connected."""

    def __init__(self, clock: Clock, live: Live) -> None:
        self._clock, self._live = clock, live
        self.kept: dict[str, tuple[str, datetime, Company]] = {}

    def load(self, tenant: str) -> Company:
        now, id_ = self._clock.now(), self._live.company_id(tenant)
        of, read_at, company = self.kept.get(tenant, ("", now, Company()))
        if of != id_ or now - read_at >= KEPT_FOR:
            company = self._live.fetch_company(tenant)
            self.kept[tenant] = (id_, now, company)
        return company

    def load_known(self, tenant: str) -> Company:
        of, _, company = self.kept.get(tenant, ("", None, NO_COMPANY))
        return company if of == self._live.company_id(tenant) else NO_COMPANY

    def forget(self, tenant: str) -> None:
        if tenant in self.kept and self._clock.now() - self.kept[tenant][1] >= FRESH_FOR:
            del self.kept[tenant]
