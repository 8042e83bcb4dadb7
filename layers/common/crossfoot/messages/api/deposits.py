"""The shapes of deposits (I1)."""

from datetime import date

from pydantic import Field

from crossfoot.core.model import Standing
from crossfoot.messages.api.words import Currency, DatedQuery, Money, NextCursor, RecordId
from crossfoot.messages.routes import Shape


class DepositQuery(DatedQuery):
    """Which deposits to list."""


class DepositShape(Shape):
    """Money put into a bank account."""

    id: RecordId
    standing: Standing
    deposited_on: date | None
    account_id: str
    account_name: str
    currency: Currency
    total: Money


class DepositList(Shape):
    """A page of deposits by date."""

    deposits: list[DepositShape]
    next_cursor: NextCursor


class DepositLineShape(Shape):
    """A payment that the deposit holds, or an amount of its own (a fee is negative)."""

    payment: RecordId | None
    amount: Money | None = Field(description="A payment's own amount; null when the book does not have the payment.")
    account_id: str
    memo: str


class DepositDetail(DepositShape):
    """One deposit with what it holds."""

    lines: list[DepositLineShape]
