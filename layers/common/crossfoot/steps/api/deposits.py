"""List deposits, and show one with the payments that it holds (I1)."""

from collections.abc import Mapping
from typing import Any

from crossfoot.core.model import ACCOUNTING, Deposit, DepositLine, Kind, Payment, Record, Ref
from crossfoot.messages.api.deposits import DepositDetail, DepositLineShape, DepositList, DepositQuery, DepositShape
from crossfoot.messages.api.words import OneId
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.listing import by_date, fill_page
from crossfoot.steps.api.needs import Ports, not_found, read_ref, to_id, to_money


def list_deposits(ports: Ports, asked: Asked[Nothing, DepositQuery]) -> DepositList:
    """List a page of deposits by date. Source: I1."""
    query = asked.query
    found, next_cursor = fill_page(
        by_date(ports.book, asked.tenant, Kind.DEPOSIT, query, ACCOUNTING),
        query,
        lambda records: ((record, record) for record in records if isinstance(record, Deposit)),
    )
    return DepositList(deposits=[DepositShape(**_head(deposit)) for deposit in found], next_cursor=next_cursor)


def show_deposit(ports: Ports, asked: Asked[OneId]) -> DepositDetail:
    """Show a deposit with what it holds. Source: I1."""
    deposit = ports.book.load(asked.tenant, read_ref(Kind.DEPOSIT, asked.path.id))
    if not isinstance(deposit, Deposit):
        raise not_found("deposit", "GET /v1/deposits lists them.")
    lines = ports.book.load_deposit_lines(asked.tenant, deposit)
    payments = ports.book.load_many(asked.tenant, [line.payment for line in lines if line.payment])
    return DepositDetail(**_head(deposit), lines=[_to_line(line, payments, deposit.currency) for line in lines])


def _head(deposit: Deposit) -> dict[str, Any]:
    return {
        "id": str(deposit.ref),
        "standing": deposit.standing,
        "deposited_on": deposit.deposited_on,
        "account_id": deposit.account_id,
        "account_name": deposit.account_name,
        "currency": deposit.currency,
        "total": to_money(deposit.total_minor, deposit.currency),
    }


def _to_line(line: DepositLine, payments: Mapping[Ref, Record], currency: str) -> DepositLineShape:
    return DepositLineShape(
        payment=to_id(line.payment),
        amount=_amount(line, payments, currency),
        account_id=line.account_id,
        memo=line.memo,
    )


def _amount(line: DepositLine, payments: Mapping[Ref, Record], currency: str) -> str | None:
    """Give what a line adds: a payment's own amount, because the line may show it cut."""
    if line.payment is None:
        return to_money(line.amount_minor, currency)
    payment = payments.get(line.payment)
    return to_money(payment.total_minor, payment.currency) if isinstance(payment, Payment) else None
