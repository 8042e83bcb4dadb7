"""Preview the exact QuickBooks entries of bills: plan without apply, from what both systems say just now (S8)."""

from collections import Counter
from typing import Literal

from crossfoot.billing import load_billings
from crossfoot.core.decisions import Outcome
from crossfoot.core.model import Invoice, Kind
from crossfoot.core.sync.planning import plan_sale
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
    PreviewList,
    PreviewRequest,
    PreviewShape,
    WarningShape,
)
from crossfoot.messages.api.sync_words import MappingName
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import Ports, to_money, to_why
from crossfoot.steps.api.sync_bills import find_bills, require_both, require_setup
from crossfoot.steps.api.sync_naming import Names


def preview(ports: Ports, asked: Asked[Nothing, Nothing, PreviewRequest]) -> PreviewList:
    """Show exactly what would be written for some bills, and keep it: a run that is given its digest writes nothing else.

    Raises: MappingMissing when the tool was never set up; NeedsPartner; BadField for a bill that is not there; errors of
    both systems, of which ConnectWise is asked once and QuickBooks too.
    Source: S7, S8.
    """
    tenant = asked.tenant
    setup = require_setup(ports, tenant)
    require_both(ports, tenant)
    bills = find_bills(ports, tenant, asked.body.invoices)
    billings = load_billings(tenant, list(bills), setup, ports)
    catalogue = ports.systems.sales(tenant).fetch_catalogue()
    plans = {ref: plan_sale(billing, setup, catalogue) for ref, billing in billings.items()}
    ports.entries.save_many(tenant, {ref: plan.sale for ref, plan in plans.items() if plan.sale is not None})
    room, shown = MAX_LINES_SHOWN, []
    for ref, plan in plans.items():
        shown.append(_to_shape(billings[ref], plan, Names(catalogue), room))
        room -= min(room, len(plan.sale.lines) if plan.sale is not None else 0)
    return PreviewList(previews=shown)


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
