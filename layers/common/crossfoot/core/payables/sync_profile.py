"""What syncs for a partner: of each type of record which way, and why (B1, B2, B5, B6)."""

from dataclasses import dataclass
from enum import StrEnum

from crossfoot.core.payables.eligibility import CREDIT_MEMOS, DOCUMENTS
from crossfoot.core.payables.preferences import Direction, PayablesPreferences
from crossfoot.core.payables.profile import TWO_WAY_SINCE, PaymentSync, ProfileFacts, payment_sync_of


class SyncType(StrEnum):
    """The types of records that somebody may ask about."""

    VENDORS = "vendors"
    BILLS = "bills"
    VENDOR_CREDITS = "vendor_credits"
    BILL_PAYMENTS = "bill_payments"
    INVOICES = "invoices"
    CREDIT_MEMOS = "credit_memos"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Flow:
    """Whether a type of record goes one way, and why; `rule` is the number in docs/rules.md."""

    syncs: bool
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class SyncedType:
    """A type of record: whether it comes from the accounting into the platform, and goes from there to the accounting."""

    type: SyncType
    into_platform: Flow
    into_accounting: Flow


def sync_profile(preferences: PayablesPreferences, facts: ProfileFacts) -> tuple[SyncedType, ...]:
    """Say what syncs for a partner, type by type. Source: B1, B2, B4, B5, B6."""
    comes = _comes_in(preferences)
    incoming = {
        SyncType.VENDORS: comes or Flow(True, "B5", "Vendors come from QuickBooks."),
        SyncType.BILLS: comes or _unpaid("bills", preferences),
        SyncType.VENDOR_CREDITS: comes or _unused(preferences),
        SyncType.BILL_PAYMENTS: comes or _payments_back(facts),
        SyncType.INVOICES: comes or _unpaid("invoices", preferences),
    }
    pairs = [SyncedType(kind, flow, _goes_out(kind, preferences)) for kind, flow in incoming.items()]
    return (*pairs, _never(SyncType.CREDIT_MEMOS, CREDIT_MEMOS), _never(SyncType.DOCUMENTS, DOCUMENTS))


def why_profile(facts: ProfileFacts) -> str:
    """Say why a partner has the payment-sync profile that it has. Source: B6."""
    name = "two-way payment sync" if payment_sync_of(facts) is PaymentSync.TWO_WAY else "the classic profile"
    if facts.override is not None:
        return f"An operator chose {name}."
    if facts.accountant_console:
        return "The account is under an accountant console, so it has the classic profile."
    if facts.signed_up_on is None:
        return "The platform has not said when this partner signed up; until then it has the classic profile."
    side = "before" if facts.signed_up_on < TWO_WAY_SINCE else "not before"
    return f"The partner signed up on {facts.signed_up_on}, {side} {TWO_WAY_SINCE}, so it has {name}."


def _comes_in(preferences: PayablesPreferences) -> Flow | None:
    if preferences.direction is Direction.TWO_WAY:
        return None
    return Flow(False, "B5", "This partner chose one way: from the platform to QuickBooks.")


def _unpaid(what: str, preferences: PayablesPreferences) -> Flow:
    why = (
        f"Unpaid {what} come that have a number and are in {preferences.home_currency}, "
        "but for those that were paid or partly paid before the connection."
    )
    return Flow(True, "B1", why)


def _unused(preferences: PayablesPreferences) -> Flow:
    why = f"Vendor credits in {preferences.home_currency} come that were not applied before the connection."
    return Flow(True, "B1", why)


def _payments_back(facts: ProfileFacts) -> Flow:
    if payment_sync_of(facts) is PaymentSync.CLASSIC:
        return Flow(False, "B6", f"Payments recorded in QuickBooks do not come back. {why_profile(facts)}")
    return Flow(True, "B6", f"Payments recorded in QuickBooks come back with the bills they pay. {why_profile(facts)}")


def _goes_out(kind: SyncType, preferences: PayablesPreferences) -> Flow:
    if kind is SyncType.INVOICES:
        return Flow(False, "I4", "Invoices and customers that are made in the platform never go to QuickBooks.")
    if kind is SyncType.BILL_PAYMENTS:
        why = "Payments made in the platform go to QuickBooks, with the vendor credits that they apply."
        return Flow(True, "B4", why)
    if kind is SyncType.BILLS and preferences.needs_approval:
        return Flow(True, "B5", "Bills made in the platform go to QuickBooks once they are approved.")
    what = kind.value.replace("_", " ").capitalize()
    return Flow(True, "B5", f"{what} made in the platform go to QuickBooks.")


def _never(kind: SyncType, why: str) -> SyncedType:
    return SyncedType(kind, Flow(False, "B2", why), Flow(False, "B2", why))
