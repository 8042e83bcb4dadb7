"""The shapes of fetches: started, listed, and how far each has come (I7, X3)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from crossfoot.core.fetching import FetchKind, FetchState
from crossfoot.messages.api.words import ConnectedSystem, NextCursor
from crossfoot.messages.patterns import FETCH_ID
from crossfoot.messages.routes import Shape

FetchId = Annotated[str, Field(pattern=FETCH_ID, description="A fetch.")]


class FetchStart(Shape):
    """What to fetch."""

    what: Literal["new_data", "unpaid_invoices"] = Field(
        description="What was created or changed in the last hour (once an hour), or every unpaid invoice again (once in "
        "12 hours)."
    )


class OneFetch(Shape):
    """A fetch, by its id."""

    id: FetchId


class FetchShape(Shape):
    """A fetch over one system, and how far it has come (X3).

    `archive_outside` and `restore_outside` read nothing from the system: they archive in the book what lies outside the
    import filters, or bring it back, and `read` counts that (C5).
    """

    id: FetchId
    system: ConnectedSystem
    what: FetchKind
    state: FetchState = Field(
        description="`stuck` is one that has not moved for half an hour; `replaced` one that ended unfinished, because "
        "a newer one took its place."
    )
    started_at: datetime
    moved_at: datetime
    finished_at: datetime | None
    read: dict[str, int] = Field(
        description="How many records were read, by kind; of `new_data` and `catch_up`, how many were new or different."
    )
    unreadable: int = Field(description="Records that could not be kept exactly; each says so itself (X1).")
    outside: int = Field(description="Records of the book that the import filters would no longer let in (C5).")


class LeftOut(Shape):
    """A system that could not be read, and what opens it again (C7)."""

    system: ConnectedSystem
    reason: str
    fix: str


class FetchesStarted(Shape):
    """One fetch for each connected system; it may be one that was on its way already."""

    fetches: list[FetchShape]
    left_out: list[LeftOut] = Field(description="The systems of which nothing is fetched, and why.")


class FetchList(Shape):
    """A page of fetches, newest first."""

    fetches: list[FetchShape]
    next_cursor: NextCursor
