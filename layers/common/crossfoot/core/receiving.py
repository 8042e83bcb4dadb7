"""Plan what a platform payment asks of the accounting: the next write on its receipts, or why there is none (P1, P2)."""

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date

from crossfoot.core.company import Company
from crossfoot.core.decisions import Decision, refused, waits
from crossfoot.core.effects import Effect, asked_again, is_to_be_tried_again, next_generation
from crossfoot.core.holds import decide_hold, wants
from crossfoot.core.latin import to_latin
from crossfoot.core.model import ACCOUNTING, Allocation, Invoice, Payment, Ref, Standing
from crossfoot.core.money import format_minor
from crossfoot.core.parts import invoices_of
from crossfoot.core.preferences import ClosedPeriod, Preferences
from crossfoot.core.receipts import (
    Operation,
    Receipt,
    ReceiptWrite,
    arrange_receipts,
    repeats_refusal,
    standing_of,
    to_body,
    to_result,
)

RECEIPTS = "receipts"
# In an effect's body, beside the write: what it was planned from, as far as a refusal may rest on it.
SEEN = "seen"
# QuickBooks' own length of a payment's reference number.
REFERENCE_LENGTH = 21
# QuickBooks' code for it.
PERIOD_CLOSED = "6210"


@dataclass(frozen=True, slots=True)
class Receiving:
    """Everything that bears on a platform payment's receipts.

    Takes: `invoices` are the accounting's copies of those that the payment names, by the id that it names them by, as far
    as they are in the book; `latest` is the newest effect on the receipts, settled or never sent; `copies` are the
    receipts as the book saw them last, by their ids; `locks` names the payout whose deposit holds a receipt, or is about
    to, as our own effects know it, and `ours` are deposits of ours that the book may still show receipts in; `again` names
    the request to send once more what was refused, "" where there is none.
    """

    payment: Payment
    company: Company
    invoices: Mapping[Ref, Invoice]
    latest: Effect | None = None
    copies: Mapping[str, Payment] = field(default_factory=dict)
    locks: Mapping[str, Ref] = field(default_factory=dict)
    ours: Set[Ref] = frozenset()
    again: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptPlan:
    """What to do next: write once, or deal with a deposit first, or neither; and what to tell."""

    write: ReceiptWrite | None = None
    payout_first: Ref | None = None
    decision: Decision | None = None


def plan_receipts(receiving: Receiving, preferences: Preferences) -> ReceiptPlan:
    """Decide the next thing to do for a platform payment in the accounting.

    Source: P1, P2, P4, E8 (an invoice that is not there yet), D1, X1 (none where the partner holds it back).
    """
    payment = receiving.payment
    wanted: tuple[Receipt, ...] = ()
    if wants(payment, ACCOUNTING):
        missing = _missing(receiving)
        if missing is not None:
            return ReceiptPlan(decision=missing)
        found = _wanted(receiving, preferences)
        if isinstance(found, Decision):
            return ReceiptPlan(decision=found)
        wanted = found
    write = arrange_receipts(wanted, standing_of(receiving.latest), payment.currency)
    if write is None:
        return ReceiptPlan(decision=decide_hold(payment, ACCOUNTING) if payment.standing is Standing.LIVE else None)
    return _fit(receiving, write)


def to_receipt_effect(tenant: str, receiving: Receiving, write: ReceiptWrite) -> Effect:
    """Make the effect of a receipt write: the next generation of the payment's receipts."""
    payment, latest = receiving.payment, receiving.latest
    return Effect(
        tenant=tenant,
        kind=RECEIPTS,
        subject=payment.ref,
        generation=next_generation(latest),
        body={**to_body(write), SEEN: _seen(receiving), **asked_again(receiving.again)},
        rule=_rule(payment, write.operation),
        sentence=_sentence(receiving, write),
        causes=(payment.ref,),
        # What stands if QuickBooks refuses.
        result=to_result(standing_of(latest)),
    )


def _rule(payment: Payment, operation: Operation) -> str:
    match operation:
        case Operation.ADOPT:
            return "P3"
        case Operation.DELETE:
            return "X1" if _is_held(payment) else "P2"
        case _:
            return "P1"


def _is_held(payment: Payment) -> bool:
    return payment.standing is Standing.LIVE and payment.keeping.hold_from(ACCOUNTING) is not None


def _missing(receiving: Receiving) -> Decision | None:
    payment = receiving.payment
    absent = [part.invoice for part in payment.allocations if part.invoice not in receiving.invoices]
    if absent:
        invoice = absent[0]
        sentence = f"The invoice that this payment pays ({invoice}) is not in QuickBooks yet."
        fix = "Enter or sync the invoice in QuickBooks; the payment then follows by itself."
        return waits(payment.ref, "E8", "invoice_not_in_accounting", sentence, fix, invoice)
    for part in payment.allocations:
        invoice_now = receiving.invoices[part.invoice]
        if invoice_now.currency != payment.currency and invoice_now.standing is Standing.LIVE:
            sentence = (
                f"The payment is in {payment.currency}, and invoice {invoice_now.number} in {invoice_now.currency}."
            )
            fix = "Record this payment in QuickBooks by hand, with the exchange rate of the day."
            return refused(payment.ref, "S7", "other_currency", sentence, fix, invoice_now.ref)
    return None


def _wanted(receiving: Receiving, preferences: Preferences) -> tuple[Receipt, ...] | Decision:
    """Say which receipts the payment should have, or why it cannot have them."""
    payment, home_currency = receiving.payment, receiving.company.home_currency
    if payment.currency != home_currency:
        # QuickBooks would take the amount for one of its own currency.
        sentence = f"The payment is in {payment.currency}, and the books in QuickBooks are kept in {home_currency}."
        fix = "Record this payment in QuickBooks by hand, with the exchange rate of the day."
        return refused(payment.ref, "P1", "other_currency", sentence, fix)
    account = _account(receiving, preferences)
    if isinstance(account, Decision):
        return account
    received_on = _day(receiving, preferences)
    if isinstance(received_on, Decision):
        return received_on
    applied = _applied(receiving)
    rest_minor = payment.total_minor - sum(part.amount_minor for parts in applied.values() for part in parts)
    payer = _payer(receiving, applied)
    if payer is None:
        sentence = "The payment names neither an invoice nor a customer that is in QuickBooks."
        fix = "Tell the platform which customer paid; the payment then follows by itself."
        return refused(payment.ref, "P1", "nobody_paid", sentence, fix)
    reference = to_latin(payment.reference or payment.ref.id, REFERENCE_LENGTH)
    amounts = {customer: sum(part.amount_minor for part in parts) for customer, parts in applied.items()}
    amounts[payer] = amounts.get(payer, 0) + rest_minor
    return tuple(
        Receipt("", customer, minor, received_on, tuple(applied.get(customer, ())), account, reference)
        for customer, minor in amounts.items()
        if minor
    )


def _applied(receiving: Receiving) -> dict[Ref, list[Allocation]]:
    """Sort the payment's parts by whose invoices they pay."""
    applied: dict[Ref, list[Allocation]] = {}
    for part in receiving.payment.allocations:
        invoice = receiving.invoices[part.invoice]
        if invoice.standing is Standing.LIVE and invoice.customer is not None:
            applied.setdefault(invoice.customer, []).append(Allocation(invoice.ref, part.amount_minor))
    return applied


def _payer(receiving: Receiving, applied: Mapping[Ref, list[Allocation]]) -> Ref | None:
    """Find the customer who gets what pays no invoice: who paid, else whose invoice it was, or was meant to be."""
    payment = receiving.payment
    if payment.customer is not None and payment.customer.system is ACCOUNTING:
        return payment.customer
    if applied:
        return next(iter(applied))
    known = (receiving.invoices[ref] for ref in invoices_of(payment) if ref in receiving.invoices)
    return next((invoice.customer for invoice in known if invoice.customer is not None), None)


def _account(receiving: Receiving, preferences: Preferences) -> str | Decision:
    """Choose where the money lies: where the partner said, or undeposited funds, from where a deposit takes it (D2).

    What stands stays where it is, but for what a deposit is to take.
    """
    payment, company, standing = receiving.payment, receiving.company, standing_of(receiving.latest)
    chosen = standing[0].account_id if standing else preferences.deposit_account_id
    if preferences.deposits_enabled:
        chosen = ""
    account = company.account(chosen) if chosen else company.undeposited_funds
    if account is None or not account.active:
        name = f"The account {account.name}" if account else "The account that payments go to"
        sentence = f"{name} is not there in QuickBooks, or inactive."
        fix = "Make it active in QuickBooks, or choose another under Preferences."
        return refused(payment.ref, "P1", "account_missing", sentence, fix)
    return account.id


def _day(receiving: Receiving, preferences: Preferences) -> date | Decision:
    """Choose the day of the receipts. A day that lies in closed books is one only where the partner says so (P1, S7)."""
    payment, company = receiving.payment, receiving.company
    assert payment.paid_on is not None
    standing = standing_of(receiving.latest)
    if standing and standing[0].received_on > payment.paid_on:
        return standing[0].received_on  # It was moved there, and stays.
    if standing and standing[0].received_on == payment.paid_on:
        return payment.paid_on
    if not company.is_closed(payment.paid_on):
        return payment.paid_on
    if preferences.closed_period is ClosedPeriod.FIRST_OPEN_DAY:
        assert company.first_open_day is not None
        return company.first_open_day
    return _closed(payment, company, payment.paid_on)


def _closed(payment: Payment, company: Company, day: date) -> Decision:
    sentence = f"The books in QuickBooks are closed up to {company.closed_until}, and this is dated {day}."
    fix = "Open the period in QuickBooks, or choose under Preferences to date such payments on the first open day."
    return refused(payment.ref, "P1", "period_closed", sentence, fix)


def _fit(receiving: Receiving, write: ReceiptWrite) -> ReceiptPlan:
    """Let a write pass that the accounting can take; nothing is sent that it is known to refuse."""
    payment, company, receipt = receiving.payment, receiving.company, write.receipt
    assert receipt is not None
    stood = next((each for each in standing_of(receiving.latest) if each.id == receipt.id and each.id), None)
    if stood is not None and company.is_closed(stood.received_on):
        return ReceiptPlan(decision=_closed(payment, company, stood.received_on))
    payout = receiving.locks.get(receipt.id)
    if payout is not None:
        return ReceiptPlan(payout_first=payout)
    copy = receiving.copies.get(receipt.id)
    if copy is not None and copy.deposit is not None and copy.deposit not in receiving.ours:
        sentence = f"In QuickBooks this payment lies in a deposit that somebody else made ({copy.deposit.id})."
        fix = "Take it out of that deposit in QuickBooks; the payment then follows by itself."
        return ReceiptPlan(decision=refused(payment.ref, "P2", "deposited_by_hand", sentence, fix, copy.deposit))
    latest = receiving.latest
    is_same = latest is not None and repeats_refusal(latest, write) and latest.body[SEEN] == _seen(receiving)
    if latest is not None and is_same and not _was_closed(latest) and not is_to_be_tried_again(latest, receiving.again):
        return ReceiptPlan(decision=receipt_refusal_of(payment.ref, latest))
    return ReceiptPlan(write=write)


def _seen(receiving: Receiving) -> str:
    """Name what a refusal may rest on: while none of it changes, trying again would only be refused again."""
    stands = (receiving.copies.get(receipt.id) for receipt in standing_of(receiving.latest))
    newest = max((copy.version.updated_at for copy in stands if copy is not None), default="")
    active = ",".join(sorted(account.id for account in receiving.company.accounts if account.active))
    # One that was refused for paying more than is open may fit by now: another payment was moved away, or a credit.
    has_open = ",".join(sorted(f"{each.ref} {each.balance_minor}" for each in receiving.invoices.values()))
    known = f"{receiving.payment.version.updated_at} {newest} {receiving.company.closed_until} {active} {has_open}"
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def _was_closed(latest: Effect | None) -> bool:
    """Tell whether the books were closed when it was refused. They are open as far as is known, or this is not asked."""
    return latest is not None and latest.refusal_code == PERIOD_CLOSED


def receipt_refusal_of(payment: Ref, effect: Effect) -> Decision:
    """Tell a payment that QuickBooks refused its effect."""
    fix = effect.fix or "Correct this in QuickBooks, then try again."
    return refused(payment, effect.rule, "refused_by_accounting", f"QuickBooks refused: {effect.refusal}", fix)


def _sentence(receiving: Receiving, write: ReceiptWrite) -> str:
    if write.receipt is None and not write.kept:
        return "Somebody deleted or voided this payment in QuickBooks, so it counts no longer."
    if write.receipt is None:
        return "Somebody changed this payment in QuickBooks; Crossfoot goes on from there."
    receipt, currency = write.receipt, write.currency
    amount = f"{format_minor(receipt.amount_minor, currency)} dated {receipt.received_on}"
    numbers = {invoice.ref: invoice.number for invoice in receiving.invoices.values()}
    paid = ", ".join(numbers.get(part.invoice, part.invoice.id) for part in receipt.applied)
    where = f"on invoice{'s' if len(receipt.applied) > 1 else ''} {paid}" if paid else "without an invoice"
    moved = " The books were closed on the day it was paid." if _is_moved(receiving, receipt) else ""
    rest = (
        f", {format_minor(receipt.unapplied_minor, currency)} of it unapplied"
        if receipt.unapplied_minor and paid
        else ""
    )
    match write.operation:
        case Operation.CREATE:
            return f"Entered {amount} in QuickBooks {where}{rest}.{moved}"
        case Operation.UPDATE:
            return f"Changed the payment in QuickBooks to {amount} {where}{rest}.{moved}"
        case _:
            return f"Took the payment of {amount} back in QuickBooks: {_why_taken_back(receiving.payment)}."


def _is_moved(receiving: Receiving, receipt: Receipt) -> bool:
    return receiving.payment.paid_on is not None and receipt.received_on > receiving.payment.paid_on


def _why_taken_back(payment: Payment) -> str:
    if _is_held(payment):
        return "you took it back"
    if payment.standing is Standing.LIVE:
        return "it is for another customer now"
    return f"it was {payment.taken_back}" if payment.taken_back else "it was deleted"
