"""What comes in of a partner's payables, and why the rest does not (B1, B2, B5, B6)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from crossfoot.core.decisions import Decision, did, skipped
from crossfoot.core.model import ACCOUNTING, CreditMemo, Invoice, Payment, Ref, Standing
from crossfoot.core.payables.open_amounts import named_by, part_minor
from crossfoot.core.payables.preferences import Direction, PayablesPreferences
from crossfoot.core.payables.profile import PaymentSync, ProfileFacts, payment_sync_of
from crossfoot.core.payables.records import Bill, BillPayment, Payable, Vendor, VendorCredit


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides for a partner. Takes: `connected_on` is the day on which the accounting was connected first."""

    home_currency: str
    direction: Direction
    payment_sync: PaymentSync
    connected_on: date

    @property
    def digest(self) -> str:
        """Name them: whoever reads under other rules than before has to look at everything again."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def rules_of(preferences: PayablesPreferences, facts: ProfileFacts, connected_on: date) -> Rules:
    """Put together what decides for a partner."""
    return Rules(preferences.home_currency, preferences.direction, payment_sync_of(facts), connected_on)


def decide_vendor(vendor: Vendor, rules: Rules) -> Decision | None:
    """Say why a vendor in the accounting does not come in; None when it does. Source: B5."""
    return _ours_or_gone(vendor) if vendor.origin or not _is_live(vendor) else _one_way(vendor.ref, rules)


def decide_bill(bill: Bill, rules: Rules, payments: Iterable[BillPayment]) -> Decision | None:
    """Say why a bill in the accounting does not come in; None when it does.

    Takes: `payments` are those of the accounting that name it, as the book holds them.
    Source: B1, B2, B5.
    """
    if bill.origin or not _is_live(bill):
        return _ours_or_gone(bill)
    since = _since(payments, rules)
    paid_before = bill.total_minor - bill.balance_minor - sum(part_minor(each, (bill.ref,)) for each in since)
    return (
        _one_way(bill.ref, rules)
        or _other_currency(bill.ref, bill.currency, rules)
        or _no_number(bill.ref, bill.number)
        or _paid_before(bill.ref, "bill", paid_before, bill.total_minor)
    )


def decide_credit(credit: VendorCredit, rules: Rules, payments: Iterable[BillPayment]) -> Decision | None:
    """Say why a vendor credit in the accounting does not come in; None when it does. It needs no number.

    Takes: as decide_bill.
    Source: B1, B2, B5.
    """
    if credit.origin or not _is_live(credit):
        return _ours_or_gone(credit)
    return (
        _one_way(credit.ref, rules)
        or _other_currency(credit.ref, credit.currency, rules)
        or _used_before(credit, rules, tuple(payments))
    )


def decide_payment(payment: BillPayment, rules: Rules, named: Mapping[Ref, Bill | VendorCredit]) -> Decision | None:
    """Say why a bill payment in the accounting does not come in; None when it does.

    A payment comes with what it pays: on a bill that came in, also one that is dated before the connection counts.
    Takes: `named` are the bills and credits that it names, as the book holds them.
    Source: B1, B2, B5, B6.
    """
    if payment.origin or not _is_live(payment):
        return _ours_or_gone(payment)
    return (
        _one_way(payment.ref, rules)
        or _classic(payment, rules, named)
        or _other_currency(payment.ref, payment.currency, rules)
        or _without_a_bill(payment, named)
    )


def decide_invoice(invoice: Invoice, rules: Rules, payments: Iterable[Payment]) -> Decision | None:
    """Say why an invoice in the accounting takes no part here; None when it does.

    Takes: `payments` are those of the accounting that pay it, as the book holds them. Which of its invoices a payment
    lowered by its credits, the accounting does not say: they count for each.
    Source: B1, B2, B5.
    """
    if not _is_live(invoice):
        return _gone(invoice.ref)
    explained = sum(_lowered_minor(each, invoice.ref) for each in _since(payments, rules))
    paid_before = invoice.total_minor - invoice.balance_minor - explained
    return (
        _one_way(invoice.ref, rules)
        or _other_currency(invoice.ref, invoice.currency, rules)
        or _no_number(invoice.ref, invoice.number)
        or _paid_before(invoice.ref, "invoice", paid_before, invoice.total_minor)
    )


def decide_credit_memo(memo: CreditMemo) -> Decision:
    """Say why a customer's credit memo takes no part here. Source: B2."""
    return skipped(memo.ref, "B2", "credit_memos_do_not_sync", CREDIT_MEMOS, "Apply it in QuickBooks.")


def decide_documents(of: Ref) -> Decision:
    """Say why what is attached to a record does not come. Source: B2."""
    return skipped(of, "B2", "documents_do_not_sync", DOCUMENTS, "Open it in QuickBooks.")


CREDIT_MEMOS = "Credit memos do not sync in this profile: neither into the platform nor to QuickBooks."
DOCUMENTS = "Documents and attachments do not sync: they stay where they were attached."


def came_in(record: Payable) -> Decision:
    """Say that a record no longer stays out. Source: B1, B4."""
    if record.origin is not None:
        sentence = f"It stands for {record.origin.id} of the platform now, which was joined with it."
        return did(record.ref, "B4", "joined_with_platform", sentence, record.origin)
    return did(record.ref, "B1", "came_in", "It comes into the platform now: what kept it out is no longer so.")


def _is_live(record: Payable | Invoice | Payment) -> bool:
    return record.standing is Standing.LIVE


def _ours_or_gone(record: Payable) -> Decision | None:
    return None if record.origin else _gone(record.ref)


def _gone(ref: Ref) -> Decision:
    return skipped(ref, "B1", "gone_in_accounting", "It is void or deleted in QuickBooks, and never came in.")


def _one_way(ref: Ref, rules: Rules) -> Decision | None:
    if rules.direction is Direction.TWO_WAY:
        return None
    sentence = (
        "This partner's payables go one way, from the platform to QuickBooks: what is made in QuickBooks does not come."
    )
    return skipped(ref, "B5", "one_way", sentence, "Choose two-way under the preferences of payables, then sync.")


def _classic(payment: BillPayment, rules: Rules, named: Mapping[Ref, Bill | VendorCredit]) -> Decision | None:
    if rules.payment_sync is PaymentSync.TWO_WAY:
        return None
    sentence = "This partner has the classic profile: payments that are recorded in QuickBooks do not come back."
    fix = "Mark the bill as paid outside, or ask support for two-way payment sync."
    if _without_a_bill(payment, named):
        fix = "Nothing here: what it settles has not come in either."
    return skipped(payment.ref, "B6", "classic_profile", sentence, fix)


def _other_currency(ref: Ref, currency: str, rules: Rules) -> Decision | None:
    if currency == rules.home_currency:
        return None
    sentence = f"It is in {currency or 'no currency'}, and only {rules.home_currency} syncs."
    return skipped(ref, "B2", "other_currency", sentence, "Pay it in QuickBooks, with the exchange rate of the day.")


def _no_number(ref: Ref, number: str) -> Decision | None:
    if number.strip():
        return None
    return skipped(ref, "B2", "no_number", "It has no number.", "Give it a number in QuickBooks, then sync.")


def _paid_before(ref: Ref, what: str, paid_minor: int, total_minor: int) -> Decision | None:
    if paid_minor <= 0:
        return None
    if paid_minor >= total_minor:
        sentence = f"This {what} was paid in QuickBooks before the connection."
        return skipped(ref, "B1", "paid_before_connection", sentence)
    sentence = f"This {what} was partly paid in QuickBooks before the connection."
    fix = "Pay the rest in QuickBooks, or remove the earlier payments there and sync."
    return skipped(ref, "B1", "partly_paid_before_connection", sentence, fix)


def _used_before(credit: VendorCredit, rules: Rules, payments: Sequence[BillPayment]) -> Decision | None:
    """Where the accounting does not say what remains, the payments of before say what was used."""
    since = {each.ref: part_minor(each, (credit.ref,)) for each in _since(payments, rules)}
    if credit.remaining_minor is not None:
        used_minor = credit.total_minor - credit.remaining_minor - sum(since.values())
    else:
        earlier = (each for each in _standing_there(payments) if each.ref not in since)
        used_minor = sum(part_minor(each, (credit.ref,)) for each in earlier)
    if used_minor <= 0:
        return None
    sentence = "This vendor credit was applied in QuickBooks, in whole or in part, before the connection."
    fix = "Apply the rest in QuickBooks." if used_minor < credit.total_minor else ""
    return skipped(credit.ref, "B1", "used_before_connection", sentence, fix)


def _since[P: BillPayment | Payment](payments: Iterable[P], rules: Rules) -> list[P]:
    return [each for each in _standing_there(payments) if each.paid_on and each.paid_on >= rules.connected_on]


def _standing_there[P: BillPayment | Payment](payments: Iterable[P]) -> list[P]:
    """Leave out what the platform tells: what stands for it in the accounting is among the rest."""
    return [each for each in payments if each.ref.system is ACCOUNTING and _is_live(each)]


def _without_a_bill(payment: BillPayment, named: Mapping[Ref, Bill | VendorCredit]) -> Decision | None:
    refs = named_by(payment)
    if any(ref in named and not named[ref].keeping.left_out for ref in refs):
        return None
    sentence = "Nothing that this payment settles has come in from QuickBooks, so it has not either."
    return skipped(payment.ref, "B1", "bills_did_not_come", sentence, "", *refs)


def _lowered_minor(payment: Payment, invoice: Ref) -> int:
    paid = sum(part.amount_minor for part in payment.allocations if part.invoice == invoice)
    touches = invoice in payment.credit_only or any(part.invoice == invoice for part in payment.allocations)
    return paid + (sum(use.amount_minor for use in payment.credits) if touches else 0)
