"""Import filters are read as they were saved (C4)."""

from datetime import date

import pytest
from crossfoot.adapters.dynamodb.filters import TableFilters
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import TraitName
from crossfoot.ports import FilterStore

from tests.adapters.dynamodb.records import OTHER_TENANT, TENANT
from tests.fakes.fetching import FakeFilters

CHOSEN = ImportFilters({name: frozenset({"1", f"#{name}"}) for name in TraitName}, date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture(params=["table", "memory"])
def filters(request: pytest.FixtureRequest) -> FilterStore:
    return FakeFilters() if request.param == "memory" else TableFilters(Table(request.getfixturevalue("table_name")))


def test_c4_filters_are_open_until_they_are_set_and_then_read_whole(filters: FilterStore) -> None:
    assert filters.load(TENANT) == ImportFilters()
    assert filters.load(TENANT).is_open
    for chosen in (
        CHOSEN,
        ImportFilters({TraitName.LOCATION: frozenset({"2"})}),
        ImportFilters(last=date(2026, 1, 1)),
        ImportFilters(),
    ):
        filters.save(TENANT, chosen)
        assert filters.load(TENANT) == chosen
    filters.save(OTHER_TENANT, CHOSEN)
    assert filters.load(TENANT) == ImportFilters()
