"""E-mail: what partners want, what they were told, and a mailbox that keeps what it is handed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from crossfoot.core.mails import Mail
from crossfoot.core.notices import Notice
from crossfoot.core.notifications import Notifications
from crossfoot.errors import Conflict, CrossfootError
from crossfoot.ports import Clock


class FakeNotices:
    """What partners were told, with the same conditional write as the real store."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.notices: dict[tuple[str, str], Notice] = {}
        self.turns: dict[str, str] = {}

    def load(self, tenant: str, about: str) -> Notice:
        return self.notices.get((tenant, about), Notice())

    def save(self, tenant: str, about: str, notice: Notice) -> Notice:
        if self.load(tenant, about).revision != notice.revision:
            raise Conflict(f"the notice of {about} is no longer at {notice.revision}")
        self.notices[tenant, about] = replace(notice, revision=notice.revision + 1)
        return self.notices[tenant, about]

    def turn(self, tenant: str) -> None:
        """Note a turn, as the write does that turns a connection."""
        self.turns[tenant] = self._clock.now().isoformat()

    def load_turn(self, tenant: str) -> str:
        return self.turns.get(tenant, "")

    def end_turn(self, tenant: str, stamp: str) -> None:
        if stamp and self.turns.get(tenant) == stamp:
            del self.turns[tenant]

    def list_turns(self, limit: int) -> tuple[str, ...]:
        return tuple(self.turns)[:limit]


class FakeNotifications:
    """The e-mail that partners want."""

    def __init__(self, notices: FakeNotices) -> None:
        self._notices = notices
        self.chosen: dict[str, Notifications] = {}

    def load(self, tenant: str) -> Notifications:
        return self.chosen.get(tenant, Notifications())

    def save(self, tenant: str, notifications: Notifications) -> None:
        self.chosen[tenant] = notifications
        self._notices.turn(tenant)

    def list_digests(self, limit: int) -> tuple[tuple[str, Notifications], ...]:
        wanted = [(tenant, chosen) for tenant, chosen in self.chosen.items() if chosen.daily_digest]
        return tuple((tenant, replace(chosen, connection_trouble=(), daily_digest=())) for tenant, chosen in wanted)[
            :limit
        ]


@dataclass
class FakeMailbox:
    """Keeps each mail with who gets it. `error` is raised: before it is kept, or `after`."""

    sent: list[tuple[tuple[str, ...], Mail, str]] = field(default_factory=list)
    error: CrossfootError | None = None
    after: bool = False

    def send(self, to: Sequence[str], mail: Mail, key: str) -> None:
        if self.error and not self.after:
            raise self.error
        self.sent.append((tuple(to), mail, key))
        if self.error:
            raise self.error

    @property
    def subjects(self) -> list[str]:
        """What was sent, by subject."""
        return [mail.subject for _, mail, _ in self.sent]
