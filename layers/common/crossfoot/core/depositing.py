"""Plan what a payout asks of the accounting: the next write on its deposit, or why there is none (D1, D2)."""

import hashlib
from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date

from crossfoot.core.decisions import Decision, refused, skipped, waits
from crossfoot.core.effects import Effect, asked_again, is_to_be_tried_again, next_generation
from crossfoot.core.holds import decide_hold
from crossfoot.core.model import ACCOUNTING, Deposit, Payout, PayoutState, Ref, Standing
from crossfoot.core.money import format_minor
from crossfoot.core.preferences import ClosedPeriod, Preferences
from crossfoot.core.receipts import Operation
from crossfoot.core.receipts import standing_of as receipts_of
from crossfoot.core.receiving import PERIOD_CLOSED
from crossfoot.core.slip_lines import Depositing, arrange_lines, decide_account, payments_to_follow
from crossfoot.core.slips import (
    Slip,
    SlipWrite,
    arrange_slip,
    repeats_refusal,
    size_bytes,
    standing_of,
    to_body,
    to_result,
    went_wrong,
)

DEPOSIT = "deposit"
# In an effect's body, beside the write: what was known of everything that QuickBooks may refuse it for.
SEEN = "seen"
# QuickBooks' own limit; and two slips go into one item of our table, which holds 400 KB.
MAX_LINES = 10_000
MAX_SLIP_BYTES = 180_000


@dataclass(frozen=True, slots=True)
class DepositPlan:
    """What to do next: write once, or not; and what to tell.

    Takes: `then` are payments whose receipts have to follow, and that the deposit does not lock once this is done.
    """

    write: SlipWrite | None = None
    decision: Decision | None = None
    then: tuple[Ref, ...] = ()


def plan_deposit(depositing: Depositing, preferences: Preferences) -> DepositPlan:
    """Decide the next thing to do for a payout in the accounting.

    Source: D1, D2, P2 (what has to change is taken out first), X1 (none where the partner holds it back).
    """
    payout, standing = depositing.payout, _as_read(standing_of(depositing.latest), depositing.copy)
    ends = _is_off(payout) or _is_held(payout) or (standing is not None and not standing.is_added_up)
    held = _by_hand(depositing, standing, ends=ends) if standing is not None else _not_now(payout, preferences)
    if held is not None:
        return DepositPlan(decision=held)
    following = payments_to_follow(depositing, preferences)
    free = _not_locked(depositing, following, standing)
    wanted = None if ends else _wanted(depositing, standing, frozenset(following), preferences)
    if isinstance(wanted, Decision):
        return DepositPlan(decision=wanted, then=free)
    write = arrange_slip(wanted, standing, payout.currency)
    if write is None:
        return DepositPlan(decision=_follows_yet(payout, following), then=following)
    obstacle = _obstacle(depositing, standing, write)
    return DepositPlan(decision=obstacle, then=free) if obstacle else DepositPlan(write, then=following)


def to_deposit_effect(tenant: str, depositing: Depositing, write: SlipWrite) -> Effect:
    """Make the effect of a write on the slip: the next generation of the payout's deposit."""
    payout, latest = depositing.payout, depositing.latest
    return Effect(
        tenant=tenant,
        kind=DEPOSIT,
        subject=payout.ref,
        generation=next_generation(latest),
        body={**to_body(write), SEEN: _seen(depositing), **asked_again(depositing.again)},
        rule="X1" if write.operation is Operation.DELETE and _is_held(payout) else "D2",
        sentence=_sentence(depositing, write),
        causes=(payout.ref,),
        # What stands if QuickBooks refuses.
        result=to_result(standing_of(latest)),
    )


def deposit_refusal_of(payout: Ref, effect: Effect) -> Decision:
    """Tell a payout that QuickBooks refused its deposit."""
    fix = effect.fix or "Correct this in QuickBooks; the deposit is tried again when one of its payments changes there."
    return refused(payout, effect.rule, "refused_by_accounting", f"QuickBooks refused: {effect.refusal}", fix)


# --- whether there should be one ---------------------------------------------------------------------------------------


def _is_off(payout: Payout) -> bool:
    return payout.state is PayoutState.FAILED or payout.standing is not Standing.LIVE


def _is_held(payout: Payout) -> bool:
    return not _is_off(payout) and payout.keeping.hold_from(ACCOUNTING) is not None


def _not_now(payout: Payout, preferences: Preferences) -> Decision | None:
    """Say why no deposit is made now, where none stands. Source: D1, D2, X1."""
    if _is_held(payout):
        return decide_hold(payout, ACCOUNTING)
    if not preferences.deposits_enabled:
        fix = "Turn deposits on under Preferences, if QuickBooks is not to match them from the bank feed."
        return skipped(payout.ref, "D1", "deposits_off", "Deposits are not made: they are turned off.", fix)
    if _is_off(payout):
        return skipped(payout.ref, "D2", "payout_failed", "The payout failed: there is nothing to deposit.")
    if payout.state is PayoutState.CREATED:
        sentence = "The payout is on its way to the bank; it is deposited when it was paid."
        return waits(payout.ref, "D2", "not_paid_yet", sentence)
    if not any(item.amount_minor for item in payout.items or ()):
        return skipped(payout.ref, "D2", "nothing_to_deposit", "The payout holds nothing.")
    return None


def _as_read(standing: Slip | None, copy: Deposit | None) -> Slip | None:
    """Give the slip with the count of changes that was read last, where it still says what we wrote."""
    if standing is None or copy is None or not _is_newer(copy, standing) or not _agrees(copy, standing):
        return standing
    return replace(standing, revision=copy.revision)


def _by_hand(depositing: Depositing, standing: Slip, *, ends: bool) -> Decision | None:
    """Say that somebody changed or deleted our deposit: it is never silently written over."""
    copy = depositing.copy
    if copy is None or (copy.standing is not Standing.LIVE and ends):
        return None
    fix = "Restore it in QuickBooks as it was, or take it as done."
    if copy.standing is not Standing.LIVE:
        sentence = f"Somebody deleted the deposit of this payout in QuickBooks ({standing.id})."
        return refused(depositing.payout.ref, "D2", "changed_by_hand", sentence, fix, copy.ref)
    if not is_changed(copy, standing):
        return None
    shown = format_minor(copy.total_minor, copy.currency)
    sentence = (
        f"Somebody changed the deposit of this payout in QuickBooks: it is {shown} dated {copy.deposited_on} now."
    )
    return refused(depositing.payout.ref, "D2", "changed_by_hand", sentence, fix, copy.ref)


def is_changed(copy: Deposit, standing: Slip) -> bool:
    """Tell whether the book has read our deposit, with its lines, as something else than we wrote last. Source: D2."""
    return copy.standing is not Standing.LIVE or (_is_newer(copy, standing) and not _agrees(copy, standing))


def _is_newer(copy: Deposit, standing: Slip) -> bool:
    return _count(copy.revision) > _count(standing.revision)


def _count(revision: str) -> int:
    return int(revision) if revision.isdecimal() else -1


def _agrees(copy: Deposit, standing: Slip) -> bool:
    """Tell whether a deposit that was read says what we wrote; a note on a line may be another."""
    if (copy.account_id, copy.deposited_on, copy.total_minor) != (
        standing.account_id, standing.deposited_on, standing.total_minor,
    ):  # fmt: skip
        return False
    read = copy.lines or ()
    ours = sorted((line.amount_minor, line.account_id) for line in standing.lines if not line.receipt_id)
    own = sorted((line.amount_minor, line.account_id) for line in read if line.payment is None)
    return own == ours and {line.payment.id for line in read if line.payment is not None} == standing.held


# --- what it should be -------------------------------------------------------------------------------------------------


def _wanted(
    depositing: Depositing, standing: Slip | None, following: Set[Ref], preferences: Preferences
) -> Slip | Decision:
    """Say which deposit the payout should have, or why it cannot have it."""
    payout = depositing.payout
    impossible = _impossible(depositing)
    if impossible is not None:
        return impossible
    account_id = standing.account_id if standing is not None else preferences.deposit_account_id
    missing = decide_account(depositing, account_id, "The bank account that deposits go to")
    if missing is not None:
        return missing
    day = _day(depositing, standing, preferences)
    if isinstance(day, Decision):
        return day
    lines = arrange_lines(depositing, standing, following, preferences)
    if isinstance(lines, Decision):
        return lines
    total_minor = sum(line.amount_minor for line in lines)
    if total_minor != payout.total_minor:
        paid, made = (format_minor(minor, payout.currency) for minor in (payout.total_minor, total_minor))
        sentence = f"The payout is {paid}, and what it holds comes to {made}."
        fix = "Ask the platform to send the payout again; nothing was written."
        return refused(payout.ref, "D2", "does_not_tie", sentence, fix)
    slip = Slip("", account_id, day, lines, total_minor)
    if len(lines) > MAX_LINES or size_bytes(slip) > MAX_SLIP_BYTES:
        sentence = f"The payout comes to {len(lines)} lines, more than one deposit can hold."
        return refused(payout.ref, "D2", "too_many_items", sentence, "Record this deposit in QuickBooks by hand.")
    return slip


def _impossible(depositing: Depositing) -> Decision | None:
    """Say what QuickBooks takes no deposit for."""
    payout, home = depositing.payout, depositing.company.home_currency
    if home and payout.currency != home:
        sentence = f"The payout is in {payout.currency}, and the books in QuickBooks are in {home}."
        fix = "Record this deposit in QuickBooks by hand, with the exchange rate of the day."
        return refused(payout.ref, "S7", "other_currency", sentence, fix)
    if payout.total_minor < 0:
        taken = format_minor(-payout.total_minor, payout.currency)
        sentence = f"The platform took {taken} from the bank account, and a deposit cannot be negative."
        fix = "Record it in QuickBooks by hand, as a journal entry from the bank account to undeposited funds."
        return refused(payout.ref, "D2", "negative_payout", sentence, fix)
    return None


def _day(depositing: Depositing, standing: Slip | None, preferences: Preferences) -> date | Decision:
    """Choose the day of the deposit. A day in closed books is one only where the partner says so (P1, S7)."""
    payout, company = depositing.payout, depositing.company
    if standing is not None and standing.deposited_on >= payout.arrives_on:
        return standing.deposited_on  # Where it is later it was moved there, and stays.
    if not company.is_closed(payout.arrives_on):
        return payout.arrives_on
    if preferences.closed_period is ClosedPeriod.FIRST_OPEN_DAY:
        assert company.first_open_day is not None
        return company.first_open_day
    return _closed(depositing, payout.arrives_on)


def _closed(depositing: Depositing, day: date) -> Decision:
    sentence = f"The books in QuickBooks are closed up to {depositing.company.closed_until}, and this is dated {day}."
    fix = "Open the period in QuickBooks, or choose under Preferences to date such deposits on the first open day."
    return refused(depositing.payout.ref, "D2", "period_closed", sentence, fix)


def _obstacle(depositing: Depositing, standing: Slip | None, write: SlipWrite) -> Decision | None:
    """Say why a write would only be refused, or come to nothing again."""
    payout, latest = depositing.payout, depositing.latest
    if standing is not None and depositing.company.is_closed(standing.deposited_on):
        return _closed(depositing, standing.deposited_on)
    if latest is not None and is_to_be_tried_again(latest, depositing.again):
        return None
    wrong = went_wrong(latest)
    if wrong is not None and sorted(wrong.slip.lines) == sorted(write.slip.lines):
        made, paid = (format_minor(minor, payout.currency) for minor in (wrong.slip.total_minor, payout.total_minor))
        sentence = f"QuickBooks made a deposit of {made} out of the payout's {paid}, so it was taken back."
        fix = "See in QuickBooks what is added to deposits (tax, say), turn it off for them, then try again."
        return refused(payout.ref, "D2", "added_up_differently", sentence, fix)
    # Where the books were closed they are open now, as far as is known: that was asked above.
    is_same = repeats_refusal(latest, write) and latest is not None and latest.refusal_code != PERIOD_CLOSED
    if latest is not None and is_same and latest.body[SEEN] == _seen(depositing):
        return deposit_refusal_of(payout.ref, latest)
    return None


def _seen(depositing: Depositing) -> str:
    """Name the state of what a refusal may be about: once it has changed, the same write may pass."""
    stands = (
        receiving.copies.get(receipt.id)
        for receiving in depositing.payments.values()
        for receipt in receipts_of(receiving.latest)
    )
    newest = max((copy.version.updated_at for copy in stands if copy is not None), default="")
    active = ",".join(sorted(account.id for account in depositing.company.accounts if account.active))
    known = f"{depositing.payout.version.updated_at} {newest} {depositing.company.closed_until} {active}"
    return hashlib.sha256(known.encode()).hexdigest()[:16]


# --- payments that have to follow --------------------------------------------------------------------------------------


def _not_locked(depositing: Depositing, payments: tuple[Ref, ...], standing: Slip | None) -> tuple[Ref, ...]:
    held = standing.held if standing is not None else frozenset()
    return tuple(payment for payment in payments if held.isdisjoint(_receipt_ids(depositing, payment)))


def _receipt_ids(depositing: Depositing, payment: Ref) -> frozenset[str]:
    return frozenset(receipt.id for receipt in receipts_of(depositing.payments[payment].latest))


def _follows_yet(payout: Payout, following: tuple[Ref, ...]) -> Decision | None:
    if not following:
        return None
    payments = f"payment{'s' if len(following) > 1 else ''} {', '.join(each.id for each in following[:5])}"
    sentence = f"The deposit ties; it holds {payments} as a line of its own until QuickBooks shows what has changed."
    return waits(
        payout.ref, "P2", "payment_follows", sentence, "What holds it up is said at the payment.", following[0]
    )


def _sentence(depositing: Depositing, write: SlipWrite) -> str:
    slip, payout, account = write.slip, depositing.payout, depositing.company.account(write.slip.account_id)
    amount = f"{format_minor(slip.total_minor, write.currency)} dated {slip.deposited_on}"
    count = len(slip.held)
    held = f"with {count} payment{'s' if count != 1 else ''}"
    moved = " The books were closed on the day it arrived." if slip.deposited_on > payout.arrives_on else ""
    match write.operation:
        case Operation.CREATE:
            where = account.name if account is not None else f"account {slip.account_id}"
            return f"Deposited {amount} in {where}, {held}.{moved}"
        case Operation.UPDATE:
            return f"Changed the deposit to {amount}, {held}.{moved}"
        case _ if slip.is_added_up:
            why = "the payout failed" if _is_off(payout) else "you took it back"
            return f"Took the deposit of {amount} back: {why}."
        case _:
            paid = format_minor(payout.total_minor, payout.currency)
            return f"Took the deposit of {amount} back: the payout is {paid}."
