"""List payments, made in QuickBooks or on the platform, with how far each has come, and why (E1 to E8, P1, P2, X1)."""

from collections.abc import Iterator, Sequence

from crossfoot.core.model import Kind, Payment, Record
from crossfoot.messages.api.payments import AllocationShape, CreditUseShape, PaymentList, PaymentQuery, PaymentShape
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.listing import by_date, customer_ref, fill_page
from crossfoot.steps.api.needs import Ports, to_id, to_money, to_why
from crossfoot.steps.api.payment_states import Part, gravest_part, load_payment_states


def list_payments(ports: Ports, asked: Asked[Nothing, PaymentQuery]) -> PaymentList:
    """List a page of payments by date."""
    tenant, query = asked.tenant, asked.query

    def choose(records: Sequence[Record]) -> Iterator[tuple[Record, PaymentShape]]:
        payments = [record for record in records if isinstance(record, Payment)]
        for payment, part in _with_states(ports, tenant, payments):
            if query.status in (None, part.status):
                yield payment, _to_shape(payment, part)

    read = by_date(ports.book, tenant, Kind.PAYMENT, query, None, customer_ref(query.customer))
    found, next_cursor = fill_page(read, query, choose)
    return PaymentList(payments=found, next_cursor=next_cursor)


def show_payments(ports: Ports, tenant: str, payments: Sequence[Payment]) -> list[PaymentShape]:
    """Show some payments with how far each has come."""
    return [_to_shape(payment, part) for payment, part in _with_states(ports, tenant, payments)]


def show_allocations(payment: Payment) -> list[AllocationShape]:
    """Show which invoices a payment pays."""
    return [
        AllocationShape(invoice=str(each.invoice), amount=to_money(each.amount_minor, payment.currency))
        for each in payment.allocations
    ]


def _with_states(ports: Ports, tenant: str, payments: Sequence[Payment]) -> Iterator[tuple[Payment, Part]]:
    states = load_payment_states(ports, tenant, payments)
    for payment in payments:
        yield payment, gravest_part(states[payment.ref])


def _to_shape(payment: Payment, part: Part) -> PaymentShape:
    return PaymentShape(
        id=str(payment.ref),
        standing=payment.standing,
        paid_on=payment.paid_on,
        currency=payment.currency,
        total=to_money(payment.total_minor, payment.currency),
        refunded=to_money(payment.refunded_minor, payment.currency),
        taken_back=payment.taken_back,
        origin=to_id(payment.origin),
        reference=payment.reference,
        customer=str(payment.customer) if payment.customer else None,
        allocations=show_allocations(payment),
        credits=[
            CreditUseShape(credit_memo=str(each.credit_memo), amount=to_money(each.amount_minor, payment.currency))
            for each in payment.credits
        ],
        deposit=str(payment.deposit) if payment.deposit else None,
        status=part.status,
        reason=to_why(part.decision),
    )
