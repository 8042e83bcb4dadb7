"""List payouts, and show one with the payments that it holds (D2)."""

from collections.abc import Mapping
from typing import Any

from crossfoot.core.model import PLATFORM, Kind, Payment, Payout, PayoutItem, Record, Ref
from crossfoot.messages.api.payouts import PayoutDetail, PayoutItemShape, PayoutList, PayoutQuery, PayoutShape
from crossfoot.messages.api.words import OneId
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.listing import by_date, fill_page
from crossfoot.steps.api.needs import Ports, not_found, read_ref, to_id, to_money
from crossfoot.steps.api.payments import show_allocations


def list_payouts(ports: Ports, asked: Asked[Nothing, PayoutQuery]) -> PayoutList:
    """List a page of payouts by the day that they arrive on. Source: D2."""
    query = asked.query
    found, next_cursor = fill_page(
        by_date(ports.book, asked.tenant, Kind.PAYOUT, query, PLATFORM),
        query,
        lambda records: (
            (record, record) for record in records if isinstance(record, Payout) and _is_in(record, query)
        ),
    )
    return PayoutList(payouts=[PayoutShape(**_head(payout)) for payout in found], next_cursor=next_cursor)


def show_payout(ports: Ports, asked: Asked[OneId]) -> PayoutDetail:
    """Show a payout with what it holds. Source: D2."""
    payout = ports.book.load(asked.tenant, read_ref(Kind.PAYOUT, asked.path.id))
    if not isinstance(payout, Payout):
        raise not_found("payout", "GET /v1/payouts lists them.")
    items = ports.book.load_payout_items(asked.tenant, payout.ref)
    payments = ports.book.load_many(asked.tenant, dict.fromkeys(item.payment for item in items if item.payment))
    return PayoutDetail(**_head(payout), items=[_to_item(item, payments, payout.currency) for item in items])


def _is_in(payout: Payout, query: PayoutQuery) -> bool:
    return query.status in (None, payout.state)


def _head(payout: Payout) -> dict[str, Any]:
    return {
        "id": str(payout.ref),
        "status": payout.state,
        "arrives_on": payout.arrives_on,
        "currency": payout.currency,
        "total": to_money(payout.total_minor, payout.currency),
    }


def _to_item(item: PayoutItem, payments: Mapping[Ref, Record], currency: str) -> PayoutItemShape:
    payment = payments.get(item.payment) if item.payment else None
    known = payment if isinstance(payment, Payment) else None
    return PayoutItemShape(
        kind=item.kind,
        amount=to_money(item.amount_minor, currency),
        payment=to_id(item.payment),
        standing=known.standing if known else None,
        allocations=show_allocations(known) if known else [],
        memo=item.memo,
    )
