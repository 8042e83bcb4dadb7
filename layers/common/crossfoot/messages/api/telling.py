"""The answer to what the platform tells by a call."""

from datetime import datetime

from pydantic import Field

from crossfoot.messages.api.words import RecordId
from crossfoot.messages.routes import Shape


class Told(Shape):
    """It is kept, and what follows from it is queued."""

    id: RecordId
    updated_at: datetime = Field(description="The version that was told. One that is newer stays.")
