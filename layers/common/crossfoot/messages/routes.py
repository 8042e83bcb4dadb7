"""What a route of our API is: the table of routes is both what is served and what the OpenAPI document says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A shape of the API. Unknown members are refused, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Shape):
    """No members."""


@dataclass(frozen=True, slots=True)
class Asked[Path: Shape = Nothing, Query: Shape = Nothing, Body: Shape = Nothing]:
    """A request that was read and found well-formed.

    Takes: `tenant` and `user` are "" on an open route, and `idempotency_key` on one that takes none.
    """

    tenant: str
    path: Path
    query: Query
    body: Body
    idempotency_key: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer for a person's browser."""

    status: int
    html: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """An answer for a spreadsheet. Takes: `csv` is its text; `name` is what the file is to be called."""

    csv: str
    name: str


@dataclass(frozen=True, slots=True)
class Route[Ports]:
    """One method of one path.

    Takes: `path` with its parameters in braces; `answer` is None where there is no body; an `is_open` route asks for no
    token, and one with a `group` serves only the users of that; one that is `idempotent` asks for an Idempotency-Key, and
    gives the same key the same answer; `problems` are the statuses of its own beside those that every route can answer.
    """

    name: str
    method: str
    path: str
    summary: str
    run: Callable[[Ports, Any], Shape | Page | Sheet | Mapping[str, Any] | None]
    answer: type[Shape] | None = None
    status: int = 200
    path_shape: type[Shape] = Nothing
    query: type[Shape] = Nothing
    body: type[Shape] | None = None
    is_open: bool = False
    group: str = ""
    idempotent: bool = False
    media_type: str = "application/json"
    problems: tuple[int, ...] = field(default=())
