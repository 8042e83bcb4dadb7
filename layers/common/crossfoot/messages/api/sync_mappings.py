"""The shapes of mappings: what of ConnectWise needs a QuickBooks record that stands for it, and which does (S4, S6)."""

from typing import Literal

from pydantic import Field

from crossfoot.core.sync.settings import MappingKind
from crossfoot.messages.api.sync_words import BillName, MappingName
from crossfoot.messages.api.words import Cursor, NextCursor, Typed
from crossfoot.messages.routes import Shape

# As many as one call may change.
MAX_CHANGED = 500
MAX_NEW_ITEMS = 20


class Target(Shape):
    """A record of QuickBooks: a customer, an item, a tax code, terms, a class or a location."""

    id: str
    name: str


class MappingsQuery(Shape):
    """Which of the mappings that unsynced bills need. A page is what so many bills need as are looked at in one go."""

    kind: MappingKind | None = None
    unmapped: bool = Field(
        default=False, description="Only those without a target that can be used, or whose target has another name now."
    )
    cursor: Cursor = ""


class SuggestionShape(Shape):
    """A record of QuickBooks that may be meant. Nothing is confirmed by being suggested."""

    target: Target
    exact: bool = Field(description="Its name or number is the same: it may be confirmed with all others of that kind.")
    why: str


class NeededShape(MappingName):
    """Something in ConnectWise that unsynced bills need a target for."""

    label: str = Field(description="For people.", examples=["Technician / Regular / Project ticket"])
    count: int = Field(description="How many of the bills that were looked at need it.")
    bills: list[BillName] = Field(description="The first of them.")
    target: Target | None = Field(description="What was confirmed; its name as it was then.")
    implied: list[Target] = Field(
        description="The items that ConnectWise's own mapping of an account names: they serve while nothing is confirmed."
    )
    usable: bool = Field(description="Whether the bills can be entered with what stands for it.")
    problem: str = Field(
        description='Why they cannot, or that the target has another name now; "" where all is in order.'
    )
    fix: str
    suggestions: list[SuggestionShape] = Field(description="Best first, five at most.")


class MappingSurvey(Shape):
    """What the unsynced bills need."""

    mappings: list[NeededShape]
    surveyed: int = Field(description="How many bills were looked at for this.")
    next_cursor: NextCursor


class MappingChange(MappingName):
    """What shall stand for something."""

    target_id: str | None = Field(min_length=1, max_length=64, description="A record of QuickBooks; null for none.")


class MappingsChange(Shape):
    """Some mappings to confirm, or to forget."""

    mappings: list[MappingChange] = Field(min_length=1, max_length=MAX_CHANGED)


class MappingShape(MappingName):
    """What stands for something now."""

    target: Target | None


class MappingsSaved(Shape):
    """The mappings as they are kept now."""

    mappings: list[MappingShape]


class ConfirmRequest(Shape):
    """Which suggestions to confirm: all exact ones of a kind, for the bills of one page of the survey."""

    kind: MappingKind
    cursor: Cursor = ""


class MappingsConfirmed(MappingsSaved):
    """What was confirmed."""

    left: int = Field(description="How many of this kind the same bills need that still have no target.")
    next_cursor: NextCursor


class TriedBill(BillName):
    """A bill that a change would make a difference to."""

    before: Literal["ready", "held"]
    after: Literal["ready", "held"]
    changes: list[str] = Field(description="What would differ in its entry, or why there would be none.")


class MappingTrial(Shape):
    """What a change of mappings or preferences would make of the bills that are offered. Nothing is saved, and nothing
    that was synced changes.
    """

    surveyed: int
    is_more: bool = Field(description="There are further bills, which were not looked at.")
    affected: int = Field(description="For how many of them anything changes.")
    becomes_ready: int
    becomes_held: int
    entries_changed: int = Field(description="How many are ready before and after, with another entry.")
    bills: list[TriedBill] = Field(description="The first of those affected, 50 at most.")


class FindingShape(Shape):
    """Something that a mapping or a preference points to and that is gone, inactive, of the wrong kind, or renamed."""

    mapping: MappingName | None = Field(description="Null for a preference.")
    code: str
    sentence: str
    fix: str
    blocks: bool = Field(description="Whether bills that need it are refused; a new name alone blocks nothing.")


class Checkup(Shape):
    """What the mapping doctor found, what blocks first."""

    findings: list[FindingShape]
    examined: int = Field(description="How many mappings were looked at.")


class NewItemsQuery(Shape):
    """For which bills items are proposed: those of one go, as in the survey of mappings."""

    cursor: Cursor = ""


class ProposedItemShape(Shape):
    """A QuickBooks item that may be made for a kind of work, so that its revenue lands where ConnectWise posts it (S4)."""

    name: str
    account: Target = Field(description="The income account.")
    ledger_accounts: list[str] = Field(description="What ConnectWise calls that account.")
    serves: list[MappingName] = Field(description="What it would stand for.")
    count: int = Field(description="How many of the bills that were looked at need it.")


class ProposedItems(Shape):
    """The items that line-item mode lacks."""

    items: list[ProposedItemShape]
    unsaid_accounts: list[str] = Field(
        description="ConnectWise's accounts for time of which nobody said what they are in QuickBooks: nothing is proposed "
        "for work on them until that is said, by a mapping of kind `account`."
    )
    surveyed: int
    next_cursor: NextCursor


class ItemsRequest(Shape):
    """Which of the proposed items to make."""

    names: list[Typed] = Field(min_length=1, max_length=MAX_NEW_ITEMS)
    cursor: Cursor = ""


class MadeItem(Shape):
    """An item that was made, or was there already, and stands for what it serves from now on."""

    item: Target
    account: Target
    serves: list[MappingName]


class ItemsMade(Shape):
    """The items that were made."""

    items: list[MadeItem]
