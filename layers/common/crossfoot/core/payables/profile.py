"""The payment-sync profile: whether payments that are recorded in the accounting come back (B6)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

# Who signed up before has the classic profile. Source: B6.
TWO_WAY_SINCE = date(2017, 9, 15)


class PaymentSync(StrEnum):
    """Whether payments recorded in the accounting come back to the platform (B6)."""

    CLASSIC = "classic"
    TWO_WAY = "two_way"


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """What a partner's profile follows from.

    Takes: `signed_up_on` is None until the platform has told it; `override` is an operator's word, which counts before all
    else, None without one; `told_at` is the version that the platform told of the other two, None until it has.
    """

    signed_up_on: date | None = None
    accountant_console: bool = False
    override: PaymentSync | None = None
    told_at: datetime | None = None


NO_FACTS = ProfileFacts()


def payment_sync_of(facts: ProfileFacts) -> PaymentSync:
    """Say which profile a partner has; one of whom nothing was told has the classic one, which takes nothing in.

    Source: B6.
    """
    if facts.override is not None:
        return facts.override
    is_early = facts.signed_up_on is None or facts.signed_up_on < TWO_WAY_SINCE
    return PaymentSync.CLASSIC if is_early or facts.accountant_console else PaymentSync.TWO_WAY
