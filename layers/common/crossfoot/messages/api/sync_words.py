"""The words that the shapes of the Sync Invoices tool share (S)."""

from typing import Annotated, Literal

from pydantic import Field

from crossfoot.core.model import Kind
from crossfoot.core.sync.settings import MappingKind
from crossfoot.messages import patterns
from crossfoot.messages.routes import Shape

# As many bills as one call may name; more are meant by asking for all that is offered.
MAX_CHOSEN = 1_000
# Where a list of examples ends.
MAX_EXAMPLES = 50

BillId = Annotated[
    str,
    Field(
        pattern=patterns.CONNECTWISE_ID,
        description="A ConnectWise invoice or credit memo, by its id.",
        examples=["connectwise-501"],
    ),
]
BillKind = Literal[Kind.INVOICE, Kind.CREDIT_MEMO]
Digest = Annotated[
    str, Field(pattern=patterns.DIGEST, description="Names an entry by all that it says, as its preview gives it.")
]
RemoteId = Annotated[str, Field(max_length=64, description='An id in QuickBooks, or "" for none.')]


class OneBill(Shape):
    """A ConnectWise invoice or credit memo, by its id."""

    id: BillId


class MappingName(Shape):
    """Something in ConnectWise that a QuickBooks record stands for."""

    kind: MappingKind
    key: str = Field(max_length=500, description="As the list of mappings gives it.")


class BillName(Shape):
    """A ConnectWise invoice or credit memo, as a list names it."""

    id: BillId
    number: str
