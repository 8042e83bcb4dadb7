"""The security-role rights that Crossfoot needs in ConnectWise, and what stops without each (C3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crossfoot.core.model import TraitName

# So often may a partner who has granted a right have them tried again: it takes as many calls as there are rights.
TEST_EVERY = timedelta(minutes=1)


class RightState(StrEnum):
    """What a probe found."""

    GRANTED = "granted"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Right:
    """A right in ConnectWise's own words.

    Takes: `probe` is the endpoint that answers only with this right, below the API's root; `without` says what stops.
    """

    name: str
    level: str
    probe: str
    without: str

    @property
    def untried(self) -> str:
        """Say what no probe can show, for a probe changes nothing; "" where reading is all that is needed."""
        return (
            ""
            if self.level == _INQUIRE
            else "Only Inquire could be tried; a missing other one shows at the first write."
        )

    @property
    def sentence(self) -> str:
        """Name it as the security role's page does."""
        return f"{self.name}: needs {self.level}"


_INQUIRE = "Inquire: All"
_EDIT = "Edit, Delete and Inquire: All"

# Source: C3, in the order of the security role's page.
RIGHTS = (
    Right("Companies › Company Maintenance", _INQUIRE, "/company/companies", "No customers come in."),
    Right(
        "Finance › Accounting Interface", "Add, Edit, Delete and Inquire: All", "/finance/accounting/batches",
        "Invoices synced to QuickBooks cannot be marked as posted.",
    ),
    Right(
        # Its trailing slash is the documented one.
        "Finance › Agreement Invoicing", _EDIT, "/finance/agreementrecap/",
        "Agreement invoices do not come in, and no payments go out to them.",
    ),
    Right(
        "Finance › Agreements", _INQUIRE, "/finance/agreements",
        "Agreement invoices come in without their agreement type.",
    ),
    Right("Finance › Invoicing", _EDIT, "/finance/invoices", "No invoices come in, and no payments go out."),
    Right("Procurement › Product Catalog", _INQUIRE, "/procurement/catalog", "Items cannot be mapped."),
    Right("Procurement › Products", _INQUIRE, "/procurement/products", "Product lines of invoices are missing."),
    Right("Service Desk › Service Tickets", _INQUIRE, "/service/tickets", "Lines do not name their ticket."),
    Right("System › Member Maintenance", _INQUIRE, "/system/members", "Time lines do not name who worked."),
    Right("System › Report Writer", _INQUIRE, "/system/reports", "Bulk comparisons fall back to slower reads."),
    Right(
        "System › Table Setup", _INQUIRE, "/finance/billingStatuses",
        "Types, statuses, locations and departments cannot be offered as import filters.",
    ),
    Right("Time & Expense › Expense Report Entry", _INQUIRE, "/expense/entries", "Expense lines are missing."),
    Right("Time & Expense › Time Entry", _INQUIRE, "/time/entries", "Time lines of invoices are missing."),
)  # fmt: skip


_TABLES = "System › Table Setup"
# Which right opens the values of an import filter. What an invoice's type can be is written in the API itself.
RIGHTS_TO_CHOOSE = {
    TraitName.COMPANY_TYPE: _TABLES,
    TraitName.COMPANY_STATUS: _TABLES,
    TraitName.AGREEMENT_TYPE: "Finance › Agreements",
    TraitName.LOCATION: _TABLES,
    TraitName.DEPARTMENT: _TABLES,
}


def right_to_choose(name: TraitName) -> Right:
    """Give the right that opens the values of an import filter. Source: C3, C4."""
    return next(right for right in RIGHTS if right.name == RIGHTS_TO_CHOOSE[name])


@dataclass(frozen=True, slots=True)
class Probed:
    """A right and what a probe found. `note` says why, where that is not known, or what the probe could not show."""

    right: Right
    state: RightState
    note: str = ""


@dataclass(frozen=True, slots=True)
class RightsReport:
    """What a test of the rights found, and when (aware UTC)."""

    at: datetime
    probed: tuple[Probed, ...]

    @property
    def missing(self) -> tuple[Right, ...]:
        """List the rights that are not there."""
        return tuple(each.right for each in self.probed if each.state is RightState.MISSING)
