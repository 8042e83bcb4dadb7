"""The shapes of payments that were made without the platform (B8)."""

from datetime import date

from pydantic import Field

from crossfoot.messages.api.words import Typed
from crossfoot.messages.routes import Shape


class OutsidePaymentShape(Shape):
    """How somebody paid a bill or an invoice without the platform. It is sent nowhere (B8)."""

    paid_on: date
    method: Typed = Field(examples=["cash"])
    note: str = Field(default="", max_length=500)
