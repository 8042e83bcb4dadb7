"""The partners' own schedules, in memory."""

from crossfoot.core.sync.settings import Schedule
from crossfoot.errors import CrossfootError


class FakeSchedules:
    """Schedules by partner. Takes: `refusal` is raised instead of setting one."""

    def __init__(self) -> None:
        self.schedules: dict[str, Schedule] = {}
        self.refusal: CrossfootError | None = None

    def put(self, tenant: str, schedule: Schedule) -> None:
        if self.refusal:
            raise self.refusal
        self.schedules[tenant] = schedule

    def remove(self, tenant: str) -> None:
        self.schedules.pop(tenant, None)
