"""What all that the platform tells has in common: a version by its own time, and exact amounts in one currency."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, ValidationInfo

from crossfoot.core.model import Version
from crossfoot.core.money import from_minor, to_minor
from crossfoot.messages import patterns
from crossfoot.messages.routes import Shape

PlatformId = Annotated[
    str, Field(pattern=patterns.PLATFORM_ID, description="The platform's own id.", examples=["pay_1"])
]
IsoCurrency = Annotated[str, Field(pattern=patterns.CURRENCY, description="ISO 4217.", examples=["USD"])]
Amount = Annotated[str, Field(pattern=patterns.AMOUNT, description="An exact amount.", examples=["1250.00"])]
SignedAmount = Annotated[str, Field(pattern=patterns.SIGNED_AMOUNT, description="An exact amount.", examples=["-2.90"])]


def _of_our_time(at: datetime) -> datetime:
    if not 2000 <= at.year < 2200:
        raise ValueError("that is no time of ours")
    return at


UpdatedAt = Annotated[
    AwareDatetime,
    AfterValidator(_of_our_time),
    Field(description="When the platform changed it last. The newest version counts, in whatever order they come."),
]


class ToldRecord(Shape):
    """A record of the platform, of which the newest version counts."""

    id: PlatformId
    updated_at: UpdatedAt

    def version(self, progress: int) -> Version:
        """Order its versions by the platform's own time, however late each of them arrives.

        Takes: `progress` orders states of the same time: what was taken back is not raised by a late delivery.
        """
        at = self.updated_at.astimezone(UTC)
        return Version(_time_text(at), _time_text(at + timedelta(microseconds=progress)))


class ToldAmounts(ToldRecord):
    """A record of amounts in one currency, none of which is finer than it."""

    currency: IsoCurrency

    def minor(self, amount: str) -> int:
        """Read one of its amounts."""
        return to_minor(amount, self.currency)


def read_minor(amount: str, told: ValidationInfo) -> int:
    """Read an amount of a record that is being read. Raises: InexactAmount."""
    return to_minor(amount, _currency_of(told))


def say_minor(amount_minor: int, told: ValidationInfo) -> str:
    """Write an amount of a record that is being read as it is told: `1250.00`."""
    return str(from_minor(amount_minor, _currency_of(told)))


def _currency_of(told: ValidationInfo) -> str:
    # Where the currency itself is wrong, that is said already.
    return str(told.data.get("currency", "BHD"))


def _time_text(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
