"""What needs the partner's attention: parked records, by what holds them, and what mends it (X1, X3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from crossfoot.core.decisions import Decision, Outcome
from crossfoot.core.model import Ref

# So many records of a cause are counted; where there are more, that is said instead.
COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a code means, and what mends it, for all records that it holds."""

    title: str
    fix: str


# Each code that can hold a payment, a payout or a synced invoice until somebody does something, or something comes.
REMEDIES: Mapping[str, Remedy] = {
    "invoice_not_in_accounting": Remedy(
        "The invoice is not in QuickBooks yet", "Enter or sync the invoices in QuickBooks; the payments then follow."
    ),
    "invoice_not_in_psa": Remedy(
        "The invoice is not joined with one in ConnectWise yet",
        "Enter the invoices in ConnectWise, or make both copies identical; the payments then follow.",
    ),
    "invoice_not_imported": Remedy(
        "The invoice has not been imported yet", "Nothing: the payments go on when their invoices arrive."
    ),
    "psa_invoice_unreadable": Remedy(
        "ConnectWise's copy of the invoice cannot be kept exactly", "Correct the amounts of the invoices in ConnectWise."
    ),
    "psa_invoice_gone": Remedy(
        "The invoice is no longer in ConnectWise", "Enter the invoices in ConnectWise again; the payments then follow."
    ),
    "not_identical": Remedy(
        "The invoice is no longer identical in both systems",
        "Correct the copies that are wrong, or confirm the pairs under Matches.",
    ),
    "row_gone": Remedy(
        "Somebody deleted the payment in ConnectWise",
        "Delete the payments in QuickBooks too, or enter them in ConnectWise again with the same amount and date.",
    ),
    "row_taken": Remedy(
        "Another product owns the payment in ConnectWise",
        "Take the payments out of that product's batches, or correct them there.",
    ),
    "balance_too_small": Remedy(
        "ConnectWise shows less open than was paid",
        "Enter the missing payments or credits in QuickBooks, or remove them from ConnectWise.",
    ),
    "refused_by_psa": Remedy("ConnectWise refused the payment", "Correct what it says in ConnectWise, then retry."),
    "refused_by_accounting": Remedy("QuickBooks refused it", "Correct what it says in QuickBooks, then retry."),
    "psa_not_connected": Remedy("ConnectWise is not connected", "Connect ConnectWise; the payments then follow."),
    "accounting_not_connected": Remedy("QuickBooks is not connected", "Connect QuickBooks; everything then follows."),
    "needs_partner": Remedy("A connection needs attention", "Mend it under Connections; everything then follows."),
    "other_currency": Remedy(
        "It is in another currency than the books", "Record these in QuickBooks by hand, with the exchange rate of the day."
    ),
    "nobody_paid": Remedy(
        "The payment names neither an invoice nor a customer in QuickBooks", "Tell the platform which customers paid."
    ),
    "account_missing": Remedy(
        "The chosen account is missing in QuickBooks, or inactive",
        "Make the account active in QuickBooks, or choose another under Preferences.",
    ),
    "account_not_chosen": Remedy("An account is not chosen yet", "Choose it under Preferences; the deposits then follow."),
    "period_closed": Remedy(
        "The books in QuickBooks are closed on that day",
        "Open the period in QuickBooks, or choose under Preferences to date these on the first open day.",
    ),
    "deposited_by_hand": Remedy(
        "The payment lies in a deposit that somebody else made",
        "Take the payments out of those deposits in QuickBooks, then retry.",
    ),
    "deposit_first": Remedy(
        "A deposit has to let go of the payment first", "What holds the deposits up is said at their payouts."
    ),
    "payment_follows": Remedy(
        "The deposit waits for a payment to change in QuickBooks", "What holds the payments up is said at each of them."
    ),
    "payment_not_ready": Remedy(
        "The payout holds a payment that QuickBooks does not show as it is yet",
        "What holds the payments up is said at each of them."
    ),
    "payment_not_in_book": Remedy(
        "The payout holds a payment that the platform has not told yet",
        "Ask the platform to send the payments again, if they do not come by themselves.",
    ),
    "in_other_payout": Remedy(
        "The payment is in the deposit of another payout", "The deposits follow when the other ones let go of it."
    ),
    "not_in_undeposited_funds": Remedy(
        "The payment does not lie in undeposited funds", "Move the payments to undeposited funds in QuickBooks, then retry."
    ),
    "does_not_tie": Remedy(
        "The deposit would not tie with the payout", "Compare the payouts with the platform, and have them sent again."
    ),
    "too_many_items": Remedy(
        "The payout is too large for one deposit", "Record these deposits in QuickBooks by hand."
    ),
    "negative_payout": Remedy(
        "The platform took money from the bank account",
        "Record these in QuickBooks by hand, as journal entries from the bank account to undeposited funds.",
    ),
    "added_up_differently": Remedy(
        "QuickBooks adds the deposit up to something else",
        "See in QuickBooks what is added to deposits (tax, say), turn it off for them, then retry.",
    ),
    "stuck": Remedy(
        "It failed again and again", "Look at the connections; what does not go through after that, tell support of."
    ),
    "changed_by_hand": Remedy(
        "Somebody changed or deleted our deposit in QuickBooks", "Restore the deposits as they were, or ignore these."
    ),
    "changed_after_sync": Remedy(
        "The invoice changed in ConnectWise after it was written to QuickBooks",
        "Undo the invoices and sync them again, correct their accounts by a journal entry, or ignore these.",
    ),
    "entry_gone": Remedy(
        "Somebody deleted or voided in QuickBooks what was entered for the invoice",
        "Undo the invoices and sync them again, or ignore those that are not to be in the books.",
    ),
    "batched_elsewhere": Remedy(
        "Somebody else batched the invoice in ConnectWise while it was written",
        "Undo the invoices that QuickBooks shows twice now, and ignore the others.",
    ),
    "batch_refused": Remedy(
        "The invoice is in QuickBooks, and ConnectWise refused to put it into a batch",
        "Correct what it says in ConnectWise, then retry: until then other tools may enter the invoices once more.",
    ),
}  # fmt: skip

# What holds a record for a while only, with nothing for anybody to do.
BY_ITSELF = frozenset({"not_paid_yet"})


def remedy_of(code: str) -> Remedy:
    """Say what a code means. One that a later version has noted is named as it is."""
    known = REMEDIES.get(code)
    return known or Remedy(code.replace("_", " ").capitalize(), "What mends it is said at each record.")


@dataclass(frozen=True, slots=True)
class Cause:
    """What holds some records up.

    Takes: `count` and `ignored` go up to COUNTED, and `is_more` and `is_more_ignored` say that there are further ones;
    `oldest_since` is None where all are ignored, and of those counted.
    """

    code: str
    count: int = 0
    is_more: bool = False
    ignored: int = 0
    is_more_ignored: bool = False
    oldest_since: datetime | None = None

    @property
    def remedy(self) -> Remedy:
        """Say what it is, and what mends it."""
        return remedy_of(self.code)


@dataclass(frozen=True, slots=True)
class Reason:
    """One decision that holds a record up.

    Takes: `since` is when its code first did, `ignored_at` when the partner said not to be told of it, or None.
    Units: times are aware UTC.
    """

    decision: Decision
    since: datetime
    ignored_at: datetime | None = None

    @property
    def code(self) -> str:
        """Name the cause."""
        return self.decision.code


@dataclass(frozen=True, slots=True)
class Parked:
    """A record, and what holds it up, sorted by code and one of each at most; nothing, where it goes on."""

    record: Ref
    reasons: tuple[Reason, ...] = ()

    def under(self, code: str) -> Reason | None:
        """Find the reason with a code."""
        return next((reason for reason in self.reasons if reason.code == code), None)


def note_reasons(before: Parked, decisions: Iterable[Decision], now: datetime) -> Parked:
    """Say what holds a record up now. What held it before keeps its time, and stays ignored; a new cause is not.

    Takes: all that was decided on the record just now; of a code the first counts.
    """
    held: dict[str, Decision] = {}
    for decision in decisions:
        if decision.outcome in (Outcome.WAITS, Outcome.REFUSED) and decision.code not in BY_ITSELF:
            held.setdefault(decision.code, decision)
    return replace(before, reasons=tuple(_go_on(before.under(code), held[code], now) for code in sorted(held)))


def add_reason(before: Parked, decision: Decision, now: datetime) -> Parked:
    """Say that something holds a record up beside what held it before, which is not looked at."""
    others = (reason for reason in before.reasons if reason.code != decision.code)
    added = _go_on(before.under(decision.code), decision, now)
    return replace(before, reasons=tuple(sorted((*others, added), key=lambda reason: reason.code)))


def _go_on(before: Reason | None, decision: Decision, now: datetime) -> Reason:
    return replace(before, decision=decision) if before is not None else Reason(decision, now)


def ignore(parked: Parked, codes: Iterable[str], now: datetime) -> Parked:
    """Take the partner's word that a record needs no attention, for some causes; none named means all of them."""
    chosen = frozenset(codes)
    return replace(parked, reasons=tuple(_marked(each, chosen, each.ignored_at or now) for each in parked.reasons))


def heed(parked: Parked, codes: Iterable[str]) -> Parked:
    """Take such a word back; no code named means all of them."""
    chosen = frozenset(codes)
    return replace(parked, reasons=tuple(_marked(each, chosen, None) for each in parked.reasons))


def _marked(reason: Reason, chosen: frozenset[str], at: datetime | None) -> Reason:
    return replace(reason, ignored_at=at) if not chosen or reason.code in chosen else reason
