"""The newest test of the rights in ConnectWise, stored whole (C3)."""

from datetime import UTC, datetime

import pytest
from crossfoot.adapters.dynamodb import rights
from crossfoot.adapters.dynamodb.rights import TableRights
from crossfoot.core.rights import RIGHTS, Probed, RightsReport, RightState

from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.records import OTHER_TENANT, TENANT

AT = datetime(2026, 11, 3, 17, 0, 5, tzinfo=UTC)
FOUND = RightsReport(
    AT,
    (Probed(RIGHTS[0], RightState.MISSING), *(Probed(right, RightState.GRANTED, "so it is") for right in RIGHTS[1:])),
)


def test_c3_what_a_test_found_is_read_as_it_was_saved_by_its_own_partner() -> None:
    store = TableRights(MemoryTable())
    assert store.load(TENANT) is None
    store.save(TENANT, FOUND)
    assert (store.load(TENANT), store.load(OTHER_TENANT)) == (FOUND, None)
    assert FOUND.missing == (RIGHTS[0],)


def test_c3_a_right_that_is_needed_since_is_unknown_and_one_that_is_not_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = TableRights(MemoryTable())
    store.save(TENANT, RightsReport(AT, FOUND.probed[:-1]))
    loaded = store.load(TENANT)
    assert loaded is not None
    assert loaded.probed == (*FOUND.probed[:-1], Probed(RIGHTS[-1], RightState.UNKNOWN, "not tried yet"))
    monkeypatch.setattr(rights, "RIGHTS", RIGHTS[1:3])
    fewer = store.load(TENANT)
    assert fewer is not None
    assert fewer.probed == FOUND.probed[1:3]
