"""Who is a partner, in memory."""

from collections.abc import Set


class FakePartners:
    """Implements the port Partners."""

    def __init__(self, tenants: Set[str]) -> None:
        self.tenants = tenants

    def exists(self, tenant: str) -> bool:
        return tenant in self.tenants
