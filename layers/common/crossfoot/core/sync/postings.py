"""What ConnectWise's own general ledger says of a closed invoice or credit memo that is in no batch yet (S4, S5)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crossfoot.core.model import LineKind, Ref

# The general ledger's name for sales tax.
SALES_TAX = "ST"


@dataclass(frozen=True, slots=True)
class PostedLine:
    """One entry of revenue, of tax, or of a down payment.

    Takes: `id` is the ledger's record; `account` and `ledger_class` are as ConnectWise's mapping says, `item` is what that
    names for the accounting ("" where it names none); `source` is the line of the bill that it posts (its kind and id),
    None where it stands for no single line.
    Units: `amount_minor` as it changes the bill's total: the lines of a posting add up to that, tax included, and those of
    a credit memo to its positive total. `quantity` and `unit_price` are positive as the line says them.
    """

    id: int
    ledger_type: str
    account: str
    description: str
    amount_minor: int
    item: str = ""
    ledger_class: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    taxed: bool = False
    source: tuple[LineKind, str] | None = None

    @property
    def is_tax(self) -> bool:
        """Tell sales tax from what it is charged on."""
        return self.ledger_type == SALES_TAX


@dataclass(frozen=True, slots=True)
class Posting:
    """How ConnectWise would post a bill.

    Takes: `bill` is the invoice or credit memo; `terms` and `tax_code` are the cross references that ConnectWise holds for
    the accounting, or their names ("" for none); `tax_rate` is a percentage, None where ConnectWise does not say;
    `record_ids` are all that a batch has to name to post it.
    Units: `total_minor` and `tax_minor` are positive for a credit memo too.
    """

    bill: Ref
    number: str
    issued_on: date
    due_on: date | None
    customer: Ref | None
    customer_name: str
    currency: str
    total_minor: int
    tax_minor: int
    lines: tuple[PostedLine, ...]
    record_ids: tuple[int, ...]
    customer_account: str = ""
    receivable: str = ""
    terms: str = ""
    tax_code: str = ""
    tax_rate: Decimal | None = None
    memo: str = ""
    purchase_order: str = ""
    ledger_class: str = ""
