"""List bill payments, made on the platform or in QuickBooks, with how far each has come, and why (B4, B6, X1)."""

from collections.abc import Mapping, Sequence

from crossfoot.core.model import Kind, Ref
from crossfoot.core.payables.progress import Progress
from crossfoot.core.payables.records import BillPayment
from crossfoot.core.payables.statuses import BillPaymentStatus, bill_payment_status
from crossfoot.messages.api.payables_book import BillPaymentList, BillPaymentQuery, BillPaymentShape, PartShape
from crossfoot.messages.api.words import OneId
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import Ports, to_money
from crossfoot.steps.api.payables_listing import list_by_date
from crossfoot.steps.api.payables_pairing import Kept, find_kept, pair_payables
from crossfoot.steps.api.payables_shapes import head, load_vendor_names, name_vendor
from crossfoot.steps.api.payables_standing import load_progress


def list_bill_payments(ports: Ports, asked: Asked[Nothing, BillPaymentQuery]) -> BillPaymentList:
    """List a page of bill payments by date."""

    def show(kept: Sequence[Kept]) -> list[tuple[BillPaymentShape, BillPaymentStatus]]:
        return [(shape, shape.status) for shape in _show(ports, asked.tenant, kept)]

    found, next_cursor = list_by_date(ports, asked.tenant, Kind.BILL_PAYMENT, asked.query, show)
    return BillPaymentList(bill_payments=found, next_cursor=next_cursor)


def show_bill_payment(ports: Ports, asked: Asked[OneId]) -> BillPaymentShape:
    """Show a bill payment, asked for by either copy. Raises: Rejected("not_found")."""
    kept = find_kept(ports, asked.tenant, Kind.BILL_PAYMENT, asked.path.id)
    return _show(ports, asked.tenant, [kept])[0]


def show_payments_on(ports: Ports, tenant: str, payments: Sequence[BillPayment]) -> list[BillPaymentShape]:
    """Show the payments on a bill or a credit, each once."""
    among = {each.ref for each in payments}
    kept = pair_payables(ports, tenant, payments, lambda _copy, told: told.ref not in among)
    return _show(ports, tenant, list(kept))


def _show(ports: Ports, tenant: str, kept: Sequence[Kept]) -> list[BillPaymentShape]:
    progress = load_progress(ports, tenant, kept)
    names = load_vendor_names(ports, tenant, [each.shown for each in kept])
    return [_to_shape(each, progress[each.shown.ref], names) for each in kept]


def _to_shape(kept: Kept, progress: Progress, names: Mapping[Ref, str]) -> BillPaymentShape:
    payment = kept.shown
    assert isinstance(payment, BillPayment)
    currency = payment.currency
    return BillPaymentShape(
        **head(kept, progress),
        number=payment.number,
        vendor=name_vendor(payment, names),
        paid_on=payment.paid_on,
        currency=currency,
        total=to_money(payment.total_minor, currency),
        method=payment.method,
        account=payment.account_id,
        bills=[PartShape(id=str(part.bill), amount=to_money(part.amount_minor, currency)) for part in payment.bills],
        credits=[
            PartShape(id=str(part.credit), amount=to_money(part.amount_minor, currency)) for part in payment.credits
        ],
        standing=payment.standing,
        status=bill_payment_status(payment),
    )
