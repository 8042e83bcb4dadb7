"""The shapes of customers (I1, I5)."""

from pydantic import Field

from crossfoot.core.statuses import CustomerStatus
from crossfoot.messages.api.words import ConnectedSystem, KeptQuery, NextCursor, PageQuery, RecordId
from crossfoot.messages.routes import Shape


class CustomerQuery(PageQuery, KeptQuery):
    """Which customers to list, by name."""

    search: str = Field(default="", max_length=100, description="How the name begins, whatever its case and blanks.")
    system: ConnectedSystem | None = None
    status: CustomerStatus | None = Field(default=None, description="Archived or left out are then included.")


class CustomerShape(Shape):
    """A QuickBooks customer or a ConnectWise company."""

    id: RecordId
    system: ConnectedSystem
    name: str
    account_number: str
    status: CustomerStatus
    archived_here: bool = Field(description="The partner archived it; otherwise it is deleted or inactive there (I5).")


class CustomerList(Shape):
    """A page of customers by name."""

    customers: list[CustomerShape]
    next_cursor: NextCursor
