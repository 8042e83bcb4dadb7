"""Payables for the API whose partner has one of everything."""

from typing import Any

from crossfoot.core.model import PLATFORM, Kind, Ref
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.syncs import PayableSync, SyncStarter
from crossfoot.ports import Outgoing

from tests.fakes import whole_payables_book
from tests.fakes.platform import bill_data, bill_payment_data, vendor_credit_data, vendor_data
from tests.fakes.receipts import BANK, CARD, COSTS, SALES
from tests.fakes.world import TENANT, World

# The claim of a user's groups, as API Gateway passes it on.
OPERATOR = "[staff operators]"
PREFERENCES: dict[str, Any] = {
    "expense_account_id": COSTS,
    "income_account_id": SALES,
    "bank_account_id": BANK,
    "card_account_id": CARD,
    "home_currency": "USD",
    "direction": "two_way",
    "auto_sync": True,
    "needs_approval": False,
}
BODIES: dict[str, Any] = {
    "tellVendor": vendor_data(),
    "tellBill": bill_data(),
    "tellVendorCredit": vendor_credit_data(),
    "tellBillPayment": bill_payment_data(),
    "putPayablesPreferences": PREFERENCES,
    "putSyncProfile": {"override": "two_way"},
    "startPayablesSync": {},
    **whole_payables_book.BODIES,
}
SYNC = "20261103T170405.000000Z-canary"
VALUES = {"/v1/syncs/{id}": SYNC, **whole_payables_book.VALUES}


def fill_payables(world: World) -> None:
    """Give TENANT preferences, and a sync that left something behind."""
    world.payables_settings.save(TENANT, PayablesPreferences(COSTS, SALES, BANK, CARD))
    now = world.clock.now()
    world.payable_syncs.begin(TENANT, PayableSync(SYNC, SyncStarter.PERSON, now, now))
    held_up = Outgoing(Ref(PLATFORM, Kind.BILL, "bill_canary"), None, SYNC, "not_approved")
    world.outbox.put(TENANT, [held_up])
    whole_payables_book.fill_payables_book(world)
