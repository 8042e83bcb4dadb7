"""List credit memos, and show one with its lines and where it was applied (I1, I3)."""

from collections.abc import Iterator, Sequence
from typing import Any

from crossfoot.core.model import ACCOUNTING, CreditMemo, Kind, Payment, Record, Standing
from crossfoot.core.shelves import shelf_of_status
from crossfoot.core.statuses import credit_memo_status
from crossfoot.messages.api.credit_memos import (
    ApplicationShape,
    CreditMemoDetail,
    CreditMemoList,
    CreditMemoQuery,
    CreditMemoShape,
)
from crossfoot.messages.api.words import CustomerName, OneId
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.lines import show_lines
from crossfoot.steps.api.listing import by_date, customer_ref, fill_page, shows
from crossfoot.steps.api.needs import Ports, not_found, read_ref, to_id, to_money

# A payment applies only credits of its own customer, so they are looked for among those: the newest so many.
PAYMENTS_A_READ = 200
MAX_READS = 5


def list_credit_memos(ports: Ports, asked: Asked[Nothing, CreditMemoQuery]) -> CreditMemoList:
    """List a page of credit memos by date. Source: C4, I1, I5."""
    query = asked.query

    def choose(records: Sequence[Record]) -> Iterator[tuple[Record, CreditMemo]]:
        for record in records:
            if isinstance(record, CreditMemo) and _is_wanted(record, query):
                yield record, record

    shelf = None if query.customer else shelf_of_status(query.status)
    owner = customer_ref(query.customer)
    read = by_date(ports.book, asked.tenant, Kind.CREDIT_MEMO, query, query.system, owner, shelf=shelf)
    found, next_cursor = fill_page(read, query, choose)
    return CreditMemoList(credit_memos=[CreditMemoShape(**_head(memo)) for memo in found], next_cursor=next_cursor)


def show_credit_memo(ports: Ports, asked: Asked[OneId]) -> CreditMemoDetail:
    """Show all that is known of a credit memo. Source: I1, I3."""
    memo = ports.book.load(asked.tenant, read_ref(Kind.CREDIT_MEMO, asked.path.id))
    if not isinstance(memo, CreditMemo):
        raise not_found("credit memo", "GET /v1/credit-memos lists them.")
    uses = list(find_applications(ports, asked.tenant, memo))
    known_minor = sum(amount_minor for _, amount_minor in uses)
    return CreditMemoDetail(
        **_head(memo),
        lines=show_lines(ports, asked.tenant, memo),
        applied=[_to_application(payment, amount_minor) for payment, amount_minor in uses],
        applied_elsewhere=to_money(max(0, _applied_minor(memo) - known_minor), memo.currency),
    )


def find_applications(ports: Ports, tenant: str, memo: CreditMemo) -> Iterator[tuple[Payment, int]]:
    """Find the payments that apply a credit memo, among the newest of its customer, and how much each applies.

    ConnectWise does not say what a credit was applied to.
    Source: I3.
    """
    missing_minor, cursor = _applied_minor(memo), ""
    if memo.ref.system is not ACCOUNTING or memo.customer is None:
        return
    for _ in range(MAX_READS):
        if missing_minor <= 0:
            return
        page = ports.book.list_records(
            tenant,
            Kind.PAYMENT,
            first=None,
            last=None,
            system=None,
            cursor=cursor,
            limit=PAYMENTS_A_READ,
            customer=memo.customer,
        )
        for payment, amount_minor in _uses(page.records, memo):
            missing_minor -= amount_minor
            yield payment, amount_minor
        cursor = page.next_cursor
        if not cursor:
            return


def _uses(records: Sequence[Record], memo: CreditMemo) -> Iterator[tuple[Payment, int]]:
    for record in records:
        if isinstance(record, Payment) and record.standing is Standing.LIVE:
            for use in record.credits:
                if use.credit_memo == memo.ref:
                    yield record, use.amount_minor


def _is_wanted(memo: CreditMemo, query: CreditMemoQuery) -> bool:
    return query.system in (None, memo.ref.system) and shows(query, query.status, credit_memo_status(memo))


def _applied_minor(memo: CreditMemo) -> int:
    return memo.total_minor - memo.remaining_minor


def _head(memo: CreditMemo) -> dict[str, Any]:
    return {
        "id": str(memo.ref),
        "system": memo.ref.system,
        "number": memo.number,
        "customer": CustomerName(id=to_id(memo.customer), name=memo.customer_name),
        "standing": memo.standing,
        "issued_on": memo.issued_on,
        "currency": memo.currency,
        "total": to_money(memo.total_minor, memo.currency),
        "remaining": to_money(memo.remaining_minor, memo.currency),
        "status": credit_memo_status(memo),
    }


def _to_application(payment: Payment, amount_minor: int) -> ApplicationShape:
    return ApplicationShape(
        payment=str(payment.ref),
        paid_on=payment.paid_on,
        amount=to_money(amount_minor, payment.currency),
        invoices=[*map(str, payment.credit_only), *(str(part.invoice) for part in payment.allocations)],
    )
