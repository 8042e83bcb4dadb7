"""What each code that holds a record up means, and what mends it for all that it holds (X1, X3)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a code means, and what mends it, for all records that it holds."""

    title: str
    fix: str


# Each code that can hold a payment, a payout, a synced invoice or a payable up until somebody does something.
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
        "Open the period in QuickBooks. Payments and deposits can be dated on the first open day, under Preferences.",
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
    "preferences_missing": Remedy(
        "The accounts that payables need are not chosen yet",
        "Choose the three accounts under the preferences of payables; everything then follows.",
    ),
    "not_approved": Remedy("The bill is not approved yet", "Approve the bills on the platform."),
    "named_not_entered": Remedy(
        "What it names does not stand in QuickBooks yet", "What holds the vendors, bills or credits up is said at each."
    ),
    "named_not_known": Remedy(
        "It names something that is not known here yet",
        "Press Sync Now if it is in QuickBooks, or tell it on the platform; these then follow.",
    ),
    "no_vendor": Remedy("It names no vendor", "Tell the platform whose these are; they then follow."),
    "no_name": Remedy("The vendor has no name", "Give the vendors names on the platform; they then follow."),
    "no_number": Remedy("The bill has no number", "Give the bills their numbers on the platform; they then follow."),
    "number_too_long": Remedy(
        "The number is longer than QuickBooks keeps", "Shorten the numbers on the platform; these then follow."
    ),
    "name_taken": Remedy(
        "Somebody else in QuickBooks has the vendor's name",
        "Rename the vendors on the platform, or the others in QuickBooks, then retry.",
    ),
    "vendor_ambiguous": Remedy(
        "Several vendors in QuickBooks have the vendor's name",
        "Merge them in QuickBooks, or give the vendors on the platform the very names of those that they are.",
    ),
    "lines_do_not_tie": Remedy("The lines do not come to the total", "Correct these on the platform; they then follow."),
    "negative_total": Remedy("The total is negative", "Enter negative bills as vendor credits."),
    "too_many_lines": Remedy("It has too many lines to be entered at once", "Enter these in QuickBooks by hand."),
    "payment_does_not_tie": Remedy(
        "The payment is not what its bills less its credits come to", "Correct the payments on the platform."
    ),
    "card_account_missing": Remedy(
        "The credit card account is not chosen yet",
        "Choose it under the preferences of payables; the payments then follow.",
    ),
    "more_than_open": Remedy(
        "It takes more of a bill or a credit than is open",
        "Void or correct one of the payments on each; what fits then follows by itself.",
    ),
    "other_vendor": Remedy(
        "The bill is of another vendor than the payment", "Correct the vendors on either side; the payments then follow."
    ),
    "paid_outside": Remedy(
        "You marked the bill as paid outside", "Take the marks back, or void the payments on the platform."
    ),
    "paid_thing_gone": Remedy(
        "What the payment settles was deleted", "Void the payments on the platform, or correct what they settle."
    ),
    "paid_thing_left_out": Remedy(
        "What the payment settles does not take part in the sync",
        "Record these payments in QuickBooks by hand, or mend what keeps the bills out.",
    ),
    "payments_first": Remedy(
        "Payments on it have to go first", "Void or delete the payments on the platform; the rest then goes by itself."
    ),
    "bill_paid": Remedy(
        "Somebody recorded a payment on it in QuickBooks",
        "Delete those payments in QuickBooks; the rest then goes by itself.",
    ),
    "copy_gone": Remedy(
        "The record in QuickBooks that it was made from is gone",
        "Delete these on the platform too, or tell them there as new ones.",
    ),
    "copy_not_known": Remedy(
        "The record in QuickBooks that it was made from was not read yet",
        "Press Sync Now; delete those that QuickBooks has not, and tell them as new ones.",
    ),
    "copy_taken": Remedy(
        "What it was made from stands for another record already",
        "Delete these on the platform, and go on with the others.",
    ),
    "taxed_in_accounting": Remedy(
        "QuickBooks works out the tax on it, so its amounts are changed there",
        "Change the amounts in QuickBooks, then tell the platform what they come to there.",
    ),
    "below_what_is_paid": Remedy(
        "It is over less now than is paid on it", "Void payments on these, or raise them on the platform; they then follow."
    ),
    "not_brought_back": Remedy(
        "Somebody changed it in QuickBooks, and that does not come back to the platform",
        "Do the same on the platform; or save these there again, and what they say is written over QuickBooks.",
    ),
    "changed_in_both": Remedy(
        "It was changed on the platform and in QuickBooks",
        "Make the two alike on either side; Crossfoot then goes on from there.",
    ),
    "entered_differently": Remedy(
        "QuickBooks made something else of it than was sent",
        "Look at these in QuickBooks (tax that is added, say), correct them on either side, then retry.",
    ),
}  # fmt: skip

# What holds a record for a while only, with nothing for anybody to do.
BY_ITSELF = frozenset({"not_paid_yet", "paid_later", "sync_by_hand"})


def remedy_of(code: str) -> Remedy:
    """Say what a code means. One that a later version has noted is named as it is."""
    known = REMEDIES.get(code)
    return known or Remedy(code.replace("_", " ").capitalize(), "What mends it is said at each record.")
