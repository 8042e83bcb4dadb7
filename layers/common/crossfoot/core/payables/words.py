"""The effect of a write on the entry of a record, and its story in a bookkeeper's words (X1)."""

from crossfoot.core.effects import Effect, asked_again, next_generation
from crossfoot.core.model import Kind, Standing
from crossfoot.core.money import format_minor
from crossfoot.core.payables.case import Case
from crossfoot.core.payables.entries import (
    PAYABLE,
    BillEntry,
    CreditEntry,
    Entry,
    EntryOperation,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.lacking import label_of
from crossfoot.core.payables.planning import Plan
from crossfoot.core.payables.records import Bill, BillPayment, Payable, Vendor, VendorCredit
from crossfoot.core.payables.refusals import rests_on
from crossfoot.core.payables.stored import TOLD_AT, to_body, to_result, told_at_of
from crossfoot.core.receiving import SEEN


def to_payable_effect(tenant: str, case: Case, plan: Plan) -> Effect:
    """Make the effect of the write of a plan: the next generation of the record's entry."""
    assert plan.write is not None
    return Effect(
        tenant=tenant,
        kind=PAYABLE,
        subject=case.record.ref,
        generation=next_generation(case.latest),
        body={
            **to_body(plan.write),
            TOLD_AT: case.record.version.updated_at,
            SEEN: rests_on(case),
            **asked_again(case.request),
        },
        rule=_rule(case, plan),
        sentence=_sentence(case, plan),
        causes=(case.record.ref,),
        # What stood last, and what stands if QuickBooks refuses.
        remote_id=case.latest.remote_id if case.latest is not None else "",
        result=to_result(case.standing, told_at_of(case.latest)),
    )


def _rule(case: Case, plan: Plan) -> str:
    if not _is_peoples(case, plan):
        return "B4"
    return "B6" if isinstance(case.record, BillPayment) else "B5"


def _is_peoples(case: Case, plan: Plan) -> bool:
    """Tell whether a plan only takes over what somebody changed in the accounting."""
    return plan.is_there and case.standing is not None


def _sentence(case: Case, plan: Plan) -> str:
    assert plan.write is not None
    label, entry = label_of(case), plan.write.entry
    operation = plan.write.operation
    if _is_peoples(case, plan):
        return _of_people(case, plan)
    match operation:
        case EntryOperation.ADOPT:
            return f"The {label} is in QuickBooks already ({entry.id}): it is one record from now on."
        case EntryOperation.CREATE:
            return f"Entered the {label} in QuickBooks{_says(case, entry)}."
        case EntryOperation.UPDATE:
            return f"Changed the {label} in QuickBooks{_says(case, entry)}."
        case EntryOperation.VOID:
            return f"Voided the {label} in QuickBooks{_says(case, entry)}: it was voided on the platform."
        case EntryOperation.DELETE if isinstance(entry, VendorEntry):
            return f"Made the {label} inactive in QuickBooks."
        case _:
            how = "voided" if case.record.standing is Standing.VOID else "deleted"
            return f"Deleted the {label} in QuickBooks{_says(case, entry)}: it was {how} on the platform."


def _of_people(case: Case, plan: Plan) -> str:
    assert plan.write is not None
    label, is_kept = label_of(case), plan.write.operation is EntryOperation.ADOPT
    if case.record.standing is not Standing.LIVE:
        return f"The {label} is gone in QuickBooks already."
    if not is_kept:
        return f"Somebody voided or deleted the {label} in QuickBooks, so it counts no longer."
    if plan.record is None:
        return f"The {label} was changed alike on both sides."
    says = _has_become(case, plan.write.entry, plan.record)
    return f"Somebody changed the {label} in QuickBooks: it is{says} on the platform now."


def _has_become(case: Case, entry: Entry, record: Payable) -> str:
    """Say what a record is by what people made of it."""
    if isinstance(entry, VendorEntry):
        is_renamed = isinstance(case.record, Vendor) and case.record.name != entry.name
        return f" {entry.name}" if is_renamed else " so"
    beside_minor = record.other_minor if isinstance(record, BillPayment) else 0
    return _says(case, entry, beside_minor)


def _says(case: Case, entry: Entry, beside_minor: int = 0) -> str:
    """Say what an entry is over. Takes: `beside_minor` is what a payment has beside its bills and credits."""
    record = case.record
    if not isinstance(record, Bill | VendorCredit | BillPayment):
        return ""
    currency = record.currency
    match entry:
        case BillEntry() | CreditEntry():
            return f" over {format_minor(entry.total_minor, currency)} dated {entry.issued_on}"
        case PaymentEntry():
            amount = format_minor(entry.amount_minor + beside_minor, currency)
            return f" over {amount} dated {entry.paid_on}{_paid(case, entry, currency)}"
        case VendorEntry():
            return ""


def _paid(case: Case, entry: PaymentEntry, currency: str) -> str:
    labels = {each.entry_id: each.label for ref, each in case.named.items() if ref.kind is Kind.BILL}
    bills = ", ".join(labels.get(part.id, part.id) for part in entry.bills)
    credited = sum(part.amount_minor for part in entry.credits)
    used = f", with vendor credits of {format_minor(credited, currency)}" if credited else ""
    return f" on {bills}{used}" if bills else used
