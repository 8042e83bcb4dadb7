"""Documents in memory."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from crossfoot.ports import Clock

LINK_LIFE = timedelta(minutes=5)


class FakeDocuments:
    """Documents by partner and name; one that breaks off is not kept."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.documents: dict[tuple[str, str], bytes] = {}

    def has(self, tenant: str, name: str) -> bool:
        return (tenant, name) in self.documents

    def store(self, tenant: str, name: str, chunks: Iterator[bytes]) -> None:
        self.documents[tenant, name] = b"".join(chunks)

    def link(self, tenant: str, name: str, file_name: str) -> tuple[str, datetime]:
        return f"https://documents.example/{tenant}/{name}?as={file_name}", self._clock.now() + LINK_LIFE
