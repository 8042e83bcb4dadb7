"""Preferences: safe defaults, stored whole."""

from crossfoot.adapters.dynamodb.preferences import TablePreferences
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.preferences import ExternalPaymentsMode, Preferences

from tests.adapters.dynamodb.records import CW, OTHER_TENANT, TENANT


def test_e3_what_was_never_set_has_its_safe_default(table: Table) -> None:
    assert TablePreferences(table).load(TENANT) == Preferences()


def test_preferences_are_read_as_they_were_saved_by_their_own_partner(table: Table) -> None:
    chosen = Preferences(True, True, ExternalPaymentsMode.SYNCED_INVOICES_ONLY, CW, "35")
    store = TablePreferences(table)
    store.save(TENANT, chosen)
    assert store.load(TENANT) == chosen
    assert store.load(OTHER_TENANT) == Preferences()
    store.save(TENANT, Preferences())
    assert store.load(TENANT) == Preferences()
