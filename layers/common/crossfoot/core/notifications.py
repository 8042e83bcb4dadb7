"""Which e-mail a partner wants, and on which day a digest falls. Nobody is written to unless chosen."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

MAX_ADDRESSES = 10
# A digest whose hour was missed comes in the hours behind it; later than that it waits for the next day.
DIGEST_WINDOW = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Notifications:
    """A partner's choice of e-mail.

    Takes: addresses, which are personal data and so no part of what is printed; `time_zone` is an IANA name.
    Units: `digest_hour` is the local hour in which the digest comes.
    """

    connection_trouble: tuple[str, ...] = field(default=(), repr=False)
    daily_digest: tuple[str, ...] = field(default=(), repr=False)
    digest_hour: int = 8
    time_zone: str = "UTC"


def digest_day(hour: int, local: datetime) -> date | None:
    """Say of which day a digest is due; None where its hour has not come, or is long over.

    A day begins at the chosen hour, so that one whose hour was missed late in the evening is still of its own day.
    Takes: `local` is the time in the partner's zone.
    """
    wall = local.replace(tzinfo=None) - timedelta(hours=hour)
    since = wall - datetime.combine(wall.date(), datetime.min.time())
    return wall.date() if since < DIGEST_WINDOW else None
