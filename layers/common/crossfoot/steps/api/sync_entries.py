"""Show planned entries line by line, with what ConnectWise's ledger says beside them (S8)."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from crossfoot.core.decisions import Outcome
from crossfoot.core.model import Invoice, Kind
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.plans import Billing, SalePlan
from crossfoot.core.sync.postings import Posting
from crossfoot.core.sync.sales import Sale, SaleLine
from crossfoot.messages.api.sync_previews import (
    MAX_LINES_SHOWN,
    EntryLine,
    EntryShape,
    EntryTax,
    LedgerShape,
    LedgerSum,
    Named,
    PreviewShape,
    WarningShape,
)
from crossfoot.messages.api.sync_words import MappingName
from crossfoot.steps.api.needs import to_money, to_why
from crossfoot.steps.api.sync_naming import Names


def show_plans(
    planned: Iterable[tuple[Billing, SalePlan]], catalogue: Catalogue, room: int = MAX_LINES_SHOWN
) -> list[PreviewShape]:
    """Show what would be written, or why nothing would. Takes: `room` for so many lines of all entries. Source: S8."""
    names, shown = Names(catalogue), []
    for billing, plan in planned:
        shown.append(_to_shape(billing, plan, names, room))
        room -= min(room, len(plan.sale.lines) if plan.sale is not None else 0)
    return shown


def _to_shape(billing: Billing, plan: SalePlan, names: Names, room: int) -> PreviewShape:
    bill, sale = billing.bill, plan.sale
    return PreviewShape(
        id=str(bill.ref),
        kind=Kind.INVOICE if isinstance(bill, Invoice) else Kind.CREDIT_MEMO,
        number=bill.number,
        state=_state(plan),
        digest=sale.digest if sale is not None else "",
        entry=_to_entry(sale, billing, names, room) if sale is not None else None,
        ledger=_to_ledger(billing.posting) if billing.posting is not None else None,
        warnings=[WarningShape(code=each.code, sentence=each.sentence, line=each.line) for each in plan.warnings],
        why=to_why(plan.decision) if plan.decision is not None else None,
        missing=[MappingName(kind=each.kind, key=each.key) for each in sorted(plan.missing)],
    )


def _state(plan: SalePlan) -> Literal["ready", "skipped", "refused"]:
    if plan.decision is None:
        return "ready"
    return "skipped" if plan.decision.outcome is Outcome.SKIPPED else "refused"


def _to_entry(sale: Sale, billing: Billing, names: Names, room: int) -> EntryShape:
    customer = billing.customer
    return EntryShape(
        kind=sale.kind,
        number=sale.number,
        customer=Named(id=sale.customer_id, name=customer.name if customer is not None else ""),
        issued_on=sale.issued_on,
        due_on=sale.due_on,
        currency=sale.currency,
        lines=[_to_line(line, sale.currency, names) for line in sale.lines[:room]],
        lines_left_out=max(0, len(sale.lines) - room),
        tax=EntryTax(
            calculation=sale.tax.calculation,
            code=names.tax_code(sale.tax.code_id),
            amount=to_money(sale.tax.tax_minor, sale.currency),
        ),
        total=to_money(sale.total_minor, sale.currency),
        terms=names.terms(sale.terms_id),
        department=names.department(sale.department_id),
        memo=sale.memo,
        purchase_order=sale.purchase_order,
    )


def _to_line(line: SaleLine, currency: str, names: Names) -> EntryLine:
    return EntryLine(
        item=names.item(line.item_id),
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=to_money(line.amount_minor, currency),
        tax_code=names.tax_code(line.tax_code_id),
        class_=names.class_(line.class_id),
        served_on=line.served_on,
        account=names.account(line.account_id),
        ledger_account=line.ledger_account,
    )


def _to_ledger(posting: Posting) -> LedgerShape:
    sums: Counter[tuple[str, str]] = Counter()
    for line in posting.lines:
        sums[line.account, line.ledger_type] += line.amount_minor
    return LedgerShape(
        total=to_money(posting.total_minor, posting.currency),
        tax=to_money(posting.tax_minor, posting.currency),
        accounts=[
            LedgerSum(account=account, ledger_type=type_, amount=to_money(minor, posting.currency))
            for (account, type_), minor in sums.items()
        ],
    )
