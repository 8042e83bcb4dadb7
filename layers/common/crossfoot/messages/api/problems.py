"""The shape of an error (RFC 9457)."""

from pydantic import Field

from crossfoot.messages.api.words import ConnectedSystem
from crossfoot.messages.routes import Shape


class FieldError(Shape):
    """What is wrong with one member of the request."""

    field: str
    message: str


class ProblemShape(Shape):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fix: str
    errors: list[FieldError] | None = None
    system: ConnectedSystem | None = Field(
        default=None, description="The connected system that it is about, where it is one."
    )
