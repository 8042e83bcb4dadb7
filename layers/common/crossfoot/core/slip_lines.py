"""What a payout's deposit holds: the receipts that stand as they should, and lines of their own for the rest (D2)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum

from crossfoot.core.company import Company
from crossfoot.core.decisions import Decision, refused, waits
from crossfoot.core.effects import Effect
from crossfoot.core.holds import LET_IT_GO_ON
from crossfoot.core.model import ACCOUNTING, Deposit, Payment, Payout, PayoutItem, PayoutItemKind, Ref, Standing
from crossfoot.core.money import format_minor
from crossfoot.core.preferences import Preferences
from crossfoot.core.receipts import Receipt
from crossfoot.core.receipts import standing_of as receipts_of
from crossfoot.core.receiving import Receiving, plan_receipts
from crossfoot.core.slips import Slip, SlipLine


@dataclass(frozen=True, slots=True)
class Depositing:
    """Everything that bears on a payout's deposit.

    Takes: `payout` with its items; `payments` is how each platform payment of it stands in the accounting, as far as it is
    in the book; `latest` is the newest effect on the deposit, settled or never sent; `copy` is the deposit as the book saw
    it last, with its lines; `again` names the request to send once more what was refused, "" where there is none.
    """

    payout: Payout
    company: Company
    payments: Mapping[Ref, Receiving] = field(default_factory=dict)
    latest: Effect | None = None
    copy: Deposit | None = None
    again: str = ""


class Use(StrEnum):
    """What a line of its own is for; the partner chooses an account for each."""

    FEES = "fees"
    RETURNS = "returns"


@dataclass(frozen=True, slots=True)
class Own:
    """An amount of the payout that no receipt in the deposit stands for."""

    use: Use
    memo: str
    amount_minor: int


def payments_in(payout: Payout) -> dict[Ref, int]:
    """Say how much of each payment a payout pays out."""
    paid: dict[Ref, int] = {}
    for item in payout.items or ():
        if item.kind is PayoutItemKind.PAYMENT and item.payment is not None:
            paid[item.payment] = paid.get(item.payment, 0) + item.amount_minor
    return paid


def payments_to_follow(depositing: Depositing, preferences: Preferences) -> tuple[Ref, ...]:
    """Find the payments whose receipts have to change, or to go, before they may be in a deposit, which locks them (P2)."""
    return tuple(
        payment
        for payment in payments_in(depositing.payout)
        if (receiving := depositing.payments.get(payment)) is not None
        and receipts_of(receiving.latest)
        and _has_to_change(receiving, preferences)
    )


def arrange_lines(
    depositing: Depositing, standing: Slip | None, following: Collection[Ref], preferences: Preferences
) -> tuple[SlipLine, ...] | Decision:
    """Say which lines the deposit should have, or why it cannot have them.

    Takes: `standing` is the deposit that is there: in it a payment that is `following` is a line of its own meanwhile, so
    that QuickBooks lets it change; a new deposit waits for it.
    Source: D2, P2.
    """
    linked: list[SlipLine] = []
    own: list[Own] = [*_items(depositing.payout)]
    held = standing.held if standing is not None else None
    for payment, amount_minor in payments_in(depositing.payout).items():
        found = _parts(depositing, payment, amount_minor, held, follows=payment in following)
        if isinstance(found, Decision):
            return found
        linked += found[0]
        own += found[1]
    lines = _own_lines(depositing, own, standing, preferences)
    return lines if isinstance(lines, Decision) else (*linked, *lines)


def _items(payout: Payout) -> Iterator[Own]:
    for item in payout.items or ():
        match item.kind:
            case PayoutItemKind.PAYMENT if item.payment is not None:
                continue
            case PayoutItemKind.FEE | PayoutItemKind.ADJUSTMENT:
                yield Own(Use.FEES, item.memo or item.kind.capitalize(), item.amount_minor)
            case _:
                yield Own(Use.RETURNS, _named(item), item.amount_minor)


def _named(item: PayoutItem) -> str:
    what = item.kind.capitalize()
    return f"{what} of payment {item.payment.id}" if item.payment is not None else item.memo or what


def _parts(
    depositing: Depositing, payment: Ref, amount_minor: int, held: Set[str] | None, *, follows: bool
) -> tuple[list[SlipLine], list[Own]] | Decision:
    """Share what the payout pays out of a payment between its receipts and a line of its own.

    Takes: `held` are the receipts in the deposit that is there, None where none is.
    """
    payout, receiving = depositing.payout, depositing.payments.get(payment)
    if receiving is None:
        sentence = f"Payment {payment.id} of this payout is not in the book yet."
        fix = "The platform tells it by itself; if it does not come, ask the platform to send it again."
        return waits(payout.ref, "D2", "payment_not_in_book", sentence, fix, payment)
    receipts, taken_back = receipts_of(receiving.latest), receiving.payment.standing is not Standing.LIVE
    if not receipts or follows:
        if held is None and not taken_back:
            return _not_ready(payout, receiving.payment, entered=bool(receipts))
        return [], [Own(Use.RETURNS, _meanwhile(receiving.payment), amount_minor)]
    for receipt in receipts:
        obstacle = _obstacle(depositing, receiving, receipt) if receipt.id not in (held or ()) else None
        if obstacle is not None:
            return obstacle
    rest_minor = amount_minor - sum(receipt.amount_minor for receipt in receipts)
    if not 0 <= rest_minor <= (amount_minor if taken_back else receiving.payment.refunded_minor):
        return _does_not_tie(payout, receiving.payment, amount_minor, amount_minor - rest_minor)
    lines = [SlipLine(receipt.amount_minor, receipt.id) for receipt in receipts]
    return lines, [Own(Use.RETURNS, f"Payment {payment.id}: given back of it", rest_minor)]


def _has_to_change(receiving: Receiving, preferences: Preferences) -> bool:
    """Tell whether the receipts of a payment are not as they should be, and could be brought there if none were locked."""
    copies = (receiving.copies.get(receipt.id) for receipt in receipts_of(receiving.latest))
    if any(copy is not None and copy.standing is not Standing.LIVE for copy in copies):
        return True
    # A payment in a deposit lies in undeposited funds, whatever the partner chose later.
    unlocked = {id_: replace(copy, deposit=None) for id_, copy in receiving.copies.items()}
    free = replace(receiving, copies=unlocked, locks={})
    return plan_receipts(free, replace(preferences, deposits_enabled=True)).write is not None


def _not_ready(payout: Payout, payment: Payment, *, entered: bool) -> Decision:
    if payment.keeping.hold_from(ACCOUNTING) is not None:
        sentence = f"You took payment {payment.ref.id} of this payout back from QuickBooks."
        return waits(payout.ref, "X1", "payment_not_ready", sentence, LET_IT_GO_ON, payment.ref)
    if entered:
        sentence = f"Payment {payment.ref.id} has changed, and QuickBooks does not show that yet."
    else:
        sentence = f"Payment {payment.ref.id} of this payout is not in QuickBooks yet."
    fix = "What holds it up is said at the payment; the deposit then follows by itself."
    return waits(payout.ref, "D2", "payment_not_ready", sentence, fix, payment.ref)


def _meanwhile(payment: Payment) -> str:
    return f"Payment {payment.ref.id}: {payment.taken_back or 'about to change'}"


def _obstacle(depositing: Depositing, receiving: Receiving, receipt: Receipt) -> Decision | None:
    """Say why QuickBooks would not take a receipt into this deposit."""
    payout, payment, funds = depositing.payout.ref, receiving.payment.ref, depositing.company.undeposited_funds
    copy = receiving.copies.get(receipt.id)
    other = receiving.locks.get(receipt.id)
    if other is not None and other != payout:
        sentence = f"Payment {payment.id} is still in the deposit of payout {other.id}."
        fix = "When that payout fails, its deposit is taken back and this one follows; else tell the platform."
        return waits(payout, "D2", "in_other_payout", sentence, fix, other)
    if copy is not None and copy.deposit is not None and copy.deposit not in receiving.ours:
        sentence = f"In QuickBooks payment {receipt.id} lies in a deposit that somebody else made ({copy.deposit.id})."
        fix = "Take it out of that deposit in QuickBooks, then try again."
        return refused(payout, "D2", "deposited_by_hand", sentence, fix, payment, copy.deposit)
    if funds is None or receipt.account_id != funds.id:
        sentence = (
            f"In QuickBooks payment {receipt.id} does not lie in undeposited funds, from where deposits are made."
        )
        fix = "Change what it is deposited to in QuickBooks to Undeposited Funds, then try again."
        return refused(payout, "D2", "not_in_undeposited_funds", sentence, fix, payment)
    return None


def _does_not_tie(payout: Payout, payment: Payment, paid_minor: int, shown_minor: int) -> Decision:
    paid, shown = format_minor(paid_minor, payout.currency), format_minor(shown_minor, payout.currency)
    given_back = format_minor(payment.refunded_minor, payout.currency)
    sentence = (
        f"The payout holds {paid} of payment {payment.ref.id}, and QuickBooks shows {shown} of it, "
        f"with {given_back} refunded: that does not tie."
    )
    fix = "Correct the payment in QuickBooks or on the platform, then try again; nothing was written."
    return refused(payout.ref, "D2", "does_not_tie", sentence, fix, payment.ref)


# --- lines of their own ------------------------------------------------------------------------------------------------


def _own_lines(
    depositing: Depositing, own: Iterable[Own], standing: Slip | None, preferences: Preferences
) -> list[SlipLine] | Decision:
    """Give each its account: what a line went to once it stays in, whatever the partner chooses later."""
    sums: dict[tuple[Use, str], int] = {}
    for part in own:
        sums[part.use, part.memo] = sums.get((part.use, part.memo), 0) + part.amount_minor
    stood = {line.memo: line.account_id for line in standing.lines if not line.receipt_id} if standing else {}
    chosen = _chosen(depositing.company, preferences)
    lines: list[SlipLine] = []
    for (use, memo), amount_minor in sums.items():
        account_id = stood.get(memo) or chosen[use]
        if not amount_minor:
            continue
        missing = decide_account(depositing, account_id, f"The account that {use} go to")
        if missing is not None:
            return missing
        lines.append(SlipLine(amount_minor, "", account_id, memo))
    return lines


def _chosen(company: Company, preferences: Preferences) -> dict[Use, str]:
    funds = company.undeposited_funds
    returns = preferences.returns_account_id or (funds.id if funds is not None else "")
    return {Use.FEES: preferences.fee_account_id, Use.RETURNS: returns}


def decide_account(depositing: Depositing, account_id: str, called: str) -> Decision | None:
    """Say what is wrong with an account that a deposit needs; None where it can be used. Renamed is fine. Source: D1."""
    account, payout = depositing.company.account(account_id), depositing.payout.ref
    if account is not None and account.active:
        return None
    if not account_id:
        sentence, fix = f"{called} is not chosen.", "Choose it under Preferences; the deposit then follows."
        return refused(payout, "D1", "account_not_chosen", sentence, fix)
    named = f"The account {account.name}" if account is not None else called
    sentence = f"{named} is not there in QuickBooks, or inactive."
    fix = "Make it active in QuickBooks, or choose another under Preferences."
    return refused(payout, "D1", "account_missing", sentence, fix)
