"""The shapes of ConnectWise's import filters (C4, C5)."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from crossfoot.core.fetching import FetchState
from crossfoot.core.model import Kind, TraitName
from crossfoot.messages.api.fetches import FetchId, FetchShape
from crossfoot.messages.api.words import NextCursor, PageQuery, RecordId, Why
from crossfoot.messages.routes import Shape

Values = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=100)]],
    Field(max_length=1_000, description="Only records with one of these; none lets everything in."),
]


class FiltersShape(Shape):
    """What comes in from ConnectWise. PUT replaces them all, so none may be left out."""

    company_type: Values
    company_status: Values
    invoice_type: Values
    agreement_type: Values
    location: Values
    department: Values
    first: date | None = Field(alias="from", description="The first day of invoices and credit memos, inclusive.")
    last: date | None = Field(alias="to", description="The last day, inclusive.")


class FiltersSaved(FiltersShape):
    """The filters as they are now, and the fetch that reads everything again."""

    fetch: FetchShape


class ChoiceShape(Shape):
    """A value to filter by."""

    value: str
    label: str


class UnreadableChoices(Shape):
    """Values to filter by that the API member may not read, and the right that it lacks (C3)."""

    name: TraitName
    right: str = Field(examples=["System › Table Setup: needs Inquire: All"])
    sentence: str
    fix: str


class ChoicesShape(Shape):
    """The values that ConnectWise has just now. What may not be read is empty here, and named in `unreadable` (C3)."""

    company_type: list[ChoiceShape]
    company_status: list[ChoiceShape]
    invoice_type: list[ChoiceShape]
    agreement_type: list[ChoiceShape]
    location: list[ChoiceShape]
    department: list[ChoiceShape]
    unreadable: list[UnreadableChoices]


class OutsideQuery(PageQuery):
    """Which records outside the filters to list."""

    kind: Literal[Kind.INVOICE, Kind.CUSTOMER, Kind.CREDIT_MEMO] = Kind.INVOICE


class OutsideCount(Shape):
    """How many records of the book the filters no longer let in, and are not archived.

    They are counted by `fetch`: the newest full read, or the newest archiving or bringing back of all of them.
    """

    fetch: FetchId
    state: FetchState
    counted_at: datetime
    outside: int


class OutsideRecord(Shape):
    """A record of the book that the filters no longer let in."""

    id: RecordId
    kind: Kind
    title: str
    why: Why


class OutsideList(Shape):
    """A page of the records outside the filters; `counted` is null until they were counted (C5)."""

    counted: OutsideCount | None
    records: list[OutsideRecord]
    next_cursor: NextCursor
