"""What a partner chose for the Sync Invoices tool: preferences in one item, and an item for each mapping (S1, S6)."""

from collections.abc import Mapping
from datetime import date, time

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import Put, Table
from crossfoot.adapters.dynamodb.values import Item, Plain, text, texts, whole
from crossfoot.core.preferences import ClosedPeriod
from crossfoot.core.sync.settings import (
    Every,
    MappingKey,
    MappingKind,
    Numbering,
    Schedule,
    Setup,
    Source,
    SyncPreferences,
    Target,
    TaxDisplay,
    TimeEntries,
)

_DEFAULTS = SyncPreferences()


class TableSyncSettings:
    """The port SyncSettings in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, tenant: str) -> Setup | None:
        """Read preferences and mappings; None when the preferences were never saved."""
        item = self._table.get(keys.sync_preferences(tenant))
        return None if item is None else Setup(_to_preferences(item), self.load_mappings(tenant))

    def load_mappings(self, tenant: str) -> dict[MappingKey, Target]:
        """Read the mappings alone."""
        found = self._table.starting(keys.sync_mappings_pk(tenant), "")
        return {_mapped(key, item): Target(text(item, "id"), text(item, "name")) for key, item in found}

    def save_preferences(self, tenant: str, preferences: SyncPreferences) -> None:
        """Store the preferences whole."""
        self._table.write(Put(keys.sync_preferences(tenant), _to_item(preferences)))

    def save_mappings(self, tenant: str, changes: Mapping[MappingKey, Target | None]) -> None:
        """Store some mappings, or forget them (None), in batches. One that fails midway is to be asked for again."""
        by_key = {keys.sync_mapping(tenant, mapped): (mapped, target) for mapped, target in changes.items()}
        kept: dict[Key, Item] = {
            key: {"key": mapped.key, "id": target.id, "name": target.name}
            for key, (mapped, target) in by_key.items()
            if target is not None
        }
        self._table.put_many(kept)
        self._table.delete_many(key for key in by_key if key not in kept)


def _mapped(key: Key, item: Mapping[str, Plain]) -> MappingKey:
    return MappingKey(MappingKind(key.sk.partition("#")[0]), text(item, "key"))


def _to_item(preferences: SyncPreferences) -> Item:
    schedule = preferences.schedule
    return {
        "schedule": {"every": schedule.every.value, "at": schedule.at.isoformat(), "zone": schedule.zone}
        if schedule
        else {},
        "time_entries": preferences.time_entries.value,
        "tax_display": preferences.tax_display.value,
        "tax_item_id": preferences.tax_item_id,
        "rounding_tolerance_minor": preferences.rounding_tolerance_minor,
        "rounding_item_id": preferences.rounding_item_id,
        "numbering": preferences.numbering.value,
        "cut_over": preferences.cut_over.isoformat() if preferences.cut_over else "",
        "closed_period": preferences.closed_period.value,
        "memo_from": preferences.memo_from.value,
        "purchase_order_field": preferences.purchase_order_field,
        "class_from": preferences.class_from.value,
        "department_from": preferences.department_from.value,
        "service_dates": preferences.service_dates,
    }


def _to_preferences(item: Mapping[str, Plain]) -> SyncPreferences:
    """Read preferences; what came to be after they were saved has its default."""
    cut_over = text(item, "cut_over")
    return SyncPreferences(
        schedule=_to_schedule(texts(item, "schedule")),
        time_entries=TimeEntries(text(item, "time_entries") or _DEFAULTS.time_entries),
        tax_display=TaxDisplay(text(item, "tax_display") or _DEFAULTS.tax_display),
        tax_item_id=text(item, "tax_item_id"),
        rounding_tolerance_minor=whole(item, "rounding_tolerance_minor"),
        rounding_item_id=text(item, "rounding_item_id"),
        numbering=Numbering(text(item, "numbering") or _DEFAULTS.numbering),
        cut_over=date.fromisoformat(cut_over) if cut_over else None,
        closed_period=ClosedPeriod(text(item, "closed_period") or _DEFAULTS.closed_period),
        memo_from=Source(text(item, "memo_from") or _DEFAULTS.memo_from),
        purchase_order_field=text(item, "purchase_order_field"),
        class_from=Source(text(item, "class_from") or _DEFAULTS.class_from),
        department_from=Source(text(item, "department_from") or _DEFAULTS.department_from),
        service_dates=bool(item.get("service_dates", _DEFAULTS.service_dates)),
    )


def _from_schedule(schedule: Schedule | None) -> Plain:
    return {"every": schedule.every.value, "at": schedule.at.isoformat(), "zone": schedule.zone} if schedule else {}


def _to_schedule(item: Mapping[str, str]) -> Schedule | None:
    return Schedule(Every(item["every"]), time.fromisoformat(item["at"]), item["zone"]) if item else None
