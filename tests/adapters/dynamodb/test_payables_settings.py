"""What a partner chose for its payables is read as it was saved, and the fake says the same (B3, B5, B6, B7)."""

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

import pytest
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.payable_syncs import TablePayableSyncs
from crossfoot.adapters.dynamodb.payables_settings import TablePayablesSettings
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.payables.preferences import Direction, PayablesPreferences
from crossfoot.core.payables.profile import NO_FACTS, PaymentSync, ProfileFacts
from crossfoot.core.payables.syncs import SyncStarter, new_sync
from crossfoot.errors import Conflict
from crossfoot.ports import PayablesSettings, PayableSyncs
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.records import OTHER_TENANT, TENANT
from tests.fakes.clock import START
from tests.fakes.payable_syncs import FakePayableSyncs
from tests.fakes.payables_settings import FakePayablesSettings

CHOSEN = PayablesPreferences("7", "8", "35", "41", "EUR", Direction.TO_ACCOUNTING, auto_sync=False, needs_approval=True)
FACTS = ProfileFacts(date(2017, 9, 14), accountant_console=True, override=PaymentSync.TWO_WAY, told_at=START)
# Every field by its type, whatever fields there are.
PREFERENCES = st.builds(PayablesPreferences, **{each.name: ... for each in fields(PayablesPreferences)})


@dataclass(frozen=True)
class Stores:
    settings: PayablesSettings
    syncs: PayableSyncs


def on(table: Table) -> Stores:
    return Stores(TablePayablesSettings(table), TablePayableSyncs(table))


def in_memory() -> Stores:
    syncs = FakePayableSyncs()
    return Stores(FakePayablesSettings(syncs), syncs)


@pytest.fixture(params=["table", "fake"])
def stores(request: pytest.FixtureRequest) -> Stores:
    return in_memory() if request.param == "fake" else on(MemoryTable())


def sync_once(stores: Stores, tenant: str, hours: int, *, ends: bool = True) -> None:
    """Have a partner sync, so many hours from the start."""
    began = new_sync(SyncStarter.PERSON, START + timedelta(hours=hours), "a")
    sync = stores.syncs.begin(tenant, began)
    if ends:
        stores.syncs.replace(tenant, sync, replace(sync, finished_at=began.started_at))


def test_b3_nothing_is_chosen_before_the_preferences_were_saved(stores: Stores) -> None:
    assert stores.settings.load(TENANT) is None
    assert stores.settings.load_facts(TENANT) == NO_FACTS
    stores.settings.replace_facts(TENANT, NO_FACTS, FACTS)
    sync_once(stores, TENANT, 0)
    assert stores.settings.load(TENANT) is None


def test_x6_what_was_chosen_and_told_is_its_own_partners(stores: Stores) -> None:
    stores.settings.save(TENANT, CHOSEN)
    stores.settings.replace_facts(TENANT, NO_FACTS, FACTS)
    assert (stores.settings.load(TENANT), stores.settings.load_facts(TENANT)) == (CHOSEN, FACTS)
    assert (stores.settings.load(OTHER_TENANT), stores.settings.load_facts(OTHER_TENANT)) == (None, NO_FACTS)
    stores.settings.replace_facts(TENANT, FACTS, NO_FACTS)
    assert stores.settings.load_facts(TENANT) == NO_FACTS


def test_b6_of_two_who_change_what_a_profile_follows_from_neither_loses_what_the_other_said(stores: Stores) -> None:
    overridden = replace(FACTS, override=PaymentSync.CLASSIC)
    stores.settings.replace_facts(TENANT, NO_FACTS, FACTS)
    stores.settings.replace_facts(TENANT, FACTS, overridden)
    for stale in (NO_FACTS, FACTS):
        with pytest.raises(Conflict):
            stores.settings.replace_facts(TENANT, stale, ProfileFacts(told_at=START))
    assert stores.settings.load_facts(TENANT) == overridden
    stores.settings.replace_facts(TENANT, overridden, NO_FACTS)
    stores.settings.replace_facts(TENANT, NO_FACTS, FACTS)
    assert stores.settings.load_facts(TENANT) == FACTS


def test_b7_due_is_who_has_auto_sync_and_whose_last_sync_ended_before_or_never_was(stores: Stores) -> None:
    never, long_ago, lately, by_hand = (f"t_{number:08x}" for number in range(4))
    for tenant in (never, long_ago, lately):
        stores.settings.save(tenant, PayablesPreferences())
    stores.settings.save(by_hand, CHOSEN)
    for tenant, hours in ((long_ago, 1), (lately, 5), (by_hand, 1)):
        sync_once(stores, tenant, hours)
    assert stores.settings.list_due(START + timedelta(hours=5), 9) == (never, long_ago)
    assert stores.settings.list_due(START + timedelta(hours=6), 9) == (never, long_ago, lately)
    assert stores.settings.list_due(START + timedelta(hours=6), 2) == (never, long_ago), "who waits longest goes first"


def test_b7_auto_sync_counts_from_the_last_sync_also_where_it_was_off_for_a_while(stores: Stores) -> None:
    stores.settings.save(TENANT, PayablesPreferences())
    sync_once(stores, TENANT, 1)
    stores.settings.save(TENANT, PayablesPreferences(auto_sync=False))
    assert stores.settings.list_due(START + timedelta(hours=9), 9) == ()
    sync_once(stores, TENANT, 5)
    stores.settings.save(TENANT, PayablesPreferences())
    assert stores.settings.list_due(START + timedelta(hours=5), 9) == ()
    assert stores.settings.list_due(START + timedelta(hours=6), 9) == (TENANT,)


def test_b7_a_sync_that_has_not_ended_changes_nothing_of_when_the_next_is_due(stores: Stores) -> None:
    stores.settings.save(TENANT, PayablesPreferences())
    sync_once(stores, TENANT, 5, ends=False)
    assert stores.settings.list_due(START, 9) == (TENANT,)


@given(PREFERENCES)
def test_b5_preferences_come_back_whole(preferences: PayablesPreferences) -> None:
    settings = TablePayablesSettings(MemoryTable())
    settings.save(TENANT, preferences)
    stored = settings.load(TENANT)
    assert stored == replace(preferences, home_currency=preferences.home_currency or "USD")


def test_b2_what_came_to_be_after_they_were_saved_has_its_default() -> None:
    table = MemoryTable({keys.payables_preferences(TENANT): {"bank_account": "35"}})
    assert TablePayablesSettings(table).load(TENANT) == PayablesPreferences(bank_account_id="35")


def test_dynamodb_takes_them_for_four_write_units_and_one(counting_table: CountingTable) -> None:
    stores = on(counting_table)
    stores.settings.save(TENANT, replace(CHOSEN, auto_sync=True))
    assert counting_table.write_units == 4
    stores.settings.replace_facts(TENANT, NO_FACTS, FACTS)
    assert counting_table.write_units == 5
    assert (stores.settings.load(TENANT), stores.settings.load_facts(TENANT)) == (
        replace(CHOSEN, auto_sync=True),
        FACTS,
    )
    sync_once(stores, TENANT, 1)
    assert stores.settings.list_due(START + timedelta(hours=2), 9) == (TENANT,)
    assert stores.settings.list_due(START + timedelta(hours=1), 9) == ()
