"""A payout of two payments and a fee, and how far the accounting has come with it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from crossfoot.core.company import AccountUse, Company, LedgerAccount
from crossfoot.core.depositing import DepositPlan, plan_deposit, to_deposit_effect
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import (
    ACCOUNTING,
    PLATFORM,
    Allocation,
    Deposit,
    DepositLine,
    Invoice,
    Kind,
    Payment,
    Payout,
    PayoutItem,
    PayoutItemKind,
    PayoutState,
    Ref,
    Standing,
    TakenBack,
    Version,
)
from crossfoot.core.preferences import Preferences
from crossfoot.core.receipts import Operation, Receipt, to_result
from crossfoot.core.receiving import Receiving, plan_receipts, to_receipt_effect
from crossfoot.core.slip_lines import Depositing
from crossfoot.core.slips import Slip, standing_of
from crossfoot.core.slips import to_result as to_slip_result

DAY, ARRIVES = date(2026, 11, 3), date(2026, 11, 5)
VERSION = Version("2026-11-03T17:00:00.000000Z", "2026-11-03T17:00:00.000000Z")
PAYOUT = Ref(PLATFORM, Kind.PAYOUT, "po_1")
CUSTOMER = Ref(ACCOUNTING, Kind.CUSTOMER, "58")
BANK, FUNDS, FEES, RETURNS = "35", "4", "90", "91"
COMPANY = Company(
    (
        LedgerAccount(BANK, "Checking", AccountUse.BANK),
        LedgerAccount(FUNDS, "Payments to deposit", AccountUse.UNDEPOSITED_FUNDS),
        LedgerAccount(FEES, "Bank Charges", AccountUse.EXPENSE),
        LedgerAccount(RETURNS, "Chargebacks", AccountUse.OTHER),
    ),
    home_currency="USD",
)
ON = Preferences(deposits_enabled=True, deposit_account_id=BANK, fee_account_id=FEES)


def pay(id_: str) -> Ref:
    return Ref(PLATFORM, Kind.PAYMENT, id_)


def item(kind: PayoutItemKind, amount_minor: int, payment: str = "", memo: str = "") -> PayoutItem:
    return PayoutItem(kind, amount_minor, pay(payment) if payment else None, memo)


def paid(payment: str, amount_minor: int) -> PayoutItem:
    return item(PayoutItemKind.PAYMENT, amount_minor, payment)


def fee(amount_minor: int, memo: str = "") -> PayoutItem:
    return item(PayoutItemKind.FEE, -amount_minor, memo=memo)


def payout(*items: PayoutItem, state: PayoutState = PayoutState.PAID) -> Payout:
    total = sum(each.amount_minor for each in items)
    return Payout(PAYOUT, VERSION, Standing.LIVE, state, ARRIVES, "USD", total, items)


def payment(id_: str, minor: int, *, of: str = "129", refunded: int = 0) -> Payment:
    parts = (Allocation(Ref(ACCOUNTING, Kind.INVOICE, of), minor),)
    return Payment(
        pay(id_), VERSION, Standing.LIVE, None, DAY, "USD", minor, parts, reference="R-1", refunded_minor=refunded
    )


def taken_back(each: Payment, why: TakenBack = TakenBack.RETURNED) -> Payment:
    return replace(each, standing=Standing.DELETED, allocations=(), taken_back=why)


def not_entered(each: Payment, invoices: Mapping[Ref, Invoice] | None = None) -> Receiving:
    """Give a payment that is not in the accounting yet."""
    if invoices is None:
        refs = [part.invoice for part in each.allocations]
        known = (
            Invoice(ref, VERSION, Standing.LIVE, ref.id, CUSTOMER, "", DAY, None, "USD", 900_00, 900_00) for ref in refs
        )
        invoices = {invoice.ref: invoice for invoice in known}
    return Receiving(each, COMPANY, invoices)


def entered(each: Payment, receipt_id: str) -> Receiving:
    """Give a payment whose receipt stands as it should."""
    receiving = not_entered(each)
    write = plan_receipts(receiving, ON).write
    assert write is not None
    assert write.receipt is not None
    made: Receipt = replace(write.receipt, id=receipt_id, revision="0")
    effect = to_receipt_effect("t_1", receiving, write)
    confirmed = replace(effect, state=EffectState.CONFIRMED, result=to_result((made,)))
    return replace(receiving, latest=confirmed, copies={receipt_id: copy_of(made)})


def copy_of(receipt: Receipt, *, deposit: Ref | None = None, standing: Standing = Standing.LIVE) -> Payment:
    ref = Ref(ACCOUNTING, Kind.PAYMENT, receipt.id)
    parts = receipt.applied if standing is Standing.LIVE else ()
    return Payment(
        ref, VERSION, standing, CUSTOMER, DAY, "USD", receipt.amount_minor, parts, deposit=deposit, revision="0"
    )


def depositing(made: Payout, *payments: Receiving) -> Depositing:
    return Depositing(made, COMPANY, {each.payment.ref: each for each in payments})


def done(situation: Depositing, plan: DepositPlan, *, off_by: int = 0) -> Effect:
    """Give the effect of a plan once it is confirmed. Takes: what QuickBooks makes more of it than we do."""
    assert plan.write is not None
    effect = to_deposit_effect("t_1", situation, plan.write)
    slip, latest = plan.write.slip, standing_of(situation.latest)
    revision = str(int(latest.revision) + 1) if latest else "0"
    stands: Slip | None = replace(slip, id="9", revision=revision, total_minor=slip.total_minor + off_by)
    if plan.write.operation is Operation.DELETE:
        stands = None
    return replace(effect, state=EffectState.CONFIRMED, remote_id="9", result=to_slip_result(stands))


def deposited(situation: Depositing, preferences: Preferences = ON) -> Depositing:
    """Give the situation once the next write was done."""
    return replace(situation, latest=done(situation, plan_deposit(situation, preferences)))


def read(slip: Slip, *, revision: str = "1", standing: Standing = Standing.LIVE) -> Deposit:
    """Give a deposit as the book reads it."""
    held = (DepositLine(Ref(ACCOUNTING, Kind.PAYMENT, each), 0) for each in sorted(slip.held))
    own = (DepositLine(None, each.amount_minor, each.account_id, "") for each in slip.lines if not each.receipt_id)
    return Deposit(
        Ref(ACCOUNTING, Kind.DEPOSIT, slip.id), VERSION, standing, slip.deposited_on, slip.account_id, "Checking", "USD",
        slip.total_minor, (*held, *own), revision,
    )  # fmt: skip
