"""What a partner with one of everything has of the Sync Invoices tool, and how each of its routes is asked for it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from crossfoot.core.model import Line, LineKind, Ref
from crossfoot.core.preferences import ExternalPaymentsMode
from crossfoot.core.sync.runs import RunItem, RunKind, new_sync_run
from crossfoot.core.sync.settings import MappingKey, MappingKind, SyncPreferences, Target
from crossfoot.messages import SyncBatch

from tests.fakes.sales import HARDWARE, SERVICES
from tests.fakes.world import TENANT, World

RUN = "20261103T090000.000000Z-canary"
SYNCED, UNSYNCED = "connectwise-c3001", "connectwise-c3002"
PAYER, COMPANY = "58", "1"
LABOUR = "Technician / Regular / ServiceTicket"
_WORK = f"time:{LABOUR}"
PREFERENCES: dict[str, Any] = {
    "schedule": {"every": "weekday", "at": "07:30", "zone": "America/Denver"},
    "time_entries": "line_item",
    "tax_display": "one_line",
    "tax_item_id": "3",
    "rounding_tolerance": "0.05",
    "rounding_item_id": "4",
    "numbering": "keep",
    "cut_over": "2026-01-01",
    "closed_period": "refuse",
    "memo_from": "purchase_order",
    "purchase_order_field": "1",
    "class_from": "nothing",
    "department_from": "nothing",
    "service_dates": True,
}
_CHANGE = {"mappings": [{"kind": "account", "key": "4200", "target_id": HARDWARE}]}
BODIES: dict[str, Any] = {
    "putSyncPreferences": PREFERENCES,
    "trySyncPreferences": PREFERENCES,
    "putMappings": _CHANGE,
    "tryMappings": _CHANGE,
    "confirmMappings": {"kind": "customer"},
    "makeItems": {"names": ["Technician-Service"]},
    "previewSync": {"invoices": [UNSYNCED]},
    "undoInvoices": {"invoices": [SYNCED]},
    "startBatch": {"invoices": [{"id": UNSYNCED}]},
    # Of the journal entry that brings the entry below to the account that is mapped now.
    "postCorrection": {"digest": "56d468bd9662688349ab433051c65c28"},
}
VALUES = {"/v1/sync/batches/{id}": RUN, "/v1/sync/invoices/{id}": SYNCED}


def fill_sync(world: World) -> None:
    """Sync one bill and have one refused; another one waits, and the first one's account means another item since."""
    settings, psa = world.sync_settings, world.connectwise
    mode = ExternalPaymentsMode.ALL_INVOICES
    before = world.preferences.load(TENANT)
    world.preferences.save(TENANT, replace(before, sync_tool_enabled=True, external_payments_mode=mode))
    settings.save_preferences(TENANT, SyncPreferences())
    settings.save_mappings(TENANT, _mapped(SERVICES))
    world.quickbooks.add_customer(PAYER, "Payer canary")
    psa.add_customer(COMPANY, "Contoso")
    synced, _ = _bill(world, "3001"), _bill(world, "3002")
    mapped = psa.accounts.pop("R")
    unmapped = _bill(world, "3003")
    psa.accounts["R"] = mapped
    world.fetch_and_settle()
    _sync(world, synced, unmapped)
    assert world.book.load_link(TENANT, synced), "it was not synced"
    settings.save_mappings(TENANT, _mapped(HARDWARE))


def _mapped(item: str) -> dict[MappingKey, Target]:
    gone = MappingKey(MappingKind.TERMS, "Terms canary")
    return {
        MappingKey(MappingKind.CUSTOMER, COMPANY): Target(PAYER, "Payer canary"),
        MappingKey(MappingKind.ITEM, _WORK): Target(SERVICES, "Services"),
        MappingKey(MappingKind.ACCOUNT, "4000"): Target(item, "Item canary"),
        gone: Target("99", "Gone canary"),
    }


def _bill(world: World, number: str) -> Ref:
    """Bill some work, and close the invoice."""
    psa = world.connectwise
    ref = psa.add_invoice(f"c{number}", number, 0)
    psa.bill(ref.id, Line(number, LineKind.TIME, "Work canary", 150_00, Decimal(1), Decimal(150), labour=LABOUR))
    psa.close(ref)
    return ref


def _sync(world: World, *bills: Ref) -> None:
    items = [RunItem(ref, ref.id.removeprefix("c")) for ref in bills]
    run = new_sync_run(RunKind.SYNC, "partner", len(items), world.clock.now(), "canary")
    world.sync_runs.begin(TENANT, replace(run, id=RUN), items)
    world.queue.send([SyncBatch(tenant=TENANT, run=RUN)])
    world.settle()
