"""Documents that a partner downloads."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol


class Documents(Protocol):
    """Where documents are kept for a while. A name is made under the partner, so that none can be asked for by another."""

    def has(self, tenant: str, name: str) -> bool:
        """Tell whether a document is there."""
        ...

    def store(self, tenant: str, name: str, chunks: Iterator[bytes]) -> None:
        """Store a document as it streams in; one that breaks off leaves nothing behind."""
        ...

    def link(self, tenant: str, name: str, file_name: str) -> tuple[str, datetime]:
        """Make a link that anybody who has it can download from, and say until when (minutes)."""
        ...
