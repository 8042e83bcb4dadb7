"""The routes by which payables are told and steered (B2 to B7)."""

from crossfoot.messages.api.payables_preferences import (
    PayablesPreferencesShape,
    PayablesPreferencesStanding,
    SyncProfileChange,
    SyncProfileShape,
)
from crossfoot.messages.api.payables_syncs import (
    OnePayableSync,
    PayableSyncDetail,
    PayableSyncList,
    PayableSyncShape,
)
from crossfoot.messages.api.telling import Told
from crossfoot.messages.api.words import PageQuery
from crossfoot.messages.bill_payments import PlatformBillPayment
from crossfoot.messages.payables import PlatformBill, PlatformVendor, PlatformVendorCredit
from crossfoot.messages.routes import Nothing, Route
from crossfoot.steps.api import payables_preferences, payables_profile, payables_syncs, payables_telling
from crossfoot.steps.api.needs import Ports

# Statuses of a route that calls QuickBooks while the caller waits.
_LIVE = (409, 422, 429, 503)

PAYABLES_CONTROL: tuple[Route[Ports], ...] = (
    Route(
        "tellVendor", "POST", "/v1/vendors", "Tell how a vendor is on the platform",
        payables_telling.tell_vendor, Told, 202, body=PlatformVendor, idempotent=True, problems=(409, 422),
    ),
    Route(
        "tellBill", "POST", "/v1/bills", "Tell how a bill is on the platform",
        payables_telling.tell_bill, Told, 202, body=PlatformBill, idempotent=True, problems=(409, 422),
    ),
    Route(
        "tellVendorCredit", "POST", "/v1/vendor-credits", "Tell how a vendor credit is on the platform",
        payables_telling.tell_vendor_credit, Told, 202, body=PlatformVendorCredit, idempotent=True, problems=(409, 422),
    ),
    Route(
        "tellBillPayment", "POST", "/v1/bill-payments", "Tell how a bill payment is on the platform",
        payables_telling.tell_bill_payment, Told, 202, body=PlatformBillPayment, idempotent=True, problems=(409, 422),
    ),
    Route(
        "getPayablesPreferences", "GET", "/v1/payables/preferences", "Show the preferences of payables and what is missing",
        payables_preferences.show_payables_preferences, PayablesPreferencesStanding,
    ),
    Route(
        "putPayablesPreferences", "PUT", "/v1/payables/preferences", "Replace the preferences of payables",
        payables_preferences.put_payables_preferences, PayablesPreferencesStanding, body=PayablesPreferencesShape,
        problems=_LIVE,
    ),
    Route(
        "getSyncProfile", "GET", "/v1/sync-profile", "Say what of payables syncs, which way, and why",
        payables_profile.show_sync_profile, SyncProfileShape,
    ),
    Route(
        "putSyncProfile", "PUT", "/v1/sync-profile",
        "Choose whether payments in QuickBooks come back, for users of the group operators only",
        payables_profile.put_sync_profile, SyncProfileShape, body=SyncProfileChange, group=payables_profile.OPERATORS,
        problems=(409,),
    ),
    Route(
        "startPayablesSync", "POST", "/v1/syncs", "Sync payables now, or join the sync that is under way",
        payables_syncs.start_sync, PayableSyncShape, 202, body=Nothing, problems=(409,),
    ),
    Route(
        "listPayablesSyncs", "GET", "/v1/syncs", "List the syncs of payables with how far each has come",
        payables_syncs.list_syncs, PayableSyncList, query=PageQuery,
    ),
    Route(
        "getPayablesSync", "GET", "/v1/syncs/{id}", "Show how far a sync of payables has come, and what it could not enter",
        payables_syncs.show_sync, PayableSyncDetail, path_shape=OnePayableSync, query=PageQuery, problems=(404,),
    ),
)  # fmt: skip
