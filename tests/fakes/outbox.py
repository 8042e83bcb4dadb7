"""The records of the platform that wait to go out, in memory."""

from collections.abc import Iterable

from crossfoot.core.model import Ref
from crossfoot.ports import Outgoing, Page


class FakeOutbox:
    """Implements the port Outbox."""

    def __init__(self) -> None:
        self.waiting: dict[tuple[str, Ref], Outgoing] = {}

    def put(self, tenant: str, outgoing: Iterable[Outgoing]) -> None:
        self.waiting |= {(tenant, each.record): each for each in outgoing}

    def remove(self, tenant: str, record: Ref) -> None:
        self.waiting.pop((tenant, record), None)

    def load(self, tenant: str, record: Ref) -> Outgoing | None:
        return self.waiting.get((tenant, record))

    def list_outgoing(self, tenant: str, *, cursor: str, limit: int) -> Page[Outgoing]:
        """Give what comes behind a record. The cursor is the record, so that what waits may change between pages."""
        named = sorted((f"{ref.kind}-{ref.id}", each) for (owner, ref), each in self.waiting.items() if owner == tenant)
        behind = [(name, each) for name, each in named if name > cursor]
        page = behind[:limit]
        return Page(tuple(each for _, each in page), page[-1][0] if len(behind) > limit else "")
