"""What comes in of the payables in the accounting: judged together with what the book holds beside them (B1, B5, B6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import Protocol

from crossfoot.core.decisions import Decision
from crossfoot.core.model import ACCOUNTING, Invoice, Ref
from crossfoot.core.payables.eligibility import (
    Rules,
    decide_bill,
    decide_credit,
    decide_invoice,
    decide_payment,
    decide_vendor,
    rules_of,
)
from crossfoot.core.payables.obstacles import Obstacle, preferences_missing
from crossfoot.core.payables.open_amounts import named_by
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.records import Bill, BillPayment, Payable, Vendor, VendorCredit
from crossfoot.ports import CONNECTED_TO, Book, Clock, Connections, PayablesSettings, why_unread

# Payments are dated by the day where the company is, and nobody tells us where that is. The day of Hawaii is never ahead
# of that of a company in the United States, and behind it only in the small hours.
WESTERNMOST = timezone(timedelta(hours=-10))

type Owed = Bill | VendorCredit


class Judging(Protocol):
    """What is needed to know a partner's rules; a step's own ports offer it."""

    @property
    def clock(self) -> Clock: ...
    @property
    def connections(self) -> Connections: ...
    @property
    def payables_settings(self) -> PayablesSettings: ...


def load_rules(tenant: str, ports: Judging) -> Rules:
    """Read what decides for a partner. Source: B1, B2, B5, B6."""
    preferences = ports.payables_settings.load(tenant) or PayablesPreferences()
    return rules_of(preferences, ports.payables_settings.load_facts(tenant), _connected_on(tenant, ports))


def find_obstacle(tenant: str, ports: Judging) -> Obstacle | None:
    """Say what the partner has to do before anything syncs; None when it may. Source: B3, C7."""
    missing = preferences_missing(ports.payables_settings.load(tenant))
    if missing is not None:
        return missing
    unread = why_unread(ports.connections.load(tenant, ACCOUNTING))
    fix = "Mend it under Connections, then sync."
    return Obstacle("C7", f"QuickBooks cannot be read: {unread}", fix) if unread else None


def _connected_on(tenant: str, ports: Judging) -> date:
    """Find the day on which the accounting was connected first: what was paid while it was apart for a while still counts.

    The history may begin earlier, with what an operator chose.
    Source: B1, C6.
    """
    history = ports.connections.load_history(tenant, ACCOUNTING)
    connection = ports.connections.load(tenant, ACCOUNTING)
    known = [event.at for event in history if event.what.startswith(CONNECTED_TO)][:1]
    if connection is not None and connection.connected_at is not None:
        known.append(connection.connected_at)
    return min(known, default=ports.clock.now()).astimezone(WESTERNMOST).date()


@dataclass(frozen=True, slots=True)
class Beside:
    """What the book holds beside some records. Takes: `payments` on each bill and credit; `named` by each payment."""

    payments: Mapping[Ref, Sequence[BillPayment]]
    named: Mapping[Ref, Owed]


def load_beside(tenant: str, records: Sequence[Payable], book: Book) -> Beside:
    """Read what it takes to judge some records."""
    owed = [each.ref for each in records if isinstance(each, Bill | VendorCredit)]
    named = sorted({ref for each in records if isinstance(each, BillPayment) for ref in named_by(each)})
    stored = book.load_many(tenant, named) if named else {}
    return Beside(
        payments=book.load_bill_payments_of(tenant, owed) if owed else {},
        named={ref: record for ref, record in stored.items() if isinstance(record, Bill | VendorCredit)},
    )


def judge(records: Sequence[Payable], rules: Rules, beside: Beside) -> dict[Ref, Decision]:
    """Say of records in the accounting why they do not come in; those that do are left out of the answer."""
    decided = {each.ref: _decide(each, rules, beside) for each in records}
    return {ref: why for ref, why in decided.items() if why is not None}


def judge_invoices(tenant: str, invoices: Sequence[Invoice], rules: Rules, book: Book) -> dict[Ref, Decision]:
    """Say of invoices in the accounting why they take no part; as `judge`."""
    payments = book.load_payments_of_many(tenant, [each.ref for each in invoices]) if invoices else {}
    decided = {each.ref: decide_invoice(each, rules, payments[each.ref]) for each in invoices}
    return {ref: why for ref, why in decided.items() if why is not None}


def _decide(record: Payable, rules: Rules, beside: Beside) -> Decision | None:
    match record:
        case Vendor():
            return decide_vendor(record, rules)
        case Bill():
            return decide_bill(record, rules, beside.payments[record.ref])
        case VendorCredit():
            return decide_credit(record, rules, beside.payments[record.ref])
        case BillPayment():
            return decide_payment(record, rules, beside.named)
