"""Who is a partner."""

from typing import Protocol


class Partners(Protocol):
    """Who is a partner, whether it has connected anything or not."""

    def exists(self, tenant: str) -> bool:
        """Tell whether there is such a partner. Takes: any text."""
        ...
