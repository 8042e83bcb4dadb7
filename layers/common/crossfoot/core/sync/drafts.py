"""The lines of an entry before their tax is known."""

from dataclasses import dataclass

from crossfoot.core.sync.fields import said_by
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.postings import PostedLine, Posting
from crossfoot.core.sync.sales import SaleLine
from crossfoot.core.sync.targets import Targets

# QuickBooks' own limit for the words of a line.
MAX_DESCRIPTION = 4_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A line, and whether ConnectWise charges tax on it."""

    line: SaleLine
    taxed: bool


def class_of(line: PostedLine, billing: Billing, posting: Posting, targets: Targets) -> str:
    """Find the class of a posted line, by its id. Source: S6."""
    return targets.class_(said_by(targets.setup.preferences.class_from, billing, posting, line))
