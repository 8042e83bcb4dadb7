"""Which external payments go to ConnectWise at all (E1 to E4)."""

from crossfoot.core.decisions import Decision, skipped, waits
from crossfoot.core.model import ACCOUNTING, PLATFORM, Invoice, Keeping, Link, LinkOrigin, Payment
from crossfoot.core.preferences import ExternalPaymentsMode, Preferences


def is_external(payment: Payment) -> bool:
    """Tell whether a payment was made in QuickBooks, by somebody else than Crossfoot.

    Source: E1; our marker proves ours, and so does a platform payment that it stands for.
    """
    return payment.ref.system is ACCOUNTING and not payment.marker and payment.origin is None


def decide_payment(payment: Payment, preferences: Preferences, *, psa_connected: bool) -> Decision | None:
    """Say why a payment as a whole is left alone; None when it may be mirrored. Source: E1, E2, E3, E4."""
    if not is_external(payment):
        sentence = "Crossfoot made this payment itself, so it is not an external one."
        if payment.origin is None:
            return skipped(payment.ref, "E1", "made_by_crossfoot", sentence)
        sentence = f"Crossfoot made this payment itself, for payment {payment.origin.id} of the platform."
        return skipped(payment.ref, "E1", "made_by_crossfoot", sentence, "", payment.origin)
    if not preferences.external_payments_enabled:
        sentence = "External payments sync is off."
        return skipped(payment.ref, "E3", "toggle_off", sentence, "Turn on Enable external payments sync.")
    if preferences.sync_tool_enabled and preferences.external_payments_mode is ExternalPaymentsMode.DISABLED:
        sentence = "The sync tool is on, and its external payments mode is Disabled."
        return skipped(payment.ref, "E4", "mode_disabled", sentence, "Choose All Invoices or Synced Invoices Only.")
    if not psa_connected:
        sentence = "ConnectWise is not connected."
        return waits(payment.ref, "E2", "psa_not_connected", sentence, "Connect ConnectWise; the payment then follows.")
    return None


def decide_link(payment: Payment, link: Link, preferences: Preferences) -> Decision | None:
    """Say why a payment is left alone on one invoice; None when it may be mirrored there. Source: E4."""
    only_synced = (
        preferences.sync_tool_enabled
        and preferences.external_payments_mode is ExternalPaymentsMode.SYNCED_INVOICES_ONLY
    )
    if only_synced and link.origin is not LinkOrigin.SYNCED:
        sentence = "The mode is Synced Invoices Only, and the sync tool did not create this invoice."
        return skipped(payment.ref, "E4", "not_synced_by_tool", sentence, "Choose All Invoices.", link.accounting)
    return None


def decide_keeping(payment: Payment, invoice: Invoice, keeping: Keeping) -> Decision | None:
    """Say why a payment is not entered on an invoice that takes no part; None when it is.

    What was entered before stays, and follows its payment: archiving is no correction of the books.
    Takes: `keeping` of either copy.
    Source: E2, C4, C5, I5; P1 for one of the platform, which the accounting receives all the same.
    """
    rule, then = "E2", "its payments are left as they are."
    if payment.ref.system is PLATFORM:
        rule = "P1"
        then = "ConnectWise gets no new payment on it. QuickBooks receives this one all the same: it pays this invoice."
    if keeping.archived:
        sentence = f"Invoice {invoice.number} is archived, so {then}"
        fix = "Bring the invoice back where it is shown as archived; the payment then follows."
        return skipped(payment.ref, rule, "archived", sentence, fix, invoice.ref)
    if keeping.left_out:
        sentence = f"The import filters leave invoice {invoice.number} out, so {then}"
        fix = "Widen the import filters under Connections; saving them reads everything again."
        return skipped(payment.ref, rule, "left_out", sentence, fix, invoice.ref)
    return None
