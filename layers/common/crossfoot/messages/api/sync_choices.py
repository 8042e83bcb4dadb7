"""The shapes of what a mapping or a preference of the Sync Invoices tool may be set to (S6)."""

from typing import Annotated, Literal

from pydantic import Field

from crossfoot.core.sync.settings import MappingKind
from crossfoot.messages.api.sync_mappings import Target
from crossfoot.messages.routes import Shape

MAX_CHOICES = 100
type Choosable = MappingKind | Literal["purchase_order_field"]


class ChoicesQuery(Shape):
    """What is to be chosen, and what it may be called."""

    kind: Choosable = Field(
        default=MappingKind.ITEM,
        description="`account` is mapped to an item, as `item` is; so are the preferences' items.",
    )
    search: str = Field(
        default="", max_length=100, description="Part of its name or number; of a customer, how the name begins."
    )


class ChoiceShape(Shape):
    """A record of QuickBooks that can be chosen."""

    id: str
    name: str
    number: str = Field(description="An item's SKU, or a customer's account number; \"\" for none.")
    account: Target | None = Field(description="The income account of an item.")
    rate: Annotated[str, Field(examples=["8.25"])] | None = Field(
        description="The percentage of a tax code; null where it has none of its own and only marks a line."
    )


class ChoiceList(Shape):
    """What can be chosen, by name."""

    choices: list[ChoiceShape]
    is_more: bool = Field(description=f"There are more than {MAX_CHOICES}: search for part of the name.")
