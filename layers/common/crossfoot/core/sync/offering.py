"""Which ConnectWise bills the Sync Invoices tool offers, and why it does not offer the others (S1, S3)."""

from crossfoot.core.decisions import Decision, skipped
from crossfoot.core.model import Billed, Link, LinkOrigin, Standing
from crossfoot.core.sync.postings import Posting
from crossfoot.core.sync.settings import Setup

NOTHING_BILLED = "nothing_billed"
_RULE = "S1"
_REOPEN = "If it has to be entered, restore it in ConnectWise and close it."
_UNBATCH = (
    "Nothing to do if it is in QuickBooks. If not, take it out of that batch in ConnectWise (Invoice, More, Unbatch); it "
    "is then offered."
)


def decide_offer(bill: Billed, link: Link | None, setup: Setup | None) -> Decision | None:
    """Say why a bill is not offered; None when it is.

    Takes: `link` is its copy in the accounting; without `setup`, which was never saved then, no date is too early.
    Source: S1, S3, C4 and I5 (what is left out or archived takes no part).
    """
    return _set_aside(bill) or _not_closed(bill) or _entered(bill, link) or _batched(bill) or _not_wanted(bill, setup)


def decide_amount(bill: Billed, posting: Posting | None) -> Decision | None:
    """Say that there is nothing to enter of a bill, by what ConnectWise's ledger says of it; None when there is something.

    A total of zero alone does not tell: a down payment may have paid for what was billed, and both are to be entered.
    Source: S1.
    """
    if bill.total_minor or (posting is not None and any(line.amount_minor for line in posting.lines)):
        return None
    sentence = "It bills nothing: its total is zero, and ConnectWise's general ledger has no amount for it."
    fix = (
        "Nothing to do; a batch in ConnectWise, made by hand, takes it off this list. Had it amounts that cancel out, no "
        "GL mapping covered them when it was closed: add the mapping, open it and close it again."
    )
    return skipped(bill.ref, _RULE, NOTHING_BILLED, sentence, fix)


def _set_aside(bill: Billed) -> Decision | None:
    if bill.standing is Standing.DELETED:
        return skipped(bill.ref, _RULE, "deleted", "It was deleted in ConnectWise.", _REOPEN)
    if bill.standing is Standing.VOID:
        return skipped(bill.ref, _RULE, "void", "It is void in ConnectWise.", _REOPEN)
    if bill.keeping.archived:
        fix = "Bring it back where it is shown as archived."
        return skipped(bill.ref, "I5", "archived", "It is archived here.", fix)
    if bill.keeping.left_out:
        fix = "Widen the import filters under Connections; saving them reads everything again."
        return skipped(bill.ref, "C4", "left_out", "The import filters leave it out.", fix)
    return None


def _not_closed(bill: Billed) -> Decision | None:
    if bill.closed:
        return None
    sentence = "It is not closed in ConnectWise: until then it can still change, and nothing of it is in the ledger."
    return skipped(bill.ref, _RULE, "not_closed", sentence, "Give it a closed status in ConnectWise.")


def _entered(bill: Billed, link: Link | None) -> Decision | None:
    if link is None:
        return None
    if link.origin is LinkOrigin.SYNCED:
        sentence = "This tool has entered it in QuickBooks."
        fix = "Nothing to do, unless it is listed under Attention; undo it to have it offered again."
        return skipped(bill.ref, _RULE, "synced", sentence, fix, link.accounting)
    fix = "Nothing to do; separate the two under Matches if they are not the same."
    return skipped(bill.ref, _RULE, "in_accounting", "It is in QuickBooks already.", fix, link.accounting)


def _batched(bill: Billed) -> Decision | None:
    if not bill.batch:
        return None
    sentence = (
        f"It is in the ConnectWise batch {bill.batch}: another tool has posted it, or somebody marked it as posted."
    )
    return skipped(bill.ref, "S3", "batched", sentence, _UNBATCH)


def _not_wanted(bill: Billed, setup: Setup | None) -> Decision | None:
    cut_over = setup.preferences.cut_over if setup is not None else None
    if cut_over is not None and bill.issued_on < cut_over:
        sentence = f"It is dated {bill.issued_on}, before the cut-over date, {cut_over}."
        fix = "Nothing to do if it was entered before; else move the cut-over date in the preferences of the tool."
        return skipped(bill.ref, _RULE, "before_cut_over", sentence, fix)
    if bill.lines == () and not bill.total_minor:
        return skipped(bill.ref, _RULE, "empty", "It bills nothing: it has no lines.", "Nothing to do.")
    return None
