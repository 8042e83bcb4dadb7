"""What of a ConnectWise bill fills the fields of its entry (S6)."""

from crossfoot.core.model import TraitName
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.postings import PostedLine, Posting
from crossfoot.core.sync.settings import Source

_TRAITS = {Source.DEPARTMENT: TraitName.DEPARTMENT, Source.LOCATION: TraitName.LOCATION}


def said_by(source: Source, billing: Billing, posting: Posting, line: PostedLine | None = None) -> str:
    """Give what a source says of a bill, or of one of its lines; "" where it says nothing. Source: S6."""
    match source:
        case Source.NOTHING:
            return ""
        case Source.NUMBER:
            return billing.bill.number
        case Source.MEMO:
            return posting.memo
        case Source.PURCHASE_ORDER:
            return posting.purchase_order
        case Source.LEDGER_CLASS:
            return (line.ledger_class if line is not None else "") or posting.ledger_class
        case Source.DEPARTMENT | Source.LOCATION:
            name = _TRAITS[source]
            return next((trait.value for trait in billing.bill.traits if trait.name is name), "")
