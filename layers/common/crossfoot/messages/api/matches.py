"""The shapes of matches: pairs that are open for the partner's decision, and those that were decided (I9)."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from crossfoot.core.matters import MatterCode
from crossfoot.core.model import Kind
from crossfoot.core.verdicts import Verdict
from crossfoot.messages.api.words import Currency, CustomerName, Money, NextCursor, PageQuery, RecordId
from crossfoot.messages.patterns import MATCH_ID
from crossfoot.messages.routes import Shape

MatchKind = Literal[Kind.INVOICE, Kind.CUSTOMER]
MatchState = Literal["open", "decided"]
MatchId = Annotated[
    str,
    Field(
        pattern=MATCH_ID,
        description="A pair of records, or a number that several invoices carry.",
        examples=["invoice:129:501"],
    ),
]


class MatchQuery(PageQuery):
    """Which matches to list."""

    state: MatchState = "open"
    kind: MatchKind = Kind.INVOICE


class OneMatch(Shape):
    """A match, by its id."""

    id: MatchId


class MatchDecision(Shape):
    """The partner's word on two invoices, or on two customers: the same, or two different ones."""

    kind: MatchKind = Kind.INVOICE
    accounting: RecordId
    psa: RecordId
    verdict: Verdict
    although_different: bool = Field(
        default=False,
        description="Two invoices whose number, amount and customer all differ are called the same only with this.",
    )


class MatchedInvoice(Shape):
    """An invoice of one system, with what it is compared by."""

    id: RecordId
    number: str
    issued_on: date
    customer: CustomerName
    currency: Currency
    total: Money


class InvoiceMatch(Shape):
    """Invoices of both systems that may be one, or were decided on. `customers` is the match of their customers, where
    it is they that differ: confirmed once, it settles all their invoices."""

    id: MatchId
    state: MatchState
    code: MatterCode | Verdict
    accounting: list[MatchedInvoice]
    psa: list[MatchedInvoice]
    differences: list[str] = Field(
        description="All that is not the same on both sides, also of a confirmed pair; "
        "of that, only the money holds its payments back."
    )
    sentence: str
    fix: str
    linked: bool
    customers: MatchId | None
    decided_at: datetime | None


class CustomerMatch(Shape):
    """Two customers that keep invoices apart, or were decided on."""

    id: MatchId
    state: MatchState
    code: Literal["customers_differ"] | Verdict
    accounting: CustomerName
    psa: CustomerName
    keeps_apart: list[str] = Field(description="The numbers of some of the invoices.")
    more: bool = Field(description="There are further ones.")
    sentence: str
    fix: str
    decided_at: datetime | None


class MatchList(Shape):
    """A page of matches of one kind."""

    invoices: list[InvoiceMatch]
    customers: list[CustomerMatch]
    next_cursor: NextCursor
