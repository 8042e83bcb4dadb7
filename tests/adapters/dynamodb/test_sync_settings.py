"""What a partner chose for the Sync Invoices tool is read as it was saved, and the fake says the same (S1, S6)."""

from dataclasses import fields
from datetime import time

import pytest
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.sync_settings import TableSyncSettings
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.sync.settings import (
    Every,
    MappingKey,
    MappingKind,
    Schedule,
    Setup,
    SyncPreferences,
    Target,
)
from crossfoot.ports import SyncSettings
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.dynamodb.doubles import OneByOneCountingTable
from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.records import OTHER_TENANT, TENANT
from tests.adapters.dynamodb.wire import MemoryClient
from tests.fakes.sync_table import FakeSyncSettings

HOURLY = SyncPreferences(schedule=Schedule(Every.HOUR, time(0, 45), "Europe/Berlin"), rounding_tolerance_minor=2)
CUSTOMER = MappingKey(MappingKind.CUSTOMER, "58")
UNTAXED = MappingKey(MappingKind.TAX_CODE, "")
WORK = MappingKey(MappingKind.ITEM, f"time:{'Technician / Remote ' * 40}#%")
TARGETS = {CUSTOMER: Target("7", "Weiskopf Consulting"), UNTAXED: Target("NON", "Non"), WORK: Target("12", "Räume ☃")}
# Every field by its type, whatever fields there are.
PREFERENCES = st.builds(SyncPreferences, **{each.name: ... for each in fields(SyncPreferences)})


@pytest.fixture(params=["table", "fake"])
def settings(request: pytest.FixtureRequest) -> SyncSettings:
    return FakeSyncSettings() if request.param == "fake" else TableSyncSettings(MemoryTable())


def test_s1_nothing_is_chosen_before_the_preferences_were_saved(settings: SyncSettings) -> None:
    assert settings.load(TENANT) is None
    settings.save_mappings(TENANT, TARGETS)
    assert settings.load(TENANT) is None
    assert settings.load_mappings(TENANT) == TARGETS
    settings.save_preferences(TENANT, SyncPreferences())
    assert settings.load(TENANT) == Setup(SyncPreferences(), TARGETS)


def test_s6_mappings_are_changed_and_forgotten_one_by_one_and_the_preferences_stay(settings: SyncSettings) -> None:
    settings.save_preferences(TENANT, HOURLY)
    settings.save_mappings(TENANT, TARGETS)
    renamed = Target("7", "Weiskopf GmbH")
    settings.save_mappings(TENANT, {CUSTOMER: renamed, WORK: None, MappingKey(MappingKind.TERMS, "never"): None})
    assert settings.load(TENANT) == Setup(HOURLY, {CUSTOMER: renamed, UNTAXED: TARGETS[UNTAXED]})
    settings.save_mappings(TENANT, {})
    settings.save_preferences(TENANT, SyncPreferences())
    assert settings.load(TENANT) == Setup(SyncPreferences(), {CUSTOMER: renamed, UNTAXED: TARGETS[UNTAXED]})


def test_s6_the_same_name_may_stand_for_several_things_of_several_kinds(settings: SyncSettings) -> None:
    targets = {MappingKey(kind, "58"): Target(kind.value, "") for kind in MappingKind}
    settings.save_mappings(TENANT, targets)
    assert settings.load_mappings(TENANT) == targets


def test_x6_settings_are_their_own_partners(settings: SyncSettings) -> None:
    settings.save_preferences(TENANT, HOURLY)
    settings.save_mappings(TENANT, TARGETS)
    assert settings.load(OTHER_TENANT) is None
    assert settings.load_mappings(OTHER_TENANT) == {}


@given(PREFERENCES)
def test_s1_preferences_come_back_whole(preferences: SyncPreferences) -> None:
    settings = TableSyncSettings(MemoryTable())
    settings.save_preferences(TENANT, preferences)
    assert settings.load(TENANT) == Setup(preferences, {})


def test_what_came_to_be_after_they_were_saved_has_its_default() -> None:
    table = MemoryTable({keys.sync_preferences(TENANT): {"memo_from": "number"}})
    stored = TableSyncSettings(table).load(TENANT)
    assert stored is not None
    assert stored.preferences.memo_from == "number"
    assert stored.preferences.service_dates
    assert stored.preferences.time_entries is SyncPreferences().time_entries


def test_dynamodb_takes_them(table: Table) -> None:
    settings = TableSyncSettings(table)
    settings.save_preferences(TENANT, HOURLY)
    settings.save_mappings(TENANT, TARGETS)
    settings.save_mappings(TENANT, {WORK: None})
    assert settings.load(TENANT) == Setup(HOURLY, {key: target for key, target in TARGETS.items() if key != WORK})


def test_five_thousand_mappings_are_saved_in_batches_and_read_as_one_partition() -> None:
    table = OneByOneCountingTable("memory", MemoryClient())
    targets = {MappingKey(MappingKind.CUSTOMER, str(id_)): Target(str(id_), f"Customer {id_}") for id_ in range(500)}
    settings = TableSyncSettings(table)
    settings.save_mappings(TENANT, targets)
    assert table.calls == ["BatchWriteItem"] * 20
    assert table.write_units == 500
    assert settings.load_mappings(TENANT) == targets
    assert table.calls[20:] == ["Query"]
