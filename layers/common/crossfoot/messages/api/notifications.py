"""The shape of the e-mail that a partner wants (C7, X1)."""

from typing import Annotated

from pydantic import Field

from crossfoot.core.notifications import MAX_ADDRESSES
from crossfoot.messages import patterns
from crossfoot.messages.routes import Shape

Address = Annotated[str, Field(max_length=254, pattern=patterns.EMAIL, examples=["books@example.com"])]
Addresses = Annotated[list[Address], Field(max_length=MAX_ADDRESSES)]


class NotificationsShape(Shape):
    """Who is told what by e-mail. PUT replaces all of it, so nothing may be left out; without addresses nobody is told."""

    connection_trouble: Addresses = Field(
        description="Who hears when a connection needs attention, does not answer, or gets a warning (that its consent "
        "ends soon, say); and when it works again."
    )
    daily_digest: Addresses = Field(description="Who hears once a day what needs attention; never when nothing does.")
    digest_hour: int = Field(
        ge=0, le=23, description="The hour of the day, in that time zone, in which the digest comes."
    )
    time_zone: str = Field(
        max_length=64, pattern=patterns.TIME_ZONE, description="By its IANA name.", examples=["America/New_York"]
    )


class NotificationsStanding(NotificationsShape):
    """Who is told what by e-mail, and whether this installation sends any."""

    mail_is_on: bool = Field(description="False where the operator has set no sender: then nobody is told.")
