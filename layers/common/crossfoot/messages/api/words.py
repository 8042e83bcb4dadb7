"""The words that the shapes of our API share: ids are text, money is decimal text, times are UTC."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from crossfoot.core.decisions import Outcome
from crossfoot.core.model import CONNECTED, System
from crossfoot.messages import patterns
from crossfoot.messages.routes import Shape

MAX_LIMIT = 200
_EXPECTED = " or ".join(f"'{system}'" for system in CONNECTED)


def _of_the_connected(word: object) -> object:
    """Refuse the platform, which nobody connects, as any word that names no system is refused."""
    if word not in CONNECTED:
        raise PydanticCustomError("enum", "one of {expected}", {"expected": _EXPECTED})
    return word


RecordId = Annotated[
    str,
    Field(
        pattern=patterns.RECORD_ID,
        description="A record of one system, by the id that it has there.",
        examples=["quickbooks-129"],
    ),
]
ConnectedSystem = Annotated[
    System,
    BeforeValidator(_of_the_connected),
    WithJsonSchema({"type": "string", "enum": [system.value for system in CONNECTED]}),
]
Money = Annotated[
    str,
    Field(pattern=r"^-?\d+(\.\d+)?$", description="An exact amount in the record's currency.", examples=["1250.00"]),
]
Currency = Annotated[
    str,
    Field(
        pattern=r"^([A-Z]{3})?$",
        description='ISO 4217; "" for a record of which no more is known than that it was deleted.',
        examples=["USD"],
    ),
]
Typed = Annotated[str, Field(min_length=1, max_length=200)]
Cursor = Annotated[str, Field(max_length=2_000, description="`next_cursor` of the page before.")]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT)]
NextCursor = Annotated[
    str,
    Field(
        description='For the next page; "" on the last one. A page reads no more than its part of the list: where a filter '
        "that has no list of its own lets little through, it can be short, or empty, and the list goes on behind it."
    ),
]


class OneId(Shape):
    """A record, by its id."""

    id: RecordId


class PageQuery(Shape):
    """Which page of a list."""

    cursor: Cursor = ""
    limit: Limit = 50


class DatedQuery(PageQuery):
    """What every list by date takes."""

    first: date | None = Field(default=None, alias="from", description="The first day, inclusive.")
    last: date | None = Field(default=None, alias="to", description="The last day, inclusive.")
    sort: Literal["-date", "date"] = Field(default="-date", description="By date: newest first, or oldest first.")


class KeptQuery(Shape):
    """Whether a list shows what is usually passed over."""

    include_archived: bool = Field(default=False, description="Also what was archived, here or by its deletion (I5).")
    include_left_out: bool = Field(default=False, description="Also what the import filters left out (C4).")


class Why(Shape):
    """A decision: what was done or not, by which rule, and what would change it."""

    outcome: Outcome
    rule: str = Field(description="Its number in docs/rules.md.", examples=["E8"])
    code: str
    sentence: str
    fix: str
    about: list[RecordId]


class Accepted(Shape):
    """It was queued."""

    accepted: Literal[True] = True


class CustomerName(Shape):
    """Whose it is."""

    id: RecordId | None
    name: str
