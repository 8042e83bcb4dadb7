"""List payouts, and show one with the payments that it holds (D2)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Payment, Payout, PayoutItem, Record, Ref
from crossfoot.core.tying import TIED, PaidInvoice, PaidOut, Proof, tie_payout
from crossfoot.messages.api.payouts import (
    OwnLineShape,
    PaidInvoiceShape,
    PaidOutShape,
    PayoutDepositShape,
    PayoutDetail,
    PayoutItemShape,
    PayoutList,
    PayoutQuery,
    PayoutShape,
    ReceiptShape,
    RowShape,
)
from crossfoot.messages.api.words import OneId
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.listing import by_date, fill_page
from crossfoot.steps.api.needs import Ports, not_found, read_ref, to_id, to_money, to_why
from crossfoot.steps.api.payments import show_allocations
from crossfoot.steps.api.payout_proof import load_proof


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
    """Show a payout with what it holds, and the proof of it. Source: D2."""
    payout = ports.book.load(asked.tenant, read_ref(Kind.PAYOUT, asked.path.id))
    if not isinstance(payout, Payout):
        raise not_found("payout", "GET /v1/payouts lists them.")
    items = ports.book.load_payout_items(asked.tenant, payout.ref)
    payments = ports.book.load_many(asked.tenant, dict.fromkeys(item.payment for item in items if item.payment))
    proof = load_proof(ports, asked.tenant, replace(payout, items=items))
    reason = tie_payout(proof)
    return PayoutDetail(
        **_head(payout),
        items=[_to_item(item, payments, payout.currency) for item in items],
        deposit=_to_deposit(proof) if proof.slip is not None else None,
        payments=[_to_payment(paid, proof) for paid in proof.paid_out],
        tied=reason.code == TIED,
        reason=to_why(reason),
    )


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


# --- the proof -----------------------------------------------------------------------------------------------------------


def _to_deposit(proof: Proof) -> PayoutDepositShape:
    slip, currency = proof.slip, proof.payout.currency
    assert slip is not None
    return PayoutDepositShape(
        id=str(Ref(ACCOUNTING, Kind.DEPOSIT, slip.id)),
        deposited_on=slip.deposited_on,
        account_id=slip.account_id,
        account_name=proof.copy.account_name if proof.copy is not None else "",
        total=to_money(slip.total_minor, currency),
        lines=[
            OwnLineShape(amount=to_money(line.amount_minor, currency), account_id=line.account_id, memo=line.memo)
            for line in slip.lines
            if not line.receipt_id
        ],
    )


def _to_payment(paid: PaidOut, proof: Proof) -> PaidOutShape:
    currency, payment = proof.payout.currency, paid.payment
    held = proof.slip.held if proof.slip is not None else frozenset()
    return PaidOutShape(
        id=str(paid.ref),
        paid_out=to_money(paid.amount_minor, currency),
        total=to_money(payment.total_minor, payment.currency) if payment is not None else None,
        refunded=to_money(payment.refunded_minor, payment.currency) if payment is not None else None,
        taken_back=payment.taken_back if payment is not None else None,
        receipts=[
            ReceiptShape(
                id=str(Ref(ACCOUNTING, Kind.PAYMENT, receipt.id)),
                amount=to_money(receipt.amount_minor, currency),
                deposited=receipt.id in held,
            )
            for receipt in paid.receipts
        ],
        invoices=[_to_invoice(part, currency) for part in paid.invoices],
    )


def _to_invoice(part: PaidInvoice, currency: str) -> PaidInvoiceShape:
    known = part.accounting or part.psa
    return PaidInvoiceShape(
        number=known.number if known is not None else "",
        accounting=to_id(part.accounting.ref if part.accounting is not None else None),
        psa=to_id(part.psa.ref if part.psa is not None else None),
        amount=to_money(part.amount_minor, currency),
        rows=[RowShape(amount=to_money(row.amount_minor, currency), paid_on=row.paid_on) for row in part.rows],
        carried=part.carries,
    )
