"""The deployed stack, with IAM enforced, and two partners on it."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from local.stack.paths import Home
from tests.e2e.partner import Deployed, Partner


@pytest.fixture(scope="module")
def deployed(running_stack: Home) -> Iterator[Deployed]:
    found = Deployed(running_stack)
    yield found
    for sandbox in (found.quickbooks, found.connectwise):
        sandbox.clear_faults()


@pytest.fixture(scope="module")
def two(deployed: Deployed) -> tuple[Partner, Partner]:
    """Two partners with the same ids everywhere and different amounts, connected at once."""
    partners = (Partner(deployed, "North IT", Decimal("770.00")), Partner(deployed, "South IT", Decimal("110.00")))
    for partner in partners:
        partner.enter_invoices()
    for partner in partners:
        partner.connect()
    return partners
